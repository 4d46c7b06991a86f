//! What an INVITE says beside who calls: how to ring, whether to answer by itself, who sent the call on.
//!
//! ```text
//! Alert-Info: <http://127.0.0.1/Bellcore-dr3>;info=alert-internal      RFC 3261 §20.4
//! Call-Info: <sip:pbx.example.com>;answer-after=0                      RFC 3261 §20.9, a usual extension
//! Diversion: <sip:4002@pbx.example.com>;reason=unconditional           RFC 5806
//! History-Info: <sip:4002@pbx.example.com>;index=1,                    RFC 7044
//!               <sip:4001@pbx.example.com;cause=302>;index=1.1;mp=1
//! ```

use heapless::String;

use super::account::Account;
use super::identity::number_of;
use super::{Instant, Invite, Outcome, Rng, UserAgent};
use crate::base::{Writer, text};
use crate::limits;
use crate::sip::call_info::Link;
use crate::sip::{Address, HeaderName, Message, compose};

/// How a call wants to be met.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Summons {
    /// The name of a ring.
    pub(super) alert: String<{ limits::ALERT_BYTES }>,
    /// Answer by itself after so many seconds.
    pub(super) answer_after_s: Option<u16>,
    /// The number of who diverted the call first.
    pub(super) diverted_by: String<{ limits::NAME_BYTES }>,
    /// The appearance of a shared line that is called.
    pub(super) appearance: Option<u8>,
}

impl Summons {
    pub(super) const NONE: Self =
        Self { alert: String::new(), answer_after_s: None, diverted_by: String::new(), appearance: None };

    pub(super) fn of(request: &Message<'_>) -> Self {
        let named = request.alert_infos().map(|link| link.last_part()).find(|name| !name.is_empty());
        let diverter = first_diverter(request);
        Self {
            alert: text::readable(named.unwrap_or(b"")),
            answer_after_s: answer_after_s(request),
            diverted_by: diverter.map(|address| number_of(&address.uri)).unwrap_or_default(),
            appearance: super::shared_line::index_of(request),
        }
    }

    /// Says in an INVITE of ours that the phone that is called shall answer by itself.
    pub(super) fn compose(&self, out: &mut Writer<'_>, account: &Account) {
        let Some(after_s) = self.answer_after_s else { return };
        let mut room = [0; 96];
        let mut info = Writer::new(&mut room);
        info.text("<sip:");
        info.text(account.domain());
        info.text(">;answer-after=");
        info.number(u64::from(after_s));
        compose::header(out, HeaderName::CallInfo, info.written());
    }
}

impl UserAgent {
    /// Calls; a page asks to be answered by itself after so many seconds.
    pub(super) fn invite(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        invite: &Invite<'_>,
        answer_after_s: Option<u16>,
    ) -> Outcome {
        match self.open_call(now, rng, invite) {
            Ok(id) => {
                if let Some(session) = self.sessions.get_mut(id.0) {
                    session.summons.answer_after_s = answer_after_s;
                }
                if let Some(index) = invite.appearance {
                    self.lapse_seizure(now, rng, invite.extension, index);
                }
                self.locate(now, rng, id);
                Outcome::Session(id)
            }
            Err(refusal) => Outcome::Refused(refusal),
        }
    }
}

/// Whether a request is a page: it wants the phone to answer by itself, now or after a while.
pub(super) fn asks_to_be_answered(request: &Message<'_>) -> bool {
    answer_after_s(request).is_some()
}

/// Call-Info or Alert-Info with `answer-after`; or the words that other servers have for "at once".
fn answer_after_s(request: &Message<'_>) -> Option<u16> {
    let delay = |link: &Link<'_>, name: &[u8]| link.params.get(name).and_then(seconds);
    let said = request.call_infos().chain(request.alert_infos());
    if let Some(after_s) = said.into_iter().find_map(|link| delay(&link, b"answer-after")) {
        return Some(after_s);
    }
    request.alert_infos().find_map(|link| {
        let way = link.params.get(b"info").unwrap_or(link.uri).trim_ascii();
        let meant = AT_ONCE.iter().any(|known| known.eq_ignore_ascii_case(way));
        meant.then(|| delay(&link, b"delay").unwrap_or(0))
    })
}

fn seconds(digits: &[u8]) -> Option<u16> {
    text::decimal(digits).map(|seconds| u16::try_from(seconds).unwrap_or(u16::MAX))
}

/// RFC 5806: the latest diversion stands first, so the first one stands last. RFC 7044: an entry that another
/// one says it was mapped from (`mp`) was diverted; the first of them began it.
fn first_diverter<'m>(request: &Message<'m>) -> Option<Address<'m>> {
    if let Some(first) = request.diversions().last() {
        return Some(first);
    }
    let entries = || request.addresses(HeaderName::HistoryInfo);
    let origin = entries().find_map(|entry| entry.params.get(b"mp"))?;
    entries().find(|entry| entry.params.get(b"index") == Some(origin))
}

/// Values of Alert-Info that other servers and phones agree on.
const AT_ONCE: [&[u8]; 4] = [b"alert-autoanswer", b"Auto Answer", b"Ring Answer", b"intercom"];

#[cfg(test)]
mod tests {
    use std::format;

    use super::*;

    fn of(headers: &str) -> Summons {
        let text = format!("INVITE sip:a@b SIP/2.0\r\n{headers}\r\n");
        Summons::of(&Message::parse(text.as_bytes()).unwrap())
    }

    #[test]
    fn rfc3261_20_4_the_name_of_a_ring() {
        let alert = |value: &str| of(&format!("Alert-Info: {value}\r\n")).alert;
        assert_eq!(alert("<http://127.0.0.1/Bellcore-dr3>;info=x").as_str(), "Bellcore-dr3");
        assert_eq!(alert("Classic-2").as_str(), "Classic-2");
        assert_eq!(of("Alert-Info: <\r\n"), Summons::NONE);
    }

    #[test]
    fn rfc3261_20_9_answering_by_itself() {
        let cases = [
            ("Call-Info: <sip:x>;answer-after=0\r\n", Some(0)),
            ("Call-Info: <sip:x>;purpose=icon, <sip:y>;Answer-After=5\r\n", Some(5)),
            ("Call-Info: <sip:x>;answer-after=99999\r\n", Some(u16::MAX)),
            ("Call-Info: <sip:x>;answer-after=soon\r\n", None),
            ("Alert-Info: <http://x>;info=alert-autoanswer;delay=2\r\n", Some(2)),
            ("Alert-Info: Auto Answer\r\n", Some(0)),
            ("Alert-Info: <http://x>;info=alert-external\r\n", None),
        ];
        for (headers, expected) in cases {
            assert_eq!(of(headers).answer_after_s, expected, "{headers}");
        }
    }

    #[test]
    fn rfc5806_and_rfc7044_who_diverted_the_call_first() {
        let diversion = "Diversion: <sip:4003@p>;reason=user-busy\r\n\
            Diversion: <sip:4002@p>;reason=unconditional\r\n";
        assert_eq!(of(diversion).diverted_by.as_str(), "4002");
        let history = "History-Info: <sip:4009@p>;index=1, <sip:4002@p>;index=1.1;rc=1\r\n\
            History-Info: <sip:4001@p;cause=302>;index=1.2;mp=1.1\r\n";
        assert_eq!(of(history).diverted_by.as_str(), "4002");
        assert_eq!(of("History-Info: <sip:4001@p>;index=1\r\n").diverted_by.as_str(), "");
    }
}
