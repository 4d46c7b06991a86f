//! What the layer above asks of the user agent.

use super::ids::{ExtensionId, SessionId};
use crate::rtp::telephone_event::Digit;
use crate::sdp::Codec;

/// One wish. The user agent turns it into whatever SIP requires in the session's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command<'a> {
    /// Register the extension now, and keep it registered (RFC 3261 §10.2).
    Register(ExtensionId),
    /// Remove the extension's binding and stop registering (RFC 3261 §10.2.2).
    Unregister(ExtensionId),
    /// Call somebody. The outcome names the new session.
    Invite(Invite<'a>),
    /// The same, and ask the called party's phone to answer by itself (Call-Info, `answer-after=0`).
    Page(Invite<'a>),
    /// Call a server only to listen to it: our offer is `a=recvonly`, and whoever answers does not send us
    /// elsewhere. Refused also when there is not room for a call of the person's beside it.
    Listen {
        /// The extension that calls.
        extension: ExtensionId,
        /// Whom, as in [`Invite::target`].
        target: &'a str,
    },
    /// Tell the caller that the phone rings: 180.
    Ring(SessionId),
    /// Answer an incoming call: 200 with our session description.
    Answer(SessionId),
    /// Turn an incoming call down with a final status, 300 to 699.
    Refuse {
        /// The incoming session.
        session: SessionId,
        /// The status, for example 486 (Busy Here) or 302.
        status: u16,
        /// Where the caller should try instead: the Contact of a 3xx, a user part or a whole URI.
        contact: Option<&'a str>,
    },
    /// End the session, whatever its state: CANCEL, BYE, or 487 to a call not yet answered.
    End(SessionId),
    /// Put the far end on hold (RFC 3264 §8.4).
    Hold(SessionId),
    /// Put the far end of a call on a shared line on hold, so that no other station can take it.
    HoldPrivately(SessionId),
    /// A call that comes in shows on this appearance of a shared line: its 200 and all its requests say so.
    Appear {
        /// The incoming session.
        session: SessionId,
        /// The appearance, from 1.
        index: u8,
    },
    /// Take the far end back from hold.
    Resume(SessionId),
    /// Send a key in an INFO request; further ones wait for the answer to it.
    SendDigit {
        /// A session that is answered.
        session: SessionId,
        /// The key.
        digit: Digit,
        /// How long it was held.
        duration_ms: u16,
    },
    /// Ask the far end something in an INFO request; [`super::Event::Replied`] brings the answer. One
    /// question at a time.
    Ask {
        /// A session that is answered.
        session: SessionId,
        /// What is asked, at most [`crate::limits::LETTER_BYTES`].
        body: &'a [u8],
    },
    /// Answer what the far end has asked ([`super::Event::Asked`]).
    Reply {
        /// The session.
        session: SessionId,
        /// 200 to 699.
        status: u16,
        /// The answer; may be empty.
        body: &'a [u8],
    },
    /// Keep being told of something (RFC 6665); [`super::Event::Subscribed`] tells how it stands. Mailboxes
    /// need no command.
    Subscribe {
        /// The extension that asks.
        extension: ExtensionId,
        /// What it is about.
        package: Package,
        /// Whom it is about, as in [`Invite::target`]; empty: the extension's own address.
        target: &'a str,
    },
    /// Send the far end to somebody else (RFC 3515); [`super::Event::Transferred`] tells how it went.
    Transfer {
        /// A session that is answered.
        session: SessionId,
        /// To whom, as in [`Invite::target`].
        target: &'a str,
    },
    /// Send the far end to that of another call, in our place there (RFC 3891).
    TransferTo {
        /// A session that is answered.
        session: SessionId,
        /// Another one.
        other: SessionId,
    },
    /// Send the far end to the conference that another call is with: to its Contact, if that is a focus
    /// (RFC 4579 §5.5), else to where we called.
    TransferInto {
        /// A session that is answered.
        session: SessionId,
        /// The call with the conference.
        bridge: SessionId,
    },
    /// Not any more.
    Unsubscribe {
        /// The extension that asked.
        extension: ExtensionId,
        /// What it was about.
        package: Package,
    },
}

/// What a subscription is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Package {
    /// A mailbox (RFC 3842).
    MessageSummary,
    /// The appearances of a shared line.
    CallInfo,
    /// The right to call on one appearance of a shared line, by its index; 0 lets the server choose.
    LineSeize(u8),
    /// Somebody's calls (RFC 4235); the number is the caller's own, to tell several of them apart.
    Dialog(u8),
}

/// A call to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invite<'a> {
    /// The extension that calls.
    pub extension: ExtensionId,
    /// Whom: a user part (`5551234`, completed with the extension's proxy), `user@host`, or a whole
    /// `sip:`, `sips:` or `tel:` URI. Empty: the shared line itself, to take over the call that is on its
    /// appearance.
    pub target: &'a str,
    /// Hide our identity from the called party (RFC 3323 §4.1, RFC 3325 §9.3).
    pub anonymous: bool,
    /// A codec for this call alone.
    pub codecs: Option<CodecChoice>,
    /// Whether this call offers SRTP, and nothing else; `None`: as [`super::Settings::srtp`] says. With
    /// [`super::Srtp::Off`] no call does.
    pub secure: Option<bool>,
    /// The appearance of a shared line that the call is on, from 1; every request of it says so.
    pub appearance: Option<u8>,
}

/// `Outbound Call Codec Selection Codes`: a codec for one call, enabled otherwise or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodecChoice {
    /// The first in our offer (`*017110` and its like).
    Prefer(Codec),
    /// The only one in our offer (`*027110` and its like).
    Force(Codec),
}

/// What came of an input, for whoever gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Outcome {
    /// Done, or under way; events tell the rest.
    Done,
    /// A new outgoing session.
    Session(SessionId),
    /// Not done, and nothing changed.
    Refused(Refusal),
}

/// Why a command was not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No free session or transaction, or too many digits wait; see `limits`.
    Full,
    /// The host has not given an address yet, or took it back.
    NoNetwork,
    /// The extension is disabled or has no user id or no proxy.
    NoAccount,
    /// The extension is not registered and `Make Call Without Reg` is off.
    NotRegistered,
    /// The target is not a user part or URI that can be called, or too long.
    BadTarget,
    /// No such session, or it has ended.
    NoSession,
    /// The session's state does not allow it; for example holding a call that is not answered.
    WrongState,
}
