//! Notifications of our subscriptions (RFC 6665 §4.1.3), and what each package says to a phone: mailboxes
//! (RFC 3842), watched calls (RFC 4235), the appearances of shared lines.

use super::command::Package;
use super::event::AppearanceState;
use super::identifier::keyed_hash;
use super::shared_line::index_of;
use super::subscriber::SubscriberId;
use super::subscription::{Input, Reason};
use super::{Event, Instant, Rng, UserAgent};
use crate::dialog::Sequence;
use crate::limits;
use crate::sip::call_info::{Appearance, Index};
use crate::sip::event::{State, SubscriptionState};
use crate::sip::watched::WatchedCalls;
use crate::sip::{Message, Status};
use crate::transaction::Hop;

impl UserAgent {
    /// A NOTIFY that may belong to a subscription of ours. Whether it did.
    pub(super) fn subscription_notified(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        arrival: Hop,
        request: &Message<'_>,
    ) -> bool {
        let Some(id) = self.subscriber_of(request) else { return false };
        let Err(status) = self.take_notification(id, arrival, request) else {
            self.decline(arrival, request, Status::OK);
            self.tell_content(now, rng, id, request);
            let Some(state) = request.subscription_state() else { return true };
            self.subscriber_step(now, rng, id, input_of(&state));
            return true;
        };
        self.decline(arrival, request, status);
        true
    }

    /// The subscription of a notification: its dialog, or one whose first notification it may be.
    fn subscriber_of(&self, request: &Message<'_>) -> Option<SubscriberId> {
        let event = request.event()?;
        let (call_id, to) = (request.call_id()?, request.to()?);
        let tag = to.tag()?;
        let same = self.subscribers.find(|subscriber| {
            subscriber.package.name() == event.package && subscriber.dialog.id().has_request(request)
        });
        same.or_else(|| {
            self.subscribers.find(|subscriber| {
                let known = subscriber.dialog.id();
                subscriber.package.name() == event.package
                    && subscriber.machine.awaits_first()
                    && known.call_id() == call_id
                    && known.local_tag().eq_ignore_ascii_case(tag)
            })
        })
    }

    fn take_notification(
        &mut self,
        id: SubscriberId,
        arrival: Hop,
        request: &Message<'_>,
    ) -> Result<(), Status> {
        let subscriber = self.subscribers.get_mut(id).ok_or(Status::CALL_DOES_NOT_EXIST)?;
        let cseq = request.cseq().ok_or(Status::BAD_REQUEST)?;
        // §4.1.3
        request.subscription_state().ok_or(Status::BAD_REQUEST)?;
        if subscriber.dialog.id().has_request(request) {
            if subscriber.dialog.receive_cseq(cseq.number) == Sequence::OutOfOrder {
                return Err(Status::SERVER_INTERNAL_ERROR);
            }
            subscriber.dialog.refresh_target(request).map_err(|_| Status::MESSAGE_TOO_LARGE)?;
        } else {
            // §4.1.2.4: the dialog is that of the notification, which may come before the 2xx.
            let dialog = subscriber.dialog.notified_by(request).map_err(|_| Status::MESSAGE_TOO_LARGE)?;
            subscriber.dialog = dialog;
        }
        subscriber.hop = Some(arrival);
        Ok(())
    }

    fn tell_content(&mut self, now: Instant, rng: &mut dyn Rng, id: SubscriberId, request: &Message<'_>) {
        let Some(subscriber) = self.subscribers.get(id) else { return };
        let extension = subscriber.extension;
        match subscriber.package {
            Package::MessageSummary => self.mailbox_told(extension, request.body()),
            Package::CallInfo => {
                let appearances = appearances_of(request);
                if appearances.iter().any(Option::is_some) {
                    self.tell(Event::SharedLine { extension, appearances });
                }
            }
            Package::LineSeize(asked) => {
                let granted = index_of(request);
                let lasts =
                    request.subscription_state().is_some_and(|state| state.state != State::Terminated);
                if lasts {
                    self.tell_seized(id, granted.unwrap_or(asked));
                }
            }
            Package::Dialog(place) => self.dialogs_told(now, rng, id, place, request.body()),
        }
    }

    /// RFC 4235 §4.3: an older version is passed over; after a gap all is asked for.
    fn dialogs_told(&mut self, now: Instant, rng: &mut dyn Rng, id: SubscriberId, place: u8, body: &[u8]) {
        let Some(info) = WatchedCalls::parse(body) else { return };
        let secret = self.secret.unwrap_or(0);
        let Some(subscriber) = self.subscribers.get_mut(id) else { return };
        let (extension, before) = (subscriber.extension, subscriber.version);
        if before.is_some_and(|before| info.version <= before) {
            return;
        }
        subscriber.version = Some(info.version);
        if info.full {
            self.tell(Event::WatchedAnew { extension, place });
        }
        for dialog in info.calls().take(limits::APPEARANCES_TOLD) {
            // A number that stays the same as long as the call, and needs no room.
            let call = u32::try_from(keyed_hash(secret, &[dialog.id]) >> 32).unwrap_or(0);
            self.tell(Event::Watched { extension, place, call, state: dialog.state });
        }
        let next = before.map(|before| before.saturating_add(1));
        if !info.full && next.is_none_or(|next| next != info.version) {
            self.subscriber_step(now, rng, id, Input::Refresh);
        }
    }
}

/// What a notification says of the appearances that a phone can have: those that it names, and all others if
/// it speaks of them (`appearance-index=*`).
fn appearances_of(request: &Message<'_>) -> [Option<AppearanceState>; limits::LINE_KEYS] {
    let state_of = |told: &Appearance<'_>| AppearanceState::of(told.state.unwrap_or(b""));
    let others = request.appearances().find(|told| told.index == Index::Others);
    let mut all = [others.as_ref().map(state_of); limits::LINE_KEYS];
    for told in request.appearances() {
        let place = match told.index {
            Index::Number(number) => usize::try_from(number).ok().and_then(|number| number.checked_sub(1)),
            Index::Others => None,
        };
        if let Some(state) = place.and_then(|place| all.get_mut(place)) {
            *state = Some(state_of(&told));
        }
    }
    all
}

/// A notification in the machine's words.
fn input_of(state: &SubscriptionState<'_>) -> Input {
    let pending = state.state == State::Pending;
    match state.state {
        State::Active | State::Pending | State::Other => {
            Input::Notified { pending, expires_s: state.expires() }
        }
        State::Terminated => {
            Input::Terminated { reason: reason_of(state.reason()), retry_after_s: state.retry_after() }
        }
    }
}

/// RFC 6665 §4.1.3
fn reason_of(reason: Option<&[u8]>) -> Reason {
    let is = |name: &[u8]| reason.is_some_and(|reason| reason.eq_ignore_ascii_case(name));
    if is(b"deactivated") {
        Reason::Deactivated
    } else if is(b"probation") {
        Reason::Probation
    } else if is(b"rejected") {
        Reason::Rejected
    } else if is(b"timeout") {
        Reason::Timeout
    } else if is(b"giveup") {
        Reason::GiveUp
    } else if is(b"noresource") || is(b"invariant") {
        Reason::NoResource
    } else {
        Reason::Other
    }
}
