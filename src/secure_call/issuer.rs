//! Issuing: a CA's key, subscribers' keys, and the signing of certificates. Behind the feature `issuer`, for
//! it needs an allocator.
//!
//! It belongs on the desk of whoever provisions the phones, never on a phone and never on a server that
//! strangers can time: the crate `rsa` that it uses is known to leak its private exponent through timing
//! (RUSTSEC-2023-0071, the Marvin attack). Issuing is done offline, where there is nobody who measures. The
//! phones use [`super::engine`].
//!
//! A key of 512 bits gives no protection against anyone who wants to pay for an hour or two of rented
//! machines. It is what the phones can do.
//!
//! ```
//! use deskphone::secure_call::issuer::{self, CaPrivateKey};
//! # let file = include_str!("vectors/ca.key");
//! // The file of the guide: modulus and private exponent, base64, one line each or more.
//! let ca = CaPrivateKey::read(file)?;
//! # let modulus = *deskphone::secure_call::Provisioned::read(include_str!("vectors/joe.cert"),
//! #     include_str!("vectors/joe.key"))?.certificate().claims().public_key.as_bytes();
//! let subject = issuer::subject("Joe Smith", "14085551234", "00:00:00 1/1/34", &modulus)?;
//! let certificate = ca.sign(&subject)?;
//! assert!(ca.setting(&certificate).starts_with("Sm9lIFNtaXRo"));
//! # Ok::<(), deskphone::secure_call::issuer::IssueError>(())
//! ```

use core::fmt;

use num_bigint_dig::BigUint;
use rsa::pkcs1v15::Pkcs1v15Sign;
use rsa::rand_core::{self, CryptoRng, RngCore};
use rsa::traits::{PrivateKeyParts, PublicKeyParts};
use rsa::{RsaPrivateKey, RsaPublicKey};
use zeroize::Zeroize;

use super::base64;
use super::certificate::{MiniCertificate, Name, Subject, UserId, joined};
use super::fault::Fault;
use super::field::{CaKey, Expiry, PrivateKey, PublicKey};
use super::layout::{CA_BYTES, PROVISIONED_BYTES, SUBSCRIBER_BYTES, TEXT_BYTES};
use crate::base::Rng;

/// A setting, or a line of a key file.
pub type Line = heapless::String<TEXT_BYTES>;

/// Why nothing was issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IssueError {
    /// The name has more than 32 bytes or a control character.
    Name,
    /// The user id is empty, has more than 16 bytes or a control character.
    UserId,
    /// The date is none, or not written as `hh:mm:ss M/D/YY`.
    Expiry,
    /// A modulus is even or begins with zero.
    Modulus,
    /// The key file does not hold two numbers of 128 bytes in base64.
    KeyFile,
    /// The two numbers are not a modulus and its private exponent for 65537.
    KeyPair,
    /// No key could be made, or nothing be signed with it.
    Key,
}

impl fmt::Display for IssueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => "the user name has at most 32 bytes and no control characters",
            Self::UserId => "the user id has 1 to 16 bytes and no control characters",
            Self::Expiry => "the expiry date is written as \"hh:mm:ss M/D/YY\", such as \"00:00:00 1/1/34\"",
            Self::Modulus => "the public key is an odd number of 64 bytes whose first byte is not zero",
            Self::KeyFile => {
                "a CA key file holds two numbers of 128 bytes in base64: modulus, private exponent"
            }
            Self::KeyPair => "the private exponent of the CA key does not belong to its modulus",
            Self::Key => "the key cannot be used",
        })
    }
}

impl core::error::Error for IssueError {}

impl From<Fault> for IssueError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Expiry | Fault::Expired => Self::Expiry,
            Fault::Modulus => Self::Modulus,
            Fault::NotProvisioned
            | Fault::Base64
            | Fault::Length
            | Fault::Text
            | Fault::Message
            | Fault::Version
            | Fault::Suite
            | Fault::Clock
            | Fault::Signature
            | Fault::PrivateKey
            | Fault::UserId
            | Fault::Ssrc => Self::Key,
        }
    }
}

/// What a certificate shall say.
///
/// # Errors
/// [`IssueError::Name`], [`IssueError::UserId`], [`IssueError::Expiry`], [`IssueError::Modulus`]
pub fn subject(name: &str, user_id: &str, expiry: &str, modulus: &[u8; 64]) -> Result<Subject, IssueError> {
    Ok(Subject {
        name: Name::new(name).ok_or(IssueError::Name)?,
        user_id: UserId::new(user_id).filter(|_| !user_id.is_empty()).ok_or(IssueError::UserId)?,
        expiry: expiry.parse::<Expiry>().map_err(|_| IssueError::Expiry)?,
        public_key: PublicKey::new(modulus).ok_or(IssueError::Modulus)?,
    })
}

/// Reads a subscriber's modulus: 64 bytes in base64.
///
/// # Errors
/// [`IssueError::Modulus`]
pub fn read_public_key(text: &str) -> Result<PublicKey, IssueError> {
    let mut bytes = [0; SUBSCRIBER_BYTES + 1];
    let bytes = base64::decode(text.as_bytes(), &mut bytes).ok_or(IssueError::Modulus)?;
    bytes.try_into().ok().and_then(PublicKey::new).ok_or(IssueError::Modulus)
}

/// The key of a CA.
#[derive(Clone)]
pub struct CaPrivateKey {
    key: RsaPrivateKey,
    modulus: CaKey,
}

impl CaPrivateKey {
    /// Makes a new one. Takes a second or more.
    ///
    /// # Errors
    /// [`IssueError::Key`]
    pub fn generate(rng: &mut dyn Rng) -> Result<Self, IssueError> {
        Self::of(generated(rng, CA_BYTES)?)
    }

    /// Reads a key file: base64 of the modulus and behind it of the private exponent, with any line breaks.
    ///
    /// # Errors
    /// [`IssueError::KeyFile`], [`IssueError::KeyPair`]
    pub fn read(file: &str) -> Result<Self, IssueError> {
        // The first number ends with its padding.
        let (first, second) = file.split_once('=').ok_or(IssueError::KeyFile)?;
        let (mut modulus, mut exponent) = ([0; CA_BYTES], [0; CA_BYTES]);
        for (text, number) in [(first, &mut modulus), (second, &mut exponent)] {
            let decoded = base64::decode(text.as_bytes(), number).ok_or(IssueError::KeyFile)?;
            if decoded.len() != CA_BYTES {
                return Err(IssueError::KeyFile);
            }
        }
        CaKey::new(&modulus).ok_or(IssueError::KeyFile)?;
        let (n, d) = (BigUint::from_bytes_be(&modulus), BigUint::from_bytes_be(&exponent));
        exponent.zeroize();
        let key = RsaPrivateKey::from_components(n, BigUint::from(EXPONENT), d, [].into());
        Self::of(key.map_err(|_| IssueError::KeyPair)?)
    }

    fn of(key: RsaPrivateKey) -> Result<Self, IssueError> {
        let modulus = CaKey::new(&fixed(key.n())).ok_or(IssueError::Key)?;
        Ok(Self { key, modulus })
    }

    /// The key that phones verify with.
    #[must_use]
    pub const fn public(&self) -> &CaKey {
        &self.modulus
    }

    /// The two lines of its file: modulus, private exponent.
    #[must_use]
    pub fn file(&self) -> [Line; 2] {
        let mut exponent: [u8; CA_BYTES] = fixed(self.key.d());
        let lines = [line(self.modulus.as_bytes()), line(&exponent)];
        exponent.zeroize();
        lines
    }

    /// Signs what a certificate says.
    ///
    /// # Errors
    /// [`IssueError::Key`]
    pub fn sign(&self, subject: &Subject) -> Result<MiniCertificate, IssueError> {
        let signature = self.key.sign(Pkcs1v15Sign::new_unprefixed(), &subject.digest());
        let signature = signature.map_err(|_| IssueError::Key)?;
        let signature = signature.as_slice().try_into().map_err(|_| IssueError::Key)?;
        Ok(MiniCertificate::new(*subject, signature))
    }

    /// The setting `Mini Certificate` of a certificate that it signed.
    #[must_use]
    pub fn setting(&self, certificate: &MiniCertificate) -> Line {
        line(&joined::<PROVISIONED_BYTES>(&[&certificate.compose(), self.modulus.as_bytes()]))
    }

    /// Whether it has signed a certificate.
    #[must_use]
    pub fn has_signed(&self, certificate: &MiniCertificate) -> bool {
        has_signed(&self.modulus, certificate)
    }
}

impl fmt::Debug for CaPrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CaPrivateKey")
    }
}

/// Whether a CA has signed a certificate, whenever that may end. The phones ask [`MiniCertificate::examine`],
/// which looks at the time as well.
#[must_use]
pub fn has_signed(ca: &CaKey, certificate: &MiniCertificate) -> bool {
    let Ok(key) = RsaPublicKey::new(BigUint::from_bytes_be(ca.as_bytes()), BigUint::from(EXPONENT)) else {
        return false;
    };
    let digest = certificate.claims().digest();
    key.verify(Pkcs1v15Sign::new_unprefixed(), &digest, certificate.signature()).is_ok()
}

/// A subscriber's key pair.
#[derive(Clone, Debug)]
pub struct SubscriberKey {
    public: PublicKey,
    private: PrivateKey,
}

impl SubscriberKey {
    /// Makes a new one.
    ///
    /// # Errors
    /// [`IssueError::Key`]
    pub fn generate(rng: &mut dyn Rng) -> Result<Self, IssueError> {
        let key = generated(rng, SUBSCRIBER_BYTES)?;
        let public = PublicKey::new(&fixed(key.n())).ok_or(IssueError::Key)?;
        Ok(Self { public, private: PrivateKey::new(fixed(key.d())) })
    }

    /// What goes into the certificate.
    #[must_use]
    pub const fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The setting `SRTP Private Key`.
    #[must_use]
    pub fn setting(&self) -> Line {
        line(self.private.as_bytes())
    }
}

const EXPONENT: u32 = 65_537;

fn generated(rng: &mut dyn Rng, bytes: usize) -> Result<RsaPrivateKey, IssueError> {
    let bits = bytes.saturating_mul(8);
    RsaPrivateKey::new_with_exp(&mut Source(rng), bits, &BigUint::from(EXPONENT)).map_err(|_| IssueError::Key)
}

/// A number with zeros in front; a longer one loses its high bytes, which no number here has.
fn fixed<const N: usize>(number: &BigUint) -> [u8; N] {
    let mut fixed = [0; N];
    let mut bytes = number.to_bytes_be();
    for (place, byte) in fixed.iter_mut().rev().zip(bytes.iter().rev()) {
        *place = *byte;
    }
    bytes.zeroize();
    fixed
}

fn line(bytes: &[u8]) -> Line {
    let mut text = [0; TEXT_BYTES];
    let line = Line::try_from(base64::encode(bytes, &mut text)).unwrap_or_default();
    text.zeroize();
    line
}

/// Our randomness in the words of the crate `rsa`.
struct Source<'a>(&'a mut dyn Rng);

impl CryptoRng for Source<'_> {}

impl RngCore for Source<'_> {
    fn next_u32(&mut self) -> u32 {
        self.0.next_u32()
    }

    fn next_u64(&mut self) -> u64 {
        (u64::from(self.0.next_u32()) << 32) | u64::from(self.0.next_u32())
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        super::keys::fill(self.0, bytes);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secure_call::tests::{CA_KEY, Dice, JANE, JOE, TODAY, jane, joe};
    use crate::secure_call::{Answer, Job, Provisioned, Ticket, Work, engine};
    use proptest::prelude::*;
    use std::format;
    use std::string::String;

    fn ca() -> CaPrivateKey {
        CaPrivateKey::read(CA_KEY).unwrap()
    }

    #[test]
    fn the_documented_run_bit_for_bit() {
        for (setting, own, name, user_id, expiry) in [
            (JOE, joe(), "Joe Smith", "14085551234", "00:00:00 1/1/34"),
            (JANE, jane(), "Jane Doe", "14085556789", "23:59:59 12/31/39"),
        ] {
            let modulus = own.certificate.claims().public_key;
            let certificate =
                ca().sign(&subject(name, user_id, expiry, modulus.as_bytes()).unwrap()).unwrap();
            assert_eq!(ca().setting(&certificate), setting.0.trim_end());
            assert_eq!(line(own.key.as_bytes()), setting.1.trim_end());
            assert!(ca().has_signed(&certificate));
        }
    }

    #[test]
    fn a_key_file_reads_as_it_was_written() {
        let [modulus, exponent] = ca().file();
        assert_eq!(format!("{modulus}\n{exponent}"), CA_KEY.trim_end());
    }

    #[test]
    fn key_files_that_are_not() {
        let [modulus, exponent] = ca().file();
        for (file, error) in [
            (String::new(), IssueError::KeyFile),
            (format!("{modulus}"), IssueError::KeyFile),
            (format!("{modulus}\n{modulus}"), IssueError::KeyPair),
            (format!("{exponent}\n{modulus}"), IssueError::KeyPair),
            (format!("{modulus}\n{exponent}{exponent}"), IssueError::KeyFile),
            (format!("?{modulus}\n{exponent}"), IssueError::KeyFile),
        ] {
            assert_eq!(CaPrivateKey::read(&file).err(), Some(error), "{file}");
        }
    }

    #[test]
    fn subjects_that_cannot_be() {
        let modulus = *joe().certificate.claims().public_key.as_bytes();
        for (name, user_id, expiry, error) in [
            ("a name of more than thirty-two by", "1", "00:00:00 1/1/34", IssueError::Name),
            ("a\nb", "1", "00:00:00 1/1/34", IssueError::Name),
            ("a", "12345678901234567", "00:00:00 1/1/34", IssueError::UserId),
            ("a", "", "00:00:00 1/1/34", IssueError::UserId),
            ("a", "1", "1/1/34", IssueError::Expiry),
        ] {
            assert_eq!(subject(name, user_id, expiry, &modulus).err(), Some(error), "{name}");
        }
        assert_eq!(subject("a", "1", "00:00:00 1/1/34", &[0; 64]).err(), Some(IssueError::Modulus));
        assert_eq!(read_public_key("AAAA").err(), Some(IssueError::Modulus));
    }

    #[test]
    fn a_changed_certificate_is_nobodys() {
        let mut other = joe().certificate.compose();
        other[0] = b'M';
        assert!(!has_signed(ca().public(), &MiniCertificate::parse(&other).unwrap()));
        assert_eq!(format!("{:?}", ca()), "CaPrivateKey");
    }

    fn answer(work: Work) -> Answer {
        engine::perform(&Job { ticket: Ticket(0), work }).answer
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2))]

        /// The engine of the phones and the crates `rsa` and `num-bigint-dig` agree on new keys of any kind.
        #[test]
        fn engine_and_issuer_agree(
            seed in any::<u64>(), block in any::<[u8; 32]>(), signature in any::<[u8; 32]>(),
        ) {
            let mut dice = Dice::new(seed);
            let ca = CaPrivateKey::generate(&mut dice).unwrap();
            let key = SubscriberKey::generate(&mut dice).unwrap();
            let subject = subject("Any One", "100", "00:00:00 1/1/40", key.public().as_bytes()).unwrap();
            let certificate = ca.sign(&subject).unwrap();
            let own = Provisioned::read(&ca.setting(&certificate), &key.setting()).unwrap();
            let examination = certificate.examine(ca.public(), Some(TODAY)).unwrap();
            let Answer::Ca(verified) = &answer(examination.work()) else { panic!() };
            prop_assert!(examination.conclude(verified).is_ok());

            let (modulus, e) = (BigUint::from_bytes_be(key.public().as_bytes()), BigUint::from(EXPONENT));
            let mut block: [u8; 64] = core::array::from_fn(|at| block[at % 32]);
            block[0] = 0;
            let power = BigUint::from_bytes_be(&block).modpow(&e, &modulus);
            let encrypted: [u8; 64] = fixed(&power);
            let modulus = *key.public().as_bytes();
            prop_assert_eq!(answer(Work::Encrypt { block, modulus }), Answer::Subscriber(encrypted));
            let exponent = *own.key.as_bytes();
            let decrypt = Work::Decrypt { block: encrypted, exponent, modulus };
            prop_assert_eq!(answer(decrypt), Answer::Subscriber(block));

            let mut signature: [u8; 128] = core::array::from_fn(|at| signature[at % 32]);
            signature[0] = 0;
            let n = BigUint::from_bytes_be(ca.public().as_bytes());
            let power = BigUint::from_bytes_be(&signature).modpow(&e, &n);
            let verify = Work::VerifySignature { signature, modulus: *ca.public().as_bytes() };
            prop_assert_eq!(answer(verify), Answer::Ca(fixed(&power)));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        /// Numbers that are no keys: whatever arrives as a modulus, the engine counts right or refuses.
        #[test]
        fn the_engine_counts_right_under_any_modulus(
            modulus in any::<[u8; 32]>(), zeros in 0usize..64, block in any::<[u8; 32]>(),
            exponent in any::<[u8; 32]>(),
        ) {
            let mut modulus: [u8; 64] = core::array::from_fn(|at| modulus[at % 32]);
            modulus[..zeros].fill(0);
            let block: [u8; 64] = core::array::from_fn(|at| if at < zeros { 0 } else { block[at % 32] });
            let exponent: [u8; 64] = core::array::from_fn(|at| exponent[at % 32]);
            let numbers = [&modulus[..], &block, &exponent, &EXPONENT.to_be_bytes()];
            let [n, base, d, e] = numbers.map(BigUint::from_bytes_be);
            let right = |exponent| {
                let counts = modulus[63] % 2 == 1 && base < n;
                if counts { Answer::Subscriber(fixed(&base.modpow(exponent, &n))) } else { Answer::Failed }
            };
            prop_assert_eq!(answer(Work::Encrypt { block, modulus }), right(&e));
            prop_assert_eq!(answer(Work::Decrypt { block, exponent, modulus }), right(&d));
        }
    }

    #[test]
    fn a_key_file_of_a_new_ca() {
        let ca = CaPrivateKey::generate(&mut Dice::new(5)).unwrap();
        let [modulus, exponent] = ca.file();
        let again = CaPrivateKey::read(&format!("{modulus}\n{exponent}\n")).unwrap();
        assert_eq!(again.public(), ca.public());
    }
}
