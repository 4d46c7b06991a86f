//! The phone's settings: a catalogue of all that there are, and a bounded store of those that differ from
//! the factory's.
//!
//! A setting has the tag that it bears in a profile (`Proxy_1_`: the proxy of extension 1) and a typed value.
//! A setting that was never given has the factory's value. An empty text brings that back; the empty text
//! itself is written `""`. What is refused changes nothing, and the error says what was expected.
//!
//! ```
//! use deskphone::config::{Config, catalogue::{ext, sip}};
//! let mut config = Config::new();
//! config.set("Proxy_1_", "pbx.example.com").unwrap();
//! config.set("SIP_T1", ".25").unwrap();
//! assert_eq!(config.read(ext::PROXY.of(1)), "pbx.example.com");
//! assert_eq!(config.read(sip::SIP_T1), 250);
//! assert_eq!(
//!     config.set("SIP_Port_2_", "many").unwrap_err().to_string(),
//!     "SIP_Port_2_: expected a port, 0 to 65535"
//! );
//! assert_eq!(config.set("Coffee", "yes").unwrap_err().to_string(), "Coffee: no such setting");
//! ```

pub mod catalogue;
pub mod error;
#[cfg(feature = "_fuzzing")]
mod fuzz;
pub mod image;
pub mod kind;
mod name;
mod number;
pub mod setting;
mod store;

pub use error::{SettingError, Wrong};
#[cfg(feature = "_fuzzing")]
#[doc(hidden)]
pub use fuzz::fuzz_config_store;
pub use image::Restored;
pub use kind::{Expected, Kind};
pub use setting::{Each, Id, Setting};

use core::fmt;

use crate::base::{Writer, text};
use kind::Read;
use store::Store;

/// All settings.
#[derive(Clone)]
pub struct Config {
    store: Store,
    revision: u32,
}

impl Config {
    /// The factory's settings.
    #[must_use]
    pub const fn new() -> Self {
        Self { store: Store::new(), revision: 0 }
    }

    /// Gives a setting a value by its tag.
    ///
    /// # Errors
    /// There is no such setting, it does not take such a value, or there is no room for it; nothing has
    /// changed then.
    pub fn set(&mut self, tag: &str, value: &str) -> Result<(), SettingError> {
        let failed = |wrong| SettingError { tag: text::shortened(tag), wrong };
        let setting = catalogue::find(tag).ok_or_else(|| failed(Wrong::Tag))?;
        self.put(setting, value).map_err(failed)
    }

    /// Gives a setting a value.
    ///
    /// # Errors
    /// As [`Config::set`].
    pub fn put(&mut self, setting: Id, value: &str) -> Result<(), Wrong> {
        let kind = setting.row().kind;
        let default = setting.default_text();
        let value = match value {
            "" => default,
            "\"\"" => "",
            value => value,
        };
        if value != default {
            kind.takes(value)?;
        }
        let value = kind.canonical(value);
        if self.text(setting) == value {
            return Ok(());
        }
        if value == default {
            self.store.remove(setting);
        } else if !self.store.put(setting, value) {
            return Err(Wrong::Full);
        }
        self.revision = self.revision.wrapping_add(1);
        Ok(())
    }

    /// Gives a setting a number.
    ///
    /// # Errors
    /// As [`Config::set`].
    pub fn put_number(&mut self, setting: Setting<kind::Number>, number: u32) -> Result<(), Wrong> {
        let mut digits = [0; 10];
        let mut writer = Writer::new(&mut digits);
        writer.number(u64::from(number));
        self.put(setting.id(), core::str::from_utf8(writer.written()).unwrap_or_default())
    }

    /// A setting's value, as the type of the setting has it.
    #[must_use]
    pub fn read<K: Read>(&self, setting: Setting<K>) -> K::Value<'_> {
        K::read(self.text(setting.id())).unwrap_or_default()
    }

    /// A setting's value as a text.
    #[must_use]
    pub fn text(&self, setting: Id) -> &str {
        self.store.find(setting).unwrap_or_else(|| setting.default_text())
    }

    /// The settings that differ from the factory's, in the order of the catalogue.
    pub fn changed(&self) -> impl Iterator<Item = (Id, &str)> {
        self.store.entries()
    }

    /// Brings all the factory's settings back.
    pub fn reset(&mut self) {
        self.store.clear();
        self.revision = self.revision.wrapping_add(1);
    }

    /// Changes with every change of a setting; not when one is given the value that it has.
    #[must_use]
    pub const fn revision(&self) -> u32 {
        self.revision
    }

    /// Bytes of `limits::SETTINGS_BYTES` that are in use.
    #[must_use]
    pub fn bytes_used(&self) -> usize {
        self.store.len()
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::new()
    }
}

/// Tells how much there is, and no values: some are secrets.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("changed", &self.changed().count())
            .field("revision", &self.revision)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
