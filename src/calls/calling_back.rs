//! Call back, as the calls do it: the order's attempts are calls of nobody until somebody is there.

use super::appearance::{self, Input as Call, Served};
use super::call_back::{Input, Rules, Step};
use super::{CallState, Calls, LineKey, Order, Turn};
use crate::ua::{EndReason, Event, Outcome, SessionId};

impl Calls {
    /// The order to call back, if one stands.
    #[must_use]
    pub const fn call_back_order(&self) -> &super::CallBack {
        &self.call_back
    }

    /// The code for it was dialled: the number that was called last is meant. Without one, or when orders
    /// would expire at once, there is nothing to confirm.
    pub(super) fn order_call_back(&mut self, turn: &mut Turn<'_>, key: LineKey) {
        // An attempt on a shared line would have to seize it, and keep it from the others.
        let alone = !self.is_shared(turn.config, key);
        let stands = alone && !self.last_call.target.is_empty() && Rules::of(turn.config).expires_ms > 0;
        if stands {
            self.call_back(turn, Input::Order(key));
            self.call_back.mean(&self.last_call);
        }
        let served = if stands { Served::Confirm(self.dial_tone(turn.config, key)) } else { Served::Reject };
        self.order(turn, key, Call::Served(served));
    }

    /// Forgets the order; nothing is wrong when there is none.
    pub(super) fn cancel_call_back(&mut self, turn: &mut Turn<'_>, key: LineKey) {
        self.call_back(turn, Input::Cancel);
        let tone = self.dial_tone(turn.config, key);
        self.order(turn, key, Call::Served(Served::Confirm(tone)));
    }

    /// After each input: the line is free for an attempt, or it is used. What would not be let in while the
    /// person talks is not fetched either.
    pub(super) fn attend_call_back(&mut self, turn: &mut Turn<'_>) {
        if let Some(key) = self.call_back.line() {
            let free = self.line(key).state() == CallState::Idle && self.lets_in(turn.config);
            self.call_back(turn, Input::Free(free));
        }
    }

    /// Whether an event is about an attempt.
    pub(super) fn calls_back(&mut self, turn: &mut Turn<'_>, event: Event) -> bool {
        let ours = |session: SessionId| self.call_back.session() == Some(session);
        let input = match event {
            Event::Progress { session, status, .. } if ours(session) => Input::Progress(status),
            Event::Answered(session) if ours(session) => Input::Answered,
            Event::Ended { session, reason: EndReason::Failed(status) } if ours(session) => {
                Input::Failed(Some(status))
            }
            Event::Ended { session, .. } if ours(session) => Input::Failed(None),
            Event::Registration(_)
            | Event::Incoming(_)
            | Event::Progress { .. }
            | Event::Answered(_)
            | Event::Media(_)
            | Event::Party(_)
            | Event::Digit { .. }
            | Event::MediaFailed { .. }
            | Event::Clock { .. }
            | Event::Asked { .. }
            | Event::Replied { .. }
            | Event::Ended { .. }
            | Event::Service { .. }
            | Event::MessageWaiting { .. }
            | Event::Subscribed { .. }
            | Event::SharedLine { .. }
            | Event::Seized { .. }
            | Event::WatchedAnew { .. }
            | Event::Watched { .. }
            | Event::Transferred { .. }
            | Event::Referred { .. }
            | Event::Replaced { .. }
            | Event::Talk(_)
            | Event::Hold(_) => return false,
        };
        self.call_back(turn, input);
        true
    }

    /// What came of the order to make an attempt.
    pub(super) fn call_back_outcome(&mut self, turn: &mut Turn<'_>, outcome: Outcome) {
        match outcome {
            Outcome::Session(session) => self.call_back(turn, Input::Begun(session)),
            Outcome::Refused(_) => self.call_back(turn, Input::Refused),
            Outcome::Done => {}
        }
    }

    pub(super) fn call_back(&mut self, turn: &mut Turn<'_>, input: Input) {
        let line = self.call_back.line();
        let Step { call, end, ring } = self.call_back.step(turn.now, Rules::of(turn.config), input);
        let calls = call.then_some(appearance::Order::CallBack);
        for wish in [end.map(appearance::Order::End), calls].into_iter().flatten() {
            let _full = turn.orders.push(Order { line, wish });
        }
        let (Some(key), Some(reached)) = (line, ring) else { return };
        if self.line(key).state() != CallState::Idle {
            // The line key was disabled just now.
            let wish = appearance::Order::End(reached.session);
            let _full = turn.orders.push(Order { line, wish });
            return;
        }
        self.order(turn, key, Call::CalledBack(reached));
        let target = self.call_back.called().target.clone();
        self.line_mut(key).appearance_mut().meet_called(&target);
    }
}
