//! Calls that are only listened to, as music on hold is (`MOH Server`): the offer is `a=recvonly` (RFC 3264
//! §5.1), and stays so in every later description.

use super::session::Session;
use super::{ExtensionId, Instant, Invite, Outcome, Refusal, Rng, UserAgent};
use crate::limits;
use crate::sdp::Direction;

/// Requests that must be able to begin beside such a call: its own INVITE and BYE, and those of a call of the
/// person's.
const CLIENTS: usize = 4;

impl UserAgent {
    /// Calls a server that nobody talks with. It never takes the last room: a person's call goes first.
    pub(super) fn listen(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        extension: ExtensionId,
        target: &str,
    ) -> Outcome {
        let sessions = limits::SESSIONS.saturating_sub(self.sessions.len());
        if sessions < 2 || self.transactions.free_clients() < CLIENTS {
            return Outcome::Refused(Refusal::Full);
        }
        // What everybody may hear who is put on hold is no secret.
        let secure = Some(false);
        let invite = Invite { extension, target, anonymous: false, codecs: None, secure, appearance: None };
        match self.open_call(now, rng, &invite) {
            Ok(id) => {
                if let Some(session) = self.sessions.get_mut(id.0) {
                    session.listens = true;
                    session.local.direction = session.direction(false);
                    // Nothing is sent, no digits either.
                    session.local.dtmf_payload_type = None;
                }
                self.locate(now, rng, id);
                Outcome::Session(id)
            }
            Err(refusal) => Outcome::Refused(refusal),
        }
    }
}

impl Session {
    /// Which way our audio goes; on hold it is ours alone (RFC 3264 §8.4).
    pub(super) const fn direction(&self, on_hold: bool) -> Direction {
        match (self.listens, on_hold) {
            (true, _) => Direction::RecvOnly,
            (false, true) => Direction::SendOnly,
            (false, false) => Direction::SendRecv,
        }
    }
}
