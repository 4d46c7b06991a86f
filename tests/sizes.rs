//! How large the library's parts are; `-- --nocapture` prints the table. A part that grows past its bound is
//! a decision, not an accident.
#![cfg(test)]

use deskphone::base::{Instant, Pool, Timer};
use deskphone::config::Config;
use deskphone::dialog::{Dialog, RouteSet};
use deskphone::dialplan::{Collector, Plan};
use deskphone::media::jitter_buffer::JitterBuffer;
use deskphone::media::stream::AudioStream;
use deskphone::media::tone_generator::ToneGenerator;
use deskphone::phone::Phone;
use deskphone::sdp::{Description, Local, Negotiated};
use deskphone::secure_call::{Callee, Caller, Job};
use deskphone::sip::Message;
use deskphone::sip::stream::Framer;
use deskphone::srtp::{Receiver, Sender, Session};
use deskphone::transaction::Transactions;
use deskphone::ua::UserAgent;

/// Prints the size of a type and holds it to a bound, in bytes.
macro_rules! bounded {
    ($($type:ty, $most:expr;)*) => {$(
        let (name, size) = (stringify!($type), size_of::<$type>());
        println!("{name:<40} {size:>8}");
        assert!(size <= $most, "{name} takes {size} bytes, {} at most", $most);
    )*};
}

#[test]
fn each_part_stays_within_its_bound() {
    bounded! {
        Instant, 8;
        Timer, 16;
        Pool<u64, 4>, 96;
        Message<'_>, 960;
        Framer, 9_000;
        Description<'_>, 1_024;
        Local, 512;
        Negotiated, 512;
        RouteSet, 336;
        Dialog, 960;
        Config, 8_208;
        Plan, 5_200;
        Collector, 700;
        Transactions, 23_000;
        JitterBuffer, 6_000;
        ToneGenerator, 256;
        AudioStream, 8_000;
        UserAgent, 92_000;
        Phone, 110_000;
    }
}

#[test]
fn each_part_of_a_protected_call_stays_within_its_bound() {
    bounded! {
        Sender, 1_500;
        Receiver, 1_500;
        Session, 3_000;
        Caller, 640;
        Callee, 900;
        Job, 264;
    }
}
