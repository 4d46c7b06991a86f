//! Which calls are to be secure, and what a person sees and hears of one that is.
//!
//! The handshake is the phone's affair; here are the wish (`*18`, `*19`, `Secure Call Setting`) and the news.

use super::desk::Desk;
use super::{Calls, LineKey, Turn};
use crate::config::Config;
use crate::config::catalogue::{phone, user};
use crate::ua::SessionId;

/// Who the other one is, by its certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Certified<'a> {
    /// The name.
    pub name: &'a str,
    /// The number or user id.
    pub number: &'a str,
}

impl Calls {
    /// Whether the person wants the call of a line to be secure. Only the caller's wish counts.
    #[must_use]
    pub fn wants_security(&self, config: &Config, key: LineKey) -> bool {
        let chosen = self.line(key).appearance().one_call().secure;
        config.read(phone::SECURE_CALL_SERV)
            && chosen.unwrap_or_else(|| config.read(user::SECURE_CALL_SETTING))
    }

    /// A call is secure from now on. The certificate's word on who the other one is stands above the
    /// network's.
    pub(super) fn secured(&mut self, turn: &Turn<'_>, session: SessionId, peer: Certified<'_>) {
        let Some(key) = self.line_of(session) else { return };
        let desk = Desk { config: turn.config, plan: &self.plan };
        let [l1, l2, l3, l4] = &mut self.lines;
        let line = match key {
            LineKey::L1 => l1,
            LineKey::L2 => l2,
            LineKey::L3 => l3,
            LineKey::L4 => l4,
        };
        line.appearance_mut().become_secure(turn.now, desk);
        line.appearance_mut().meet(peer.name, peer.number);
    }
}
