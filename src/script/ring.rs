//! `RingScript`: a ring tone.
//!
//! ```text
//! RingScript := field *( ";" field )
//! field      := "n=" name / "w=" waveform / "c=" cadence / "b=" seconds / "t=" seconds
//! waveform   := "1" / "2" / "3" / "4" / [ "tftp://" ] host [ ":" port ] "/" path
//! cadence    := "0".."9"
//! ```
//! The name stands in the menu and is what `Alert-Info` of an incoming call asks for, so it is made of
//! characters that a URL may have. Cadences 1 to 9 are settings of their own; 0 plays the sound in its own
//! length, with a break (`b`) after it, and is for waveforms 3, 4 and files only. `t` ends the ringing.
//!
//! ```
//! use deskphone::script::{RingScript, Waveform};
//! let ring = RingScript::parse("n=Simple-1;w=2;c=1").unwrap();
//! assert_eq!((ring.name, ring.waveform, ring.cadence), ("Simple-1", Waveform::Typical, 1));
//! let file = RingScript::parse("n=Gong;w=tftp://files.example.com/gong.bin;c=0;b=2.5;t=20").unwrap();
//! let cadence = file.played_as(None, 1_500);
//! assert_eq!(cadence.to_string(), "20(1.5/2.5)");
//! ```

use core::fmt;

use super::number::{Reader, Span};
use super::{CadenceScript, Fault};

/// A ring tone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RingScript<'a> {
    /// Its name; may be empty.
    pub name: &'a str,
    /// What sounds.
    pub waveform: Waveform<'a>,
    /// Which of the phone's cadences it has, from 1; 0: on for as long as the sound is, then the break.
    pub cadence: u8,
    /// The silence between two bursts of cadence 0.
    pub break_ms: Option<u32>,
    /// When the ringing ends.
    pub total_ms: Option<u32>,
}

/// The sound of a ring tone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waveform<'a> {
    /// 1: a classic phone with a mechanical bell.
    Bell,
    /// 2: a typical phone.
    Typical,
    /// 3: a classic ring tone.
    Classic,
    /// 4: a wide-band sweep.
    Sweep,
    /// A file in the network: `[tftp://]host[:port]/path`.
    File(&'a str),
}

/// The break of cadence 0 when the script gives none, as for the rings that a person loads.
const BREAK_MS: u32 = 4_000;
/// The total time of cadence 0 when the script gives none.
const TOTAL_MS: u32 = 60_000;
/// The highest cadence that there is.
const CADENCES: u32 = 9;

impl<'a> RingScript<'a> {
    /// Reads a script. Without `w` the bell rings, without `c` in cadence 1.
    ///
    /// # Errors
    /// Where the text does not follow the grammar, or passes one of its limits.
    pub fn parse(text: &'a str) -> Result<Self, Fault> {
        let mut reader = Reader::new(text);
        let (mut name, mut waveform, mut cadence, mut pause, mut total) = (None, None, None, None, None);
        loop {
            let begin = reader.fault("each field once");
            let is_first = if reader.take_word("n") {
                name.replace(read_name(&mut reader)?).is_none()
            } else if reader.take_word("w") {
                waveform.replace(read_waveform(&mut reader)?).is_none()
            } else if reader.take_word("c") {
                cadence.replace(read_cadence(&mut reader)?).is_none()
            } else if reader.take_word("b") {
                pause.replace(read_seconds(&mut reader)?).is_none()
            } else if reader.take_word("t") {
                total.replace(read_seconds(&mut reader)?).is_none()
            } else {
                return Err(reader.fault("n=, w=, c=, b= or t="));
            };
            if !is_first {
                return Err(begin);
            }
            if !reader.take(b';') {
                break;
            }
        }
        reader.end("; or the end")?;
        let waveform = waveform.unwrap_or(Waveform::Bell);
        let (cadence, position) = cadence.unwrap_or((1, 0));
        if cadence == 0 && matches!(waveform, Waveform::Bell | Waveform::Typical) {
            return Err(Fault {
                position,
                expected: "1 to 9: waveforms 1 and 2 have no length of their own",
            });
        }
        let name = name.unwrap_or("");
        Ok(Self { name, waveform, cadence, break_ms: pause, total_ms: total })
    }

    /// When it sounds: in `cadence`, which is the phone's cadence of this number (`None`: it has none), or
    /// for cadence 0 in the length of its sound, `natural_ms`. Ended by `t` at the latest.
    #[must_use]
    pub fn played_as(&self, cadence: Option<&CadenceScript>, natural_ms: u32) -> CadenceScript {
        match cadence.filter(|_| self.cadence > 0) {
            Some(cadence) => match self.total_ms {
                Some(total_ms) => cadence.clone().limited_to(total_ms),
                None => cadence.clone(),
            },
            None => {
                let total_ms = self.total_ms.unwrap_or(TOTAL_MS);
                CadenceScript::repeating(natural_ms, self.break_ms.unwrap_or(BREAK_MS), Some(total_ms))
            }
        }
    }
}

fn read_name<'a>(reader: &mut Reader<'a>) -> Result<&'a str, Fault> {
    reader.need(b'=', "=")?;
    read_url(reader)
}

/// Reads up to the next field; only characters that a URL may have, without the semicolon.
fn read_url<'a>(reader: &mut Reader<'a>) -> Result<&'a str, Fault> {
    let start = reader.position();
    let text = reader.take_until(";");
    let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,=:@%/?#[]".contains(&byte);
    match text.bytes().position(|byte| !is_legal(byte)) {
        Some(place) => {
            Err(Fault { position: start.saturating_add(place), expected: "a character that a URL may have" })
        }
        None => Ok(text),
    }
}

fn read_waveform<'a>(reader: &mut Reader<'a>) -> Result<Waveform<'a>, Fault> {
    reader.need(b'=', "=")?;
    let fault = reader.fault("1 to 4, or [tftp://]host[:port]/path");
    let text = read_url(reader)?;
    let path = text.strip_prefix("tftp://").unwrap_or(text).split_once('/');
    match text {
        "1" => Ok(Waveform::Bell),
        "2" => Ok(Waveform::Typical),
        "3" => Ok(Waveform::Classic),
        "4" => Ok(Waveform::Sweep),
        _ if path.is_some_and(|(host, path)| !host.is_empty() && !path.is_empty()) => {
            Ok(Waveform::File(text))
        }
        _ => Err(fault),
    }
}

/// The number, and where it stands.
fn read_cadence(reader: &mut Reader<'_>) -> Result<(u8, usize), Fault> {
    reader.need(b'=', "=")?;
    let position = reader.position();
    let number = reader.whole(CADENCES, "a cadence, 0 to 9")?;
    Ok((u8::try_from(number).unwrap_or(0), position))
}

fn read_seconds(reader: &mut Reader<'_>) -> Result<u32, Fault> {
    reader.need(b'=', "=")?;
    reader.thousandths(3, "seconds")
}

impl Waveform<'_> {
    /// As the script has it: a number or a place in the network.
    #[must_use]
    pub const fn text(&self) -> &str {
        match self {
            Self::Bell => "1",
            Self::Typical => "2",
            Self::Classic => "3",
            Self::Sweep => "4",
            Self::File(place) => place,
        }
    }
}

impl fmt::Display for RingScript<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.name.is_empty() {
            write!(f, "n={};", self.name)?;
        }
        write!(f, "w={};c={}", self.waveform.text(), self.cadence)?;
        for (field, ms) in [("b", self.break_ms), ("t", self.total_ms)] {
            if ms.is_some() {
                write!(f, ";{field}={}", Span(ms))?;
            }
        }
        Ok(())
    }
}
