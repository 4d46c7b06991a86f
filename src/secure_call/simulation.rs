//! Both machines with an active attacker between them, who drops, changes, delays, repeats and injects what
//! is sent.
//!
//! Whatever happens: who is secure shares the key with the other one and shows the name that the CA signed; a
//! call that is secure stays so with the same key; each INFO gets one answer; nothing waits for ever.

use std::vec::Vec;

use proptest::prelude::*;

use super::tests::{Dice, Pair, TODAY, jane};
use super::*;

/// What the attacker does with the next message.
#[derive(Clone, Copy, Debug)]
enum Move {
    Deliver,
    Drop,
    /// Flip a bit of the decoded message.
    Flip(u16),
    Cut(u16),
    /// Deliver something that was recorded instead, by its number.
    Replay(u8),
    /// Deliver it twice.
    Twice,
    /// Let time pass first.
    Wait(u32),
    /// The callee gets a recorded body in between.
    Inject(u8),
    /// An answer of the attacker's own.
    Answer(u16),
    /// Packets flow.
    Media,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        8 => Just(Move::Deliver),
        1 => Just(Move::Drop),
        2 => any::<u16>().prop_map(Move::Flip),
        1 => any::<u16>().prop_map(Move::Cut),
        1 => any::<u8>().prop_map(Move::Replay),
        1 => Just(Move::Twice),
        1 => (0u32..80_000).prop_map(Move::Wait),
        2 => any::<u8>().prop_map(Move::Inject),
        1 => prop_oneof![Just(100u16), Just(200), Just(202), Just(415), Just(500)].prop_map(Move::Answer),
        2 => Just(Move::Media),
    ];
    proptest::collection::vec(one, 0..24)
}

struct World {
    pair: Pair,
    recorded: Vec<Vec<u8>>,
    to_callee: Option<Vec<u8>>,
    to_caller: Option<(u16, Vec<u8>)>,
    /// Keys of whoever has become secure.
    fixed: [Option<[u8; 16]>; 2],
}

impl World {
    fn new(seed: u64) -> Self {
        let mut pair = Pair::new(seed);
        // A call of yesterday, recorded.
        let mut yesterday = Pair { dice: Dice::new(seed ^ 0x5A5A), ..Pair::new(seed) };
        let hello = yesterday.caller_works().unwrap();
        let answer = yesterday.ask(&hello);
        let sealed = yesterday.tell(&answer).unwrap();
        let recorded = [hello, answer.body, sealed].map(|body| body.to_vec()).to_vec();
        let to_callee = pair.caller_works().map(|body| body.to_vec());
        Self { pair, recorded, to_callee, to_caller: None, fixed: [None; 2] }
    }

    /// Something that was recorded.
    fn old(&self, number: usize) -> Vec<u8> {
        self.recorded.iter().cycle().nth(number).unwrap().clone()
    }

    fn changed(&self, body: &[u8], how: Move) -> Vec<u8> {
        let mut body = body.to_vec();
        match how {
            Move::Flip(bit) => {
                if let Some(byte) = body.get_mut(usize::from(bit) / 6 % 512) {
                    *byte ^= 1 << (bit % 6);
                }
            }
            Move::Cut(length) => body.truncate(usize::from(length) / 128),
            Move::Replay(number) => {
                body = self.old(number.into());
            }
            Move::Deliver
            | Move::Drop
            | Move::Twice
            | Move::Wait(_)
            | Move::Inject(_)
            | Move::Answer(_)
            | Move::Media => {}
        }
        body
    }

    fn ask(&mut self, body: &[u8]) -> (u16, Vec<u8>) {
        let own = jane();
        let means = Means { own: Ok(&own), local_time: Some(TODAY), rtcp: true };
        let answer = self.pair.callee(callee::Input::Request { body, means });
        let answer = answer.or_else(|| self.pair.callee_works()).expect("each INFO is answered");
        assert_eq!(self.pair.callee.job(), None);
        (answer.status, answer.body.to_vec())
    }

    fn tell(&mut self, status: u16, body: &[u8]) {
        let sent = self.pair.caller(caller::Input::Response { status, body });
        let sent = sent.or_else(|| self.pair.caller_works());
        if let Some(body) = sent {
            self.recorded.push(body.to_vec());
            self.to_callee = Some(body.to_vec());
        }
    }

    fn step(&mut self, how: Move) {
        match how {
            Move::Media => self.pair.media(),
            Move::Wait(ms) => self.pass(u64::from(ms)),
            Move::Inject(number) => {
                let body = self.old(number.into());
                let _ = self.ask(&body);
            }
            Move::Answer(status) => {
                let body = self.old(status.into());
                self.tell(status, &body);
            }
            Move::Deliver | Move::Drop | Move::Flip(_) | Move::Cut(_) | Move::Replay(_) | Move::Twice => {
                self.pass_on(how);
            }
        }
        self.hold();
    }

    /// The next message on its way, whichever direction it has.
    fn pass_on(&mut self, how: Move) {
        if let Some((status, body)) = self.to_caller.take() {
            if matches!(how, Move::Drop) {
                return;
            }
            let body = self.changed(&body, how);
            self.tell(status, &body);
            if matches!(how, Move::Twice) {
                self.tell(status, &body);
            }
        } else if let Some(body) = self.to_callee.take() {
            if matches!(how, Move::Drop) {
                return;
            }
            let body = self.changed(&body, how);
            let mut answer = self.ask(&body);
            if matches!(how, Move::Twice) {
                answer = self.ask(&body);
            }
            self.recorded.push(answer.1.clone());
            self.to_caller = Some(answer);
        }
    }

    fn pass(&mut self, ms: u64) {
        let end = self.pair.now.plus_ms(ms);
        loop {
            let due = [self.pair.caller.deadline(), self.pair.callee.deadline()];
            let Some(first) = due.into_iter().flatten().min().filter(|due| *due <= end) else { break };
            assert!(first >= self.pair.now, "a deadline in the past");
            self.pair.now = first;
            assert_eq!(self.pair.caller(caller::Input::Timeout), None);
            assert_eq!(self.pair.callee(callee::Input::Timeout), None, "no INFO waits");
        }
        self.pair.now = end;
    }

    /// What has to be true at any time.
    fn hold(&mut self) {
        let keys = [self.pair.caller.protection(), self.pair.callee.protection()].map(|protection| {
            protection.filter(|protection| protection.secure).map(|known| *known.master.key())
        });
        for (fixed, key) in self.fixed.iter_mut().zip(keys) {
            assert!(fixed.is_none() || *fixed == key, "a secure call stays so, with its key");
            *fixed = key;
        }
        if let [Some(one), Some(other)] = keys {
            assert_eq!(one, other, "one key for both");
        }
        if let Some(peer) = self.pair.caller.peer() {
            assert_eq!(peer.name.as_bytes(), b"Jane Doe");
        }
        if let Some(peer) = self.pair.callee.peer() {
            assert_eq!(peer.name.as_bytes(), b"Joe Smith");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn an_active_attacker(seed in any::<u64>(), moves in moves()) {
        let mut world = World::new(seed);
        for how in moves {
            world.step(how);
        }
        // The attacker leaves: whatever is still open comes to its end.
        for _ in 0..4 {
            world.step(Move::Deliver);
        }
        world.step(Move::Media);
        world.step(Move::Wait(200_000));
        let caller = world.pair.caller.state();
        prop_assert!(matches!(caller, caller::State::Secure | caller::State::Clear(_)), "{:?}", caller);
        let callee = world.pair.callee.state();
        prop_assert!(matches!(callee, callee::State::Secure | callee::State::Idle), "{:?}", callee);
        prop_assert_eq!(world.pair.caller.deadline(), None);
        prop_assert_eq!(world.pair.callee.deadline(), None);
    }
}

#[test]
fn left_alone_it_is_secure() {
    let mut world = World::new(7);
    for _ in 0..4 {
        world.step(Move::Deliver);
    }
    world.step(Move::Media);
    assert!(world.pair.both_secure());
}
