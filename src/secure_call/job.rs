//! RSA as data: the work leaves a machine as a [`Job`] and comes back as a [`Done`] with the same ticket.
//!
//! A job is a bare power of a number under a modulus, so a processor's RSA unit can do it as well as
//! [`super::engine`]. What the power means (padding, comparing) is never the worker's to decide.
//!
//! ```
//! use deskphone::secure_call::{engine, Answer, Job, Ticket, Work};
//! // 2^65537 under 2^512 - 569
//! let mut modulus = [0xFF; 64];
//! modulus[62..].copy_from_slice(&[0xFD, 0xC7]);
//! let mut two = [0; 64];
//! two[63] = 2;
//! let job = Job { ticket: Ticket(7), work: Work::Encrypt { block: two, modulus } };
//! let done = engine::perform(&job);
//! assert_eq!(done.ticket, Ticket(7));
//! assert!(matches!(done.answer, Answer::Subscriber(_)));
//! ```

use core::fmt;

use zeroize::Zeroize;

use super::layout::{CA_BYTES, SUBSCRIBER_BYTES};

/// Tells which answer belongs to which job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket(pub u32);

impl Ticket {
    /// The one behind it.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }
}

/// One piece of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// To be given back with the answer.
    pub ticket: Ticket,
    /// What is to be done.
    pub work: Work,
}

/// What is to be done; all numbers are big-endian. Wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub enum Work {
    /// `signature ^ 65537 mod modulus`.
    VerifySignature {
        /// Below the modulus.
        signature: [u8; CA_BYTES],
        /// Odd, 1024 bits.
        modulus: [u8; CA_BYTES],
    },
    /// `block ^ 65537 mod modulus`.
    Encrypt {
        /// Below the modulus; secret.
        block: [u8; SUBSCRIBER_BYTES],
        /// Odd, 505 to 512 bits.
        modulus: [u8; SUBSCRIBER_BYTES],
    },
    /// `block ^ exponent mod modulus`, in a time that does not depend on the exponent.
    Decrypt {
        /// Below the modulus.
        block: [u8; SUBSCRIBER_BYTES],
        /// The private exponent; secret.
        exponent: [u8; SUBSCRIBER_BYTES],
        /// Odd, 505 to 512 bits.
        modulus: [u8; SUBSCRIBER_BYTES],
    },
}

impl Drop for Work {
    fn drop(&mut self) {
        match self {
            Self::VerifySignature { .. } => {}
            Self::Encrypt { block, .. } => block.zeroize(),
            Self::Decrypt { exponent, .. } => exponent.zeroize(),
        }
    }
}

impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::VerifySignature { .. } => "VerifySignature",
            Self::Encrypt { .. } => "Encrypt",
            Self::Decrypt { .. } => "Decrypt",
        })
    }
}

/// A piece of work that is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// The job's.
    pub ticket: Ticket,
    /// What came out.
    pub answer: Answer,
}

/// What came out; wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub enum Answer {
    /// Of [`Work::VerifySignature`].
    Ca([u8; CA_BYTES]),
    /// Of [`Work::Encrypt`] and [`Work::Decrypt`].
    Subscriber([u8; SUBSCRIBER_BYTES]),
    /// It could not be done: a number out of its range, or a unit that does not work.
    Failed,
}

impl Drop for Answer {
    fn drop(&mut self) {
        match self {
            Self::Subscriber(block) => block.zeroize(),
            Self::Ca(_) | Self::Failed => {}
        }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ca(_) => "Ca",
            Self::Subscriber(_) => "Subscriber",
            Self::Failed => "Failed",
        })
    }
}
