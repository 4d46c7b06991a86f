//! Conversations with the office, message by message.

use super::text::{parameter, uri_of};
use super::*;

/// A very simple phone: it says what the test says and remembers what it heard.
struct Desk {
    user: &'static str,
    address: SocketAddr,
    transport: Transport,
    heard: Vec<Text>,
    cseq: u32,
}

fn ms(ms: u64) -> Instant {
    Instant::from_millis(ms)
}

fn office() -> Office {
    Office::new("10.0.0.100:5060".parse().unwrap(), 1)
}

/// An office that does not ask calls for passwords.
fn open_office() -> Office {
    let mut office = office();
    office.settings.challenge_calls = false;
    office
}

impl Desk {
    fn new(user: &'static str, address: &str) -> Self {
        Self { user, address: address.parse().unwrap(), transport: Transport::Udp, heard: vec![], cseq: 0 }
    }

    fn request(
        &mut self,
        method: &str,
        uri: &str,
        branch: &str,
        fields: &[(&str, &str)],
        body: &str,
    ) -> Text {
        self.cseq += 1;
        let (user, address) = (self.user, self.address);
        let mut text =
            Text { start: format!("{method} {uri} SIP/2.0"), fields: vec![], body: body.as_bytes().to_vec() };
        text.push("Via", &format!("SIP/2.0/UDP {address};branch=z9hG4bK-{user}-{branch};rport"));
        text.push("From", &format!("<sip:{user}@10.0.0.100>;tag=from-{user}"));
        let aor = if method == "REGISTER" { format!("sip:{user}@10.0.0.100") } else { uri.to_owned() };
        text.push("To", &format!("<{aor}>"));
        text.push("Call-ID", &format!("call-{user}"));
        text.push("CSeq", &format!("{} {method}", self.cseq));
        text.push("Contact", &format!("<sip:{user}@{address}>"));
        for (name, value) in fields {
            text.set(name, value);
        }
        if !body.is_empty() {
            text.push("Content-Type", "application/sdp");
        }
        text
    }

    fn say(&mut self, office: &mut Office, now: Instant, text: &Text) {
        let arrival = Arrival { from: self.address, to: office.address(), transport: self.transport };
        office.receive(now, arrival, &text.compose());
        self.listen(office);
    }

    /// Hears what is for it; what is for others stays in the office's outbox.
    fn listen(&mut self, office: &mut Office) {
        let (mine, others): (Vec<_>, Vec<_>) = office
            .outbox
            .drain(..)
            .partition(|out| out.to == self.address && out.transport == self.transport);
        office.outbox.extend(others);
        self.heard.extend(mine.iter().filter_map(|out| Text::parse(&out.bytes)));
    }

    fn last(&self) -> &Text {
        self.heard.last().unwrap()
    }

    fn words(&mut self) -> Vec<String> {
        self.heard.drain(..).map(|text| crate::summary::line(&text.compose())).collect()
    }

    fn answer(&mut self, office: &mut Office, now: Instant, request: &Text, status: u16) {
        let mut response = Text::response(request, status, &format!("to-{}", self.user));
        request.all("Record-Route").for_each(|route| response.push("Record-Route", route));
        response.push("Contact", &format!("<sip:{}@{}>", self.user, self.address));
        self.say(office, now, &response);
    }

    fn credentials(
        &self,
        algorithm: Algorithm,
        password: &str,
        method: &str,
        uri: &str,
        count: u32,
    ) -> String {
        let header = if self.last().status() == 401 { "WWW-Authenticate" } else { "Proxy-Authenticate" };
        let token = format!("algorithm={}", algorithm.token());
        let value = self.last().all(header).find(|value| value.contains(&token)).unwrap();
        let nonce = value.split("nonce=\"").nth(1).unwrap().split('"').next().unwrap();
        let a1 = algorithm.hash(&format!("{}:10.0.0.100:{password}", self.user));
        let a2 = algorithm.hash(&format!("{method}:{uri}"));
        let response = algorithm.hash(&format!("{a1}:{nonce}:{count:08x}:c:auth:{a2}"));
        format!(
            "Digest username=\"{}\", realm=\"10.0.0.100\", nonce=\"{nonce}\", uri=\"{uri}\", {token}, \
             response=\"{response}\", qop=auth, nc={count:08x}, cnonce=\"c\"",
            self.user
        )
    }

    fn register(&mut self, office: &mut Office, now: Instant) {
        let was = std::mem::replace(&mut office.settings.challenge_registrations, false);
        let branch = format!("r{}", self.cseq);
        let register = self.request("REGISTER", "sip:10.0.0.100", &branch, &[("Expires", "60")], "");
        self.say(office, now, &register);
        assert_eq!(self.heard.pop().unwrap().status(), 200);
        office.settings.challenge_registrations = was;
    }
}

const SDP: &str =
    "v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n";

#[test]
fn registration_with_each_algorithm_rfc_8760() {
    for algorithm in [Algorithm::Md5, Algorithm::Sha256, Algorithm::Sha512Trunc256] {
        let (mut office, mut desk) = (office(), Desk::new("101", "10.0.0.1:5060"));
        office.settings.algorithms = vec![Algorithm::Sha512Trunc256, Algorithm::Sha256, Algorithm::Md5];
        let uri = "sip:10.0.0.100";
        let first = desk.request("REGISTER", uri, "1", &[("Expires", "60")], "");
        desk.say(&mut office, ms(0), &first);
        assert_eq!(desk.last().all("WWW-Authenticate").count(), 3);
        for (password, status) in [("wrong", 401), ("pw101", 200)] {
            let proof = desk.credentials(algorithm, password, "REGISTER", uri, 1);
            let again =
                desk.request("REGISTER", uri, password, &[("Expires", "60"), ("Authorization", &proof)], "");
            desk.say(&mut office, ms(1), &again);
            assert_eq!(desk.last().status(), status);
        }
        assert_eq!(desk.last().first("Contact"), Some("<sip:101@10.0.0.1:5060>;expires=60"));
        office.timeout(ms(60_002));
        assert!(office.contacts("101").is_empty(), "it ran out");
    }
}

#[test]
fn a_nonce_is_stale_when_old_forgotten_or_replayed() {
    let (mut office, mut desk) = (office(), Desk::new("101", "10.0.0.1:5060"));
    let uri = "sip:10.0.0.100";
    let first = desk.request("REGISTER", uri, "1", &[], "");
    desk.say(&mut office, ms(0), &first);
    let proofs = [1, 1, 2, 3].map(|count| desk.credentials(Algorithm::Md5, "pw101", "REGISTER", uri, count));
    let expected = [(ms(1), 200), (ms(2), 401), (ms(3), 200), (ms(400_000), 401)];
    for (proof, (now, status)) in proofs.iter().zip(expected) {
        let branch = format!("{now:?}");
        let again = desk.request("REGISTER", uri, &branch, &[("Authorization", proof)], "");
        desk.say(&mut office, now, &again);
        assert_eq!(desk.last().status(), status, "{now:?}");
        if status == 401 {
            assert!(desk.last().first("WWW-Authenticate").unwrap().contains("stale=TRUE"));
        }
    }
}

#[test]
fn refusals_of_the_registrar() {
    let (mut office, mut desk) = (office(), Desk::new("101", "10.0.0.1:5060"));
    office.settings.challenge_registrations = false;
    let brief = desk.request("REGISTER", "sip:10.0.0.100", "1", &[("Expires", "5")], "");
    desk.say(&mut office, ms(0), &brief);
    assert_eq!((desk.last().status(), desk.last().first("Min-Expires")), (423, Some("10")));
    office.add_rule(Rule::answer("REGISTER", 1, 503).to("101").with("Retry-After", "9"));
    office.add_rule(Rule::ignore("REGISTER", 1));
    desk.heard.clear();
    for branch in ["2", "2", "3"] {
        let text = desk.request("REGISTER", "sip:10.0.0.100", branch, &[("Expires", "60")], "");
        desk.say(&mut office, ms(0), &text);
    }
    assert_eq!(desk.words(), ["503 REGISTER retry-after 9", "200 REGISTER"]);
    let all = desk.request("REGISTER", "sip:10.0.0.100", "4", &[("Contact", "*"), ("Expires", "0")], "");
    desk.say(&mut office, ms(0), &all);
    assert!(office.contacts("101").is_empty());
    let mut nobody = Desk::new("999", "10.0.0.9:5060");
    let text = nobody.request("REGISTER", "sip:10.0.0.100", "1", &[], "");
    nobody.say(&mut office, ms(0), &text);
    assert_eq!(nobody.last().status(), 404);
}

fn invite(desk: &mut Desk, office: &mut Office, now: Instant, number: &str) -> Text {
    let uri = format!("sip:{number}@10.0.0.100");
    let branch = format!("i{}", now.as_millis());
    let text = desk.request("INVITE", &uri, &branch, &[], SDP);
    desk.say(office, now, &text);
    text
}

/// An ACK or BYE in the dialog of the last answer.
fn in_dialog(desk: &mut Desk, office: &mut Office, now: Instant, method: &str) {
    let answer = desk.last().clone();
    let target = uri_of(answer.first("Contact").unwrap()).to_owned();
    let branch = format!("{method}{}", now.as_millis());
    let mut text = desk.request(method, &target, &branch, &[("To", answer.first("To").unwrap())], "");
    answer.all("Record-Route").for_each(|route| text.push("Route", route));
    desk.say(office, now, &text);
}

#[test]
fn calls_are_challenged_and_the_refusal_is_sent_until_acknowledged() {
    let (mut office, mut desk) = (office(), Desk::new("101", "10.0.0.1:5060"));
    let mut request = invite(&mut desk, &mut office, ms(0), "600");
    office.timeout(ms(500));
    office.timeout(ms(1_500));
    desk.listen(&mut office);
    assert_eq!(desk.words(), ["407 INVITE", "407 INVITE", "407 INVITE"]);
    let to = Text::response(&request, 407, "x");
    request.start = "ACK sip:600@10.0.0.100 SIP/2.0".to_owned();
    request.set("CSeq", "1 ACK");
    request.set("To", to.first("To").unwrap());
    desk.say(&mut office, ms(1_600), &request);
    office.timeout(ms(6_000));
    desk.listen(&mut office);
    assert!(desk.heard.is_empty());
    office.timeout(ms(6_600));
    assert!(office.is_quiet(), "{}", office.leftovers());
}

#[test]
fn the_echo_number_from_end_to_end() {
    let (mut office, mut desk) = (open_office(), Desk::new("101", "10.0.0.1:5060"));
    invite(&mut desk, &mut office, ms(0), "600");
    assert_eq!(crate::summary::line(&desk.last().compose()), "200 INVITE (sendrecv)");
    office.timeout(ms(500));
    desk.listen(&mut office);
    assert_eq!(desk.heard.len(), 2, "200 again without an ACK");
    in_dialog(&mut desk, &mut office, ms(600), "ACK");
    let port = office.streams()[0].port;
    office.receive_media(port, &[0x80; 172]);
    assert_eq!(office.poll_media().unwrap().to, "10.0.0.1:4000".parse().unwrap());
    in_dialog(&mut desk, &mut office, ms(900), "BYE");
    assert_eq!(desk.words().last().unwrap(), "200 BYE");
    office.timeout(ms(40_000));
    assert!(office.is_quiet() && office.streams().is_empty(), "{}", office.leftovers());
}

#[test]
fn numbers_ring_refuse_and_change_their_mind() {
    let (mut office, mut desk) = (open_office(), Desk::new("101", "10.0.0.1:5060"));
    invite(&mut desk, &mut office, ms(1), "604");
    office.timeout(ms(8_001));
    desk.listen(&mut office);
    in_dialog(&mut desk, &mut office, ms(8_010), "ACK");
    assert_eq!(desk.words(), ["180 INVITE", "200 INVITE (sendrecv)"]);
    for now in [20_000, 20_001, 20_002] {
        invite(&mut desk, &mut office, ms(now), "605");
    }
    assert_eq!(desk.words(), ["486 INVITE", "486 INVITE", "200 INVITE (sendrecv)"]);
    invite(&mut desk, &mut office, ms(20_010), "603");
    office
        .set_service("700", Service::new(Answer::Redirect("sip:105@10.0.0.100".to_owned()), Audio::Silence));
    invite(&mut desk, &mut office, ms(20_020), "700");
    invite(&mut desk, &mut office, ms(20_030), "106");
    invite(&mut desk, &mut office, ms(20_040), "123");
    assert_eq!(desk.words(), ["486 INVITE", "302 INVITE to 105", "480 INVITE", "404 INVITE"]);
}

fn cancelled(desk: &mut Desk, office: &mut Office, now: Instant, invite: &Text) {
    let mut cancel = invite.clone();
    cancel.start = invite.start.replace("INVITE", "CANCEL");
    cancel.set("CSeq", &format!("{} CANCEL", invite.cseq()));
    cancel.remove_all("Content-Type");
    cancel.body.clear();
    desk.say(office, now, &cancel);
}

#[test]
fn a_ringing_number_is_cancelled() {
    let (mut office, mut desk) = (open_office(), Desk::new("101", "10.0.0.1:5060"));
    let call = invite(&mut desk, &mut office, ms(0), "602");
    cancelled(&mut desk, &mut office, ms(50), &call);
    assert_eq!(desk.words(), ["180 INVITE", "200 CANCEL", "487 INVITE"]);
    cancelled(&mut desk, &mut office, ms(40_000), &call);
    assert_eq!(desk.words().last().unwrap(), "481 CANCEL");
    office.timeout(ms(80_000));
    assert!(office.is_quiet(), "{}", office.leftovers());
}

#[test]
fn a_fork_rings_both_and_cancels_the_loser() {
    let mut office = open_office();
    let (mut desk, mut bob, mut home) = (
        Desk::new("101", "10.0.0.1:5060"),
        Desk::new("102", "10.0.0.2:5060"),
        Desk::new("102", "10.0.0.3:5060"),
    );
    bob.register(&mut office, ms(0));
    home.register(&mut office, ms(0));
    assert_eq!(office.contacts("102").len(), 2);
    invite(&mut desk, &mut office, ms(10), "102");
    bob.listen(&mut office);
    home.listen(&mut office);
    let (to_bob, to_home) = (bob.last().clone(), home.last().clone());
    assert_eq!(to_bob.first("Record-Route"), Some("<sip:10.0.0.100:5060;lr>"));
    assert_eq!(to_bob.first("Max-Forwards"), Some("69"));
    bob.answer(&mut office, ms(20), &to_bob, 180);
    home.answer(&mut office, ms(30), &to_home, 180);
    bob.answer(&mut office, ms(40), &to_bob, 200);
    desk.listen(&mut office);
    assert_eq!(desk.last().all("Via").count(), 1);
    home.listen(&mut office);
    assert_eq!(home.words(), ["INVITE 102 (sendrecv)", "CANCEL 102"]);
    home.answer(&mut office, ms(45), &to_home, 487);
    home.listen(&mut office);
    assert_eq!(home.words(), ["ACK 102"]);
    in_dialog(&mut desk, &mut office, ms(50), "ACK");
    in_dialog(&mut desk, &mut office, ms(60), "BYE");
    bob.listen(&mut office);
    assert_eq!(bob.words(), ["INVITE 102 (sendrecv)", "ACK 102", "BYE 102"]);
    assert_eq!(desk.words(), ["100 INVITE", "180 INVITE", "180 INVITE", "200 INVITE"]);
    office.timeout(ms(80_000));
    assert!(office.clients.is_empty() && office.forks.is_empty(), "{}", office.leftovers());
}

#[test]
fn a_cancelled_fork_ends_even_when_a_branch_is_dead() {
    let mut office = open_office();
    let (mut desk, mut bob) = (Desk::new("101", "10.0.0.1:5060"), Desk::new("102", "10.0.0.2:5060"));
    bob.register(&mut office, ms(0));
    let call = invite(&mut desk, &mut office, ms(10), "102");
    cancelled(&mut desk, &mut office, ms(20), &call);
    bob.listen(&mut office);
    assert_eq!(bob.heard.len(), 1, "no CANCEL before a provisional response");
    let to_bob = bob.last().clone();
    bob.answer(&mut office, ms(30), &to_bob, 180);
    assert_eq!(crate::summary::line(&bob.last().compose()), "CANCEL 102");
    let mut now = ms(30);
    while let Some(at) = office.deadline().filter(|at| *at < ms(59_000)) {
        assert!(at > now, "the deadline {at:?} has passed at {now:?}");
        now = at;
        office.timeout(now);
    }
    desk.listen(&mut office);
    assert_eq!(desk.words()[..4], ["100 INVITE", "200 CANCEL", "180 INVITE", "487 INVITE"]);
    office.timeout(ms(100_000));
    office.timeout(ms(100_000));
    assert!(office.is_quiet(), "{}", office.leftovers());
}

#[test]
fn the_best_answer_of_a_fork() {
    for (first, second, best) in [(486, 404, "404"), (486, 603, "603"), (486, 487, "486"), (480, 407, "407")]
    {
        let mut office = open_office();
        let (mut desk, mut bob, mut home) = (
            Desk::new("101", "10.0.0.1:5060"),
            Desk::new("102", "10.0.0.2:5060"),
            Desk::new("102", "10.0.0.3:5060"),
        );
        bob.register(&mut office, ms(0));
        home.register(&mut office, ms(0));
        invite(&mut desk, &mut office, ms(10), "102");
        bob.listen(&mut office);
        home.listen(&mut office);
        let (to_bob, to_home) = (bob.last().clone(), home.last().clone());
        bob.answer(&mut office, ms(20), &to_bob, first);
        home.answer(&mut office, ms(20), &to_home, second);
        desk.listen(&mut office);
        assert_eq!(crate::summary::kind(&desk.last().compose()), best);
    }
}

#[test]
fn an_unanswered_call_gets_408_and_its_branch_a_cancel() {
    let mut office = open_office();
    office.settings.no_answer_ms = 30_000;
    let (mut desk, mut bob) = (Desk::new("101", "10.0.0.1:5060"), Desk::new("102", "10.0.0.2:5060"));
    bob.register(&mut office, ms(0));
    invite(&mut desk, &mut office, ms(10), "102");
    bob.listen(&mut office);
    let to_bob = bob.last().clone();
    bob.answer(&mut office, ms(30), &to_bob, 180);
    office.timeout(ms(30_010));
    bob.listen(&mut office);
    desk.listen(&mut office);
    assert_eq!(desk.words().last().unwrap(), "408 INVITE");
    assert_eq!(bob.words().last().unwrap(), "CANCEL 102");
}

#[test]
fn the_office_calls_holds_meets_glare_and_hangs_up() {
    let mut office = open_office();
    let mut desk = Desk::new("101", "10.0.0.1:5060");
    assert!(!office.call(ms(0), "601", "101"), "not registered");
    desk.register(&mut office, ms(0));
    assert!(office.call(ms(1), "601", "101"));
    desk.listen(&mut office);
    let call = desk.last().clone();
    let mut ok = Text::response(&call, 200, "mine");
    ok.push("Contact", "<sip:101@10.0.0.1:5060>");
    ok.set_body("application/sdp", SDP);
    desk.say(&mut office, ms(5), &ok);
    desk.say(&mut office, ms(9), &ok);
    assert_eq!(desk.words(), ["INVITE 101 (sendrecv)", "ACK 101", "ACK 101"]);
    office.media_timeout(ms(10));
    assert!(office.poll_media().is_some());
    office.reinvite(ms(20), "601", Direction::SendOnly);
    desk.listen(&mut office);
    let hold = desk.last().clone();
    let mut glare = desk.request("INVITE", "sip:601@10.0.0.100:5060", "glare", &[], SDP);
    glare.set("To", call.first("From").unwrap());
    glare.set("From", ok.first("To").unwrap());
    glare.set("Call-ID", call.call_id());
    desk.say(&mut office, ms(21), &glare);
    desk.answer(&mut office, ms(22), &hold, 491);
    office.timeout(ms(4_100));
    desk.listen(&mut office);
    let words = desk.words();
    assert_eq!(words[..3], ["INVITE 101 (sendonly)", "491 INVITE", "ACK 101"]);
    assert_eq!(words.iter().filter(|word| *word == "INVITE 101 (sendonly)").count(), 2, "{words:?}");
    office.hang_up(ms(5_000), "601");
    desk.listen(&mut office);
    assert_eq!(desk.words().last().unwrap(), "BYE 101");
}

#[test]
fn a_stream_carries_pieces_and_takes_its_registration_along() {
    let (mut office, mut desk) = (open_office(), Desk::new("101", "10.0.0.1:40123"));
    office.settings.challenge_registrations = false;
    desk.transport = Transport::Tcp(StreamId(7));
    let mut text = desk.request("REGISTER", "sip:10.0.0.100", "1", &[("Expires", "60")], "");
    text.set("Contact", "<sip:101@10.0.0.1:5060;transport=tcp>");
    let bytes = [b"\r\n\r\n".to_vec(), text.compose()].concat();
    let arrival = Arrival { from: desk.address, to: office.address(), transport: desk.transport };
    for piece in bytes.chunks(11) {
        office.receive(ms(0), arrival, piece);
    }
    desk.listen(&mut office);
    assert_eq!(desk.words(), ["200 REGISTER"]);
    office.send(ms(10), "NOTIFY", "101", &[("Event", "message-summary")], "");
    desk.listen(&mut office);
    assert!(desk.last().first("Via").unwrap().starts_with("SIP/2.0/TCP 10.0.0.100:5060;"));
    assert_eq!(parameter(desk.last().first("From").unwrap(), "tag").map(str::len), Some(8));
    office.closed(StreamId(7));
    assert!(office.contacts("101").is_empty());
}

#[test]
fn a_restart_forgets_everything() {
    let (mut office, mut desk) = (open_office(), Desk::new("101", "10.0.0.1:5060"));
    desk.register(&mut office, ms(0));
    invite(&mut desk, &mut office, ms(10), "600");
    office.restart();
    assert!(office.is_quiet() && office.contacts("101").is_empty() && office.streams().is_empty());
    in_dialog(&mut desk, &mut office, ms(20), "BYE");
    assert_eq!(desk.words().last().unwrap(), "481 BYE");
}

#[test]
fn where_the_transport_changes_there_are_two_route_entries_rfc_5658() {
    let (mut office, mut bob) = (open_office(), Desk::new("102", "10.0.0.2:40123"));
    bob.transport = Transport::Tcp(StreamId(7));
    bob.register(&mut office, ms(0));
    let mut desk = Desk::new("101", "10.0.0.1:5060");
    invite(&mut desk, &mut office, ms(10), "102");
    bob.listen(&mut office);
    let entries: Vec<&str> = bob.last().all("Record-Route").collect();
    assert_eq!(entries, ["<sip:10.0.0.100:5060;transport=tcp;lr>", "<sip:10.0.0.100:5060;lr>"]);
}
