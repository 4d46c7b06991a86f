//! The timers of RFC 3261 §17 (its Table 4) and RFC 6026, and what a phone may set of them.
//!
//! | timer | default | meaning |
//! |---|---|---|
//! | T1 | 500 ms | round-trip time estimate |
//! | T2 | 4 s | longest interval between retransmissions, except of an INVITE |
//! | T4 | 5 s | how long a message may live in the network |
//! | A, E, G | T1, doubled | retransmission of INVITE, other requests, failures of INVITE (unreliable) |
//! | B, F | 64·T1 | the request is given up |
//! | D | 32 s (unreliable) | late answers to INVITE are still acknowledged |
//! | H | 64·T1 | no ACK came |
//! | I, K | T4 (unreliable) | late ACKs and answers are absorbed |
//! | J | 64·T1 (unreliable) | late requests get the same answer again |
//! | L, M | 64·T1 | RFC 6026: late INVITEs, and 2xx of other branches, after a 2xx |

/// No retransmission comes sooner than this, whatever the settings say: a T1 of zero must not flood the
/// network.
const SHORTEST_INTERVAL_MS: u32 = 10;

/// The lengths of the timers in milliseconds; those that are missing here follow from T1 and T4.
///
/// ```
/// use deskphone::transaction::Timers;
/// let quick = Timers { t1_ms: 50, ..Timers::RFC_3261 };
/// assert_eq!(quick.accepted_ms(), 64 * 50);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timers {
    /// T1, the estimate of the round-trip time.
    pub t1_ms: u32,
    /// T2, the longest interval between retransmissions.
    pub t2_ms: u32,
    /// T4, the longest life of a message in the network; timers I and K.
    pub t4_ms: u32,
    /// Timer B: an INVITE without any answer is given up.
    pub b_ms: u32,
    /// Timer D: how long retransmitted failures of an INVITE are acknowledged; unreliable transports only.
    pub d_ms: u32,
    /// Timer F: another request without a final answer is given up.
    pub f_ms: u32,
    /// Timer H: waiting for the ACK is given up.
    pub h_ms: u32,
    /// Timer J: how long retransmitted requests get the same answer; unreliable transports only.
    pub j_ms: u32,
}

impl Timers {
    /// The defaults of RFC 3261, Table 4.
    pub const RFC_3261: Self = Self {
        t1_ms: 500,
        t2_ms: 4_000,
        t4_ms: 5_000,
        b_ms: 32_000,
        d_ms: 32_000,
        f_ms: 32_000,
        h_ms: 32_000,
        j_ms: 32_000,
    };

    /// 64·T1: timers L and M of RFC 6026, and how long a user agent waits for the ACK to its 2xx.
    #[must_use]
    pub const fn accepted_ms(&self) -> u32 {
        self.t1_ms.saturating_mul(64)
    }

    /// The interval before the first retransmission.
    pub(super) fn first_interval_ms(&self) -> u32 {
        self.t1_ms.max(SHORTEST_INTERVAL_MS)
    }

    /// The interval that the doubling of timers E and G stops at.
    pub(super) fn longest_interval_ms(&self) -> u32 {
        self.t2_ms.max(self.first_interval_ms())
    }
}

impl Default for Timers {
    fn default() -> Self {
        Self::RFC_3261
    }
}

/// What matters of a status code to a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// 1xx.
    Provisional,
    /// 2xx.
    Success,
    /// 3xx to 6xx, and what is none of the others.
    Failure,
}

impl Class {
    /// The class of a status code.
    #[must_use]
    pub const fn of(code: u16) -> Self {
        match code {
            100..=199 => Self::Provisional,
            200..=299 => Self::Success,
            _ => Self::Failure,
        }
    }
}
