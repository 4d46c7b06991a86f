//! The replay list (RFC 3711 §3.3.2): a window behind the highest index that was authentic.

use super::Error;

/// Which of the last 128 packets have come; the standard wants 64 at least.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Window {
    highest: Option<u64>,
    /// Bit `n`: the packet `n` before the highest.
    seen: u128,
}

const PACKETS: u64 = 128;

impl Window {
    /// The highest index that was authentic.
    pub(super) const fn highest(&self) -> Option<u64> {
        self.highest
    }

    /// Whether a packet with this index may be looked at. Changes nothing.
    pub(super) fn check(&self, index: u64) -> Result<(), Error> {
        let Some(back) = self.highest.and_then(|highest| highest.checked_sub(index)) else { return Ok(()) };
        if back >= PACKETS {
            Err(Error::Old)
        } else if self.seen & bit(back) != 0 {
            Err(Error::Replayed)
        } else {
            Ok(())
        }
    }

    /// A packet with this index was authentic.
    pub(super) fn accept(&mut self, index: u64) {
        let highest = *self.highest.get_or_insert(index);
        match index.checked_sub(highest) {
            Some(ahead) => {
                let moved = u32::try_from(ahead).ok().and_then(|ahead| self.seen.checked_shl(ahead));
                self.seen = moved.unwrap_or(0) | 1;
                self.highest = Some(index);
            }
            None => self.seen |= bit(highest.saturating_sub(index)),
        }
    }
}

fn bit(back: u64) -> u128 {
    u32::try_from(back).ok().and_then(|back| 1u128.checked_shl(back)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_window_has_128_places() {
        let mut window = Window::default();
        window.accept(1_000);
        assert_eq!(window.check(1_000), Err(Error::Replayed));
        assert_eq!(window.check(1_001), Ok(()));
        assert_eq!(window.check(873), Ok(()));
        assert_eq!(window.check(872), Err(Error::Old));
        window.accept(873);
        assert_eq!(window.check(873), Err(Error::Replayed));
        window.accept(1_001);
        assert_eq!(window.check(873), Err(Error::Old));
        assert_eq!(window.check(1_000), Err(Error::Replayed));
        window.accept(u64::MAX);
        assert_eq!(window.check(1_001), Err(Error::Old));
        assert_eq!(window.check(u64::MAX - 1), Ok(()));
    }

    proptest! {
        /// Against a set of all that ever came.
        #[test]
        fn agrees_with_a_set(steps in prop::collection::vec((0u64..400, any::<bool>()), 1..300)) {
            let (mut window, mut came) = (Window::default(), BTreeSet::new());
            let mut base = 0u64;
            for (offset, forward) in steps {
                base = base.saturating_add(if forward { offset / 4 } else { 0 });
                let index = base.saturating_add(offset);
                let expected = match came.last() {
                    Some(&highest) if highest >= index.saturating_add(128) => Err(Error::Old),
                    _ if came.contains(&index) => Err(Error::Replayed),
                    _ => Ok(()),
                };
                prop_assert_eq!(window.check(index), expected);
                if expected.is_ok() {
                    window.accept(index);
                    came.insert(index);
                }
                prop_assert_eq!(window.highest(), came.last().copied());
            }
        }
    }
}
