//! What one packet of 20 ms costs: companding, tones, RTP, the jitter buffer, and all of it as one stream.
#![allow(clippy::expect_used, reason = "a bench that cannot run says so by panicking")]

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput};
use deskphone::media::g711::Law;
use deskphone::media::jitter_buffer::{Insertion, JitterBuffer, Place, Setting};
use deskphone::media::tone_generator::{Component, ToneGenerator};
use deskphone::rtp::Packet;

/// Samples of 20 ms at 8,000 a second.
const FRAME: usize = 160;

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    companding(&mut criterion);
    tones(&mut criterion);
    packets(&mut criterion);
    jitter(&mut criterion);
    criterion.final_summary();
}

fn companding(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("g711 20 ms");
    group.throughput(Throughput::Elements(1));
    let samples = speech();
    for (name, law) in [("mu", Law::Mu), ("A", Law::A)] {
        let mut coded = [0; FRAME];
        group.bench_function(format!("encode {name}"), |bencher| {
            bencher.iter(|| {
                for (byte, sample) in coded.iter_mut().zip(black_box(&samples)) {
                    *byte = law.encode(*sample);
                }
                black_box(&coded);
            })
        });
        let mut decoded = [0; FRAME];
        group.bench_function(format!("decode {name}"), |bencher| {
            bencher.iter(|| {
                for (sample, byte) in decoded.iter_mut().zip(black_box(&coded)) {
                    *sample = law.decode(*byte);
                }
                black_box(&decoded);
            })
        });
    }
    group.finish();
}

fn tones(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("tone 20 ms");
    let components = [350, 440, 480, 620, 950, 1_400].map(|hz| Component { hz, level: -190 });
    for count in [1, 2, 6] {
        let mut tone = ToneGenerator::new();
        tone.set(components.get(..count).expect("six components"));
        let mut samples = [0; FRAME];
        group.bench_function(format!("{count} sines"), |bencher| {
            bencher.iter(|| {
                tone.fill(&mut samples);
                black_box(&samples);
            })
        });
    }
    group.finish();
}

fn packets(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("rtp 160 bytes");
    let payload = [0x9F; FRAME];
    let packet =
        Packet { sequence: 7, timestamp: 1_120, ssrc: 0x000D_ECAF, payload: &payload, ..Packet::default() };
    let mut datagram = [0; FRAME + 12];
    group.bench_function("compose", |bencher| {
        bencher.iter(|| black_box(&packet).compose(black_box(&mut datagram)).expect("room"))
    });
    packet.compose(&mut datagram).expect("room");
    group.bench_function("parse", |bencher| {
        bencher.iter(|| black_box(Packet::parse(black_box(&datagram)).expect("a packet")).payload.len())
    });
    group.finish();
}

fn jitter(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("jitter buffer 20 ms");
    let payload = [0x9F; FRAME];
    let mut samples = [0; FRAME];
    for (name, lost) in [("insert and fill", 0), ("insert and fill, every fifth lost", 5)] {
        let mut buffer = JitterBuffer::new(Setting::default(), Law::Mu);
        let mut place = Place { sequence: 0, timestamp: 0, marker: false };
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                place.sequence = place.sequence.wrapping_add(1);
                place.timestamp = place.timestamp.wrapping_add(160);
                if lost == 0 || !place.sequence.is_multiple_of(lost) {
                    let inserted = buffer.insert(place, Law::Mu, black_box(&payload));
                    assert_eq!(inserted, Insertion::Stored);
                }
                buffer.fill(&mut samples);
                black_box(&samples);
            })
        });
    }
    group.finish();
}

/// Something with all levels in it.
fn speech() -> [i16; FRAME] {
    let mut level = 0i16;
    std::array::from_fn(|_| {
        level = level.wrapping_mul(29).wrapping_add(12_345);
        level
    })
}
