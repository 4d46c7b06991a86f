//! Composing our requests (RFC 3261 §8.1.1): the head that all share, and the fields that some carry.

use core::net::SocketAddr;

use super::account::{Account, Settings};
use super::digits::BODIES;
use super::nat::Shown;
use crate::base::Writer;
use crate::sip::admission::Abilities;
use crate::sip::{HeaderName, Message, Method, compose};
use crate::transaction::{Hop, Transport};

/// Room for a Via value of ours.
pub(super) type ViaRoom = [u8; 160];

/// An address, and the transport to it.
pub(super) type Place = (SocketAddr, Transport);

/// Our Via value (RFC 3261 §8.1.1.7).
pub(super) fn via<'r>(room: &'r mut ViaRoom, hop: &Hop, shown: Shown, branch: &[u8]) -> &'r [u8] {
    let mut out = Writer::new(room);
    out.text("SIP/2.0/");
    out.text(hop.transport.name());
    out.text(" ");
    out.socket_address(shown.via);
    out.text(";branch=");
    out.put(branch);
    // RFC 3581 §3: needed behind a NAT, harmless elsewhere.
    out.text(";rport");
    if hop.transport.is_reliable() {
        // RFC 5923 §4: the peer's requests may come through the same connection.
        out.text(";alias");
    }
    let length = out.len();
    room.get(..length).unwrap_or(&[])
}

/// Writes our Contact: the extension's user at the address that we are reached at (RFC 3261 §8.1.1.8).
pub(super) fn contact(out: &mut Writer<'_>, account: &Account, shown: Shown) {
    compose::begin(out, HeaderName::Contact);
    out.text("<");
    contact_uri(out, account, shown);
    out.text(">");
    compose::end(out);
}

/// Writes a Contact that removes the binding of an address that we had before (RFC 3261 §10.2.2).
pub(super) fn former_contact(out: &mut Writer<'_>, account: &Account, former: Place) {
    compose::begin(out, HeaderName::Contact);
    out.text("<");
    placed_uri(out, account, former);
    out.text(">;expires=0");
    compose::end(out);
}

/// Writes the URI of our Contact.
pub(super) fn contact_uri(out: &mut Writer<'_>, account: &Account, shown: Shown) {
    placed_uri(out, account, place(account, shown));
}

/// Where we are reached.
pub(super) const fn place(account: &Account, shown: Shown) -> Place {
    (shown.contact, account.transport)
}

fn placed_uri(out: &mut Writer<'_>, account: &Account, (address, transport): Place) {
    out.text("sip:");
    if !account.user.is_empty() {
        user(out, account.user.as_bytes());
        out.text("@");
    }
    out.socket_address(address);
    match transport {
        Transport::Udp => {}
        Transport::Tcp => out.text(";transport=tcp"),
        Transport::Tls => out.text(";transport=tls"),
    }
}

/// Writes a user part, with `%` escapes for what may not stand there bare (RFC 3261 §25.1, `user`).
pub(super) fn user(out: &mut Writer<'_>, user: &[u8]) {
    for &byte in user {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()&=+$,;?/".contains(&byte) {
            out.put(&[byte]);
        } else {
            out.text("%");
            out.hex(u32::from(byte), 2);
        }
    }
}

/// Writes the extension's address-of-record as a From value: its name, its user, its proxy.
pub(super) fn address_of_record(out: &mut Writer<'_>, account: &Account, settings: &Settings) {
    let name = account.display_name.trim().as_bytes();
    if !name.is_empty() {
        // RFC 3261 §25.1: a display name without quotes is tokens and blanks.
        let bare = name.iter().all(|byte| byte.is_ascii_alphanumeric() || b" -.!%*_+`'~".contains(byte));
        if bare && !settings.escape_display_name {
            out.put(name);
        } else {
            compose::quoted(out, name);
        }
        out.text(" ");
    }
    out.text("<sip:");
    user(out, account.user.as_bytes());
    out.text("@");
    // With its port, if one is set: a registrar on an odd port may be known by nothing else.
    out.text(account.domain());
    out.text(">");
}

/// Host and port of a `host[:port]` setting, brackets of an IPv6 host kept.
pub(super) fn host_and_port(setting: &str) -> (&str, Option<u16>) {
    let colon = memchr::memrchr(b':', setting.as_bytes()).and_then(|at| setting.split_at_checked(at));
    let split =
        colon.filter(|(host, _)| memchr::memchr(b':', host.as_bytes()).is_none() || host.ends_with(']'));
    match split.map(|(host, port)| (host, port.strip_prefix(':').map(str::parse))) {
        Some((host, Some(Ok(port)))) => (host, Some(port)),
        Some((_, Some(Err(_)) | None)) | None => (setting, None),
    }
}

/// Writes what we can do, in a request or answer that forms a session.
pub(super) fn capabilities(out: &mut Writer<'_>) {
    compose::header(out, HeaderName::Allow, ALLOW);
}

/// The value of a Reason of ours (RFC 3326).
pub(super) fn reason<'r>(room: &'r mut [u8; 80], status: u16, text: &str) -> &'r [u8] {
    let mut out = Writer::new(room);
    out.text("SIP;cause=");
    out.number(u64::from(status));
    out.text(";text=");
    compose::quoted(&mut out, text.as_bytes());
    let length = out.len();
    room.get(..length).unwrap_or(&[])
}

/// Writes User-Agent, if there is one.
pub(super) fn user_agent(out: &mut Writer<'_>, settings: &Settings) {
    if !settings.user_agent.is_empty() {
        compose::header(out, HeaderName::UserAgent, settings.user_agent.as_bytes());
    }
}

/// Writes what a proxy must support, in every request but ACK and CANCEL (§20.29).
pub(super) fn demands(out: &mut Writer<'_>, account: &Account) {
    if !account.proxy_require.is_empty() {
        compose::header(out, HeaderName::ProxyRequire, account.proxy_require.as_bytes());
    }
}

/// Writes the languages that the person reads, in requests that form something (§20.3).
pub(super) fn languages(out: &mut Writer<'_>, settings: &Settings) {
    if !settings.accept_language.is_empty() {
        compose::header(out, HeaderName::AcceptLanguage, settings.accept_language.as_bytes());
    }
}

/// Writes Server, if there is one.
pub(super) fn server(out: &mut Writer<'_>, settings: &Settings) {
    if !settings.server.is_empty() {
        compose::header(out, HeaderName::Server, settings.server.as_bytes());
    }
}

/// Writes the event packages that a NOTIFY may be about (RFC 6665 §8.2.2).
pub(super) fn allow_events(out: &mut Writer<'_>, settings: &Settings) {
    let packages = EVENTS.into_iter();
    let talk = settings.talk_package.then_some(&b"talk"[..]);
    let hold = settings.hold_package.then_some(&b"hold"[..]);
    compose::list_header(out, HeaderName::AllowEvents, packages.chain(talk).chain(hold));
}

/// What we can do with a message: the bodies that we read depend on the method.
pub(super) fn abilities(message: &Message<'_>) -> Abilities<'static> {
    let bodies: &[&[u8]] = if message.method() == Some(Method::Info) { &BODIES } else { ABILITIES.bodies };
    Abilities { bodies, ..ABILITIES }
}

/// What we can do.
pub(super) const ABILITIES: Abilities<'static> = Abilities {
    methods: &[
        Method::Invite,
        Method::Ack,
        Method::Cancel,
        Method::Bye,
        Method::Options,
        Method::Refer,
        Method::Notify,
        Method::Info,
        Method::Prack,
        Method::Update,
    ],
    options: &EXTENSIONS,
    bodies: &[SDP, MESSAGE_SUMMARY, DIALOG_INFO, SIPFRAG],
    answers: &[SDP],
};
/// Its methods as Allow says them.
pub(super) const ALLOW: &[u8] = b"INVITE, ACK, CANCEL, BYE, OPTIONS, NOTIFY, REFER, INFO, PRACK, UPDATE";
/// The event packages that notifications may be about.
const EVENTS: [&[u8]; 10] = [
    b"message-summary",
    b"dialog",
    b"call-info",
    b"line-seize",
    b"refer",
    b"resync",
    b"check-sync",
    b"reboot",
    b"restart_now",
    b"report",
];
/// The extensions that a Require may name.
pub(super) const EXTENSIONS: [&[u8]; 3] = [super::early::OPTION, super::refresh::OPTION, b"replaces"];
/// The bodies that we read.
pub(super) const SDP: &[u8] = b"application/sdp";
pub(super) const MESSAGE_SUMMARY: &[u8] = b"application/simple-message-summary";
const SIPFRAG: &[u8] = b"message/sipfrag";
pub(super) const DIALOG_INFO: &[u8] = b"application/dialog-info+xml";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_name_a_host_and_perhaps_a_port() {
        assert_eq!(host_and_port("sip.example.com:5070"), ("sip.example.com", Some(5070)));
        assert_eq!(host_and_port("192.0.2.1"), ("192.0.2.1", None));
        assert_eq!(host_and_port("[2001:db8::1]:5070"), ("[2001:db8::1]", Some(5070)));
        assert_eq!(host_and_port("[2001:db8::1]"), ("[2001:db8::1]", None));
        assert_eq!(host_and_port("2001:db8::1"), ("2001:db8::1", None));
    }

    #[test]
    fn a_user_part_is_escaped_and_a_name_quoted() {
        let mut buffer = [0; 128];
        let mut out = Writer::new(&mut buffer);
        let mut account = Account::new();
        account.user = crate::base::text::exact("a b@c").unwrap();
        account.display_name = crate::base::text::exact("Joe \"J\"").unwrap();
        account.proxy = crate::base::text::exact("example.com").unwrap();
        let mut settings = Settings::new();
        address_of_record(&mut out, &account, &settings);
        assert_eq!(out.written(), b"\"Joe \\\"J\\\"\" <sip:a%20b%40c@example.com>");
        for (escape, expected) in [(false, &b"Joe J. <sip:joe"[..]), (true, b"\"Joe J.\" <sip:joe")] {
            account.user = crate::base::text::exact("joe").unwrap();
            account.display_name = crate::base::text::exact("Joe J.").unwrap();
            settings.escape_display_name = escape;
            let mut buffer = [0; 128];
            let mut out = Writer::new(&mut buffer);
            address_of_record(&mut out, &account, &settings);
            assert!(out.written().starts_with(expected), "Escape Display Name");
        }
    }
}
