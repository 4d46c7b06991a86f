//! A person who dials: keys 100 ms apart, and time.

use super::*;

pub(super) struct Desk {
    pub(super) plan: Plan,
    pub(super) rules: Rules,
    pub(super) collector: Collector,
    pub(super) now: Instant,
}

impl Desk {
    pub(super) fn new(script: &str) -> Self {
        let plan = Plan::parse(script).unwrap_or_else(|fault| panic!("{script}: {fault}"));
        Self { plan, rules: Rules::DEFAULT, collector: Collector::new(), now: Instant::ZERO }
    }

    /// With the factory's codes.
    pub(super) fn with_codes(script: &str) -> Self {
        let mut desk = Self::new(script);
        for service in Service::own() {
            desk.plan.add_code(service.factory_code(), service.number()).unwrap();
        }
        desk
    }

    pub(super) fn input(&mut self, input: Input) -> String {
        let step = self.collector.step(self.now, &self.plan, &self.rules, input);
        match (step.verdict, step.tone) {
            (Verdict::Collecting, Some(Prompt::First)) => "first tone".to_string(),
            (Verdict::Collecting, Some(Prompt::OutsideLine)) => "outside tone".to_string(),
            (Verdict::Collecting, None) => "-".to_string(),
            (Verdict::Send, _) => format!("send {}", self.collector.number()),
            (Verdict::AsDialled, _) => format!("as-dialled {}", self.collector.number()),
            (Verdict::Rejected, _) => "reject".to_string(),
            (Verdict::Code(_), _) => format!("service {}", self.collector.keys()),
            (Verdict::SpeedDial(digit), _) => format!("speed dial {digit}"),
        }
    }

    pub(super) fn start(&mut self) -> String {
        self.input(Input::Start)
    }

    pub(super) fn press(&mut self, symbol: char) -> String {
        self.now = self.now.plus_ms(100);
        self.input(Input::Key(DialKey::new(symbol).unwrap()))
    }

    /// Lets time pass; the collector is stepped whenever it asks for it. Its last word.
    pub(super) fn wait(&mut self, ms: u64) -> String {
        let end = self.now.plus_ms(ms);
        while let Some(due) = self.collector.deadline().filter(|&due| due <= end) {
            assert!(due >= self.now, "a deadline is not in the past");
            self.now = due;
            let outcome = self.input(Input::Timeout);
            if self.collector.state() == State::Decided {
                return outcome;
            }
        }
        self.now = end;
        self.input(Input::Timeout)
    }

    /// Keys from the start, `.` for the long timer running out, `,` for the short one.
    pub(super) fn again(&mut self, keys: &str) -> String {
        self.collector = Collector::new();
        self.dial(keys)
    }

    pub(super) fn dial(&mut self, keys: &str) -> String {
        if self.collector.state() == State::Idle {
            let outcome = self.start();
            if self.collector.state() == State::Decided {
                return outcome;
            }
        }
        for symbol in keys.chars() {
            let outcome = match symbol {
                '.' => self.wait(u64::from(self.plan.long_ms().unwrap_or(self.rules.long_ms))),
                ',' => self.wait(u64::from(self.plan.short_ms().unwrap_or(self.rules.short_ms))),
                key => self.press(key),
            };
            if self.collector.state() == State::Decided {
                return outcome;
            }
        }
        "pending".to_string()
    }

    /// How long from now the next timer runs, in milliseconds.
    pub(super) fn timer(&self) -> Option<u64> {
        self.collector.deadline().map(|due| due.since_ms(self.now))
    }

    pub(super) fn timed(&mut self, keys: &str) -> Option<u64> {
        let _ = self.dial(keys);
        self.timer()
    }
}
