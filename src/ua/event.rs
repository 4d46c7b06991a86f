//! What the user agent tells the layer above.

pub use super::subscription::Standing;

use super::command::Package;
use super::ids::{ExtensionId, SessionId};
use crate::limits;
use crate::rtp::telephone_event::Digit;
use crate::sip::message_summary::MessageCount;
use crate::sip::watched::CallStage;

/// Something happened. Details are levels: read [`super::UserAgent::session`] and
/// [`super::UserAgent::registration`] when the event comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// An extension's registration state changed.
    Registration(ExtensionId),
    /// Somebody calls. Answer with `Ring`, `Answer` or `Refuse`; until then the caller hears nothing but 100.
    Incoming(SessionId),
    /// A provisional response to our call: the far end rings (180) or the network says something (183).
    Progress {
        /// The outgoing session.
        session: SessionId,
        /// 101 to 199.
        status: u16,
        /// A session description came along: there may be sound from the network already (RFC 3960).
        early_media: bool,
    },
    /// Our call was answered, or the answer to theirs was acknowledged. Media flows as the session says.
    Answered(SessionId),
    /// The session's media changed: hold, resume, another address or codec.
    Media(SessionId),
    /// The other side is, or is shown as, somebody else now: the call was transferred or picked up.
    Party(SessionId),
    /// The far end pressed a key and told it in an INFO request.
    Digit {
        /// The session.
        session: SessionId,
        /// The key.
        digit: Digit,
        /// How long it was held.
        duration_ms: u16,
    },
    /// The far end asks something that is not the user agent's to answer: read
    /// [`super::UserAgent::letter`] and answer with [`super::Command::Reply`].
    Asked {
        /// The session.
        session: SessionId,
    },
    /// The answer to [`super::Command::Ask`]; its body is [`super::UserAgent::letter`].
    Replied {
        /// The session.
        session: SessionId,
        /// 200 to 699; 408 when nobody answered.
        status: u16,
    },
    /// A hold or resume that we asked for failed with this status; the session is as it was before.
    MediaFailed {
        /// The session.
        session: SessionId,
        /// 300 to 699; 408 when nobody answered.
        status: u16,
    },
    /// The server's clock says so; at most once a minute. The better source is a time server.
    Clock {
        /// Seconds since 1970, UTC.
        unix_seconds: u64,
    },
    /// The session is over; its name is void.
    Ended {
        /// The session.
        session: SessionId,
        /// Why.
        reason: EndReason,
    },
    /// What the extension's mailbox holds (RFC 3842), told by its server, asked or unasked.
    MessageWaiting {
        /// The extension.
        extension: ExtensionId,
        /// Whether new messages wait.
        waiting: bool,
        /// How many voice messages there are, if the server counts them.
        voice: Option<MessageCount>,
    },
    /// A server asks the phone to do something; it has shown that it may when `Auth Resync-Reboot` is on.
    Service {
        /// The extension whose server it is.
        extension: ExtensionId,
        /// What it wants.
        service: Service,
    },
    /// How a notifier stands to a subscription of ours.
    Subscribed {
        /// The extension that subscribed.
        extension: ExtensionId,
        /// To what.
        package: Package,
        /// How it stands.
        standing: Standing,
    },
    /// The states of a shared line's appearances, by index from 1; `None`: as it was. Those beyond the line
    /// keys of the phone are not told.
    SharedLine {
        /// The extension whose line it is.
        extension: ExtensionId,
        /// All of one notification.
        appearances: [Option<AppearanceState>; limits::LINE_KEYS],
    },
    /// An appearance of a shared line is ours to call on.
    Seized {
        /// The extension whose line it is.
        extension: ExtensionId,
        /// The index that was asked for.
        asked: u8,
        /// The index that was given.
        index: u8,
    },
    /// A list of all calls of somebody who is watched begins: those that it does not name are over.
    WatchedAnew {
        /// The extension that watches.
        extension: ExtensionId,
        /// The number in [`Package::Dialog`].
        place: u8,
    },
    /// A call of somebody who is watched.
    Watched {
        /// The extension that watches.
        extension: ExtensionId,
        /// The number in [`Package::Dialog`].
        place: u8,
        /// Names the call among those of the subscription.
        call: u32,
        /// Where it stands.
        state: CallStage,
    },
    /// How a transfer of ours ended. Below 300 the far end is gone to the other, or on its way, and the call
    /// ends; else the call is as it was.
    Transferred {
        /// The call whose far end was sent.
        session: SessionId,
        /// What the far end met there, or its answer to our wish.
        status: u16,
    },
    /// The far end sends us elsewhere, and we call there. When that fails, `Replaced` gives this call back;
    /// when it is answered, the user agent ends this one.
    Referred {
        /// The call that is left.
        session: SessionId,
        /// The new one.
        by: SessionId,
    },
    /// The call goes on as another one: somebody took the far end's place in it (RFC 3891), or we were sent
    /// elsewhere in vain. The user agent ends the old one.
    Replaced {
        /// The call that was there.
        session: SessionId,
        /// The call that it is now; answered, or about to be.
        by: SessionId,
    },
    /// A server wants the call answered, or taken back from hold (`Talk Package`).
    Talk(SessionId),
    /// A server wants the far end put on hold (`Hold Package`).
    Hold(SessionId),
}

/// The state of one appearance of a shared line, as its server tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AppearanceState {
    /// Nobody uses it.
    Idle,
    /// Somebody is about to call.
    Seized,
    /// Somebody calls.
    Progressing,
    /// Somebody is called.
    Alerting,
    /// A conversation.
    Active,
    /// A conversation on hold that anybody may take.
    Held,
    /// A conversation on hold that only its own phone may take.
    HeldPrivate,
    /// A conversation that others have joined.
    BridgeActive,
    /// The same, on hold.
    BridgeHeld,
    /// Some state that this phone does not know: in use.
    Other,
}

impl AppearanceState {
    /// The state of this name.
    pub(super) fn of(name: &[u8]) -> Self {
        match name {
            b"idle" => Self::Idle,
            b"seized" => Self::Seized,
            b"progressing" => Self::Progressing,
            b"alerting" => Self::Alerting,
            b"active" => Self::Active,
            b"held" => Self::Held,
            b"held-private" => Self::HeldPrivate,
            b"bridge-active" => Self::BridgeActive,
            b"bridge-held" => Self::BridgeHeld,
            _ => Self::Other,
        }
    }
}

/// What a server may ask a phone to do, by NOTIFY.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Fetch the profile (`resync`, `check-sync`).
    Resync,
    /// Start from cold (`reboot`).
    Reboot,
    /// Start from warm (`restart_now`).
    Restart,
    /// Send the report (`report`).
    Report,
}

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// We ended it.
    Local,
    /// The far end hung up (BYE).
    Remote,
    /// The caller gave up before we answered (CANCEL).
    Cancelled,
    /// The caller gave up because another phone answered (RFC 3326): no missed call.
    AnsweredElsewhere,
    /// Our call failed with this final status; 408 for no answer at all, 503 for an unreachable network.
    Failed(u16),
    /// Nobody acknowledged our answer, or the session's dialog is gone at the far end (481).
    Lost,
}

/// Where an extension stands with its registrar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum RegistrationState {
    /// Not asked to register: disabled, `Register` off, or unregistered.
    #[default]
    Off,
    /// A REGISTER is under way and none has succeeded yet.
    Registering,
    /// The registrar holds our binding.
    Registered,
    /// The last attempt failed with this status (408 for no answer); a retry may be scheduled.
    Failed(u16),
}

impl RegistrationState {
    /// The state in one lower-case word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Registering => "registering",
            Self::Registered => "registered",
            Self::Failed(_) => "failed",
        }
    }
}
