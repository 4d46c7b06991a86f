//! The transactions of the phone: which message belongs to which, what is due, and what goes out next.
//!
//! Sending is a mark on the slot, not a queue: [`Transactions::take_pending`] lends the marked messages in
//! the order of their tickets. Stateless messages of the user agent take their tickets from the same
//! counter, so the order on the wire is the order of decisions.

use super::invite_client::{self, Transmit};
use super::invite_server;
use super::key::Key;
use super::matching::{find_place, is_due};
use super::opening::{Draft, VacantClient};
use super::records::{ClientRecord, Owner, SendTicket, ServerRecord, Spare};
use super::slots::{Messages, Place, Slots};
use super::transport::Hop;
use super::{Class, ack};
use crate::base::{Instant, earliest};
use crate::limits::{CLIENT_TRANSACTIONS, SERVER_TRANSACTIONS};
use crate::sip::values::CSeq;
use crate::sip::{Message, Method};

/// All transactions of the phone.
#[derive(Debug)]
pub struct Transactions {
    pub(super) clients: Slots<ClientRecord, CLIENT_TRANSACTIONS>,
    pub(super) servers: Slots<ServerRecord, SERVER_TRANSACTIONS>,
    pub(super) messages: Messages,
    pub(super) compact: bool,
    pub(super) counters: Counters,
    tickets: u64,
}

/// A client transaction of ours. Its slot may be given away; then nothing is found under this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientId(pub(super) Place);

/// A server transaction. Its slot may be given away; then nothing is found under this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerId(pub(super) Place);

/// Whom a response belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseMatch {
    /// The user agent has to look at it.
    Notify {
        /// The transaction.
        client: ClientId,
        /// Its owner.
        owner: Owner,
    },
    /// A late one of a transaction; done.
    Absorbed,
    /// It belongs to none. A 2xx to INVITE may still concern a dialog (RFC 6026 §8); everything else is
    /// dropped.
    Unmatched,
}

/// What a request is to the transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestMatch {
    /// Not seen before. An ACK here belongs to a 2xx, or to nothing; a CANCEL here finds no INVITE (481).
    New,
    /// A retransmission, answered again if there is an answer; or an ACK to a failure.
    Absorbed,
    /// The ACK to a 2xx, matched to its INVITE as RFC 2543 peers (and some others) send it.
    Acknowledged {
        /// The INVITE's transaction.
        server: ServerId,
        /// Its owner.
        owner: Owner,
    },
    /// A CANCEL, new itself, of this INVITE (RFC 3261 §9.2).
    Cancel {
        /// The INVITE's transaction.
        server: ServerId,
        /// Its owner.
        owner: Owner,
    },
}

/// Something that came about without a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A request of ours. Its bytes remain readable until the next [`Transactions::step_timeout`].
    Client {
        /// The transaction.
        client: ClientId,
        /// Its owner.
        owner: Owner,
        /// How it ended.
        end: ClientEnd,
    },
    /// A request of a peer's.
    Server {
        /// The transaction.
        server: ServerId,
        /// Its owner.
        owner: Owner,
        /// What happened.
        end: ServerEnd,
    },
}

/// How a request of ours ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientEnd {
    /// Timer B or F: as if a 408 had come (RFC 3261 §8.1.3.1).
    TimedOut,
    /// As if a 503 had come (RFC 3261 §8.1.3.1).
    TransportFailed,
    /// It was answered before, and late answers are not awaited any more. The slot is free.
    Ended,
}

/// What happened to a request of a peer's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerEnd {
    /// Timer H: a failure was never acknowledged. The slot is free.
    NotAcknowledged,
    /// The answer could not be sent. An INVITE's transaction goes on (RFC 6026 §7.1).
    TransportFailed,
    /// It was answered before, and retransmissions are not awaited any more. The slot is free.
    Ended,
}

/// One message for the wire.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'t> {
    /// Its place in the order of decisions.
    pub ticket: SendTicket,
    /// Where it goes.
    pub hop: Hop,
    /// The message.
    pub bytes: &'t [u8],
}

/// What did not go as wished, since power-up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Transactions that gave their slot away before their last timer.
    pub evicted: u32,
    /// Transactions that found no slot.
    pub refused: u32,
    /// Responses that belong to no transaction.
    pub unmatched: u32,
    /// Messages and calls of the user agent that make no sense: a fault in this library.
    pub misused: u32,
}

impl Counters {
    pub(super) const fn count_misuse(&mut self) {
        self.misused = self.misused.saturating_add(1);
    }
}

impl Transactions {
    /// A table without transactions.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            clients: Slots::new(),
            servers: Slots::new(),
            messages: Messages::new(),
            compact: false,
            counters: Counters { evicted: 0, refused: 0, unmatched: 0, misused: 0 },
            tickets: 0,
        }
    }

    /// Whether our requests have compact header names (RFC 3261 §7.3.3). Answers have them when their request
    /// does.
    pub const fn set_compact(&mut self, compact: bool) {
        self.compact = compact;
    }

    /// A slot for a new request, or `None` when all are in use by requests that are not answered yet.
    pub fn vacant_client(&mut self) -> Option<VacantClient<'_>> {
        let index = self.clients.vacant().or_else(|| self.evict_client())?;
        self.make_room()?;
        Some(VacantClient { table: self, index })
    }

    /// How many requests could begin now, absorbing transactions evicted.
    #[must_use]
    pub fn free_clients(&self) -> usize {
        let busy = self.clients.iter().filter(|(_, record, _)| record.machine.spare().is_none());
        let free = CLIENT_TRANSACTIONS.saturating_sub(busy.count());
        free.min(self.free_messages())
    }

    /// The request as it was sent.
    #[must_use]
    pub fn request(&self, client: ClientId) -> Option<&[u8]> {
        self.clients.slot(client.0).map(|slot| self.messages.at(slot.stretch))
    }

    /// The CSeq number of a request.
    #[must_use]
    pub fn number_of(&self, client: ClientId) -> Option<u32> {
        Message::parse(self.request(client)?).ok()?.cseq().map(|cseq| cseq.number)
    }

    /// Where the request went. ACK and CANCEL go the same way (RFC 3261 §9.1, §17.1.1.2).
    #[must_use]
    pub fn client_hop(&self, client: ClientId) -> Option<Hop> {
        self.clients.record(client.0).map(|record| record.hop)
    }

    /// Whose request it is.
    #[must_use]
    pub fn client_owner(&self, client: ClientId) -> Option<Owner> {
        self.clients.record(client.0).map(|record| record.owner)
    }

    /// What was given with a peer's request.
    #[must_use]
    pub fn server_owner(&self, server: ServerId) -> Option<Owner> {
        self.servers.record(server.0).map(|record| record.owner)
    }

    /// Whether the request has no final answer yet.
    #[must_use]
    pub fn is_unanswered(&self, client: ClientId) -> bool {
        self.clients.record(client.0).is_some_and(|record| record.machine.spare().is_none())
    }

    /// Nobody waits for the answer any more: a cancelled INVITE without an answer for 64·T1 (RFC 3261 §9.1).
    pub fn abandon(&mut self, now: Instant, client: ClientId) {
        if let Some(record) = self.clients.record_mut(client.0) {
            record.pending = None;
            let _silent = record.machine.step(now, invite_client::Input::Abandon);
        }
    }

    /// The INVITE's final answer has to come within 64·T1 of the first provisional one: a re-INVITE, for
    /// which nobody has to come to a telephone.
    pub fn limit(&mut self, now: Instant, client: ClientId) {
        if let Some(record) = self.clients.record_mut(client.0) {
            let _silent = record.machine.step(now, invite_client::Input::Limit);
        }
    }

    /// An answer to a request of a peer's; `None` when its transaction is gone.
    pub fn respond(&mut self, server: ServerId) -> Option<Draft<'_>> {
        self.servers.record(server.0)?;
        Some(Draft { table: self, server })
    }

    /// The latest answer; before the first one a 100, whether it went out or not. It is there to copy from.
    #[must_use]
    pub fn response(&self, server: ServerId) -> Option<&[u8]> {
        self.servers.slot(server.0).map(|slot| self.messages.at(slot.stretch))
    }

    /// Where the answers go.
    #[must_use]
    pub fn server_hop(&self, server: ServerId) -> Option<Hop> {
        self.servers.record(server.0).map(|record| record.hop)
    }

    /// Sends the 2xx to an INVITE, or the provisional answer that rings on, once more (RFC 3261 §13.3.1).
    /// Says whether there was one to send.
    pub fn resend(&mut self, now: Instant, server: ServerId) -> bool {
        let ticket = self.next_ticket();
        let Some((record, stretch)) = self.servers.slot_mut(server.0).and_then(super::slots::Slot::parts)
        else {
            return false;
        };
        let Some(class) = ack::class(self.messages.at(*stretch)) else { return false };
        let step = record.machine.step(now, invite_server::Input::Respond(class));
        if step.transmit.is_some() {
            record.pending = Some(ticket);
            record.failed = false;
        }
        step.transmit.is_some()
    }

    /// The ACK to our 2xx came: the slot may be given away when others need one.
    pub fn acknowledge(&mut self, server: ServerId) {
        if let Some(record) = self.servers.record_mut(server.0) {
            record.acknowledged = true;
        }
    }

    /// A response came (RFC 3261 §17.1.3).
    pub fn receive_response(&mut self, now: Instant, response: &Message<'_>) -> ResponseMatch {
        let place = response.via().zip(response.cseq()).and_then(|(via, cseq)| {
            let branch = via.branch().unwrap_or(&[]);
            let mut clients = self.clients.iter();
            let found = clients.find(|(_, record, request)| {
                record.naming.is_answered_by(self.messages.at(*request), branch, cseq.method)
            });
            found.map(|(place, ..)| place)
        });
        let (Some(place), Some(status)) = (place, response.status()) else {
            self.counters.unmatched = self.counters.unmatched.saturating_add(1);
            return ResponseMatch::Unmatched;
        };
        let ticket = self.next_ticket();
        let Some(record) = self.clients.record_mut(place) else { return ResponseMatch::Unmatched };
        let step = record.machine.step(now, invite_client::Input::Response(Class::of(status.code())));
        match step.transmit {
            Some(Transmit::Ack) => {
                // RFC 3261 §17.1.1.3: the ACK's To is that of the response it answers.
                let tag = response.to_tag().unwrap_or(&[]);
                if let Ok(tag) = heapless::Vec::from_slice(tag) {
                    record.failure_tag = tag;
                    record.pending = Some((ticket, Transmit::Ack));
                }
            }
            Some(Transmit::Request) => record.pending = Some((ticket, Transmit::Request)),
            // A request that is answered need not go out once more; an ACK still must.
            None => record.pending = record.pending.filter(|(_, what)| *what == Transmit::Ack),
        }
        match step.notify {
            Some(_) => ResponseMatch::Notify { client: ClientId(place), owner: record.owner },
            None => ResponseMatch::Absorbed,
        }
    }

    /// A request came (RFC 3261 §17.2.3, §9.2).
    pub fn receive_request(&mut self, now: Instant, request: &Message<'_>, arrival: &Hop) -> RequestMatch {
        let Some(method) = request.method() else { return RequestMatch::New };
        if method == Method::Ack {
            return self.receive_ack(now, request);
        }
        if let Some(place) = Key::of(request, method).and_then(|key| self.find_server(&key)) {
            self.step_retransmission(now, place, arrival);
            return RequestMatch::Absorbed;
        }
        if method == Method::Cancel {
            let place = Key::of(request, Method::Invite).and_then(|key| self.find_server(&key));
            if let Some((place, record)) = place.and_then(|place| Some((place, self.servers.record(place)?)))
            {
                return RequestMatch::Cancel { server: ServerId(place), owner: record.owner };
            }
        }
        RequestMatch::New
    }

    /// Whether a new request is one that came before by another way: same From tag, Call-ID and CSeq under
    /// another transaction, and no tag in To. It is answered 482 (RFC 3261 §8.2.2.2).
    #[must_use]
    pub fn is_merged(&self, request: &Message<'_>) -> bool {
        if request.to().is_none_or(|to| to.tag().is_some()) {
            return false;
        }
        let Some(name) = merge_name(request) else { return false };
        self.servers.iter().any(|(_, _, kept)| {
            Message::parse(self.messages.at(kept))
                .is_ok_and(|kept| merge_name(&kept).is_some_and(|kept| kept == name))
        })
    }

    /// Carries out what is due and says what the user agent has to know of, one thing a call: to be called
    /// until `None`.
    pub fn step_timeout(&mut self, now: Instant) -> Option<Notice> {
        while let Some(place) =
            find_place(self.clients.iter(), |record| record.machine.spare() == Some(Spare::Over))
        {
            self.free_client(place);
        }
        while let Some(place) =
            find_place(self.clients.iter(), |record| is_due(record.machine.deadline(), now))
        {
            let notice = self.step_client(now, place, invite_client::Input::Timeout);
            if notice.is_some() {
                return notice;
            }
        }
        while let Some(place) =
            find_place(self.servers.iter(), |record| is_due(record.machine.deadline(), now))
        {
            let notice = self.step_server(now, place, invite_server::Input::Timeout);
            if notice.is_some() {
                return notice;
            }
        }
        None
    }

    /// A hop cannot be reached, or its connection is gone. To be called until `None`.
    pub fn transport_failed(&mut self, now: Instant, hop: &Hop) -> Option<Notice> {
        self.transport_failed_before(now, hop, SendTicket(u64::MAX))
    }

    /// The same for what began before a ticket: a request that was tried again meanwhile, over another
    /// connection, is not concerned.
    pub fn transport_failed_before(&mut self, now: Instant, hop: &Hop, ticket: SendTicket) -> Option<Notice> {
        let concerned = |record: &ClientRecord| {
            !record.failed && record.begun < ticket && record.machine.spare() != Some(Spare::Over)
        };
        while let Some(place) = find_place(self.clients.iter(), |r| concerned(r) && r.hop.is_part_of(hop)) {
            if let Some(record) = self.clients.record_mut(place) {
                record.failed = true;
                record.pending = None;
                record.hop.connection = None;
            }
            if self.falls_back_to_datagram(now, place) {
                continue;
            }
            let notice = self.step_client(now, place, invite_client::Input::TransportFailed);
            if notice.is_some() {
                return notice;
            }
        }
        while let Some(place) = find_place(self.servers.iter(), |r| !r.failed && r.hop.is_part_of(hop)) {
            if let Some(record) = self.servers.record_mut(place) {
                record.failed = true;
                record.pending = None;
                if record.hop.transport.is_reliable() {
                    // RFC 3261 §18.2.2: without its connection, the sent-by port at the source address.
                    record.hop.connection = None;
                    record.hop.remote.set_port(record.sent_by_port);
                }
            }
            let notice = self.step_server(now, place, invite_server::Input::TransportFailed);
            if notice.is_some() {
                return notice;
            }
        }
        None
    }

    /// When to call [`Transactions::step_timeout`].
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        let clients = self.clients.iter().map(|(_, record, _)| record.machine.deadline());
        earliest(clients.chain(self.servers.iter().map(|(_, record, _)| record.machine.deadline())))
    }

    /// A ticket for a message that the user agent sends by itself.
    pub const fn next_ticket(&mut self) -> SendTicket {
        self.tickets = self.tickets.wrapping_add(1);
        SendTicket(self.tickets)
    }

    /// The ticket of the message that [`Transactions::take_pending`] would lend.
    #[must_use]
    pub fn pending_ticket(&self) -> Option<SendTicket> {
        let clients =
            self.clients.iter().filter_map(|(_, record, _)| record.pending.map(|(ticket, _)| ticket));
        clients.chain(self.servers.iter().filter_map(|(_, record, _)| record.pending)).min()
    }

    /// The next message for the wire.
    pub fn take_pending(&mut self) -> Option<Outgoing<'_>> {
        let ticket = self.pending_ticket()?;
        let of_client = |record: &ClientRecord| record.pending.is_some_and(|(pending, _)| pending == ticket);
        if let Some(place) = find_place(self.clients.iter(), of_client) {
            return self.take_client(place, ticket);
        }
        let place = find_place(self.servers.iter(), |record| record.pending == Some(ticket))?;
        let (record, stretch) = self.servers.slot_mut(place)?.parts()?;
        record.pending = None;
        Some(Outgoing { ticket, hop: record.hop, bytes: self.messages.at(*stretch) })
    }

    /// What did not go as wished.
    #[must_use]
    pub const fn counters(&self) -> Counters {
        self.counters
    }

    /// How many transactions there are, absorbing ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        let clients =
            self.clients.iter().filter(|(_, record, _)| record.machine.spare() != Some(Spare::Over));
        clients.count().saturating_add(self.servers.iter().count())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What a request has in common with itself by another way.
fn merge_name<'a>(message: &Message<'a>) -> Option<(&'a [u8], &'a [u8], CSeq<'a>)> {
    Some((message.from_tag()?, message.call_id()?, message.cseq()?))
}

impl Default for Transactions {
    fn default() -> Self {
        Self::new()
    }
}
