//! Emergency calls: whoever helps must be able to call back, and the line stays theirs.
//!
//! A call to one of the numbers in `Emergency Number` is never anonymous, is not put on hold or sent to
//! somebody else, and no other call comes between; the person can end it.

use super::{CallState, Calls};
use crate::config::Config;
use crate::config::catalogue::ext;
use crate::ua::ExtensionId;

impl Calls {
    /// Whether the active call is to an emergency number.
    #[must_use]
    pub fn is_emergency(&self, config: &Config) -> bool {
        self.active().map(|key| self.line(key)).is_some_and(|line| {
            let called = match line.state() {
                CallState::Calling | CallState::Proceeding | CallState::Connected => {
                    !line.appearance().is_incoming()
                }
                CallState::Disabled
                | CallState::Idle
                | CallState::Dialing
                | CallState::Ringing
                | CallState::Held
                | CallState::Invalid
                | CallState::Busy => false,
            };
            let extension = line.extension().unwrap_or(ExtensionId::PRIMARY);
            called && is_number(config, extension, line.appearance().target())
        })
    }
}

/// Whether a number is one of the extension's `Emergency Number`, which are separated by commas.
pub(super) fn is_number(config: &Config, extension: ExtensionId, number: &str) -> bool {
    let numbers = config.read(ext::EMERGENCY_NUMBER.of(extension.number()));
    numbers.split(',').map(str::trim).any(|known| !known.is_empty() && known == number)
}
