//! One INVITE session (RFC 3261 §13 to §15): whose it is, where it stands, what it must remember.

pub(super) mod early;
pub(super) mod progress;

use core::fmt;

use heapless::Vec;

use super::challenge::Attempts;
use super::digits::DigitRelay;
use super::event::EndReason;
use super::failures::Search;
use super::identifier::{Branch, Tag};
use super::identity::Party;
use super::ids::ExtensionId;
use super::inquiry::Inquiry;
use super::media_port::Mapping;
use super::provisional::Reliable;
use super::session_timer::{Grant, SessionTimer};
use super::summons::Summons;
use super::transfer::Transfer;
use super::view::{SessionMedia, SessionView};
use crate::base::{Instant, Timer, earliest};
use crate::dialog::{Dialog, Sequence, Stage};
use crate::limits;
use crate::media::stream::Statistics;
use crate::sdp::{Local, Negotiated};
use crate::sip::{Message, Status};
use crate::transaction::{ClientId, Hop, ServerId};
use early::EarlyDialogs;
use progress::State;

/// One session.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) extension: ExtensionId,
    pub(super) incoming: bool,
    pub(super) state: State,
    /// Whether we hide who we are.
    pub(super) anonymous: bool,
    pub(super) peer: Party,
    pub(super) summons: Summons,
    pub(super) dialog: Dialog,
    /// Where our requests go as long as nothing better is known: the proxy, or where theirs came from.
    pub(super) hop: Option<Hop>,
    /// What we offer and have offered.
    pub(super) local: Local,
    /// Our own RTP port, whatever others see.
    pub(super) rtp_port: u16,
    pub(super) mapping: Mapping,
    /// What is agreed.
    pub(super) media: Option<Negotiated>,
    /// The answer to their offer, for our 200.
    pub(super) answer: Unshown,
    /// An offer of ours has no answer yet (RFC 3264 §4).
    pub(super) offer_pending: bool,
    /// Our client transaction: the INVITE, a re-INVITE or the BYE.
    pub(super) client: Option<ClientId>,
    /// Their INVITE or re-INVITE that is not over.
    pub(super) server: Option<ServerId>,
    /// The CSeq number of our latest INVITE.
    pub(super) invite_cseq: u32,
    /// The early dialogs of our first INVITE.
    pub(super) early: EarlyDialogs,
    /// `Session Progress` was heard.
    pub(super) heard_183: bool,
    /// The provisional answers to their first INVITE.
    pub(super) provisional: Reliable,
    /// When the call began to stand, and the newest figures of its audio.
    pub(super) answered_at: Option<Instant>,
    pub(super) figures: Option<Statistics>,
    /// The person has answered, the 200 waits for a PRACK.
    pub(super) answer_wanted: bool,
    /// Challenges that PRACK or UPDATE has answered.
    pub(super) beside_attempts: Attempts,
    /// The session timer, and what our next 2xx says of it.
    pub(super) timer: SessionTimer,
    pub(super) grant: Option<Grant>,
    /// The description that we follow is another branch's: the one that answered has to say its own again.
    pub(super) description_stale: bool,
    /// A refresh is wanted as soon as nothing else is under way.
    pub(super) refresh_due: bool,
    /// The peer takes UPDATE, as its Allow says.
    pub(super) peer_updates: bool,
    /// Our UPDATE.
    pub(super) update: Option<ClientId>,
    /// Why we end it: the status in the Reason of our BYE or CANCEL; 0: none is told.
    pub(super) cause: u16,
    pub(super) modify: Modify,
    /// What the person wants, what the re-INVITE under way asks for, and what the far end agreed to.
    pub(super) hold_wanted: bool,
    pub(super) hold_asked: bool,
    pub(super) hold_agreed: bool,
    /// Nobody else may take the call from hold.
    pub(super) hold_private: bool,
    /// We only listen: nothing is ever sent.
    pub(super) listens: bool,
    /// The appearance of a shared line that it is on.
    pub(super) appearance: Option<u8>,
    /// Challenges that the current request has answered.
    pub(super) attempts: Attempts,
    pub(super) redirections: u8,
    /// The current request's way from server to server.
    pub(super) search: Search,
    /// The branch of the ACK to the last 2xx, and the CSeq that it acknowledges.
    pub(super) acknowledged: Option<(Branch, u32)>,
    pub(super) digits: DigitRelay,
    pub(super) inquiry: Inquiry,
    /// The far end is being sent elsewhere.
    pub(super) transfer: Option<Transfer>,
    /// Another call has taken its place: when to end it.
    pub(super) leave: Timer,
    pub(super) timers: Timers,
}

/// A description of ours. It may have a key in it, so it is not shown.
pub(super) struct Unshown(pub(super) Vec<u8, { limits::DESCRIPTION_BYTES }>);

impl fmt::Debug for Unshown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

/// What a session begins with.
pub(super) struct Setup {
    pub(super) extension: ExtensionId,
    pub(super) incoming: bool,
    pub(super) state: State,
    pub(super) peer: Party,
    pub(super) dialog: Dialog,
    pub(super) local: Local,
    pub(super) rtp_port: u16,
    pub(super) hop: Option<Hop>,
}

/// Our own changes to a session that stands (RFC 3261 §14.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Modify {
    /// None.
    Idle,
    /// A re-INVITE is under way.
    Sent,
    /// An UPDATE without an offer is under way.
    Refreshing,
    /// After 491, or while their INVITE is being served: it goes out when the timer says.
    Waiting,
}

/// The timers of a session; those of its transactions are elsewhere.
#[derive(Debug, Default)]
pub(super) struct Timers {
    /// Repeat our 2xx (§13.3.1.4).
    pub(super) repeat: Timer,
    pub(super) repeat_ms: u32,
    /// No ACK, or no final answer after CANCEL: give up.
    pub(super) give_up: Timer,
    /// Repeat our 180 (§13.3.1.1).
    pub(super) ringing: Timer,
    /// The INVITE's Expires.
    pub(super) expires: Timer,
    /// The next try of a re-INVITE.
    pub(super) modify: Timer,
}

impl Timers {
    pub(super) fn deadline(&self) -> Option<Instant> {
        earliest([self.repeat, self.give_up, self.ringing, self.expires, self.modify].map(Timer::due))
    }

    /// All that run while an INVITE of either side is unfinished.
    pub(super) const fn stop_call_setup(&mut self) {
        self.repeat.stop();
        self.give_up.stop();
        self.ringing.stop();
        self.expires.stop();
    }
}

impl Session {
    pub(super) fn new(setup: Setup) -> Self {
        Self {
            extension: setup.extension,
            incoming: setup.incoming,
            state: setup.state,
            anonymous: false,
            peer: setup.peer,
            summons: Summons::NONE,
            dialog: setup.dialog,
            hop: setup.hop,
            local: setup.local,
            rtp_port: setup.rtp_port,
            mapping: Mapping::NONE,
            media: None,
            answer: Unshown(Vec::new()),
            offer_pending: false,
            client: None,
            server: None,
            invite_cseq: 0,
            early: EarlyDialogs::new(),
            heard_183: false,
            provisional: Reliable::PLAIN,
            answered_at: None,
            figures: None,
            answer_wanted: false,
            beside_attempts: Attempts::new(),
            timer: SessionTimer::new(),
            grant: None,
            description_stale: false,
            refresh_due: false,
            peer_updates: false,
            update: None,
            cause: 0,
            modify: Modify::Idle,
            hold_wanted: false,
            hold_asked: false,
            hold_agreed: false,
            hold_private: false,
            listens: false,
            appearance: None,
            attempts: Attempts::new(),
            redirections: 0,
            search: Search::default(),
            acknowledged: None,
            digits: DigitRelay::default(),
            inquiry: Inquiry::default(),
            transfer: None,
            leave: Timer::OFF,
            timers: Timers::default(),
        }
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        let transfer = self.transfer.as_ref().and_then(|transfer| transfer.machine.deadline());
        let (provisional, refresh) = (self.provisional.deadline(), self.timer.deadline());
        let mapping = self.mapping.deadline();
        earliest([self.timers.deadline(), provisional, refresh, transfer, mapping, self.leave.due()])
    }

    /// Whether a peer's request belongs to the session, perhaps to an early dialog of our INVITE (RFC 3261
    /// §12.2.2).
    pub(super) fn has_request(&self, request: &Message<'_>) -> bool {
        let tag = request.from_tag();
        let early = || {
            let known = self.dialog.id();
            let call = request.call_id() == Some(known.call_id());
            let ours = request.to_tag() == Some(known.local_tag());
            call && ours && tag.is_some_and(|tag| self.early.is_known(tag))
        };
        self.dialog.id().has_request(request) || (self.is_calling() && early())
    }

    /// The CSeq of a peer's request in the session (RFC 3261 §12.2.2).
    pub(super) fn receive_cseq(&mut self, request: &Message<'_>) -> Sequence {
        let Some(number) = request.cseq().map(|cseq| cseq.number) else { return Sequence::OutOfOrder };
        let tag = request.from_tag().filter(|_| self.is_calling());
        match tag.and_then(|tag| self.early.find(tag)) {
            Some(early) => early.receive_cseq(number),
            None => self.dialog.receive_cseq(number),
        }
    }

    /// Whether our first INVITE has no 2xx yet.
    pub(super) fn is_calling(&self) -> bool {
        !self.incoming && self.dialog.stage() == Stage::Early
    }

    /// Keeps why the session ends, for the request that ends it.
    pub(super) const fn blame(&mut self, end: Option<EndReason>) {
        match end {
            Some(EndReason::Failed(status)) => self.cause = status,
            Some(EndReason::Lost) => self.cause = 408,
            Some(
                EndReason::Local | EndReason::Remote | EndReason::Cancelled | EndReason::AnsweredElsewhere,
            )
            | None => {}
        }
    }

    /// What the Reason of our BYE or CANCEL says, if anything.
    pub(super) fn reason(&self) -> Option<(u16, &'static str)> {
        let text = Status::new(self.cause).map(Status::reason)?;
        Some((self.cause, if self.cause == 200 { "Call completed elsewhere" } else { text }))
    }

    /// The CSeq of the next request; that of the one before once more for one that goes on to another server
    /// as it was, unless others have been sent meanwhile (§12.2.2).
    pub(super) fn next_cseq(&mut self, before: Option<u32>) -> u32 {
        let repeated = core::mem::take(&mut self.search.repeated);
        let latest = self.dialog.local_cseq().filter(|latest| repeated && before == Some(*latest));
        latest.unwrap_or_else(|| self.dialog.next_cseq(1))
    }

    /// Our tag in the dialog.
    pub(super) fn own_tag(&self) -> Tag {
        Vec::from_slice(self.dialog.id().local_tag()).unwrap_or_default()
    }

    pub(super) fn view(&self) -> SessionView<'_> {
        SessionView {
            extension: self.extension,
            incoming: self.incoming,
            peer_name: &self.peer.name,
            peer_number: &self.peer.number,
            anonymous: self.peer.anonymous,
            diverted_by: &self.summons.diverted_by,
            alert: &self.summons.alert,
            answer_after_s: self.summons.answer_after_s,
            on_hold: self.hold_wanted,
            appearance: self.summons.appearance,
            media: self.media.as_ref().filter(|_| self.state != State::Incoming).map(|media| SessionMedia {
                local_port: self.rtp_port,
                remote: media.remote,
                codec: media.codec,
                payload_type: media.payload_type,
                packet_ms: media.packet_ms,
                dtmf_payload_type: media.dtmf_payload_type,
                receive_dtmf_payload_type: media.receive_dtmf_payload_type,
                send: media.send,
                receive: media.receive,
                held_by_peer: media.held_by_peer,
                protected: media.keys.is_some(),
            }),
        }
    }
}
