//! What can be read of the user agent's sessions and registrations at any time.

use core::net::SocketAddr;

use super::event::RegistrationState;
use super::ids::ExtensionId;
use crate::sdp::Codec;

/// One session as the layer above sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionView<'a> {
    /// The extension that calls or is called.
    pub extension: ExtensionId,
    /// Whether the other side called us.
    pub incoming: bool,
    /// The other side's display name, for a person to read; may be empty.
    pub peer_name: &'a str,
    /// The other side's number: the user part of its URI, or the host when there is no user part.
    pub peer_number: &'a str,
    /// Whether the other side does not want to be known. Its name is then a word for that, its number empty.
    pub anonymous: bool,
    /// The number of who diverted the call to us first; empty when nobody did, or is known to have done it.
    pub diverted_by: &'a str,
    /// The name of the ring that the caller's server asks for (Alert-Info); may be empty.
    pub alert: &'a str,
    /// The call is a page: it asks to be answered by itself after so many seconds.
    pub answer_after_s: Option<u16>,
    /// The appearance of a shared line that the caller's server names, from 1.
    pub appearance: Option<u8>,
    /// Whether we have put the other side on hold.
    pub on_hold: bool,
    /// Audio, once an offer has been answered (early media included).
    pub media: Option<SessionMedia>,
}

/// Where a session's audio goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionMedia {
    /// Our RTP port: even; RTCP is one above it.
    pub local_port: u16,
    /// The far end's RTP address.
    pub remote: SocketAddr,
    /// The codec of both directions.
    pub codec: Codec,
    /// The codec's payload type.
    pub payload_type: u8,
    /// Audio in one packet, milliseconds.
    pub packet_ms: u16,
    /// The payload type of telephone events (RFC 4733), if both sides speak them.
    pub dtmf_payload_type: Option<u8>,
    /// The payload type that the far end sends telephone events with.
    pub receive_dtmf_payload_type: Option<u8>,
    /// Whether we may send.
    pub send: bool,
    /// Whether the far end may send.
    pub receive: bool,
    /// The far end has put us on hold.
    pub held_by_peer: bool,
    /// Whether it is SRTP; [`super::UserAgent::media_keys`] lends the keys.
    pub protected: bool,
}

/// One extension's registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct RegistrationView {
    /// Where it stands.
    pub state: RegistrationState,
    /// What the registrar granted, seconds; 0 when not registered.
    pub expires_s: u32,
}
