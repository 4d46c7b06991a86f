use super::*;
use proptest::prelude::*;
use std::vec::Vec;

#[test]
fn rfc_3550_a_2_header_checks() {
    let report = [0x80, 201, 0, 1, 0, 0, 0, 7];
    let goodbye = [0x81, 203, 0, 1, 0, 0, 0, 7];
    let packets = |bytes: &[u8]| parse(bytes).map(Iterator::count);
    assert_eq!(packets(&report), Ok(1));
    assert_eq!(packets(&[report, goodbye].concat()), Ok(2));
    assert_eq!(packets(&goodbye), Err(ParseError::First));
    assert_eq!(packets(&[]), Err(ParseError::Length));
    assert_eq!(packets(&report[..7]), Err(ParseError::Length));
    assert_eq!(
        packets(&[0x81, 201, 0, 1, 0, 0, 0, 7]),
        Err(ParseError::Length),
        "a block announced, none there"
    );
    assert_eq!(packets(&[0x00, 201, 0, 1, 0, 0, 0, 7]), Err(ParseError::Version));
    let padded = [0xA0, 201, 0, 2, 0, 0, 0, 7, 0, 0, 0, 4];
    assert_eq!(packets(&padded), Ok(1));
    assert_eq!(
        packets(&[&padded[..], &goodbye].concat()),
        Err(ParseError::Padding),
        "only the last may be padded"
    );
    assert_eq!(packets(&[0xA0, 201, 0, 1, 0, 0, 0, 9]), Err(ParseError::Padding));
}

#[test]
fn a_goodbye_with_a_reason() {
    let bytes = [0x80, 201, 0, 1, 0, 0, 0, 7, 0x82, 203, 0, 3, 0, 0, 0, 7, 0, 0, 0, 8, 3, b'b', b'y', b'e'];
    let packets: Vec<_> = parse(&bytes).unwrap().collect();
    let Packet::Goodbye(goodbye) = packets[1] else { panic!("{packets:?}") };
    assert_eq!(goodbye.sources().collect::<Vec<_>>(), [7, 8]);
    assert_eq!(goodbye.reason, b"bye");
}

#[test]
fn two_chunks_and_an_unknown_packet() {
    let bytes = [
        &[0x80, 201, 0, 1, 0, 0, 0, 7][..],
        &[0x82, 202, 0, 5, 0, 0, 0, 1, 1, 1, b'a', 0, 0, 0, 0, 2, 2, 2, b'b', b'c', 0, 0, 0, 0],
        &[0x80, 204, 0, 0],
    ]
    .concat();
    let packets: Vec<_> = parse(&bytes).unwrap().collect();
    let Packet::SourceDescription(chunks) = packets[1] else { panic!("{packets:?}") };
    let items: Vec<_> = chunks.items().collect();
    assert_eq!(items, [(1, Item { kind: 1, text: b"a" }), (2, Item { kind: 2, text: b"bc" })]);
    assert_eq!(packets[2], Packet::Other(204));
}

proptest! {
    #[test]
    fn parse_undoes_compose(
        ssrc: u32, ntp: u64, timestamp: u32, packets: u32, octets: u32, fraction_lost: u8,
        lost in -0x80_0000i32..0x80_0000, highest: u32, jitter: u32, last_report: u32, delay: u32,
        about in prop::option::of(any::<u32>()), cname in "[a-z@]{1,40}",
        name in "\\PC{0,90}", tool in "[a-z]{0,9}",
    ) {
        let sent = Sent { ntp, timestamp, packets, octets };
        let block = Report { ssrc: 0, fraction_lost, lost, highest, jitter, last_report, delay };
        let report = about.map(|ssrc| Report { ssrc, ..block });
        let mut buffer = [0; 1024];
        let mut out = Compound::new(&mut buffer);
        out.sender_report(ssrc, &sent, report.as_ref());
        out.receiver_report(ssrc, report.as_ref());
        out.description(ssrc, &Description { cname: &cname, name: &name, tool: &tool });
        out.goodbye(ssrc);
        let length = out.finish().unwrap();
        prop_assert!(length.is_multiple_of(4));
        let seen: Vec<_> = parse(&buffer[..length]).unwrap().collect();
        let Packet::SenderReport { ssrc: by, sent: read, reports } = seen[0] else { panic!("{seen:?}") };
        prop_assert_eq!((by, read, reports.iter().next()), (ssrc, sent, report));
        let Packet::ReceiverReport { ssrc: by, reports } = seen[1] else { panic!("{seen:?}") };
        prop_assert_eq!((by, reports.iter().next()), (ssrc, report));
        let Packet::SourceDescription(chunks) = seen[2] else { panic!("{seen:?}") };
        let items: Vec<_> = chunks.items().map(|(_, item)| (item.kind, item.text)).collect();
        let name = (0..=name.len().min(255)).rev().find_map(|end| name.get(..end)).unwrap();
        let all = [(1, cname.as_bytes()), (2, name.as_bytes()), (6, tool.as_bytes())];
        let wanted: Vec<_> = all.into_iter().filter(|(_, text)| !text.is_empty()).collect();
        prop_assert_eq!(items, wanted);
        let Packet::Goodbye(goodbye) = seen[3] else { panic!("{seen:?}") };
        prop_assert_eq!(goodbye.sources().collect::<Vec<_>>(), [ssrc]);
        prop_assert_eq!(seen.len(), 4);
    }

    #[test]
    fn total_for_any_bytes(mut bytes in prop::collection::vec(any::<u8>(), 0..120)) {
        if let Some(first) = bytes.first_mut() {
            *first = 0x80 | (*first & 0x3F);
        }
        if let Some(kind) = bytes.get_mut(1) {
            *kind = 200 | (*kind & 3);
        }
        if let Ok(packets) = parse(&bytes) {
            for packet in packets {
                if let Packet::SourceDescription(chunks) = packet {
                    prop_assert!(chunks.items().count() <= bytes.len());
                }
            }
        }
    }
}
