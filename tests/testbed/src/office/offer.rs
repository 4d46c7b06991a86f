//! Session descriptions as the office's numbers write and read them (RFC 3264): one audio stream of G.711
//! and digits.

use super::media::{Audio, Stream};
use super::text::Text;
use std::net::{IpAddr, SocketAddr};

/// What a peer's description says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Description {
    pub(super) address: SocketAddr,
    pub(super) codecs: Vec<u8>,
    pub(super) digits: Option<u8>,
    pub(super) direction: Direction,
}

/// Which way audio flows, as the side that writes it sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Both ways.
    SendRecv,
    /// The other side is on hold.
    SendOnly,
    /// Held by the other side.
    RecvOnly,
    /// Neither way.
    Inactive,
}

impl Direction {
    const ALL: [(Self, &'static str); 4] = [
        (Self::SendRecv, "sendrecv"),
        (Self::SendOnly, "sendonly"),
        (Self::RecvOnly, "recvonly"),
        (Self::Inactive, "inactive"),
    ];

    /// Its attribute.
    #[must_use]
    pub fn token(self) -> &'static str {
        Self::ALL.iter().find(|(direction, _)| *direction == self).map_or("", |(_, token)| token)
    }

    /// RFC 3264 §6.1: what answers an offer of this direction when all is agreed to.
    pub(super) const fn answer(self) -> Self {
        match self {
            Self::SendRecv => Self::SendRecv,
            Self::SendOnly => Self::RecvOnly,
            Self::RecvOnly => Self::SendOnly,
            Self::Inactive => Self::Inactive,
        }
    }

    pub(super) const fn sends(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }
}

/// Reads a message's description; `None` without one, an error status when it is of no use.
pub(super) fn read(message: &Text) -> Option<Result<Description, u16>> {
    if message.body.is_empty() {
        return None;
    }
    if !message.first("Content-Type").is_some_and(|kind| kind.starts_with("application/sdp")) {
        return Some(Err(415));
    }
    Some(description(&String::from_utf8_lossy(&message.body)).ok_or(488))
}

fn description(body: &str) -> Option<Description> {
    let media = body.lines().find_map(|line| line.strip_prefix("m=audio "))?;
    let mut words = media.split_whitespace();
    let port: u16 = words.next()?.parse().ok()?;
    if words.next()? != "RTP/AVP" {
        return None;
    }
    let codecs: Vec<u8> =
        words.filter_map(|word| word.parse().ok()).filter(|codec| matches!(codec, 0 | 8)).collect();
    // A c= line of the media counts before that of the session: it is the later one.
    let host = body
        .lines()
        .filter_map(|line| line.strip_prefix("c=IN IP4 ").or(line.strip_prefix("c=IN IP6 ")))
        .next_back()?;
    let host: IpAddr = host.trim().parse().ok()?;
    let events =
        body.lines().find(|line| line.starts_with("a=rtpmap:") && line.contains("telephone-event/8000"));
    let digits = events.and_then(|line| line.strip_prefix("a=rtpmap:")?.split(' ').next()?.parse().ok());
    let attribute =
        |line: &str| Direction::ALL.into_iter().find(|(_, token)| line.strip_prefix("a=") == Some(token));
    let direction =
        body.lines().rev().find_map(attribute).map_or(Direction::SendRecv, |(direction, _)| direction);
    (port != 0 && !codecs.is_empty()).then_some(Description {
        address: SocketAddr::new(host, port),
        codecs,
        digits,
        direction,
    })
}

/// Writes a description of a stream: all codecs in an offer, the one in use and the peer's digits in an
/// answer.
pub(super) fn write(
    host: IpAddr,
    stream: &Stream,
    version: u32,
    direction: Direction,
    answer: bool,
) -> String {
    let family = if host.is_ipv4() { "IP4" } else { "IP6" };
    let mut codecs = if answer { vec![stream.payload] } else { vec![0, 8] };
    codecs.extend(if answer { stream.digits } else { Some(101) });
    let list: Vec<String> = codecs.iter().map(u8::to_string).collect();
    let mut text = format!(
        "v=0\r\no=office {} {version} IN {family} {host}\r\ns=-\r\nc=IN {family} {host}\r\nt=0 0\r\n\
         m=audio {} RTP/AVP {}\r\n",
        stream.port,
        stream.port,
        list.join(" ")
    );
    for codec in codecs {
        text.push_str(&match codec {
            0 => "a=rtpmap:0 PCMU/8000\r\n".to_owned(),
            8 => "a=rtpmap:8 PCMA/8000\r\n".to_owned(),
            other => format!("a=rtpmap:{other} telephone-event/8000\r\na=fmtp:{other} 0-15\r\n"),
        });
    }
    text.push_str(&format!("a=ptime:20\r\na={}\r\n", direction.token()));
    text
}

/// A stream takes up what a peer's description says; `direction` is ours now.
pub(super) fn agree(stream: &mut Stream, peer: &Description, direction: Direction) {
    stream.remote = (!peer.address.ip().is_unspecified()).then_some(peer.address);
    stream.payload = peer.codecs.first().copied().unwrap_or(0);
    stream.digits = peer.digits;
    stream.agreed = direction;
    stream.sending = direction.sends() && stream.remote.is_some() && stream.audio != Audio::Silence;
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFER: &str = "v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\n\
        m=audio 4000 RTP/AVP 18 8 0 97\r\na=rtpmap:97 telephone-event/8000\r\na=sendonly\r\n";

    #[test]
    fn an_offer_is_read_and_answered() {
        let peer = description(OFFER).unwrap();
        assert_eq!((peer.address, peer.codecs.as_slice()), ("10.0.0.1:4000".parse().unwrap(), &[8, 0][..]));
        assert_eq!((peer.digits, peer.direction.answer()), (Some(97), Direction::RecvOnly));
        let mut stream = Stream::new("600", 40_000, Audio::Echo, 1);
        agree(&mut stream, &peer, peer.direction.answer());
        assert!(!stream.sending);
        let text = write("10.0.0.100".parse().unwrap(), &stream, 1, Direction::RecvOnly, true);
        assert!(text.contains("m=audio 40000 RTP/AVP 8 97\r\n") && text.contains("a=recvonly\r\n"), "{text}");
        assert_eq!(description(&text).unwrap().codecs, [8]);
    }

    #[test]
    fn what_is_of_no_use() {
        assert_eq!(description(&OFFER.replace("RTP/AVP", "RTP/SAVP")), None);
        assert_eq!(description(&OFFER.replace(" 8 0 ", " ")), None);
        assert_eq!(description(&OFFER.replace("audio 4000", "audio 0")), None);
    }

    #[test]
    fn the_old_form_of_hold_stops_the_sound() {
        let peer = description(
            &OFFER.replace("sendonly", "sendrecv").replace("IP4 10.0.0.1\r\nt", "IP4 0.0.0.0\r\nt"),
        );
        let mut stream = Stream::new("601", 40_000, Audio::Tone { frequency_hz: 440 }, 1);
        agree(&mut stream, &peer.unwrap(), Direction::SendRecv);
        assert_eq!((stream.sending, stream.remote), (false, None));
    }
}
