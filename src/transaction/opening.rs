//! The two places where the user agent writes: a new request, and an answer.

use super::invite_client::{InviteClient, Transmit};
use super::key::{Key, Naming};
use super::records::{ClientMachine, ClientRecord, Owner, ServerMachine, ServerRecord};
use super::slots::Slot;
use super::table::{ClientId, ServerId, Transactions};
use super::timing::{Class, Timers};
use super::transport::{Hop, Transport, rename_transport, sent_by_port};
use super::{client, invite_server, server};
use crate::base::{Instant, Writer};
use crate::limits::MESSAGE_BYTES;
use crate::sip::compact;
use crate::sip::compose::{self, Reply};
use crate::sip::{HeaderName, Message, Method, Status};

/// A slot for a new request: compose into [`VacantClient::buffer`], then [`VacantClient::start`]. Dropped,
/// it changes nothing.
#[derive(Debug)]
pub struct VacantClient<'t> {
    pub(super) table: &'t mut Transactions,
    pub(super) index: usize,
}

/// An answer: compose into [`Draft::buffer`], then [`Draft::send`]. Dropped, it changes nothing.
#[derive(Debug)]
pub struct Draft<'t> {
    pub(super) table: &'t mut Transactions,
    pub(super) server: ServerId,
}

/// Why a request got no transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unopened {
    /// Every slot is in use by a request that is not settled: 503.
    Full,
    /// What an answer repeats, or what names the request, is longer than `limits` allows: 513.
    TooLarge,
}

impl VacantClient<'_> {
    /// Room for the request.
    pub fn buffer(&mut self) -> &mut [u8] {
        self.table.messages.scratch()
    }

    /// An earlier request to copy from (for its CANCEL, or to try again), and room for the new one.
    pub fn copying(&mut self, earlier: ClientId) -> Option<(&[u8], &mut [u8])> {
        let stretch = self.table.clients.slot(earlier.0)?.stretch;
        Some(self.table.messages.read_and_write(stretch))
    }

    /// Sends the first `length` bytes of the buffer as a request. Branch and method are read from it.
    ///
    /// A request of more than 1,300 bytes that would go over UDP goes over TCP (RFC 3261 §18.1.1), and over
    /// UDP after all if TCP leads nowhere.
    ///
    /// `None` when that is no request with a branch of its own, or an ACK, which has no transaction.
    pub fn start(
        self,
        now: Instant,
        length: usize,
        hop: Hop,
        owner: Owner,
        timers: &Timers,
    ) -> Option<ClientId> {
        let composed = self.table.messages.scratch().get_mut(..length);
        let length = match composed {
            Some(composed) if self.table.compact => compact::shorten(composed),
            Some(_) | None => length,
        };
        let begun = self.table.next_ticket();
        let mut hop = hop;
        let record = self.table.messages.scratch().get_mut(..length).and_then(|request| {
            let switched = length > LARGEST_DATAGRAM
                && hop.transport == Transport::Udp
                && rename_transport(request, Transport::Udp, Transport::Tcp);
            if switched {
                hop.transport = Transport::Tcp;
            }
            let (method, naming) = Naming::of(request).filter(|(method, _)| *method != Method::Ack)?;
            let machine = if method == Method::Invite {
                ClientMachine::Invite(InviteClient::new(now, hop.transport, timers))
            } else {
                ClientMachine::Other(client::Client::new(now, hop.transport, timers))
            };
            let pending = Some((begun, Transmit::Request));
            let failure_tag = heapless::Vec::new();
            Some(ClientRecord {
                machine,
                naming,
                hop,
                owner,
                begun,
                pending,
                failed: false,
                switched: switched.then_some(*timers),
                failure_tag,
            })
        });
        let place = record.and_then(|record| {
            let stretch = self.table.messages.keep(length, length)?;
            self.table.clients.occupy(self.index, record, stretch)
        });
        if place.is_none() {
            self.table.counters.count_misuse();
        }
        place.map(ClientId)
    }
}

impl Draft<'_> {
    /// The latest answer (before the first, the 100) to copy from, and room for the new one.
    pub fn copying(&mut self) -> (&[u8], &mut [u8]) {
        let stretch = self.table.servers.slot(self.server.0).map(|slot| slot.stretch).unwrap_or_default();
        self.table.messages.read_and_write(stretch)
    }

    /// Room for the answer.
    pub fn buffer(&mut self) -> &mut [u8] {
        self.table.messages.scratch()
    }

    /// Sends the first `length` bytes of the buffer with the status `status`, which they must have.
    ///
    /// Says whether it goes out; after a final answer no other one does (RFC 3261 §17.2.1, §17.2.2).
    pub fn send(self, now: Instant, status: Status, length: usize) -> bool {
        let table = self.table;
        let ticket = table.next_ticket();
        let Some(answer) = table.messages.scratch().get_mut(..length) else {
            table.counters.count_misuse();
            return false;
        };
        let Some((record, stretch)) = table.servers.slot_mut(self.server.0).and_then(Slot::parts) else {
            return false;
        };
        let length = if record.compact { compact::shorten(answer) } else { length };
        let step = record.machine.step(now, invite_server::Input::Respond(Class::of(status.code())));
        if step.transmit.is_none() {
            table.counters.count_misuse();
            return false;
        }
        record.pending = Some(ticket);
        record.failed = false;
        if table.messages.replace(stretch, length).is_none() {
            table.counters.count_misuse();
            return false;
        }
        if status.is_final() {
            // No longer one follows.
            let gap = stretch.spare();
            table.close(gap);
        }
        true
    }
}

impl Transactions {
    /// Takes a request on that [`Transactions::receive_request`] called new, or a CANCEL.
    ///
    /// Answers go to `hop` (see [`reply_hop`](super::reply_hop)). `mark` is the source address that the top
    /// Via of the answers is marked with, if it is to be marked (RFC 3261 §18.2.1, RFC 3581 §4). An INVITE
    /// is answered 100 by itself if the user agent does not answer within 200 ms.
    ///
    /// # Errors
    /// The user agent answers without a transaction then.
    pub fn open_server(
        &mut self,
        now: Instant,
        request: &Message<'_>,
        (hop, mark): (Hop, Option<core::net::SocketAddr>),
        owner: Owner,
        timers: &Timers,
    ) -> Result<ServerId, Unopened> {
        let too_large = Unopened::TooLarge;
        let method = request.method().filter(|method| *method != Method::Ack).ok_or(too_large)?;
        let key = Key::of(request, method).ok_or(too_large)?;
        let index = self.servers.vacant().or_else(|| self.evict_server()).ok_or(Unopened::Full)?;
        self.make_room().ok_or(Unopened::Full)?;
        let begun = self.next_ticket();
        let length = compose_trying(request, mark, self.messages.scratch()).ok_or(too_large)?;
        let machine = if method == Method::Invite {
            ServerMachine::Invite(invite_server::InviteServer::new(now, hop.transport, timers))
        } else {
            ServerMachine::Other(server::Server::new(hop.transport, timers))
        };
        let sent_by_port = sent_by_port(&request.via().ok_or(too_large)?, hop.transport);
        let record = ServerRecord {
            machine,
            key,
            hop,
            owner,
            begun,
            pending: None,
            acknowledged: false,
            failed: false,
            sent_by_port,
            compact: request.is_compact(),
        };
        let stretch = self.messages.keep(length, MESSAGE_BYTES).ok_or(Unopened::Full)?;
        self.servers.occupy(index, record, stretch).map(ServerId).ok_or(Unopened::Full)
    }
}

/// RFC 3261 §18.1.1: what is larger may be fragmented, and lost with each fragment; the path MTU is not
/// known.
const LARGEST_DATAGRAM: usize = 1_300;

/// What the shortest final answer may have more than the 100: a tag, and a longer reason phrase.
const ANSWER_BYTES: usize = 64;

/// The 100 to a request, if there is room for a final answer too: without one the transaction would stay for
/// ever. It keeps Record-Route too, which a 100 has no use for, but the answers that are copied from it.
fn compose_trying(
    request: &Message<'_>,
    mark: Option<core::net::SocketAddr>,
    buffer: &mut [u8],
) -> Option<usize> {
    let mut out = Writer::new(buffer.get_mut(..MESSAGE_BYTES.saturating_sub(ANSWER_BYTES))?);
    compose::respond(&mut out, request, &Reply { status: Status::TRYING, to_tag: None, source: mark });
    compose::copy(&mut out, request, HeaderName::RecordRoute);
    compose::finish_without_body(&mut out);
    let length = out.finish().ok()?;
    let written = buffer.get_mut(..length)?;
    Some(if request.is_compact() { compact::shorten(written) } else { length })
}
