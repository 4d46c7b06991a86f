//! Conference by a server (`Conference Bridge URL`): the phone calls the bridge and sends everybody else
//! there, so that a conference may have any number of parties (guide, Three Way Conferencing; RFC 4579 §5.1,
//! §5.5).
//!
//! ```text
//!   conf, confLx ──► both calls on hold, another line calls the bridge ──► it answers: REFER to both
//!   in a call with the bridge: a held call that is brought in is sent there at once
//! ```
//! Who is sent stays on hold until it has got there, as in any transfer; who does not get there comes back
//! with "Transfer failed". The call with the bridge is a plain call: hanging up leaves it to the others.

use super::appearance::{self, Input as Call};
use super::transfer::{Begun, Mark, push, target_on};
use super::{CallState, Calls, LineKey, Tone, Turn};
use crate::config::Config;
use crate::config::catalogue::ext;
use crate::ua::{ExtensionId, SessionId};

/// A call with a bridge, and who is to be sent there as soon as it answers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bridge {
    line: LineKey,
    guests: [Option<LineKey>; 2],
}

impl Calls {
    /// The line key of the call with a conference bridge.
    #[must_use]
    pub fn bridge(&self) -> Option<LineKey> {
        self.bridge.map(|bridge| bridge.line)
    }

    /// Whether two calls can be brought together: over a bridge only when both have answered, and with a line
    /// for the call to the bridge.
    pub(super) fn can_bring_together(&self, config: &Config, pair: Begun) -> bool {
        let answered = self.line(pair.line).state() != CallState::Proceeding;
        match (self.bridge_of(pair), self.bridge_url(config, pair.line).is_empty()) {
            (Some(_), _) => answered,
            (None, true) => true,
            (None, false) => answered && self.lowest(CallState::Idle).is_some(),
        }
    }

    /// Brings two calls together over a bridge, if that is how the active one's extension does it.
    pub(super) fn bridge_together(&mut self, turn: &mut Turn<'_>, pair: Begun) -> bool {
        if let Some(line) = self.bridge_of(pair) {
            let guest = if line == pair.line { pair.held } else { pair.line };
            if self.line(line).state() == CallState::Held {
                self.activate(turn, line, Call::Resume);
            }
            self.invite_guest(turn, guest, line);
            return true;
        }
        if self.bridge_url(turn.config, pair.line).is_empty() {
            return false;
        }
        self.call_bridge(turn, pair);
        true
    }

    /// The bridge has answered: everybody goes there.
    pub(super) fn bridge_answered(&mut self, turn: &mut Turn<'_>, session: SessionId) {
        let Some(bridge) = self.bridge.filter(|bridge| self.line(bridge.line).session() == Some(session))
        else {
            return;
        };
        self.bridge = Some(Bridge { guests: [None; 2], ..bridge });
        for guest in bridge.guests.into_iter().flatten() {
            self.invite_guest(turn, guest, bridge.line);
        }
    }

    /// A call that is over, or failed, is no bridge any more.
    pub(super) fn settle_bridge(&mut self) {
        self.bridge = self.bridge.filter(|bridge| self.is_in_use(bridge.line));
    }

    fn call_bridge(&mut self, turn: &mut Turn<'_>, pair: Begun) {
        let Some(line) = self.line_beside(turn.config, pair.line) else { return };
        let url = self.bridge_url(turn.config, pair.line);
        let extensions = [pair.line, line].map(|key| self.line(key).extension());
        let Some(target) = target_on(turn.config, ["", url], extensions[0], extensions[1]) else { return };
        // Whoever calls the last number again, or wants to be called back, does not mean the bridge.
        let last = (self.last_number.clone(), self.last_call.clone());
        self.take_line(turn, line, Tone::Second);
        self.order(turn, line, Call::Target { target: &target, by_keys: false });
        (self.last_number, self.last_call) = last;
        self.bridge = Some(Bridge { line, guests: [Some(pair.held), Some(pair.line)] });
    }

    /// Sends a call on hold to the bridge.
    fn invite_guest(&mut self, turn: &mut Turn<'_>, guest: LineKey, bridge: LineKey) {
        let sessions = self.line(guest).session().zip(self.line(bridge).session());
        let Some((guest_session, bridge)) = sessions.filter(|_| self.is_sendable(guest)) else { return };
        self.line_mut(guest).set_mark(Mark::Asked { other: None });
        push(turn, guest, appearance::Order::TransferInto(guest_session, bridge));
    }

    fn bridge_of(&self, pair: Begun) -> Option<LineKey> {
        self.bridge().filter(|line| [pair.held, pair.line].contains(line))
    }

    fn bridge_url<'a>(&self, config: &'a Config, key: LineKey) -> &'a str {
        let extension = self.line(key).extension().map_or(1, ExtensionId::number);
        config.read(ext::CONFERENCE_BRIDGE_URL.of(extension))
    }
}
