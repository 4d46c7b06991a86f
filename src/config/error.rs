//! Why a setting was not taken.

use core::fmt;

use heapless::String;

use super::kind::Expected;
use crate::dialplan::PlanFault;
use crate::script;

/// A setting was not taken; nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingError {
    /// The tag as it was given (cut if very long).
    pub tag: String<48>,
    /// What is wrong with it.
    pub wrong: Wrong,
}

/// What is wrong with a tag or a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// There is no such setting.
    Tag,
    /// The value is none of its type.
    Value(Expected),
    /// The script goes wrong somewhere.
    Script(script::Fault),
    /// The dial plan goes wrong somewhere.
    Plan(PlanFault),
    /// All the room for settings that differ from the factory's is taken; see `limits::SETTINGS_BYTES`.
    Full,
}

impl fmt::Display for SettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tag = &self.tag;
        match self.wrong {
            Wrong::Tag => write!(f, "{tag}: no such setting"),
            Wrong::Value(expected) => write!(f, "{tag}: expected {expected}"),
            Wrong::Script(fault) => write!(f, "{tag}: {fault}"),
            Wrong::Plan(fault) => write!(f, "{tag}: {fault}"),
            Wrong::Full => write!(f, "{tag}: no room for one more setting of one's own"),
        }
    }
}

impl core::error::Error for SettingError {}
