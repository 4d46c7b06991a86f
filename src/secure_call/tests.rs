//! The vectors, and a handshake that goes well.

use std::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::base::{Instant, Rng, UnixTime};

#[cfg(feature = "issuer")]
pub(super) const CA_KEY: &str = include_str!("vectors/ca.key");
pub(super) const JOE: (&str, &str) = (include_str!("vectors/joe.cert"), include_str!("vectors/joe.key"));
pub(super) const JANE: (&str, &str) = (include_str!("vectors/jane.cert"), include_str!("vectors/jane.key"));
const CALLER_HELLO: &str = include_str!("vectors/caller_hello");
const CALLEE_HELLO: &str = include_str!("vectors/callee_hello");
const CALLER_FINAL: &str = include_str!("vectors/caller_final");

/// Randomness that replays.
#[derive(Clone, Debug)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }
}

impl Rng for Dice {
    fn next_u32(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((self.0 ^ (self.0 >> 29)) >> 32).unwrap()
    }
}

/// 2023-11-14.
pub(super) const TODAY: UnixTime = UnixTime(1_700_000_000);

pub(super) fn joe() -> Provisioned {
    Provisioned::read(JOE.0, JOE.1).unwrap()
}

pub(super) fn jane() -> Provisioned {
    Provisioned::read(JANE.0, JANE.1).unwrap()
}

fn hex(bytes: &[u8]) -> std::string::String {
    bytes.iter().map(|byte| std::format!("{byte:02x}")).collect()
}

fn done(work: Work) -> Answer {
    engine::perform(&Job { ticket: Ticket(0), work }).answer
}

/// The certificate holds, and so does its key.
fn assert_whole(own: &Provisioned) {
    let mut test = self_test::SelfTest::begin(own, Some(TODAY)).unwrap();
    loop {
        let answer = done(test.work());
        match test.step(&answer) {
            self_test::Progress::More(next) => test = next,
            self_test::Progress::Passed(identity) => {
                assert_eq!(identity.own().certificate(), &own.certificate);
                return;
            }
            self_test::Progress::Failed(reason) => panic!("{reason:?}"),
        }
    }
}

#[test]
fn the_documented_certificate() {
    let joe = joe();
    let claims = *joe.certificate().claims();
    assert_eq!(claims.name.as_bytes(), b"Joe Smith");
    assert_eq!(claims.user_id.as_bytes(), b"14085551234");
    assert_eq!(std::string::ToString::to_string(&claims.expiry), "00:00:00 1/1/34");
    assert_eq!(hex(&claims.digest()), "a2a420df49b17508946305979d24dd4040b8fa2c");
    assert_eq!(hex(joe.ca.as_bytes()).get(..8), Some("f420bd69"));
    assert_whole(&joe);
}

#[test]
fn the_second_certificate() {
    let claims = *jane().certificate().claims();
    assert_eq!((claims.name.as_bytes(), claims.user_id.as_bytes()), (&b"Jane Doe"[..], &b"14085556789"[..]));
    assert_eq!(std::string::ToString::to_string(&claims.expiry), "23:59:59 12/31/39");
    assert_whole(&jane());
}

#[test]
fn the_hello_vectors() {
    let flags = Flags { suite: Suite::AesCm128HmacSha1Tag80, rtcp: false };
    for (text, role, ssrc, own) in
        [(CALLER_HELLO, Role::Caller, 0x1122_3344, joe()), (CALLEE_HELLO, Role::Callee, 0x5566_7788, jane())]
    {
        let hello = Hello { role, flags, ssrc, certificate: own.certificate };
        assert_eq!(Message::read(text.as_bytes()), Ok(Message::Hello(hello)));
        assert_eq!(hello.body(), text.trim_end().as_bytes());
        assert!(Message::is_candidate(text.as_bytes()));
    }
}

#[test]
fn the_final_vector_opens_with_janes_key() {
    let Ok(Message::Final(sealed)) = Message::read(CALLER_FINAL.as_bytes()) else { panic!() };
    assert_eq!(sealed.body(), CALLER_FINAL.trim_end().as_bytes());
    assert!(Message::is_candidate(CALLER_FINAL.as_bytes()));
    let CallerFinal::One(block) = sealed else { panic!() };
    let jane = jane();
    let modulus = *jane.certificate.claims().public_key.as_bytes();
    let Answer::Subscriber(opened) = &done(Work::Decrypt { block, exponent: *jane.key.as_bytes(), modulus })
    else {
        panic!()
    };
    assert_eq!(hex(&opened[..32]), "00020102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d00");
    let other = MasterKey::new([0; 16], [0; 14]);
    let master = other.or_opened(opened, 1.into());
    assert_eq!(hex(master.key()), "e1f97a0d3e018be0d64fa32c06de4139");
    assert_eq!(hex(master.salt()), "0ec675ad498afeebb6960b3aabe6");
    assert_eq!(done(Work::Encrypt { block: *opened, modulus }), Answer::Subscriber(block));
}

#[test]
fn a_setting_with_line_breaks() {
    let broken: std::string::String = JOE
        .0
        .as_bytes()
        .chunks(64)
        .map(|line| std::format!("{}\r\n", std::str::from_utf8(line).unwrap()))
        .collect();
    assert_eq!(Provisioned::read(&broken, JOE.1).unwrap().certificate, joe().certificate);
}

#[test]
fn settings_that_are_not_what_they_should_be() {
    let short = |text: &str, left_out: usize| text.trim_end().get(left_out..).unwrap().to_owned();
    use std::borrow::ToOwned;
    for (certificate, key, fault) in [
        ("", JOE.1, Fault::NotProvisioned),
        (JOE.0, "", Fault::NotProvisioned),
        ("?", JOE.1, Fault::Base64),
        (JOE.0, "?", Fault::Base64),
        (&short(JOE.0, 4), JOE.1, Fault::Length),
        (JOE.0, &short(JOE.1, 4), Fault::Length),
        (JOE.0, JOE.0, Fault::Base64),
        (JOE.1, JOE.1, Fault::Length),
    ] {
        assert_eq!(Provisioned::read(certificate, key).err(), Some(fault), "{certificate} {key}");
    }
}

/// Both sides, an engine for both, and what passes between them.
pub(super) struct Pair {
    pub(super) now: Instant,
    pub(super) dice: Dice,
    pub(super) caller: Caller,
    pub(super) callee: Callee,
    pub(super) own: Provisioned,
    pub(super) told: Vec<(Role, Notify)>,
}

impl Pair {
    pub(super) fn attempt<'a>(own: &'a Provisioned, dialled: &'a str) -> Attempt<'a> {
        Attempt {
            own,
            dialled,
            local_time: Some(TODAY),
            suite: Suite::AesCm128HmacSha1Tag80,
            rtcp: true,
            form: FinalForm::OneBlock,
            ticket: Ticket(0),
        }
    }

    /// Joe calls Jane.
    pub(super) fn new(seed: u64) -> Self {
        let joe = joe();
        Self::with(seed, &Self::attempt(&joe, "14085556789"), jane())
    }

    pub(super) fn with(seed: u64, attempt: &Attempt<'_>, own: Provisioned) -> Self {
        let now = Instant::from_millis(1_000);
        let (caller, step) = Caller::begin(now, attempt);
        let told = step.notify.map(|notify| (Role::Caller, notify)).into_iter().collect();
        Self { now, dice: Dice::new(seed), caller, callee: Callee::new(Ticket(1_000)), own, told }
    }

    pub(super) fn caller(&mut self, input: caller::Input<'_>) -> Option<Body> {
        let (next, step) = self.caller.clone().step(self.now, &mut self.dice, input);
        self.caller = next;
        self.told.extend(step.notify.map(|notify| (Role::Caller, notify)));
        step.send
    }

    pub(super) fn callee(&mut self, input: callee::Input<'_>) -> Option<callee::Response> {
        let (next, step) = self.callee.clone().step(self.now, &mut self.dice, input);
        self.callee = next;
        self.told.extend(step.notify.map(|notify| (Role::Callee, notify)));
        step.answer
    }

    /// The caller's jobs, until it says something or has none.
    pub(super) fn caller_works(&mut self) -> Option<Body> {
        while let Some(job) = self.caller.job() {
            let done = engine::perform(&job);
            if let Some(body) = self.caller(caller::Input::Done(&done)) {
                return Some(body);
            }
        }
        None
    }

    pub(super) fn callee_works(&mut self) -> Option<callee::Response> {
        while let Some(job) = self.callee.job() {
            let done = engine::perform(&job);
            if let Some(answer) = self.callee(callee::Input::Done(&done)) {
                return Some(answer);
            }
        }
        None
    }

    /// An INFO arrives at the callee, which works until it answers.
    pub(super) fn ask(&mut self, body: &[u8]) -> callee::Response {
        let own = self.own.clone();
        let means = Means { own: Ok(&own), local_time: Some(TODAY), rtcp: true };
        let answer = self.callee(callee::Input::Request { body, means });
        answer.or_else(|| self.callee_works()).expect("each INFO is answered")
    }

    /// A response arrives at the caller, which works until it says something.
    pub(super) fn tell(&mut self, answer: &callee::Response) -> Option<Body> {
        let input = caller::Input::Response { status: answer.status, body: &answer.body };
        self.caller(input).or_else(|| self.caller_works())
    }

    /// As far as the 200 to the Final has arrived.
    pub(super) fn handshake(&mut self) {
        let hello = self.caller_works().expect("Caller Hello");
        let answer = self.ask(&hello);
        let sealed = self.tell(&answer).expect("Caller Final");
        let answer = self.ask(&sealed);
        assert_eq!((answer.status, answer.body.len()), (200, 0), "the Callee Final is empty");
        assert_eq!(self.tell(&answer), None);
    }

    /// Packets flow both ways; they are authenticated if both sides have the same key and SSRCs.
    pub(super) fn media(&mut self) {
        let (Some(one), Some(other)) = (self.caller.protection(), self.callee.protection()) else { return };
        let same = one.master.key() == other.master.key()
            && one.master.salt() == other.master.salt()
            && one.suite == other.suite;
        let to_caller = same && other.sends && one.remote_ssrc == other.local_ssrc;
        let to_callee = same && one.sends && other.remote_ssrc == one.local_ssrc;
        if to_caller {
            assert_eq!(self.caller(caller::Input::Authenticated), None);
        }
        if to_callee {
            assert_eq!(self.callee(callee::Input::Authenticated), None);
        }
    }

    pub(super) fn both_secure(&self) -> bool {
        self.caller.state() == caller::State::Secure && self.callee.state() == callee::State::Secure
    }
}

#[test]
fn joe_calls_jane() {
    let mut pair = Pair::new(1);
    pair.handshake();
    assert_eq!(pair.caller.peer(), None, "nobody is shown before the key is confirmed");
    pair.media();
    assert!(pair.both_secure());
    assert_eq!(pair.caller.peer().unwrap().name.as_bytes(), b"Jane Doe");
    assert_eq!(pair.callee.peer().unwrap().user_id.as_bytes(), b"14085551234");
    assert_eq!((pair.caller.deadline(), pair.callee.deadline()), (None, None), "for good");
    let secured = [Role::Caller, Role::Callee].map(|role| (role, Notify::Secured));
    let protect = [Role::Caller, Role::Callee, Role::Caller].map(|role| (role, Notify::Protect));
    assert_eq!(pair.told, [&protect[..], &secured[..]].concat());
}

/// An answer that comes too late is none to a later job, and that job is given out although its like was.
#[test]
fn a_job_after_one_that_was_given_up_has_a_ticket_of_its_own() {
    let mut pair = Pair::new(7);
    let hello = pair.caller_works().unwrap();
    let own = pair.own.clone();
    let means = Means { own: Ok(&own), local_time: Some(TODAY), rtcp: true };
    let request = callee::Input::Request { body: &hello, means };
    assert_eq!(pair.callee(request), None);
    let late = engine::perform(&pair.callee.job().unwrap());
    pair.now = pair.callee.deadline().unwrap();
    assert_eq!(pair.callee(callee::Input::Timeout).map(|answer| answer.status), Some(500));
    assert_eq!(pair.callee(request), None);
    assert_ne!(pair.callee.job().unwrap().ticket, late.ticket);
    pair.callee(callee::Input::Done(&late));
    assert_eq!(pair.callee_works().map(|answer| answer.status), Some(200));
}

#[test]
fn key_and_salt_in_two_blocks() {
    let joe = joe();
    let attempt = Attempt { form: FinalForm::TwoBlocks, ..Pair::attempt(&joe, "14085556789") };
    let mut pair = Pair::with(2, &attempt, jane());
    pair.handshake();
    pair.media();
    assert!(pair.both_secure());
}

#[test]
fn rtcp_is_protected_when_both_can() {
    for (caller, suite) in [(true, Suite::AesCm128HmacSha1Tag32), (false, Suite::AesCm128HmacSha1Tag80)] {
        let joe = joe();
        let attempt = Attempt { rtcp: caller, suite, ..Pair::attempt(&joe, "14085556789") };
        let mut pair = Pair::with(3, &attempt, jane());
        pair.handshake();
        let protection = pair.caller.protection().unwrap();
        assert_eq!((protection.rtcp, protection.suite), (caller, suite));
    }
}

#[test]
fn the_first_packet_may_overtake_the_last_response() {
    let mut pair = Pair::new(4);
    let hello = pair.caller_works().unwrap();
    let answer = pair.ask(&hello);
    let sealed = pair.tell(&answer).unwrap();
    let answer = pair.ask(&sealed);
    pair.media();
    assert_eq!(pair.caller.state(), caller::State::FinalSent, "the 200 is still due");
    assert_eq!(pair.tell(&answer), None);
    assert_eq!(pair.caller.state(), caller::State::Secure);
}

#[test]
fn secrets_are_not_shown() {
    let mut pair = Pair::new(5);
    let hello = pair.caller_works().unwrap();
    let answer = pair.ask(&hello);
    let _ = pair.caller(caller::Input::Response { status: 200, body: &answer.body });
    let examining = std::format!("{:?} {:?} {:?}", pair.caller, pair.callee, pair.caller.job());
    let sealed = pair.caller_works().unwrap();
    let own = pair.own.clone();
    let means = Means { own: Ok(&own), local_time: Some(TODAY), rtcp: true };
    let _ = pair.callee(callee::Input::Request { body: &sealed, means });
    let shown =
        std::format!("{examining} {:?} {:?} {:?} {own:?}", pair.caller, pair.callee, pair.callee.job());
    let key = pair.caller.protection().unwrap().master.clone();
    for secret in [&own.key.as_bytes()[..8], &key.key()[..8], &key.salt()[..8]] {
        assert!(!shown.contains(&std::format!("{secret:?}").replace(['[', ']'], "")), "{shown}");
    }
    assert!(shown.contains("PrivateKey") && shown.contains("MasterKey"), "{shown}");
}

/// Any certificate that is well-formed.
fn certificates() -> impl Strategy<Value = MiniCertificate> {
    let text = |most| proptest::string::string_regex(&std::format!("[ -~]{{0,{most}}}")).unwrap();
    let expiry = (0u8..24, 0u8..60, 0u8..60, 1u8..=12, 1u8..=28, 0u8..100);
    let key = (proptest::collection::vec(any::<u8>(), 62), 1u8.., 0u8..128);
    (text(32), text(16), expiry, key, any::<[u8; 32]>()).prop_map(|(name, user_id, expiry, key, seed)| {
        let (hour, minute, second, month, day, year) = expiry;
        let expiry = std::format!("{hour}:{minute}:{second} {month}/{day}/{year}").parse().unwrap();
        let mut modulus = [key.1; 64];
        modulus[1..63].copy_from_slice(&key.0);
        modulus[63] = key.2 << 1 | 1;
        let public_key = PublicKey::new(&modulus).unwrap();
        let subject = Subject {
            name: Name::new(&name).unwrap(),
            user_id: UserId::new(&user_id).unwrap(),
            expiry,
            public_key,
        };
        MiniCertificate::new(subject, core::array::from_fn(|at| seed[at % 32]))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_certificate_reads_as_it_was_written(certificate in certificates()) {
        prop_assert_eq!(MiniCertificate::parse(&certificate.compose()), Ok(certificate));
    }

    #[test]
    fn what_reads_is_written_the_same(
        bytes in proptest::collection::vec(any::<u8>(), 250..255), joe in any::<bool>(),
    ) {
        // Random fields hardly ever read, so most of the bytes are a real certificate's.
        let mut whole = self::joe().certificate.compose().to_vec();
        if !joe {
            whole.splice(60.., bytes.into_iter().skip(60));
        }
        if let Ok(certificate) = MiniCertificate::parse(&whole) {
            prop_assert_eq!(certificate.compose().to_vec(), whole);
        }
    }

    #[test]
    fn a_hello_reads_as_it_was_written(
        certificate in certificates(), caller in any::<bool>(), short in any::<bool>(), rtcp in any::<bool>(),
        ssrc in any::<u32>(),
    ) {
        let suite = if short { Suite::AesCm128HmacSha1Tag32 } else { Suite::AesCm128HmacSha1Tag80 };
        let role = if caller { Role::Caller } else { Role::Callee };
        let hello = Hello { role, flags: Flags { suite, rtcp }, ssrc, certificate };
        prop_assert_eq!(Hello::parse(&hello.compose()), Ok(hello));
        prop_assert_eq!(Message::read(&hello.body()), Ok(Message::Hello(hello)));
    }

    #[test]
    fn a_final_reads_as_it_was_written(
        one in any::<[u8; 32]>(), other in any::<[u8; 32]>(), two in any::<bool>(),
    ) {
        let block = |half: [u8; 32]| core::array::from_fn(|at| half[at % 32]);
        let one = block(one);
        let sealed = if two { CallerFinal::Two(one, block(other)) } else { CallerFinal::One(one) };
        prop_assert_eq!(Message::read(&sealed.body()), Ok(Message::Final(sealed)));
    }
}
