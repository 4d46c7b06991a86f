//! `inspect plan 'PLAN' KEYS`: what a dial plan makes of keys, with the factory's codes and timers.
//!
//! KEYS are `0` to `9`, `*` and `#`, with `.` for the long and `,` for the short timer running out. One line
//! a step: key, TAB, `open` (nothing is complete), `complete` (something is) or `decided`, TAB, the tone or
//! `-`, TAB, milliseconds until the next timer or `-`. The last line is the verdict: `send NUMBER`,
//! `as-dialled DIGITS`, `reject`, `service CODE` or `pending`. A fault of PLAN or KEYS is named with its
//! position, and the exit status is 1.

use std::ffi::OsString;
use std::process::ExitCode;

use deskphone::base::Instant;
use deskphone::dialplan::{
    Collector, DialKey, Input, Plan, PlanFault, Prompt, Rules, Service, State, Step, Verdict,
};

/// Time between two keys.
const KEY_MS: u64 = 100;

/// `None` when the arguments are not a plan and keys.
pub fn run(arguments: &[OsString]) -> Option<ExitCode> {
    let (plan, keys) = match arguments {
        [plan] => (plan.to_str()?, ""),
        [plan, keys] => (plan.to_str()?, keys.to_str()?),
        _ => return None,
    };
    let plan = match compiled(plan) {
        Ok(plan) => plan,
        Err(fault) => {
            eprintln!("inspect: plan: {fault}");
            return Some(ExitCode::FAILURE);
        }
    };
    let wrong = |key: &char| DialKey::new(*key).is_none() && *key != '.' && *key != ',';
    if let Some((place, key)) = keys.chars().enumerate().find(|(_, key)| wrong(key)) {
        eprintln!("inspect: keys: at character {}, `{key}`: expected a key, `.` or `,`", place + 1);
        return Some(ExitCode::FAILURE);
    }
    Dialling::new(plan).keys(keys);
    Some(ExitCode::SUCCESS)
}

fn compiled(script: &str) -> Result<Plan, PlanFault> {
    let mut plan = Plan::parse(script)?;
    for service in Service::own() {
        plan.add_code(service.factory_code(), service.number())?;
    }
    plan.allow_ip_dialling(true);
    Ok(plan)
}

struct Dialling {
    plan: Plan,
    rules: Rules,
    collector: Collector,
    now: Instant,
}

impl Dialling {
    const fn new(plan: Plan) -> Self {
        Self { plan, rules: Rules::DEFAULT, collector: Collector::new(), now: Instant::ZERO }
    }

    fn keys(&mut self, keys: &str) {
        let mut step = self.step(Input::Start);
        self.line("start", step);
        for key in keys.chars() {
            if step.verdict != Verdict::Collecting {
                break;
            }
            step = match key {
                '.' => self.wait(self.plan.long_ms().unwrap_or(self.rules.long_ms), State::Open),
                ',' => self.wait(self.plan.short_ms().unwrap_or(self.rules.short_ms), State::Complete),
                symbol => match DialKey::new(symbol) {
                    Some(key) => {
                        self.now = self.now.plus_ms(KEY_MS);
                        self.step(Input::Key(key))
                    }
                    None => continue,
                },
            };
            self.line(&key.to_string(), step);
        }
        match step.verdict {
            Verdict::Collecting => println!("pending"),
            Verdict::Send => println!("send {}", self.collector.number()),
            Verdict::AsDialled => println!("as-dialled {}", self.collector.number()),
            Verdict::Rejected => println!("reject"),
            Verdict::Code(_) => println!("service {}", self.collector.keys().trim_end_matches('#')),
            Verdict::SpeedDial(digit) => println!("speed-dial {digit}"),
        }
    }

    fn step(&mut self, input: Input) -> Step {
        self.collector.step(self.now, &self.plan, &self.rules, input)
    }

    /// Lets a timer run out: for its usual time, or as long as it runs if that is the one that runs.
    fn wait(&mut self, usual_ms: u32, runs_in: State) -> Step {
        let mut end = self.now.plus_ms(u64::from(usual_ms));
        if self.collector.state() == runs_in {
            end = self.collector.deadline().map_or(end, |due| due.max(end));
        }
        while let Some(due) = self.collector.deadline().filter(|&due| due <= end) {
            self.now = due;
            let step = self.step(Input::Timeout);
            if step.verdict != Verdict::Collecting {
                return step;
            }
        }
        self.now = end;
        self.step(Input::Timeout)
    }

    fn line(&self, key: &str, step: Step) {
        let state = match self.collector.state() {
            State::Idle => "idle",
            State::Open => "open",
            State::Complete => "complete",
            State::Decided => "decided",
        };
        let tone = match step.tone {
            Some(Prompt::First) => "dial",
            Some(Prompt::OutsideLine) => "outside",
            None => "-",
        };
        let timer = self.collector.deadline().map(|due| due.since_ms(self.now).to_string());
        println!("{key}\t{state}\t{tone}\t{}", timer.as_deref().unwrap_or("-"));
    }
}
