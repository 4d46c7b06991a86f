//! `ToneScript`: the sines of a tone, and which of them sound when.
//!
//! ```text
//! ToneScript := FreqScript ";" ZSection [ ";" ZSection ]     1 or 2 sections
//! ZSection   := Dur "(" ZSegment *5( "," ZSegment ) ")"      1 to 6 segments
//! ZSegment   := Dur "/" Dur "/" Mix                          on "/" off "/" components
//! Mix        := "0" / Idx *5( "+" Idx )                      1 to 6, or 0 for none
//! ```
//! The components of a segment are added. Sections and segments run as those of a
//! [`CadenceScript`](super::CadenceScript) do.
//!
//! ```
//! use deskphone::script::ToneScript;
//! let stutter = ToneScript::parse("350@-19,440@-19;2(.1/.1/1+2);10(*/0/1+2)").unwrap();
//! assert_eq!(stutter.duration_ms(), Some(12_000));
//! assert_eq!(stutter.mix_at(50), 0b11);
//! assert_eq!(stutter.mix_at(150), 0);
//! assert_eq!(stutter.components_at(11_999)[0].hz, 350);
//! assert_eq!(stutter.change_after(2_000), Some(12_000));
//! ```

use core::fmt;

use heapless::Vec;

use super::cadence::{self, SECTIONS};
use super::frequency::{read_components, write_components};
use super::number::Reader;
use super::timeline::{self, Moment};
use super::{COMPONENTS, Component, Fault, Section, Sounding};

/// A tone: its components and one or two sections.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToneScript {
    components: Vec<Component, COMPONENTS>,
    sections: Vec<Section, SECTIONS>,
}

impl ToneScript {
    /// Silence without a length: what plays when nothing plays.
    pub(super) const SILENCE: Self = Self { components: Vec::new(), sections: Vec::new() };

    /// Reads a script.
    ///
    /// # Errors
    /// Where the text does not follow the grammar, or passes one of its limits.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let mut reader = Reader::bounded(text)?;
        let components = read_components(&mut reader)?;
        reader.need(b';', ", or ; and the cadence")?;
        let known = components.len();
        let sections = cadence::read_sections(&mut reader, |reader| read_mix(reader, known))?;
        Ok(Self { components, sections })
    }

    /// All its components; a segment names them by their place.
    #[must_use]
    pub fn components(&self) -> &[Component] {
        &self.components
    }

    /// Its sections, in their order.
    #[must_use]
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// How long all sections last together; `None`: for ever.
    #[must_use]
    pub fn duration_ms(&self) -> Option<u64> {
        cadence::duration_ms(&self.sections)
    }

    /// Which components sound `elapsed_ms` after its beginning: bit 0 is the first. 0: none.
    #[must_use]
    pub fn mix_at(&self, elapsed_ms: u64) -> u8 {
        self.moment_at(elapsed_ms).mix
    }

    /// The components that sound `elapsed_ms` after its beginning.
    #[must_use]
    pub fn components_at(&self, elapsed_ms: u64) -> Sounding {
        self.sounding(self.mix_at(elapsed_ms))
    }

    /// When other components sound than `elapsed_ms` after its beginning, later than that; `None`: never.
    #[must_use]
    pub fn change_after(&self, elapsed_ms: u64) -> Option<u64> {
        self.moment_at(elapsed_ms).until
    }

    pub(super) fn moment_at(&self, elapsed_ms: u64) -> Moment {
        timeline::sections_at(&self.sections, elapsed_ms)
    }

    /// The components of a mix.
    #[must_use]
    pub fn sounding(&self, mix: u8) -> Sounding {
        let numbered = (0u32..).zip(&self.components);
        let sounding = numbered.filter(|(place, _)| mix.checked_shr(*place).unwrap_or(0) & 1 == 1);
        crate::base::bounded::filled(sounding.map(|(_, component)| *component))
    }
}

/// Reads `/` and the components of a segment.
fn read_mix(reader: &mut Reader<'_>, known: usize) -> Result<u8, Fault> {
    reader.need(b'/', "/ and the components")?;
    if reader.take(b'0') {
        return Ok(0);
    }
    let mut mix = 0u8;
    for _ in 0..COMPONENTS {
        let known = u32::try_from(known).unwrap_or(0);
        let place = reader.ranged(1, known, "the number of a component that the script has")?;
        mix |= 1u8.checked_shl(place.saturating_sub(1)).unwrap_or(0);
        if !reader.take(b'+') {
            return Ok(mix);
        }
    }
    Err(reader.fault("no more than six components"))
}

impl fmt::Display for ToneScript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_components(f, &self.components)?;
        f.write_str(";")?;
        cadence::write_sections(f, &self.sections, |f, mix| {
            if mix == 0 {
                return f.write_str("/0");
            }
            let mut separator = "/";
            for place in (0..8u32).filter(|place| mix.checked_shr(*place).unwrap_or(0) & 1 == 1) {
                write!(f, "{separator}{}", place.saturating_add(1))?;
                separator = "+";
            }
            Ok(())
        })
    }
}
