//! Free ports: below those that the system and the softphone take by themselves, in a different order in each
//! process, so that runs side by side and what an earlier one left behind do not meet.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::sync::Mutex;

/// Ports given out so far by this process.
static GIVEN: Mutex<Vec<u16>> = Mutex::new(Vec::new());

const LOWEST: u16 = 7_000;
const HIGHEST: u16 = 16_300;

/// The first of `count` adjacent ports, even, that are free over UDP and TCP on 127.0.0.1.
///
/// # Errors
/// When there are none.
pub fn free(count: u16) -> Result<u16, String> {
    let mut given = GIVEN.lock().map_err(|_| "a case broke while it chose a port".to_owned())?;
    for _ in 0..2_000 {
        let draw = RandomState::new().build_hasher().finish();
        let span = u64::from(HIGHEST - LOWEST);
        let Ok(first) = u16::try_from(u64::from(LOWEST) + draw % span) else { continue };
        let first = first & !1;
        let wanted = first..first.saturating_add(count);
        if wanted.clone().all(|port| !given.contains(&port) && is_free(port)) {
            given.extend(wanted);
            return Ok(first);
        }
    }
    Err("no free ports".to_owned())
}

fn is_free(port: u16) -> bool {
    let here = (Ipv4Addr::LOCALHOST, port);
    UdpSocket::bind(here).is_ok() && TcpListener::bind(here).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_port_is_given_twice() {
        let first = free(2).unwrap_or(0);
        let second = free(2).unwrap_or(0);
        assert!(first > 0 && second > 0 && first != second);
        assert_eq!(first % 2, 0);
    }
}
