//! Rules of RFC 3261 §8 that hold for all requests and responses.

use super::desk::{CONTACT, Desk, SDP, request};
use super::link::E1;
use crate::ua::{Command, EndReason, Event};

const PEER: &str = "peer@192.0.2.9:5062";

#[test]
fn rfc3261_8_1_1_what_requests_of_ours_carry() {
    let mut desk = Desk::new();
    let id = desk.call(PEER);
    let invite = desk.next("INVITE");
    desk.reply(&invite, "200 OK", "peer", CONTACT, SDP);
    let ack = desk.next("ACK");
    let _ = desk.command(Command::Hold(id));
    let hold = desk.next("INVITE");
    desk.reply(&hold, "200 OK", "", CONTACT, SDP);
    let _ = desk.next("ACK");
    let _ = desk.command(Command::End(id));
    let bye = desk.next("BYE");
    let _ = desk.command(Command::Register(E1));
    let register = desk.next("REGISTER");
    for request in [&invite, &ack, &hold, &bye, &register] {
        let text = &request.text;
        assert_eq!(request.header("Max-Forwards"), "70", "§8.1.1.6: {text}");
        assert!(request.param("Via", "branch").starts_with("z9hG4bK"), "§8.1.1.7: {text}");
        assert!(request.header("Via").contains(";rport"), "RFC 3581 §3: {text}");
        assert!(request.header("From").contains(";tag="), "§8.1.1.3: {text}");
        assert!(!request.header("To").is_empty() && !request.header("Call-ID").is_empty(), "{text}");
        let (number, method) = request.header("CSeq").split_once(' ').unwrap();
        assert!(number.parse::<u32>().unwrap() < 1 << 31, "§8.1.1.5: {text}");
        assert_eq!(method, request.start().split(' ').next().unwrap());
    }
    for header in ["Contact", "Supported", "Content-Type", "Content-Length"] {
        assert!(!invite.header(header).is_empty(), "§13.2.1: {header} in {}", invite.text);
        assert!(!hold.header(header).is_empty(), "§14.1: {header} in {}", hold.text);
    }
    assert!(!invite.header("Allow").is_empty());
    assert_eq!(invite.start(), "INVITE sip:peer@192.0.2.9:5062 SIP/2.0", "§8.1.1.1");
    assert_eq!(invite.header("To"), "<sip:peer@192.0.2.9:5062>");
    assert_eq!(invite.param("To", "tag"), "", "§8.1.1.2");
}

#[test]
fn rfc3261_8_1_3_2_unknown_statuses_count_as_their_class() {
    for (status, code) in [("399 So", 399), ("499 So", 499), ("599 So", 599), ("699 So", 699)] {
        let mut desk = Desk::new();
        let id = desk.call(PEER);
        let invite = desk.next("INVITE");
        desk.reply(&invite, "187 So", "peer", "", "");
        let heard = Event::Progress { session: id, status: 187, early_media: false };
        assert_eq!(desk.events(), [heard], "as 183");
        desk.reply(&invite, status, "peer", "", "");
        assert_eq!(desk.next("ACK").header("CSeq"), "1 ACK");
        let reason = EndReason::Failed(code);
        assert_eq!(desk.events(), [Event::Ended { session: id, reason }], "{status}");
        desk.assert_empty();
    }
    let mut desk = Desk::new();
    let id = desk.call(PEER);
    let invite = desk.next("INVITE");
    desk.reply(&invite, "299 So", "peer", CONTACT, SDP);
    let _ = desk.next("ACK");
    assert_eq!(desk.events(), [Event::Answered(id)], "as 200");
}

#[test]
fn rfc3261_8_2_3_a_body_that_may_be_left_unread_is() {
    let mut desk = Desk::new();
    let optional = std::format!("{CONTACT}Content-Disposition: render;handling=optional\r\n");
    for (cseq, extra, status) in [(1, CONTACT, "415"), (2, optional.as_str(), "200")] {
        let text = request("INVITE", cseq, "", extra, "<xml/>").replace("application/sdp", "text/xml");
        desk.receive(&text);
        if status == "200" {
            let id = desk.end.incoming();
            let _ = desk.command(Command::Answer(id));
        }
        let answer = desk.next(status);
        assert_eq!(answer.body().contains("m=audio"), status == "200", "an offer of ours: {}", answer.text);
    }
}

#[test]
fn rfc3261_9_1_a_call_whose_cancel_nobody_heeds_is_given_up_after_64_t1() {
    let mut desk = Desk::new();
    let id = desk.call(PEER);
    let invite = desk.next("INVITE");
    desk.reply(&invite, "180 Ringing", "peer", "", "");
    let _ = desk.command(Command::End(id));
    let cancel = desk.next("CANCEL");
    desk.reply(&cancel, "200 OK", "peer", "", "");
    desk.run_ms(31_900);
    assert_eq!(desk.end.ua.load(), (1, 1), "the final response is waited for");
    desk.run_ms(200);
    assert_eq!(desk.end.ua.load(), (0, 0), "and then no longer");
    desk.silent();
}

#[test]
fn rfc3264_8_3_2_numbers_stand_for_what_they_stood_for() {
    let mut desk = Desk::new();
    // The peer's 101 is a codec that we do not know, and its digits are 96.
    let offer = SDP.replace("RTP/AVP 0", "RTP/AVP 0 101 96").replace("a=", "a=x-")
        + "a=rtpmap:101 opus/48000/2\r\na=rtpmap:96 telephone-event/8000\r\n";
    desk.receive(&request("INVITE", 1, "", CONTACT, &offer));
    let id = desk.end.incoming();
    let _ = desk.command(Command::Answer(id));
    let answer = desk.next("200");
    assert!(answer.body().contains("a=rtpmap:96 telephone-event/8000"), "{}", answer.text);
    desk.receive(&request("ACK", 1, &answer.param("To", "tag"), "", ""));
    let _ = desk.command(Command::Hold(id));
    let hold = desk.next("INVITE");
    assert!(hold.body().contains("a=rtpmap:96 telephone-event/8000"), "{}", hold.text);
    assert!(!hold.body().contains("rtpmap:101"), "{}", hold.text);
}
