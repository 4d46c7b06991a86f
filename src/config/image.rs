//! Saving the settings and finding them again.
//!
//! ```text
//! image  := "DPST" version (2 bytes) sequence (4) length of entries (4) entries checksum (4)
//! entry  := name (4 bytes: FNV-1a of the tag) number (1) length (2) text
//! ```
//! Numbers are big-endian; the checksum is CRC-32 of everything before it. A host keeps two images and writes
//! the older one each time, with the next sequence number. A write that was torn fails the checksum, and the
//! other image has the last good state. Entries go by name, so that a later version with more settings reads
//! what an earlier one wrote.
//!
//! ```
//! use deskphone::config::Config;
//! let mut config = Config::new();
//! config.set("User_ID_1_", "101").unwrap();
//! let mut slots = [[0; 64]; 2];
//! let written = config.save(1, &mut slots[0]).unwrap();
//! config.set("User_ID_1_", "102").unwrap();
//! config.save(2, &mut slots[1]).unwrap();
//! slots[1][20] ^= 1; // the second write was torn
//!
//! let mut found = Config::new();
//! let restored = found.restore(&[&slots[0], &slots[1]]);
//! assert_eq!((restored.slot, restored.sequence), (Some(0), 1));
//! assert_eq!(found.text(deskphone::config::catalogue::find("User_ID_1_").unwrap()), "101");
//! assert!(written <= 64);
//! ```

use crc::{CRC_32_ISO_HDLC, Crc, NoTable};

use super::setting::{Id, Row};
use super::{Config, catalogue};
use crate::base::{Overflow, Writer};

/// What was found in the images.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Restored {
    /// Which of the images was taken; `None`: none of them is whole, the factory's settings hold.
    pub slot: Option<usize>,
    /// Its sequence number; the next image takes a larger one.
    pub sequence: u32,
    /// Entries that this version does not know or does not take. They are left out.
    pub left_out: usize,
}

const MAGIC: &[u8; 4] = b"DPST";
const VERSION: u16 = 1;
const HEAD: usize = 14;
const TAIL: usize = 4;
const CHECKSUM: Crc<u32, NoTable> = Crc::<u32, NoTable>::new(&CRC_32_ISO_HDLC);

impl Config {
    /// Writes all settings that differ from the factory's, and gives the number of bytes. What is written
    /// holds passwords in clear: where it is kept is the host's care.
    ///
    /// # Errors
    /// The image does not fit into `out`; 64 bytes above `limits::SETTINGS_BYTES`, and three more for each
    /// setting, always do.
    pub fn save(&self, sequence: u32, out: &mut [u8]) -> Result<usize, Overflow> {
        let entries =
            self.changed().fold(0usize, |sum, (_, text)| sum.saturating_add(7).saturating_add(text.len()));
        let mut image = begun(sequence, entries, out);
        for (setting, text) in self.changed() {
            image.put(&name(setting.row().tag).to_be_bytes());
            image.put(&[setting.number()]);
            image.put(&u16::try_from(text.len()).unwrap_or(u16::MAX).to_be_bytes());
            image.text(text);
        }
        ended(image)
    }

    /// Takes the settings of the newest of the images that are whole, in place of all that were set. A slot
    /// may be longer than its image. Without a whole image the factory's settings hold.
    pub fn restore(&mut self, slots: &[&[u8]]) -> Restored {
        self.reset();
        let whole = slots.iter().enumerate().filter_map(|(slot, bytes)| Some((slot, Image::read(bytes)?)));
        let Some((slot, image)) = whole.max_by_key(|(_, image)| image.sequence) else {
            return Restored::default();
        };
        let mut left_out = 0usize;
        for entry in image {
            let taken = entry.setting.is_some_and(|setting| self.put_back(setting, entry.text));
            left_out = left_out.saturating_add(usize::from(!taken));
        }
        Restored { slot: Some(slot), sequence: image.sequence, left_out }
    }

    /// An empty text in an image is the empty text, not the factory's.
    fn put_back(&mut self, setting: Id, text: &str) -> bool {
        self.put(setting, if text.is_empty() { "\"\"" } else { text }).is_ok()
    }
}

/// What stands before the entries.
fn begun(sequence: u32, entries: usize, out: &mut [u8]) -> Writer<'_> {
    let mut image = Writer::new(out);
    image.put(MAGIC);
    image.put(&VERSION.to_be_bytes());
    image.put(&sequence.to_be_bytes());
    image.put(&u32::try_from(entries).unwrap_or(u32::MAX).to_be_bytes());
    image
}

/// What stands behind them.
fn ended(mut image: Writer<'_>) -> Result<usize, Overflow> {
    let checksum = CHECKSUM.checksum(image.written());
    image.put(&checksum.to_be_bytes());
    image.finish()
}

/// Any bytes as the entries of an image that is whole.
#[cfg(feature = "_fuzzing")]
pub(super) fn wrap(sequence: u32, entries: &[u8], out: &mut [u8]) -> Result<usize, Overflow> {
    let mut image = begun(sequence, entries.len(), out);
    image.put(entries);
    ended(image)
}

/// An image whose checksum is right.
#[derive(Clone, Copy)]
struct Image<'a> {
    sequence: u32,
    rest: &'a [u8],
    /// Where the setting of the last entry stands in the catalogue.
    row: u16,
}

struct Entry<'a> {
    /// `None`: a setting that this version does not know.
    setting: Option<Id>,
    text: &'a str,
}

impl<'a> Image<'a> {
    fn read(slot: &'a [u8]) -> Option<Self> {
        let (&[magic @ .., v0, v1, s0, s1, s2, s3, l0, l1, l2, l3], rest) =
            slot.split_first_chunk::<HEAD>()?;
        let length = usize::try_from(u32::from_be_bytes([l0, l1, l2, l3])).ok()?;
        let (entries, rest) = rest.split_at_checked(length)?;
        let (checksum, _) = rest.split_first_chunk::<TAIL>()?;
        let whole = slot.get(..HEAD.checked_add(length)?)?;
        let sequence = u32::from_be_bytes([s0, s1, s2, s3]);
        let right = magic == *MAGIC
            && u16::from_be_bytes([v0, v1]) == VERSION
            && CHECKSUM.checksum(whole) == u32::from_be_bytes(*checksum);
        right.then_some(Self { sequence, rest: entries, row: 0 })
    }

    /// Entries stand in the order of the catalogue: the search begins where the last one ended.
    fn find(&mut self, wanted: u32, number: u8) -> Option<Id> {
        let named = |(row, _): &(&'static Row, u16)| name(row.tag) == wanted;
        let rows = || catalogue::rows().zip(0u16..);
        let from = usize::from(self.row);
        let (row, place) = rows().skip(from).find(named).or_else(|| rows().take(from).find(named))?;
        self.row = place;
        let numbers = if catalogue::apart(row.tag).is_some() { 1..=4 } else { 0..=0 };
        numbers.contains(&number).then(|| Id::new(place, number))
    }
}

impl<'a> Iterator for Image<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        let [n0, n1, n2, n3, number, l0, l1, rest @ ..] = self.rest else { return None };
        let (text, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes([*l0, *l1])))?;
        self.rest = rest;
        let setting = self.find(u32::from_be_bytes([*n0, *n1, *n2, *n3]), *number);
        // What is no text is not taken either: it is left out with the unknown ones.
        let text = core::str::from_utf8(text);
        Some(Entry { setting: setting.filter(|_| text.is_ok()), text: text.unwrap_or_default() })
    }
}

/// The name of a setting in an image: FNV-1a of its tag. A test holds that no two settings share one.
pub(super) fn name(tag: &str) -> u32 {
    tag.bytes().fold(0x811C_9DC5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::vec;
    use std::vec::Vec;

    fn saved(config: &Config, sequence: u32) -> Vec<u8> {
        let mut bytes = vec![0; 16_384];
        let length = config.save(sequence, &mut bytes).unwrap();
        bytes.truncate(length);
        bytes
    }

    fn desk(user: &str) -> Config {
        let mut config = Config::new();
        config.set("User_ID_1_", user).unwrap();
        config.set("Proxy_4_", "pbx.example.com").unwrap();
        config
    }

    #[test]
    fn settings_have_names_of_their_own() {
        let names: BTreeSet<u32> = catalogue::rows().map(|row| name(row.tag)).collect();
        assert_eq!(names.len(), catalogue::rows().count());
    }

    #[test]
    fn every_torn_write_is_noticed_and_the_last_good_state_is_used() {
        let (old, new) = (saved(&desk("101"), 7), saved(&desk("102"), 8));
        let user = catalogue::find("User_ID_1_").unwrap();
        for written in 0..=new.len() {
            // The slot held an older image of the same length; the new one got this far.
            let mut slot = saved(&desk("100"), 6);
            slot[..written].copy_from_slice(&new[..written]);
            let mut found = Config::new();
            let restored = found.restore(&[&slot, &old]);
            let (expected, sequence) = if written == new.len() { ("102", 8) } else { ("101", 7) };
            assert_eq!((found.text(user), restored.sequence), (expected, sequence), "{written} bytes");
        }
    }

    #[test]
    fn each_flipped_bit_is_noticed() {
        let image = saved(&desk("101"), 1);
        for bit in 0..image.len() * 8 {
            let mut slot = image.clone();
            slot[bit / 8] ^= 1 << (bit % 8);
            let mut found = desk("199");
            assert_eq!(found.restore(&[&slot]), Restored::default(), "bit {bit}");
            assert_eq!(found.changed().count(), 0, "the factory's settings hold");
        }
    }

    #[test]
    fn the_empty_text_comes_back_as_the_empty_text() {
        let mut config = Config::new();
        config.set("SIP_User_Agent_Name", "\"\"").unwrap();
        let mut found = Config::new();
        assert_eq!(
            found.restore(&[&saved(&config, 1)]),
            Restored { slot: Some(0), sequence: 1, left_out: 0 }
        );
        assert_eq!(found.changed().collect::<Vec<_>>(), config.changed().collect::<Vec<_>>());
    }

    #[test]
    fn what_a_later_version_wrote_is_left_out() {
        let mut image = saved(&desk("101"), 3);
        image.truncate(image.len() - 4);
        image.extend([1, 2, 3, 4, 0, 0, 1, b'x']);
        let length = u32::try_from(image.len() - HEAD).unwrap();
        image[10..14].copy_from_slice(&length.to_be_bytes());
        let checksum = CHECKSUM.checksum(&image);
        image.extend(checksum.to_be_bytes());
        let mut found = Config::new();
        assert_eq!(found.restore(&[&image]), Restored { slot: Some(0), sequence: 3, left_out: 1 });
        assert_eq!(found.changed().count(), 2);
    }

    #[test]
    fn an_image_that_does_not_fit_is_not_written_by_half_unnoticed() {
        assert_eq!(desk("101").save(1, &mut [0; 40]), Err(Overflow));
    }
}
