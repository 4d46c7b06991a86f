//! A phone that is watched: the rules hold after each input, and a model beside it agrees.

use crate::appearances::Appearances;
use crate::beside::{Beside, Cause, Seen};
use crate::message::Message;
use crate::rules;
use deskphone::base::{Instant, Rng};
use deskphone::phone::{AudioPlan, Hook, Input, Key, LineKey, Output, Phone, View};
use testbed::model::{Move, Settings};
use testbed::world::{Levels, Station};

/// A phone that is watched.
#[derive(Debug)]
pub(crate) struct Watched {
    phone: Phone,
    /// Unless the phone has features that the model does not know.
    beside: Option<Beside>,
    /// What its shared line keys must show, if it has such.
    appearances: Option<Appearances>,
}

impl Watched {
    /// What the model's settings are; nothing: there is no model.
    pub(crate) fn new(phone: Phone, settings: Option<Settings>) -> Self {
        Self { phone, beside: settings.map(Beside::new), appearances: None }
    }

    /// A station of a shared line, whose appearances these line keys are.
    pub(crate) fn sharing(phone: Phone, keys: &[usize]) -> Self {
        Self { appearances: Some(Appearances::new(keys)), ..Self::new(phone, None) }
    }

    pub(crate) fn view(&self) -> View<'_> {
        self.phone.view()
    }

    /// Power off and on: the settings stay.
    pub(crate) fn restarted(&self, now: Instant) -> Self {
        let mut image = vec![0; 16_384];
        let saved = self.phone.config().save(1, &mut image);
        assert!(saved.is_ok(), "the settings fit into 16 kB");
        let mut phone = Phone::new();
        let restored = phone.restore(now, &[&image]);
        assert_eq!((restored.slot, restored.left_out), (Some(0), 0), "the settings come back");
        let appearances = self.appearances.as_ref().map(Appearances::restarted);
        Self { appearances, ..Self::new(phone, self.beside.as_ref().map(|beside| beside.settings().clone())) }
    }

    fn follow(&mut self, now: Instant, cause: &Cause<'_>) {
        let seen = Seen { now, phone: &self.phone, view: self.phone.view(), cause };
        let shared = self.appearances.as_ref().map_or(&[][..], Appearances::keys);
        rules::check(seen.phone, &seen.view, shared, now);
        if let Some(beside) = &mut self.beside {
            beside.follow(&seen);
        }
    }

    /// What a key means now.
    fn meaning(&self, key: Key) -> Option<Move> {
        let shown = self.phone.view().soft_keys.shown();
        let soft = |place: usize| shown[place].map(|key| Move::Soft(key.label().to_owned()));
        match key {
            Key::Line(line) => Some(Move::Line(LineKey::index(line))),
            Key::Dial(key) => Some(Move::Dial(key.symbol())),
            Key::Hold => Some(Move::Hold),
            Key::Speaker => Some(Move::Speaker),
            Key::Headset => Some(Move::Headset),
            Key::Mute => Some(Move::Mute),
            Key::Redial => Some(Move::Redial),
            Key::VolumeUp | Key::VolumeDown => Some(Move::Volume),
            Key::Soft1 => soft(0),
            Key::Soft2 => soft(1),
            Key::Soft3 => soft(2),
            Key::Soft4 => soft(3),
            Key::Left | Key::Right | Key::Up | Key::Down | Key::Ok | Key::Menu | Key::VoiceMail => None,
        }
    }
}

impl Station for Watched {
    fn step(&mut self, now: Instant, rng: &mut dyn Rng, input: Input<'_>) {
        let meaning = match input {
            Input::KeyDown(key) => Some(self.meaning(key)),
            Input::KeyUp(_) => Some(None),
            Input::Hook(Hook::OffHook) => Some(Some(Move::Lift)),
            Input::Hook(Hook::OnHook) => Some(Some(Move::Cradle)),
            Input::Network(_)
            | Input::Message { .. }
            | Input::PortMapped { .. }
            | Input::Computed(_)
            | Input::Authenticated { .. }
            | Input::Clock(_)
            | Input::Unreachable(_)
            | Input::Resolved { .. }
            | Input::MediaStatistics { .. }
            | Input::Timeout => None,
        };
        let watched = self.beside.is_some();
        let message = if let Input::Message { bytes, .. } = input {
            watched.then(|| Message::read(bytes)).flatten()
        } else {
            None
        };
        let is_timeout = matches!(input, Input::Timeout);
        if let Some(appearances) = &mut self.appearances {
            // All that followed from the last input has left by now.
            appearances.check(&self.phone.view());
            appearances.hear(now, &input);
        }
        self.phone.step(now, rng, input);
        match (meaning, &message) {
            (Some(Some(what)), _) => self.follow(now, &Cause::Person(what)),
            (Some(None), _) => {}
            (None, Some(message)) => self.follow(now, &Cause::Message(message)),
            (None, None) if is_timeout => self.follow(now, &Cause::Time),
            (None, None) => self.follow(now, &Cause::Other),
        }
    }

    fn poll(&mut self) -> Option<Output<'_>> {
        let output = self.phone.poll()?;
        if let (Output::Transmit { bytes, .. }, Some(appearances)) = (&output, &mut self.appearances) {
            appearances.sent(bytes);
        }
        if let (Output::Transmit { bytes, .. }, Some(beside)) = (&output, &mut self.beside)
            && bytes.starts_with(b"INVITE ")
            && let Some(message) = Message::read(bytes)
        {
            beside.leaves(message);
        }
        Some(output)
    }

    fn deadline(&self) -> Option<Instant> {
        self.phone.deadline()
    }

    fn levels(&self, now: Instant) -> Levels {
        Station::levels(&self.phone, now)
    }

    fn plan(&self) -> AudioPlan {
        Station::plan(&self.phone)
    }

    fn way_to(&self, label: &str) -> Option<Vec<Key>> {
        Station::way_to(&self.phone, label)
    }

    fn leftovers(&self) -> String {
        Station::leftovers(&self.phone)
    }
}
