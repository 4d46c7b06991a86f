//! RFC 8866 by example.

use std::format;
use std::string::String;

use crate::limits;
use crate::sdp::{Address, Description, Direction, Profile, SdpError};

const HEAD: &str = "v=0\r\no=alice 2890844526 7 IN IP4 host.example.com\r\ns=-\r\n";

fn parse(body: &str) -> Result<Description<'_>, SdpError> {
    Description::parse(body.as_bytes())
}

fn expected(body: &str) -> (&'static str, usize) {
    let error = parse(body).expect_err(body);
    (error.expected, error.at)
}

#[test]
fn rfc_8866_section_5_every_line_in_its_place() {
    let body = "v=0\r\no=jdoe 3724394400 3724394405 IN IP4 198.51.100.1\r\ns=Call to John\r\n\
        i=SDP Offer #1\r\nu=http://www.jdoe.example.com/home.html\r\ne=Jane Doe <jane@jdoe.example.com>\r\n\
        p=+1 617 555-6011\r\nc=IN IP4 198.51.100.1\r\nb=X-YZ:128\r\nt=0 0\r\nr=7d 1h 0 25h\r\n\
        z=0 0\r\nt=3724394400 3724398000\r\n\
        k=prompt\r\na=recvonly\r\nm=audio 49170/2 RTP/AVP 0 97\r\ni=The voice\r\nc=IN IP6 2001:db8::2\r\n\
        b=AS:64\r\nk=prompt\r\na=rtpmap:97 G726-32/8000/1\r\na=fmtp:97 x=1; y=2\r\na=ptime:30\r\n\
        a=maxptime:60.5\r\na=unknown\r\nm=video 0/2 RTP/SAVP 99\r\na=inactive\r\nm=audio 51372 udptl t38\r\n";
    let description = parse(body).unwrap();
    assert_eq!(description.origin.session_id, b"3724394400");
    assert_eq!(description.origin.version, b"3724394405");
    assert_eq!(description.times, b"t=0 0\r\nr=7d 1h 0 25h\r\nz=0 0\r\nt=3724394400 3724398000\r\n");
    let [audio, video, fax] = &description.media[..] else { panic!("{description:?}") };
    assert_eq!((audio.port, audio.profile(), audio.is_audio()), (49170, Profile::Avp, true));
    assert_eq!(audio.address, Some(Address::Unicast("2001:db8::2".parse().unwrap())));
    assert_eq!(audio.direction, Direction::RecvOnly, "the session's");
    assert_eq!((audio.packet_ms, audio.most_packet_ms), (Some(30), Some(60)));
    assert!(audio.payload_types().eq([0, 97]));
    let map = audio.rtpmap(97).unwrap();
    assert_eq!((map.encoding, map.clock_hz, map.channels), (&b"G726-32"[..], 8_000, 1));
    assert_eq!(audio.fmtp(97), Some(&b"x=1; y=2"[..]));
    assert_eq!((audio.rtpmap(0), audio.fmtp(0)), (None, None));
    assert_eq!(audio.attributes(b"unknown").collect::<std::vec::Vec<_>>(), [b""]);
    assert_eq!((video.port, video.profile(), video.direction), (0, Profile::Savp, Direction::Inactive));
    assert_eq!((fax.profile(), fax.direction), (Profile::Other, Direction::RecvOnly));
    assert_eq!(fax.address, Some(Address::Unicast("198.51.100.1".parse().unwrap())));
}

#[test]
fn what_peers_may_be_sloppy_with() {
    let tail = "c=IN IP4 192.0.2.1\nt=0 0\nm=audio 4000 RTP/AVP 0\na=rtpmap:x\na=ptime:0\na=sendonly";
    let body = format!("v=0\no=- 99999999999999999999 1 IN IP4 x\ns=\n{tail}");
    let description = parse(&body).unwrap();
    assert_eq!(description.media[0].direction, Direction::SendOnly);
    assert_eq!(description.media[0].packet_ms, None);
    assert!(parse(&format!("{body}\r\n\r\n")).is_ok(), "an empty line at the end");
}

#[test]
fn rfc_8866_section_5_lines_out_of_order() {
    let order = "the lines in the order of RFC 8866";
    assert_eq!(expected(&format!("{HEAD}t=0 0\r\nc=IN IP4 192.0.2.1\r\n")), (order, 63));
    assert_eq!(expected(&format!("{HEAD}t=0 0\r\ns=-\r\n")), (order, 63));
    assert_eq!(expected("v=0\r\nv=0\r\n"), (order, 5));
    let media = "t=0 0\r\nm=audio 0 RTP/AVP 0\r\na=sendrecv\r\n";
    assert_eq!(expected(&format!("{HEAD}{media}c=IN IP4 192.0.2.1\r\n")), (order, 96));
    assert_eq!(expected(&format!("{HEAD}{media}v=0\r\n")), ("a known type letter", 96));
    assert_eq!(expected(&format!("{HEAD}t=0 0\r\nx=1\r\n")), ("a known type letter", 63));
    assert_eq!(expected(&format!("{HEAD}r=7d 1h 0\r\n")), ("t=", 56));
}

#[test]
fn rfc_8866_section_5_lines_missing() {
    assert_eq!(expected(""), ("v=0", 0));
    assert_eq!(expected("o=- 1 1 IN IP4 x\r\n"), ("v=0", 0));
    assert_eq!(expected("v=0\r\ns=-\r\n"), ("o=", 5));
    assert_eq!(expected("v=0\r\no=- 1 1 IN IP4 x\r\nt=0 0\r\n"), ("s=", 23));
    assert_eq!(expected(HEAD), ("t=", 56));
    assert_eq!(expected(&format!("{HEAD}m=audio 0 RTP/AVP 0\r\n")), ("t=", 56));
    let no_address = format!("{HEAD}t=0 0\r\nm=audio 4000 RTP/AVP 0\r\n");
    assert_eq!(expected(&no_address), ("c= in the session or in the stream", 63));
}

#[test]
fn values_that_cannot_be_read() {
    assert_eq!(expected("v=1\r\n").0, "v=0");
    assert_eq!(expected("v=0\r\no=- 1 x IN IP4 h\r\n").0, "o= with six fields");
    assert_eq!(expected("v=0\r\no=- 1 1 IN IP4\r\n").0, "o= with six fields");
    assert_eq!(expected("v=0\r\nab\r\n"), ("a letter and =", 5));
    assert_eq!(expected("v=0\r\n\r\no=- 1 1 IN IP4 h\r\n"), ("a letter and =", 5));
    assert_eq!(expected("v=0\ro\n").0, "text without CR and NUL");
    assert_eq!(expected(&format!("{HEAD}c=IN IP4\r\n")).0, "c= with three fields");
    assert_eq!(expected(&format!("{HEAD}t=0\r\n")).0, "t= with two numbers");
    for media in ["audio 4000 RTP/AVP", "audio 65536 RTP/AVP 0", "audio x RTP/AVP 0", "audio", " 4 RTP/AVP 0"]
    {
        let body = format!("{HEAD}c=IN IP4 192.0.2.1\r\nt=0 0\r\nm={media}\r\n");
        assert_eq!(expected(&body).0, "m= with type, port, protocol, formats", "{media}");
    }
}

#[test]
fn rfc_8866_section_9_media_protocol_and_formats_are_tokens() {
    let read = |media: &[u8]| {
        let head = format!("{HEAD}c=IN IP4 192.0.2.1\r\nt=0 0\r\nm=");
        let body = [head.as_bytes(), media, b"\r\n"].concat();
        Description::parse(&body).map(|_| ()).map_err(|error| error.expected)
    };
    // A tab as the first format: an answer that repeats it has a line without formats.
    for media in [
        &b"video 4000 RTP/AVP \t 31"[..],
        b"video 4000 RTP/AV\xff 31",
        b"vid\x02o 4000 RTP/AVP 31",
        b"vid:eo 4000 RTP/AVP 31",
        b"video 4000 RTP//AVP 31",
        b"video 4000 /AVP 31",
        b"video 4000 RTP/ 31",
        b"video 4000 RTP/AVP 31 3/2",
        b"video 4000 RTP/AVP 31 \x7f",
        b"video 4000 RTP/AVP \t",
    ] {
        let error = Err("m= with type, port, protocol, formats");
        assert_eq!(read(media), error, "{}", media.escape_ascii());
    }
    for media in [
        "message 7394 TCP/TLS/MSRP *",
        "application 9 UDP/DTLS/SCTP webrtc-datachannel",
        "a 0 b !#$%&'*+-.^_`{|}~",
    ] {
        assert_eq!(read(media.as_bytes()), Ok(()), "{media}");
    }
}

#[test]
fn more_streams_than_we_keep_are_refused() {
    let mut body = format!("{HEAD}c=IN IP4 192.0.2.1\r\nt=0 0\r\n");
    body.push_str(&"m=audio 0 RTP/AVP 0\r\n".repeat(limits::MEDIA_LINES));
    assert_eq!(parse(&body).unwrap().media.len(), limits::MEDIA_LINES);
    body.push_str("m=audio 0 RTP/AVP 0\r\n");
    assert_eq!(expected(&body).0, "no more media streams");
}

#[test]
fn rfc_8866_section_5_7_addresses() {
    let read = |value: &str| -> String {
        let body = format!("{HEAD}t=0 0\r\nm=audio 4 RTP/AVP 0\r\nc={value}\r\n");
        format!("{:?}", parse(&body).map(|found| found.media[0].address))
    };
    assert_eq!(read("IN IP4 0.0.0.0"), "Ok(Some(Unicast(0.0.0.0)))");
    assert_eq!(read("IN IP4 233.252.0.1/127"), "Ok(Some(Multicast(233.252.0.1)))");
    assert_eq!(read("IN IP6 ff00::db8:0:101/3"), "Ok(Some(Multicast(ff00::db8:0:101)))");
    assert!(read("IN IP4 media.example.com").starts_with("Ok(Some(Name("));
    assert!(read("ATM NSAP 47.0091").starts_with("Ok(Some(Other("));
}
