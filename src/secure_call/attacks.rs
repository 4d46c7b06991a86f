//! Attacks, a test for each: none leads to a secure call, and none changes one.

use std::vec::Vec;

use base64ct::{Base64, Encoding};

use super::tests::{Dice, JANE, Pair, TODAY, jane, joe};
use super::*;
use crate::base::UnixTime;

fn bytes(body: &[u8]) -> Vec<u8> {
    let mut bytes = [0; 400];
    Base64::decode(body, &mut bytes).unwrap().to_vec()
}

fn body(bytes: &[u8]) -> Vec<u8> {
    let mut text = [0; 600];
    Base64::encode(bytes, &mut text).unwrap().as_bytes().to_vec()
}

/// A call as far as the Caller Hello.
fn begun(seed: u64) -> (Pair, Body) {
    let mut pair = Pair::new(seed);
    let hello = pair.caller_works().unwrap();
    (pair, hello)
}

/// A call as far as the Callee Hello.
fn answered(seed: u64) -> (Pair, callee::Response) {
    let (mut pair, hello) = begun(seed);
    let answer = pair.ask(&hello);
    assert_eq!((answer.status, pair.callee.state()), (200, callee::State::Answered));
    (pair, answer)
}

/// A call as far as the Caller Final.
fn sealed(seed: u64) -> (Pair, Body) {
    let (mut pair, answer) = answered(seed);
    let sealed = pair.tell(&answer).unwrap();
    (pair, sealed)
}

fn secure(seed: u64) -> Pair {
    let mut pair = Pair::new(seed);
    pair.handshake();
    pair.media();
    assert!(pair.both_secure());
    pair
}

fn caller_hello(pair: &mut Pair, changed: &[u8]) -> (u16, Option<Notify>) {
    let told = pair.told.len();
    let status = pair.ask(&body(changed)).status;
    (status, pair.told.get(told).map(|(_, notify)| *notify))
}

#[track_caller]
fn assert_caller_clear(pair: &mut Pair, answer: &[u8], fault: Fault) {
    let told =
        callee::Response { to: callee::Request::Waiting, status: 200, body: answer.try_into().unwrap() };
    assert_eq!(pair.tell(&told), None);
    assert_eq!(pair.caller.state(), caller::State::Clear(Reason::Peer(fault)));
    assert!(pair.caller.protection().is_none());
}

/// A bit of the certificate in a Hello: its signature does not hold, or the field is not one.
const CERTIFICATE: core::ops::Range<usize> = 12..264;

#[test]
fn a_flipped_bit_in_any_field_of_the_caller_hello() {
    let (pair, hello) = begun(1);
    let whole = bytes(&hello);
    for at in (0..whole.len()).filter(|at| *at < 80 || at % 7 == 0) {
        let mut pair = Pair { told: Vec::new(), ..begun(1).0 };
        let mut changed = whole.clone();
        changed[at] ^= 1 << (at % 8);
        let (status, notify) = caller_hello(&mut pair, &changed);
        match at {
            // Message id, version.
            0..=3 => assert_eq!((status, notify), (400, None), "{at}"),
            4..=5 => assert_eq!((status, notify), (488, None), "{at}"),
            // Flags and SSRC are bound to nothing; what they change shows at the caller.
            6..=11 => assert!(matches!(status, 200 | 488), "{at}"),
            _ => {
                assert_eq!(status, 488, "{at}");
                assert_eq!(pair.callee.state(), callee::State::Idle);
                assert!(matches!(notify, None | Some(Notify::Failed(Reason::Peer(_)))), "{at}");
            }
        }
    }
    drop(pair);
}

#[test]
fn a_flipped_bit_in_any_field_of_the_callee_hello() {
    let (_, answer) = answered(2);
    let whole = bytes(&answer.body);
    for at in (0..whole.len()).filter(|at| *at < 80 || at % 7 == 0) {
        let (mut pair, _) = answered(2);
        let mut changed = whole.clone();
        changed[at] ^= 1 << (at % 8);
        let input =
            callee::Response { body: body(&changed).as_slice().try_into().unwrap(), ..answer.clone() };
        let sent = pair.tell(&input);
        // Unnamed flags, RTCP and the SSRC: the callee's packets are not those that were announced, or in the
        // worst case RTCP is in clear. All else ends the attempt.
        let free = (6..=11).contains(&at) && !(at == 7 && at % 8 < 4);
        assert_eq!(sent.is_some(), free, "{at}: {:?}", pair.caller.state());
        if !free {
            assert!(matches!(pair.caller.state(), caller::State::Clear(Reason::Peer(_))), "{at}");
        } else if at >= 8 {
            let answer = pair.ask(&sent.unwrap());
            let _ = pair.tell(&answer);
            pair.media();
            assert_ne!(pair.caller.state(), caller::State::Secure, "{at}");
        }
    }
    assert_eq!(CERTIFICATE.end, whole.len());
}

#[test]
fn a_flipped_bit_anywhere_in_the_final_leaves_the_call_in_clear() {
    let (_, sealed_body) = sealed(3);
    let whole = bytes(&sealed_body);
    for at in 4..whole.len() {
        let (mut pair, _) = sealed(3);
        let mut changed = whole.clone();
        changed[at] ^= 0x10;
        let answer = pair.ask(&body(&changed));
        assert_eq!((answer.status, answer.body.len()), (200, 0), "as if all were well: {at}");
        let _ = pair.tell(&answer);
        pair.media();
        pair.now = pair.now.plus_ms(5_000);
        let _ = pair.caller(caller::Input::Timeout);
        let _ = pair.callee(callee::Input::Timeout);
        assert_eq!(pair.caller.state(), caller::State::Clear(Reason::Unconfirmed), "{at}");
        assert_eq!(pair.callee.state(), callee::State::Idle, "{at}");
    }
}

#[test]
fn oracle_probing_same_status_and_same_work_for_all_bad_finals() {
    let modulus = *jane().certificate().claims().public_key.as_bytes();
    let encrypted = |block: Block| {
        let work = Work::Encrypt { block, modulus };
        let Answer::Subscriber(block) = engine::perform(&Job { ticket: Ticket(0), work }).answer else {
            panic!()
        };
        block
    };
    let mut good = [7; 64];
    (good[0], good[1], good[31]) = (0, 2, 0);
    let changed = |at: usize, byte: u8| {
        let mut block = good;
        block[at] = byte;
        encrypted(block)
    };
    let mut above = modulus;
    above[63] = 0xFF;
    let probes = [
        encrypted(good),
        changed(0, 1),
        changed(1, 1),
        changed(5, 0),
        changed(31, 3),
        [0; 64],
        above,
        [0xFF; 64],
        modulus,
    ];
    let mut seen = Vec::new();
    for block in probes {
        let (mut pair, _) = sealed(4);
        let own = pair.own.clone();
        let means = Means { own: Ok(&own), local_time: Some(TODAY), rtcp: true };
        let request = CallerFinal::One(block).body();
        let at_once = pair.callee(callee::Input::Request { body: &request, means });
        assert_eq!(at_once, None, "decrypted before anything is said");
        let mut work = Vec::new();
        let mut answer = None;
        while let Some(job) = pair.callee.job() {
            work.push(std::format!("{:?}", job.work));
            answer = pair.callee(callee::Input::Done(&engine::perform(&job)));
        }
        let protection = pair.callee.protection().is_some();
        seen.push((answer, work, pair.callee.state(), protection, pair.callee.deadline()));
    }
    assert_eq!(seen[0].1, ["Decrypt"]);
    assert!(seen.iter().all(|one| *one == seen[0]), "{seen:?}");
}

#[test]
fn the_key_of_a_bad_final_is_another_each_time() {
    let key = |seed| {
        let (mut pair, _) = sealed(seed);
        let _ = pair.ask(&CallerFinal::One([0xFF; 64]).body());
        *pair.callee.protection().unwrap().master.key()
    };
    assert_ne!(key(5), key(6));
}

#[test]
fn truncated_at_every_length() {
    let (pair, hello) = begun(7);
    for length in 0..hello.len() {
        let mut pair = Pair { told: Vec::new(), ..begun(7).0 };
        assert_eq!(pair.ask(&hello[..length]).status, 400, "{length}");
        assert_eq!(pair.callee.state(), callee::State::Idle);
    }
    drop(pair);
    let (_, answer) = answered(7);
    for length in (0..answer.body.len()).step_by(11) {
        let (mut pair, _) = answered(7);
        let input = caller::Input::Response { status: 200, body: &answer.body[..length] };
        assert_eq!(pair.caller(input), None);
        assert!(matches!(pair.caller.state(), caller::State::Clear(Reason::Peer(_))), "{length}");
    }
    let (_, final_body) = sealed(7);
    // The padding at its end may be missing.
    for length in 0..final_body.len() - 1 {
        let (mut pair, _) = sealed(7);
        assert_eq!(pair.ask(&final_body[..length]).status, 400, "{length}");
        assert_eq!(pair.callee.state(), callee::State::Answered, "the real one may still come");
    }
}

#[test]
fn a_certificate_of_another_ca() {
    // The peer's CA differs from ours by its modulus; the certificate is honest under its own.
    let mut other = [0x55; 128];
    other[0] = 0xF5;
    let strange = Provisioned { ca: CaKey::new(&other).unwrap(), ..jane() };
    let (mut pair, hello) = begun(8);
    pair.own = strange;
    assert_eq!(pair.ask(&hello).status, 415, "the callee's own certificate is not of its CA");
    let own_fault = Reason::Own(Fault::Signature);
    assert_eq!(pair.told, [(Role::Callee, Notify::Failed(own_fault))]);
    let forged = MiniCertificate::new(*jane().certificate().claims(), [0x21; 128]);
    let (mut pair, answer) = answered(8);
    let Ok(Message::Hello(hello)) = Message::read(&answer.body) else { panic!() };
    let swapped = Hello { certificate: forged, ..hello }.body();
    assert_caller_clear(&mut pair, &swapped, Fault::Signature);
}

#[test]
fn an_expired_certificate() {
    let after = Some(UnixTime(2_019_686_401));
    let joe = joe();
    let expired = Attempt { local_time: after, ..Pair::attempt(&joe, "14085556789") };
    let pair = Pair::with(9, &expired, jane());
    assert_eq!(pair.caller.state(), caller::State::Clear(Reason::Own(Fault::Expired)));
    assert!(pair.caller.job().is_none(), "no Hello, no work");
    let (mut pair, hello) = begun(9);
    let own = jane();
    let means = Means { own: Ok(&own), local_time: after, rtcp: true };
    assert_eq!(pair.callee(callee::Input::Request { body: &hello, means }), None);
    let answer = pair.callee_works().unwrap();
    assert_eq!(answer.status, 488);
    assert_eq!(pair.told, [(Role::Callee, Notify::Failed(Reason::Peer(Fault::Expired)))]);
}

#[test]
fn no_clock_no_secure_call() {
    let joe = joe();
    let attempt = Attempt { local_time: None, ..Pair::attempt(&joe, "14085556789") };
    let pair = Pair::with(10, &attempt, jane());
    assert_eq!(pair.caller.state(), caller::State::Clear(Reason::Own(Fault::Clock)));
}

#[test]
fn a_certificate_of_another_user_than_the_dialled_one() {
    let joe = joe();
    let mut pair = Pair::with(11, &Pair::attempt(&joe, "14085556780"), jane());
    let hello = pair.caller_works().unwrap();
    let answer = pair.ask(&hello);
    assert_eq!(pair.tell(&answer), None);
    assert_eq!(pair.caller.state(), caller::State::Clear(Reason::Peer(Fault::UserId)));
    assert_eq!(pair.told, [(Role::Caller, Notify::Failed(Reason::Peer(Fault::UserId)))]);
}

#[test]
fn a_user_who_cannot_have_a_certificate_is_not_asked() {
    let joe = joe();
    for dialled in ["", "a-user-id-of-more-than-16"] {
        let pair = Pair::with(12, &Pair::attempt(&joe, dialled), jane());
        assert_eq!(pair.caller.state(), caller::State::Clear(Reason::Peer(Fault::UserId)));
    }
}

#[test]
fn the_own_hello_reflected() {
    let (mut pair, hello) = begun(13);
    let mut mirrored = bytes(&hello);
    assert_caller_clear(&mut pair, &hello, Fault::Message);
    let (mut pair, _) = begun(13);
    mirrored[3] = 2;
    assert_caller_clear(&mut pair, &body(&mirrored), Fault::Ssrc);
    let (mut pair, _) = begun(13);
    mirrored[8] ^= 1;
    assert_caller_clear(&mut pair, &body(&mirrored), Fault::UserId);
}

#[test]
fn the_same_ssrc() {
    let (mut pair, answer) = answered(14);
    let (Ok(Message::Hello(hello)), Some(own)) = (Message::read(&answer.body), Some(bytes(&begun(14).1)))
    else {
        panic!()
    };
    let ssrc = u32::from_be_bytes(own[8..12].try_into().unwrap());
    assert_caller_clear(&mut pair, &Hello { ssrc, ..hello }.body(), Fault::Ssrc);
}

#[test]
fn the_callee_never_takes_the_callers_ssrc() {
    struct Fixed;
    impl crate::base::Rng for Fixed {
        fn next_u32(&mut self) -> u32 {
            0x1122_3344
        }
    }
    let mut pair = Pair::new(15);
    let Ok(Message::Hello(hello)) = Message::read(&begun(15).1) else { panic!() };
    let own = jane();
    let means = Means { own: Ok(&own), local_time: Some(TODAY), rtcp: true };
    let request = Hello { ssrc: 0x1122_3344, ..hello }.body();
    let input = callee::Input::Request { body: &request, means };
    let (mut callee, _) = pair.callee.step(pair.now, &mut Fixed, input);
    let mut answer = None;
    while let Some(job) = callee.job() {
        let (next, step) = callee.step(pair.now, &mut Fixed, callee::Input::Done(&engine::perform(&job)));
        (callee, answer) = (next, step.answer);
    }
    let Ok(Message::Hello(hello)) = Message::read(&answer.unwrap().body) else { panic!() };
    assert_eq!(hello.ssrc, 0x1122_3345);
    pair.callee = callee;
}

#[test]
fn an_oversized_modulus() {
    // A Hello whose certificate has a key of 1024 bits: 64 bytes more than there may be.
    let (mut pair, hello) = begun(16);
    let mut whole = bytes(&hello);
    whole.splice(72..72, [0xFF; 64]);
    assert_eq!(caller_hello(&mut pair, &whole), (400, None));
    // An even one, and one that begins with zero.
    for (at, byte) in [(12 + 60 + 63, 0), (12 + 60, 0)] {
        let (mut pair, hello) = begun(16);
        let mut whole = bytes(&hello);
        whole[at] = byte;
        assert_eq!(caller_hello(&mut pair, &whole), (488, None));
    }
}

#[test]
fn a_signature_not_below_the_modulus() {
    let ca = *joe().ca.as_bytes();
    let subject = *joe().certificate().claims();
    let above = {
        // The honest signature plus n has the same power, if it fits into 128 bytes; n itself and all ones do
        // not.
        let mut above = ca;
        above[127] |= 1;
        above
    };
    for signature in [above, [0xFF; 128]] {
        let certificate = MiniCertificate::new(subject, signature);
        assert_eq!(certificate.examine(&joe().ca, Some(TODAY)).err(), Some(Fault::Signature));
    }
    let (mut pair, hello) = begun(17);
    let mut whole = bytes(&hello);
    whole[12 + 124..].copy_from_slice(&[0xFF; 128]);
    let failed = Notify::Failed(Reason::Peer(Fault::Signature));
    assert_eq!(caller_hello(&mut pair, &whole), (488, Some(failed)));
}

#[test]
fn signature_blocks_that_are_padded_otherwise() {
    let joe = joe();
    let right = {
        let work = joe.certificate().examine(&joe.ca, Some(TODAY)).unwrap().work();
        let Answer::Ca(block) = engine::perform(&Job { ticket: Ticket(0), work }).answer else { panic!() };
        block
    };
    let conclude =
        |block: &[u8; 128]| joe.certificate().examine(&joe.ca, Some(TODAY)).unwrap().conclude(block);
    assert!(conclude(&right).is_ok());
    // With a DigestInfo in front of the digest, as PKCS#1 has it.
    let info = [0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14];
    let mut with_digest_info = right;
    with_digest_info[107 - info.len()..108 - info.len()].fill(0);
    with_digest_info[108 - info.len()..108].copy_from_slice(&info);
    assert_eq!(conclude(&with_digest_info), Err(Fault::Signature));
    // Bleichenbacher 2006: short padding, the digest early, rubbish behind it.
    let mut early = [0xAB; 128];
    early[..12].copy_from_slice(&[0, 1, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0]);
    early[12..32].copy_from_slice(&right[108..]);
    assert_eq!(conclude(&early), Err(Fault::Signature));
    for at in 0..128 {
        let mut changed = right;
        changed[at] ^= 0x80;
        assert_eq!(conclude(&changed), Err(Fault::Signature), "{at}");
    }
}

#[test]
fn a_final_without_a_hello() {
    let (_, final_body) = sealed(18);
    let mut pair = Pair::new(18);
    assert_eq!(pair.ask(&final_body).status, 400, "not 481, which would end the call");
    assert_eq!((pair.callee.state(), pair.callee.job()), (callee::State::Idle, None));
}

#[test]
fn a_second_hello_begins_anew_with_another_ssrc() {
    let (mut pair, hello) = begun(19);
    let ssrc = |answer: &callee::Response| {
        let Ok(Message::Hello(hello)) = Message::read(&answer.body) else { panic!() };
        hello.ssrc
    };
    let first = pair.ask(&hello);
    let second = pair.ask(&hello);
    assert_eq!((second.status, pair.callee.state()), (200, callee::State::Answered));
    assert_ne!(ssrc(&first), ssrc(&second));
    // The caller knows the first one only: no packet is authenticated, and both are in clear again.
    let sealed = pair.tell(&first).unwrap();
    let answer = pair.ask(&sealed);
    let _ = pair.tell(&answer);
    pair.media();
    assert_ne!(pair.caller.state(), caller::State::Secure);
}

#[test]
fn hellos_without_end_are_refused() {
    let (mut pair, hello) = begun(20);
    let statuses: Vec<u16> = (0..6).map(|_| pair.ask(&hello).status).collect();
    assert_eq!(statuses, [200, 200, 200, 200, 400, 400]);
    assert_eq!(pair.callee.job(), None, "no more work");
}

#[test]
fn a_hello_while_another_is_worked_on() {
    let (mut pair, hello) = begun(21);
    let own = jane();
    let means = Means { own: Ok(&own), local_time: Some(TODAY), rtcp: true };
    let request = callee::Input::Request { body: &hello, means };
    assert_eq!(pair.callee(request), None);
    let second = pair.callee(request).unwrap();
    assert_eq!((second.to, second.status), (callee::Request::New, 491));
    let first = pair.callee_works().unwrap();
    assert_eq!((first.to, first.status), (callee::Request::Waiting, 200));
}

#[test]
fn replays_do_not_touch_a_secure_call() {
    let mut pair = Pair::new(22);
    let hello = pair.caller_works().unwrap();
    let answer = pair.ask(&hello);
    let sealed = pair.tell(&answer).unwrap();
    let last = pair.ask(&sealed);
    assert_eq!(pair.tell(&last), None);
    pair.media();
    let key = *pair.callee.protection().unwrap().master.key();
    assert_eq!([pair.ask(&hello).status, pair.ask(&sealed).status], [400, 400]);
    assert_eq!(pair.tell(&answer), None);
    assert_eq!(pair.tell(&last), None);
    pair.now = pair.now.plus_ms(1_000_000);
    let _ = pair.caller(caller::Input::Timeout);
    let _ = pair.callee(callee::Input::Timeout);
    assert!(pair.both_secure());
    let protection = pair.callee.protection().unwrap();
    assert_eq!((*protection.master.key(), protection.secure), (key, true));
}

#[test]
fn a_recorded_call_played_again_meets_another_ssrc() {
    let (mut old, hello) = begun(23);
    let first = old.ask(&hello);
    let sealed = old.tell(&first).unwrap();
    let mut pair = Pair { callee: Callee::new(Ticket(1_000)), dice: Dice::new(99), ..Pair::new(23) };
    let second = pair.ask(&hello);
    assert_ne!(
        first.body, second.body,
        "the callee's stream has a new SSRC, so its key stream is new as well"
    );
    assert_eq!(pair.ask(&sealed).status, 200, "the old key is accepted: the protocol has nothing against it");
    assert_eq!(pair.callee.peer(), None, "and no name is shown before a packet is authenticated");
}

#[test]
fn a_stripped_final_is_noticed() {
    // The attacker answers the Final itself.
    let (mut pair, _) = sealed(24);
    let _ = pair.caller(caller::Input::Response { status: 200, body: b"" });
    assert_eq!(pair.caller.state(), caller::State::Confirming);
    pair.media();
    pair.now = pair.caller.deadline().unwrap();
    let _ = pair.caller(caller::Input::Timeout);
    assert_eq!(pair.caller.state(), caller::State::Clear(Reason::Unconfirmed));
    // The callee gives up too.
    assert_eq!(pair.callee.state(), callee::State::Answered);
    pair.now = pair.callee.deadline().unwrap();
    let _ = pair.callee(callee::Input::Timeout);
    assert_eq!(pair.callee.state(), callee::State::Idle);
    assert_eq!(pair.told.last(), Some(&(Role::Callee, Notify::Failed(Reason::Silence))));
}

#[test]
fn a_downgrade_of_the_suite_at_one_side() {
    let (mut pair, answer) = answered(25);
    let Ok(Message::Hello(hello)) = Message::read(&answer.body) else { panic!() };
    let weaker = Flags { suite: Suite::AesCm128HmacSha1Tag32, ..hello.flags };
    assert_caller_clear(&mut pair, &Hello { flags: weaker, ..hello }.body(), Fault::Suite);
}

#[test]
fn a_private_key_that_does_not_fit() {
    let (mut pair, hello) = begun(26);
    pair.own = Provisioned { key: joe().key, ..jane() };
    assert_eq!(pair.ask(&hello).status, 415);
    assert_eq!(pair.told, [(Role::Callee, Notify::Failed(Reason::Own(Fault::PrivateKey)))]);
    let mixed = Provisioned { key: jane().key, ..joe() };
    let mut pair = Pair::with(26, &Pair::attempt(&mixed, "14085556789"), jane());
    assert_eq!(pair.caller_works(), None, "no Hello");
    assert_eq!(pair.caller.state(), caller::State::Clear(Reason::Own(Fault::PrivateKey)));
}

#[test]
fn answers_of_another_job_or_a_broken_engine() {
    let mut pair = secure(27);
    let stale = Done { ticket: Ticket(0), answer: Answer::Failed };
    assert_eq!(pair.caller(caller::Input::Done(&stale)), None);
    assert!(pair.both_secure());
    let mut pair = Pair::new(27);
    let wrong = Done { ticket: Ticket(77), answer: Answer::Failed };
    let _ = pair.caller(caller::Input::Done(&wrong));
    assert_eq!(pair.caller.state(), caller::State::Testing);
    let broken = Done { ticket: pair.caller.job().unwrap().ticket, answer: Answer::Failed };
    let _ = pair.caller(caller::Input::Done(&broken));
    assert_eq!(pair.caller.state(), caller::State::Clear(Reason::Engine));
}

#[test]
fn the_engine_refuses_what_is_out_of_range() {
    let answer = |work| engine::perform(&Job { ticket: Ticket(0), work }).answer;
    let odd = *jane().certificate().claims().public_key.as_bytes();
    let mut even = odd;
    even[63] &= 0xFE;
    assert_eq!(answer(Work::Encrypt { block: odd, modulus: odd }), Answer::Failed);
    assert_eq!(answer(Work::Encrypt { block: [0; 64], modulus: even }), Answer::Failed);
    assert_eq!(answer(Work::Decrypt { block: odd, exponent: [1; 64], modulus: odd }), Answer::Failed);
    let ca = *jane().ca.as_bytes();
    assert_eq!(answer(Work::VerifySignature { signature: ca, modulus: ca }), Answer::Failed);
    assert_eq!(answer(Work::VerifySignature { signature: [0; 128], modulus: [0; 128] }), Answer::Failed);
}

#[test]
fn the_settings_are_not_in_a_hello() {
    // The CA's modulus and the private key stay at home.
    let (_, hello) = begun(28);
    let whole = bytes(&hello);
    for secret in [&jane().ca.as_bytes()[..16], &joe().key.as_bytes()[..16]] {
        assert!(!whole.windows(16).any(|window| window == secret));
    }
    assert!(JANE.0.len() > hello.len());
}
