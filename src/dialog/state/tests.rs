//! The rules of RFC 3261 §12, one by one.

use std::format;
use std::string::String;

use super::*;

fn message(text: &str) -> Message<'_> {
    Message::parse(text.as_bytes()).unwrap()
}

const INVITE: &str = "INVITE sip:2104@pbx.example.com SIP/2.0\r\n\
    Via: SIP/2.0/UDP 192.0.2.57;branch=z9hG4bK1\r\n\
    From: \"Desk\" <sip:2101@pbx.example.com>;tag=ours\r\nTo: <sip:2104@pbx.example.com>\r\nCall-ID: c1\r\n\
    CSeq: 7 INVITE\r\nContact: <sip:2101@192.0.2.57>\r\nContent-Length: 0\r\n\r\n";

fn response(code: u16, more: &str) -> String {
    format!(
        "SIP/2.0 {code} x\r\nFrom: \"Desk\" <sip:2101@pbx.example.com>;tag=ours\r\n\
         To: <sip:2104@pbx.example.com>;tag=theirs\r\nCall-ID: c1\r\nCSeq: 7 INVITE\r\n{more}\r\n"
    )
}

fn head(dialog: &Dialog, method: Method<'_>, cseq: u32) -> String {
    let mut buffer = [0; 1_024];
    let mut out = Writer::new(&mut buffer);
    dialog.compose_head(&mut out, method, cseq, b"SIP/2.0/UDP 192.0.2.57;branch=z9hG4bK2", 70);
    String::from_utf8(out.written().to_vec()).unwrap()
}

#[test]
fn rfc3261_12_1_2_the_caller_and_13_2_2_4_its_2xx() {
    let early = response(180, "Record-Route: <sip:a;lr>, <sip:b;lr>\r\n");
    let mut dialog = Dialog::of_response(&message(INVITE), &message(&early)).unwrap();
    assert_eq!((dialog.stage(), dialog.side()), (Stage::Early, Side::Caller));
    assert_eq!(dialog.remote_target(), b"sip:2104@pbx.example.com", "no Contact yet");
    assert_eq!(dialog.aim().next_hop, b"sip:b;lr");
    let firm =
        response(200, "Record-Route: <sip:a;lr>\r\nContact: <sip:2104@198.51.100.20;x=y?Subject=z>;q=1\r\n");
    dialog.confirm_by(&message(&firm)).unwrap();
    assert_eq!(dialog.stage(), Stage::Confirmed);
    let expected = "ACK sip:2104@198.51.100.20;x=y SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.57;branch=z9hG4bK2\r\n\
        Max-Forwards: 70\r\nRoute: <sip:a;lr>\r\nFrom: \"Desk\" <sip:2101@pbx.example.com>;tag=ours\r\n\
        To: <sip:2104@pbx.example.com>;tag=theirs\r\nCall-ID: c1\r\nCSeq: 7 ACK\r\n";
    assert_eq!(head(&dialog, Method::Ack, 7), expected);
}

#[test]
fn rfc3261_12_1_1_the_called() {
    let dialog = Dialog::of_request(&message(INVITE), b"called").unwrap();
    assert_eq!((dialog.stage(), dialog.side()), (Stage::Early, Side::Called));
    assert!(dialog.id().is(b"c1", b"called", b"ours"));
    assert_eq!(dialog.remote_target(), b"sip:2101@192.0.2.57");
    assert_eq!(dialog.local_party(), b"<sip:2104@pbx.example.com>");
    assert_eq!(dialog.remote_party(), b"\"Desk\" <sip:2101@pbx.example.com>");
    assert!(Dialog::of_request(&message(&INVITE.replace("Contact", "X-None")), b"called").is_err());
}

#[test]
fn rfc3261_12_2_1_1_our_numbers_go_up_by_one() {
    let mut caller = Dialog::of_response(&message(INVITE), &message(&response(200, ""))).unwrap();
    assert_eq!((caller.next_cseq(1), caller.next_cseq(1)), (8, 9));
    let mut called = Dialog::of_request(&message(INVITE), b"called").unwrap();
    assert_eq!((called.next_cseq(100), called.next_cseq(100)), (100, 101), "the two directions are apart");
}

#[test]
fn rfc3261_12_2_2_the_peers_numbers_never_go_down() {
    let mut called = Dialog::of_request(&message(INVITE), b"called").unwrap();
    assert_eq!(called.receive_cseq(6), Sequence::OutOfOrder);
    assert_eq!(called.receive_cseq(7), Sequence::InOrder, "the ACK");
    assert_eq!(called.receive_cseq(4_000), Sequence::InOrder, "gaps are no error");
    assert_eq!(called.receive_cseq(8), Sequence::OutOfOrder);
    let mut caller = Dialog::of_response(&message(INVITE), &message(&response(200, ""))).unwrap();
    assert_eq!(caller.receive_cseq(0), Sequence::InOrder, "empty until the first one");
}

#[test]
fn rfc3261_12_2_a_refresh_changes_the_target_only() {
    let firm = response(200, "Record-Route: <sip:a;lr>\r\nContact: <sip:2104@198.51.100.20>\r\n");
    let mut dialog = Dialog::of_response(&message(INVITE), &message(&firm)).unwrap();
    let moved = response(200, "Record-Route: <sip:z;lr>\r\nContact: <sip:2104@198.51.100.21>\r\n");
    dialog.refresh_target(&message(&moved)).unwrap();
    assert_eq!(dialog.remote_target(), b"sip:2104@198.51.100.21");
    assert_eq!(dialog.aim().next_hop, b"sip:a;lr");
    let long = response(200, &format!("Contact: <sip:{}@h>\r\n", "x".repeat(URI_BYTES)));
    assert_eq!(dialog.refresh_target(&message(&long)), Err(Unkept));
    assert_eq!(dialog.remote_target(), b"sip:2104@198.51.100.21", "as it was");
}

#[test]
fn a_long_display_name_is_left_out() {
    let name = format!("\"{}\"", "n".repeat(DIALOG_PARTY_BYTES));
    let dialog = Dialog::of_request(&message(&INVITE.replace("\"Desk\"", &name)), b"t").unwrap();
    assert_eq!(dialog.remote_party(), b"<sip:2101@pbx.example.com>");
}
