//! A relay between two ends that loses datagrams, each way, as a seed says.

use crate::host::Seeded;
use deskphone::base::rng::up_to;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

/// A port that stands for `far` to whoever writes to it, and a port that stands for that one to `far`.
#[derive(Debug)]
pub struct Relay {
    near_port: u16,
    far_port: u16,
    counts: Arc<Counts>,
    closing: Arc<AtomicBool>,
}

#[derive(Debug, Default)]
struct Counts {
    carried: AtomicU32,
    lost: AtomicU32,
}

impl Relay {
    /// Carries datagrams between `near` and `far`; `percent` of them are lost.
    ///
    /// # Errors
    /// When the sockets cannot be had.
    pub fn start(near: SocketAddr, far: SocketAddr, percent: u32, seed: u64) -> Result<Self, String> {
        let say = |error: std::io::Error| format!("relay: {error}");
        let open = || {
            let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
            socket.set_read_timeout(Some(Duration::from_millis(100)))?;
            Ok(socket)
        };
        let (near_side, far_side) = (open().map_err(say)?, open().map_err(say)?);
        let near_port = near_side.local_addr().map_err(say)?.port();
        let far_port = far_side.local_addr().map_err(say)?.port();
        let counts = Arc::new(Counts::default());
        let closing = Arc::new(AtomicBool::new(false));
        let clones = (near_side.try_clone().map_err(say)?, far_side.try_clone().map_err(say)?);
        let ways = [(near_side, far_side, far, seed), (clones.1, clones.0, near, seed ^ 0x5555)];
        for (from, to, target, seed) in ways {
            let (counts, closing) = (counts.clone(), closing.clone());
            thread::spawn(move || carry(&from, &to, target, (percent, seed), &counts, &closing));
        }
        Ok(Self { near_port, far_port, counts, closing })
    }

    /// Where `near` finds `far`.
    #[must_use]
    pub fn for_near(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.near_port))
    }

    /// Where `far` finds `near`.
    #[must_use]
    pub fn for_far(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.far_port))
    }

    /// Datagrams carried and lost so far.
    #[must_use]
    pub fn counts(&self) -> (u32, u32) {
        (self.counts.carried.load(Ordering::Relaxed), self.counts.lost.load(Ordering::Relaxed))
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::Relaxed);
    }
}

fn carry(
    from: &UdpSocket,
    to: &UdpSocket,
    target: SocketAddr,
    (percent, seed): (u32, u64),
    counts: &Counts,
    closing: &AtomicBool,
) {
    let mut rng = Seeded(seed);
    let mut buffer = vec![0; 65_536];
    while !closing.load(Ordering::Relaxed) {
        let Ok((length, _)) = from.recv_from(&mut buffer) else { continue };
        if up_to(&mut rng, 99) < percent {
            counts.lost.fetch_add(1, Ordering::Relaxed);
        } else {
            let _sent = to.send_to(buffer.get(..length).unwrap_or_default(), target);
            counts.carried.fetch_add(1, Ordering::Relaxed);
        }
    }
}
