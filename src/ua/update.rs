//! UPDATE from the peer (RFC 3311): the session changes before it is answered, or without a new INVITE.

use super::answer::Answer;
use super::session::progress::State;
use super::{Instant, Rng, SessionId, UserAgent};
use crate::sip::{Message, Status};
use crate::transaction::Hop;

impl UserAgent {
    /// An UPDATE within the session's dialog, early or confirmed (RFC 3311 §5.2).
    pub(super) fn updated(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        arrival: Hop,
        request: &Message<'_>,
        id: SessionId,
    ) {
        let Some(session) = self.sessions.get_mut(id.0) else { return };
        let tag = session.own_tag();
        let offers = !request.description().is_empty();
        let early = request.from_tag().and_then(|tag| session.early.find(tag));
        let answered_early = early.is_some_and(|early| early.answered);
        let refusal = match session.state {
            // Ours is not answered in this dialog yet.
            State::Calling | State::Proceeding if offers && !answered_early => Some(Status::REQUEST_PENDING),
            State::Calling | State::Proceeding => None,
            State::Incoming | State::Accepted | State::Confirmed if offers && session.offer_pending => {
                Some(Status::REQUEST_PENDING)
            }
            State::Incoming | State::Accepted | State::Confirmed => None,
            State::Locating | State::Abandoned | State::Cancelling | State::Closing | State::Ending => {
                Some(Status::CALL_DOES_NOT_EXIST)
            }
        };
        let refusal = refusal.or_else(|| {
            // Before there is a dialog of ours, the target comes with the 2xx.
            let keeps = session.is_calling() || session.dialog.refresh_target(request).is_ok();
            (!keeps).then_some(Status::MESSAGE_TOO_LARGE)
        });
        // RFC 4028 §9; before the session stands there is nothing to refresh.
        let stands = matches!(session.state, State::Accepted | State::Confirmed);
        let refusal = match refusal {
            Some(status) => Err(Answer::new(status, None)),
            None if stands => session.admit_timer(now, &self.settings, request),
            None => Ok(()),
        };
        if let Err(refusal) = refusal {
            self.reply_with(now, arrival, request, &Answer { tag: Some(&tag), ..refusal });
        } else if offers {
            self.answer_offer(now, rng, arrival, request, id);
        } else {
            let timer = if stands { session.begin_timer(now) } else { None };
            let extension = session.extension;
            let contact = self.own_contact(extension);
            let answer = Answer { contact: Some(&contact), timer, ..Answer::new(Status::OK, Some(&tag)) };
            self.reply_with(now, arrival, request, &answer);
        }
    }
}
