//! A secure call's handshake, both sides, with the RSA work done here.

use super::Xorshift;
use core::hint::black_box;
use deskphone::base::{Instant, UnixTime};
use deskphone::secure_call::callee::{self, Callee, Response};
use deskphone::secure_call::caller::{self, Caller};
use deskphone::secure_call::{Attempt, Body, Fault, FinalForm, Means, Provisioned, Suite, Ticket, engine};

pub fn handshake() -> bool {
    let joe = Provisioned::read(
        black_box(include_str!("../../../../src/secure_call/vectors/joe.cert")),
        black_box(include_str!("../../../../src/secure_call/vectors/joe.key")),
    );
    let jane = Provisioned::read(
        black_box(include_str!("../../../../src/secure_call/vectors/jane.cert")),
        black_box(include_str!("../../../../src/secure_call/vectors/jane.key")),
    );
    let (Ok(joe), Ok(jane)) = (joe, jane) else { return false };
    agreed(&joe, &jane, FinalForm::OneBlock) && agreed(&joe, &jane, FinalForm::TwoBlocks)
}

fn agreed(joe: &Provisioned, jane: &Provisioned, form: FinalForm) -> bool {
    let (now, mut dice) = (black_box(Instant::ZERO), Xorshift(black_box(9)));
    let local_time = Some(UnixTime(black_box(1_700_000_000)));
    let attempt = Attempt {
        own: joe,
        dialled: black_box("14085556789"),
        local_time,
        suite: Suite::AesCm128HmacSha1Tag80,
        rtcp: true,
        form,
        ticket: Ticket(0),
    };
    let (mut caller, _) = Caller::begin(now, &attempt);
    let mut callee = Callee::new(Ticket(100));
    let (mut info, mut response): (Option<Body>, Option<Response>) = (None, None);
    for _ in 0..24 {
        if let Some(job) = caller.job() {
            let done = engine::perform(&job);
            let (next, step) = caller.step(now, &mut dice, caller::Input::Done(&done));
            (caller, info) = (next, step.send);
        } else if let Some(job) = callee.job() {
            let done = engine::perform(&job);
            let (next, step) = callee.step(now, &mut dice, callee::Input::Done(&done));
            (callee, response) = (next, step.answer);
        }
        if let Some(body) = info.take() {
            let own = if black_box(true) { Ok(jane) } else { Err(Fault::NotProvisioned) };
            let means = Means { own, local_time, rtcp: true };
            (callee, _) = callee.step(now, &mut dice, callee::Input::Request { body: &body, means });
        }
        if let Some(answer) = response.take() {
            let input = caller::Input::Response { status: answer.status, body: &answer.body };
            (caller, _) = caller.step(now, &mut dice, input);
        }
    }
    let (caller, _) = caller.step(now, &mut dice, caller::Input::Authenticated);
    let (callee, _) = callee.step(now, &mut dice, callee::Input::Authenticated);
    let (caller, _) = caller.step(now, &mut dice, caller::Input::Timeout);
    let (callee, _) = callee.step(now, &mut dice, callee::Input::Timeout);
    let Some(peer) = caller.peer() else { return false };
    let (Some(one), Some(other)) = (caller.protection(), callee.protection()) else { return false };
    peer.name.readable::<32>() == "Jane Doe" && one.secure && one.master.key() == other.master.key()
}
