//! Who the other side is, as a person is shown it, and who we say that we are (RFC 3261 §20.20, RFC 3323,
//! RFC 3325, and the Remote-Party-ID that came before them).
//!
//! ```text
//! P-Asserted-Identity: "Joe" <sip:joe@example.com>       the server's word, believed when it is our server
//! Remote-Party-ID: "Joe" <sip:joe@example.com>;party=calling;privacy=off
//! From: "Joe" <sip:joe@example.com>;tag=a                   the caller's own word
//! Privacy: id                                               whoever is named above is not to be shown
//! ```

use heapless::String;

use super::account::{Account, Settings};
use super::names::Listed;
use super::request;
use super::{Event, ExtensionId, Instant, SessionId, UserAgent};
use crate::base::{Writer, text};
use crate::limits;
use crate::sip::{Address, HeaderName, Message, Uri, compose};
use crate::transaction::Hop;

/// `Caller ID Header`: which header fields say who the other side is, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum CallerIdHeader {
    /// `PAID-RPID-FROM`
    #[default]
    PaidRpidFrom,
    /// `PAID-FROM`
    PaidFrom,
    /// `RPID-PAID-FROM`
    RpidPaidFrom,
    /// `RPID-FROM`
    RpidFrom,
    /// `FROM`
    From,
}

/// One place where an identity may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Asserted,
    RemoteParty,
    From,
}

/// One side of a call, as a person is shown it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Party {
    pub(super) name: String<{ limits::NAME_BYTES }>,
    pub(super) number: String<{ limits::NAME_BYTES }>,
    pub(super) anonymous: bool,
}

impl CallerIdHeader {
    /// All choices.
    pub const ALL: [Self; 5] =
        [Self::PaidRpidFrom, Self::PaidFrom, Self::RpidPaidFrom, Self::RpidFrom, Self::From];

    /// The choice as the setting writes it.
    ///
    /// ```
    /// use deskphone::ua::CallerIdHeader;
    /// assert_eq!(CallerIdHeader::RpidPaidFrom.name(), "RPID-PAID-FROM");
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PaidRpidFrom => "PAID-RPID-FROM",
            Self::PaidFrom => "PAID-FROM",
            Self::RpidPaidFrom => "RPID-PAID-FROM",
            Self::RpidFrom => "RPID-FROM",
            Self::From => "FROM",
        }
    }

    const fn sources(self) -> &'static [Source] {
        match self {
            Self::PaidRpidFrom => &[Source::Asserted, Source::RemoteParty, Source::From],
            Self::PaidFrom => &[Source::Asserted, Source::From],
            Self::RpidPaidFrom => &[Source::RemoteParty, Source::Asserted, Source::From],
            Self::RpidFrom => &[Source::RemoteParty, Source::From],
            Self::From => &[Source::From],
        }
    }
}

impl Party {
    /// The number that is called, as long as nothing better is known.
    pub(super) fn dialled(uri: &Uri<'_>) -> Self {
        Self { name: String::new(), number: number_of(uri), anonymous: false }
    }

    /// Who sends a request outside any dialog.
    pub(super) fn of_request(request: &Message<'_>, order: CallerIdHeader, trusted: bool) -> Option<Self> {
        let from = request.from()?;
        let (address, is_from) = Self::stated(request, order, trusted).map_or((from, true), |at| (at, false));
        let mut party = Self::of(&address, wants_privacy(request));
        // The server names the number, the caller its own name: the same person.
        let number: String<{ limits::NAME_BYTES }> = number_of(&from.uri);
        if !is_from && party.name.is_empty() && !party.anonymous && number == party.number {
            party.name = from.display_name();
        }
        Some(party)
    }

    /// Who is at the other end now, if a message within the session says so. From and To are those of the
    /// first INVITE and say nothing new.
    fn of_change(message: &Message<'_>, order: CallerIdHeader, trusted: bool) -> Option<Self> {
        let address = Self::stated(message, order, trusted)?;
        Some(Self::of(&address, wants_privacy(message)))
    }

    /// The best identity other than From. RFC 3325 §8: only the word of a server that we trust.
    fn stated<'m>(message: &Message<'m>, order: CallerIdHeader, trusted: bool) -> Option<Address<'m>> {
        let party: &[u8] = if message.is_request() { b"calling" } else { b"called" };
        let of = |source: &Source| match source {
            Source::Asserted => asserted(message),
            Source::RemoteParty => message.remote_party(party),
            Source::From => None,
        };
        order.sources().iter().filter(|_| trusted).find_map(of)
    }

    fn of(address: &Address<'_>, hidden: bool) -> Self {
        let withheld = |what: &[u8]| {
            let asks = address.params.iter().filter(|param| param.name.eq_ignore_ascii_case(b"privacy"));
            asks.into_iter().any(|param| {
                let wish = param.text().split(|byte| matches!(byte, b'-' | b';')).next().unwrap_or(b"");
                wish.eq_ignore_ascii_case(b"full") || wish.eq_ignore_ascii_case(what)
            })
        };
        if hidden || withheld(b"uri") || is_anonymous(&address.uri) {
            return Self { name: text::shortened(ANONYMOUS), number: String::new(), anonymous: true };
        }
        let name = if withheld(b"name") { String::new() } else { address.display_name() };
        Self { name, number: number_of(&address.uri), anonymous: false }
    }
}

impl UserAgent {
    /// Whether a hop leads to, or a message came from, the extension's own server: the one that holds its
    /// binding, or its proxy. Its word on identities is believed, and ours is given to it alone.
    pub(super) fn is_own_server(&mut self, now: Instant, extension: ExtensionId, hop: &Hop) -> bool {
        let address = hop.remote.ip();
        if self.registrars.of(extension).home.is_some_and(|home| home.ip() == address) {
            return true;
        }
        match self.own_servers(now, extension) {
            Listed::Known(servers) => servers.iter().any(|server| server.remote.ip() == address),
            Listed::Pending | Listed::Nothing => false,
        }
    }

    /// A request or response within a session may name another party than before: the call was transferred
    /// or picked up (RFC 3325 §8, and usual with Remote-Party-ID).
    pub(super) fn learn_party(&mut self, now: Instant, id: SessionId, arrival: &Hop, message: &Message<'_>) {
        if !message.has(HeaderName::PAssertedIdentity) && !message.has(HeaderName::RemotePartyId) {
            return;
        }
        let Some(extension) = self.sessions.get(id.0).map(|session| session.extension) else { return };
        let trusted = self.is_own_server(now, extension, arrival);
        let order = self.settings.caller_id_header;
        let Some(session) = self.sessions.get_mut(id.0).filter(|session| session.state.is_named()) else {
            return;
        };
        if let Some(party) = Party::of_change(message, order, trusted).filter(|new| *new != session.peer) {
            session.peer = party;
            self.tell(Event::Party(id));
        }
    }
}

/// Writes who we are beside From: in the first INVITE of a call, for our own server only.
pub(super) fn own_identity(out: &mut Writer<'_>, account: &Account, settings: &Settings, anonymous: bool) {
    if account.remote_party_id {
        compose::begin(out, HeaderName::RemotePartyId);
        request::address_of_record(out, account, settings);
        out.text(";screen=yes;party=calling");
        out.text(if anonymous { ";privacy=full" } else { "" });
        compose::end(out);
    } else if anonymous {
        // RFC 3325 §9.2: From does not tell the server who pays.
        compose::begin(out, HeaderName::PPreferredIdentity);
        request::address_of_record(out, account, settings);
        compose::end(out);
    }
}

/// The value of Remote-Party-ID in an answer of ours: who was reached.
pub(super) fn reached_party(
    account: &Account,
    settings: &Settings,
) -> Option<heapless::Vec<u8, { limits::PARTY_BYTES }>> {
    let mut room = [0; limits::PARTY_BYTES];
    let mut out = Writer::new(&mut room);
    request::address_of_record(&mut out, account, settings);
    out.text(";screen=yes;party=called");
    let written = text::bytes(out.written()).filter(|_| account.remote_party_id);
    out.finish().ok().and(written)
}

/// The From value of a call of ours.
pub(super) fn own_party(
    account: &Account,
    settings: &Settings,
    anonymous: bool,
) -> Option<heapless::Vec<u8, { limits::PARTY_BYTES }>> {
    let mut room = [0; limits::PARTY_BYTES];
    let mut out = Writer::new(&mut room);
    // Remote-Party-ID can hide us by itself; `Use Anonymous With RPID` says whether From hides us too.
    if anonymous && (!account.remote_party_id || account.anonymous_with_remote_party_id) {
        // RFC 3323 §4.1.1.3
        out.text("\"Anonymous\" <sip:anonymous@anonymous.invalid>");
    } else {
        request::address_of_record(&mut out, account, settings);
    }
    let length = out.finish().ok()?;
    text::bytes(room.get(..length)?)
}

/// The number that a URI shows to a person.
pub(super) fn number_of<const N: usize>(uri: &Uri<'_>) -> String<N> {
    let host = uri.host();
    let shown = uri.user().or_else(|| host.as_ref().map(|host| host.as_bytes()));
    let mut plain: heapless::Vec<u8, N> = heapless::Vec::new();
    for byte in crate::sip::uri::unescaped(shown.unwrap_or(b"")) {
        if plain.push(byte).is_err() {
            break;
        }
    }
    text::readable(&plain)
}

/// RFC 3325 §9.1: one sip or sips URI, one tel URI, or both; the first of them is the fuller one.
fn asserted<'m>(message: &Message<'m>) -> Option<Address<'m>> {
    let mut all = message.addresses(HeaderName::PAssertedIdentity);
    let sip = message.addresses(HeaderName::PAssertedIdentity).find(|found| found.uri.sip().is_some());
    sip.or_else(|| all.next())
}

/// RFC 3323 §4.2, RFC 3325 §9.3. `full` is from a draft and still seen.
fn wants_privacy(message: &Message<'_>) -> bool {
    [&b"id"[..], b"user", b"full"].into_iter().any(|wish| message.asks_privacy(wish))
}

/// RFC 3323 §4.1.1.3; servers also write the user with a host of their own.
fn is_anonymous(uri: &Uri<'_>) -> bool {
    let host = uri.host();
    let at_nowhere = |host: &[u8]| host.eq_ignore_ascii_case(b"anonymous.invalid");
    host.is_some_and(|host| at_nowhere(host.as_bytes()))
        || uri.user().is_some_and(|user| user.eq_ignore_ascii_case(b"anonymous"))
}

/// What a person reads instead of a name.
const ANONYMOUS: &str = "Anonymous";

#[cfg(test)]
mod tests {
    use std::format;

    use super::*;

    fn of(headers: &str, order: CallerIdHeader, trusted: bool) -> Party {
        let text = format!("INVITE sip:a@b SIP/2.0\r\nFrom: \"F\" <sip:1@f>;tag=1\r\n{headers}\r\n");
        Party::of_request(&Message::parse(text.as_bytes()).unwrap(), order, trusted).unwrap()
    }

    fn shown(headers: &str, order: CallerIdHeader, trusted: bool) -> std::string::String {
        let party = of(headers, order, trusted);
        format!("{}/{}/{}", party.name, party.number, if party.anonymous { "anonymous" } else { "" })
    }

    const ALL: &str = "P-Asserted-Identity: <tel:+12>, \"P\" <sip:2@p>\r\n\
        Remote-Party-ID: \"R\" <sip:3@r>;party=calling;privacy=off\r\n";

    #[test]
    fn each_order_takes_its_first_and_strangers_are_believed_in_from_only() {
        let expected = ["P/2/", "P/2/", "R/3/", "R/3/", "F/1/"];
        for (order, expected) in CallerIdHeader::ALL.into_iter().zip(expected) {
            assert_eq!(shown(ALL, order, true), expected, "{}", order.name());
            assert_eq!(shown(ALL, order, false), "F/1/", "RFC 3325 §8");
        }
        assert_eq!(shown("", CallerIdHeader::PaidRpidFrom, true), "F/1/");
        let number_only = "P-Asserted-Identity: <sip:1@other>\r\n";
        assert_eq!(shown(number_only, CallerIdHeader::PaidFrom, true), "F/1/", "the caller's own name");
        assert_eq!(shown("P-Asserted-Identity: <tel:+12>\r\n", CallerIdHeader::PaidFrom, true), "/+12/");
    }

    #[test]
    fn rfc3323_4_2_who_does_not_want_to_be_shown() {
        let hidden = "Anonymous//anonymous";
        let best = CallerIdHeader::PaidRpidFrom;
        for headers in [
            "Privacy: id\r\n",
            "Privacy: header;user\r\n",
            "P-Asserted-Identity: <sip:2@p>\r\nPrivacy: id\r\n",
            "Remote-Party-ID: <sip:3@r>;privacy=full\r\n",
            "Remote-Party-ID: <sip:3@r>;privacy=uri-network\r\n",
            "Remote-Party-ID: <sip:anonymous@localhost>\r\n",
        ] {
            assert_eq!(shown(headers, best, true), hidden, "{headers}");
        }
        assert_eq!(shown("Privacy: none\r\n", best, true), "F/1/");
        assert_eq!(shown("Remote-Party-ID: \"R\" <sip:3@r>;privacy=name\r\n", best, true), "/3/");
        let from = "INVITE sip:a@b SIP/2.0\r\nFrom: \"X\" <sip:anonymous@anonymous.invalid>;tag=1\r\n";
        let bare = format!("{from}\r\n");
        let party = Party::of_request(&Message::parse(bare.as_bytes()).unwrap(), best, true).unwrap();
        assert!(party.anonymous && party.number.is_empty());
        // The server knows better, and was not asked to keep it.
        let known = format!("{from}P-Asserted-Identity: <sip:2@p>\r\n\r\n");
        let party = Party::of_request(&Message::parse(known.as_bytes()).unwrap(), best, true).unwrap();
        assert_eq!((party.anonymous, party.number.as_str()), (false, "2"));
    }
}
