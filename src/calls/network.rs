//! What the user agent says: calls come in, make progress, are answered, end.

use super::alert::Sign;
use super::appearance::{self, Input as Call};
use super::desk::Desk;
use super::{AudioDevice, CallState, Calls, LineKey, Order, Refusal, Tone, Turn, ring, screening};
use heapless::String;

use crate::base::text;
use crate::config::Config;
use crate::config::catalogue::{ext, user};
use crate::limits;
use crate::ua::{Event, ExtensionId, Outcome, RegistrationState, SessionId, SessionView};

impl Calls {
    pub(super) fn event(&mut self, turn: &mut Turn<'_>, event: Event, view: Option<SessionView<'_>>) {
        if self.calls_back(turn, event) || self.is_about_music(turn, event) {
            return;
        }
        match event {
            Event::Registration(_) | Event::Digit { .. } | Event::Clock { .. } => {}
            Event::Asked { .. } | Event::Replied { .. } => {}
            Event::Incoming(session) => self.incoming(turn, session, view),
            Event::Progress { session, status, early_media } => {
                self.tell(turn, session, view, Call::Progress { status, early_media });
            }
            Event::Answered(session) => {
                self.tell(turn, session, view, Call::Answered);
                self.media(turn, session, view);
                self.bridge_answered(turn, session);
            }
            Event::Media(session) => self.media(turn, session, view),
            Event::Party(session) => {
                let shown = self.line_of(session).filter(|key| !self.line(*key).appearance().is_secure());
                if let (Some(key), Some(view)) = (shown, view) {
                    self.meet(turn, key, view);
                }
            }
            Event::MediaFailed { session, .. } => self.media_failed(turn, session, view),
            Event::Ended { session, reason } => {
                if let Some(key) = self.leaves_by_transfer(session) {
                    self.order(turn, key, Call::Transferred);
                } else if let Some(key) = self.leaves_conference(session) {
                    self.order(turn, key, Call::Left);
                } else {
                    self.tell(turn, session, view, Call::Ended(reason));
                }
            }
            Event::Transferred { session, status } => self.transferred(turn, session, status),
            Event::Referred { session, by } => self.moved(turn, session, Call::Followed(by), view),
            Event::Replaced { session, by } => {
                self.moved(turn, session, Call::Replaced(by), view);
                self.media(turn, by, view);
            }
            // As if its line key were pressed.
            Event::Talk(session) => {
                if let Some(key) = self.line_of(session) {
                    self.press_line(turn, key);
                }
            }
            Event::Hold(session) => {
                let ours = self.line_of(session);
                if ours.is_some_and(|key| self.line(key).state() == CallState::Connected) {
                    self.press_hold(turn);
                }
            }
            // Kept over a restart; without room for it the stutter tone is missing, no more.
            Event::MessageWaiting { extension, waiting, .. } => {
                let setting = ext::MESSAGE_WAITING.of(extension.number()).id();
                let _full = turn.config.put(setting, if waiting { "yes" } else { "no" });
            }
            Event::SharedLine { extension, appearances } => {
                self.appearances_told(turn, extension, appearances);
            }
            Event::Seized { extension, asked, index } => self.seized(turn, extension, asked, index),
            Event::Subscribed { extension, package, standing } => {
                self.subscribed(turn, extension, package, standing);
            }
            // Provisioning and other people's calls are others' affairs.
            Event::Service { .. } | Event::WatchedAnew { .. } | Event::Watched { .. } => {}
        }
    }

    /// A call that comes in takes the lowest idle line key of its extension, unless it is screened. When
    /// there is none, or call waiting is off during an active call, the caller hears that the person is busy.
    fn incoming(&mut self, turn: &mut Turn<'_>, session: SessionId, view: Option<SessionView<'_>>) {
        let Some(view) = view else { return };
        // Who hides cannot be called back, and who called before is not the last caller.
        self.last_caller = self.number_of(turn, view);
        let shared = self.shared_place(turn.config, view.extension, view.appearance);
        let idle = shared.or_else(|| {
            LineKey::ALL.into_iter().find(|&key| {
                let line = self.line(key);
                line.state() == CallState::Idle && line.extension() == Some(view.extension)
            })
        });
        let screened = screening::judge(turn.config, view.extension, view.anonymous);
        let free = idle.filter(|_| self.lets_in(turn.config));
        let busy = || screening::busy(turn.config, view.extension);
        match screened.map_or_else(|| free.ok_or_else(busy), Err) {
            Ok(key) => {
                if self.alert.ring().is_none() {
                    // Ringing that has run through, and call waiting tone, begin anew with a further caller.
                    self.alert.step(turn.now, turn.config, Sign::None);
                }
                self.order(turn, key, Call::Incoming(session));
                self.show_shared(turn, key, session);
                self.meet(turn, key, view);
                self.begin_waiting(turn, key, view);
            }
            Err(why) => {
                let wish = appearance::Order::Refuse(session, why);
                let _full = turn.orders.push(Order { line: None, wish });
            }
        }
    }

    /// Call waiting: `CW Setting`, or what was chosen for the active call. Nobody waits for the end of an
    /// emergency call.
    pub(super) fn lets_in(&self, config: &Config) -> bool {
        self.active().is_none_or(|active| {
            let chosen = self.line(active).appearance().one_call().call_waiting;
            chosen.unwrap_or_else(|| config.read(user::CW_SETTING)) && !self.is_emergency(config)
        })
    }

    /// How a call rings, and for how long: by its own ring tone; then it may go elsewhere, or be answered by
    /// itself.
    fn begin_waiting(&mut self, turn: &mut Turn<'_>, key: LineKey, view: SessionView<'_>) {
        let forward_ms = screening::unanswered_ms(turn.config, view.extension);
        let pages = turn.config.read(user::AUTO_ANSWER_PAGE);
        let answer_s = view.answer_after_s.filter(|_| pages);
        let ring = ring::named(turn.config, view.alert);
        let now = turn.now;
        let waits = self.line_mut(key).waits_mut();
        waits.ring = ring;
        if let Some(forward_ms) = forward_ms {
            waits.forward.start(now, forward_ms);
        }
        if let Some(answer_s) = answer_s {
            waits.answer.start(now, u64::from(answer_s).saturating_mul(1_000));
            self.wait_over(turn, key);
        }
    }

    /// A page is answered by itself unless the person talks with somebody; what nobody answers goes to
    /// another number.
    pub(super) fn wait_over(&mut self, turn: &mut Turn<'_>, key: LineKey) {
        let now = turn.now;
        if self.line_mut(key).waits_mut().answer.take_due(now) && self.active().is_none() {
            self.answer_page(turn, key);
        }
        let unanswered = self.line_mut(key).waits_mut().forward.take_due(now);
        if unanswered && screening::unanswered_ms(turn.config, ExtensionId::PRIMARY).is_some() {
            self.order(turn, key, Call::Decline(Refusal::ForwardNoAnswer));
        }
    }

    /// The page tone comes first, so that nobody is listened to without knowing. `Send Audio To Speaker`:
    /// the page is for the room, whichever device is preferred.
    fn answer_page(&mut self, turn: &mut Turn<'_>, key: LineKey) {
        if turn.config.read(user::SEND_AUDIO_TO_SPEAKER) {
            self.path.select(AudioDevice::Speaker);
        }
        self.activate(turn, key, Call::Answer);
        let desk = Desk { config: turn.config, plan: &self.plan };
        let line = key.of_mut(&mut self.lines);
        line.appearance_mut().announce(turn.now, desk, Tone::Page);
    }

    /// Shows who the other side is.
    pub(super) fn meet(&mut self, turn: &Turn<'_>, key: LineKey, view: SessionView<'_>) {
        let number = self.number_of(turn, view);
        self.line_mut(key).appearance_mut().meet(view.peer_name, &number);
    }

    /// The other side's number; a caller's by the extension's `Caller ID Map`.
    fn number_of(&mut self, turn: &Turn<'_>, view: SessionView<'_>) -> String<{ limits::NAME_BYTES }> {
        let map = turn.config.read(ext::CALLER_ID_MAP.of(view.extension.number()));
        if view.incoming && !map.is_empty() {
            // There is one table; the plan that was in it is compiled again when a line dials.
            self.planned = None;
            let mapped = self.plan.load(map).ok().and_then(|()| self.plan.rewrite(view.peer_number));
            if let Some(number) = mapped {
                return text::shortened(&number);
            }
        }
        text::shortened(view.peer_number)
    }

    /// The call of a line goes on as another session, with somebody else.
    fn moved(
        &mut self,
        turn: &mut Turn<'_>,
        session: SessionId,
        news: Call<'_>,
        view: Option<SessionView<'_>>,
    ) {
        let Some(key) = self.line_of(session) else { return };
        self.order(turn, key, news);
        if let Some(view) = view {
            self.meet(turn, key, view);
        }
    }

    fn media(&mut self, turn: &mut Turn<'_>, session: SessionId, view: Option<SessionView<'_>>) {
        let held_by_peer = view.and_then(|view| view.media).is_some_and(|media| media.held_by_peer);
        self.heard_on_hold(session, view);
        self.tell(turn, session, view, Call::Media { held_by_peer });
    }

    fn media_failed(&mut self, turn: &mut Turn<'_>, session: SessionId, view: Option<SessionView<'_>>) {
        let on_hold = view.is_some_and(|view| view.on_hold);
        self.tell(turn, session, view, Call::MediaFailed { on_hold });
        self.heard_on_hold(session, view);
    }

    /// Gives news of a session to its line. A session that no line has any more is the user agent's own
    /// affair.
    fn tell(
        &mut self,
        turn: &mut Turn<'_>,
        session: SessionId,
        view: Option<SessionView<'_>>,
        news: Call<'_>,
    ) {
        let Some(key) = self.line_of(session) else { return };
        self.order(turn, key, news);
        let Some(view) = view.filter(|_| self.line(key).session().is_some()) else { return };
        if self.line(key).appearance().is_secure() {
            return;
        }
        if view.incoming {
            self.meet(turn, key, view);
        } else if !view.peer_name.is_empty() {
            self.line_mut(key).appearance_mut().learn_name(view.peer_name);
        }
    }

    pub(super) fn registration(
        &mut self,
        turn: &mut Turn<'_>,
        extension: ExtensionId,
        state: RegistrationState,
    ) {
        self.shared_registration(turn, extension, state);
        if let Some(known) = self.registrations.get_mut(extension.index()) {
            *known = state;
        }
        for key in LineKey::ALL {
            let may_dial = self.may_call(turn.config, key) && !self.awaits_grant(key);
            if self.line(key).extension() == Some(extension) && may_dial {
                let _none = self.appearance(turn.now, turn.config, key, Call::Ready);
            }
        }
    }

    pub(super) fn outcome(&mut self, turn: &mut Turn<'_>, order: Order, outcome: Outcome) {
        if let appearance::Order::Listen(_) = order.wish {
            return self.music_outcome(turn, outcome);
        }
        let Some(key) = order.line else { return };
        if order.wish == appearance::Order::CallBack {
            return self.call_back_outcome(turn, outcome);
        }
        match outcome {
            Outcome::Done => {}
            Outcome::Session(session) => self.order(turn, key, Call::Begun(session)),
            Outcome::Refused(_) => match order.wish {
                appearance::Order::Transfer(_)
                | appearance::Order::TransferTo(..)
                | appearance::Order::TransferInto(..) => {
                    self.transfer_failed(key);
                }
                appearance::Order::Shared(wish) => self.shared_refused(turn, key, wish),
                wish @ (appearance::Order::Invite
                | appearance::Order::CallBack
                | appearance::Order::Listen(_)
                | appearance::Order::Serve(_)
                | appearance::Order::ServeNumber(_)
                | appearance::Order::SpeedDial(_)
                | appearance::Order::Ring(_)
                | appearance::Order::Answer(_)
                | appearance::Order::Refuse(..)
                | appearance::Order::Hold(_)
                | appearance::Order::Resume(_)
                | appearance::Order::End(_)
                | appearance::Order::Digit(..)) => self.order(turn, key, Call::Refused(wish)),
            },
        }
    }
}
