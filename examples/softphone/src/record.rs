//! What is kept of a run: the ladder, and the capture file.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::ladder::{Ladder, Passed};
use crate::pcap::Capture;

/// The ladder and the capture.
#[derive(Debug, Default)]
pub struct Record {
    /// SIP messages.
    pub ladder: Ladder,
    /// SIP and RTP, when asked for.
    pub capture: Option<Capture>,
}

impl Record {
    /// A SIP message passed a phone.
    pub(crate) fn sip(&mut self, passed: Passed) {
        let (from, to) =
            if passed.sent { (passed.local, passed.remote) } else { (passed.remote, passed.local) };
        if !passed.lost {
            self.datagram(from, to, &passed.bytes);
        }
        self.ladder.push(passed);
    }

    /// Any datagram passed. A capture that cannot be written any more ends.
    pub(crate) fn datagram(&mut self, from: SocketAddr, to: SocketAddr, bytes: &[u8]) {
        if let Some(capture) = &mut self.capture {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
            if capture.push(now, from, to, bytes).is_err() {
                self.capture = None;
            }
        }
    }
}
