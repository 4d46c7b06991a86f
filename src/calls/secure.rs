//! Which calls are to be secure, and what a person sees and hears of one that is.
//!
//! The handshake is the phone's affair; here are the wish (`*18`, `*19`, `Secure Call Setting`) and the news.

use super::appearance::{self, Appearance};
use super::desk::Desk;
use super::{Calls, LineKey, Order, Turn, invitation};
use crate::config::Config;
use crate::ua::{EndReason, Event, SessionId, SessionView};

/// Who the other one is, by its certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Certified<'a> {
    /// The name.
    pub name: &'a str,
    /// The number or user id.
    pub number: &'a str,
}

/// What is known of the protection of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security<'a> {
    /// Both directions are protected from now on: both sides hear the tone.
    Secured(Certified<'a>),
    /// The far end may be another one, who does not have the key; the network's word on who it is counts.
    Doubted(Option<SessionView<'a>>),
    /// It is the same one: it has been heard under the key.
    Confirmed(Certified<'a>),
    /// It has not been heard under the key in time. There is no way back to clear, so the call is over.
    Lost,
}

impl Calls {
    /// Whether the person wants the call of a line to be secure. Only the caller's wish counts.
    #[must_use]
    pub fn wants_security(&self, config: &Config, key: LineKey) -> bool {
        invitation::wishes(config, self.line(key).appearance().one_call())
    }

    /// Whether all that is said in the call of a line is protected, and only to whom the certificate names:
    /// in a conference both of its calls must be.
    #[must_use]
    pub fn is_secure(&self, key: LineKey) -> bool {
        let secure = |key: LineKey| self.line(key).appearance().is_secure();
        let legs = self.conference().filter(|legs| legs.contains(&key));
        secure(key) && legs.is_none_or(|legs| legs.into_iter().all(secure))
    }

    /// The certificate's word on who the other one is stands above the network's.
    pub(super) fn security(&mut self, turn: &mut Turn<'_>, session: SessionId, news: Security<'_>) {
        let Some(key) = self.line_of(session) else { return };
        match news {
            Security::Secured(peer) => {
                let desk = Desk { config: turn.config, plan: &self.plan };
                let line = key.of_mut(&mut self.lines);
                line.appearance_mut().become_secure(turn.now, desk);
                line.appearance_mut().meet(peer.name, peer.number);
            }
            Security::Confirmed(peer) => {
                let appearance: &mut Appearance = self.line_mut(key).appearance_mut();
                appearance.set_secure(true);
                appearance.meet(peer.name, peer.number);
            }
            Security::Doubted(view) => {
                self.line_mut(key).appearance_mut().set_secure(false);
                if let Some(view) = view {
                    self.meet(turn, key, view);
                }
            }
            Security::Lost => {
                self.event(turn, Event::Ended { session, reason: EndReason::Lost }, None);
                let _full = turn.orders.push(Order { line: None, wish: appearance::Order::End(session) });
            }
        }
    }
}
