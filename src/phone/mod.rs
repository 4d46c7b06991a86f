//! The phone: inputs in, outputs and a view out.
//!
//! A host gives each input to [`Phone::step`], then takes all outputs with [`Phone::poll`], then shows
//! [`Phone::view`] and makes its audio task do what [`View::audio`] says. When [`Phone::deadline`] comes it
//! gives [`Input::Timeout`].
//!
//! ```
//! use deskphone::base::{Instant, Rng};
//! use deskphone::phone::{Input, Key, Network, Output, Phone, Tone};
//!
//! struct Dice(u32);
//! impl Rng for Dice {
//!     fn next_u32(&mut self) -> u32 {
//!         self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
//!         self.0
//!     }
//! }
//! # fn main() -> Result<(), deskphone::config::SettingError> {
//! let (mut phone, mut dice, now) = (Phone::new(), Dice(1), Instant::ZERO);
//! phone.set(now, "Proxy_1_", "192.0.2.1")?;
//! phone.set(now, "User_ID_1_", "101")?;
//! phone.set(now, "Make_Call_Without_Reg_1_", "yes")?;
//! phone.step(now, &mut dice, Input::Network(Network::Up { address: [192, 0, 2, 101].into() }));
//! let mut sent = 0;
//! while let Some(output) = phone.poll() {
//!     if let Output::Transmit { hop, bytes } = output {
//!         assert!(bytes.starts_with(b"REGISTER sip:192.0.2.1 SIP/2.0\r\n"));
//!         assert_eq!(hop.remote, "192.0.2.1:5060".parse().unwrap());
//!         sent += 1;
//!     }
//! }
//! assert_eq!(sent, 1);
//! phone.step(now, &mut dice, Input::KeyDown(Key::Speaker));
//! assert_eq!(phone.view().tone, Some(Tone::Dial));
//! # Ok(()) }
//! ```

mod accounts;
pub mod audio_plan;
mod dispatch;
pub mod display;
#[cfg(test)]
mod exhaustive;
#[cfg(any(test, feature = "_fuzzing"))]
mod fuzz;
pub mod input;
pub mod keys;
mod notices;
pub mod output;
mod secure;
pub mod soft_keys;
mod trust;
pub mod view;
pub mod volume;

pub use crate::calls::{
    AudioDevice, CallState, Colour, DialKey, Digit, Lamp, LineKey, Pattern, ServiceKey, Tone,
};
pub use audio_plan::{AudioPlan, Stream, Switch};
pub use display::Display;
#[cfg(any(test, feature = "_fuzzing"))]
#[doc(hidden)]
pub use fuzz::fuzz_phone_moves;
pub use input::{Hook, Input, Network};
pub use keys::Key;
pub use output::{Notice, Output};
pub use soft_keys::{SoftKey, SoftKeyRow};
pub use view::{LineView, View};
pub use volume::Volumes;

use crate::base::{Instant, Rng, Timer, earliest};
use crate::calls::{CallBack, Calls};
use crate::config::catalogue::user;
use crate::config::{Config, Restored, SettingError};
use crate::crypto::MasterKey;
use crate::sdp::MediaKeys;
use crate::ua::UserAgent;
use notices::Notices;
use secure::Secure;

/// A four-line desk phone.
#[derive(Debug)]
pub struct Phone {
    ua: UserAgent,
    calls: Calls,
    config: Config,
    /// Whether the layers have the settings; the factory's come with the first input.
    applied: bool,
    soft_keys: SoftKeyRow,
    volume_shown: Timer,
    burst: Timer,
    burst_since: Instant,
    notices: Notices,
    secure: Secure,
    /// The settings that the host knows.
    revision: u32,
}

impl Phone {
    /// A phone as it leaves the factory.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            ua: UserAgent::new(),
            calls: Calls::new(),
            config: Config::new(),
            applied: false,
            soft_keys: SoftKeyRow::new(),
            volume_shown: Timer::OFF,
            burst: Timer::OFF,
            burst_since: Instant::ZERO,
            notices: Notices::new(),
            secure: Secure::new(),
            revision: 0,
        }
    }

    /// Gives a setting a value by its tag, as [`Config::set`] does, and lets it take effect. The phone may
    /// want to register anew: look at the deadline afterwards.
    ///
    /// # Errors
    /// There is no such setting, or it does not take such a value; nothing has changed then.
    pub fn set(&mut self, now: Instant, tag: &str, value: &str) -> Result<(), SettingError> {
        self.config.set(tag, value)?;
        self.revision = self.config.revision();
        self.apply(now);
        self.soft_keys.update(&self.calls, &self.config);
        Ok(())
    }

    /// Takes the newest whole image of settings that [`Config::save`] wrote, and lets it take effect: what a
    /// host does before the first input.
    pub fn restore(&mut self, now: Instant, slots: &[&[u8]]) -> Restored {
        let restored = self.config.restore(slots);
        self.revision = self.config.revision();
        self.apply(now);
        self.soft_keys.update(&self.calls, &self.config);
        restored
    }

    /// Takes one input. Drain [`Phone::poll`] before the next one: an output that is not taken may be lost,
    /// as if the network had lost it.
    pub fn step(&mut self, now: Instant, rng: &mut dyn Rng, input: Input<'_>) {
        if !self.applied {
            self.apply(now);
        }
        self.dispatch(now, rng, input);
    }

    /// The next thing for the host to do.
    pub fn poll(&mut self) -> Option<Output<'_>> {
        let ua = &self.ua;
        if let Some(notice) = self.notices.take(|extension| ua.registration(extension).state) {
            return Some(Output::Notice(notice));
        }
        if self.ua.has_resolve() {
            let resolve = self.ua.poll_resolve()?;
            return Some(Output::Resolve {
                ticket: resolve.ticket,
                query: resolve.query,
                host: resolve.host,
            });
        }
        if let Some(notice) = self.secure.take_notice() {
            return Some(Output::Notice(notice));
        }
        if let Some(question) = self.ua.poll_map_port() {
            return Some(Output::MapPort(question));
        }
        if let Some(out) = self.ua.poll_transmit() {
            return Some(Output::Transmit { hop: out.hop, bytes: out.bytes });
        }
        self.secure.take_job().map(Output::Compute)
    }

    /// When to give [`Input::Timeout`].
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        let shown = [self.volume_shown.due(), self.burst.due()];
        earliest([self.ua.deadline(), self.calls.deadline(), self.secure.deadline()].into_iter().chain(shown))
    }

    /// What a person sees and hears now.
    #[must_use]
    pub fn view(&self) -> View<'_> {
        view::of(self)
    }

    /// The keys of a line's audio, if it is SRTP ([`Stream::protected`]), for [`crate::srtp::Session`]. A new
    /// key for one direction begins that direction anew; the other goes on (RFC 4568 §7.1.4).
    #[must_use]
    pub fn media_keys(&self, key: LineKey) -> Option<&MediaKeys> {
        self.ua.media_keys(self.calls.line(key).session()?)
    }

    /// The keys of the music that [`AudioPlan::music`] brings, if it is SRTP.
    #[must_use]
    pub fn music_keys(&self) -> Option<&MediaKeys> {
        self.ua.media_keys(self.calls.music().session()?)
    }

    /// The key of a line's audio, for both directions, when its call is secure or about to be
    /// ([`Stream::switch`]).
    #[must_use]
    pub fn call_key(&self, key: LineKey) -> Option<MasterKey> {
        self.secure.protection(self.calls.line(key).session()?)?.0.master_key()
    }

    /// The order to call somebody back, and how it stands.
    #[must_use]
    pub const fn call_back(&self) -> &CallBack {
        self.calls.call_back_order()
    }

    /// The settings as they are.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// The user agent, for those who look after the phone: counters, load.
    #[must_use]
    pub const fn user_agent(&self) -> &UserAgent {
        &self.ua
    }

    fn volumes(&self) -> Volumes {
        let level = |setting| u8::try_from(self.config.read(setting)).unwrap_or(volume::LOUDEST);
        Volumes {
            ringer: level(user::RINGER_VOLUME),
            handset: level(user::HANDSET_VOLUME),
            speaker: level(user::SPEAKER_VOLUME),
            headset: level(user::HEADSET_VOLUME),
        }
    }

    fn keep_volumes(&mut self, volumes: Volumes) {
        let levels = [
            (user::RINGER_VOLUME, volumes.ringer),
            (user::HANDSET_VOLUME, volumes.handset),
            (user::SPEAKER_VOLUME, volumes.speaker),
            (user::HEADSET_VOLUME, volumes.headset),
        ];
        for (setting, level) in levels {
            if u32::from(level) != self.config.read(setting) {
                // When there is no room for it, the volume stays as it is.
                let _full = self.config.put_number(setting, u32::from(level));
            }
        }
    }
}

impl Default for Phone {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;
