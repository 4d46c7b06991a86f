//! RFC 3264 by example.

use std::format;
use std::string::String;

use super::{phone, text};
use crate::sdp::{Codec, Description, Direction, Format, Local, Negotiated, Refusal, Slot, answer, offer};

const HEAD: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";

fn answered(body: &str, local: &Local) -> Result<(Negotiated, String), Refusal> {
    let offer = Description::parse(body.as_bytes()).expect("a description");
    answer(&offer, local).map(|(negotiated, reply)| (negotiated, text(&reply)))
}

fn streams(streams: &str) -> Result<(Negotiated, String), Refusal> {
    answered(&format!("{HEAD}{streams}"), &phone("192.0.2.9:16384"))
}

#[test]
fn an_offer_as_it_goes_out() {
    let expected = "v=0\r\no=- 1000 1000 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n\
        m=audio 16384 RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n\
        a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n";
    assert_eq!(text(&offer(&phone("192.0.2.9:16384"))), expected);
    let six = text(&offer(&phone("[2001:db8::9]:16384")));
    assert!(six.contains("o=- 1000 1000 IN IP6 2001:db8::9\r\n") && six.contains("c=IN IP6 2001:db8::9\r\n"));
}

#[test]
fn rfc_3264_section_8_the_version_rises_with_each_change_only() {
    let mut local = phone("192.0.2.9:16384");
    let version_after = |local: &mut Local| {
        local.revision = offer(local).revision();
        local.revision.version
    };
    assert_eq!(version_after(&mut local), 1_000);
    assert_eq!(version_after(&mut local), 1_000, "the same again");
    local.direction = Direction::SendOnly;
    assert_eq!(version_after(&mut local), 1_001);
    local.direction = Direction::SendRecv;
    assert_eq!(version_after(&mut local), 1_002, "a change back is a change");
    assert_eq!(local.revision.session_id, 1_000);
}

#[test]
fn rfc_3264_section_8_4_hold_in_both_forms() {
    let mut local = phone("192.0.2.9:16384");
    local.direction = Direction::SendOnly;
    let modern = text(&offer(&local));
    assert!(modern.contains("c=IN IP4 192.0.2.9\r\n") && modern.ends_with("a=sendonly\r\n"));
    local.hold_by_address = true;
    let old = text(&offer(&local));
    assert!(old.contains("c=IN IP4 0.0.0.0\r\n") && old.ends_with("a=sendonly\r\n"));
    assert!(old.contains("o=- 1000 1000 IN IP4 192.0.2.9\r\n"));
    local.direction = Direction::SendRecv;
    assert!(text(&offer(&local)).contains("c=IN IP4 192.0.2.9\r\n"), "only while holding");
    let six = Local { direction: Direction::SendOnly, hold_by_address: true, ..phone("[2001:db8::9]:16384") };
    assert!(text(&offer(&six)).contains("c=IN IP6 2001:db8::9\r\n"), "IPv6 has no such form");
}

#[test]
fn rfc_3264_section_6_1_directions_are_mirrored() {
    let cases = [
        ("sendrecv", Direction::SendRecv, "sendrecv", false),
        ("sendonly", Direction::SendRecv, "recvonly", true),
        ("recvonly", Direction::SendRecv, "sendonly", false),
        ("inactive", Direction::SendRecv, "inactive", true),
        ("sendrecv", Direction::SendOnly, "sendonly", false),
        ("sendonly", Direction::SendOnly, "inactive", true),
        ("recvonly", Direction::SendOnly, "sendonly", false),
        ("inactive", Direction::SendOnly, "inactive", true),
    ];
    for (offered, direction, expected, held) in cases {
        let local = Local { direction, ..phone("192.0.2.9:16384") };
        let body = format!("{HEAD}m=audio 4000 RTP/AVP 0\r\na={offered}\r\n");
        let (negotiated, reply) = answered(&body, &local).unwrap();
        assert!(reply.ends_with(&format!("a={expected}\r\n")), "{offered}, {direction:?}: {reply}");
        assert_eq!(negotiated.held_by_peer, held, "{offered}");
        assert_eq!(Direction::of(negotiated.send, negotiated.receive).name(), expected);
    }
}

#[test]
fn rfc_3264_section_8_4_an_address_of_zeros_is_hold() {
    for address in ["IP4 0.0.0.0", "IP4 nowhere.INVALID"] {
        let (negotiated, reply) =
            streams(&format!("m=audio 4000 RTP/AVP 0\r\nc=IN {address}\r\na=sendrecv\r\n")).unwrap();
        assert!(negotiated.held_by_peer && !negotiated.send && negotiated.receive);
        assert!(reply.ends_with("a=recvonly\r\n"), "{reply}");
    }
}

#[test]
fn rfc_3264_section_6_all_streams_are_mirrored_and_one_is_taken() {
    let (negotiated, reply) = streams(
        "m=video 5000 RTP/AVP 31\r\nm=audio 4000 RTP/SAVP 0\r\nm=audio 4002 RTP/AVP 18 8 0 96\r\n\
         a=rtpmap:96 Telephone-Event/8000\r\na=ptime:30\r\nm=image 4006 udptl t38\r\n",
    )
    .unwrap();
    let lines = reply.lines().filter(|line| line.starts_with("m="));
    assert!(lines.eq([
        "m=video 0 RTP/AVP 31",
        "m=audio 0 RTP/SAVP 0",
        "m=audio 16384 RTP/AVP 8 0 96",
        "m=image 0 udptl t38"
    ]));
    assert_eq!(negotiated.remote, "192.0.2.1:4002".parse().unwrap());
    assert_eq!((negotiated.codec, negotiated.payload_type, negotiated.packet_ms), (Codec::Pcma, 8, 30));
    assert_eq!((negotiated.dtmf_payload_type, negotiated.receive_dtmf_payload_type), (Some(96), Some(96)));

    // §8: our next offer has as many streams, and the session's number for digits.
    let mut local = phone("192.0.2.9:16384");
    local.follow(&negotiated);
    assert_eq!(local.slots.iter().position(|slot| *slot == Slot::Ours), Some(2));
    let again = text(&offer(&local));
    assert_eq!(again.matches("m=").count(), 4);
    assert!(again.contains("m=video 0 RTP/AVP 31\r\n") && again.contains("m=image 0 udptl t38\r\n"));
    assert!(again.contains("m=audio 16384 RTP/AVP 0 8 96\r\n"), "{again}");
}

#[test]
fn the_answer_uses_the_numbers_of_the_offer() {
    let (negotiated, reply) =
        streams("m=audio 4000 RTP/AVP 97 98 99\r\na=rtpmap:98 pcma/8000\r\na=rtpmap:97 PCMU/16000\r\n")
            .unwrap();
    assert_eq!((negotiated.codec, negotiated.payload_type), (Codec::Pcma, 98));
    assert!(reply.contains("m=audio 16384 RTP/AVP 98\r\n") && reply.contains("a=rtpmap:98 PCMA/8000\r\n"));
    // Names do not matter for static types.
    let (negotiated, _) = streams("m=audio 4000 RTP/AVP 8\r\na=rtpmap:8 G729/8000\r\n").unwrap();
    assert_eq!(negotiated.codec, Codec::Pcma);
}

#[test]
fn what_is_refused_and_why() {
    let cases = [
        ("", Refusal::NoAudio, 304),
        ("m=video 5000 RTP/AVP 31\r\n", Refusal::NoAudio, 304),
        ("m=audio 0 RTP/AVP 0\r\n", Refusal::NoAudio, 304),
        ("m=audio 4000 RTP/SAVP 0\r\n", Refusal::NoProfile, 302),
        ("m=audio 4000 RTP/AVP 0\r\nc=IN IP6 2001:db8::1\r\n", Refusal::NoAddress, 301),
        ("m=audio 4000 RTP/AVP 0\r\nc=IN IP4 233.252.0.1/1\r\n", Refusal::NoAddress, 301),
        ("m=audio 4000 RTP/AVP 0\r\nc=IN IP4 media.example.com\r\n", Refusal::NoAddress, 301),
        ("m=audio 4000 RTP/AVP 18\r\nm=video 5000 RTP/AVP 31\r\n", Refusal::NoCodec, 305),
        // Digits alone are no conversation.
        ("m=audio 4000 RTP/AVP 101\r\na=rtpmap:101 telephone-event/8000\r\n", Refusal::NoCodec, 305),
    ];
    for (offered, refusal, code) in cases {
        assert_eq!(streams(offered).map(|(negotiated, _)| negotiated), Err(refusal), "{offered}");
        assert_eq!(refusal.warning_code(), code);
    }
}

fn from_answer(local: &Local, streams: &str) -> Result<Negotiated, Refusal> {
    let body = format!("{HEAD}{streams}");
    Negotiated::from_answer(local, &Description::parse(body.as_bytes()).expect("a description"))
}

#[test]
fn rfc_3264_section_7_the_answer_to_our_offer() {
    let mut local = phone("192.0.2.9:16384");
    local.formats[1] = Format { codec: Codec::Pcma, payload_type: 99 };
    let mapped =
        "m=audio 4000 RTP/AVP 110 96\r\na=rtpmap:110 PCMA/8000\r\na=rtpmap:96 telephone-event/8000\r\n";
    let found = from_answer(&local, mapped).unwrap();
    // §5.1: their numbers when we send, ours when we receive.
    assert_eq!((found.payload_type, found.dtmf_payload_type), (110, Some(96)));
    assert_eq!(found.receive_formats[..], [Format { codec: Codec::Pcma, payload_type: 99 }]);
    assert_eq!(found.receive_dtmf_payload_type, Some(101));
    // A peer that does not repeat the mappings means ours.
    let bare = from_answer(&local, "m=audio 4000 RTP/AVP 99 101\r\n").unwrap();
    assert_eq!((bare.codec, bare.dtmf_payload_type), (Codec::Pcma, Some(101)));
    assert_eq!(from_answer(&local, "m=audio 0 RTP/AVP 0\r\n"), Err(Refusal::NoAudio));
    assert_eq!(from_answer(&local, ""), Err(Refusal::NoAudio));
    assert_eq!(from_answer(&local, "m=audio 4000 RTP/AVP 3\r\n"), Err(Refusal::NoCodec));
}

#[test]
fn the_answer_to_our_hold() {
    let local = Local { direction: Direction::SendOnly, ..phone("192.0.2.9:16384") };
    let music = from_answer(&local, "m=audio 4000 RTP/AVP 0\r\na=recvonly\r\n").unwrap();
    assert!(music.send && !music.receive && !music.held_by_peer);
    let silence = from_answer(&local, "m=audio 4000 RTP/AVP 0\r\na=inactive\r\n").unwrap();
    assert!(!silence.send && !silence.receive && silence.held_by_peer);
}

#[test]
fn packets_as_long_as_the_peer_wants_and_we_can() {
    let cases = [("", 20), ("a=ptime:30\r\n", 30), ("a=ptime:25\r\n", 20), ("a=ptime:5\r\n", 10)];
    let bounded =
        [("a=ptime:400\r\n", 160), ("a=ptime:40\r\na=maxptime:20\r\n", 20), ("a=maxptime:10\r\n", 10)];
    for (attributes, expected) in cases.into_iter().chain(bounded) {
        let (negotiated, reply) = streams(&format!("m=audio 4000 RTP/AVP 0\r\n{attributes}")).unwrap();
        assert_eq!(negotiated.packet_ms, expected, "{attributes}");
        assert!(reply.contains("a=ptime:20\r\n"), "what we want to receive does not depend on it");
    }
}
