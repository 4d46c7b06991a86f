//! The state of a mailbox: `application/simple-message-summary` (RFC 3842 §5.2).
//!
//! ```text
//! messages-waiting    = msg-status-line CRLF [ msg-account CRLF ] [ *( msg-summary-line CRLF ) ] ...
//! msg-status-line     = "Messages-Waiting" HCOLON ( "yes" / "no" )
//! msg-summary-line    = message-context-class HCOLON newmsgs SLASH oldmsgs
//!                       [ LPAREN new-urgentmsgs SLASH old-urgentmsgs RPAREN ]
//! ```

use crate::base::{scan, text};

/// What a mailbox holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Whether new messages wait.
    pub waiting: bool,
    /// How many voice messages there are, if it is told.
    pub voice: Option<MessageCount>,
}

/// How many messages of one kind there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageCount {
    /// Not heard yet.
    pub new: u32,
    /// Heard.
    pub old: u32,
}

impl Summary {
    /// Reads the body of a notification; `None` when it does not say whether messages wait.
    ///
    /// ```
    /// use deskphone::sip::message_summary::{MessageCount, Summary};
    /// let body = b"Messages-Waiting: yes\r\nMessage-Account: sip:vm@pbx\r\nVoice-Message: 2/8 (0/2)\r\n";
    /// let summary = Summary::parse(body).unwrap();
    /// assert!(summary.waiting);
    /// assert_eq!(summary.voice, Some(MessageCount { new: 2, old: 8 }));
    /// assert_eq!(Summary::parse(b"Voice-Message: 2/8\r\n"), None);
    /// ```
    #[must_use]
    pub fn parse(body: &[u8]) -> Option<Self> {
        let (mut waiting, mut voice) = (None, None);
        for line in body.split(|byte| *byte == b'\n') {
            let Some((name, value)) = scan::split_once(line, b':') else { continue };
            let (name, value) = (name.trim_ascii(), value.trim_ascii());
            if name.eq_ignore_ascii_case(b"Messages-Waiting") {
                waiting = waiting.or_else(|| yes_or_no(value));
            } else if name.eq_ignore_ascii_case(b"Voice-Message") {
                voice = voice.or_else(|| MessageCount::parse(value));
            }
        }
        waiting.map(|waiting| Self { waiting, voice })
    }
}

impl MessageCount {
    fn parse(value: &[u8]) -> Option<Self> {
        let counts = value.split(|byte| *byte == b'(').next()?;
        let (new, old) = scan::split_once(counts, b'/')?;
        Some(Self { new: text::decimal(new.trim_ascii())?, old: text::decimal(old.trim_ascii())? })
    }
}

fn yes_or_no(value: &[u8]) -> Option<bool> {
    let is = |word: &[u8]| value.eq_ignore_ascii_case(word);
    if is(b"yes") { Some(true) } else { is(b"no").then_some(false) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc3842_5_2_as_servers_write_it() {
        let read = |body: &str| Summary::parse(body.as_bytes());
        assert_eq!(read("messages-waiting : No\n"), Some(Summary { waiting: false, voice: None }));
        let counted = Some(Summary { waiting: true, voice: Some(MessageCount { new: 1, old: 0 }) });
        assert_eq!(read("Voice-Message: 1/0(0/0)\r\nMessages-Waiting: YES\r\n"), counted);
        assert_eq!(read("Messages-Waiting: yes\r\nVoice-Message: x/0\r\n").unwrap().voice, None);
        for nothing in ["", "Messages-Waiting: maybe\r\n", "yes"] {
            assert_eq!(read(nothing), None, "{nothing}");
        }
    }
}
