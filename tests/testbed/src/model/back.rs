//! Call back: whom the person could not reach is called again and again until somebody is there (guide, Call
//! Back).

use super::{Call, Model, Place, State};

const RETRY_MS: u64 = 30_000;
/// After a failure at the least.
const LEAST_MS: u64 = 1_000;
const EXPIRES_MS: u64 = 1_800_000;
/// So long a far end that rings may yet be busy.
const DELAY_MS: u64 = 500;

/// What is heard of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Back {
    /// The far end rings.
    Rings,
    /// It answers.
    Answered,
    /// It is busy, or cannot be reached; with a final status if there was one.
    Failed(Option<u16>),
}

/// What the person has ordered.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Ordered {
    line: Place,
    number: String,
    attempt: Attempt,
    /// Until then there is no other attempt.
    next_at: Option<u64>,
    until: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Attempt {
    None,
    Calls,
    /// The far end rings; when that is believed.
    Rings(u64),
}

/// How an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// There is none.
    None,
    /// No attempt is under way.
    Waits,
    /// Nothing is heard of one yet.
    Calls,
    /// The far end rings.
    Rings,
}

impl Model {
    /// How the order to call back stands.
    #[must_use]
    pub fn call_back(&self) -> Standing {
        match self.ordered.as_ref().map(|ordered| ordered.attempt) {
            None => Standing::None,
            Some(Attempt::None) => Standing::Waits,
            Some(Attempt::Calls) => Standing::Calls,
            Some(Attempt::Rings(_)) => Standing::Rings,
        }
    }

    /// The line that somebody is called back from.
    pub(super) fn calls_back_from(&self) -> Option<Place> {
        self.ordered.as_ref().map(|ordered| ordered.line)
    }

    /// Whether a line rings because somebody is there who was to be called back.
    #[must_use]
    pub fn is_called_back(&self, line: Place) -> bool {
        self.calls[line].state == State::Ringing && self.calls[line].back.is_some()
    }

    /// The code for it: whom the person called last is meant.
    pub(super) fn order_back(&mut self, line: Place) {
        if !self.settings.call_back || self.last_called.is_empty() {
            return self.fail(line, "reorder");
        }
        self.drop_back();
        let (number, until) = (self.last_called.clone(), self.now + EXPIRES_MS);
        self.ordered = Some(Ordered { line, number, attempt: Attempt::None, next_at: None, until });
        self.confirm(line);
    }

    pub(super) fn cancel_back(&mut self, line: Place) {
        self.drop_back();
        self.confirm(line);
    }

    fn drop_back(&mut self) {
        if let Some(ordered) = self.ordered.take().filter(|ordered| ordered.attempt != Attempt::None) {
            self.wish(ordered.line, "end");
        }
    }

    pub(super) fn back(&mut self, news: Back) {
        let now = self.now;
        let Some(ordered) = self.ordered.as_mut().filter(|ordered| ordered.attempt != Attempt::None) else {
            return;
        };
        match news {
            Back::Rings if ordered.attempt == Attempt::Calls => {
                ordered.attempt = Attempt::Rings(now + DELAY_MS);
            }
            Back::Rings => {}
            Back::Answered => self.reached(true),
            // They do not want it, or there is no such number.
            Back::Failed(Some(403 | 404 | 410 | 414 | 416 | 484 | 603 | 604 | 607)) => self.ordered = None,
            Back::Failed(_) => {
                ordered.attempt = Attempt::None;
                ordered.next_at = Some(ordered.next_at.unwrap_or(0).max(now + LEAST_MS));
            }
        }
    }

    /// Somebody is there: the line rings.
    fn reached(&mut self, answered: bool) {
        if let Some(Ordered { line, number, .. }) = self.ordered.take() {
            self.calls[line] =
                Call { state: State::Ringing, party: number, back: Some(answered), ..Call::new() };
        }
    }

    /// The person answers such a line. Who is there first hears the other one ring.
    pub(super) fn meet_back(&mut self, line: Place, answered: bool) {
        let now = self.now;
        let call = &mut self.calls[line];
        call.back = None;
        if answered {
            call.state = State::Connected;
        } else {
            call.state = State::Proceeding;
            call.sound(now, Some("ringback"));
        }
    }

    pub(super) fn back_in_time(&mut self) {
        let now = self.now;
        let Some(ordered) = &mut self.ordered else { return };
        ordered.next_at = ordered.next_at.filter(|at| *at > now);
        if matches!(ordered.attempt, Attempt::Rings(at) if at <= now) {
            self.reached(false);
        } else if ordered.until <= now {
            self.drop_back();
        }
    }

    /// An attempt is made while the line is idle and the person could be called; one ends when that is over.
    pub(super) fn settle_back(&mut self) {
        let Some(line) = self.calls_back_from() else { return };
        let free = self.calls[line].state == State::Idle && self.lets_in();
        let now = self.now;
        let Some(ordered) = &mut self.ordered else { return };
        if free && ordered.attempt == Attempt::None && ordered.next_at.is_none() {
            ordered.attempt = Attempt::Calls;
            ordered.next_at = Some(now + RETRY_MS);
            let wish = format!("call back {}", ordered.number);
            self.wish(line, &wish);
        } else if !free && ordered.attempt != Attempt::None {
            ordered.attempt = Attempt::None;
            self.wish(line, "end");
        }
    }
}
