//! The synchronization sources of one direction (RFC 3711 §3.2.3: each has a context of its own).

use heapless::Vec;

use crate::limits;

use super::Error;

/// What is known of each source that has shown to be authentic. None is ever forgotten: its old packets
/// would count as new.
#[derive(Clone, Debug)]
pub(super) struct Sources<T>(Vec<(u32, T), { limits::SRTP_SOURCES }>);

impl<T: Copy + Default> Sources<T> {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    pub(super) fn knows(&self, ssrc: u32) -> bool {
        self.0.iter().any(|(known, _)| *known == ssrc)
    }

    /// What is known of a source; of a new one the beginning, if there is room for it.
    #[inline]
    pub(super) fn of(&self, ssrc: u32) -> Result<T, Error> {
        match self.0.iter().find(|(known, _)| *known == ssrc) {
            Some((_, state)) => Ok(*state),
            None if self.0.is_full() => Err(Error::TooManySources),
            None => Ok(T::default()),
        }
    }

    /// Keeps what is known now.
    #[inline]
    pub(super) fn keep(&mut self, ssrc: u32, state: T) {
        if let Some((_, kept)) = self.0.iter_mut().find(|(known, _)| *known == ssrc) {
            *kept = state;
        } else {
            // There was room when it was asked for.
            let _ = self.0.push((ssrc, state));
        }
    }
}
