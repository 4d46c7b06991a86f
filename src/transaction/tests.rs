//! The table: matching, order on the wire, what is kept and what gives way.
#![allow(clippy::arithmetic_side_effects, reason = "sizes of a test")]

use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use super::*;
use crate::base::Instant;
use crate::limits::{CLIENT_TRANSACTIONS, KEPT_BYTES, MESSAGE_BYTES, SERVER_TRANSACTIONS};
use crate::sip::{Message, Status};

const TIMERS: &Timers = &Timers::RFC_3261;

fn at(ms: u64) -> Instant {
    Instant::from_millis(ms)
}

fn hop(transport: Transport) -> Hop {
    let connection = transport.is_reliable().then_some(ConnectionId(3));
    Hop { transport, remote: "192.0.2.1:5060".parse().unwrap(), local_port: 5060, connection }
}

fn request(method: &str, branch: &str, to_tag: &str) -> String {
    format!(
        "{method} sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:5060;branch={branch}\r\n\
         Route: <sip:p1.example.com;lr>\r\nMax-Forwards: 70\r\nFrom: <sip:al@example.com>;tag=a1\r\n\
         To: <sip:bob@example.com>{to_tag}\r\nCall-ID: c1\r\nCSeq: 7 {method}\r\nContent-Length: 0\r\n\r\n"
    )
}

fn response(code: u16, method: &str, branch: &str) -> String {
    format!(
        "SIP/2.0 {code} x\r\nVia: SIP/2.0/UDP 192.0.2.9:5060;branch={branch}\r\n\
         From: <sip:al@example.com>;tag=a1\r\nTo: <sip:bob@example.com>;tag=b9\r\nCall-ID: c1\r\n\
         CSeq: 7 {method}\r\nContent-Length: 0\r\n\r\n"
    )
}

fn start(table: &mut Transactions, ms: u64, text: &str, hop: Hop, owner: u64) -> Option<ClientId> {
    let mut vacant = table.vacant_client()?;
    vacant.buffer()[..text.len()].copy_from_slice(text.as_bytes());
    vacant.start(at(ms), text.len(), hop, Owner(owner), TIMERS)
}

fn open(table: &mut Transactions, ms: u64, text: &str, hop: Hop, owner: u64) -> Option<ServerId> {
    let message = Message::parse(text.as_bytes()).unwrap();
    table.open_server(at(ms), &message, (hop, None), Owner(owner), TIMERS).ok()
}

fn answer(table: &mut Transactions, ms: u64, server: ServerId, code: u16) -> bool {
    let mut draft = table.respond(server).unwrap();
    let (kept, buffer) = draft.copying();
    let kept = Message::parse(kept).unwrap();
    let mut out = crate::base::Writer::new(buffer);
    let status = Status::new(code).unwrap();
    let reply = crate::sip::compose::Reply { status, to_tag: Some(b"us"), source: None };
    crate::sip::compose::respond(&mut out, &kept, &reply);
    crate::sip::compose::finish_without_body(&mut out);
    let length = out.finish().unwrap();
    draft.send(at(ms), status, length)
}

/// The start lines of all that goes out now.
fn sent(table: &mut Transactions) -> Vec<String> {
    let mut lines = Vec::new();
    while let Some(outgoing) = table.take_pending() {
        let text = String::from_utf8(outgoing.bytes.to_vec()).unwrap();
        lines.push(text.lines().next().unwrap().to_string());
    }
    lines
}

fn receive_response(table: &mut Transactions, ms: u64, text: &str) -> ResponseMatch {
    table.receive_response(at(ms), &Message::parse(text.as_bytes()).unwrap())
}

fn receive_request(table: &mut Transactions, ms: u64, text: &str) -> RequestMatch {
    table.receive_request(at(ms), &Message::parse(text.as_bytes()).unwrap(), &hop(Transport::Udp))
}

const INVITE: &str = "INVITE sip:bob@example.com SIP/2.0";
const ACK: &str = "ACK sip:bob@example.com SIP/2.0";

#[test]
fn rfc3261_17_1_1_3_the_ack_of_a_failure() {
    let mut table = Transactions::new();
    let client = start(&mut table, 0, &request("INVITE", "z9hG4bK1", ""), hop(Transport::Tcp), 5).unwrap();
    assert_eq!(sent(&mut table), [INVITE]);
    let busy = response(486, "INVITE", "z9hG4bK1");
    assert_eq!(receive_response(&mut table, 9, &busy), ResponseMatch::Notify { client, owner: Owner(5) });
    assert!(table.request(client).unwrap().starts_with(b"INVITE"), "still there to try again from");
    let outgoing = table.take_pending().unwrap();
    assert_eq!(outgoing.hop, hop(Transport::Tcp));
    let ack = Message::parse(outgoing.bytes).unwrap();
    assert_eq!(ack.via().unwrap().branch(), Some(&b"z9hG4bK1"[..]));
    assert_eq!(ack.to().unwrap().tag(), Some(&b"b9"[..]));
    assert_eq!(ack.routes().count(), 1);
    assert_eq!(ack.cseq().unwrap().number, 7);
    assert_eq!(receive_response(&mut table, 10, &busy), ResponseMatch::Absorbed);
    assert_eq!(sent(&mut table), [ACK], "the failure again: the ACK again");
    assert_eq!(table.deadline(), Some(at(9)), "timer D is zero over TCP");
    let ended = Notice::Client { client, owner: Owner(5), end: ClientEnd::Ended };
    assert_eq!((table.step_timeout(at(10)), table.step_timeout(at(10))), (Some(ended), None));
    assert!(table.is_empty() && table.request(client).is_none());
}

#[test]
fn rfc3261_17_1_3_branch_and_method_decide() {
    let mut table = Transactions::new();
    let invite = start(&mut table, 0, &request("INVITE", "z9hG4bK1", ""), hop(Transport::Udp), 1).unwrap();
    let cancel = start(&mut table, 0, &request("CANCEL", "z9hG4bK1", ""), hop(Transport::Udp), 1).unwrap();
    let notify = |client| ResponseMatch::Notify { client, owner: Owner(1) };
    assert_eq!(receive_response(&mut table, 5, &response(200, "CANCEL", "z9hG4bK1")), notify(cancel));
    assert_eq!(receive_response(&mut table, 5, &response(487, "INVITE", "z9hg4bk1")), notify(invite));
    assert_eq!(
        receive_response(&mut table, 5, &response(200, "INVITE", "z9hG4bK2")),
        ResponseMatch::Unmatched
    );
    assert_eq!(table.counters().unmatched, 1);
}

#[test]
fn a_late_provisional_does_not_hide_an_ack() {
    let mut table = Transactions::new();
    start(&mut table, 0, &request("INVITE", "z9hG4bK1", ""), hop(Transport::Udp), 1).unwrap();
    let _ = receive_response(&mut table, 5, &response(486, "INVITE", "z9hG4bK1"));
    assert_eq!(
        receive_response(&mut table, 6, &response(180, "INVITE", "z9hG4bK1")),
        ResponseMatch::Absorbed
    );
    assert_eq!(
        sent(&mut table),
        [ACK],
        "and the INVITE, which was still marked, is not sent after its answer"
    );
}

#[test]
fn rfc3261_17_2_1_trying_after_200_ms_and_the_answer_again() {
    let mut table = Transactions::new();
    let invite = request("INVITE", "z9hG4bK1", "");
    assert_eq!(receive_request(&mut table, 0, &invite), RequestMatch::New);
    let server = open(&mut table, 0, &invite, hop(Transport::Udp), 2).unwrap();
    assert_eq!(table.step_timeout(at(199)), None);
    assert!(sent(&mut table).is_empty());
    assert_eq!(table.step_timeout(at(200)), None);
    assert_eq!(sent(&mut table), ["SIP/2.0 100 Trying"]);
    assert!(answer(&mut table, 300, server, 180));
    assert_eq!(sent(&mut table), ["SIP/2.0 180 Ringing"]);
    assert_eq!(receive_request(&mut table, 500, &invite), RequestMatch::Absorbed);
    assert_eq!(sent(&mut table), ["SIP/2.0 180 Ringing"]);
    assert!(answer(&mut table, 900, server, 486));
    assert!(!answer(&mut table, 901, server, 200), "one final answer only");
    assert_eq!(sent(&mut table), ["SIP/2.0 486 Busy Here"]);
    let ack = request("ACK", "z9hG4bK1", ";tag=us");
    assert_eq!(receive_request(&mut table, 950, &ack), RequestMatch::Absorbed);
    assert_eq!(table.deadline(), Some(at(5_950)), "timer I");
}

#[test]
fn rfc6026_7_1_the_accepted_state() {
    let mut table = Transactions::new();
    let invite = request("INVITE", "z9hG4bK1", "");
    let server = open(&mut table, 0, &invite, hop(Transport::Udp), 2).unwrap();
    assert!(answer(&mut table, 10, server, 200));
    assert_eq!(sent(&mut table), ["SIP/2.0 200 OK"]);
    assert_eq!(receive_request(&mut table, 500, &invite), RequestMatch::Absorbed);
    assert!(sent(&mut table).is_empty(), "the user agent repeats its 2xx");
    assert!(table.resend(at(510), server));
    assert_eq!(sent(&mut table), ["SIP/2.0 200 OK"]);
    let ack = request("ACK", "z9hG4bK2", ";tag=us");
    assert_eq!(receive_request(&mut table, 520, &ack), RequestMatch::New, "an ACK to 2xx is outside");
    let ended = Notice::Server { server, owner: Owner(2), end: ServerEnd::Ended };
    assert_eq!(table.step_timeout(at(32_010)), Some(ended));
    assert!(table.is_empty());
}

#[test]
fn rfc3261_17_2_3_a_peer_of_rfc2543() {
    let mut table = Transactions::new();
    let invite = request("INVITE", "1", "");
    let server = open(&mut table, 0, &invite, hop(Transport::Udp), 2).unwrap();
    assert_eq!(receive_request(&mut table, 5, &invite), RequestMatch::Absorbed);
    let other = invite.replace("CSeq: 7", "CSeq: 8");
    assert_eq!(receive_request(&mut table, 5, &other), RequestMatch::New, "same branch, another request");
    assert!(answer(&mut table, 10, server, 200));
    let stranger = request("ACK", "1", ";tag=other");
    assert_eq!(receive_request(&mut table, 20, &stranger), RequestMatch::New);
    let ack = request("ACK", "1", ";tag=us");
    let acknowledged = RequestMatch::Acknowledged { server, owner: Owner(2) };
    assert_eq!(receive_request(&mut table, 20, &ack), acknowledged, "RFC 6026 §6");
}

#[test]
fn rfc3261_9_2_cancel_finds_its_invite() {
    let mut table = Transactions::new();
    let cancel = request("CANCEL", "z9hG4bK1", "");
    assert_eq!(receive_request(&mut table, 0, &cancel), RequestMatch::New);
    let server = open(&mut table, 0, &request("INVITE", "z9hG4bK1", ""), hop(Transport::Udp), 2).unwrap();
    let found = RequestMatch::Cancel { server, owner: Owner(2) };
    assert_eq!(receive_request(&mut table, 5, &cancel), found);
    let own = open(&mut table, 5, &cancel, hop(Transport::Udp), 2).unwrap();
    assert!(answer(&mut table, 5, own, 200) && answer(&mut table, 5, server, 487));
    assert_eq!(sent(&mut table), ["SIP/2.0 200 OK", "SIP/2.0 487 Request Terminated"]);
    assert_eq!(receive_request(&mut table, 9, &cancel), RequestMatch::Absorbed);
    assert_eq!(sent(&mut table), ["SIP/2.0 200 OK"]);
}

#[test]
fn rfc3261_8_2_2_2_merged_requests() {
    let mut table = Transactions::new();
    open(&mut table, 0, &request("INVITE", "z9hG4bK1", ""), hop(Transport::Udp), 2).unwrap();
    let merged = |text: &str| table.is_merged(&Message::parse(text.as_bytes()).unwrap());
    assert!(merged(&request("INVITE", "z9hG4bK2", "")));
    assert!(!merged(&request("INVITE", "z9hG4bK2", ";tag=us")));
    assert!(!merged(&request("INVITE", "z9hG4bK2", "").replace("tag=a1", "tag=a2")));
}

#[test]
fn the_wire_follows_the_order_of_decisions() {
    let mut table = Transactions::new();
    let server = open(&mut table, 0, &request("BYE", "z9hG4bK9", ";tag=x"), hop(Transport::Udp), 2).unwrap();
    start(&mut table, 1, &request("INVITE", "z9hG4bK1", ""), hop(Transport::Udp), 1).unwrap();
    let stateless = table.next_ticket();
    assert!(answer(&mut table, 1, server, 200));
    assert!(table.take_pending().unwrap().ticket < stateless);
    assert!(table.pending_ticket().unwrap() > stateless);
    assert_eq!(sent(&mut table), ["SIP/2.0 200 OK"]);
}

#[test]
fn rfc3261_17_1_1_2_retransmissions_until_timer_b() {
    let mut table = Transactions::new();
    let client = start(&mut table, 0, &request("INVITE", "z9hG4bK1", ""), hop(Transport::Udp), 1).unwrap();
    let mut times = Vec::new();
    assert_eq!(sent(&mut table).len(), 1);
    let notice = loop {
        let now = table.deadline().unwrap();
        let notice = table.step_timeout(now);
        times.extend(sent(&mut table).iter().map(|_| now.as_millis()));
        if let Some(notice) = notice {
            break notice;
        }
    };
    assert_eq!(times, [500, 1_500, 3_500, 7_500, 15_500, 31_500]);
    assert_eq!(notice, Notice::Client { client, owner: Owner(1), end: ClientEnd::TimedOut });
    assert!(table.request(client).is_some(), "readable, to try another hop");
    assert_eq!((table.deadline(), table.is_empty()), (None, true));
    assert_eq!(table.step_timeout(at(40_000)), None);
    assert!(table.request(client).is_none());
}

#[test]
fn a_broken_connection_ends_clients_and_keeps_invites_of_peers() {
    let mut table = Transactions::new();
    let client = start(&mut table, 0, &request("BYE", "z9hG4bK1", ""), hop(Transport::Tcp), 1).unwrap();
    let udp = start(&mut table, 0, &request("BYE", "z9hG4bK2", ""), hop(Transport::Udp), 1).unwrap();
    let server = open(&mut table, 0, &request("INVITE", "z9hG4bK3", ""), hop(Transport::Tcp), 2).unwrap();
    let lost = |table: &mut Transactions| table.transport_failed(at(5), &hop(Transport::Tcp));
    let end = ClientEnd::TransportFailed;
    assert_eq!(lost(&mut table), Some(Notice::Client { client, owner: Owner(1), end }));
    let end = ServerEnd::TransportFailed;
    assert_eq!(
        lost(&mut table),
        Some(Notice::Server { server, owner: Owner(2), end }),
        "RFC 6026 §7.1: it stays"
    );
    assert_eq!(lost(&mut table), None);
    assert!(table.is_unanswered(udp) && !table.is_unanswered(client));
    assert_eq!(table.server_hop(server).unwrap().connection, None);
    assert!(answer(&mut table, 9, server, 486));
    assert!(!sent(&mut table).is_empty());
}

#[test]
fn a_full_table_gives_up_what_only_absorbs() {
    let mut table = Transactions::new();
    let branch = |number: usize| format!("z9hG4bK{number}");
    for number in 0..SERVER_TRANSACTIONS {
        let server =
            open(&mut table, 0, &request("OPTIONS", &branch(number), ""), hop(Transport::Udp), 0).unwrap();
        if number == 1 {
            assert!(answer(&mut table, 1, server, 200));
        }
    }
    let late = request("OPTIONS", &branch(99), "");
    assert_eq!(open(&mut table, 2, &late, hop(Transport::Udp), 0), None, "its answer is not sent yet");
    assert_eq!(sent(&mut table).len(), 1);
    assert!(open(&mut table, 2, &late, hop(Transport::Udp), 0).is_some());
    assert_eq!(open(&mut table, 2, &request("OPTIONS", &branch(98), ""), hop(Transport::Udp), 0), None);
    assert_eq!(table.counters(), Counters { evicted: 1, refused: 2, unmatched: 0, misused: 0 });
    let mut table = Transactions::new();
    for number in 0..CLIENT_TRANSACTIONS {
        start(&mut table, 3, &request("INVITE", &branch(number), ""), hop(Transport::Udp), 0).unwrap();
    }
    assert_eq!(start(&mut table, 3, &request("INVITE", "z9hG4bKx", ""), hop(Transport::Udp), 0), None);
    sent(&mut table);
    let _ = receive_response(&mut table, 4, &response(200, "INVITE", &branch(0)));
    assert!(start(&mut table, 4, &request("INVITE", "z9hG4bKx", ""), hop(Transport::Udp), 0).is_some());
    assert_eq!(table.counters(), Counters { evicted: 1, refused: 1, unmatched: 0, misused: 0 });
}

#[test]
#[cfg_attr(feature = "_tiny", ignore = "its places are used up before its bytes")]
fn messages_that_only_absorb_give_their_bytes_away() {
    let mut table = Transactions::new();
    // Each sets a whole message's room aside until its final answer.
    let servers: Vec<_> = (0..SERVER_TRANSACTIONS)
        .map(|number| {
            let invite = request("INVITE", &format!("z9hG4bK{number}"), "");
            open(&mut table, 0, &invite, hop(Transport::Udp), 0).unwrap()
        })
        .collect();
    let filler = format!("Subject: {}\r\nContent-Length: 0", "x".repeat(MESSAGE_BYTES - 400));
    let large = |branch: &str| request("MESSAGE", branch, "").replace("Content-Length: 0", &filler);
    let mut branches = (0..).map(|number| format!("z9hG4bKm{number}"));
    while start(&mut table, 1, &large(&branches.next().unwrap()), hop(Transport::Tcp), 0).is_some() {}
    assert_eq!((table.counters().refused, table.free_clients()), (1, 0));
    let requests = sent(&mut table);
    assert!(requests.iter().all(|line| line.starts_with("MESSAGE")), "{requests:?}");
    // A final answer needs no more room than it has.
    for server in &servers {
        assert!(answer(&mut table, 2, *server, 486));
    }
    for server in &servers {
        let kept = Message::parse(table.response(*server).unwrap()).unwrap();
        assert_eq!(kept.status(), Some(Status::BUSY_HERE));
    }
    assert!(table.free_clients() > 0);
    assert!(start(&mut table, 3, &large("z9hG4bKy"), hop(Transport::Tcp), 0).is_some());
    assert_eq!(table.counters().evicted, 0);
    assert_eq!(sent(&mut table).len(), SERVER_TRANSACTIONS + 1);
    // What is answered by the peer and only absorbs goes first.
    let _ = receive_response(&mut table, 4, &response(200, "MESSAGE", "z9hG4bKm0"));
    while table.counters().evicted == 0 {
        let started = start(&mut table, 5, &large(&branches.next().unwrap()), hop(Transport::Tcp), 0);
        assert!(started.is_some());
    }
    assert_eq!(table.counters().refused, 1);
}

#[test]
fn what_is_no_request_does_not_start() {
    let mut table = Transactions::new();
    for text in ["", "nonsense", &response(200, "BYE", "z9hG4bK1"), &request("ACK", "z9hG4bK1", "")] {
        assert_eq!(start(&mut table, 0, text, hop(Transport::Udp), 0), None);
    }
    assert_eq!(start(&mut table, 0, &request("BYE", "1", ""), hop(Transport::Udp), 0), None, "no cookie");
    assert_eq!(table.counters().misused, 5);
    assert!(table.is_empty());
}

#[test]
fn a_request_is_copied_from_an_earlier_one() {
    let mut table = Transactions::new();
    let invite = start(&mut table, 0, &request("INVITE", "z9hG4bK1", ""), hop(Transport::Udp), 4).unwrap();
    let mut vacant = table.vacant_client().unwrap();
    let (source, target) = vacant.copying(invite).unwrap();
    let source = Message::parse(source).unwrap();
    let mut out = crate::base::Writer::new(target);
    crate::sip::compose::cancel(&mut out, &source, None);
    let length = out.finish().unwrap();
    assert!(vacant.start(at(5), length, hop(Transport::Udp), Owner(4), TIMERS).is_some());
    assert_eq!(sent(&mut table), [INVITE, "CANCEL sip:bob@example.com SIP/2.0"]);
}

#[test]
fn the_size_of_the_table() {
    let size = size_of::<Transactions>();
    std::println!("Transactions: {size} bytes");
    let records = 300 * CLIENT_TRANSACTIONS + 520 * SERVER_TRANSACTIONS;
    assert!(size <= KEPT_BYTES + MESSAGE_BYTES + records + 64, "{size}");
}

#[test]
#[cfg_attr(feature = "_tiny", ignore = "no message is that large")]
fn rfc3261_18_1_1_a_large_request_goes_over_tcp_and_back_when_tcp_leads_nowhere() {
    for (length, transport) in [(1_300, Transport::Udp), (1_301, Transport::Tcp)] {
        let mut table = Transactions::new();
        let mut text = String::from(
            "MESSAGE sip:b@192.0.2.9 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKl\r\n\
             From: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\nCall-ID: l\r\nCSeq: 1 MESSAGE\r\nSubject: ",
        );
        while text.len() + 4 < length {
            text.push('x');
        }
        text.push_str("\r\n\r\n");
        let mut vacant = table.vacant_client().unwrap();
        vacant.buffer()[..text.len()].copy_from_slice(text.as_bytes());
        let remote = "192.0.2.9:5060".parse().unwrap();
        let hop = Hop { transport: Transport::Udp, remote, local_port: 5_060, connection: None };
        let start = Instant::from_millis(5);
        let client = vacant.start(start, text.len(), hop, Owner(1), &Timers::RFC_3261).unwrap();
        let sent = table.take_pending().unwrap();
        let via = format!("Via: SIP/2.0/{} ", transport.name());
        assert_eq!(sent.hop.transport, transport);
        assert!(std::str::from_utf8(sent.bytes).unwrap().contains(&via), "{length}");
        let failed = sent.hop;
        if transport == Transport::Udp {
            continue;
        }
        assert_eq!(table.transport_failed(start, &failed), None, "nobody has to know");
        let again = table.take_pending().unwrap();
        assert_eq!((again.hop.transport, again.bytes), (Transport::Udp, text.as_bytes()));
        assert_eq!(table.deadline(), Some(start.plus_ms(500)), "it is repeated from now on");
        let lost = table.transport_failed(start, &hop);
        assert_eq!(lost, Some(Notice::Client { client, owner: Owner(1), end: ClientEnd::TransportFailed }));
    }
}

#[test]
fn no_message_is_longer_than_its_limit() {
    let mut table = Transactions::new();
    assert_eq!(table.vacant_client().unwrap().buffer().len(), MESSAGE_BYTES);
    let client = start(&mut table, 0, &request("OPTIONS", "z9hG4bK1", ""), hop(Transport::Udp), 1).unwrap();
    assert_eq!(table.vacant_client().unwrap().copying(client).unwrap().1.len(), MESSAGE_BYTES);
    let server = open(&mut table, 0, &request("INFO", "z9hG4bK2", ""), hop(Transport::Udp), 2).unwrap();
    assert_eq!(table.respond(server).unwrap().buffer().len(), MESSAGE_BYTES);
    assert_eq!(table.respond(server).unwrap().copying().1.len(), MESSAGE_BYTES);
}

/// A place whose request could not be answered would never be free again.
#[test]
fn what_is_let_in_can_be_answered() {
    let of_length = |length: usize| {
        let way = format!("z9hG4bK3\r\nVia: SIP/2.0/UDP h;x={}", "v".repeat(length));
        request("INFO", &way, "")
    };
    let mut table = Transactions::new();
    let mut opened = 0;
    for length in MESSAGE_BYTES - 400..MESSAGE_BYTES {
        let Some(server) = open(&mut table, 0, &of_length(length), hop(Transport::Udp), 3) else { continue };
        opened += 1;
        let mut draft = table.respond(server).unwrap();
        let (kept, buffer) = draft.copying();
        let mut out = crate::base::Writer::new(buffer);
        let reply = crate::sip::compose::Reply {
            status: Status::MESSAGE_TOO_LARGE,
            to_tag: Some(b"0123456789abcdef"),
            source: None,
        };
        crate::sip::compose::respond(&mut out, &Message::parse(kept).unwrap(), &reply);
        crate::sip::compose::finish_without_body(&mut out);
        let length = out.finish().unwrap();
        assert!(draft.send(at(0), Status::MESSAGE_TOO_LARGE, length));
        table = Transactions::new();
    }
    assert!((50..350).contains(&opened), "{opened}");
}
