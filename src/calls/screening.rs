//! Which incoming calls do not ring: anonymous ones, forwarded ones, all of them while the person is not to
//! be disturbed.

use crate::config::Config;
use crate::config::catalogue::{phone, user};
use crate::ua::ExtensionId;

/// Why a call is turned down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The person is busy, or says so.
    Busy,
    /// Who calls does not say who it is (`Block ANC Setting`).
    Anonymous,
    /// All calls go to another number (`Cfwd All Dest`).
    ForwardAll,
    /// Calls go to another number while the person is busy (`Cfwd Busy Dest`).
    ForwardBusy,
    /// Calls that nobody answers go to another number (`Cfwd No Ans Dest`).
    ForwardNoAnswer,
}

impl Refusal {
    /// The response status, and for a forwarded call where to.
    pub(super) fn answer(self, config: &Config) -> (u16, Option<&str>) {
        match self {
            Self::Busy => (486, None),
            // The phone of the guide says 406; RFC 5079 would have 433.
            Self::Anonymous => (406, None),
            Self::ForwardAll => (302, Some(config.read(user::CFWD_ALL_DEST))),
            Self::ForwardBusy => (302, Some(config.read(user::CFWD_BUSY_DEST))),
            Self::ForwardNoAnswer => (302, Some(config.read(user::CFWD_NO_ANS_DEST))),
        }
    }
}

/// What becomes of a call before any line is looked at; `None`: it may ring.
pub(super) fn judge(config: &Config, extension: ExtensionId, anonymous: bool) -> Option<Refusal> {
    let forwards = extension == ExtensionId::PRIMARY && config.read(phone::CFWD_ALL_SERV);
    if anonymous && config.read(user::BLOCK_ANC_SETTING) && config.read(phone::BLOCK_ANC_SERV) {
        Some(Refusal::Anonymous)
    } else if forwards && !config.read(user::CFWD_ALL_DEST).is_empty() {
        Some(Refusal::ForwardAll)
    } else if config.read(user::DND_SETTING) && config.read(phone::DND_SERV) {
        Some(busy(config, extension))
    } else {
        None
    }
}

/// A busy phone's answer: only the primary extension forwards (guide, Call Forward).
pub(super) fn busy(config: &Config, extension: ExtensionId) -> Refusal {
    let forwards = extension == ExtensionId::PRIMARY && config.read(phone::CFWD_BUSY_SERV);
    if forwards && !config.read(user::CFWD_BUSY_DEST).is_empty() {
        Refusal::ForwardBusy
    } else {
        Refusal::Busy
    }
}

/// How long a call rings before it goes to another number (`Cfwd No Ans Delay`); `None`: until somebody
/// answers or the caller gives up.
pub(super) fn unanswered_ms(config: &Config, extension: ExtensionId) -> Option<u64> {
    let forwards = extension == ExtensionId::PRIMARY && config.read(phone::CFWD_NO_ANS_SERV);
    let delay_s = u64::from(config.read(user::CFWD_NO_ANS_DELAY));
    (forwards && !config.read(user::CFWD_NO_ANS_DEST).is_empty()).then(|| delay_s.saturating_mul(1_000))
}
