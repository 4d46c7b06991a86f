//! A call that is secure: the key that is kept for it, and whether its far end is still the one who has it.
//!
//! ```text
//!            another address, or the network names somebody else
//!   Sure ────────────────────────────────────────────────────────► Doubted
//!    ▲ a packet under the key, LATE_MS after that at the earliest      │ audio flows, and none for PROOF_MS
//!    └─────────────────────────────────────────────────────────────────┤
//!                                                                      ▼
//!                                                              the call is over
//! ```
//! No description speaks of the key, so a re-INVITE can bring another far end into a secure call: a server
//! that transfers calls by itself does that. In doubt the call does not say that it is secure, and shows whom
//! the network names; nothing in clear is sent or played all the same, for there is no way back to clear.

use core::net::SocketAddr;

use super::{LineKey, Phone};
use crate::base::{Instant, Timer, earliest};
use crate::calls::{self, Certified, Security};
use crate::limits;
use crate::secure_call::{Line, Protection};
use crate::ua::{Event, SessionId};

/// All secure calls.
#[derive(Debug)]
pub(super) struct Trusted([Option<Kept>; limits::LINE_KEYS]);

/// A call that is secure.
#[derive(Debug)]
struct Kept {
    session: SessionId,
    line: Line,
    /// Where the far end is.
    remote: Option<SocketAddr>,
    trust: Trust,
}

#[derive(Clone, Copy, Debug)]
enum Trust {
    /// The far end has the key.
    Sure,
    /// It has to be heard under the key again.
    Doubted {
        since: Instant,
        /// When it has had time enough; it runs while the far end may send.
        proof: Timer,
    },
}

/// What is still under way from a far end that has left proves nothing.
const LATE_MS: u64 = 500;
/// What the far end may take to be heard: as long as in the handshake.
const PROOF_MS: u64 = 5_000;

impl Trusted {
    pub(super) const fn new() -> Self {
        Self([const { None }; limits::LINE_KEYS])
    }

    fn of(&mut self, session: SessionId) -> Option<&mut Kept> {
        self.0.iter_mut().flatten().find(|kept| kept.session == session)
    }

    /// What a call's audio is protected with, and whether its far end is awaited.
    pub(super) fn protection(&self, session: SessionId) -> Option<(Protection<'_>, bool)> {
        let kept = self.0.iter().flatten().find(|kept| kept.session == session)?;
        Some((kept.line.secured(), matches!(kept.trust, Trust::Doubted { .. })))
    }

    pub(super) fn has(&self, session: SessionId) -> bool {
        self.0.iter().flatten().any(|kept| kept.session == session)
    }

    /// Keeps the key of a call: in a free place, or in that of a call that has no line key any more.
    pub(super) fn keep(
        &mut self,
        session: SessionId,
        line: Line,
        remote: Option<SocketAddr>,
        on_a_line: impl Fn(SessionId) -> bool,
    ) -> bool {
        let Some(place) = vacant(&mut self.0, |kept| !on_a_line(kept.session)) else { return false };
        *place = Some(Kept { session, line, remote, trust: Trust::Sure });
        true
    }

    pub(super) fn retain(&mut self, stands: impl Fn(SessionId) -> bool) {
        for place in &mut self.0 {
            place.take_if(|kept| !stands(kept.session));
        }
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        earliest(self.0.iter().flatten().map(|kept| match kept.trust {
            Trust::Sure => None,
            Trust::Doubted { proof, .. } => proof.due(),
        }))
    }
}

impl Phone {
    /// A call is secure from now on.
    pub(super) fn trust(&mut self, now: Instant, session: SessionId, line: Line) -> calls::Step {
        let name = line.peer().name.readable::<{ limits::NAME_BYTES }>();
        let number = line.peer().user_id.readable::<{ limits::NAME_BYTES }>();
        let remote = self.ua.session(session).and_then(|view| view.media).map(|media| media.remote);
        let Self { secure, calls, config, .. } = self;
        let on_a_line = |other| LineKey::ALL.into_iter().any(|key| calls.line(key).session() == Some(other));
        if !secure.trusted.keep(session, line, remote, on_a_line) {
            return calls::Step::default();
        }
        let news = Security::Secured(Certified { name: &name, number: &number });
        calls.step(now, config, calls::Input::Security { session, news })
    }

    /// A secure call may go on with somebody else, or has come back.
    pub(super) fn secure_changed(&mut self, now: Instant, event: &Event) -> calls::Step {
        let (session, is_party) = if let Event::Party(session) = *event {
            (session, true)
        } else if let Event::Media(session) = *event {
            (session, false)
        } else if let Event::Replaced { by, .. } = *event {
            // Who sent us elsewhere in vain is spoken with again.
            return self.trust_again(now, by);
        } else {
            return calls::Step::default();
        };
        let view = self.ua.session(session);
        let media = view.and_then(|view| view.media);
        let Some(kept) = self.secure.trusted.of(session) else { return calls::Step::default() };
        // Without meaning while we may not send.
        let described = media.filter(|media| media.send).map(|media| media.remote).or(kept.remote);
        let moved = described != kept.remote;
        kept.remote = described;
        let doubted = matches!(kept.trust, Trust::Doubted { .. });
        if moved || is_party {
            kept.trust = Trust::Doubted { since: now, proof: Timer::OFF };
        }
        if let Trust::Doubted { proof, .. } = &mut kept.trust {
            let flows = media.is_some_and(|media| media.receive && !media.held_by_peer);
            if !flows {
                proof.stop();
            } else if !proof.is_running() {
                proof.start(now, PROOF_MS);
            }
        }
        let begins = !doubted && matches!(kept.trust, Trust::Doubted { .. });
        if !begins && !is_party {
            return calls::Step::default();
        }
        let news = Security::Doubted(view);
        self.calls.step(now, &mut self.config, calls::Input::Security { session, news })
    }

    /// The far end of a secure call has been heard under the key.
    pub(super) fn confirmed(&mut self, now: Instant, session: SessionId) -> calls::Step {
        let Some(kept) = self.secure.trusted.of(session) else { return calls::Step::default() };
        match kept.trust {
            Trust::Doubted { since, .. } if now >= since.plus_ms(LATE_MS) => {
                kept.trust = Trust::Sure;
                self.trust_again(now, session)
            }
            Trust::Doubted { .. } | Trust::Sure => calls::Step::default(),
        }
    }

    /// The secure call that has waited in vain for its far end, if there is one.
    pub(super) fn trust_timeout(&mut self, now: Instant) -> Option<calls::Step> {
        let mut kept = self.secure.trusted.0.iter_mut().flatten();
        let session = kept.find_map(|kept| match &mut kept.trust {
            Trust::Doubted { proof, .. } => proof.take_due(now).then_some(kept.session),
            Trust::Sure => None,
        })?;
        crate::note!("a secure call is over: its far end does not have the key");
        let news = Security::Lost;
        Some(self.calls.step(now, &mut self.config, calls::Input::Security { session, news }))
    }

    fn trust_again(&mut self, now: Instant, session: SessionId) -> calls::Step {
        let Self { secure, calls, config, .. } = self;
        let Some(kept) = secure.trusted.of(session) else { return calls::Step::default() };
        if matches!(kept.trust, Trust::Doubted { .. }) {
            return calls::Step::default();
        }
        let name = kept.line.peer().name.readable::<{ limits::NAME_BYTES }>();
        let number = kept.line.peer().user_id.readable::<{ limits::NAME_BYTES }>();
        let news = Security::Confirmed(Certified { name: &name, number: &number });
        calls.step(now, config, calls::Input::Security { session, news })
    }
}

/// A place that nobody has, else one whose owner has no use for it any more.
pub(super) fn vacant<T>(places: &mut [Option<T>], is_spare: impl Fn(&T) -> bool) -> Option<&mut Option<T>> {
    let free = |place: &&mut Option<T>| place.as_ref().is_none_or(&is_spare);
    places.iter_mut().filter(free).min_by_key(|place| place.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_free_place_comes_before_a_spare_one_wherever_it_is() {
        let spare = |number: &i32| *number < 0;
        let found = |mut places: [Option<i32>; 3]| vacant(&mut places, spare).copied();
        assert_eq!(found([Some(-1), Some(2), None]), Some(None));
        assert_eq!(found([Some(1), Some(2), Some(-3)]), Some(Some(-3)), "not only the first is looked at");
        assert_eq!(found([Some(1), Some(2), Some(3)]), None);
    }
}
