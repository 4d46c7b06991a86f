//! `--secure`: a certificate authority of this run alone, which gives every phone what secure calls need.

use deskphone::secure_call::issuer::{CaPrivateKey, SubscriberKey, subject};

use crate::desk::SystemRng;

/// Who signs.
#[derive(Debug)]
pub(crate) struct Issuer(CaPrivateKey);

/// The settings `Mini Certificate` and `SRTP Private Key` of an extension.
pub(crate) struct Card {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

impl Issuer {
    pub(crate) fn new() -> Result<Self, String> {
        CaPrivateKey::generate(&mut SystemRng).map(Self).map_err(|error| error.to_string())
    }

    /// A certificate for who is called by `user`.
    pub(crate) fn issue(&self, name: &str, user: &str) -> Result<Card, String> {
        let wrong = |error: deskphone::secure_call::issuer::IssueError| format!("--secure: {user}: {error}");
        let key = SubscriberKey::generate(&mut SystemRng).map_err(wrong)?;
        let whom = subject(name, user, EXPIRY, key.public().as_bytes()).map_err(wrong)?;
        let certificate = self.0.sign(&whom).map_err(wrong)?;
        Ok(Card { certificate: self.0.setting(&certificate).to_string(), key: key.setting().to_string() })
    }
}

/// Later than any run.
const EXPIRY: &str = "00:00:00 1/1/99";
