//! What the user agent says: calls come in, make progress, are answered, end.

use super::alert::Sign;
use super::appearance::{self, Input as Call};
use super::{CallState, Calls, LineKey, Order, Step};
use crate::base::Instant;
use crate::ua::{Event, ExtensionId, Outcome, RegistrationState, SessionId, SessionView};

impl Calls {
    pub(super) fn event(
        &mut self,
        now: Instant,
        event: Event,
        view: Option<SessionView<'_>>,
        step: &mut Step,
    ) {
        match event {
            Event::Registration(_) | Event::Digit { .. } | Event::Clock { .. } => {}
            Event::Incoming(session) => self.incoming(now, session, view, step),
            Event::Progress { session, status, early_media } => {
                self.tell(now, session, view, Call::Progress { status, early_media }, step);
            }
            Event::Answered(session) => {
                self.tell(now, session, view, Call::Answered, step);
                self.media(now, session, view, step);
            }
            Event::Media(session) => self.media(now, session, view, step),
            Event::Party(session) => {
                if let (Some(key), Some(view)) = (self.line_of(session), view) {
                    self.line_mut(key).appearance_mut().meet(view.peer_name, view.peer_number);
                }
            }
            Event::MediaFailed { session, .. } => {
                let on_hold = view.is_some_and(|view| view.on_hold);
                self.tell(now, session, view, Call::MediaFailed { on_hold }, step);
            }
            Event::Ended { session, reason } => self.tell(now, session, view, Call::Ended(reason), step),
            // As if its line key were pressed.
            Event::Talk(session) => {
                if let Some(key) = self.line_of(session) {
                    self.press_line(now, key, step);
                }
            }
            Event::Hold(session) => {
                let ours = self.line_of(session).filter(|key| self.active() == Some(*key));
                if ours.is_some_and(|key| self.line(key).state() == CallState::Connected) {
                    self.press_hold(now, step);
                }
            }
            // Mailboxes, provisioning and other people's calls are others' affairs.
            Event::MessageWaiting { .. }
            | Event::Service { .. }
            | Event::Subscribed { .. }
            | Event::Appearance { .. }
            | Event::Seized { .. }
            | Event::WatchedAnew { .. }
            | Event::Watched { .. } => {}
        }
    }

    /// A call that comes in takes the lowest idle line key of its extension. When there is none, or call
    /// waiting is off during an active call, the caller hears that the person is busy.
    fn incoming(&mut self, now: Instant, session: SessionId, view: Option<SessionView<'_>>, step: &mut Step) {
        let Some(view) = view else { return };
        let open = self.settings.call_waiting || self.active().is_none();
        let idle = LineKey::ALL.into_iter().find(|&key| {
            let line = self.line(key);
            line.state() == CallState::Idle && line.extension() == Some(view.extension)
        });
        match idle.filter(|_| open) {
            Some(key) => {
                if self.alert.ring().is_none() {
                    // Ringing that has run through, and call waiting tone, begin anew with a further caller.
                    self.alert.step(now, Sign::None);
                }
                self.order(now, key, Call::Incoming(session), step);
                self.line_mut(key).appearance_mut().meet(view.peer_name, view.peer_number);
            }
            None => {
                let wish = appearance::Order::Refuse(session);
                let _full = step.orders.push(Order { line: None, wish });
            }
        }
    }

    fn media(&mut self, now: Instant, session: SessionId, view: Option<SessionView<'_>>, step: &mut Step) {
        let held_by_peer = view.and_then(|view| view.media).is_some_and(|media| media.held_by_peer);
        self.tell(now, session, view, Call::Media { held_by_peer }, step);
    }

    /// Gives news of a session to its line. A session that no line has any more is the user agent's own
    /// affair.
    fn tell(
        &mut self,
        now: Instant,
        session: SessionId,
        view: Option<SessionView<'_>>,
        news: Call<'_>,
        step: &mut Step,
    ) {
        let Some(key) = self.line_of(session) else { return };
        self.order(now, key, news, step);
        let Some(view) = view.filter(|_| self.line(key).session().is_some()) else { return };
        let appearance = self.line_mut(key).appearance_mut();
        if view.incoming {
            appearance.meet(view.peer_name, view.peer_number);
        } else if !view.peer_name.is_empty() {
            appearance.learn_name(view.peer_name);
        }
    }

    pub(super) fn registration(&mut self, now: Instant, extension: ExtensionId, state: RegistrationState) {
        if let Some(known) = self.registrations.get_mut(extension.index()) {
            *known = state;
        }
        for key in LineKey::ALL {
            if self.line(key).extension() == Some(extension) && self.may_call(key) {
                let _none = self.appearance(now, key, Call::Ready);
            }
        }
    }

    pub(super) fn outcome(&mut self, now: Instant, order: Order, outcome: Outcome, step: &mut Step) {
        let Some(key) = order.line else { return };
        match outcome {
            Outcome::Done => {}
            Outcome::Session(session) => self.order(now, key, Call::Begun(session), step),
            Outcome::Refused(_) => self.order(now, key, Call::Refused(order.wish), step),
        }
    }
}
