//! Streams: each direction a queue that keeps its order; trouble on the way is delay only.

use super::{Arrival, Delivery, Flight, Network, StreamId, Transport, What};
use deskphone::base::Instant;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;

/// How much later a lost segment arrives, and how often a partition is tried again.
const RETRY_MS: u64 = 200;

/// All streams that were ever opened and are not closed at both ends.
#[derive(Debug, Default)]
pub(super) struct Streams {
    listeners: BTreeSet<SocketAddr>,
    open: BTreeMap<StreamId, Stream>,
    opened: u32,
}

#[derive(Debug)]
struct Stream {
    client: SocketAddr,
    server: SocketAddr,
    to_server: Direction,
    to_client: Direction,
}

#[derive(Debug, Default)]
struct Direction {
    queue: VecDeque<What>,
    latest: Instant,
    closed: bool,
}

impl Stream {
    const fn direction(&mut self, towards_server: bool) -> &mut Direction {
        if towards_server { &mut self.to_server } else { &mut self.to_client }
    }

    const fn ends(&self, towards_server: bool) -> (SocketAddr, SocketAddr) {
        if towards_server { (self.client, self.server) } else { (self.server, self.client) }
    }
}

impl Network {
    /// Accepts streams at an address from now on.
    pub fn listen(&mut self, address: SocketAddr) {
        self.streams.listeners.insert(address);
    }

    /// Accepts no more streams at an address; those that stand are left alone.
    pub fn stop_listening(&mut self, address: SocketAddr) {
        self.streams.listeners.remove(&address);
    }

    /// Opens a stream. [`What::Connected`] or [`What::Refused`] comes back; bytes may be sent before
    /// that.
    pub fn connect(&mut self, now: Instant, client: SocketAddr, server: SocketAddr) -> StreamId {
        let id = StreamId(self.streams.opened);
        self.streams.opened += 1;
        let (to_server, to_client) = (Direction::default(), Direction::default());
        self.streams.open.insert(id, Stream { client, server, to_server, to_client });
        self.enqueue(now, id, true, What::Opened);
        id
    }

    /// Closes a stream from one end; the other end hears of it after all that was sent before.
    pub fn close(&mut self, now: Instant, id: StreamId, from: SocketAddr) {
        let Some(stream) = self.streams.open.get(&id) else { return };
        let towards_server = stream.client == from;
        self.enqueue(now, id, towards_server, What::Closed);
        if let Some(stream) = self.streams.open.get_mut(&id) {
            stream.direction(towards_server).closed = true;
        }
    }

    /// Streams that no end has closed.
    #[must_use]
    pub fn open_streams(&self) -> usize {
        let open = |stream: &&Stream| !stream.to_server.closed && !stream.to_client.closed;
        self.streams.open.values().filter(open).count()
    }

    pub(super) fn send_stream(&mut self, now: Instant, from: SocketAddr, id: StreamId, bytes: &[u8]) {
        let Some(stream) = self.streams.open.get(&id) else { return };
        let towards_server = stream.client == from;
        let (from, to) = stream.ends(towards_server);
        let most = self.way(from.ip(), to.ip()).segment_bytes;
        let mut rest = bytes;
        while !rest.is_empty() {
            let whole = u32::try_from(rest.len()).unwrap_or(u32::MAX);
            let size = if most == 0 { whole } else { self.rng.between(1, most.min(whole)) };
            let size = usize::try_from(size).unwrap_or(rest.len());
            let (piece, after) = rest.split_at_checked(size).unwrap_or((rest, &[]));
            self.enqueue(now, id, towards_server, What::Bytes(piece.to_vec()));
            rest = after;
        }
    }

    fn enqueue(&mut self, now: Instant, id: StreamId, towards_server: bool, what: What) {
        let Some(stream) = self.streams.open.get(&id) else { return };
        let (from, to) = stream.ends(towards_server);
        let conditions = self.way(from.ip(), to.ip());
        let mut delay = u64::from(self.rng.between(conditions.delay_least_ms, conditions.delay_most_ms));
        while delay < 64 * RETRY_MS && self.rng.chance(conditions.loss) {
            delay += RETRY_MS;
        }
        let Some(stream) = self.streams.open.get_mut(&id) else { return };
        let direction = stream.direction(towards_server);
        if direction.closed {
            return;
        }
        let at = now.plus_ms(delay).max(direction.latest);
        direction.latest = at;
        direction.queue.push_back(what);
        self.take_off(at, Flight::Stream { id, towards_server });
    }

    pub(super) fn land_stream(
        &mut self,
        at: Instant,
        id: StreamId,
        towards_server: bool,
    ) -> Option<Delivery> {
        let (from, to) = self.streams.open.get(&id)?.ends(towards_server);
        if self.is_cut(from.ip(), to.ip()) {
            self.take_off(at.plus_ms(RETRY_MS), Flight::Stream { id, towards_server });
            return None;
        }
        let what = self.streams.open.get_mut(&id)?.direction(towards_server).queue.pop_front()?;
        match what {
            What::Opened if self.streams.listeners.contains(&to) => {
                self.enqueue(at, id, false, What::Connected);
            }
            What::Opened => {
                self.enqueue(at, id, false, What::Refused);
                if let Some(stream) = self.streams.open.get_mut(&id) {
                    stream.to_server.queue.clear();
                    stream.to_server.closed = true;
                    stream.to_client.closed = true;
                }
                return None;
            }
            What::Closed | What::Refused => self.half_closed(at, id, towards_server),
            What::Bytes(_) | What::Connected => {}
        }
        Some(Delivery { arrival: Arrival { from, to, transport: Transport::Tcp(id) }, what })
    }

    /// Who hears that the other end is gone sends nothing more; what it sent already no one reads.
    fn half_closed(&mut self, at: Instant, id: StreamId, towards_server: bool) {
        let Some(stream) = self.streams.open.get_mut(&id) else { return };
        stream.direction(!towards_server).closed = true;
        if stream.direction(!towards_server).latest <= at {
            self.streams.open.remove(&id);
        }
    }
}
