//! Before a phone says a Hello it looks at itself: its certificate must hold under the CA key that it has,
//! and its private key must undo its public key: `(2^65537)^d mod n = 2`.

use subtle::ConstantTimeEq;

use super::certificate::{Examination, Provisioned, Verified};
use super::fault::{Fault, Reason};
use super::field::{CaKey, PrivateKey};
use super::job::{Answer, Work};
use super::layout::SUBSCRIBER_BYTES;
use crate::base::UnixTime;

/// A test under way.
#[derive(Clone, Debug)]
pub(super) enum SelfTest {
    /// Is the own certificate signed by the CA?
    Signature { examination: Examination, key: PrivateKey },
    /// `2^65537`
    Power(Candidate),
    /// Its root, which has to be 2.
    Root(Candidate, [u8; SUBSCRIBER_BYTES]),
}

/// A certificate that holds, and a key that may not fit it.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    own: Verified,
    ca: CaKey,
    key: PrivateKey,
}

/// Proof that a phone can speak for its certificate.
#[derive(Clone, Debug)]
pub(super) struct Identity {
    proved: Candidate,
}

/// What an answer leads to.
pub(super) enum Progress {
    /// More work.
    More(SelfTest),
    /// All is well.
    Passed(Identity),
    /// It is not.
    Failed(Reason),
}

impl SelfTest {
    /// Begins, at a local time.
    pub(super) fn begin(provisioned: &Provisioned, local: Option<UnixTime>) -> Result<Self, Fault> {
        let examination = provisioned.certificate.examine(&provisioned.ca, local)?;
        Ok(Self::Signature { examination, key: provisioned.key.clone() })
    }

    /// The work to be done for it.
    pub(super) fn work(&self) -> Work {
        match self {
            Self::Signature { examination, .. } => examination.work(),
            Self::Power(candidate) => Work::Encrypt { block: two(), modulus: candidate.modulus() },
            Self::Root(candidate, power) => Work::Decrypt {
                block: *power,
                exponent: *candidate.key.as_bytes(),
                modulus: candidate.modulus(),
            },
        }
    }

    /// Goes on with an answer.
    pub(super) fn step(self, answer: &Answer) -> Progress {
        match (self, answer) {
            (Self::Signature { examination, key }, Answer::Ca(block)) => {
                let ca = examination.ca;
                match examination.conclude(block) {
                    Ok(own) => Progress::More(Self::Power(Candidate { own, ca, key })),
                    Err(fault) => Progress::Failed(Reason::Own(fault)),
                }
            }
            (Self::Power(candidate), Answer::Subscriber(power)) => {
                Progress::More(Self::Root(candidate, *power))
            }
            (Self::Root(candidate, _), Answer::Subscriber(root)) => {
                if root.ct_eq(&two()).into() {
                    Progress::Passed(Identity { proved: candidate })
                } else {
                    Progress::Failed(Reason::Own(Fault::PrivateKey))
                }
            }
            (
                Self::Signature { .. } | Self::Power(_) | Self::Root(..),
                Answer::Ca(_) | Answer::Subscriber(_) | Answer::Failed,
            ) => Progress::Failed(Reason::Engine),
        }
    }
}

impl Candidate {
    const fn modulus(&self) -> [u8; SUBSCRIBER_BYTES] {
        *self.own.subject().public_key.as_bytes()
    }
}

impl Identity {
    /// The own certificate.
    pub(super) const fn own(&self) -> &Verified {
        &self.proved.own
    }

    /// The CA's key.
    pub(super) const fn ca(&self) -> &CaKey {
        &self.proved.ca
    }

    /// The own private key.
    pub(super) const fn key(&self) -> &PrivateKey {
        &self.proved.key
    }
}

/// The number that is tried.
fn two() -> [u8; SUBSCRIBER_BYTES] {
    let mut two = [0; SUBSCRIBER_BYTES];
    if let Some(low) = two.last_mut() {
        *low = 2;
    }
    two
}
