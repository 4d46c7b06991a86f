use super::*;
use crate::base::Writer;
use crate::stun::compose;
use std::vec::Vec;

/// RFC 5769 §2.1 to §2.4.
const REQUEST: &str = "\
    000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74\
    002400046e0001ff80290008932ff9b151263b36000600096576746a3a6836765920202000080014\
    9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf";
const RESPONSE_V4: &str = "\
    0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f722000200008\
    0001a147e112a643000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96";
const RESPONSE_V6: &str = "\
    010100482112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f722000200014\
    0002a1470113a9faa5d3f179bc25f4b5bed2b9d900080014a382954e4be67bf11784c97c8292c275\
    bfe3ed4180280004c8fb0b4c";
const LONG_TERM: &str = "\
    000100602112a44278ad3433c6ad72c029da412e00060012e3839ee38388e383aae38383e382afe3\
    82b900000015001c662f2f3439396b39353464364f4c33346f4c394653547679363473410014000b\
    6578616d706c652e6f72670000080014f67024656dd64a3e02b8e0712e85c9a28ca89666";

fn bytes(hex: &str) -> Vec<u8> {
    let digit = |digit: &u8| u8::try_from(char::from(*digit).to_digit(16).unwrap()).unwrap();
    hex.as_bytes().chunks(2).map(|pair| digit(&pair[0]) << 4 | digit(&pair[1])).collect()
}

#[test]
fn rfc5769_2_1_a_request() {
    let bytes = bytes(REQUEST);
    let message = Message::parse(&bytes).unwrap();
    assert_eq!(message.class(), Class::Request);
    assert_eq!(message.transaction(), TransactionId::from_words([0xB7E7_A701, 0xBC34_D686, 0xFA87_DFAE]));
    assert!(message.has_fingerprint());
    assert_eq!(message.attribute(0x0006), Some(&b"evtj:h6vY"[..]), "USERNAME without its padding");
    assert_eq!(
        message.attributes().map(|(kind, _)| kind).collect::<Vec<_>>(),
        [0x8022, 0x0024, 0x8029, 0x0006, 0x0008, 0x8028]
    );
    assert!(message.has_unknown_required(), "PRIORITY is for ICE");
}

#[test]
fn rfc5769_2_2_and_2_3_responses() {
    for (text, seen) in
        [(RESPONSE_V4, "192.0.2.1:32853"), (RESPONSE_V6, "[2001:db8:1234:5678:11:2233:4455:6677]:32853")]
    {
        let bytes = bytes(text);
        let message = Message::parse(&bytes).unwrap();
        assert_eq!(message.class(), Class::Success);
        assert_eq!(message.mapped_address(), seen.parse().ok());
        assert!(message.has_fingerprint() && !message.has_unknown_required());
        assert_eq!(message.attribute(0x8022), Some(&b"test vector"[..]));
    }
}

#[test]
fn rfc5769_2_4_a_request_with_credentials() {
    let bytes = bytes(LONG_TERM);
    let message = Message::parse(&bytes).unwrap();
    assert_eq!((message.class(), message.has_fingerprint()), (Class::Request, false));
    assert_eq!(message.attribute(0x0014), Some(&b"example.org"[..]));
    assert_eq!(message.attribute(0x0015), Some(&b"f//499k954d6OL34oL9FSTvy64sA"[..]));
}

#[test]
fn rfc8489_14_7_a_changed_byte_does_not_fit_the_fingerprint() {
    let whole = bytes(RESPONSE_V4);
    for at in HEADER_BYTES..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 0x40;
        assert_ne!(Message::parse(&changed), Message::parse(&whole), "byte {at}");
    }
    let mut changed = whole.clone();
    changed[41] ^= 1;
    assert_eq!(Message::parse(&changed), Err(StunError::Fingerprint));
}

#[test]
fn what_is_cut_off_is_refused_by_name() {
    let whole = bytes(RESPONSE_V4);
    for length in 0..whole.len() {
        let error = Message::parse(&whole[..length]).unwrap_err();
        let expected = if length < HEADER_BYTES { StunError::NotStun } else { StunError::Length };
        assert_eq!(error, expected, "{length}");
    }
    let mut long = whole.clone();
    long[23] = 0xFF;
    assert_eq!(Message::parse(&long), Err(StunError::Attribute(20)));
    let mut other = whole.clone();
    other[1] = 0x03;
    assert_eq!(Message::parse(&other), Err(StunError::Method(3)));
    assert!(!is_stun(b"SIP/2.0 200 OK\r\n") && !is_stun(b"\x80\0\0\0\x21\x12\xA4\x42"));
}

#[test]
fn rfc8489_14_8_errors_have_numbers() {
    let answer = |code: [u8; 4]| {
        let mut message = bytes("011100082112a44200000000000000000000000000090004");
        message.extend(code);
        Message::parse(&message).unwrap().error_code()
    };
    assert_eq!(answer([0, 0, 4, 20]), Some(420));
    assert_eq!(answer([0, 0, 5, 0]), Some(500));
    assert_eq!(answer([0, 0, 1, 0]), None);
    assert_eq!(answer([0, 0, 4, 100]), None);
}

#[test]
fn rfc8489_14_1_an_old_server_says_it_plainly() {
    let old = bytes("0101000c2112a4420000000000000000000000000001000800011000c6336407");
    assert_eq!(Message::parse(&old).unwrap().mapped_address(), "198.51.100.7:4096".parse().ok());
}

#[test]
fn what_is_written_is_read() {
    let id = TransactionId::from_words([7, 8, 9]);
    for seen in ["203.0.113.9:40000", "[2001:db8::9]:1"].map(|text| text.parse::<SocketAddr>().unwrap()) {
        let mut buffer = [0; 64];
        let mut out = Writer::new(&mut buffer);
        compose::binding_success(&mut out, id, seen);
        let message = Message::parse(out.written()).unwrap();
        assert_eq!((message.transaction(), message.mapped_address()), (id, Some(seen)));
    }
}
