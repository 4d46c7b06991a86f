//! The library's own phone as a station of a world, and what a person who sets it up writes into it.

use super::station::{Levels, Station, levels};
use super::{Desk, PhoneId, World};
use deskphone::base::{Instant, Rng};
use deskphone::crypto::MasterKey;
use deskphone::phone::{AudioPlan, CallState, Input, Key, LineKey, Output, Phone};
use deskphone::sdp::MediaKeys;
use std::iter::repeat_n;

impl Station for Phone {
    fn step(&mut self, now: Instant, rng: &mut dyn Rng, input: Input<'_>) {
        Self::step(self, now, rng, input);
    }

    fn poll(&mut self) -> Option<Output<'_>> {
        Self::poll(self)
    }

    fn deadline(&self) -> Option<Instant> {
        Self::deadline(self)
    }

    fn levels(&self, now: Instant) -> Levels {
        levels(&self.view(), now)
    }

    fn plan(&self) -> AudioPlan {
        self.view().audio
    }

    fn call_keys(&self) -> [Option<MasterKey>; 4] {
        LineKey::ALL.map(|key| self.call_key(key))
    }

    fn media_keys(&self) -> [Option<MediaKeys>; 4] {
        LineKey::ALL.map(|key| Self::media_keys(self, key).cloned())
    }

    fn way_to(&self, label: &str) -> Option<Vec<Key>> {
        let way = self.view().soft_keys.way_to(label)?;
        Some(repeat_n(way.turn, way.turns).chain([way.key]).collect())
    }

    fn leftovers(&self) -> String {
        let mut left = Vec::new();
        for (number, line) in (1..).zip(&self.view().lines) {
            if !matches!(line.state, CallState::Idle | CallState::Disabled) {
                left.push(format!("L{number} {:?}", line.state));
            }
        }
        let (sessions, transactions) = self.user_agent().load();
        if sessions + transactions > 0 {
            left.push(format!("{sessions} sessions, {transactions} transactions"));
        }
        left.join(", ")
    }
}

/// A phone on whose first extension is the office's account `user`; all four line keys are its instances.
///
/// # Panics
/// When the phone refuses a setting.
#[must_use]
#[track_caller]
pub fn account(user: u16) -> Phone {
    let mut phone = Phone::new();
    set_account(&mut phone, 1, user);
    for (tag, value) in [("RTP_Port_Min", "10000"), ("RTP_Port_Max", "10098"), ("RTP_Packet_Size", "0.020")] {
        set(&mut phone, Instant::ZERO, tag, value);
    }
    phone
}

/// Puts the office's account `user` on the extension with a number from 1 to 4.
///
/// # Panics
/// When the phone refuses a setting.
#[track_caller]
pub fn set_account(phone: &mut Phone, extension: u8, user: u16) {
    let [user, password] = [user.to_string(), format!("pw{user}")];
    for (name, value) in [("Proxy", "10.0.0.100"), ("User_ID", &user), ("Password", &password)] {
        set(phone, Instant::ZERO, &format!("{name}_{extension}_"), value);
    }
}

#[track_caller]
fn set(phone: &mut Phone, now: Instant, tag: &str, value: &str) {
    let done = phone.set(now, tag, value);
    assert!(done.is_ok(), "{tag} = {value}: {done:?}");
}

impl Desk<'_, Phone> {
    /// Gives a setting a value, as the phone's own pages do.
    ///
    /// # Panics
    /// When the phone refuses it.
    #[track_caller]
    pub fn set(self, tag: &str, value: &str) -> Self {
        let (now, id) = (self.now(), self.id);
        let shown = if tag.starts_with("Password") { "…" } else { value };
        self.world.note(id, &format!("set {tag} {shown}"));
        if let Some(host) = self.world.phones.get_mut(id.0) {
            set(&mut host.station, now, tag, value);
        }
        self.world.settle();
        self
    }

    /// Power off and on: the settings stay, as they were saved; all else is forgotten.
    pub fn restart(self) -> Self {
        let mut image = vec![0; 16_384];
        let saved = self.world.station(self.id).config().save(1, &mut image);
        assert!(saved.is_ok(), "the settings fit into 16 kB");
        let mut phone = Phone::new();
        let restored = phone.restore(self.now(), &[&image]);
        assert_eq!((restored.slot, restored.left_out), (Some(0), 0), "the settings come back");
        self.world.replace(self.id, phone);
        self.connect()
    }
}

impl World<Phone> {
    /// Brings a phone with the office's account `user` and gives it a network.
    #[track_caller]
    pub fn add_account(&mut self, name: &str, user: u16) -> PhoneId {
        let id = self.add(name, account(user));
        self.at(id).connect();
        id
    }
}
