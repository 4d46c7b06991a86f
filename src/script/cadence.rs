//! `CadScript`: when a ring is on and off.
//!
//! ```text
//! CadScript := Section [ ";" Section ]                  1 or 2 sections
//! Section   := Dur "(" Segment *5( "," Segment ) ")"    1 to 6 segments
//! Segment   := Dur "/" Dur                              on "/" off
//! Dur       := "*" / number                             seconds, up to 3 decimals
//! ```
//! The segments of a section play in their order, again and again until the section's time is up; then comes
//! the second section. `*` has no end: as the time of a section, or as a segment's on or off for the rest of
//! the section. After the last section it is silent.
//!
//! ```
//! use deskphone::script::CadenceScript;
//! let ring = CadenceScript::parse("60(2/4)").unwrap();
//! assert!(ring.sounds_at(1_999) && !ring.sounds_at(2_000));
//! assert_eq!(ring.change_after(2_000), Some(6_000));
//! assert_eq!(ring.duration_ms(), Some(60_000));
//! ```

use core::fmt;

use heapless::Vec;

use super::Fault;
use super::number::{Reader, Span};
use super::timeline::{self, Moment};

/// Sections of a cadence. More are refused.
pub const SECTIONS: usize = 2;
/// Segments of a section. More are refused.
pub const SEGMENTS: usize = 6;

/// A cadence: one or two sections, one after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CadenceScript {
    sections: Vec<Section, SECTIONS>,
}

/// A part of a cadence or tone that repeats its segments until its time is up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// How long it lasts; `None`: for ever.
    pub duration_ms: Option<u32>,
    /// One to six segments.
    pub segments: Vec<Segment, SEGMENTS>,
}

/// On, then off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// How long it is on; `None`: to the end of the section.
    pub on_ms: Option<u32>,
    /// How long it is off then; `None`: to the end of the section.
    pub off_ms: Option<u32>,
    /// Which components of a tone are on: bit 0 is the first. A cadence has but one thing to play: 1.
    pub mix: u8,
}

impl CadenceScript {
    /// Silence without a length: what plays when nothing plays.
    pub(super) const SILENCE: Self = Self { sections: Vec::new() };

    /// Reads a script.
    ///
    /// # Errors
    /// Where the text does not follow the grammar, or passes one of its limits.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let mut reader = Reader::bounded(text)?;
        let sections = read_sections(&mut reader, |_| Ok(1))?;
        Ok(Self { sections })
    }

    /// A cadence of one section: on, off, on, off for a while (`None`: for ever).
    #[must_use]
    pub fn repeating(on_ms: u32, off_ms: u32, duration_ms: Option<u32>) -> Self {
        let segment = Segment { on_ms: Some(on_ms), off_ms: Some(off_ms), mix: 1 };
        let segments = crate::base::bounded::filled([segment]);
        Self { sections: crate::base::bounded::filled([Section { duration_ms, segments }]) }
    }

    /// The same cadence, ended after `most_ms` if it lasts longer.
    #[must_use]
    pub fn limited_to(mut self, most_ms: u32) -> Self {
        let mut left = most_ms;
        for section in &mut self.sections {
            let duration = section.duration_ms.map_or(left, |duration| duration.min(left));
            section.duration_ms = Some(duration);
            left = left.saturating_sub(duration);
        }
        self
    }

    /// Its sections, in their order.
    #[must_use]
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// How long all sections last together; `None`: for ever.
    #[must_use]
    pub fn duration_ms(&self) -> Option<u64> {
        duration_ms(&self.sections)
    }

    /// Whether it is on `elapsed_ms` after its beginning.
    #[must_use]
    pub fn sounds_at(&self, elapsed_ms: u64) -> bool {
        self.moment_at(elapsed_ms).mix != 0
    }

    /// When it next goes on or off, later than `elapsed_ms`; `None`: never.
    #[must_use]
    pub fn change_after(&self, elapsed_ms: u64) -> Option<u64> {
        self.moment_at(elapsed_ms).until
    }

    pub(super) fn moment_at(&self, elapsed_ms: u64) -> Moment {
        timeline::sections_at(&self.sections, elapsed_ms)
    }
}

/// How long sections last together.
pub(super) fn duration_ms(sections: &[Section]) -> Option<u64> {
    sections.iter().try_fold(0u64, |sum, section| Some(sum.saturating_add(section.duration_ms?.into())))
}

/// Reads one or two sections and the end of the text. What follows the times of a segment, `mix` reads.
pub(super) fn read_sections(
    reader: &mut Reader<'_>,
    mix: impl Fn(&mut Reader<'_>) -> Result<u8, Fault>,
) -> Result<Vec<Section, SECTIONS>, Fault> {
    let mut sections = Vec::new();
    loop {
        let begin = reader.fault("no more than two sections");
        let section = read_section(reader, &mix)?;
        sections.push(section).map_err(|_| begin)?;
        if !reader.take(b';') {
            reader.end("; or the end")?;
            return Ok(sections);
        }
    }
}

fn read_section(
    reader: &mut Reader<'_>,
    mix: &impl Fn(&mut Reader<'_>) -> Result<u8, Fault>,
) -> Result<Section, Fault> {
    let duration_ms = reader.span()?;
    reader.need(b'(', "(")?;
    let mut segments = Vec::new();
    loop {
        let begin = reader.fault("no more than six segments");
        let on_ms = reader.span()?;
        reader.need(b'/', "/ and the off time")?;
        let off_ms = reader.span()?;
        let segment = Segment { on_ms, off_ms, mix: mix(reader)? };
        segments.push(segment).map_err(|_| begin)?;
        if !reader.take(b',') {
            reader.need(b')', ", or )")?;
            return Ok(Section { duration_ms, segments });
        }
    }
}

impl fmt::Display for CadenceScript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_sections(f, &self.sections, |_, _| Ok(()))
    }
}

/// Writes sections; `mix` writes what follows the times of a segment.
pub(super) fn write_sections(
    f: &mut fmt::Formatter<'_>,
    sections: &[Section],
    mix: impl Fn(&mut fmt::Formatter<'_>, u8) -> fmt::Result,
) -> fmt::Result {
    for (number, section) in sections.iter().enumerate() {
        let separator = if number == 0 { "" } else { ";" };
        write!(f, "{separator}{}(", Span(section.duration_ms))?;
        for (number, segment) in section.segments.iter().enumerate() {
            let separator = if number == 0 { "" } else { "," };
            write!(f, "{separator}{}/{}", Span(segment.on_ms), Span(segment.off_ms))?;
            mix(f, segment.mix)?;
        }
        f.write_str(")")?;
    }
    Ok(())
}
