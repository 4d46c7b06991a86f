//! The fuzz body of this room: any sequence of datagrams, keys, plans and pauses, to one stream.

use super::stream::{AudioStream, StreamPlan};
use crate::base::{Instant, Rng};
use crate::rtp::rtcp::Description;
use crate::rtp::telephone_event::Digit;
use crate::sdp::Codec;

/// Numbers that only the data decides.
struct Counter(u32);

impl Rng for Counter {
    fn next_u32(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        self.0
    }
}

/// Each move is a kind, a pause in 4 ms, and a length with as many bytes.
pub fn fuzz_media(data: &[u8]) {
    let (mut now, mut rng) = (Instant::ZERO, Counter(1));
    let mut stream = AudioStream::new(now, StreamPlan::default(), &mut rng);
    let mut rest = data;
    let (mut samples, mut out) = ([0i16; 400], [0u8; 1_500]);
    while let Some(([kind, pause, length], after)) = rest.split_first_chunk::<3>() {
        let (bytes, after) = after.split_at(after.len().min(usize::from(*length)));
        rest = after;
        now = now.plus_ms(u64::from(*pause).saturating_mul(4));
        let some = samples.get_mut(..usize::from(*length)).unwrap_or_default();
        match kind % 8 {
            0..=2 => drop(stream.receive(now, bytes)),
            3 => drop(stream.receive_rtcp(now, 0, bytes)),
            4 => stream.playout(some),
            5 => drop(stream.capture(now, some, &mut out)),
            6 => match Digit::from_code(*length) {
                Some(digit) => drop(stream.press(digit)),
                None => stream.release(),
            },
            _ => {
                let codec = if length & 4 == 0 { Codec::Pcmu } else { Codec::Pcma };
                let (send, receive) = (length & 1 == 0, length & 2 == 0);
                let packet_ms = u16::from(*pause);
                let rtcp_interval_s = length >> 4;
                let plan = StreamPlan { codec, send, receive, packet_ms, rtcp_interval_s, ..*stream.plan() };
                stream.update(now, plan);
            }
        }
        let _ = stream.timeout(now);
        let _ = stream.rtcp(now, 0, &mut rng, &Description::default(), &mut out);
    }
    assert!(stream.statistics().decode_latency_ms <= 1_024, "the delay has a bound");
}
