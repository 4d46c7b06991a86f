//! The offer/answer model (RFC 3264) for a phone with one audio stream, as pure functions.

use core::net::{IpAddr, Ipv4Addr, SocketAddr};

use heapless::Vec;

use super::codec::{Codec, FIRST_DYNAMIC, Format, Formats, TELEPHONE_EVENT, TELEPHONE_EVENT_HZ};
use super::compose::{Content, Outgoing, Revision, Stream};
use super::description::{Address, Description, Direction, Media, Profile};
use super::keying::{Keying, Lines, MediaKeys};
use crate::base::bounded;
use crate::limits;

/// What we bring to a session.
///
/// The caller keeps one for each session, and after each exchange puts [`Outgoing::revision`] and, with
/// [`Local::follow`], the negotiated numbers into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Local {
    /// Where we receive media.
    pub address: SocketAddr,
    /// Our codecs in order of preference, with the payload types that we offer for them.
    pub formats: Formats,
    /// How much audio we want in a packet.
    pub packet_ms: u16,
    /// The payload type that we offer for RFC 4733 digits; `None`: we do not take them.
    pub dtmf_payload_type: Option<u8>,
    /// The encoding name of digits in our descriptions; empty: `telephone-event`.
    pub dtmf_name: heapless::String<31>,
    /// Our wish: `SendOnly` while we hold the peer.
    pub direction: Direction,
    /// The setting RFC 2543 Call Hold: an offer that holds also says `c=0.0.0.0` (in IPv4; IPv6 has no such
    /// form).
    pub hold_by_address: bool,
    /// The streams of the session so far; offers keep their number and order (RFC 3264 §8).
    pub slots: Slots,
    /// The numbers in `o=`.
    pub revision: Revision,
    /// Our keys of SRTP; `None`: plain RTP only.
    pub keying: Option<Keying>,
}

/// What a stream of the session is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Slot {
    /// The audio stream.
    Ours,
    /// One that was declined and stays so.
    Declined(MediaKind),
}

/// The streams of a session, in order.
pub type Slots = Vec<Slot, { limits::MEDIA_LINES }>;

/// The type of a stream that we declined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MediaKind {
    /// One more audio stream.
    Audio,
    /// Video.
    Video,
    /// Facsimile (T.38).
    Image,
    /// Anything else.
    Other,
}

/// What both sides agreed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Negotiated {
    /// Where we send to. Without meaning while `send` is false.
    pub remote: SocketAddr,
    /// The codec that we send.
    pub codec: Codec,
    /// The payload type that we send it with.
    pub payload_type: u8,
    /// How much audio we put into a packet.
    pub packet_ms: u16,
    /// The payload type that we send RFC 4733 digits with; `None`: the peer does not take them.
    pub dtmf_payload_type: Option<u8>,
    /// Whether we may send.
    pub send: bool,
    /// Whether the peer may send.
    pub receive: bool,
    /// Whether the peer has put us on hold (RFC 3264 §8.4).
    pub held_by_peer: bool,
    /// What the peer may send, under the numbers that it sends with.
    pub receive_formats: Formats,
    /// The payload type that the peer sends RFC 4733 digits with.
    pub receive_dtmf_payload_type: Option<u8>,
    /// The streams of the session, for our next offer.
    pub slots: Slots,
    /// The keys of both directions, if the stream is SRTP.
    pub keys: Option<MediaKeys>,
}

/// Why there is no session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// No audio stream is offered, or ours was declined.
    NoAudio,
    /// No audio stream over a transport that we take: plain RTP, or SRTP where it is wanted. A session that
    /// has SRTP keeps it.
    NoProfile,
    /// No audio stream with a key that we can use (RFC 4568 §5.1).
    NoKey,
    /// No audio stream at an address that we can send to.
    NoAddress,
    /// No codec that both sides have.
    NoCodec,
}

impl Local {
    /// One audio stream at an address, both ways, 20 ms a packet, without codecs; `session_id` is a random
    /// number.
    #[must_use]
    pub fn new(address: SocketAddr, session_id: u64) -> Self {
        let mut slots = Slots::new();
        // There is room for one stream at least.
        let _ = slots.push(Slot::Ours);
        Self {
            address,
            formats: Formats::new(),
            packet_ms: 20,
            dtmf_payload_type: None,
            dtmf_name: heapless::String::new(),
            direction: Direction::SendRecv,
            hold_by_address: false,
            slots,
            revision: Revision::new(session_id),
            keying: None,
        }
    }

    /// Takes over from an exchange what later offers must keep: the streams (RFC 3264 §8), and the payload
    /// types that the session has bound to codecs, which may not be bound to others (§8.3.2).
    pub fn follow(&mut self, negotiated: &Negotiated) {
        self.slots.clone_from(&negotiated.slots);
        if let Some(keying) = &mut self.keying {
            keying.follow(negotiated.keys.as_ref());
        }
        for format in &mut self.formats {
            let bound = negotiated.receive_formats.iter().find(|bound| bound.codec == format.codec);
            format.payload_type = bound.map_or(format.payload_type, |bound| bound.payload_type);
        }
        if self.dtmf_payload_type.is_some() && negotiated.receive_dtmf_payload_type.is_some() {
            self.dtmf_payload_type = negotiated.receive_dtmf_payload_type;
        }
    }
}

/// Our offer (RFC 3264 §5 and, in a session that stands, §8).
#[must_use]
pub fn offer(local: &Local) -> Outgoing<'static> {
    // The guide: the address form of hold is a setting, `a=sendonly` is there in any case.
    let hidden = local.hold_by_address && local.address.is_ipv4() && !local.direction.receives();
    let streams = local.slots.iter().map(|slot| match slot {
        Slot::Ours => Stream::Ours,
        Slot::Declined(kind) => kind.as_declined(),
    });
    let content = Content {
        address: local.address,
        hidden,
        // RFC 3264 §5: the call itself says when it begins and ends.
        times: b"t=0 0\r\n",
        formats: local.formats.clone(),
        dtmf_payload_type: local.dtmf_payload_type,
        dtmf_name: local.dtmf_name.clone(),
        packet_ms: local.packet_ms,
        direction: local.direction,
        streams: bounded::filled(streams),
        crypto: local
            .keying
            .as_ref()
            .filter(|keying| keying.offers())
            .map_or_else(Lines::new, Keying::offered),
    };
    Outgoing::new(content, local.revision)
}

/// Our answer (RFC 3264 §6), and what is agreed on with it.
///
/// The first stream that we can take is ours; all others are declined.
///
/// # Errors
/// When we can take none: the offer as a whole is refused (488).
pub fn answer<'a>(offer: &Description<'a>, local: &Local) -> Result<(Negotiated, Outgoing<'a>), Refusal> {
    let mut refusal = Refusal::NoAudio;
    let mut chosen = None;
    for (index, media) in offer.media.iter().enumerate() {
        let accepted = answered_keys(media, local)
            .and_then(|(crypto, keys)| Ok((crypto, Accepted { keys, ..acceptable(media, local)? })));
        match accepted {
            Ok((crypto, accepted)) => {
                chosen = Some((index, media, crypto, accepted));
                break;
            }
            // What came nearest is what a person should be told.
            Err(why) => refusal = refusal.max(why),
        }
    }
    let Some((chosen, media, crypto, accepted)) = chosen else { return Err(refusal) };
    let negotiated = Negotiated {
        slots: slots_of(offer, chosen),
        ..accepted.negotiated(media, local).ok_or(Refusal::NoCodec)?
    };
    let streams = offer.media.iter().enumerate().map(|(index, media)| {
        let format = media.formats().next().unwrap_or(b"0");
        let declined = Stream::Declined { kind: media.kind, protocol: media.protocol, format };
        if index == chosen { Stream::Ours } else { declined }
    });
    let content = Content {
        address: local.address,
        hidden: false,
        times: offer.times,
        formats: accepted.formats,
        dtmf_payload_type: accepted.dtmf_payload_type,
        dtmf_name: local.dtmf_name.clone(),
        packet_ms: local.packet_ms,
        direction: Direction::of(negotiated.send, negotiated.receive),
        streams: bounded::filled(streams),
        crypto,
    };
    Ok((negotiated, Outgoing::new(content, local.revision)))
}

impl Negotiated {
    /// What is agreed on by the answer to the offer that we made from `local` (RFC 3264 §7).
    ///
    /// # Errors
    /// When the peer declined our stream, or its answer has nothing that we can use.
    pub fn from_answer(local: &Local, answer: &Description<'_>) -> Result<Self, Refusal> {
        let index = local.slots.iter().position(|slot| *slot == Slot::Ours).ok_or(Refusal::NoAudio)?;
        let media = answer.media.get(index).ok_or(Refusal::NoAudio)?;
        let keys = agreed_keys(media, local)?;
        let accepted = Accepted { keys, ..acceptable(media, local)? };
        let negotiated = accepted.negotiated(media, local).ok_or(Refusal::NoCodec)?;
        // §5.1: the numbers in our offer are what we receive, those in the answer are what we send.
        let ours = local.formats.iter().filter(|format| accepted.has(format.codec));
        Ok(Self {
            receive_formats: bounded::filled(ours.copied()),
            receive_dtmf_payload_type: local
                .dtmf_payload_type
                .filter(|_| accepted.dtmf_payload_type.is_some()),
            slots: local.slots.clone(),
            ..negotiated
        })
    }
}

impl Refusal {
    /// The code for a Warning header field (RFC 3261 §20.43).
    #[must_use]
    pub const fn warning_code(self) -> u16 {
        match self {
            Self::NoAudio => 304,
            Self::NoProfile => 302,
            Self::NoKey => 399,
            Self::NoAddress => 301,
            Self::NoCodec => 305,
        }
    }

    /// The text that RFC 3261 §20.43 gives to that code.
    #[must_use]
    pub const fn warning_text(self) -> &'static str {
        match self {
            Self::NoAudio => "Media type not available",
            Self::NoProfile => "Incompatible transport protocol",
            Self::NoKey => "No usable SRTP key",
            Self::NoAddress => "Incompatible network address formats",
            Self::NoCodec => "Incompatible media format",
        }
    }
}

impl MediaKind {
    fn of(media: &Media<'_>) -> Self {
        match media.kind {
            b"audio" => Self::Audio,
            b"video" => Self::Video,
            b"image" => Self::Image,
            _ => Self::Other,
        }
    }

    /// A line for a stream that stays declined. Its old protocol and formats mean nothing any more (RFC 3264
    /// §8.2).
    const fn as_declined(self) -> Stream<'static> {
        let (kind, protocol, format): (&[u8], &[u8], &[u8]) = match self {
            Self::Audio => (b"audio", b"RTP/AVP", b"0"),
            Self::Video => (b"video", b"RTP/AVP", b"31"),
            Self::Image => (b"image", b"udptl", b"t38"),
            Self::Other => (b"application", b"RTP/AVP", b"96"),
        };
        Stream::Declined { kind, protocol, format }
    }
}

/// What a peer's stream and we have in common, under the peer's numbers and in its order.
struct Accepted {
    remote: SocketAddr,
    /// RFC 3264 §8.4: the address says that nothing may be sent there.
    silent: bool,
    formats: Formats,
    dtmf_payload_type: Option<u8>,
    keys: Option<MediaKeys>,
}

/// What the transport of an offer asks of our answer.
fn answered_keys(media: &Media<'_>, local: &Local) -> Result<(Lines, Option<MediaKeys>), Refusal> {
    is_wanted(media)?;
    match (media.profile(), &local.keying) {
        (Profile::Avp, keying) if keying.as_ref().is_none_or(|keying| keying.agreed().is_none()) => {
            Ok((Lines::new(), None))
        }
        (Profile::Savp, Some(keying)) => {
            let (line, keys) = keying.answer(media)?;
            Ok((bounded::filled([line]), Some(keys)))
        }
        (Profile::Avp | Profile::Savp | Profile::Other, _) => Err(Refusal::NoProfile),
    }
}

/// What the transport of an answer gives us: it is that of our offer (RFC 3264 §6.1).
fn agreed_keys(media: &Media<'_>, local: &Local) -> Result<Option<MediaKeys>, Refusal> {
    is_wanted(media)?;
    let keying = local.keying.as_ref().filter(|keying| keying.offers());
    match (media.profile(), keying) {
        (Profile::Avp, None) => Ok(None),
        (Profile::Savp, Some(keying)) => keying.take_answer(media).map(Some),
        (Profile::Avp | Profile::Savp | Profile::Other, _) => Err(Refusal::NoProfile),
    }
}

fn is_wanted(media: &Media<'_>) -> Result<(), Refusal> {
    if media.is_audio() && media.port != 0 { Ok(()) } else { Err(Refusal::NoAudio) }
}

fn acceptable(media: &Media<'_>, local: &Local) -> Result<Accepted, Refusal> {
    let ip = match media.address {
        Some(Address::Unicast(ip)) if ip.is_ipv4() == local.address.is_ipv4() => ip,
        // RFC 6157 §4.1: how IPv6 says what 0.0.0.0 says in IPv4.
        Some(Address::Name(name)) if is_nowhere(name) => nowhere(local),
        Some(Address::Unicast(_) | Address::Multicast(_) | Address::Name(_) | Address::Other(_)) | None => {
            return Err(Refusal::NoAddress);
        }
    };
    let mut accepted = Accepted {
        remote: SocketAddr::new(ip, media.port),
        silent: ip.is_unspecified(),
        formats: Formats::new(),
        dtmf_payload_type: None,
        keys: None,
    };
    for payload_type in media.payload_types() {
        match meaning(media, payload_type, local) {
            Some(Meaning::Codec(codec)) if local.formats.iter().any(|format| format.codec == codec) => {
                // A codec listed twice counts once; then all codecs that we have fit.
                if !accepted.has(codec) {
                    let _ = accepted.formats.push(Format { codec, payload_type });
                }
            }
            Some(Meaning::Digits) if local.dtmf_payload_type.is_some() => {
                accepted.dtmf_payload_type = accepted.dtmf_payload_type.or(Some(payload_type));
            }
            Some(Meaning::Codec(_) | Meaning::Digits) | None => {}
        }
    }
    // Digits alone are no conversation: telephone-event does not make a stream acceptable.
    if accepted.formats.is_empty() { Err(Refusal::NoCodec) } else { Ok(accepted) }
}

fn is_nowhere(name: &[u8]) -> bool {
    name.len()
        .checked_sub(8)
        .and_then(|at| name.get(at..))
        .is_some_and(|end| end.eq_ignore_ascii_case(b".invalid"))
}

const fn nowhere(local: &Local) -> IpAddr {
    match local.address {
        SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        SocketAddr::V6(_) => IpAddr::V6(core::net::Ipv6Addr::UNSPECIFIED),
    }
}

enum Meaning {
    Codec(Codec),
    Digits,
}

/// What a payload type stands for in a peer's stream.
fn meaning(media: &Media<'_>, payload_type: u8, local: &Local) -> Option<Meaning> {
    // The guide: names do not matter for static types.
    if payload_type < FIRST_DYNAMIC {
        return Codec::of_static(payload_type).map(Meaning::Codec);
    }
    let Some(map) = media.rtpmap(payload_type) else {
        // Some peers answer without repeating the mappings; then a number means what it means in ours.
        let ours = local.formats.iter().find(|format| format.payload_type == payload_type);
        let digits = (local.dtmf_payload_type == Some(payload_type)).then_some(Meaning::Digits);
        return ours.map(|format| Meaning::Codec(format.codec)).or(digits);
    };
    if map.channels != 1 {
        return None;
    }
    let is = |name: &str| map.encoding.eq_ignore_ascii_case(name.as_bytes());
    let is_digits = is(TELEPHONE_EVENT) || is(&local.dtmf_name);
    if is_digits && map.clock_hz == TELEPHONE_EVENT_HZ {
        return Some(Meaning::Digits);
    }
    Codec::of_name(map.encoding, map.clock_hz).map(Meaning::Codec)
}

impl Accepted {
    fn has(&self, codec: Codec) -> bool {
        self.formats.iter().any(|format| format.codec == codec)
    }

    fn negotiated(&self, media: &Media<'_>, local: &Local) -> Option<Negotiated> {
        // §6.1, §7: of what the peer lists, the first that we have.
        let best = self.formats.first()?;
        Some(Negotiated {
            remote: self.remote,
            codec: best.codec,
            payload_type: best.payload_type,
            packet_ms: packet_ms(media, local),
            dtmf_payload_type: self.dtmf_payload_type,
            send: local.direction.sends() && media.direction.receives() && !self.silent,
            receive: local.direction.receives() && media.direction.sends(),
            held_by_peer: self.silent || !media.direction.receives(),
            receive_formats: self.formats.clone(),
            receive_dtmf_payload_type: self.dtmf_payload_type,
            slots: Slots::new(),
            keys: self.keys.clone(),
        })
    }
}

/// What the peer wants in a packet, else what we want; in steps of 10 ms, within what the phone can do.
fn packet_ms(media: &Media<'_>, local: &Local) -> u16 {
    let wanted = media.packet_ms.unwrap_or(local.packet_ms);
    let most = media.most_packet_ms.unwrap_or(LONGEST_PACKET_MS).min(LONGEST_PACKET_MS);
    let steps = wanted.min(most) / PACKET_STEP_MS;
    steps.saturating_mul(PACKET_STEP_MS).max(PACKET_STEP_MS)
}

/// The setting RTP Packet Size: multiples of 10 ms up to 160 ms.
const PACKET_STEP_MS: u16 = 10;
const LONGEST_PACKET_MS: u16 = 160;

fn slots_of(offer: &Description<'_>, chosen: usize) -> Slots {
    let slots = offer.media.iter().enumerate();
    bounded::filled(slots.map(|(index, media)| {
        if index == chosen { Slot::Ours } else { Slot::Declined(MediaKind::of(media)) }
    }))
}
