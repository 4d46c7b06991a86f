//! The user agent core: registration, authentication, INVITE sessions, everything that SIP requires.
//!
//! [`UserAgent`] takes messages, commands and the time, and gives events for the layer above and messages for
//! the network. It never sees a key or a lamp.

mod account;
mod answer;
mod answered;
mod beside;
pub mod challenge;
mod clock;
mod codecs;
pub mod command;
mod digits;
mod early;
mod elsewhere;
mod errand;
pub mod event;
mod failover;
mod failures;
mod follow;
#[cfg(any(test, feature = "_fuzzing"))]
mod fuzz;
mod guard;
mod identifier;
mod identity;
pub mod ids;
mod incoming;
mod incoming_call;
mod inquiry;
mod keep_alive;
mod listening;
mod media_port;
mod modify;
mod names;
mod nat;
mod next_hop;
mod notification;
mod notified;
mod notifier;
mod outbox;
mod outgoing_call;
pub mod provisional;
mod referral;
mod refresh;
mod register;
mod registration;
mod report;
mod request;
mod resolve;
mod response;
mod session;
pub mod session_timer;
mod shared_line;
mod srv;
mod subscriber;
mod subscription;
mod succession;
mod summons;
mod transfer;
mod update;
mod view;

pub use account::{Account, Redundancy, Settings, Srtp};
pub use codecs::preferred_codecs;
pub use command::{CodecChoice, Command, Invite, Outcome, Package, Refusal};
pub use event::{AppearanceState, EndReason, Event, RegistrationState, Service, Standing};
#[cfg(any(test, feature = "_fuzzing"))]
#[doc(hidden)]
pub use fuzz::fuzz_ua_moves;
pub use identity::CallerIdHeader;
pub use ids::{ExtensionId, SessionId, Ticket};
pub use media_port::MapPort;
pub use nat::KeepAliveMessage;
pub use resolve::{Query, Records, Resolve, SrvRecord};
pub use succession::RegistrationMark;
pub use view::{RegistrationView, SessionMedia, SessionView};

use core::net::{IpAddr, SocketAddr};
use heapless::Deque;

use crate::base::{Instant, Pool, Rng, earliest};
use crate::limits;
use crate::media::stream::Statistics;
use crate::sdp::MediaKeys;
use crate::stun::Binding;
use crate::transaction::{ClientEnd, ClientId, Hop, Notice, Owner, ServerEnd, Transactions};
use answered::Answered;
use challenge::Keyring;
use errand::{Errand, Purpose};
use failover::Loss;
use failures::Failures;
use guard::Guard;
use ids::PerExtension;
use keep_alive::KeepAlive;

use names::Names;
use outbox::Outbox;
use register::Registrar;
use session::Session;
use session::progress;
use subscriber::Subscriber;

/// Four extensions' worth of SIP.
#[derive(Debug)]
pub struct UserAgent {
    settings: Settings,
    accounts: PerExtension<Account>,
    registrars: PerExtension<Registrar>,
    credentials: PerExtension<Keyring>,
    sessions: Pool<Session, { limits::SESSIONS }>,
    subscribers: Pool<Subscriber, { limits::SUBSCRIPTIONS }>,
    follows: follow::Follows,
    /// An account was changed, and its mailbox perhaps.
    unsettled: bool,
    transactions: Transactions,
    names: Names,
    failures: Failures,
    /// Where others see each extension's port, as far as it was learned.
    mapped: PerExtension<Option<SocketAddr>>,
    stun: PerExtension<Binding>,
    keep_alives: PerExtension<KeepAlive>,
    outbox: Outbox,
    answered: Answered,
    letter: inquiry::Letter,
    guard: Guard,
    events: Deque<Event, { limits::EVENTS }>,
    address: Option<IpAddr>,
    clock_told: Option<Instant>,
    /// An account that takes over when the binding of the one before is removed.
    succession: Option<(ExtensionId, Account)>,
    /// Makes the tags of stateless answers the same for each retransmission, and nobody's guess.
    secret: Option<u32>,
    next_port: u16,
    counters: Counters,
}

/// What the user agent is given.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// The network is there and this is our address, or it is gone.
    Network(Option<IpAddr>),
    /// A datagram, or one whole message of a stream (see [`crate::sip::stream`]).
    Message {
        /// Where it came from, and at which of our ports.
        arrival: Hop,
        /// The message.
        bytes: &'a [u8],
    },
    /// A message could not be delivered there, or the connection is gone.
    Unreachable(Hop),
    /// The answer to a [`Resolve`].
    Resolved {
        /// The question's ticket.
        ticket: Ticket,
        /// The answer.
        records: Records<'a>,
        /// How long it is good, seconds, if the host knows.
        ttl_s: Option<u32>,
    },
    /// How a session's audio fares, as the task that carries it counts; the newest figures count.
    MediaStatistics {
        /// The session.
        session: SessionId,
        /// The figures.
        figures: &'a Statistics,
    },
    /// The answer to a [`MapPort`]: where the server sees the port; `None`: it does not say.
    PortMapped {
        /// The question's ticket.
        ticket: Ticket,
        /// The mapped address.
        seen: Option<SocketAddr>,
    },
    /// A wish of the layer above.
    Command(Command<'a>),
    /// The deadline has come.
    Timeout,
}

/// A message for the network.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// Where it goes.
    pub hop: Hop,
    /// The message.
    pub bytes: &'a [u8],
}

/// What did not go as wished, since power-up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Datagrams that are no SIP message at all, or responses that are malformed.
    pub malformed: u32,
    /// Requests refused for their syntax or for what they require.
    pub rejected: u32,
    /// Requests beyond a capacity of ours.
    pub over_limit: u32,
    /// Requests and ACKs that belong to no dialog.
    pub strays: u32,
    /// Messages of ours that did not fit into [`limits::MESSAGE_BYTES`].
    pub unsendable: u32,
}

impl UserAgent {
    /// A user agent without network and accounts.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            settings: Settings::new(),
            accounts: PerExtension([const { Account::new() }; limits::EXTENSIONS]),
            registrars: PerExtension([const { Registrar::new() }; limits::EXTENSIONS]),
            credentials: PerExtension([const { Keyring::new() }; limits::EXTENSIONS]),
            sessions: Pool::new(),
            subscribers: Pool::new(),
            follows: Pool::new(),
            unsettled: false,
            transactions: Transactions::new(),
            names: Names::new(),
            failures: Failures::new(),
            mapped: PerExtension([const { None }; limits::EXTENSIONS]),
            stun: PerExtension([const { Binding::new() }; limits::EXTENSIONS]),
            keep_alives: PerExtension([const { KeepAlive::new() }; limits::EXTENSIONS]),
            outbox: Outbox::new(),
            answered: Answered::new(),
            letter: inquiry::Letter::new(),
            guard: Guard::new(),
            events: Deque::new(),
            address: None,
            clock_told: None,
            succession: None,
            secret: None,
            next_port: 0,
            counters: Counters { malformed: 0, rejected: 0, over_limit: 0, strays: 0, unsendable: 0 },
        }
    }

    /// The settings that all extensions share, to change; the next message follows them.
    pub const fn settings_mut(&mut self) -> &mut Settings {
        &mut self.settings
    }

    /// Gives an extension its account. Another account registers anew, and one that is not to register any
    /// more removes its binding, when the next `Timeout` comes, which [`UserAgent::deadline`] asks for; calls
    /// go on. With `Remove Last Reg` an account of another party takes over only when the binding of the one
    /// before is removed.
    pub fn set_account(&mut self, extension: ExtensionId, account: &Account) {
        if !self.defers(extension, account) {
            self.replace_account(extension, account);
        }
    }

    fn replace_account(&mut self, extension: ExtensionId, account: &Account) {
        let held = self.accounts.of_mut(extension);
        if held == account {
            return;
        }
        let same_secret = held.auth_user == account.auth_user && held.password == account.password;
        if !same_secret {
            *self.credentials.of_mut(extension) = Keyring::new();
        }
        self.registrars.of_mut(extension).account_changed(held, account);
        let other = !held.binds_as(account) || held.mailbox != account.mailbox;
        *held = account.clone();
        if other {
            self.account_of_subscribers_changed(extension);
        }
    }

    /// Takes one input. What comes of it is fetched with the `poll` functions.
    pub fn step(&mut self, now: Instant, rng: &mut dyn Rng, input: Input<'_>) -> Outcome {
        self.transactions.set_compact(self.settings.compact_headers);
        match input {
            Input::Network(address) => self.network(now, rng, address),
            Input::Message { arrival, bytes } => self.receive(now, rng, arrival, bytes),
            Input::Unreachable(hop) => {
                let ticket = self.transactions.next_ticket();
                while let Some(notice) = self.transactions.transport_failed_before(now, &hop, ticket) {
                    self.notice(now, rng, notice);
                }
            }
            Input::Resolved { ticket, records, ttl_s } => {
                if self.names.resolved(now, rng, ticket, records, ttl_s) {
                    self.located(now, rng);
                }
            }
            Input::MediaStatistics { session, figures } => self.take_statistics(session, figures),
            Input::PortMapped { ticket, seen } => self.port_mapped(now, rng, ticket, seen),
            Input::Command(command) => {
                let outcome = self.command(now, rng, command);
                self.come_to_rest(now, rng);
                return outcome;
            }
            Input::Timeout => self.timeout(now, rng),
        }
        self.settle_nat(now, rng);
        self.move_bindings(now, rng);
        self.come_to_rest(now, rng);
        Outcome::Done
    }

    /// The next thing that the layer above should know; drain after each step.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// The next message for the network, in the order of the decisions; drain after each step.
    pub fn poll_transmit(&mut self) -> Option<Outgoing<'_>> {
        let stateless_first = match (self.outbox.ticket(), self.transactions.pending_ticket()) {
            (Some(ours), Some(theirs)) => ours < theirs,
            (ours, _) => ours.is_some(),
        };
        if stateless_first {
            return self.outbox.take().map(|(hop, bytes)| Outgoing { hop, bytes });
        }
        self.transactions.take_pending().map(|out| Outgoing { hop: out.hop, bytes: out.bytes })
    }

    /// Whether [`UserAgent::poll_resolve`] has a name to give.
    #[must_use]
    pub fn has_resolve(&self) -> bool {
        self.names.is_wanted()
    }

    /// The next name for the host's resolver; drain after each step.
    pub fn poll_resolve(&mut self) -> Option<Resolve<'_>> {
        self.names.poll()
    }

    /// When to step with [`Input::Timeout`].
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        let registrars = self.registrars.0.iter().map(|registrar| registrar.deadline(self.address.is_some()));
        let sessions = self.sessions.iter().map(|(_, session)| session.deadline());
        earliest(registrars.chain(sessions).chain([
            self.nat_deadline(),
            self.transactions.deadline(),
            self.subscribers_deadline(),
        ]))
    }

    /// A session by its name, while it lasts.
    #[must_use]
    pub fn session(&self, id: SessionId) -> Option<SessionView<'_>> {
        self.sessions.get(id.0).filter(|session| session.state.is_named()).map(Session::view)
    }

    /// The keys of a session's audio; none while it is plain RTP. They are lent, not copied: an audio task
    /// makes its session keys of them.
    #[must_use]
    pub fn media_keys(&self, id: SessionId) -> Option<&MediaKeys> {
        let session = self.sessions.get(id.0).filter(|session| session.state.is_named())?;
        session.media.as_ref()?.keys.as_ref()
    }

    /// An extension's registration.
    #[must_use]
    pub fn registration(&self, extension: ExtensionId) -> RegistrationView {
        self.registrars.of(extension).view()
    }

    /// What did not go as wished.
    #[must_use]
    pub const fn counters(&self) -> Counters {
        self.counters
    }

    /// The transactions' own counters.
    #[must_use]
    pub const fn transaction_counters(&self) -> crate::transaction::Counters {
        self.transactions.counters()
    }

    /// Sessions and transactions that are there now, those included that only absorb retransmissions.
    #[must_use]
    pub fn load(&self) -> (usize, usize) {
        (self.sessions.len(), self.transactions.len())
    }

    fn network(&mut self, now: Instant, rng: &mut dyn Rng, address: Option<IpAddr>) {
        if self.address == address {
            return;
        }
        self.address = address;
        for extension in ExtensionId::ALL {
            self.restart_registration(now, rng, extension);
        }
        self.restart_subscribers(now, rng);
    }

    fn timeout(&mut self, now: Instant, rng: &mut dyn Rng) {
        for extension in ExtensionId::ALL {
            self.registration_timeout(now, rng, extension);
        }
        // Each session's timers once: a slot that is freed and taken again has none due.
        for index in 0..limits::SESSIONS {
            let session = self.sessions.iter().find(|(handle, _)| handle.index() == index);
            if let Some(id) = session.map(|(handle, _)| SessionId(handle)) {
                self.session_timeout(now, rng, id);
                self.mapping_timeout(now, rng, id);
                self.transfer_timeout(now, rng, id);
            }
        }
        self.subscribers_timeout(now, rng);
        while let Some(notice) = self.transactions.step_timeout(now) {
            self.notice(now, rng, notice);
        }
        self.nat_timeout(now, rng);
    }

    /// A transaction ended without a message (RFC 3261 §8.1.3.1, §17.2.4).
    fn notice(&mut self, now: Instant, rng: &mut dyn Rng, notice: Notice) {
        match notice {
            Notice::Client { client, owner, end: ClientEnd::TimedOut } => {
                self.client_failed(now, rng, client, owner, Loss::TimedOut);
            }
            Notice::Client { client, owner, end: ClientEnd::TransportFailed } => {
                self.client_failed(now, rng, client, owner, Loss::Unreachable);
            }
            Notice::Server { server, end: ServerEnd::TransportFailed, .. } => {
                // RFC 6026 §8: an answer that was not delivered is repeated like one that was lost.
                crate::note!("answer not delivered");
                let _ = server;
            }
            Notice::Client { end: ClientEnd::Ended, .. }
            | Notice::Server { end: ServerEnd::NotAcknowledged | ServerEnd::Ended, .. } => {}
        }
    }

    /// A request of ours got no answer.
    fn client_failed(&mut self, now: Instant, rng: &mut dyn Rng, client: ClientId, owner: Owner, loss: Loss) {
        let hop = self.transactions.client_hop(client);
        let (Some(errand), Some(hop)) = (Errand::of(owner), hop) else { return };
        if !self.reconnects(errand, client, &hop, loss) {
            self.server_lost(now, errand, &hop, loss);
        }
        if !self.awaits(errand, client) || self.goes_on(now, rng, errand, client) {
            return;
        }
        match errand.purpose {
            Purpose::Register => self.register_failed(now, rng, errand.extension, loss.status(), None),
            Purpose::Invite(id) | Purpose::Bye(id) => {
                self.session_request_failed(now, rng, id, loss.status());
            }
            Purpose::Info(id) => self.digit_done(now, rng, id, loss.status()),
            Purpose::Update(id) => self.update_failed(now, rng, id, loss.status()),
            Purpose::Ask(id) => self.ask_done(now, rng, id, loss.status(), b""),
            // The peer goes on with its INVITE, or gives it up.
            Purpose::Prack(_) | Purpose::Cancel => {}
            Purpose::Refer(id) => self.refer_failed(now, rng, id, loss.status()),
            Purpose::Notify(id) => self.notify_done(id, loss.status()),
            Purpose::Subscribe(id) => self.subscribe_failed(now, rng, id, loss.status()),
        }
    }

    /// Whether somebody still waits for the answer to this very request: a newer one may have taken its
    /// place.
    fn awaits(&self, errand: Errand, client: ClientId) -> bool {
        let latest = match errand.purpose {
            Purpose::Register => self.registrars.of(errand.extension).client,
            Purpose::Invite(id) | Purpose::Bye(id) => {
                self.sessions.get(id.0).and_then(|session| session.client)
            }
            Purpose::Info(id) => self.sessions.get(id.0).and_then(|session| session.digits.client),
            Purpose::Update(id) => self.sessions.get(id.0).and_then(|session| session.update),
            Purpose::Ask(id) => self.sessions.get(id.0).and_then(|session| session.inquiry.asking),
            // Several may be under way, one in each early dialog.
            Purpose::Prack(id) => self.sessions.get(id.0).map(|_| client),
            Purpose::Refer(id) => {
                let session = self.sessions.get(id.0);
                session.and_then(|session| session.transfer.as_ref()).and_then(|transfer| transfer.client)
            }
            Purpose::Notify(id) => self.notify_client(id),
            Purpose::Subscribe(id) => self.subscribers.get(id).and_then(|subscriber| subscriber.client),
            Purpose::Cancel => None,
        };
        latest == Some(client)
    }

    /// New addresses are known: whoever waited for one goes on.
    fn located(&mut self, now: Instant, rng: &mut dyn Rng) {
        for extension in ExtensionId::ALL {
            self.registrar_located(now, rng, extension);
        }
        self.subscribers_located(now, rng);
        for index in 0..limits::SESSIONS {
            let waits = |session: &Session| session.state == progress::State::Locating;
            let session =
                self.sessions.iter().find(|(handle, session)| handle.index() == index && waits(session));
            if let Some(id) = session.map(|(handle, _)| SessionId(handle)) {
                self.locate(now, rng, id);
            }
        }
    }

    fn command(&mut self, now: Instant, rng: &mut dyn Rng, command: Command<'_>) -> Outcome {
        let (id, input) = match command {
            Command::Register(extension) => return self.register(now, rng, extension),
            Command::Unregister(extension) => return self.unregister(now, rng, extension),
            Command::Invite(invite) => return self.invite(now, rng, &invite, None),
            Command::Page(invite) => return self.invite(now, rng, &invite, Some(0)),
            Command::Listen { extension, target } => return self.listen(now, rng, extension, target),
            Command::Subscribe { extension, package, target } => {
                return self.subscribe(now, rng, extension, package, target);
            }
            Command::Transfer { session, target } => return self.transfer(now, rng, session, target),
            Command::TransferTo { session, other } => return self.transfer_to(now, rng, session, other),
            Command::TransferInto { session, bridge } => {
                return self.transfer_into(now, rng, session, bridge);
            }
            Command::Unsubscribe { extension, package } => {
                return self.unsubscribe(now, rng, extension, package);
            }
            Command::Hold(id) => return self.change_hold(now, rng, id, true, false),
            Command::HoldPrivately(id) => return self.change_hold(now, rng, id, true, true),
            Command::Resume(id) => return self.change_hold(now, rng, id, false, false),
            Command::Appear { session, index } => return self.appear(session, index),
            Command::Ring(id) => return self.ring(now, id),
            Command::Refuse { session, status, contact } => {
                return self.refuse(now, rng, session, status, contact);
            }
            Command::SendDigit { session, digit, duration_ms } => {
                return self.send_digit(now, rng, session, digit, duration_ms);
            }
            Command::Ask { session, body } => return self.ask(now, rng, session, body),
            Command::Reply { session, status, body } => {
                return self.reply_to_question(now, session, status, body);
            }
            Command::Answer(id) => (id, progress::Input::Answer),
            Command::End(id) => (id, progress::Input::End),
        };
        let Some(session) = self.sessions.get(id.0).filter(|session| session.state.is_named()) else {
            return Outcome::Refused(Refusal::NoSession);
        };
        if input == progress::Input::Answer && session.state != progress::State::Incoming {
            return Outcome::Refused(Refusal::WrongState);
        }
        if input == progress::Input::Answer && self.answer_waits(id) {
            return Outcome::Done;
        }
        self.proceed(now, rng, id, input);
        Outcome::Done
    }

    /// Keeps a new session. When all slots are taken, one that only waits for the answer to its BYE gives
    /// way: the transaction repeats that BYE by itself.
    fn keep(&mut self, session: Session) -> Option<SessionId> {
        if self.sessions.is_full() {
            let ending = self.sessions.find(|session| session.state == progress::State::Ending)?;
            self.sessions.remove(ending);
        }
        self.sessions.insert(session).ok().map(SessionId)
    }

    /// What follows from everything else, at the end of each step.
    fn come_to_rest(&mut self, now: Instant, rng: &mut dyn Rng) {
        self.settle_mailboxes(now, rng);
        self.settle_follows(now, rng);
    }

    fn tell(&mut self, event: Event) {
        self.follow_told(&event);
        // `limits::EVENTS` covers the most that one input can cause.
        if self.events.push_back(event).is_err() {
            crate::note!("event lost");
        }
    }
}

impl Default for UserAgent {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;
