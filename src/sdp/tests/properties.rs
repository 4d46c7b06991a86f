//! Offer/answer against a second, textual reading of RFC 3264 §6.

use std::collections::BTreeMap;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use proptest::prelude::*;

use super::{phone, text};
use crate::sdp::{Description, Direction, Format, Local, Negotiated, answer, offer};

/// One stream as plain text says it.
#[derive(Debug)]
struct Section<'a> {
    kind: &'a str,
    port: u16,
    protocol: &'a str,
    formats: Vec<&'a str>,
    direction: &'a str,
    maps: BTreeMap<&'a str, String>,
}

const DIRECTIONS: [&str; 4] = ["sendrecv", "sendonly", "recvonly", "inactive"];

/// Reads a description line by line, without the parser under test.
fn sections(body: &str) -> Vec<Section<'_>> {
    let mut found: Vec<Section<'_>> = Vec::new();
    let mut session = "sendrecv";
    for line in body.lines() {
        if let Some(media) = line.strip_prefix("m=") {
            let words: Vec<&str> = media.split(' ').collect();
            found.push(Section {
                kind: words[0],
                port: words[1].parse().expect("a port"),
                protocol: words[2],
                formats: words[3..].to_vec(),
                direction: session,
                maps: BTreeMap::new(),
            });
        } else if let Some(attribute) = line.strip_prefix("a=") {
            if DIRECTIONS.contains(&attribute) {
                *found.last_mut().map_or(&mut session, |section| &mut section.direction) = attribute;
            } else if let (Some(map), Some(section)) = (attribute.strip_prefix("rtpmap:"), found.last_mut()) {
                let (number, encoding) = map.split_once(' ').expect("a mapping");
                section.maps.insert(number, encoding.to_ascii_lowercase());
            }
        }
    }
    found
}

fn lines_of<'a>(body: &'a str, letter: &str) -> Vec<&'a str> {
    body.lines().filter(|line| line.starts_with(letter)).collect()
}

/// What RFC 3264 §6 and §6.1 demand of an answer.
fn check_answer(offered: &str, replied: &str) {
    assert_eq!(lines_of(offered, "t="), lines_of(replied, "t="), "the t= line MUST equal that of the offer");
    let (theirs, ours) = (sections(offered), sections(replied));
    assert_eq!(theirs.len(), ours.len(), "exactly the same number of m= lines");
    for (their, our) in theirs.iter().zip(&ours) {
        assert_eq!((their.kind, their.protocol), (our.kind, our.protocol), "type and transport match");
        assert!(!our.formats.is_empty(), "at least one format MUST be present");
        if their.port == 0 {
            assert_eq!(our.port, 0, "a stream with port zero MUST be answered with port zero");
        }
        if our.port == 0 {
            continue;
        }
        let allowed: &[&str] = match their.direction {
            "sendonly" => &["recvonly", "inactive"],
            "recvonly" => &["sendonly", "inactive"],
            "inactive" => &["inactive"],
            _ => &DIRECTIONS,
        };
        assert!(allowed.contains(&our.direction), "{} answered by {}", their.direction, our.direction);
        assert!(our.formats.iter().all(|format| their.formats.contains(format)), "formats are a subset");
        assert!(codecs_in_order(our, their), "the same relative order is RECOMMENDED");
        for format in our.formats.iter().filter(|format| format.parse::<u8>().unwrap_or(0) >= 96) {
            let map = our.maps.get(format).expect("dynamic types MUST be mapped");
            assert!(their.maps.get(format).is_none_or(|offered| offered == map), "{format} was {map}");
        }
        let audible = our
            .formats
            .iter()
            .any(|format| our.maps.get(format).is_none_or(|map| !map.starts_with("telephone-event")));
        assert!(audible, "telephone-event alone is no stream");
    }
    assert_eq!(ours.iter().filter(|our| our.port != 0).count(), 1, "a phone has one stream");
}

/// Digits stand last with us, wherever the peer has them; the order of codecs is what counts.
fn codecs_in_order(our: &Section<'_>, their: &Section<'_>) -> bool {
    let codecs = our
        .formats
        .iter()
        .filter(|format| our.maps.get(*format).is_none_or(|map| !map.starts_with("telephone-event")));
    let order = codecs.map(|format| their.formats.iter().position(|other| other == format));
    order.collect::<Vec<_>>().is_sorted_by_key(|place| *place)
}

fn any_direction() -> impl Strategy<Value = Direction> {
    prop::sample::select(
        [Direction::SendRecv, Direction::SendOnly, Direction::RecvOnly, Direction::Inactive].to_vec(),
    )
}

fn any_local() -> impl Strategy<Value = Local> {
    let formats = prop::sample::subsequence([Format::PCMU, Format::PCMA].to_vec(), 1..=2).prop_shuffle();
    let rest = (any_direction(), 1u16..=16, prop::option::of(96u8..=127), any::<bool>(), any::<bool>());
    (formats, rest).prop_map(|(formats, (direction, steps, digits, hold_by_address, six))| {
        let mut local = phone(if six { "[2001:db8::9]:16384" } else { "192.0.2.9:16384" });
        local.formats = formats.into_iter().collect();
        local.dtmf_payload_type = digits;
        Local { direction, packet_ms: steps.saturating_mul(10), hold_by_address, ..local }
    })
}

fn any_stream() -> impl Strategy<Value = String> {
    let numbers = ["0", "8", "3", "18", "96", "97", "101", "127"].to_vec();
    let names = ["PCMU/8000", "pcma/8000", "opus/48000/2", "telephone-event/8000", "G726-32/8000"].to_vec();
    let map = prop::option::weighted(0.8, prop::sample::select(names));
    let address = [
        "",
        "c=IN IP4 192.0.2.3\r\n",
        "c=IN IP4 0.0.0.0\r\n",
        "c=IN IP6 2001:db8::3\r\n",
        "c=IN IP4 a.example\r\n",
    ];
    (
        prop::sample::select(["audio", "audio", "audio", "video"].to_vec()),
        prop::sample::select([0u16, 4_000, 4_002].to_vec()),
        prop::sample::select(["RTP/AVP", "RTP/AVP", "RTP/SAVP", "udptl"].to_vec()),
        prop::sample::subsequence(numbers, 1..=6).prop_shuffle(),
        prop::collection::vec(map, 8),
        prop::sample::select(address.to_vec()),
        prop::option::of(any_direction()),
    )
        .prop_map(|(kind, port, protocol, formats, maps, address, direction)| {
            let mut stream = format!("m={kind} {port} {protocol} {}\r\n{address}", formats.join(" "));
            for (format, map) in
                formats.iter().zip(maps).filter(|(format, _)| format.len() > 1 && **format != "18")
            {
                stream.push_str(&map.map_or(String::new(), |map| format!("a=rtpmap:{format} {map}\r\n")));
            }
            stream + &direction.map_or(String::new(), |direction| format!("a={}\r\n", direction.name()))
        })
}

fn any_offer() -> impl Strategy<Value = String> {
    let streams = prop::collection::vec(any_stream(), 0..=4);
    (streams, prop::option::of(any_direction()), any::<bool>()).prop_map(|(streams, direction, bare)| {
        let head = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";
        let direction = direction.map_or(String::new(), |direction| format!("a={}\r\n", direction.name()));
        let whole = head.to_string() + &direction + &streams.concat();
        if bare { whole.replace("\r\n", "\n") } else { whole }
    })
}

proptest! {
    #[test]
    fn an_answer_keeps_to_rfc_3264_section_6(offered in any_offer(), local in any_local()) {
        let description = Description::parse(offered.as_bytes()).expect("a description");
        if let Ok((negotiated, reply)) = answer(&description, &local) {
            let reply = text(&reply);
            check_answer(&offered, &reply);
            let read = Description::parse(reply.as_bytes()).expect("our own answer");
            let place = read.media.iter().position(|media| media.port != 0).expect("our stream");
            let ours = &read.media[place];
            prop_assert_eq!(Direction::of(negotiated.send, negotiated.receive), ours.direction);
            prop_assert!(!(negotiated.send && negotiated.remote.ip().is_unspecified()));
            prop_assert!(ours.payload_types().any(|number| number == negotiated.payload_type));
        }
    }

    #[test]
    fn an_offer_reads_as_it_was_meant(local in any_local()) {
        let body = text(&offer(&local));
        let read = Description::parse(body.as_bytes()).expect("our own offer");
        let media = &read.media[0];
        prop_assert_eq!(media.port, local.address.port());
        prop_assert_eq!(media.direction, local.direction);
        prop_assert_eq!(media.packet_ms, Some(local.packet_ms));
        let numbers = local.formats.iter().map(|format| format.payload_type).chain(local.dtmf_payload_type);
        prop_assert!(media.payload_types().eq(numbers.clone()));
        prop_assert!(numbers.into_iter().all(|number| media.rtpmap(number).is_some()));
    }

    #[test]
    fn both_sides_agree(ours in any_local(), theirs in any_local()) {
        let body = text(&offer(&ours));
        let description = Description::parse(body.as_bytes()).expect("an offer");
        let Ok((there, reply)) = answer(&description, &theirs) else {
            let common = ours.formats.iter().any(|format| theirs.formats.contains(format));
            prop_assert!(!common || ours.address.is_ipv4() != theirs.address.is_ipv4());
            return Ok(());
        };
        let reply = text(&reply);
        check_answer(&body, &reply);
        let here = Negotiated::from_answer(&ours, &Description::parse(reply.as_bytes()).expect("an answer"))
            .expect("an answer is acceptable to whom it is given");
        prop_assert_eq!((here.send, here.receive), (there.receive, there.send));
        prop_assert_eq!(here.codec, there.codec);
        let hears = |format: &Format, side: &Negotiated| side.receive_formats.contains(format);
        let sent = Format { codec: here.codec, payload_type: here.payload_type };
        prop_assert!(hears(&sent, &there));
        let sent = Format { codec: there.codec, payload_type: there.payload_type };
        prop_assert!(hears(&sent, &here));
        prop_assert_eq!(here.dtmf_payload_type, there.receive_dtmf_payload_type);
        prop_assert_eq!(there.dtmf_payload_type, here.receive_dtmf_payload_type);
        prop_assert_eq!(here.remote, theirs.address);
    }

    #[test]
    fn any_bytes_are_read_or_refused(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        cut in 0usize..400,
    ) {
        let _ = Description::parse(&bytes);
        let body = text(&offer(&phone("192.0.2.9:16384")));
        let mut spoiled = body.into_bytes();
        let at = cut.min(spoiled.len());
        spoiled.splice(at..at, bytes.iter().copied().take(3));
        if let Err(error) = Description::parse(&spoiled) {
            prop_assert!(error.at <= spoiled.len());
        }
    }
}
