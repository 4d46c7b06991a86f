//! Where others see the port of a call's audio (`STUN Enable`, RFC 8489 for a port that the host opens).
//!
//! The question is a request to the host, for it owns the port: [`MapPort`] goes out, and
//! [`super::Input::PortMapped`] comes back under the same ticket. What is said about our audio waits for the
//! answer, [`MAPPING_MS`] at the most; then the call goes on with the address that the signalling has.
//!
//! RTCP has no question of its own: its port is one above as we see it, and a translator that keeps pairs
//! together (RFC 4787 §4.2.2) shows it so.

use core::net::SocketAddr;

use super::ids::{SessionId, Ticket};
use super::session::Session;
use super::session::progress::{Input, State};
use super::{Instant, Rng, UserAgent};
use crate::base::{Handle, Timer, Writer, text};
use crate::limits;
use crate::sdp;

/// A question to the host: where does a STUN server see one of our ports?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MapPort {
    /// To be given back with the answer.
    pub ticket: Ticket,
    /// The port to ask from.
    pub local_port: u16,
    /// The server to ask.
    pub server: SocketAddr,
}

/// What a session waits for before it describes its audio.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mapping {
    /// The host has not fetched the question yet.
    server: Option<SocketAddr>,
    /// The end of waiting for the answer.
    due: Timer,
}

impl UserAgent {
    /// The next port to ask about; drain after each step.
    pub fn poll_map_port(&mut self) -> Option<MapPort> {
        self.sessions.iter_mut().find_map(|(handle, session)| {
            let server = session.mapping.server.take()?;
            Some(MapPort { ticket: Ticket(handle.bits()), local_port: session.rtp_port, server })
        })
    }

    /// A new session asks, if settings say so and do not know better (`EXT IP`, `EXT RTP Port Min`). A server
    /// whose name is not known yet is not waited for.
    pub(super) fn ask_for_mapping(&mut self, now: Instant, id: SessionId) {
        let Some(session) = self.sessions.get(id.0) else { return };
        let (extension, settings) = (session.extension, &self.settings);
        let fixed = settings.external_address.is_some() || settings.external_rtp_port_min.is_some();
        if fixed || settings.stun_server.is_empty() || !self.accounts.of(extension).nat_mapping {
            return;
        }
        let Some(hop) = self.stun_hop(now, extension) else { return };
        if let Some(session) = self.sessions.get_mut(id.0) {
            session.mapping.server = Some(hop.remote);
            session.mapping.due.start(now, MAPPING_MS);
        }
    }

    /// The host's answer; `None`: the server has none.
    pub(super) fn port_mapped(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        ticket: Ticket,
        seen: Option<SocketAddr>,
    ) {
        let id = SessionId(Handle::of_bits(ticket.0));
        let Some(session) = self.sessions.get_mut(id.0).filter(|session| session.mapping.is_awaited()) else {
            return;
        };
        if let Some(seen) = seen {
            session.move_media(seen);
        }
        self.mapping_settled(now, rng, id);
    }

    /// What is due of it.
    pub(super) fn mapping_timeout(&mut self, now: Instant, rng: &mut dyn Rng, id: SessionId) {
        if self.sessions.get_mut(id.0).is_some_and(|session| session.mapping.due.take_due(now)) {
            self.mapping_settled(now, rng, id);
        }
    }

    /// The address is known, or will not be: what waited goes on.
    fn mapping_settled(&mut self, now: Instant, rng: &mut dyn Rng, id: SessionId) {
        let Some(session) = self.sessions.get_mut(id.0) else { return };
        session.mapping = Mapping::NONE;
        match session.state {
            State::Locating => self.locate(now, rng, id),
            State::Incoming => self.answer_if_ready(now, rng, id),
            State::Calling
            | State::Proceeding
            | State::Abandoned
            | State::Cancelling
            | State::Accepted
            | State::Closing
            | State::Confirmed
            | State::Ending => {}
        }
    }

    /// The person has answered already, and nothing is waited for any more.
    pub(super) fn answer_if_ready(&mut self, now: Instant, rng: &mut dyn Rng, id: SessionId) {
        let ready = |session: &Session| session.answer_wanted && !session.holds_answer();
        if self.sessions.get(id.0).is_some_and(ready) {
            self.proceed(now, rng, id, Input::Answer);
        }
    }
}

impl Session {
    /// Whether our 200 has to wait: for a PRACK (RFC 3262 §3), or for the address to describe.
    pub(super) fn holds_answer(&self) -> bool {
        self.provisional.holds_success() || self.mapping.is_awaited()
    }

    /// Others see our audio there. What is not said yet says so.
    fn move_media(&mut self, seen: SocketAddr) {
        let before = self.local.address;
        if seen.is_ipv4() != before.is_ipv4() {
            return;
        }
        if !self.answer.0.is_empty() {
            let mut room = [0; limits::DESCRIPTION_BYTES];
            let mut out = Writer::new(&mut room);
            sdp::relocate(&self.answer.0, before, seen, &mut out);
            let Some(moved) = text::bytes(out.written()).filter(|_| out.finish().is_ok()) else { return };
            self.answer.0 = moved;
        }
        self.local.address = seen;
    }
}

impl Mapping {
    /// Nothing is waited for.
    pub(super) const NONE: Self = Self { server: None, due: Timer::OFF };

    pub(super) const fn is_awaited(&self) -> bool {
        self.due.is_running()
    }

    pub(super) const fn deadline(&self) -> Option<Instant> {
        self.due.due()
    }
}

/// A call waits no longer for its mapped address: time for three requests (RFC 8489 §6.2.1).
const MAPPING_MS: u64 = 2_000;
