use super::*;
use std::string::{String, ToString as _};

/// The example of RFC 3261 §17.1.1.3, with what else an ACK or a CANCEL copies, and what neither does.
const INVITE: &str = "INVITE sip:bob@biloxi.com SIP/2.0
Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKkjshdyff
To: Bob <sip:bob@biloxi.com>
From: Alice <sip:alice@atlanta.com>;tag=88sja8x
Max-Forwards: 12
Route: <sip:p1.atlanta.com;lr>
Route: <sip:p2.biloxi.com;lr>
Call-ID: 987asjd97y7atg
CSeq: 986759 INVITE
Contact: <sip:alice@pc33.atlanta.com>
Require: 100rel
Authorization: Digest username=\"alice\"
Proxy-Authorization: Digest realm=\"p1\"
Proxy-Authorization: Digest realm=\"p2\"
Content-Type: text/plain
Content-Length: 2

hi";

/// A message with the line ends that it has on the wire, but those of its body.
fn wire(text: &str) -> String {
    text.replace('\n', "\r\n")
}

/// What `compose` writes for the message `source`.
fn composed(source: &str, compose: impl Fn(&mut Writer<'_>, &Message<'_>)) -> String {
    let source = wire(source);
    let mut buffer = [0; 1024];
    let mut out = Writer::new(&mut buffer);
    compose(&mut out, &Message::parse(source.as_bytes()).unwrap());
    core::str::from_utf8(out.written()).unwrap().to_string()
}

fn reply(status: Status) -> Reply<'static> {
    Reply { status, to_tag: Some(b"a6c85cf"), source: None }
}

#[test]
fn rfc3261_8_2_6_2_a_response_copies_what_names_its_request() {
    let invite = INVITE.replace(
        "Call-ID",
        "Via: SIP/2.0/TCP h1;branch=1 , SIP/2.0/UDP h0\n\
        Record-Route: <sip:p2.biloxi.com;lr>\nCall-ID",
    );
    let vias = "Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKkjshdyff\n\
        Via: SIP/2.0/TCP h1;branch=1 , SIP/2.0/UDP h0\n";
    let from = "From: Alice <sip:alice@atlanta.com>;tag=88sja8x\n";
    let to = "To: Bob <sip:bob@biloxi.com>;tag=a6c85cf\n";
    let names = "Call-ID: 987asjd97y7atg\nCSeq: 986759 INVITE\n";
    let response = |status| composed(&invite, |out, request| respond(out, request, &reply(status)));
    assert_eq!(
        response(Status::BUSY_HERE),
        wire(&std::format!("SIP/2.0 486 Busy Here\n{vias}{from}{to}{names}"))
    );
    // RFC 3261 §12.1.1: what may begin a dialog brings the Record-Route back.
    let route = "Record-Route: <sip:p2.biloxi.com;lr>\n";
    for (status, line) in [(Status::RINGING, "180 Ringing"), (Status::OK, "200 OK")] {
        let expected = std::format!("SIP/2.0 {line}\n{vias}{route}{from}{to}{names}");
        assert_eq!(response(status), wire(&expected));
    }
}

#[test]
fn rfc3261_8_2_6_2_a_tag_that_is_there_stays() {
    let invite = INVITE.replace("biloxi.com>", "biloxi.com>;tag=1");
    let ringing = composed(&invite, |out, request| respond(out, request, &reply(Status::RINGING)));
    assert!(ringing.contains("\r\nTo: Bob <sip:bob@biloxi.com>;tag=1\r\n"), "{ringing}");
}

#[test]
fn rfc3261_8_2_6_1_trying_brings_the_timestamp_back_and_needs_no_tag() {
    let invite = INVITE.replace("Contact", "Timestamp: 54\nContact");
    let trying = Reply { to_tag: None, ..reply(Status::TRYING) };
    assert_eq!(
        composed(&invite, |out, request| respond(out, request, &trying)),
        wire(
            "SIP/2.0 100 Trying\nVia: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKkjshdyff\n\
             From: Alice <sip:alice@atlanta.com>;tag=88sja8x\nTo: Bob <sip:bob@biloxi.com>\n\
             Call-ID: 987asjd97y7atg\nCSeq: 986759 INVITE\nTimestamp: 54\n"
        )
    );
}

#[test]
fn rfc3261_18_2_1_only_the_topmost_via_is_marked() {
    let invite = INVITE.replace("yff\n", "yff;rport, SIP/2.0/UDP h2;rport\nVia: SIP/2.0/UDP h3;rport\n");
    let source = Some(SocketAddr::from(([192, 0, 2, 4], 5070)));
    let marked = Reply { source, ..reply(Status::OK) };
    let response = composed(&invite, |out, request| respond(out, request, &marked));
    let expected = wire(
        "SIP/2.0 200 OK\nVia: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKkjshdyff\
         ;received=192.0.2.4;rport=5070, SIP/2.0/UDP h2;rport\nVia: SIP/2.0/UDP h3;rport\nFrom:",
    );
    assert!(response.starts_with(&expected), "{response}");
}

#[test]
fn rfc3261_17_1_1_3_the_ack_of_a_refusal() {
    let head = "ACK sip:bob@biloxi.com SIP/2.0\nVia: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKkjshdyff\n\
        Max-Forwards: 12\nRoute: <sip:p1.atlanta.com;lr>\nRoute: <sip:p2.biloxi.com;lr>\n\
        From: Alice <sip:alice@atlanta.com>;tag=88sja8x\nTo: Bob <sip:bob@biloxi.com>";
    // RFC 3261 §22.1: the credentials again; nothing else of the INVITE.
    let tail = "\nCall-ID: 987asjd97y7atg\nCSeq: 986759 ACK\nAuthorization: Digest username=\"alice\"\n\
        Proxy-Authorization: Digest realm=\"p1\"\nProxy-Authorization: Digest realm=\"p2\"\n\
        Content-Length: 0\n\n";
    let ack = |tag| composed(INVITE, |out, invite| ack_of_refusal(out, invite, tag));
    assert_eq!(ack(Some(&b"99sa0xk"[..])), wire(&std::format!("{head};tag=99sa0xk{tail}")));
    // An RFC 2543 peer refuses without a tag.
    assert_eq!(ack(None), wire(&std::format!("{head}{tail}")));
    // The INVITE of a dialog has the tag already.
    let within = INVITE.replace("biloxi.com>", "biloxi.com>;tag=99sa0xk");
    assert_eq!(
        composed(&within, |out, invite| ack_of_refusal(out, invite, Some(b"99sa0xk"))),
        wire(&std::format!("{head};tag=99sa0xk{tail}"))
    );
}

#[test]
fn rfc3261_9_1_the_cancel_has_one_via_the_same_number_and_no_require() {
    let cancelled = |reason| {
        let invite = INVITE.replace("yff\n", "yff, SIP/2.0/UDP h2\nVia: SIP/2.0/UDP h3\n");
        composed(&invite, |out, invite| cancel(out, invite, reason))
    };
    let head = "CANCEL sip:bob@biloxi.com SIP/2.0\n\
        Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKkjshdyff\n\
        Max-Forwards: 12\nRoute: <sip:p1.atlanta.com;lr>\nRoute: <sip:p2.biloxi.com;lr>\n\
        From: Alice <sip:alice@atlanta.com>;tag=88sja8x\nTo: Bob <sip:bob@biloxi.com>\n\
        Call-ID: 987asjd97y7atg\nCSeq: 986759 CANCEL\n";
    assert_eq!(cancelled(None), wire(&std::format!("{head}Content-Length: 0\n\n")));
    // RFC 3326 §2
    let reason = "SIP ;cause=200 ;text=\"Call completed elsewhere\"";
    assert_eq!(
        cancelled(Some(reason.as_bytes())),
        wire(&std::format!("{head}Reason: {reason}\nContent-Length: 0\n\n"))
    );
}

#[test]
fn a_line_of_a_composed_message_is_found_by_either_name() {
    let invite = wire(
        "INVITE sip:a@b SIP/2.0\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\nv: SIP/2.0/UDP h2\nVia-Like: no\n\
         CSeq: 7 INVITE\nContent-Length: 9\n\nCSeq: 8\n\n",
    );
    let lines = |name| lines_of(invite.as_bytes(), name).collect::<std::vec::Vec<_>>();
    assert_eq!(lines(HeaderName::Via), [&b"SIP/2.0/UDP h;branch=z9hG4bK1"[..], b"SIP/2.0/UDP h2"]);
    assert_eq!(lines(HeaderName::CSeq), [&b"7 INVITE"[..]], "not what stands in the body");
    assert!(lines(HeaderName::Authorization).is_empty() && lines_of(b"", HeaderName::Via).next().is_none());
}
