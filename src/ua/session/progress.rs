//! How an INVITE session proceeds (RFC 3261 §9, §13, §15), apart from what is said in it.
//!
//! ```text
//!  we call                                        they call
//!  Locating ─► Calling ─► Proceeding              Incoming ──Answer──► Accepted ──ACK──┐
//!                 │End        │End                   │Cancel, Refuse       │End         │
//!                 ▼           ▼                      ▼                     ▼            │
//!             Abandoned ─► Cancelling              (gone)               Closing         │
//!                 │  2xx: ACK, BYE  │                                      │ACK: BYE    │
//!                 └───────┬─────────┘                                      ▼            ▼
//!   2xx ──────────────────┼───────────────────────────────────────────► Ending ◄── Confirmed
//!                         └──────────────────────────────────────────────►└─ answer to BYE ─► (gone)
//! ```
//! A session that the person has left goes on without a name until the far end knows: that is what Abandoned,
//! Cancelling, Closing and Ending are for.

use crate::ua::event::EndReason;

/// Where a session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ua) enum State {
    /// The next hop's name is being resolved; nothing is sent yet.
    Locating,
    /// INVITE sent, nothing back.
    Calling,
    /// A provisional response came.
    Proceeding,
    /// We gave up before any response; CANCEL may not be sent yet (§9.1).
    Abandoned,
    /// CANCEL sent; the INVITE's final response is outstanding.
    Cancelling,
    /// An INVITE came and is not answered.
    Incoming,
    /// Our 2xx is sent, its ACK outstanding.
    Accepted,
    /// As Accepted, but we want to hang up: BYE follows the ACK (§15).
    Closing,
    /// Both sides agree that there is a session.
    Confirmed,
    /// Our BYE is sent.
    Ending,
}

/// What happens to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ua) enum Input {
    /// The next hop is known.
    Located,
    /// A 1xx other than 100 or the 100 itself: CANCEL is allowed from here on.
    Provisional,
    /// The first 2xx to our INVITE.
    Success,
    /// The end of our INVITE: 300 to 699, 408 for a timeout, 503 for no transport or no address.
    Failure(u16),
    /// The person answers.
    Answer,
    /// The person or a service turns the call down with this status.
    Refuse(u16),
    /// The person hangs up.
    End,
    /// The caller's CANCEL; whether it said that the call was answered elsewhere (RFC 3326).
    Cancel {
        /// `Reason: SIP;cause=200`.
        elsewhere: bool,
    },
    /// The time in an INVITE's Expires header is over, ours or theirs.
    Expired,
    /// ACK for our 2xx.
    Acknowledged,
    /// No ACK within 64·T1 (§13.3.1.4), no PRACK within 64·T1 (RFC 3262 §3), or no final response within
    /// 64·T1 of our CANCEL (§9.1).
    GaveUp,
    /// The far end's BYE.
    Bye,
    /// The end of our BYE, whatever it was.
    ByeDone,
    /// The far end does not know the dialog: 481 or 408 to a request within it (§12.2.1.2).
    Lost,
}

/// What to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ua) enum Send {
    /// Nothing.
    Nothing,
    /// INVITE.
    Invite,
    /// CANCEL for the INVITE.
    Cancel,
    /// ACK for the 2xx.
    Ack,
    /// ACK for the 2xx, then BYE.
    AckThenBye,
    /// BYE.
    Bye,
    /// 200 with our session description.
    Accept,
    /// A final response other than 2xx to their INVITE.
    Reject(u16),
}

/// What comes of one input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(in crate::ua) struct Step {
    /// The next state; `None`: the session is over and its slot free.
    pub(in crate::ua) next: Option<State>,
    /// What to send.
    pub(in crate::ua) send: Send,
    /// The session is over for the layer above.
    pub(in crate::ua) ended: Option<EndReason>,
}

impl State {
    /// The next state and what it takes to get there.
    pub(in crate::ua) const fn step(self, input: Input) -> Step {
        match self {
            Self::Locating | Self::Calling | Self::Proceeding => self.while_calling(input),
            Self::Abandoned | Self::Cancelling => self.while_leaving(input),
            Self::Incoming => Self::while_ringing(input),
            Self::Accepted | Self::Closing | Self::Confirmed | Self::Ending => self.while_agreed(input),
        }
    }

    const fn while_calling(self, input: Input) -> Step {
        match (self, input) {
            (Self::Locating, Input::Located) => to(Self::Calling, Send::Invite),
            (Self::Locating, Input::End) => gone(EndReason::Local),
            (_, Input::Failure(status)) => gone(EndReason::Failed(status)),
            (Self::Locating, Input::Expired) => gone(EndReason::Failed(408)),
            (Self::Calling | Self::Proceeding, Input::Provisional) => to(Self::Proceeding, Send::Nothing),
            // §13.2.2.4
            (Self::Calling | Self::Proceeding, Input::Success) => to(Self::Confirmed, Send::Ack),
            // §9.1: no CANCEL before a provisional response.
            (Self::Calling, Input::End) => left(Self::Abandoned, Send::Nothing, EndReason::Local),
            (Self::Calling, Input::Expired) => left(Self::Abandoned, Send::Nothing, EndReason::Failed(408)),
            (Self::Proceeding, Input::End) => left(Self::Cancelling, Send::Cancel, EndReason::Local),
            (Self::Proceeding, Input::Expired) => {
                left(Self::Cancelling, Send::Cancel, EndReason::Failed(408))
            }
            _ => self.unmoved(),
        }
    }

    const fn while_leaving(self, input: Input) -> Step {
        match (self, input) {
            (Self::Abandoned, Input::Provisional) => to(Self::Cancelling, Send::Cancel),
            // The answer crossed our CANCEL: take it and hang up (§9.1, §15).
            (_, Input::Success) => to(Self::Ending, Send::AckThenBye),
            (_, Input::Failure(_) | Input::GaveUp) => over(),
            _ => self.unmoved(),
        }
    }

    const fn while_ringing(input: Input) -> Step {
        match input {
            Input::Answer => to(Self::Accepted, Send::Accept),
            Input::Refuse(status) => {
                Step { next: None, send: Send::Reject(status), ended: Some(EndReason::Local) }
            }
            Input::End => Step { next: None, send: Send::Reject(480), ended: Some(EndReason::Local) },
            // §9.2
            Input::Cancel { elsewhere: false } | Input::Expired => {
                Step { next: None, send: Send::Reject(487), ended: Some(EndReason::Cancelled) }
            }
            Input::Cancel { elsewhere: true } => {
                Step { next: None, send: Send::Reject(487), ended: Some(EndReason::AnsweredElsewhere) }
            }
            // A caller may end its early dialog with BYE (§15.1.2): the INVITE gets 487 all the same.
            Input::Bye => Step { next: None, send: Send::Reject(487), ended: Some(EndReason::Cancelled) },
            Input::Failure(_) => gone(EndReason::Lost),
            // RFC 3262 §3: no PRACK.
            Input::GaveUp => Step { next: None, send: Send::Reject(504), ended: Some(EndReason::Lost) },
            Input::Located
            | Input::Provisional
            | Input::Success
            | Input::Acknowledged
            | Input::ByeDone
            | Input::Lost => Self::Incoming.unmoved(),
        }
    }

    const fn while_agreed(self, input: Input) -> Step {
        match (self, input) {
            (Self::Accepted, Input::Acknowledged) => to(Self::Confirmed, Send::Nothing),
            // §13.3.1.4
            (Self::Accepted, Input::GaveUp) => left(Self::Ending, Send::Bye, EndReason::Lost),
            // §15: the callee's BYE waits for the ACK.
            (Self::Accepted, Input::End) => left(Self::Closing, Send::Nothing, EndReason::Local),
            (Self::Closing, Input::Acknowledged | Input::GaveUp) => to(Self::Ending, Send::Bye),
            (Self::Closing | Self::Ending, Input::Bye) => over(),
            (Self::Accepted | Self::Confirmed, Input::Bye) => gone(EndReason::Remote),
            (Self::Confirmed, Input::End) => left(Self::Ending, Send::Bye, EndReason::Local),
            // §12.2.1.2; the BYE tells a far end that lost only our request.
            (Self::Confirmed, Input::Lost) => left(Self::Ending, Send::Bye, EndReason::Lost),
            // §14.2: a re-INVITE's answer was never acknowledged.
            (Self::Confirmed, Input::GaveUp) => left(Self::Ending, Send::Bye, EndReason::Lost),
            (Self::Ending, Input::ByeDone) => over(),
            _ => self.unmoved(),
        }
    }

    const fn unmoved(self) -> Step {
        to(self, Send::Nothing)
    }

    /// Whether the layer above still knows the session.
    pub(in crate::ua) const fn is_named(self) -> bool {
        !matches!(self, Self::Abandoned | Self::Cancelling | Self::Closing | Self::Ending)
    }
}

const fn to(next: State, send: Send) -> Step {
    Step { next: Some(next), send, ended: None }
}

const fn left(next: State, send: Send, reason: EndReason) -> Step {
    Step { next: Some(next), send, ended: Some(reason) }
}

const fn gone(reason: EndReason) -> Step {
    Step { next: None, send: Send::Nothing, ended: Some(reason) }
}

const fn over() -> Step {
    Step { next: None, send: Send::Nothing, ended: None }
}

#[cfg(test)]
mod tests {
    use std::format;
    use std::string::String;

    use super::*;
    use crate::base::golden;

    #[test]
    fn every_state_and_every_input() {
        let states = [
            State::Locating,
            State::Calling,
            State::Proceeding,
            State::Abandoned,
            State::Cancelling,
            State::Incoming,
            State::Accepted,
            State::Closing,
            State::Confirmed,
            State::Ending,
        ];
        let inputs = [
            Input::Located,
            Input::Provisional,
            Input::Success,
            Input::Failure(486),
            Input::Answer,
            Input::Refuse(603),
            Input::End,
            Input::Cancel { elsewhere: false },
            Input::Cancel { elsewhere: true },
            Input::Expired,
            Input::Acknowledged,
            Input::GaveUp,
            Input::Bye,
            Input::ByeDone,
            Input::Lost,
        ];
        let mut text = String::new();
        for (state, input) in states.iter().flat_map(|state| inputs.map(|input| (state, input))) {
            let Step { next, send, ended } = state.step(input);
            let next = next.map_or_else(|| "(gone)".into(), |next| format!("{next:?}"));
            let ended = ended.map_or_else(|| "-".into(), |ended| format!("{ended:?}"));
            text += &format!("{state:?} {input:?} -> {next} send={send:?} ended={ended}\n");
            // The layer above hears of the end exactly when the session loses its name.
            let named = state.is_named();
            let still = state.step(input).next.is_some_and(State::is_named);
            assert_eq!(named && !still, ended != "-", "{text}");
        }
        golden::compare("ua_session", &text);
    }
}
