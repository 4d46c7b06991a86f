//! `FreqScript`: the sines of a tone and their levels.
//!
//! ```text
//! FreqScript := Freq "@" Level *5( "," Freq "@" Level )    1 to 6 components
//! Freq       := whole number, Hz
//! Level      := dBm, up to one decimal, with or without a sign
//! ```
//!
//! ```
//! use deskphone::script::{Component, FrequencyScript};
//! let dial = FrequencyScript::parse("350@-19, 440@-19").unwrap();
//! assert_eq!(dial.components()[1], Component { hz: 440, level: -190 });
//! assert_eq!(dial.to_string(), "350@-19,440@-19");
//! ```

use core::fmt;

use heapless::Vec;

use super::Fault;
use super::number::{Reader, Span};

/// Components of a tone. More are refused.
pub const COMPONENTS: usize = 6;

/// The components that sound together at an instant.
pub type Sounding = Vec<Component, COMPONENTS>;

/// One sine of a tone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Component {
    /// Its frequency; 4,000 and above cannot sound at the sample rate of a telephone and stay silent.
    pub hz: u16,
    /// Its level in tenths of dBm0: -190 is -19 dBm.
    pub level: i16,
}

/// One to six components.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrequencyScript {
    components: Vec<Component, COMPONENTS>,
}

impl FrequencyScript {
    /// Reads a script.
    ///
    /// # Errors
    /// Where the text does not follow the grammar, or passes one of its limits.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let mut reader = Reader::bounded(text)?;
        let components = read_components(&mut reader)?;
        reader.end(", or the end")?;
        Ok(Self { components })
    }

    /// Its components, in their order.
    #[must_use]
    pub fn components(&self) -> &[Component] {
        &self.components
    }
}

/// Reads components as long as commas follow.
pub(super) fn read_components(reader: &mut Reader<'_>) -> Result<Vec<Component, COMPONENTS>, Fault> {
    let mut components = Vec::new();
    loop {
        let begin = reader.fault("no more than six components");
        let hz = reader.whole(u16::MAX.into(), "a frequency in Hz, below 65536")?;
        reader.need(b'@', "@ and the level")?;
        let level = read_level(reader)?;
        let component = Component { hz: u16::try_from(hz).unwrap_or(u16::MAX), level };
        components.push(component).map_err(|_| begin)?;
        if !reader.take(b',') {
            return Ok(components);
        }
    }
}

/// A level with its sign, in tenths of dBm.
fn read_level(reader: &mut Reader<'_>) -> Result<i16, Fault> {
    let position = reader.position();
    let is_negative = reader.take(b'-');
    if !is_negative {
        reader.take(b'+');
    }
    let size = i16::try_from(reader.thousandths(1, "a level in dBm")? / 100);
    let size = size.map_err(|_| Fault { position, expected: "a level below 3277 dBm" })?;
    Ok(if is_negative { size.saturating_neg() } else { size })
}

impl fmt::Display for FrequencyScript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_components(f, &self.components)
    }
}

/// Writes components with commas between them.
pub(super) fn write_components(f: &mut fmt::Formatter<'_>, components: &[Component]) -> fmt::Result {
    for (number, component) in components.iter().enumerate() {
        let separator = if number == 0 { "" } else { "," };
        write!(f, "{separator}{component}")?;
    }
    Ok(())
}

impl fmt::Display for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.level < 0 { "-" } else { "" };
        let size = u32::from(self.level.unsigned_abs()).saturating_mul(100);
        write!(f, "{}@{sign}{}", self.hz, Span(Some(size)))
    }
}
