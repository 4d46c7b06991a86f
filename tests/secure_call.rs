//! A secure call from the first Hello to packets that flow both ways: the handshake, the engine, and SRTP
//! sessions of the key that was agreed on.
#![cfg(test)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking"
)]

use deskphone::base::{Instant, UnixTime};
use deskphone::secure_call::callee::{self, Callee};
use deskphone::secure_call::caller::{self, Caller};
use deskphone::secure_call::{
    Attempt, FinalForm, MasterKey, Means, Message, Protection, Provisioned, Suite, Ticket, engine,
};
use deskphone::srtp::Session;
use testbed::seeded::Seeded;

const JOE: (&str, &str) =
    (include_str!("../src/secure_call/vectors/joe.cert"), include_str!("../src/secure_call/vectors/joe.key"));
const JANE: (&str, &str) = (
    include_str!("../src/secure_call/vectors/jane.cert"),
    include_str!("../src/secure_call/vectors/jane.key"),
);
const TODAY: Option<UnixTime> = Some(UnixTime(1_700_000_000));
const NOW: Instant = Instant::ZERO;

/// Both machines after the 200 to the Final; the attacker may change each body on its way.
fn handshake(
    suite: Suite,
    form: FinalForm,
    mut attacker: impl FnMut(Vec<u8>) -> Vec<u8>,
) -> (Caller, Callee) {
    let joe = Provisioned::read(JOE.0, JOE.1).unwrap();
    let jane = Provisioned::read(JANE.0, JANE.1).unwrap();
    let mut dice = Seeded::new(7);
    let attempt = Attempt {
        own: &joe,
        dialled: "1-408-555-6789",
        local_time: TODAY,
        suite,
        rtcp: true,
        form,
        ticket: Ticket(0),
    };
    let (mut caller, _) = Caller::begin(NOW, &attempt);
    let mut callee = Callee::new(Ticket(1_000));
    loop {
        let (mut info, mut response) = (None, None);
        if let Some(job) = caller.job() {
            let (next, step) = caller.step(NOW, &mut dice, caller::Input::Done(&engine::perform(&job)));
            (caller, info) = (next, step.send);
        } else if let Some(job) = callee.job() {
            let (next, step) = callee.step(NOW, &mut dice, callee::Input::Done(&engine::perform(&job)));
            (callee, response) = (next, step.answer);
        } else {
            return (caller, callee);
        }
        if let Some(body) = info.map(|body| attacker(body.to_vec())) {
            let means = Means { own: Ok(&jane), local_time: TODAY, rtcp: true };
            let (next, step) = callee.step(NOW, &mut dice, callee::Input::Request { body: &body, means });
            (callee, response) = (next, step.answer);
        }
        if let Some(answer) = response {
            let body = attacker(answer.body.to_vec());
            let input = caller::Input::Response { status: answer.status, body: &body };
            (caller, _) = caller.step(NOW, &mut dice, input);
        }
    }
}

fn session(protection: &Protection<'_>) -> Session {
    let master = protection.master_key().unwrap();
    Session::new(&master, &master).unwrap()
}

/// An RTP packet of 160 bytes.
fn packet(ssrc: u32, sequence: u16) -> (Vec<u8>, usize) {
    let mut packet = vec![0x80, 0];
    packet.extend(sequence.to_be_bytes());
    packet.extend(u32::from(sequence).to_be_bytes());
    packet.extend(ssrc.to_be_bytes());
    packet.extend([0x55; 160]);
    let length = packet.len();
    packet.resize(length + 32, 0);
    (packet, length)
}

fn passes(sender: &mut Session, receiver: &mut Session, ssrc: u32, sequence: u16) -> bool {
    let (clear, length) = packet(ssrc, sequence);
    let mut bytes = clear.clone();
    let protected = sender.protect(&mut bytes, length).unwrap();
    assert_ne!(bytes[12..length], clear[12..length], "no clear payload on the wire");
    receiver.unprotect(&mut bytes, protected).is_ok_and(|received| bytes[..received] == clear[..length])
}

#[test]
fn packets_flow_both_ways_and_confirm_the_key() {
    for suite in [Suite::AesCm128HmacSha1Tag80, Suite::AesCm128HmacSha1Tag32] {
        for form in [FinalForm::OneBlock, FinalForm::TwoBlocks] {
            let (caller, callee) = handshake(suite, form, |body| body);
            assert_eq!(caller.state(), caller::State::Confirming);
            let (one, other) = (caller.protection().unwrap(), callee.protection().unwrap());
            assert_eq!((one.local_ssrc, one.remote_ssrc), (other.remote_ssrc, other.local_ssrc));
            let (mut at_caller, mut at_callee) = (session(&one), session(&other));
            for sequence in 1..100 {
                assert!(passes(&mut at_caller, &mut at_callee, one.local_ssrc, sequence));
                assert!(passes(&mut at_callee, &mut at_caller, other.local_ssrc, sequence));
            }
            let mut dice = Seeded::new(8);
            let (caller, _) = caller.step(NOW, &mut dice, caller::Input::Authenticated);
            let (callee, _) = callee.step(NOW, &mut dice, callee::Input::Authenticated);
            assert_eq!(caller.peer().unwrap().user_id.as_bytes(), b"14085556789");
            assert_eq!(callee.peer().unwrap().name.as_bytes(), b"Joe Smith");
        }
    }
}

#[test]
fn one_key_two_streams_that_share_no_key_stream() {
    let (caller, callee) = handshake(Suite::AesCm128HmacSha1Tag80, FinalForm::OneBlock, |body| body);
    let (one, other) = (caller.protection().unwrap(), callee.protection().unwrap());
    let protected = |protection: &Protection<'_>| {
        let (mut bytes, length) = packet(protection.local_ssrc, 1);
        session(protection).protect(&mut bytes, length).unwrap();
        bytes[12..length].to_vec()
    };
    assert_ne!(protected(&one), protected(&other), "the same payload and sequence number");
}

#[test]
fn a_changed_final_gives_keys_under_which_no_packet_passes() {
    let change = |body: Vec<u8>| {
        let mut body = body;
        if matches!(Message::read(&body), Ok(Message::Final(_))) {
            body[40] = if body[40] == b'A' { b'B' } else { b'A' };
        }
        body
    };
    let (caller, callee) = handshake(Suite::AesCm128HmacSha1Tag80, FinalForm::OneBlock, change);
    let (one, other) = (caller.protection().unwrap(), callee.protection().unwrap());
    assert_ne!(MasterKey::key(one.master), MasterKey::key(other.master));
    let (mut at_caller, mut at_callee) = (session(&one), session(&other));
    for sequence in 1..10 {
        assert!(!passes(&mut at_caller, &mut at_callee, one.local_ssrc, sequence));
        assert!(!passes(&mut at_callee, &mut at_caller, other.local_ssrc, sequence));
    }
    // After five seconds without one both are in clear again.
    let mut dice = Seeded::new(9);
    let later = NOW.plus_ms(5_000);
    let (caller, _) = caller.step(later, &mut dice, caller::Input::Timeout);
    let (callee, _) = callee.step(later, &mut dice, callee::Input::Timeout);
    assert!(matches!(caller.state(), caller::State::Clear(_)));
    assert_eq!(callee.state(), callee::State::Idle);
}
