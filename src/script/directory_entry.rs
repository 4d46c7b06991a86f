//! `DirEntry`: one of the hundred slots of the personal directory.
//!
//! ```text
//! DirEntry := [ [ "n=" name ";" ] "p=" phone [ ";r=" ring ] ]
//! ring     := "1".."10"
//! ```
//! The name ends before the first `;p=`, the number before the first `;r=`; white space around them is left
//! out. An empty slot is an empty text.
//!
//! ```
//! use deskphone::script::DirectoryEntry;
//! let entry = DirectoryEntry::parse("n=Bob Smith;p=14085551234;r=4").unwrap().unwrap();
//! assert_eq!((entry.name, entry.phone, entry.ring), ("Bob Smith", "14085551234", Some(4)));
//! assert_eq!(DirectoryEntry::parse(""), Ok(None));
//! ```

use core::fmt;

use super::Fault;
use super::number::Reader;

/// A person or place that can be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DirectoryEntry<'a> {
    /// The name; may be empty.
    pub name: &'a str,
    /// A number or an address.
    pub phone: &'a str,
    /// The ring tone of their calls, 1 to 10; `None`: that of the extension.
    pub ring: Option<u8>,
}

/// Ring tones that a phone has.
const RINGS: u32 = 10;

impl<'a> DirectoryEntry<'a> {
    /// Reads an entry; `None` is an empty slot.
    ///
    /// # Errors
    /// Where the text does not follow the grammar.
    pub fn parse(text: &'a str) -> Result<Option<Self>, Fault> {
        let mut reader = Reader::new(text);
        if reader.peek().is_none() {
            return Ok(None);
        }
        let mut name = "";
        if reader.take_word("n=") {
            name = reader.take_until(";p=");
            reader.need(b';', "; and the number: p=")?;
        }
        if !reader.take_word("p=") {
            return Err(reader.fault("the number: p="));
        }
        let begin = reader.fault("a number or an address");
        let phone = reader.take_until(";r=");
        if phone.is_empty() {
            return Err(begin);
        }
        let mut ring = None;
        if reader.take_word(";r=") {
            ring = u8::try_from(reader.ranged(1, RINGS, "a ring tone, 1 to 10")?).ok();
        }
        reader.end("the end")?;
        Ok(Some(Self { name, phone, ring }))
    }
}

impl fmt::Display for DirectoryEntry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.name.is_empty() {
            write!(f, "n={};", self.name)?;
        }
        write!(f, "p={}", self.phone)?;
        match self.ring {
            Some(ring) => write!(f, ";r={ring}"),
            None => Ok(()),
        }
    }
}
