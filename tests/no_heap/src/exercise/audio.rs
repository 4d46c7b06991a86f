//! Descriptions and one call's audio.

use super::Xorshift;
use core::hint::black_box;
use core::net::{Ipv4Addr, SocketAddr};
use deskphone::base::{Instant, Writer};
use deskphone::media::stream::{AudioStream, StreamPlan};
use deskphone::media::tone_generator::{Component, ToneGenerator};
use deskphone::rtp::{packet, rtcp, telephone_event::Digit};
use deskphone::sdp::{self, Description, Format, Keying, Local, Negotiated};
use deskphone::srtp::Session;

pub fn descriptions() -> bool {
    let keys = |caller, callee| Some((Keying::new(caller, true), Keying::new(callee, false)));
    let (mut one, mut other) = (Xorshift(black_box(3)), Xorshift(black_box(5)));
    described(None) && described(keys(&mut one, &mut other))
}

/// Offer and answer, in clear or with keys.
fn described(keys: Option<(Keying, Keying)>) -> bool {
    let local = |last| {
        let mut local = Local::new(SocketAddr::from((Ipv4Addr::new(192, 0, 2, last), 16_384)), 7);
        let _ = local.formats.push(Format::PCMU);
        local
    };
    let (mut caller, mut callee) = (local(black_box(1)), local(black_box(2)));
    (caller.keying, callee.keying) = keys.unzip();
    let (mut there, mut back) = ([0; 512], [0; 512]);
    let mut out = Writer::new(&mut there);
    sdp::offer(&caller).write(&mut out);
    let Ok(offer) = Description::parse(out.written()) else { return false };
    let Ok((agreed, answer)) = sdp::answer(&offer, &callee) else { return false };
    let mut out = Writer::new(&mut back);
    answer.write(&mut out);
    let Ok(answer) = Description::parse(out.written()) else { return false };
    let Ok(answered) = Negotiated::from_answer(&caller, &answer) else { return false };
    caller.follow(&answered);
    let fits = match (&answered.keys, &agreed.keys) {
        (Some(ours), Some(theirs)) => {
            let same = ours.send == theirs.receive && ours.receive == theirs.send;
            same && Session::new(&ours.send, &ours.receive).is_ok()
        }
        (None, None) => caller.keying.is_none(),
        (Some(_), None) | (None, Some(_)) => false,
    };
    fits && answered.send && agreed.receive
}

pub fn stream() -> bool {
    let (mut now, mut rng) = (black_box(Instant::ZERO), Xorshift(black_box(7)));
    let mut one = AudioStream::new(now, StreamPlan::default(), &mut rng);
    let mut other = AudioStream::new(now, StreamPlan::default(), &mut rng);
    let mut tone = ToneGenerator::new();
    tone.set(&[Component { hz: black_box(440), level: -190 }]);
    let (mut samples, mut datagram) = ([0; 160], [0; 256]);
    let (mut heard, mut parsed) = (false, true);
    for turn in 0..20 {
        now = now.plus_ms(20);
        tone.fill(&mut samples);
        if turn == 10 {
            black_box(Digit::from_char('5').is_some_and(|digit| one.press(digit)));
        }
        if turn == 15 {
            one.release();
        }
        if let Some(bytes) =
            one.capture(now, &samples, &mut datagram).and_then(|length| datagram.get(..length))
        {
            parsed &= packet::Packet::parse(bytes).is_ok();
            black_box(other.receive(now, bytes));
        }
        other.playout(&mut samples);
        heard |= samples.iter().any(|sample| *sample > 1_000);
        let _ = black_box(other.timeout(now));
    }
    black_box(one.receive_rtcp(now, 0, black_box(&datagram)));
    black_box(one.rtcp(now, 0, &mut rng, &rtcp::Description::default(), &mut datagram).is_some());
    black_box(rtcp::parse(&datagram).is_ok());
    heard && parsed && black_box(one.statistics()).packets_sent > 0
}
