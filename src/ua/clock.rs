//! The time as the server tells it: the Date of its messages (RFC 3261 §20.17).

use super::{Event, ExtensionId, Instant, UserAgent};
use crate::base::UnixTime;
use crate::sip::Message;
use crate::transaction::Hop;

impl UserAgent {
    /// Gives a Date upward: that of an own server only, which has a clock itself, and once a minute at most.
    pub(super) fn take_date(&mut self, now: Instant, arrival: &Hop, message: &Message<'_>) {
        let Some(UnixTime(unix_seconds)) = message.date().filter(|date| date.0 >= EARLIEST_S) else { return };
        if self.clock_told.is_some_and(|told| now.since_ms(told) < QUIET_MS) {
            return;
        }
        let enabled = |extension: &ExtensionId| self.accounts.of(*extension).enabled;
        let mut extensions: heapless::Vec<ExtensionId, { crate::limits::EXTENSIONS }> =
            crate::base::bounded::filled(ExtensionId::ALL.into_iter().filter(enabled));
        while let Some(extension) = extensions.pop() {
            if self.is_own_server(now, extension, arrival) {
                self.clock_told = Some(now);
                self.tell(Event::Clock { unix_seconds });
                return;
            }
        }
    }
}

/// A server that lost its clock says 1970, or the year that its software was made. 2005 began then.
const EARLIEST_S: u64 = 1_104_537_600;
const QUIET_MS: u64 = 60_000;
