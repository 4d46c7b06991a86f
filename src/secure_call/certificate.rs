//! The Mini-Certificate: who a subscriber is, the subscriber's public key, and the signature of the one CA.
//!
//! The signature is over the SHA-1 of the first 124 bytes. Raised to the public exponent it gives a block of
//! PKCS#1 v1.5, type 1, that holds the bare digest, without the usual ASN.1 around it:
//!
//! ```text
//! 00 01 ff × 105 00 digest (20)
//! ```
//!
//! That block is made anew and compared whole; its padding is never parsed, so there is nothing to forge
//! with.

use sha1::{Digest, Sha1};
use subtle::ConstantTimeEq;

use super::base64;
use super::fault::Fault;
use super::field::{CaKey, Dialled, Expiry, Padded, PrivateKey, PublicKey};
use super::job::Work;
use super::layout::{
    CA_BYTES, CERTIFICATE_BYTES, EXPIRY_BYTES, NAME_BYTES, PROVISIONED_BYTES, SIGNED_BYTES, SUBSCRIBER_BYTES,
    USER_ID_BYTES,
};
use crate::base::UnixTime;

/// A subscriber's name: at most 32 bytes.
pub type Name = Padded<NAME_BYTES>;
/// A subscriber's user id: at most 16 bytes.
pub type UserId = Padded<USER_ID_BYTES>;

/// What a certificate says, and what its signature is made over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Who it is, for a person.
    pub name: Name,
    /// The user part of the subscriber's address.
    pub user_id: UserId,
    /// When the certificate ends.
    pub expiry: Expiry,
    /// The key that a caller encrypts the master key with.
    pub public_key: PublicKey,
}

impl Subject {
    fn parse(bytes: &[u8; SIGNED_BYTES]) -> Result<Self, Fault> {
        let (name, rest) = bytes.split_first_chunk().ok_or(Fault::Length)?;
        let (user_id, rest) = rest.split_first_chunk().ok_or(Fault::Length)?;
        let (expiry, rest) = rest.split_first_chunk::<EXPIRY_BYTES>().ok_or(Fault::Length)?;
        let public_key = rest.first_chunk::<SUBSCRIBER_BYTES>().ok_or(Fault::Length)?;
        Ok(Self {
            name: Padded::parse(name).ok_or(Fault::Text)?,
            user_id: Padded::parse(user_id).ok_or(Fault::Text)?,
            expiry: Expiry::parse(expiry).ok_or(Fault::Expiry)?,
            public_key: PublicKey::new(public_key).ok_or(Fault::Modulus)?,
        })
    }

    /// The bytes that are signed.
    pub(super) fn compose(&self) -> [u8; SIGNED_BYTES] {
        let expiry = self.expiry.field();
        let parts: [&[u8]; 4] =
            [self.name.field(), self.user_id.field(), &expiry, self.public_key.as_bytes()];
        joined(&parts)
    }

    /// The SHA-1 that is signed.
    pub(super) fn digest(&self) -> [u8; 20] {
        Sha1::digest(self.compose()).into()
    }

    /// What the signature gives when it is raised to the public exponent.
    fn signature_block(&self) -> [u8; CA_BYTES] {
        joined(&[&[0, 1], &[0xFF; CA_BYTES - 2 - 1 - 20], &[0], &self.digest()])
    }
}

/// The parts one behind the other; they are as long as the whole.
pub(super) fn joined<const N: usize>(parts: &[&[u8]]) -> [u8; N] {
    let mut whole = [0; N];
    let bytes = parts.iter().flat_map(|part| part.iter());
    for (place, byte) in whole.iter_mut().zip(bytes) {
        *place = *byte;
    }
    whole
}

/// A certificate as it arrived: its fields are well-formed, nothing else is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MiniCertificate {
    subject: Subject,
    signature: Signature,
}

/// The signature of a CA, big-endian.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; CA_BYTES]);

impl core::fmt::Debug for Signature {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Signature")
    }
}

impl MiniCertificate {
    /// Reads 252 bytes.
    ///
    /// # Errors
    /// [`Fault`] for a length or a field that no certificate has.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let bytes: &[u8; CERTIFICATE_BYTES] = bytes.try_into().map_err(|_| Fault::Length)?;
        let (signed, signature) = bytes.split_first_chunk().ok_or(Fault::Length)?;
        let signature = *signature.first_chunk().ok_or(Fault::Length)?;
        Ok(Self { subject: Subject::parse(signed)?, signature: Signature(signature) })
    }

    /// The 252 bytes.
    #[must_use]
    pub fn compose(&self) -> [u8; CERTIFICATE_BYTES] {
        joined(&[&self.subject.compose(), &self.signature.0])
    }

    /// A certificate from its parts; whether they belong together shows when it is examined.
    #[cfg(any(feature = "issuer", test))]
    pub(super) const fn new(subject: Subject, signature: [u8; CA_BYTES]) -> Self {
        Self { subject, signature: Signature(signature) }
    }

    /// What it claims.
    #[must_use]
    pub const fn claims(&self) -> &Subject {
        &self.subject
    }

    #[cfg(feature = "issuer")]
    pub(super) const fn signature(&self) -> &[u8; CA_BYTES] {
        &self.signature.0
    }

    /// Begins to examine it, at a local time counted as if it were UTC.
    ///
    /// # Errors
    /// [`Fault::Expired`], [`Fault::Clock`] when the time is not known, [`Fault::Signature`] when the
    /// signature is not below the CA's modulus.
    pub fn examine(&self, ca: &CaKey, local: Option<UnixTime>) -> Result<Examination, Fault> {
        let local = local.ok_or(Fault::Clock)?;
        if self.subject.expiry.is_over(local) {
            return Err(Fault::Expired);
        }
        if !bool::from(ca.exceeds(&self.signature.0)) {
            return Err(Fault::Signature);
        }
        Ok(Examination { certificate: *self, ca: *ca })
    }
}

/// A certificate that holds if its signature does.
#[derive(Clone, Debug)]
pub struct Examination {
    certificate: MiniCertificate,
    pub(super) ca: CaKey,
}

impl Examination {
    /// The work to be done for it.
    #[must_use]
    pub const fn work(&self) -> Work {
        Work::VerifySignature { signature: self.certificate.signature.0, modulus: *self.ca.as_bytes() }
    }

    /// Ends it with what the signature gave when it was raised to the public exponent.
    ///
    /// # Errors
    /// [`Fault::Signature`]
    pub fn conclude(self, block: &[u8; CA_BYTES]) -> Result<Verified, Fault> {
        let same: bool = self.certificate.subject.signature_block().ct_eq(block).into();
        if same { Ok(Verified { certificate: self.certificate }) } else { Err(Fault::Signature) }
    }
}

/// Proof that the CA has signed what a certificate claims, and that it had not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    certificate: MiniCertificate,
}

impl Verified {
    /// Who it is.
    #[must_use]
    pub const fn subject(&self) -> &Subject {
        &self.certificate.subject
    }

    /// The whole certificate.
    #[must_use]
    pub const fn certificate(&self) -> &MiniCertificate {
        &self.certificate
    }

    /// Proves that it is the one who was dialled.
    ///
    /// # Errors
    /// [`Fault::UserId`]
    pub fn called(self, dialled: &Dialled) -> Result<Expected, Fault> {
        let subject = self.certificate.subject;
        if dialled.is(&subject.user_id) { Ok(Expected { subject }) } else { Err(Fault::UserId) }
    }
}

/// Proof that a certificate is verified and that its subject is the one who was dialled.
#[derive(Clone, Debug)]
pub struct Expected {
    subject: Subject,
}

impl Expected {
    /// Who it is.
    #[must_use]
    pub const fn subject(&self) -> &Subject {
        &self.subject
    }
}

/// What the settings `Mini Certificate` and `SRTP Private Key` of an extension hold. Nothing is proved yet.
#[derive(Clone, Debug)]
pub struct Provisioned {
    pub(super) certificate: MiniCertificate,
    pub(super) ca: CaKey,
    pub(super) key: PrivateKey,
}

impl Provisioned {
    /// Reads both settings.
    ///
    /// # Errors
    /// [`Fault::NotProvisioned`] when one of them is empty, [`Fault::Base64`], [`Fault::Length`], and those
    /// of [`MiniCertificate::parse`].
    pub fn read(mini_certificate: &str, private_key: &str) -> Result<Self, Fault> {
        if mini_certificate.is_empty() || private_key.is_empty() {
            return Err(Fault::NotProvisioned);
        }
        let (certificate, ca) = read_mini_certificate(mini_certificate)?;
        let mut key = zeroize::Zeroizing::new([0; SUBSCRIBER_BYTES + 1]);
        let exponent = base64::decode(private_key.as_bytes(), key.as_mut()).ok_or(Fault::Base64)?;
        let exponent: &[u8; SUBSCRIBER_BYTES] = exponent.try_into().map_err(|_| Fault::Length)?;
        Ok(Self { certificate, ca, key: PrivateKey::new(*exponent) })
    }

    /// What the own certificate claims.
    #[must_use]
    pub const fn certificate(&self) -> &MiniCertificate {
        &self.certificate
    }
}

/// Reads the setting `Mini Certificate`: a certificate, and the key of the CA.
///
/// # Errors
/// [`Fault::Base64`], [`Fault::Length`], and those of [`MiniCertificate::parse`].
pub fn read_mini_certificate(setting: &str) -> Result<(MiniCertificate, CaKey), Fault> {
    let mut bytes = [0; PROVISIONED_BYTES + 1];
    let bytes = base64::decode(setting.as_bytes(), &mut bytes).ok_or(Fault::Base64)?;
    let bytes: &[u8; PROVISIONED_BYTES] = bytes.try_into().map_err(|_| Fault::Length)?;
    let (certificate, ca) = bytes.split_first_chunk::<CERTIFICATE_BYTES>().ok_or(Fault::Length)?;
    let ca = ca.first_chunk::<CA_BYTES>().and_then(CaKey::new).ok_or(Fault::Modulus)?;
    Ok((MiniCertificate::parse(certificate)?, ca))
}
