//! SIP: a message read to its last value, answered, and carried by a transaction.

use super::Static;
use core::hint::black_box;
use core::net::{Ipv4Addr, SocketAddr};
use deskphone::base::{Instant, Writer};
use deskphone::crypto::{Algorithm, Hash, Protection, Question};
use deskphone::dialog::{DialogId, RouteSet};
use deskphone::sip::admission::{Abilities, judge};
use deskphone::sip::stream::{Frame, Framer};
use deskphone::sip::{Address, HeaderName, Message, Method, Status, Uri, Via, auth, compose};
use deskphone::transaction::{Hop, Owner, RequestMatch, Timers, Transactions, Transport};

const INVITE: &[u8] = b"INVITE sip:101@192.0.2.57 SIP/2.0\r\n\
    Via: SIP/2.0/UDP 198.51.100.20:5062;branch=z9hG4bK7d;rport\r\n\
    Max-Forwards: 70\r\n\
    Record-Route: <sip:proxy.example.com;lr>\r\n\
    From: \"Front Desk\" <sip:100@pbx.example.com>;tag=a1\r\n\
    To: <sip:101@pbx.example.com>\r\n\
    Call-ID: 7f@198.51.100.20\r\n\
    CSeq: 4 INVITE\r\n\
    Contact: <sip:100@198.51.100.20:5062>\r\n\
    Content-Length: 0\r\n\r\n";

static FRAMER: Static<Framer> = Static::new(Framer::new());
static TABLE: Static<Transactions> = Static::new(Transactions::new());

pub fn messages() -> bool {
    // SAFETY: borrowed here only.
    let framer = unsafe { FRAMER.borrow() };
    framer.feed(black_box(INVITE));
    let Some(Frame::Message(bytes)) = framer.poll() else { return false };
    let Ok(message) = Message::parse(bytes) else { return false };
    let abilities = Abilities { methods: &[Method::Invite], options: &[b"timer"], bodies: &[], answers: &[] };
    black_box(judge(&message, &abilities));
    decode(&message);
    let named = message.from().is_some_and(|from| from.display_name::<16>() == "Front Desk");
    let mut buffer = [0; 1_024];
    let mut out = Writer::new(&mut buffer);
    let source = SocketAddr::from((Ipv4Addr::new(192, 0, 2, 9), 5_061));
    let reply = compose::Reply { status: Status::RINGING, to_tag: Some(b"t"), source: Some(source) };
    compose::respond(&mut out, &message, &reply);
    compose::finish_without_body(&mut out);
    let answered = Message::parse(out.written()).is_ok_and(|response| {
        let id = DialogId::of_response(&response);
        black_box(RouteSet::of_response(&response).is_ok());
        response.check().is_ok() && id.is_some_and(|id| id.local_tag() == b"a1")
    });
    let mut out = Writer::new(&mut buffer);
    compose::cancel(&mut out, &message, None);
    named && answered && challenges() && !out.is_empty()
}

fn decode(message: &Message<'_>) {
    for header in message.headers() {
        black_box(Uri::parse(header.value).is_ok());
        black_box(Via::parse(header.value).is_ok());
        black_box(Address::parse(header.value).is_ok());
    }
    black_box((message.vias().count(), message.contacts().count(), message.routes().count()));
    black_box((message.cseq(), message.max_forwards(), message.content_type(), message.event()));
    black_box((message.subscription_state(), message.refer_to(), message.replaces().is_ok(), message.rack()));
    black_box((message.session_expires(), message.min_se(), message.retry_after(), message.date()));
    black_box((message.call_infos().count(), message.appearances().count(), message.reasons().count()));
    black_box((
        message.asserted_identity(),
        message.remote_party(b"calling"),
        message.values(HeaderName::Allow).count(),
    ));
}

fn challenges() -> bool {
    let text = black_box(b"Digest realm=\"pbx\", nonce=\"abc\", algorithm=SHA-256, qop=\"auth\"");
    let answerable = auth::Challenge::parse(text).is_ok();
    let question = |hash, session| Question {
        algorithm: Algorithm { hash, session },
        username: black_box(b"100"),
        realm: b"pbx",
        password: b"pw",
        nonce: b"abc",
        cnonce: b"def",
        method: b"REGISTER",
        uri: b"sip:pbx",
        protection: Protection::Auth { nonce_count: 1 },
    };
    let lengths = [Hash::Md5, Hash::Sha256, Hash::Sha512_256].map(|hash| {
        question(hash, false).response().as_bytes().len() + question(hash, true).response().as_str().len()
    });
    answerable && lengths == [64, 128, 128]
}

pub fn transactions() -> bool {
    // SAFETY: borrowed here only.
    let table = unsafe { TABLE.borrow() };
    let (now, timers) = (black_box(Instant::ZERO), Timers::default());
    let remote = SocketAddr::from((Ipv4Addr::new(192, 0, 2, 9), 5_060));
    let hop = Hop { transport: Transport::Udp, remote, local_port: 5_060, connection: None };
    let Ok(invite) = Message::parse(black_box(INVITE)) else { return false };
    let new = matches!(table.receive_request(now, &invite, &hop), RequestMatch::New);
    let Ok(server) = table.open_server(now, &invite, (hop, Some(remote)), Owner(1), &timers) else {
        return false;
    };
    let mut answered = false;
    if let Some(mut draft) = table.respond(server) {
        let mut out = Writer::new(draft.buffer());
        compose::respond(
            &mut out,
            &invite,
            &compose::Reply { status: Status::BUSY_HERE, to_tag: Some(b"t"), source: None },
        );
        compose::finish_without_body(&mut out);
        let length = out.len();
        answered = draft.send(now, Status::BUSY_HERE, length);
    }
    if let Some(mut vacant) = table.vacant_client() {
        let mut out = Writer::new(vacant.buffer());
        out.put(INVITE);
        let length = out.len();
        black_box(vacant.start(now, length, hop, Owner(2), &timers).is_some());
    }
    let mut sent = 0;
    while let Some(outgoing) = table.take_pending() {
        sent += outgoing.bytes.len();
    }
    let mut turns = 0u32;
    while let Some(deadline) = table.deadline().filter(|_| turns < 1_000) {
        while table.step_timeout(deadline).is_some() {}
        while table.take_pending().is_some() {}
        turns += 1;
    }
    black_box(table.receive_response(now, &invite));
    new && answered && sent > 0 && table.is_empty()
}
