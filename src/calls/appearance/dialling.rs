//! Dialling: from the dial tone to a complete number.

use super::{
    Appearance, CallState, Desk, DialKey, NOTHING, Order, Party, Served, Service, Step, Tone, order,
};
use crate::base::{Instant, text};
use crate::dialplan::{self, Collector, Verdict};
use heapless::String;

impl Appearance {
    pub(super) fn seize(&mut self, now: Instant, desk: Desk<'_>, ready: bool, tone: Tone) -> Step {
        self.state = CallState::Dialing;
        self.party = Party::default();
        self.ready = ready;
        self.target.clear();
        self.ask(now, desk, None, Some(tone))
    }

    pub(super) fn served(&mut self, now: Instant, desk: Desk<'_>, served: Served) -> Step {
        match served {
            Served::Prompt { purpose, tone } => self.ask(now, desk, purpose, tone),
            Served::Confirm(tone) => self.confirm(now, desk, tone),
            Served::Reject => self.fail(now, desk, Tone::Reorder),
        }
    }

    /// A number is to be dialled, from its first key on. A plan may be complete without any key: a hot line.
    fn ask(&mut self, now: Instant, desk: Desk<'_>, purpose: Option<Service>, tone: Option<Tone>) -> Step {
        self.purpose = purpose;
        self.prompt = tone;
        self.collector = Collector::new();
        self.silence();
        self.collect(now, desk, dialplan::Input::Start)
    }

    /// Confirm tone, then dial tone; the next key is the first of a number.
    fn confirm(&mut self, now: Instant, desk: Desk<'_>, tone: Tone) -> Step {
        let step = self.ask(now, desk, None, Some(tone));
        if step == NOTHING && self.ready {
            self.sound(now, desk, Some(Tone::Confirm));
        }
        step
    }

    pub(super) fn ready(&mut self, now: Instant, desk: Desk<'_>) -> Step {
        let silent = !self.ready && self.collector.keys().is_empty();
        self.ready = true;
        if silent {
            self.sound(now, desk, self.prompt);
        }
        NOTHING
    }

    pub(super) fn collect(&mut self, now: Instant, desk: Desk<'_>, input: dialplan::Input) -> Step {
        let step = self.collector.step(now, desk.plan, &desk.rules(), input);
        if step.verdict == Verdict::Collecting {
            let tone = match step.tone {
                Some(dialplan::Prompt::First) => self.prompt,
                Some(dialplan::Prompt::OutsideLine) => Some(Tone::Outside),
                None => None,
            };
            let tone = tone.filter(|_| self.ready);
            // While something is confirmed nothing asks for the next number yet.
            let confirms = self.tone == Some(Tone::Confirm) && tone == self.prompt;
            if tone != self.tone && !confirms {
                self.sound(now, desk, tone);
            }
        }
        self.conclude(now, desk, step.verdict)
    }

    /// A number that is there whole: dialled on hook, again, or by speed dial.
    pub(super) fn whole(&mut self, now: Instant, desk: Desk<'_>, number: &str) -> Step {
        self.collector = Collector::new();
        if number.chars().any(|symbol| DialKey::new(symbol).is_none()) {
            return self.complete(now, desk, number);
        }
        let verdict = self.collector.enter(now, desk.plan, &desk.rules(), number);
        self.conclude(now, desk, verdict)
    }

    fn conclude(&mut self, now: Instant, desk: Desk<'_>, verdict: Verdict) -> Step {
        match verdict {
            Verdict::Collecting => NOTHING,
            Verdict::Rejected => self.fail(now, desk, Tone::Reorder),
            Verdict::Code(code) => match Service::from_number(code) {
                Some(service) => order(Some(Order::Serve(service))),
                None => self.fail(now, desk, Tone::Reorder),
            },
            Verdict::SpeedDial(digit) => order(Some(Order::SpeedDial(digit))),
            // A hot or warm line is for who dials nothing, not for who is asked for a number: by a service,
            // or for the other party of a transfer or a conference.
            Verdict::Send if self.is_asked() && self.collector.keys().is_empty() => {
                self.collector = Collector::new();
                if self.tone.is_none() && self.ready {
                    self.sound(now, desk, self.prompt);
                }
                NOTHING
            }
            Verdict::Send | Verdict::AsDialled => {
                let number = text::exact::<{ crate::limits::NUMBER_BYTES }>(self.collector.number());
                self.complete(now, desk, &number.unwrap_or_default())
            }
        }
    }

    fn is_asked(&self) -> bool {
        self.purpose.is_some() || matches!(self.prompt, Some(Tone::Second | Tone::Prompt))
    }

    /// Calls an address or number as it is, whatever was to be done with the number that was asked for.
    pub(super) fn call(&mut self, now: Instant, desk: Desk<'_>, target: &str, by_keys: bool) -> Step {
        self.purpose = None;
        if !by_keys {
            self.collector = Collector::new();
        }
        self.complete(now, desk, target)
    }

    /// Calls a number, or does with it what was ordered before it. One that is too long would be another.
    fn complete(&mut self, now: Instant, desk: Desk<'_>, number: &str) -> Step {
        let Some(target) = text::exact(number).filter(|_| !number.is_empty()) else {
            return self.fail(now, desk, Tone::Reorder);
        };
        self.target = target;
        if let Some(service) = self.purpose {
            return order(Some(Order::ServeNumber(service)));
        }
        self.state = CallState::Calling;
        self.incoming = false;
        self.silence();
        self.party = Party { name: String::new(), number: text::shortened(number) };
        order(Some(Order::Invite))
    }
}
