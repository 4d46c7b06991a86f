//! A host around the user agent alone: sockets, a clock, and a person with habits.

use crate::person::{Deed, EAGER, Habit, Occasion};
use crate::trace::Trace;
use crate::wire::{Arrival, Wire};
use deskphone::base::{self, Rng};
use deskphone::transaction::{Timers, Transport};
use deskphone::ua::{
    Account, Command, EndReason, Event, ExtensionId, Input, Invite, Outcome, Refusal, SessionId, Settings,
    UserAgent,
};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

/// Numbers for a test: the same ones in each run.
#[derive(Clone, Copy, Debug)]
pub struct Seeded(pub u64);

impl Rng for Seeded {
    fn next_u32(&mut self) -> u32 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        u32::try_from((mixed ^ (mixed >> 31)) >> 32).unwrap_or_default()
    }
}

/// What became of the calls.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Calls that came in.
    pub incoming: u32,
    /// Calls that we made.
    pub outgoing: u32,
    /// Calls that were answered, by whom ever.
    pub answered: u32,
    /// Wishes to call that found no room; they were made later.
    pub postponed: u32,
    /// How calls ended.
    pub ended: BTreeMap<String, u32>,
}

/// One user agent on 127.0.0.1.
#[derive(Debug)]
pub struct Host {
    ua: Box<UserAgent>,
    rng: Seeded,
    zero: Instant,
    wire: Wire,
    account: Account,
    habits: &'static [Habit],
    /// What the person will do, and when.
    plans: Vec<(u64, SessionId, Deed)>,
    /// What the user agent told, oldest first.
    pub told: Vec<Event>,
    /// Its messages.
    pub trace: Trace,
    /// Its calls.
    pub tally: Tally,
}

impl Host {
    /// A host on `port`, whose extension 1 has an account without a registrar; `proxy` is where its calls go.
    ///
    /// # Errors
    /// When the port is taken or the address does not fit.
    pub fn start(
        port: u16,
        proxy: Option<(SocketAddr, Transport)>,
        timers: Timers,
        seed: u64,
    ) -> Result<Self, String> {
        let wire = Wire::open(port)?;
        let mut account = Account::new();
        account.enabled = true;
        account.register = false;
        account.call_without_registration = true;
        account.answer_without_registration = true;
        account.port = port;
        fill(&mut account.user, "desk")?;
        if let Some((address, transport)) = proxy {
            account.transport = transport;
            fill(&mut account.proxy, &address.to_string())?;
            fill(&mut account.outbound_proxy, &address.to_string())?;
        }
        account.codecs.extend(deskphone::sdp::Codec::ALL);
        let mut host = Self {
            ua: Box::new(UserAgent::new()),
            rng: Seeded(seed),
            zero: Instant::now(),
            wire,
            account,
            habits: EAGER,
            plans: Vec::new(),
            told: Vec::new(),
            trace: Trace::default(),
            tally: Tally::default(),
        };
        let settings = host.ua.settings_mut();
        settings.timers = timers;
        // Answers go back the way the request came, through the relay too.
        settings.respond_to_source_port = true;
        host.ua.set_account(ExtensionId::PRIMARY, &host.account);
        let _done = host.step(Input::Network(Some(IpAddr::V4(Ipv4Addr::LOCALHOST))));
        Ok(host)
    }

    /// Changes the settings.
    pub fn adjust(&mut self, change: fn(&mut Settings, &mut Account)) {
        change(self.ua.settings_mut(), &mut self.account);
        self.ua.set_account(ExtensionId::PRIMARY, &self.account);
    }

    /// Another person sits down at the phone.
    pub const fn set_habits(&mut self, habits: &'static [Habit]) {
        self.habits = habits;
    }

    /// Our port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.wire.port()
    }

    /// Sessions and transactions.
    #[must_use]
    pub fn load(&self) -> (usize, usize) {
        self.ua.load()
    }

    /// The user agent, to read.
    #[must_use]
    pub const fn ua(&self) -> &UserAgent {
        &self.ua
    }

    /// Milliseconds since the host began.
    #[must_use]
    pub fn now_ms(&self) -> u64 {
        u64::try_from(self.zero.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Waits for the next input, `longest` at most, and carries it out; then all that has arrived meanwhile.
    pub fn turn(&mut self, longest: Duration) {
        let planned = self.plans.iter().map(|(at_ms, ..)| *at_ms);
        let due = self.ua.deadline().map(|at| at.as_millis()).into_iter().chain(planned).min();
        let due = due.map(|at_ms| at_ms.saturating_sub(self.now_ms()));
        let mut wait = due.map_or(longest, |ms| longest.min(Duration::from_millis(ms)));
        while let Some(arrival) = self.wire.next(wait) {
            wait = Duration::ZERO;
            match arrival {
                Arrival::Message { hop, bytes } => {
                    self.trace.record(self.now_ms(), true, hop.remote, &bytes);
                    let _done = self.step(Input::Message { arrival: hop, bytes: &bytes });
                }
                Arrival::Closed(hop) => {
                    let _done = self.step(Input::Unreachable(hop));
                }
                Arrival::Opened(..) => {}
            }
        }
        if self.ua.deadline().is_some_and(|at| at.as_millis() <= self.now_ms()) {
            let _done = self.step(Input::Timeout);
        }
        let now_ms = self.now_ms();
        while let Some(due) = self.plans.iter().position(|(at_ms, ..)| *at_ms <= now_ms) {
            let (_, session, deed) = self.plans.remove(due);
            self.command(deed.command(session));
        }
    }

    /// Calls `target`; says whether there was room for it.
    ///
    /// # Errors
    /// When the user agent would never make such a call.
    pub fn call(&mut self, target: &str) -> Result<bool, String> {
        let invite = Invite {
            extension: ExtensionId::PRIMARY,
            target,
            anonymous: false,
            codecs: None,
            secure: None,
            appearance: None,
        };
        match self.step(Input::Command(Command::Invite(invite))) {
            Outcome::Session(session) => {
                self.tally.outgoing += 1;
                self.plan(Occasion::WeDial, session);
                Ok(true)
            }
            Outcome::Refused(Refusal::Full) => {
                self.tally.postponed += 1;
                Ok(false)
            }
            other => Err(format!("the call to {target} was not made: {other:?}")),
        }
    }

    fn step(&mut self, input: Input<'_>) -> Outcome {
        let now = base::Instant::from_millis(self.now_ms());
        let outcome = self.ua.step(now, &mut self.rng, input);
        self.deliver();
        outcome
    }

    /// Carries out what the user agent wants, and what the person does about it.
    fn deliver(&mut self) {
        let now_ms = self.now_ms();
        let mut failed = Vec::new();
        while let Some(out) = self.ua.poll_transmit() {
            self.trace.record(now_ms, false, out.hop.remote, out.bytes);
            if !self.wire.send(&out.hop, out.bytes) {
                failed.push(out.hop);
            }
        }
        for hop in failed {
            let _done = self.step(Input::Unreachable(hop));
        }
        while let Some(event) = self.ua.poll_event() {
            self.respond(event);
        }
    }

    fn respond(&mut self, event: Event) {
        self.told.push(event);
        match event {
            Event::Incoming(session) => {
                self.tally.incoming += 1;
                self.plan(Occasion::TheyCall, session);
            }
            Event::Answered(session) => {
                self.tally.answered += 1;
                let ours = self.is_ours(session);
                self.plan(if ours { Occasion::TheyAnswer } else { Occasion::WeAnswered }, session);
            }
            Event::Progress { session, .. } => self.plan(Occasion::TheyRing, session),
            Event::Ended { reason, .. } => {
                let reason = match reason {
                    EndReason::Failed(status) => format!("failed {status}"),
                    EndReason::Local
                    | EndReason::Remote
                    | EndReason::Cancelled
                    | EndReason::AnsweredElsewhere
                    | EndReason::Lost => format!("{reason:?}").to_lowercase(),
                };
                *self.tally.ended.entry(reason).or_default() += 1;
            }
            Event::Registration(_)
            | Event::Media(_)
            | Event::Party(_)
            | Event::MediaFailed { .. }
            | Event::MessageWaiting { .. }
            | Event::Service { .. }
            | Event::Subscribed { .. }
            | Event::SharedLine { .. }
            | Event::Seized { .. }
            | Event::WatchedAnew { .. }
            | Event::Watched { .. }
            | Event::Transferred { .. }
            | Event::Referred { .. }
            | Event::Replaced { .. }
            | Event::Talk(_)
            | Event::Digit { .. }
            | Event::Asked { .. }
            | Event::Replied { .. }
            | Event::Clock { .. }
            | Event::Hold(_) => {}
        }
    }

    /// What has no delay is done at once.
    fn plan(&mut self, occasion: Occasion, session: SessionId) {
        for habit in self.habits.iter().filter(|habit| habit.upon == occasion) {
            if habit.after_ms == 0 {
                self.command(habit.deed.command(session));
            } else {
                self.plans.push((self.now_ms() + habit.after_ms, session, habit.deed));
            }
        }
    }

    fn is_ours(&self, session: SessionId) -> bool {
        self.ua.session(session).is_some_and(|view| !view.incoming)
    }

    fn command(&mut self, command: Command<'_>) {
        let _done = self.step(Input::Command(command));
    }
}

fn fill<const N: usize>(field: &mut heapless::String<N>, text: &str) -> Result<(), String> {
    *field = base::text::exact(text).ok_or_else(|| format!("{text} is too long"))?;
    Ok(())
}
