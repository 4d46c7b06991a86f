//! The table's inner steps: one machine, its slot, and what follows for both.

use super::ack;
use super::invite_client::{self, Transmit};
use super::invite_server;
use super::key::Key;
use super::records::{SendTicket, ServerMachine, ServerRecord, Spare};
use super::slots::{Gap, Place, Slot, Stretch};
use super::table::{ClientEnd, ClientId, Notice, Outgoing, RequestMatch, ServerEnd, ServerId, Transactions};
use super::transport::{Hop, Transport, rename_transport};
use crate::base::Instant;
use crate::limits::{KEPT_BYTES, MESSAGE_BYTES};
use crate::sip::{Message, Method};

/// A place that may be given away.
#[derive(Clone, Copy)]
struct Evictable {
    spare: Spare,
    begun: SendTicket,
    place: Place,
}

impl Evictable {
    /// The lowest goes first.
    const fn rank(&self) -> (Spare, SendTicket) {
        (self.spare, self.begun)
    }
}

/// The first place whose record fulfils a condition.
pub(super) fn find_place<'r, R: 'r>(
    mut places: impl Iterator<Item = (Place, &'r R, Stretch)>,
    wanted: impl Fn(&R) -> bool,
) -> Option<Place> {
    places.find(|(_, record, _)| wanted(record)).map(|(place, ..)| place)
}

/// Whether a deadline has come.
pub(super) fn is_due(deadline: Option<Instant>, now: Instant) -> bool {
    deadline.is_some_and(|deadline| deadline <= now)
}

impl Transactions {
    pub(super) fn find_server(&self, key: &Key) -> Option<Place> {
        find_place(self.servers.iter(), |record| record.key == *key)
    }

    /// RFC 3261 §17.2.3: an ACK matches the INVITE that it would match if it were one.
    pub(super) fn receive_ack(&mut self, now: Instant, request: &Message<'_>) -> RequestMatch {
        let Some(key) = Key::of(request, Method::Invite) else { return RequestMatch::New };
        let found = self.servers.iter().find(|(_, record, response)| {
            is_acknowledged(record, || ack::to_tag(self.messages.at(*response)), &key)
        });
        let Some(place) = found.map(|(place, ..)| place) else { return RequestMatch::New };
        let Some(record) = self.servers.record_mut(place) else { return RequestMatch::New };
        match record.machine.step(now, invite_server::Input::Ack).notify {
            Some(_) => {
                record.acknowledged = true;
                RequestMatch::Acknowledged { server: ServerId(place), owner: record.owner }
            }
            None => RequestMatch::Absorbed,
        }
    }

    /// The same answer again (RFC 3261 §17.2.1, §17.2.2).
    pub(super) fn step_retransmission(&mut self, now: Instant, place: Place, arrival: &Hop) {
        let ticket = self.next_ticket();
        let Some(record) = self.servers.record_mut(place) else { return };
        if record.hop.transport.is_reliable() && record.hop.connection.is_none() {
            // The connection was lost; the peer came back through another one.
            record.hop = *arrival;
        }
        if record.machine.step(now, invite_server::Input::Retransmission).transmit.is_some() {
            record.pending = Some(ticket);
            record.failed = false;
        }
    }

    pub(super) fn step_client(
        &mut self,
        now: Instant,
        place: Place,
        input: invite_client::Input,
    ) -> Option<Notice> {
        let ticket = self.next_ticket();
        let record = self.clients.record_mut(place)?;
        let step = record.machine.step(now, input);
        if let Some(transmit) = step.transmit {
            record.pending = Some((ticket, transmit));
        }
        let end = match step.notify? {
            invite_client::Notify::TimedOut => ClientEnd::TimedOut,
            invite_client::Notify::TransportFailed => ClientEnd::TransportFailed,
            invite_client::Notify::Ended => ClientEnd::Ended,
            // A response is an answer to a message, never to a wake-up or a failing transport.
            invite_client::Notify::Response(_) => return None,
        };
        let notice = Notice::Client { client: ClientId(place), owner: record.owner, end };
        // What was not answered stays readable, so that it can be sent to another hop.
        record.pending = None;
        if end == ClientEnd::Ended {
            self.free_client(place);
        }
        Some(notice)
    }

    pub(super) fn step_server(
        &mut self,
        now: Instant,
        place: Place,
        input: invite_server::Input,
    ) -> Option<Notice> {
        let ticket = self.next_ticket();
        let record = self.servers.record_mut(place)?;
        let step = record.machine.step(now, input);
        if step.transmit.is_some() {
            record.pending = Some(ticket);
            record.failed = false;
        }
        let end = match step.notify? {
            invite_server::Notify::NotAcknowledged => ServerEnd::NotAcknowledged,
            invite_server::Notify::TransportFailed => ServerEnd::TransportFailed,
            invite_server::Notify::Ended => ServerEnd::Ended,
            // An ACK is a message, never a wake-up or a failing transport.
            invite_server::Notify::Acknowledged => return None,
        };
        let notice = Notice::Server { server: ServerId(place), owner: record.owner, end };
        if record.machine.spare(false) == Some(Spare::Over) {
            self.free_server(place);
        }
        Some(notice)
    }

    /// RFC 3261 §18.1.1: a request that went over TCP only for its size goes over UDP when TCP leads nowhere.
    /// It is the same transaction: whoever got it both ways takes the second one for a retransmission.
    pub(super) fn falls_back_to_datagram(&mut self, now: Instant, place: Place) -> bool {
        let ticket = self.next_ticket();
        let Some((record, stretch)) = self.clients.slot_mut(place).and_then(Slot::parts) else {
            return false;
        };
        let Some(timers) = record.switched.take().filter(|_| record.machine.is_unanswered()) else {
            return false;
        };
        if !rename_transport(self.messages.at_mut(*stretch), Transport::Tcp, Transport::Udp) {
            return false;
        }
        record.hop.transport = Transport::Udp;
        record.machine = record.machine.begun_anew(now, Transport::Udp, &timers);
        record.failed = false;
        record.pending = Some((ticket, Transmit::Request));
        true
    }

    /// Lends the request, or the ACK to its failure, which is composed for the occasion.
    pub(super) fn take_client(&mut self, place: Place, ticket: SendTicket) -> Option<Outgoing<'_>> {
        let (record, stretch) = self.clients.slot_mut(place).and_then(Slot::parts)?;
        let (_, transmit) = record.pending.take()?;
        record.failed = false;
        let bytes = match transmit {
            Transmit::Request => self.messages.at(*stretch),
            Transmit::Ack => {
                let (request, scratch) = self.messages.read_and_write(*stretch);
                let Some(length) = ack::compose(request, &record.failure_tag, scratch) else {
                    self.counters.count_misuse();
                    return None;
                };
                scratch.get(..length)?
            }
        };
        Some(Outgoing { ticket, hop: record.hop, bytes })
    }

    /// Frees the place of a client that is over or only absorbs.
    pub(super) fn evict_client(&mut self) -> Option<usize> {
        let oldest = self.spare_client();
        self.evict(oldest, |table, place| table.free_client(place))?;
        self.clients.vacant()
    }

    /// Frees the place of a server that only absorbs.
    pub(super) fn evict_server(&mut self) -> Option<usize> {
        let oldest = self.spare_server();
        self.evict(oldest, |table, place| table.free_server(place))?;
        self.servers.vacant()
    }

    /// Makes room for one more message: places are freed that only absorb.
    pub(super) fn make_room(&mut self) -> Option<()> {
        while !self.messages.has_room() {
            let (client, server) = (self.spare_client(), self.spare_server());
            let is_client = match (&client, &server) {
                (Some(client), Some(server)) => client.rank() < server.rank(),
                (client, _) => client.is_some(),
            };
            if is_client {
                self.evict(client, |table, place| table.free_client(place))?;
            } else {
                self.evict(server, |table, place| table.free_server(place))?;
            }
        }
        Some(())
    }

    /// How many messages of the greatest length could be kept, absorbing transactions evicted.
    pub(super) fn free_messages(&self) -> usize {
        let clients = self.clients.iter().filter(|(_, record, _)| record.machine.spare().is_none());
        let servers =
            self.servers.iter().filter(|(_, record, _)| record.machine.spare(record.acknowledged).is_none());
        let kept = clients.map(|(.., stretch)| stretch).chain(servers.map(|(.., stretch)| stretch));
        let busy: usize = kept.map(Stretch::room).sum();
        KEPT_BYTES.saturating_sub(busy).checked_div(MESSAGE_BYTES).unwrap_or(0)
    }

    /// Frees the place of a client, and what it kept.
    pub(super) fn free_client(&mut self, place: Place) {
        let gap = self.clients.free(place);
        self.close(gap);
    }

    /// Frees the place of a server, and what it kept.
    pub(super) fn free_server(&mut self, place: Place) {
        let gap = self.servers.free(place);
        self.close(gap);
    }

    pub(super) fn close(&mut self, gap: Gap) {
        self.messages.close(gap);
        self.clients.moved(gap);
        self.servers.moved(gap);
    }

    /// The client that gives way first.
    fn spare_client(&self) -> Option<Evictable> {
        let spare = self.clients.iter().filter(|(_, record, _)| record.pending.is_none());
        let all = spare.filter_map(|(place, record, _)| {
            Some(Evictable { spare: record.machine.spare()?, begun: record.begun, place })
        });
        all.min_by_key(Evictable::rank)
    }

    /// The server that gives way first.
    fn spare_server(&self) -> Option<Evictable> {
        let spare = self.servers.iter().filter(|(_, record, _)| record.pending.is_none());
        let all = spare.filter_map(|(place, record, _)| {
            let spare = record.machine.spare(record.acknowledged)?;
            Some(Evictable { spare, begun: record.begun, place })
        });
        all.min_by_key(Evictable::rank)
    }

    fn evict(&mut self, oldest: Option<Evictable>, free: fn(&mut Self, Place)) -> Option<()> {
        let Some(oldest) = oldest else {
            self.counters.refused = self.counters.refused.saturating_add(1);
            return None;
        };
        self.count_eviction(oldest.spare);
        free(self, oldest.place);
        Some(())
    }

    const fn count_eviction(&mut self, spare: Spare) {
        match spare {
            Spare::Over => {}
            Spare::Absorbing | Spare::Listening => {
                self.counters.evicted = self.counters.evicted.saturating_add(1)
            }
        }
    }
}

fn is_acknowledged<'r>(record: &ServerRecord, tag: impl FnOnce() -> Option<&'r [u8]>, ack: &Key) -> bool {
    match record.machine {
        ServerMachine::Invite(_) => record.key.is_acknowledged_by(ack, tag),
        ServerMachine::Other(_) => false,
    }
}
