//! Compact header names (RFC 3261 §7.3.3): a message that is composed is made smaller where it stands.
//!
//! ```
//! use deskphone::sip::compact;
//! let mut buffer = *b"SIP/2.0 200 OK\r\nVia: x\r\nAllow: BYE\r\nContent-Length: 3\r\n\r\nTo: ";
//! let length = compact::shorten(&mut buffer);
//! assert_eq!(&buffer[..length], b"SIP/2.0 200 OK\r\nv: x\r\nAllow: BYE\r\nl: 3\r\n\r\nTo: ");
//! ```

use super::{HeaderName, Message};
use crate::base::bounded::slide;

/// Puts the short name in the place of each long one that has one; gives the new length. The body stays.
pub fn shorten(message: &mut [u8]) -> usize {
    let (mut read, mut written, mut in_head) = (0usize, 0usize, true);
    while in_head {
        let rest = message.get(read..).unwrap_or(&[]);
        let Some(end) = memchr::memchr(b'\n', rest) else { break };
        let end = end.saturating_add(1);
        let line = rest.get(..end).unwrap_or(&[]);
        in_head = !line.trim_ascii().is_empty() || read == 0;
        let name = memchr::memchr(b':', line).filter(|colon| *colon > 1);
        let short = name.and_then(|colon| {
            Some((colon, HeaderName::parse(line.get(..colon)?).and_then(HeaderName::short)?))
        });
        if let Some((colon, letter)) = short {
            put(message, written, letter);
            written = written.saturating_add(1);
            read = read.saturating_add(colon);
            let left = end.saturating_sub(colon);
            slide(message, read, left, written);
            (read, written) = (read.saturating_add(left), written.saturating_add(left));
        } else {
            slide(message, read, end, written);
            (read, written) = (read.saturating_add(end), written.saturating_add(end));
        }
    }
    let left = message.len().saturating_sub(read);
    slide(message, read, left, written);
    written.saturating_add(left)
}

impl Message<'_> {
    /// Whether the sender writes compact names: answers to it do the same.
    #[must_use]
    pub fn is_compact(&self) -> bool {
        self.headers().find(|line| line.name == HeaderName::Via).is_some_and(|via| via.name_text.len() == 1)
    }
}

fn put(message: &mut [u8], at: usize, byte: u8) {
    if let Some(place) = message.get_mut(at) {
        *place = byte;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;

    fn shortened(text: &str) -> String {
        let mut bytes = text.as_bytes().to_vec();
        let length = shorten(&mut bytes);
        bytes.truncate(length);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn rfc3261_7_3_3_every_compact_name_is_read_back() {
        let mut long = String::from("INVITE sip:a@b SIP/2.0\r\n");
        for name in HeaderName::ALL {
            long.push_str(&std::format!("{}: 1\r\n", name.as_str()));
        }
        long.push_str("\r\n");
        let short = shortened(&long);
        let names = |text: &str| -> std::vec::Vec<HeaderName> {
            Message::parse(text.as_bytes()).unwrap().headers().map(|line| line.name).collect()
        };
        assert_eq!(names(&short), names(&long));
        assert!(short.contains("\r\nv: 1\r\n") && short.contains("\r\nx: 1\r\n"));
        assert_eq!(shortened(&short), short);
    }

    #[test]
    fn the_body_and_what_is_no_message_stay() {
        let body = "m: x\r\n\r\nl: 3\r\nTo: me";
        let text = std::format!("BYE sip:a@b SIP/2.0\r\nt: x\r\n\r\n{body}");
        assert_eq!(shortened(&text), text);
        assert_eq!(shortened(""), "");
        assert_eq!(shortened("Via: x"), "Via: x");
        assert_eq!(shortened("\r\nTo: x\r\n"), "\r\nt: x\r\n");
    }

    #[test]
    fn an_answer_knows_how_it_was_asked() {
        let compact = |text: &str| Message::parse(text.as_bytes()).unwrap().is_compact();
        assert!(compact("BYE sip:a@b SIP/2.0\r\nTo: x\r\nv: SIP/2.0/UDP c\r\n\r\n"));
        assert!(!compact("BYE sip:a@b SIP/2.0\r\nt: x\r\nVia: SIP/2.0/UDP c\r\n\r\n"));
    }
}
