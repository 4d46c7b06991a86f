//! Keys pressed during a call, in INFO requests (RFC 6086 §2, the use of INFO that is older than packages).
//!
//! ```text
//! application/dtmf-relay:  Signal=5 CRLF Duration=160 CRLF
//! application/dtmf:        5
//! ```
//!
//! One INFO of a session is under way at a time, so that the far end gets the digits in their order.

use heapless::Deque;

use super::challenge::{Attempts, Recipient, Target, Verdict};
use super::errand::{Errand, Purpose};
use super::identifier;
use super::inquiry::{self, is_letter};
use super::request;
use super::response::challenges;
use super::session::progress::{Input, State};
use super::{Event, Instant, Outcome, Refusal, Rng, SessionId, UserAgent};
use crate::base::{Writer, scan, text};
use crate::limits;
use crate::rtp::telephone_event::Digit;
use crate::sip::{HeaderName, Message, Method, Status, compose};
use crate::transaction::{ClientId, Hop};

/// The digits of one session on their way out; the first is the one that is asked for now.
#[derive(Debug, Default)]
pub(super) struct DigitRelay {
    pub(super) client: Option<ClientId>,
    attempts: Attempts,
    waiting: Deque<Pressed, { limits::INFO_DIGITS_WAITING }>,
}

/// One key, and how long it was held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pressed {
    digit: Digit,
    duration_ms: u16,
}

impl UserAgent {
    pub(super) fn send_digit(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        id: SessionId,
        digit: Digit,
        duration_ms: u16,
    ) -> Outcome {
        let Some(session) = self.sessions.get_mut(id.0).filter(|session| session.state.is_named()) else {
            return Outcome::Refused(Refusal::NoSession);
        };
        if !matches!(session.state, State::Confirmed | State::Accepted) {
            return Outcome::Refused(Refusal::WrongState);
        }
        if session.digits.waiting.push_back(Pressed { digit, duration_ms }).is_err() {
            return Outcome::Refused(Refusal::Full);
        }
        self.relay_digit(now, rng, id);
        Outcome::Done
    }

    /// Sends the first digit that waits, unless one is under way. A digit that cannot be sent is lost.
    fn relay_digit(&mut self, now: Instant, rng: &mut dyn Rng, id: SessionId) {
        let Some(session) = self.sessions.get_mut(id.0).filter(|session| session.digits.client.is_none())
        else {
            return;
        };
        let Some(pressed) = session.digits.waiting.front().copied() else { return };
        let client = self.send_info(now, rng, id, pressed);
        let Some(session) = self.sessions.get_mut(id.0) else { return };
        session.digits.client = client;
        if client.is_none() {
            session.digits.waiting.clear();
        }
    }

    fn send_info(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        id: SessionId,
        pressed: Pressed,
    ) -> Option<ClientId> {
        let extension = self.sessions.get(id.0)?.extension;
        let address = self.shown_address(extension)?;
        let account = self.accounts.of(extension).clone();
        let hop = self.session_hop(now, id, None)?;
        let branch = identifier::branch(rng);
        let Self { settings, sessions, credentials, transactions, counters, .. } = self;
        let session = sessions.get_mut(id.0)?;
        let mut vacant = transactions.vacant_client()?;
        let mut out = Writer::new(vacant.buffer());
        let mut room = [0; 160];
        let via = request::via(&mut room, &hop, address, &branch);
        let cseq = session.dialog.next_cseq(1);
        session.dialog.compose_head(&mut out, Method::Info, cseq, via, settings.max_forwards);
        request::contact(&mut out, &account, address);
        request::demands(&mut out, &account);
        session.write_appearance(&mut out, &account, false);
        request::user_agent(&mut out, settings);
        let mut body = [0; 48];
        let mut body = Writer::new(&mut body);
        let kind = match settings.dtmf_relay_type.as_bytes() {
            b"" => RELAY,
            kind => kind,
        };
        pressed.write(&mut body, kind);
        let uri = session.dialog.aim().request_uri;
        let target = Target { method: b"INFO", uri, body: body.written() };
        let recipient = Recipient::Anybody(&session.digits.attempts);
        let keys = credentials.of_mut(session.extension);
        keys.write(&account.identity(), &target, recipient, rng, &mut out);
        compose::finish_with_body(&mut out, kind, body.written());
        let Ok(length) = out.finish() else {
            counters.unsendable = counters.unsendable.saturating_add(1);
            return None;
        };
        let errand = Errand { extension: session.extension, purpose: Purpose::Info(id) };
        vacant.start(now, length, hop, errand.word(), &settings.timers)
    }

    /// A response to our INFO.
    pub(super) fn digit_answered(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        id: SessionId,
        response: &Message<'_>,
    ) {
        let Some(status) = response.status().filter(|status| status.is_final()) else { return };
        let max_auth = self.settings.max_auth;
        let Some(session) = self.sessions.get_mut(id.0) else { return };
        if matches!(status.code(), 401 | 407) {
            let keys = self.credentials.of_mut(session.extension);
            let asked = challenges(response);
            if keys.take(&mut session.digits.attempts, max_auth, asked.iter().copied()) == Verdict::Retry {
                session.digits.client = None;
                self.relay_digit(now, rng, id);
                return;
            }
        }
        self.digit_done(now, rng, id, status.code());
    }

    /// Our INFO is over. What became of the digit changes nothing here, unless the far end has no such call
    /// (RFC 3261 §12.2.1.2).
    pub(super) fn digit_done(&mut self, now: Instant, rng: &mut dyn Rng, id: SessionId, status: u16) {
        let Some(session) = self.sessions.get_mut(id.0) else { return };
        session.digits.client = None;
        session.digits.attempts = Attempts::new();
        let _sent = session.digits.waiting.pop_front();
        if matches!(status, 408 | 481) {
            session.digits.waiting.clear();
            self.proceed(now, rng, id, Input::Lost);
        } else {
            self.relay_digit(now, rng, id);
        }
    }

    /// An INFO within a session.
    pub(super) fn informed(&mut self, now: Instant, arrival: Hop, request: &Message<'_>, id: SessionId) {
        let named = self.sessions.get(id.0).is_some_and(|session| session.state.is_named());
        if named && is_letter(request) {
            return self.asked(now, arrival, request, id);
        }
        let pressed = Pressed::of(request).filter(|_| named);
        let readable = pressed.is_some() || request.body().is_empty();
        self.reply(now, arrival, request, id, if readable { Status::OK } else { Status::BAD_REQUEST });
        if let Some(Pressed { digit, duration_ms }) = pressed {
            self.tell(Event::Digit { session: id, digit, duration_ms });
        }
    }
}

impl Pressed {
    fn of(request: &Message<'_>) -> Option<Self> {
        let body = request.body().trim_ascii();
        if request.content_type()?.is(PLAIN) {
            return digit_of(body).map(|digit| Self { digit, duration_ms: USUAL_MS });
        }
        let field = |wanted: &[u8]| {
            let lines = body.split(|byte| matches!(byte, b'\r' | b'\n'));
            let mut pairs = lines.filter_map(|line| scan::split_once(line, b'='));
            pairs
                .find(|(name, _)| name.trim_ascii().eq_ignore_ascii_case(wanted))
                .map(|(_, value)| value.trim_ascii())
        };
        let duration = field(b"Duration").and_then(text::decimal).and_then(|ms| u16::try_from(ms).ok());
        let digit = digit_of(field(b"Signal")?)?;
        Some(Self { digit, duration_ms: duration.unwrap_or(USUAL_MS) })
    }

    fn write(self, out: &mut Writer<'_>, kind: &[u8]) {
        let mut key = [0; 4];
        let key = self.digit.to_char().encode_utf8(&mut key);
        if kind.eq_ignore_ascii_case(PLAIN) {
            out.text(key);
            return;
        }
        out.text("Signal=");
        out.text(key);
        out.text("\r\nDuration=");
        out.number(u64::from(self.duration_ms));
        out.text("\r\n");
    }
}

/// The key itself, or the number of its telephone event (RFC 4733 §3.2), which some servers write for the
/// keys that are no digits.
fn digit_of(text: &[u8]) -> Option<Digit> {
    match text {
        [key] => Digit::from_char(char::from(*key)),
        number => text::decimal(number).and_then(|code| u8::try_from(code).ok()).and_then(Digit::from_code),
    }
}

/// Whether an INFO belongs to a package; we take none (RFC 6086 §4.2.2).
pub(super) fn is_of_package(request: &Message<'_>) -> bool {
    request.method() == Some(Method::Info) && request.has(HeaderName::InfoPackage)
}

/// The bodies of INFO that we read.
pub(super) const BODIES: [&[u8]; 3] = [RELAY, PLAIN, inquiry::KIND];
const RELAY: &[u8] = b"application/dtmf-relay";
const PLAIN: &[u8] = b"application/dtmf";
/// How long a key was held that nobody says it of.
const USUAL_MS: u16 = 160;

#[cfg(test)]
mod tests {
    use std::format;

    use super::*;

    fn read(kind: &str, body: &str) -> Option<(char, u16)> {
        let text = format!("INFO sip:a@b SIP/2.0\r\nContent-Type: application/{kind}\r\n\r\n{body}");
        let message = Message::parse(text.as_bytes()).unwrap();
        Pressed::of(&message).map(|pressed| (pressed.digit.to_char(), pressed.duration_ms))
    }

    #[test]
    fn both_forms_and_what_servers_make_of_them() {
        assert_eq!(read("dtmf-relay", "Signal=5\r\nDuration=160\r\n"), Some(('5', 160)));
        assert_eq!(read("dtmf-relay", "signal= *\nduration = 90"), Some(('*', 90)));
        assert_eq!(read("dtmf-relay", "Signal=11\r\n"), Some(('#', 160)));
        assert_eq!(read("dtmf-relay", "Signal=a\r\nDuration=99999\r\n"), Some(('A', 160)));
        assert_eq!(read("dtmf-relay", "Signal=16\r\n"), None);
        assert_eq!(read("dtmf-relay", "Duration=90\r\n"), None);
        assert_eq!(read("dtmf", "7\r\n"), Some(('7', 160)));
        assert_eq!(read("dtmf", ""), None);
    }

    #[test]
    fn what_is_written_reads_the_same() {
        for code in 0..=15 {
            let pressed = Pressed { digit: Digit::from_code(code).unwrap(), duration_ms: 240 };
            let mut room = [0; 48];
            let mut out = Writer::new(&mut room);
            pressed.write(&mut out, BODIES[0]);
            let body = core::str::from_utf8(out.written()).unwrap();
            assert_eq!(read("dtmf-relay", body), Some((pressed.digit.to_char(), 240)));
        }
    }
}
