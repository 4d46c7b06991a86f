#![allow(clippy::arithmetic_side_effects, reason = "times and counts of a test")]
use super::*;
use crate::base::Rng;
use crate::media::tone_generator::{Component, ToneGenerator};
use crate::rtp::rtcp::{self, Description};
use crate::rtp::{Packet, packet};
use proptest::prelude::*;
use std::vec;
use std::vec::Vec;

struct Seeded(u32);

impl Rng for Seeded {
    fn next_u32(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        self.0
    }
}

fn at(ms: u64) -> Instant {
    Instant::from_millis(ms)
}

fn stream(seed: u32, plan: StreamPlan) -> AudioStream {
    AudioStream::new(Instant::ZERO, plan, &mut Seeded(seed))
}

/// All packets that become full by 10 ms of sound.
fn capture(stream: &mut AudioStream, now: Instant, samples: &[i16]) -> Vec<Vec<u8>> {
    let mut packets = Vec::new();
    let mut out = [0; 1_500];
    let mut samples = samples;
    while let Some(length) = stream.capture(now, samples, &mut out) {
        packets.push(out[..length].to_vec());
        samples = &[];
    }
    packets
}

/// Packets of 20 ms of silence, one each turn.
fn packets(stream: &mut AudioStream, count: usize) -> Vec<Vec<u8>> {
    (0..count).flat_map(|_| capture(stream, Instant::ZERO, &[0; 160])).collect()
}

fn parse(datagram: &[u8]) -> Packet<'_> {
    Packet::parse(datagram).unwrap()
}

#[test]
fn a_tone_is_heard_on_the_other_side_with_either_codec() {
    for (codec, payload_type) in [(Codec::Pcmu, 0), (Codec::Pcma, 8)] {
        let plan = StreamPlan { codec, payload_type, ..StreamPlan::default() };
        let (mut anna, mut bert) = (stream(1, plan), stream(2, plan));
        let mut tone = ToneGenerator::new();
        tone.set(&[Component { hz: 440, level: -100 }]);
        let mut heard = Vec::new();
        for turn in 0..100 {
            let (mut said, mut played) = ([0; 80], [0; 80]);
            tone.fill(&mut said);
            for packet in capture(&mut anna, at(turn * 10), &said) {
                bert.receive(at(turn * 10), &packet);
            }
            bert.playout(&mut played);
            heard.extend_from_slice(&played);
        }
        let loudest = heard.iter().skip(4_000).map(|sample| sample.unsigned_abs()).max().unwrap();
        assert!((6_700..7_700).contains(&loudest), "{loudest}");
        // 440 Hz crosses zero 880 times a second.
        let crossings = heard[4_000..].windows(2).filter(|pair| (pair[0] < 0) != (pair[1] < 0)).count();
        assert!((438..=442).contains(&crossings), "{crossings}");
        let figures = bert.statistics();
        assert_eq!((figures.packets_received, figures.packets_lost), (49, 0), "one was on probation");
        assert_eq!((figures.octets_received, figures.decoder), (49 * 160, Some(codec)));
        assert_eq!(anna.statistics().octets_sent, 50 * 160);
    }
}

#[test]
fn packets_of_every_length_follow_each_other_without_a_gap() {
    for packet_ms in (10..=160).step_by(10) {
        let mut anna = stream(3, StreamPlan { packet_ms, ..StreamPlan::default() });
        let sent: Vec<_> = (0..100).flat_map(|_| capture(&mut anna, Instant::ZERO, &[0; 160])).collect();
        assert_eq!(sent.len(), 2_000 / usize::from(packet_ms));
        for pair in sent.windows(2) {
            let (one, next) = (parse(&pair[0]), parse(&pair[1]));
            assert_eq!(one.payload.len(), usize::from(packet_ms) * 8);
            assert_eq!(next.sequence, one.sequence.wrapping_add(1));
            assert_eq!(next.timestamp, one.timestamp.wrapping_add(u32::from(packet_ms) * 8));
        }
        assert_eq!(sent.iter().filter(|one| parse(one).marker).count(), 1, "the first alone is marked");
    }
    let strange = stream(3, StreamPlan { packet_ms: 27, ..StreamPlan::default() });
    assert_eq!(strange.plan().packet_ms, 20);
}

#[test]
fn hold_and_resume_keep_source_numbers_and_clock() {
    let plan = StreamPlan::default();
    let mut anna = stream(4, plan);
    let before = packets(&mut anna, 3);
    let before = parse(&before[2]);
    anna.update(Instant::ZERO, StreamPlan { send: false, ..plan });
    assert_eq!(packets(&mut anna, 50).len(), 0);
    anna.update(Instant::ZERO, StreamPlan { codec: Codec::Pcma, payload_type: 8, ..plan });
    let after = packets(&mut anna, 1);
    let after = parse(&after[0]);
    assert_eq!((after.ssrc, after.sequence), (before.ssrc, before.sequence.wrapping_add(1)));
    assert_eq!(after.timestamp, before.timestamp.wrapping_add(160 * 51), "RFC 3550 §5.1: the clock went on");
    assert!(after.marker, "RFC 3551 §4.1");
    assert_eq!((after.payload_type, after.payload[0]), (8, 0xD5));
}

#[test]
fn nothing_is_played_on_hold_but_it_is_counted() {
    let (mut anna, mut bert) = (stream(5, StreamPlan::default()), stream(6, StreamPlan::default()));
    bert.update(Instant::ZERO, StreamPlan { receive: false, ..StreamPlan::default() });
    let sent = packets(&mut anna, 3);
    let seen: Vec<_> = sent.iter().map(|packet| bert.receive(Instant::ZERO, packet)).collect();
    let on_hold = Received::Ignored(Ignored::OnHold);
    assert_eq!(seen, [Received::Ignored(Ignored::Probation), on_hold, on_hold]);
    assert_eq!(bert.statistics().packets_received, 2);
    let mut samples = [7; 80];
    bert.playout(&mut samples);
    assert_eq!(samples, [0; 80]);
}

#[test]
fn a_key_takes_the_place_of_audio_in_the_same_numbering() {
    let (mut anna, mut bert) = (stream(7, StreamPlan::default()), stream(8, StreamPlan::default()));
    let mut sent = packets(&mut anna, 2);
    assert!(anna.press(Digit::from_char('7').unwrap()));
    sent.extend(packets(&mut anna, 3));
    anna.release();
    sent.extend(packets(&mut anna, 6));
    let kinds: Vec<_> = sent.iter().map(|packet| parse(packet).payload_type).collect();
    assert_eq!(kinds, [0, 0, 101, 101, 101, 101, 101, 101, 0, 0, 0]);
    assert!(sent.windows(2).all(|two| parse(&two[1]).sequence == parse(&two[0]).sequence.wrapping_add(1)));
    assert_eq!(parse(&sent[2]).timestamp, parse(&sent[7]).timestamp, "constant for the event");
    assert_eq!(parse(&sent[8]).timestamp, parse(&sent[2]).timestamp.wrapping_add(6 * 160));
    assert!(parse(&sent[8]).marker, "audio begins anew");
    let (mut began, mut ended) = (Vec::new(), Vec::new());
    for packet in &sent {
        if let Received::Digits(step) = bert.receive(Instant::ZERO, packet) {
            began.extend(step.began.map(Digit::to_char));
            ended.extend(step.ended.map(Digit::to_char));
        }
    }
    assert_eq!((began, ended), (vec!['7'], vec!['7']));
    let mut without = stream(9, StreamPlan { dtmf_payload_type: None, ..StreamPlan::default() });
    assert!(!without.press(Digit::ZERO), "the call has no events");
}

#[test]
fn rfc_3550_8_2_a_collision_changes_our_source_once_and_a_loop_never_again() {
    let mut anna = stream(10, StreamPlan::default());
    let first = anna.ssrc();
    let sent = packets(&mut anna, 4);
    for packet in &sent {
        anna.receive(Instant::ZERO, packet);
    }
    let second = anna.ssrc();
    assert_ne!(first, second);
    let sent = packets(&mut anna, 10);
    assert!(sent.iter().all(|packet| parse(packet).ssrc == second));
    for packet in &sent {
        anna.receive(at(500), packet);
    }
    assert_eq!((anna.ssrc(), anna.statistics().packets_looped), (second, 10));
    assert_eq!(anna.statistics().packets_sent, 14);
}

#[test]
fn another_source_is_heard_only_when_the_first_is_quiet() {
    let (mut anna, mut eve) = (stream(11, StreamPlan::default()), stream(12, StreamPlan::default()));
    let mut bert = stream(13, StreamPlan::default());
    for packet in packets(&mut anna, 3) {
        bert.receive(at(0), &packet);
    }
    let strange: Vec<_> = packets(&mut eve, 3).iter().map(|packet| bert.receive(at(50), packet)).collect();
    assert_eq!(strange[0], Received::Ignored(Ignored::Probation));
    assert_eq!(strange[2], Received::Ignored(Ignored::Stranger));
    assert_eq!(bert.remote_ssrc(), Some(anna.ssrc()));
    for packet in packets(&mut eve, 1) {
        assert_eq!(bert.receive(at(100), &packet), Received::Audio);
    }
    assert_eq!(bert.remote_ssrc(), Some(eve.ssrc()));
}

/// The same packets, numbered 20,000 higher.
fn renumbered(mut packets: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    for packet in &mut packets {
        let number = parse(packet).sequence.wrapping_add(20_000);
        packet[2..4].copy_from_slice(&number.to_be_bytes());
    }
    packets
}

#[test]
fn a_waiting_source_that_restarts_goes_on_waiting() {
    let (mut anna, mut eve) = (stream(11, StreamPlan::default()), stream(12, StreamPlan::default()));
    let mut bert = stream(13, StreamPlan::default());
    for packet in packets(&mut anna, 3) {
        bert.receive(at(0), &packet);
    }
    for packet in packets(&mut eve, 2) {
        bert.receive(at(50), &packet);
    }
    let before = bert.statistics();
    let restarted = renumbered(packets(&mut eve, 3));
    let became: Vec<_> = restarted.iter().map(|packet| bert.receive(at(60), packet)).collect();
    let stranger = Received::Ignored(Ignored::Stranger);
    assert_eq!(became, [Received::Ignored(Ignored::Implausible), stranger, stranger]);
    assert_eq!((bert.remote_ssrc(), bert.statistics()), (Some(anna.ssrc()), before));
    for packet in packets(&mut anna, 1) {
        assert_eq!(bert.receive(at(60), &packet), Received::Audio);
    }
}

#[test]
fn a_waiting_source_that_restarts_is_heard_after_the_pause() {
    let (mut anna, mut eve) = (stream(11, StreamPlan::default()), stream(12, StreamPlan::default()));
    let mut bert = stream(13, StreamPlan::default());
    for packet in packets(&mut anna, 3) {
        bert.receive(at(0), &packet);
    }
    for packet in packets(&mut eve, 2) {
        bert.receive(at(50), &packet);
    }
    let restarted = renumbered(packets(&mut eve, 2));
    let became: Vec<_> = restarted.iter().map(|packet| bert.receive(at(100), packet)).collect();
    assert_eq!(became, [Received::Ignored(Ignored::Implausible), Received::Audio]);
    assert_eq!((bert.remote_ssrc(), bert.statistics().packets_lost), (Some(eve.ssrc()), 0));
}

#[test]
fn what_nobody_agreed_on_is_named() {
    let mut bert = stream(14, StreamPlan::default());
    let mut ignored = |datagram: &[u8]| bert.receive(Instant::ZERO, datagram);
    let short = packet::ParseError::Short;
    assert_eq!(ignored(b"hello"), Received::Ignored(Ignored::Malformed(short)));
    assert_eq!(ignored(&[0x80, 200, 0, 0]), Received::Ignored(Ignored::Rtcp));
    let mut video = [0; 12];
    Packet { payload_type: 34, ..Packet::default() }.compose(&mut video).unwrap();
    assert_eq!(ignored(&video), Received::Ignored(Ignored::Payload(34)));
}

#[test]
fn losses_are_counted_over_a_restart_of_the_source() {
    let mut anna = stream(15, StreamPlan::default());
    let mut bert = stream(16, StreamPlan::default());
    let mut sent = packets(&mut anna, 20);
    sent.remove(10);
    sent.remove(10);
    let mut again = stream(17, StreamPlan::default());
    sent.extend(packets(&mut again, 20));
    for (turn, packet) in (0u64..).zip(&sent) {
        // The second sender goes on under the first one's name, as a restarted gateway does.
        let ssrc = anna.ssrc();
        let mut renamed = [0; 256];
        let length = Packet { ssrc, ..parse(packet) }.compose(&mut renamed).unwrap();
        bert.receive(at(turn * 20), &renamed[..length]);
    }
    let figures = bert.statistics();
    assert_eq!((figures.packets_lost, figures.packets_received), (2, 17 + 19));
}

#[test]
fn reports_tell_losses_and_the_round_trip() {
    let plan = StreamPlan { rtcp_interval_s: 5, ..StreamPlan::default() };
    let (mut anna, mut bert) = (stream(18, plan), stream(19, plan));
    let names = Description { cname: "101@pbx", name: "Anna", tool: "desk" };
    let sent = packets(&mut anna, 10);
    for packet in sent.iter().take(4).chain(sent.iter().skip(6)) {
        bert.receive(at(0), packet);
    }
    let mut out = [0; 512];
    let mut rng = Seeded(20);
    let ntp = |ms: u64| (0x1234_0000_0000_0000u64) + ((ms << 32) / 1_000);
    assert_eq!(anna.deadline(), Some(at(2_500)), "half the interval at first");
    assert_eq!(anna.rtcp(at(2_499), ntp(2_499), &mut rng, &names, &mut out), None);
    let length = anna.rtcp(at(2_500), ntp(2_500), &mut rng, &names, &mut out).unwrap();
    let first = rtcp::parse(&out[..length]).unwrap().next().unwrap();
    let rtcp::Packet::SenderReport { sent, reports, .. } = first else { panic!("{first:?}") };
    assert_eq!((sent.packets, sent.octets, reports.iter().count()), (10, 1_600, 0));
    assert!(anna.deadline().is_some_and(|next| next >= at(5_000) && next <= at(10_000)));
    // 40 ms to Bert, who reports 1,000 ms later; 60 ms back.
    assert_eq!(bert.receive_rtcp(at(2_540), ntp(2_540), &out[..length]), ReceivedReport::Taken);
    let length = bert.rtcp(at(3_540), ntp(3_540), &mut rng, &names, &mut out).unwrap();
    let first = rtcp::parse(&out[..length]).unwrap().next().unwrap();
    let rtcp::Packet::ReceiverReport { reports, .. } = first else { panic!("{first:?}") };
    let report = reports.about(anna.ssrc()).unwrap();
    assert_eq!((report.lost, report.fraction_lost), (2, 56), "2 of the 9 since the first");
    assert_eq!(anna.receive_rtcp(at(3_600), ntp(3_600), &out[..length]), ReceivedReport::Taken);
    assert!(anna.statistics().round_trip_ms.is_some_and(|ms| (99..=101).contains(&ms)));
    let length = anna.goodbye(at(4_000), ntp(4_000), &names, &mut out).unwrap();
    assert_eq!(bert.receive_rtcp(at(4_040), 0, &out[..length]), ReceivedReport::Goodbye);
    assert_eq!((bert.remote_ssrc(), anna.deadline()), (None, None));
}

#[test]
fn one_of_two_sources_that_take_turns_is_heard() {
    let (mut anna, mut carl) = (stream(31, StreamPlan::default()), stream(32, StreamPlan::default()));
    let mut bert = stream(33, StreamPlan::default());
    let turns = packets(&mut anna, 4).into_iter().zip(packets(&mut carl, 4));
    for (turn, (first, second)) in (0u64..).zip(turns) {
        bert.receive(at(turn * 20), &first);
        bert.receive(at(turn * 20 + 10), &second);
    }
    assert_eq!(bert.remote_ssrc(), Some(anna.ssrc()), "RFC 3550 Appendix A.1 keeps a state for each source");
}

#[test]
fn no_report_unless_the_setting_asks_for_it() {
    let mut anna = stream(21, StreamPlan::default());
    let mut out = [0; 512];
    assert_eq!(packets(&mut anna, 5).len(), 5);
    let names = Description { cname: "101@pbx", ..Description::default() };
    assert_eq!(anna.deadline(), None);
    assert_eq!(anna.rtcp(at(99_999), 0, &mut Seeded(1), &names, &mut out), None);
    assert_eq!(anna.goodbye(at(99_999), 0, &names, &mut out), None);
}

#[test]
fn a_collision_is_followed_by_a_goodbye_of_the_old_source() {
    let plan = StreamPlan { rtcp_interval_s: 5, ..StreamPlan::default() };
    let mut anna = stream(22, plan);
    let former = anna.ssrc();
    for packet in packets(&mut anna, 1) {
        anna.receive(at(0), &packet);
    }
    let mut out = [0; 512];
    let names = Description { cname: "101@pbx", ..Description::default() };
    let length = anna.rtcp(at(2_500), 0, &mut Seeded(1), &names, &mut out).unwrap();
    let last = rtcp::parse(&out[..length]).unwrap().last().unwrap();
    let rtcp::Packet::Goodbye(goodbye) = last else { panic!("{last:?}") };
    assert_eq!(goodbye.sources().collect::<Vec<_>>(), [former]);
    let length = anna.rtcp(at(2_500), 0, &mut Seeded(1), &names, &mut out).unwrap();
    assert!(rtcp::parse(&out[..length]).unwrap().all(|packet| !matches!(packet, rtcp::Packet::Goodbye(_))));
}

proptest! {
    #[test]
    fn total_for_any_datagrams(
        seed: u32,
        datagrams in prop::collection::vec(
            (prop::collection::vec(any::<u8>(), 0..200), any::<bool>(), 0u64..300, 0usize..500), 0..60),
    ) {
        let mut bert = stream(seed, StreamPlan::default());
        let (mut now, mut out) = (Instant::ZERO, [0; 1_500]);
        let mut samples = [0; 500];
        for (mut bytes, plausible, pause, played) in datagrams {
            if let (true, Some(head)) = (plausible, bytes.first_chunk_mut::<12>()) {
                *head = [0x80, head[1] & 0x88, 0, head[3], 0, 0, head[6], head[7], 0, 0, 0, head[11] & 1];
            }
            now = now.plus_ms(pause);
            bert.receive(now, &bytes);
            bert.receive_rtcp(now, 0, &bytes);
            let _ = bert.timeout(now);
            bert.playout(&mut samples[..played]);
            bert.capture(now, &samples[..played], &mut out);
            prop_assert!(bert.statistics().decode_latency_ms <= 1_024);
        }
    }
}

/// RFC 4568 §6.4: numbers begin below 2^15 with a new key; the source that the two sides agreed on is
/// nobody's to chase away, and goes on when the plan changes otherwise.
#[test]
fn an_agreed_source_takes_the_place_of_the_own_one() {
    let now = Instant::ZERO;
    let mut stream = stream(5, StreamPlan::default());
    let mut datagram = [0; 256];
    let mut sent = |stream: &mut AudioStream| {
        let length = stream.capture(now, &[0; 160], &mut datagram).unwrap();
        let packet = Packet::parse(&datagram[..length]).unwrap();
        (packet.ssrc, packet.sequence)
    };
    let (own, first) = sent(&mut stream);
    assert_ne!(own, 77);
    let plan = StreamPlan { ssrc: Some(77), ..StreamPlan::default() };
    stream.update(now, plan);
    let (agreed, second) = sent(&mut stream);
    assert_eq!((agreed, second), (77, (first + 1) & 0x7FFF));
    stream.update(now, StreamPlan { receive: false, ..plan });
    assert_eq!(sent(&mut stream), (77, second + 1), "numbers never begin anew under a key");
    stream.update(now, StreamPlan::default());
    assert_eq!(sent(&mut stream), (77, second + 2));
}
