//! Behind a network address translator: what we show of ourselves, and how we learn what others see (RFC
//! 3581, the phone's `NAT Support Parameters`).

use core::net::{IpAddr, SocketAddr};
use heapless::String;

use super::account::{Account, Settings};
use super::keep_alive::{self, KeepAlive};
use super::names::{Listed, Lookup, Place};
use super::next_hop::NextHop;
use super::request::host_and_port;
use super::{ExtensionId, Instant, Rng, UserAgent, identifier, request};
use crate::base::{Writer, earliest, text};
use crate::limits;
use crate::sip::{HeaderName, Message, Method, compose};
use crate::stun;
use crate::stun::binding::{self, Binding};
use crate::transaction::{Hop, Transport};

/// The addresses that we show of ourselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    /// In Contact.
    pub(super) contact: SocketAddr,
    /// In Via.
    pub(super) via: SocketAddr,
    /// In session descriptions.
    pub(super) media: IpAddr,
}

impl UserAgent {
    /// What an extension shows of itself; `None` without network.
    ///
    /// `EXT IP` and `EXT SIP Port` stand wherever an address of ours does. What was learned stands in Contact
    /// and session descriptions if `NAT Mapping Enable` says so, and in Via if `Substitute VIA Addr` does.
    pub(super) fn shown_address(&self, extension: ExtensionId) -> Option<Shown> {
        let own = self.address?;
        let account = self.accounts.of(extension);
        let settings = &self.settings;
        let mapped = self.mapped.of(extension).filter(|_| account.nat_mapping);
        let fixed = settings.external_address;
        let media = fixed.or_else(|| mapped.map(|mapped| mapped.ip())).unwrap_or(own);
        let mapped_port = mapped.map(|mapped| mapped.port());
        let port = account.external_port.or(mapped_port).unwrap_or(account.port);
        let contact = SocketAddr::new(media, port);
        let via = if settings.substitute_via_address {
            contact
        } else {
            SocketAddr::new(fixed.unwrap_or(own), account.external_port.unwrap_or(account.port))
        };
        Some(Shown { contact, via, media })
    }
}

impl Settings {
    /// The RTP port that others see: `EXT RTP Port Min` moves the whole range.
    pub(super) fn shown_rtp_port(&self, port: u16) -> u16 {
        moved(port, self.rtp_port_min, self.external_rtp_port_min)
    }
}

/// A port of a range that begins at `from` in the range that begins at `to`.
const fn moved(port: u16, from: u16, to: Option<u16>) -> u16 {
    match to {
        Some(to) => to.wrapping_add(port.wrapping_sub(from)),
        None => port,
    }
}

/// `NAT Keep Alive Msg`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeepAliveMessage {
    /// `$NOTIFY`: a NOTIFY of the event `keep-alive`.
    Notify,
    /// `$REGISTER`: a REGISTER without Contact, which changes no binding.
    Register,
    /// `$PING`: a request with the method PING.
    Ping,
    /// Anything else, as it is; nothing at all over a connection is two line ends (RFC 5626 §4.4.1).
    Text(String<31>),
}

impl KeepAliveMessage {
    /// What the setting's text means; `None` when it is longer than 31 bytes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "$NOTIFY" => Self::Notify,
            "$REGISTER" => Self::Register,
            "$PING" => Self::Ping,
            other => Self::Text(text::exact(other)?),
        })
    }
}

impl UserAgent {
    /// After each input: keep-alives and questions to the STUN server run exactly where they are wanted.
    pub(super) fn settle_nat(&mut self, now: Instant, rng: &mut dyn Rng) {
        for extension in ExtensionId::ALL {
            let account = self.accounts.of(extension);
            let up = self.address.is_some() && account.enabled;
            let every_s = if up && account.keep_alive { self.settings.keep_alive_s } else { 0 };
            let every = keep_alive::Input::Every(u64::from(every_s).saturating_mul(1_000));
            let _configured = self.keep_alives.of_mut(extension).step(now, every);
            let account = self.accounts.of(extension);
            let asks = up && account.nat_mapping && account.transport == Transport::Udp;
            let asks = asks && !self.settings.stun_server.is_empty();
            match (asks, self.stun.of(extension).state()) {
                // One message an input: the others follow with the next one.
                (true, binding::State::Idle) if self.outbox.ticket().is_none() => {
                    if self.stun_hop(now, extension).is_some() {
                        self.stun_step(now, rng, extension, binding::Input::Start);
                    }
                }
                (true, _) | (false, binding::State::Idle) => {}
                (false, _) => {
                    self.stun_step(now, rng, extension, binding::Input::Stop);
                    *self.mapped.of_mut(extension) = None;
                }
            }
        }
    }

    /// What is due.
    pub(super) fn nat_timeout(&mut self, now: Instant, rng: &mut dyn Rng) {
        for extension in ExtensionId::ALL {
            self.stun_step(now, rng, extension, binding::Input::Timeout);
            let busy = self.outbox.ticket().is_some();
            let machine = self.keep_alives.of_mut(extension);
            if busy && machine.deadline().is_some_and(|due| due <= now) {
                let _later = machine.step(now, keep_alive::Input::Postpone);
            } else if machine.step(now, keep_alive::Input::Timeout).send {
                self.send_keep_alive(now, rng, extension);
            }
        }
    }

    /// When something is due.
    pub(super) fn nat_deadline(&self) -> Option<Instant> {
        let stun = self.stun.0.iter().map(Binding::deadline);
        earliest(stun.chain(self.keep_alives.0.iter().map(KeepAlive::deadline)))
    }

    /// A response of the registrar: where it saw us (`Handle VIA received`, `Handle VIA rport`; RFC 3581 §3).
    pub(super) fn learn_mapping(&mut self, extension: ExtensionId, response: &Message<'_>) {
        let (Some(via), Some(shown)) = (response.via(), self.shown_address(extension)) else { return };
        if self.stun.of(extension).mapped().is_some() {
            return;
        }
        let ip = via.received().filter(|_| self.settings.handle_via_received);
        let port = via.rport().filter(|port| *port != 0 && self.settings.handle_via_rport);
        if ip.is_some() || port.is_some() {
            let (own_ip, own_port) = (shown.contact.ip(), shown.contact.port());
            let learned = (ip.unwrap_or(own_ip), port.unwrap_or(own_port));
            *self.mapped.of_mut(extension) = Some(learned.into());
        }
    }

    /// A STUN message at a SIP port.
    pub(super) fn take_stun(&mut self, now: Instant, rng: &mut dyn Rng, bytes: &[u8]) {
        let Ok(message) = stun::Message::parse(bytes) else {
            self.counters.malformed = self.counters.malformed.saturating_add(1);
            return;
        };
        let transaction = message.transaction();
        let asked = |extension: &ExtensionId| self.stun.of(*extension).transaction() == transaction;
        let Some(extension) = ExtensionId::ALL.into_iter().find(asked) else { return };
        let seen = message.mapped_address().filter(|_| !message.has_unknown_required());
        let input = match (message.class(), seen) {
            (stun::Class::Success, Some(seen)) => binding::Input::Mapped { transaction, seen },
            (stun::Class::Success, None) | (stun::Class::Error, _) => binding::Input::Refused { transaction },
            (stun::Class::Request | stun::Class::Indication, _) => return,
        };
        self.stun_step(now, rng, extension, input);
    }

    fn stun_step(&mut self, now: Instant, rng: &mut dyn Rng, extension: ExtensionId, input: binding::Input) {
        // Drawn only where a question may begin.
        let begins = match input {
            binding::Input::Start => true,
            binding::Input::Timeout => self.stun.of(extension).deadline().is_some_and(|due| due <= now),
            binding::Input::Stop | binding::Input::Mapped { .. } | binding::Input::Refused { .. } => false,
        };
        let words = [(); 3].map(|()| if begins { rng.next_u32() } else { 0 });
        let machine = self.stun.of_mut(extension);
        let step = machine.step(now, stun::TransactionId::from_words(words), input);
        let (mapped, transaction) = (machine.mapped(), machine.transaction());
        if step.told && mapped.is_some() {
            *self.mapped.of_mut(extension) = mapped;
        }
        if step.transmit
            && let Some(hop) = self.stun_hop(now, extension)
        {
            let mut out = self.outbox.writer();
            stun::compose::binding_request(&mut out, transaction);
            if let Ok(length) = out.finish() {
                self.outbox.send(self.transactions.next_ticket(), hop, length);
            }
        }
    }

    pub(super) fn stun_hop(&mut self, now: Instant, extension: ExtensionId) -> Option<Hop> {
        let Self { settings, names, accounts, .. } = self;
        let (host, port) = host_and_port(&settings.stun_server);
        let place = Place {
            host,
            port: Some(port.unwrap_or(stun::PORT)),
            transport: Transport::Udp,
            lookup: Lookup::Host,
        };
        let Listed::Known(servers) = names.servers(now, &place) else { return None };
        let local_port = accounts.of(extension).port;
        let remote = servers.first()?.remote;
        Some(Hop { transport: Transport::Udp, remote, local_port, connection: None })
    }

    /// Outside any transaction: what is lost is made up for by the next one, and an answer is not awaited.
    fn send_keep_alive(&mut self, now: Instant, rng: &mut dyn Rng, extension: ExtensionId) -> Option<()> {
        let hop = match self.keep_alive_hop(now, extension) {
            NextHop::Known(hop) => hop,
            NextHop::Pending | NextHop::Nowhere => return None,
        };
        let shown = self.shown_address(extension)?;
        let Self { settings, accounts, outbox, transactions, counters, .. } = self;
        let account = accounts.of(extension);
        let mut out = outbox.writer();
        match &account.keep_alive_message {
            KeepAliveMessage::Text(text) if text.is_empty() && hop.transport.is_reliable() => {
                out.text("\r\n\r\n");
            }
            KeepAliveMessage::Text(text) => out.text(text),
            KeepAliveMessage::Notify => {
                compose_keep_alive(&mut out, rng, Method::Notify, (account, settings), shown, &hop)
            }
            KeepAliveMessage::Register => {
                compose_keep_alive(&mut out, rng, Method::Register, (account, settings), shown, &hop);
            }
            KeepAliveMessage::Ping => {
                compose_keep_alive(&mut out, rng, Method::Other(b"PING"), (account, settings), shown, &hop);
            }
        }
        let Ok(length) = out.finish() else {
            counters.unsendable = counters.unsendable.saturating_add(1);
            return None;
        };
        outbox.send(transactions.next_ticket(), hop, length);
        Some(())
    }
}

fn compose_keep_alive(
    out: &mut Writer<'_>,
    rng: &mut dyn Rng,
    method: Method<'_>,
    (account, settings): (&Account, &Settings),
    shown: Shown,
    hop: &Hop,
) {
    let mut room = [0; limits::URI_BYTES];
    let mut own = Writer::new(&mut room);
    request::address_of_record(&mut own, account, settings);
    let mut target = [0; limits::HOST_BYTES + 4];
    let mut uri = Writer::new(&mut target);
    uri.text("sip:");
    uri.text(account.domain());
    compose::request_line(out, method, uri.written());
    let mut via = [0; 160];
    let branch = identifier::branch(rng);
    compose::header(out, HeaderName::Via, request::via(&mut via, hop, shown, &branch));
    compose::number_header(out, HeaderName::MaxForwards, u64::from(settings.max_forwards));
    compose::begin(out, HeaderName::From);
    out.put(own.written());
    out.text(";tag=");
    out.put(&identifier::tag(rng));
    compose::end(out);
    compose::header(out, HeaderName::To, own.written());
    compose::header(out, HeaderName::CallId, &identifier::call_id(rng));
    compose::cseq(out, 1, method);
    if method == Method::Notify {
        compose::header(out, HeaderName::Event, b"keep-alive");
    }
    compose::finish_without_body(out);
}
