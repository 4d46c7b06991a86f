//! Keys that do what codes do, without a code to remember: forwarding, do not disturb, the last caller, and
//! the calls that others have.
//!
//! They are for a phone at rest and for a line that waits for the first digit of a number. A key that wants a
//! number takes the first idle line for it, as the voice mail key does. What it asks for, and what then
//! happens, is the code's affair (services.rs); a blank code leaves no key where the code itself is called.

use super::{CallState, Calls, LineKey, Tone, Turn, services};
use crate::config::Config;
use crate::config::catalogue::{phone, user};
use crate::dialplan::Service;

/// A key of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ServiceKey {
    /// Asks where all calls shall go, or lets them come again.
    Forward,
    /// Turns do not disturb on and off.
    DoNotDisturb,
    /// Calls the last caller.
    CallReturn,
    /// Asks whose call to pick up.
    Pickup,
    /// Picks up a call of the group.
    GroupPickup,
    /// Asks where to take a parked call from.
    Unpark,
}

impl Calls {
    /// Whether a service's key does something now: the phone offers the service, nothing is in the way, and
    /// there is a line if it needs one.
    #[must_use]
    pub fn can_serve(&self, config: &Config, key: ServiceKey) -> bool {
        let rests = self.active().is_none() || self.waits_for_number().is_some();
        let has_line = || self.service_line().is_some();
        let has_code = |service| !services::keys_of(config, service).is_empty();
        rests
            && match key {
                ServiceKey::Forward => {
                    config.read(phone::CFWD_ALL_SERV) && (forwards_all(config) || has_line())
                }
                ServiceKey::DoNotDisturb => config.read(phone::DND_SERV),
                ServiceKey::CallReturn => !self.last_caller.is_empty() && has_line(),
                ServiceKey::Pickup => has_code(Service::Pickup) && has_line(),
                ServiceKey::GroupPickup => has_code(Service::GroupPickup) && has_line(),
                ServiceKey::Unpark => has_code(Service::Unpark) && has_line(),
            }
    }

    /// A service's key.
    pub(super) fn serve_key(&mut self, turn: &mut Turn<'_>, key: ServiceKey) {
        if !self.can_serve(turn.config, key) {
            return;
        }
        match key {
            ServiceKey::Forward if forwards_all(turn.config) => {
                self.switch_by_key(turn, Service::ForwardAllOff);
            }
            ServiceKey::Forward => self.serve_on_line(turn, Service::ForwardAllOn),
            ServiceKey::DoNotDisturb if turn.config.read(user::DND_SETTING) => {
                self.switch_by_key(turn, Service::DoNotDisturbOff);
            }
            ServiceKey::DoNotDisturb => self.switch_by_key(turn, Service::DoNotDisturbOn),
            ServiceKey::CallReturn => self.serve_on_line(turn, Service::CallReturn),
            ServiceKey::Pickup => self.serve_on_line(turn, Service::Pickup),
            ServiceKey::GroupPickup => self.serve_on_line(turn, Service::GroupPickup),
            ServiceKey::Unpark => self.serve_on_line(turn, Service::Unpark),
        }
    }

    /// A switch is confirmed by a tone where there is dial tone. A phone at rest shows it on its display.
    fn switch_by_key(&mut self, turn: &mut Turn<'_>, service: Service) {
        match (self.waits_for_number(), services::switched(service)) {
            (Some(line), _) => self.serve(turn, line, service),
            (None, Some((setting, value))) => {
                // No value of a switch is refused.
                let _kept = turn.config.put(setting, value);
            }
            (None, None) => {}
        }
    }

    /// The service on the line that waits for a number, or on the first idle one.
    fn serve_on_line(&mut self, turn: &mut Turn<'_>, service: Service) {
        let Some(line) = self.service_line() else { return };
        if self.line(line).state() == CallState::Idle {
            // Not dial tone: a hot line would call.
            self.take_line(turn, line, Tone::Prompt);
        }
        self.serve(turn, line, service);
    }

    fn service_line(&self) -> Option<LineKey> {
        self.waits_for_number().or_else(|| self.lowest(CallState::Idle))
    }

    /// The line that has no digit yet of a number to be called.
    fn waits_for_number(&self) -> Option<LineKey> {
        let line = self.active().filter(|key| self.line(*key).state() == CallState::Dialing)?;
        let appearance = self.line(line).appearance();
        (appearance.number().is_empty() && appearance.asks_for().is_none()).then_some(line)
    }
}

/// Whether all calls go elsewhere.
fn forwards_all(config: &Config) -> bool {
    !config.read(user::CFWD_ALL_DEST).is_empty()
}
