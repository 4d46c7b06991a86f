//! Two stations and a server with one appearance: everything that two people can do with eight messages,
//! every order in which these and the notifications can arrive, and every way to lose one of them.
#![allow(clippy::arithmetic_side_effects, reason = "a test counts a few things")]

use std::collections::HashSet;
use std::vec::Vec;

use super::*;

/// Messages of one run; notifications come on top.
const MESSAGES: u8 = 8;
/// Messages that get lost for good: their transactions ran out.
const LOSSES: u8 = 1;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Message {
    // Of a station to the server; a call has a number.
    Seize,
    Release,
    Invite(u8),
    Retrieve(u8),
    Bye(u8),
    Hold(u8),
    Answer,
    // Of the server to a station.
    Grant,
    Refuse,
    Released,
    Success(u8),
    Failure(u8),
    Gone(u8),
    Ring,
    Stop,
}

/// What the user agent does about the seizure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Seizure {
    Off,
    Asking { stop: bool },
    Active,
    Leaving { again: bool },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Call {
    None,
    Ringing,
    Calling,
    Answered,
    Talking,
    Held,
}

#[derive(Clone, Debug)]
struct Station {
    machine: SharedAppearance,
    seizure: Seizure,
    call: Call,
    number: u8,
    /// Notifications are in order: an older one is refused (RFC 3261 §12.2.2).
    notifications: Vec<AppearanceState>,
}

#[derive(Clone, Debug)]
struct World {
    stations: [Station; 2],
    owner: Option<(usize, u8)>,
    state: AppearanceState,
    under_way: Vec<(usize, Message)>,
    sent: u8,
    losses: u8,
}

type Key = (
    Vec<(State, Option<AppearanceState>, Seizure, Call, u8, Vec<AppearanceState>)>,
    Option<(usize, u8)>,
    AppearanceState,
    Vec<(usize, Message)>,
    [u8; 2],
);

impl World {
    fn new() -> Self {
        let idle = AppearanceState::Idle;
        let mut machine = SharedAppearance::new();
        let _ = machine.step(Instant::ZERO, Input::Told(idle));
        let station = Station {
            machine,
            seizure: Seizure::Off,
            call: Call::None,
            number: 0,
            notifications: Vec::new(),
        };
        let stations = [station.clone(), station];
        Self { stations, owner: None, state: idle, under_way: Vec::new(), sent: 0, losses: 0 }
    }

    fn key(&self) -> Key {
        let mut under_way = self.under_way.clone();
        under_way.sort_unstable();
        let of = |station: &Station| {
            let Station { machine, seizure, call, number, notifications } = station.clone();
            (machine.state, machine.told, seizure, call, number, notifications)
        };
        (self.stations.iter().map(of).collect(), self.owner, self.state, under_way, [self.sent, self.losses])
    }

    fn load(&self) -> usize {
        self.under_way.len() + self.stations.iter().map(|station| station.notifications.len()).sum::<usize>()
    }

    fn is_quiet(&self) -> bool {
        self.load() == 0
    }

    fn send(&mut self, who: usize, message: Message) {
        self.sent += 1;
        self.under_way.push((who, message));
    }

    /// The machine's step, and what its station does about it.
    fn step(&mut self, who: usize, input: Input) {
        let step = self.stations[who].machine.step(Instant::ZERO, input);
        let seizure = self.stations[who].seizure;
        if step.seize {
            self.stations[who].seizure = match seizure {
                Seizure::Off => {
                    self.send(who, Message::Seize);
                    Seizure::Asking { stop: false }
                }
                Seizure::Asking { .. } => Seizure::Asking { stop: false },
                Seizure::Active => Seizure::Active,
                Seizure::Leaving { .. } => Seizure::Leaving { again: true },
            };
        }
        if step.release {
            self.stations[who].seizure = match seizure {
                Seizure::Off => Seizure::Off,
                Seizure::Asking { .. } => Seizure::Asking { stop: true },
                Seizure::Active => {
                    self.send(who, Message::Release);
                    Seizure::Leaving { again: false }
                }
                Seizure::Leaving { .. } => Seizure::Leaving { again: false },
            };
        }
    }

    fn begin(&mut self, who: usize, call: Call) {
        self.step(who, Input::Begin);
        let station = &mut self.stations[who];
        // With its INVITE a seizure is no longer renewed.
        if station.seizure == Seizure::Active {
            station.seizure = Seizure::Off;
        }
        (station.call, station.number) = (call, (station.number + 1) % 4);
    }

    fn over(&mut self, who: usize) {
        self.stations[who].call = Call::None;
        self.step(who, Input::Over);
    }

    /// What the person at a station can do now.
    fn person(&self, who: usize) -> Vec<Self> {
        let mut all = Vec::new();
        let station = &self.stations[who];
        let mut can = |act: &dyn Fn(&mut Self)| {
            let mut next = self.clone();
            act(&mut next);
            all.push(next);
        };
        match station.machine.state() {
            State::Idle => can(&|world| world.step(who, Input::Seize)),
            State::Remote(AppearanceState::Held) => can(&|world| {
                world.begin(who, Call::Calling);
                world.send(who, Message::Retrieve(world.stations[who].number));
            }),
            State::LocalSeizing => can(&|world| world.over(who)),
            State::LocalSeized => {
                can(&|world| world.over(who));
                can(&|world| {
                    world.begin(who, Call::Calling);
                    world.send(who, Message::Invite(world.stations[who].number));
                });
            }
            State::LocalCall => match station.call {
                Call::Ringing => can(&|world| {
                    world.stations[who].call = Call::Answered;
                    world.send(who, Message::Answer);
                }),
                // Cancelled or hung up when it is answered.
                Call::Calling => can(&|world| world.over(who)),
                Call::Talking => {
                    can(&|world| {
                        let number = world.stations[who].number;
                        world.over(who);
                        world.send(who, Message::Bye(number));
                    });
                    can(&|world| {
                        world.stations[who].call = Call::Held;
                        world.send(who, Message::Hold(world.stations[who].number));
                    });
                }
                Call::None | Call::Answered | Call::Held => {}
            },
            State::Unknown | State::Remote(_) => {}
        }
        all
    }

    fn set(&mut self, owner: Option<(usize, u8)>, state: AppearanceState) {
        self.owner = owner;
        if self.state != state {
            self.state = state;
            self.stations.iter_mut().for_each(|station| station.notifications.push(state));
        }
    }

    /// Somebody calls the shared line.
    fn caller(&self) -> Option<Self> {
        let mut next = self.clone();
        if self.state != AppearanceState::Idle {
            return None;
        }
        next.set(None, AppearanceState::Alerting);
        next.send(0, Message::Ring);
        next.send(1, Message::Ring);
        Some(next)
    }

    fn arrive(&mut self, (who, message): (usize, Message)) {
        self.at_server(who, message);
        self.at_station(who, message);
    }

    fn at_server(&mut self, who: usize, message: Message) {
        let theirs = self.owner.filter(|(owner, _)| *owner == who);
        match message {
            Message::Seize if self.state == AppearanceState::Idle => {
                self.set(Some((who, 0)), AppearanceState::Seized);
                self.send(who, Message::Grant);
            }
            Message::Seize => self.send(who, Message::Refuse),
            Message::Release => {
                if theirs.is_some() && self.state == AppearanceState::Seized {
                    self.set(None, AppearanceState::Idle);
                }
                self.send(who, Message::Released);
            }
            Message::Invite(number) if theirs.is_some() && self.state == AppearanceState::Seized => {
                self.set(Some((who, number)), AppearanceState::Active);
                self.send(who, Message::Success(number));
            }
            Message::Retrieve(number) if self.state == AppearanceState::Held => {
                if let Some((owner, held)) = self.owner {
                    self.send(owner, Message::Gone(held));
                }
                self.set(Some((who, number)), AppearanceState::Active);
                self.send(who, Message::Success(number));
            }
            Message::Invite(number) | Message::Retrieve(number) => {
                self.send(who, Message::Failure(number));
            }
            Message::Bye(number) => {
                if self.owner == Some((who, number)) {
                    self.set(None, AppearanceState::Idle);
                }
            }
            Message::Hold(number) => {
                if self.owner == Some((who, number)) {
                    self.set(self.owner, AppearanceState::Held);
                }
            }
            Message::Answer if self.state == AppearanceState::Alerting => {
                let number = self.stations[who].number;
                self.set(Some((who, number)), AppearanceState::Active);
                self.send(who, Message::Success(number));
                self.send(1 - who, Message::Stop);
            }
            Message::Answer => self.send(who, Message::Stop),
            Message::Grant
            | Message::Refuse
            | Message::Released
            | Message::Success(_)
            | Message::Failure(_)
            | Message::Gone(_)
            | Message::Ring
            | Message::Stop => {}
        }
    }

    fn at_station(&mut self, who: usize, message: Message) {
        match message {
            Message::Grant => match self.stations[who].seizure {
                Seizure::Asking { stop: true } => {
                    self.stations[who].seizure = Seizure::Leaving { again: false };
                    self.send(who, Message::Release);
                }
                Seizure::Asking { stop: false } => {
                    self.stations[who].seizure = Seizure::Active;
                    self.step(who, Input::Granted);
                }
                Seizure::Off | Seizure::Active | Seizure::Leaving { .. } => {}
            },
            Message::Refuse => {
                let asked = self.stations[who].seizure == Seizure::Asking { stop: false };
                self.stations[who].seizure = Seizure::Off;
                if asked {
                    self.step(who, Input::Refused);
                }
            }
            Message::Released => {
                let again = self.stations[who].seizure == Seizure::Leaving { again: true };
                self.stations[who].seizure = Seizure::Off;
                if again {
                    self.stations[who].seizure = Seizure::Asking { stop: false };
                    self.send(who, Message::Seize);
                }
            }
            Message::Success(number) => {
                let station = &mut self.stations[who];
                let waits = matches!(station.call, Call::Calling | Call::Answered);
                if waits && station.number == number {
                    station.call = Call::Talking;
                } else {
                    self.send(who, Message::Bye(number));
                }
            }
            Message::Failure(number) | Message::Gone(number) => {
                let station = &self.stations[who];
                if station.call != Call::None && station.number == number {
                    self.over(who);
                }
            }
            Message::Ring => {
                // Who is about to use it shows the call elsewhere.
                if !self.stations[who].machine.state().is_local() && self.state == AppearanceState::Alerting {
                    self.begin(who, Call::Ringing);
                }
            }
            Message::Stop => {
                if matches!(self.stations[who].call, Call::Ringing | Call::Answered) {
                    self.over(who);
                }
            }
            Message::Seize
            | Message::Release
            | Message::Invite(_)
            | Message::Retrieve(_)
            | Message::Bye(_)
            | Message::Hold(_)
            | Message::Answer => {}
        }
    }

    /// A message is lost, and its sender notices that nobody answered.
    fn lose(&mut self, (who, message): (usize, Message)) {
        self.losses += 1;
        match message {
            Message::Seize | Message::Grant | Message::Refuse => self.arrive((who, Message::Refuse)),
            Message::Release | Message::Released => self.arrive((who, Message::Released)),
            Message::Invite(number) | Message::Retrieve(number) | Message::Failure(number) => {
                self.arrive((who, Message::Failure(number)));
            }
            Message::Success(number) => {
                if self.stations[who].number == number {
                    self.over(who);
                }
            }
            Message::Answer => self.arrive((who, Message::Stop)),
            Message::Bye(_) | Message::Hold(_) | Message::Gone(_) | Message::Ring | Message::Stop => {}
        }
    }

    fn successors(&self) -> Vec<Self> {
        let mut all = Vec::new();
        for at in 0..self.under_way.len() {
            let mut next = self.clone();
            let message = next.under_way.remove(at);
            let mut lost = next.clone();
            next.arrive(message);
            all.push(next);
            if self.losses < LOSSES {
                lost.lose(message);
                all.push(lost);
            }
        }
        for who in [0, 1] {
            if !self.stations[who].notifications.is_empty() {
                let mut next = self.clone();
                let state = next.stations[who].notifications.remove(0);
                if self.losses < LOSSES {
                    let mut lost = next.clone();
                    lost.losses += 1;
                    all.push(lost);
                }
                next.step(who, Input::Told(state));
                all.push(next);
            }
            all.extend(self.person(who));
        }
        all.extend(self.caller());
        all.retain(|world| world.sent <= MESSAGES);
        all
    }

    fn owns(&self, who: usize) -> bool {
        let station = &self.stations[who];
        match station.machine.state() {
            State::LocalSeized => true,
            State::LocalCall => station.call != Call::Ringing,
            State::Unknown | State::Idle | State::LocalSeizing | State::Remote(_) => false,
        }
    }

    /// What time heals: what is not renewed runs out, what is renewed is refused, all is told anew.
    fn heal(&mut self) {
        for who in [0, 1] {
            let Station { seizure, call, number, .. } = self.stations[who];
            let theirs = self.owner.filter(|(owner, _)| *owner == who);
            let seized = theirs.is_some() && self.state == AppearanceState::Seized;
            if seized && seizure != Seizure::Active {
                self.set(None, AppearanceState::Idle);
            } else if !seized && seizure == Seizure::Active {
                self.stations[who].seizure = Seizure::Off;
                self.step(who, Input::Refused);
            }
            if theirs.is_some() && !seized && (call == Call::None || theirs != Some((who, number))) {
                self.set(None, AppearanceState::Idle);
            }
            let rings = call == Call::Ringing && self.state == AppearanceState::Alerting;
            if call != Call::None && self.owner != Some((who, number)) && !rings {
                self.over(who);
            }
        }
        for who in [0, 1] {
            self.stations[who].notifications.clear();
            self.step(who, Input::Told(self.state));
        }
    }

    /// What must hold when nothing is under way.
    fn check(&self) {
        assert!(!(self.owns(0) && self.owns(1)), "both own it: {self:?}");
        for who in [0, 1] {
            let state = self.stations[who].machine.state();
            let theirs = self.owner.is_some_and(|(owner, _)| owner == who);
            assert_eq!(self.owns(who), theirs, "{who} and the server: {self:?}");
            match state {
                State::Idle => assert_eq!(self.state, AppearanceState::Idle, "dark: {self:?}"),
                State::Remote(shown) => assert_eq!(shown, self.state, "lit: {self:?}"),
                State::LocalCall | State::LocalSeized => {}
                State::Unknown | State::LocalSeizing => panic!("it waits for nothing: {self:?}"),
            }
        }
    }
}

#[test]
fn two_stations_never_own_the_same_appearance_and_a_free_one_is_dark() {
    let (mut seen, mut next, mut quiet) = (HashSet::new(), std::vec![World::new()], 0);
    while let Some(world) = next.pop() {
        if !seen.insert(world.key()) {
            continue;
        }
        if world.is_quiet() {
            quiet += 1;
            let mut healed = world.clone();
            if world.losses > 0 {
                healed.heal();
                healed.heal();
            }
            healed.check();
        }
        next.extend(world.successors());
    }
    std::println!("{} states, {quiet} of them at rest", seen.len());
    assert!(quiet > 100, "the search went somewhere");
}
