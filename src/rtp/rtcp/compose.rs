//! Writing a compound packet piece by piece.

use super::{Description, GOODBYE, Item, RECEIVER_REPORT, Report, SENDER_REPORT, SOURCE_DESCRIPTION, Sent};
use crate::base::Writer;
use crate::base::write::Overflow;

/// A compound packet being written; the caller keeps the order of §6.1 (a report first).
#[derive(Debug)]
pub struct Compound<'a> {
    out: Writer<'a>,
}

impl<'a> Compound<'a> {
    /// Writes from the start of `buffer`.
    pub const fn new(buffer: &'a mut [u8]) -> Self {
        Self { out: Writer::new(buffer) }
    }

    /// Appends an SR.
    pub fn sender_report(&mut self, ssrc: u32, sent: &Sent, report: Option<&Report>) {
        let blocks = u8::from(report.is_some());
        self.head(SENDER_REPORT, blocks, if report.is_some() { 12 } else { 6 });
        self.word(ssrc);
        self.out.put(&sent.ntp.to_be_bytes());
        self.word(sent.timestamp);
        self.word(sent.packets);
        self.word(sent.octets);
        self.block(report);
    }

    /// Appends an RR.
    pub fn receiver_report(&mut self, ssrc: u32, report: Option<&Report>) {
        let blocks = u8::from(report.is_some());
        self.head(RECEIVER_REPORT, blocks, if report.is_some() { 7 } else { 1 });
        self.word(ssrc);
        self.block(report);
    }

    /// Appends an SDES packet with one chunk. Items longer than 255 bytes are cut at a character.
    pub fn description(&mut self, ssrc: u32, description: &Description<'_>) {
        let items = [
            (Item::CNAME, cut(description.cname)),
            (Item::NAME, cut(description.name)),
            (Item::TOOL, cut(description.tool)),
        ];
        let present = items.iter().filter(|(kind, text)| *kind == Item::CNAME || !text.is_empty());
        let bytes =
            present.clone().fold(0usize, |sum, (_, text)| sum.saturating_add(text.len()).saturating_add(2));
        // The SSRC, the items, then one to four zeros up to a word.
        let words = (bytes / 4).saturating_add(2);
        self.head(SOURCE_DESCRIPTION, 1, u16::try_from(words).unwrap_or(u16::MAX));
        self.word(ssrc);
        for (kind, text) in present {
            self.out.put(&[*kind, u8::try_from(text.len()).unwrap_or(u8::MAX)]);
            self.out.text(text);
        }
        for _ in bytes % 4..4 {
            self.out.put(&[0]);
        }
    }

    /// Appends a BYE for one source, without a reason.
    pub fn goodbye(&mut self, ssrc: u32) {
        self.head(GOODBYE, 1, 1);
        self.word(ssrc);
    }

    /// Ends the compound and says how long it is.
    ///
    /// # Errors
    /// When the buffer was too short.
    pub const fn finish(self) -> Result<usize, Overflow> {
        self.out.finish()
    }

    fn head(&mut self, kind: u8, count: u8, words: u16) {
        self.out.put(&[0x80 | count, kind]);
        self.out.put(&words.to_be_bytes());
    }

    fn word(&mut self, word: u32) {
        self.out.put(&word.to_be_bytes());
    }

    fn block(&mut self, report: Option<&Report>) {
        let Some(report) = report else { return };
        self.word(report.ssrc);
        let [_, l0, l1, l2] = report.lost.clamp(-0x80_0000, 0x7F_FFFF).to_be_bytes();
        self.out.put(&[report.fraction_lost, l0, l1, l2]);
        self.word(report.highest);
        self.word(report.jitter);
        self.word(report.last_report);
        self.word(report.delay);
    }
}

fn cut(text: &str) -> &str {
    (0..=text.len().min(255)).rev().find_map(|end| text.get(..end)).unwrap_or("")
}
