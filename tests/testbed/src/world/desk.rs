//! The words of a scenario: what a person does at one phone, and what is expected of it.

use super::{PhoneId, Station, World};
use deskphone::base::{Instant, UnixTime};
use deskphone::phone::{Hook, Input, Key, Network};

/// One phone of a world, for a moment: `world.at(DESK).press("L1").dial("102#")`.
#[derive(Debug)]
pub struct Desk<'w, S> {
    pub(super) world: &'w mut World<S>,
    pub(super) id: PhoneId,
}

impl<S: Station> World<S> {
    /// A phone, to do something at it.
    pub const fn at(&mut self, id: PhoneId) -> Desk<'_, S> {
        Desk { world: self, id }
    }
}

impl<S: Station> Desk<'_, S> {
    /// Presses and releases a key, by the name that [`Key::named`] knows. It takes 50 ms.
    ///
    /// # Panics
    /// When there is no such key.
    #[track_caller]
    pub fn press(self, name: &str) -> Self {
        let key = Key::named(name);
        assert!(key.is_some(), "no key {name}");
        self.world.note(self.id, &format!("key {name}"));
        self.strike(key.into_iter())
    }

    /// Presses the keys of a number in turn.
    ///
    /// # Panics
    /// When one of them is no dial key.
    #[track_caller]
    pub fn dial(self, number: &str) -> Self {
        let keys: Vec<Key> = number.chars().filter_map(|digit| Key::named(&digit.to_string())).collect();
        assert_eq!(keys.len(), number.chars().count(), "all keys of {number} are dial keys");
        self.world.note(self.id, &format!("dial {number}"));
        self.strike(keys.into_iter())
    }

    /// Presses the soft key with this label, whatever page it is on.
    ///
    /// # Panics
    /// When it is not offered.
    #[track_caller]
    pub fn soft(self, label: &str) -> Self {
        let way = self.world.station(self.id).way_to(label);
        assert!(way.is_some(), "no soft key {label}\n{}", self.world.report(self.id));
        self.world.note(self.id, &format!("soft key {label}"));
        self.strike(way.into_iter().flatten())
    }

    /// Holds a key down.
    pub fn key_down(self, key: Key) -> Self {
        self.world.note(self.id, &format!("key down {key:?}"));
        self.world.input(self.id, Input::KeyDown(key));
        self
    }

    /// Lets a key go.
    pub fn key_up(self, key: Key) -> Self {
        self.world.note(self.id, &format!("key up {key:?}"));
        self.world.input(self.id, Input::KeyUp(key));
        self
    }

    /// Lifts the handset.
    pub fn lift(self) -> Self {
        self.world.note(self.id, "handset lifted");
        self.world.input(self.id, Input::Hook(Hook::OffHook));
        self
    }

    /// Puts the handset down.
    pub fn hang_up(self) -> Self {
        self.world.note(self.id, "handset put down");
        self.world.input(self.id, Input::Hook(Hook::OnHook));
        self
    }

    /// Gives the phone its network.
    pub fn connect(self) -> Self {
        let address = self.world.ip_of(self.id);
        self.world.note(self.id, "network up");
        self.world.input(self.id, Input::Network(Network::Up { address }));
        self
    }

    /// The phone learns the time: seconds since 1970, in Greenwich.
    pub fn tell_time(self, unix_seconds: u64) -> Self {
        self.world.input(self.id, Input::Clock(UnixTime(unix_seconds)));
        self
    }

    /// What the microphone hears from now on.
    pub fn speak(self, frequency_hz: Option<u32>) -> Self {
        self.world.set_microphone(self.id, frequency_hz);
        self
    }

    /// Lets time pass.
    pub fn wait(self, ms: u64) -> Self {
        self.world.run_for(ms);
        self
    }

    /// A level has this value now; `""` for nothing: `expect("led L1", "red slow")`.
    ///
    /// # Panics
    /// When it has another one.
    #[track_caller]
    pub fn expect(self, level: &str, value: &str) -> Self {
        let now = self.world.level(self.id, level);
        assert!(now == value, "{level} is {now:?}, not {value:?}\n{}", self.world.report(self.id));
        self
    }

    /// A level contains this text now.
    ///
    /// # Panics
    /// When it does not.
    #[track_caller]
    pub fn expect_in(self, level: &str, text: &str) -> Self {
        let now = self.world.level(self.id, level);
        assert!(now.contains(text), "{level} is {now:?}, without {text:?}\n{}", self.world.report(self.id));
        self
    }

    /// A level gets this value within a time; it ends as soon as it has.
    ///
    /// # Panics
    /// When it does not.
    #[track_caller]
    pub fn expect_within(self, ms: u64, level: &str, value: &str) -> Self {
        let until = self.world.now().plus_ms(ms);
        while self.world.level(self.id, level) != value && self.world.now() < until {
            self.world.advance(until);
        }
        self.expect(level, value)
    }

    /// A line key's appearance has this state: `idle`, `ringing`, `connected`, …
    ///
    /// # Panics
    /// When it has another one.
    #[track_caller]
    pub fn expect_state(self, line_key: &str, state: &str) -> Self {
        self.expect(&format!("state {line_key}"), state)
    }

    /// Since the mark this phone sent so many messages of a kind (method or status).
    ///
    /// # Panics
    /// When it sent another number of them.
    #[track_caller]
    pub fn expect_sent(self, word: &str, times: usize) -> Self {
        let sent = self.world.sent(self.id, word);
        assert!(sent == times, "{word} was sent {sent} times, not {times}\n{}", self.world.report(self.id));
        self
    }

    /// The device plays this frequency above all else.
    ///
    /// # Panics
    /// When it does not.
    #[track_caller]
    pub fn expect_hears(self, frequency_hz: u16) -> Self {
        let hears = self.world.hears(self.id, frequency_hz);
        assert!(hears, "{frequency_hz} Hz is not heard\n{}", self.world.report(self.id));
        self
    }

    /// The device has played nothing for 300 ms.
    ///
    /// # Panics
    /// When it has.
    #[track_caller]
    pub fn expect_silence(self) -> Self {
        assert!(self.world.is_silent(self.id), "something is heard\n{}", self.world.report(self.id));
        self
    }

    /// When it is.
    #[must_use]
    pub const fn now(&self) -> Instant {
        self.world.now()
    }

    fn strike(self, keys: impl Iterator<Item = Key>) -> Self {
        for key in keys {
            self.world.input(self.id, Input::KeyDown(key));
            self.world.run_for(PRESS_MS);
            self.world.input(self.id, Input::KeyUp(key));
        }
        self
    }
}

/// How long a key is down.
const PRESS_MS: u64 = 50;
