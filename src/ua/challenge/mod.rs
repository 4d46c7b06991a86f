//! Answering challenges: RFC 3261 §22.2, §22.3, RFC 7616 §3.3-§3.5, RFC 8760 §2.4.
//!
//! A [`Keyring`] keeps the challenges that it can answer, one for each realm, and goes on using their nonces;
//! an [`Attempts`] belongs to one request and sees to it that a wrong password does not make a storm.
//!
//! ```
//! use deskphone::base::{Rng, Writer};
//! use deskphone::ua::challenge::{Asker, Attempts, Identity, Keyring, Recipient, Target, Verdict};
//! # struct Fixed; impl Rng for Fixed { fn next_u32(&mut self) -> u32 { 7 } }
//! let (mut keys, mut attempts) = (Keyring::new(), Attempts::new());
//! let challenge = br#"Digest realm="office", nonce="84a4cc6f", qop="auth""#;
//! let asked = [(Asker::Server, &challenge[..])];
//! assert_eq!(keys.take(&mut attempts, 2, asked.into_iter()), Verdict::Retry);
//!
//! let mut buffer = [0; 512];
//! let mut out = Writer::new(&mut buffer);
//! let identity = Identity { user: "4001", password: "secret" };
//! let register = Target { method: b"REGISTER", uri: b"sip:office", body: b"" };
//! keys.write(&identity, &register, Recipient::Registrar, &mut Fixed, &mut out);
//! assert!(out.written().starts_with(b"Authorization: Digest username=\"4001\", realm=\"office\""));
//! // The same realm asks again: the password is wrong.
//! assert!(matches!(keys.take(&mut attempts, 2, asked.into_iter()), Verdict::GiveUp(_)));
//! ```

use core::fmt;

use heapless::Vec;

use crate::base::{Rng, Writer, text};
use crate::crypto::{Algorithm, Protection, Question};
use crate::limits;
use crate::sip::auth::{self, DigestChallenge, DigestCredentials, Qop};

/// Challenges that can be answered, with their nonces' counts.
#[derive(Clone, Debug, Default)]
pub struct Keyring {
    slots: [Option<Kept>; limits::CHALLENGES],
}

/// How often one request has been challenged, and by whom. Starts anew with each request of the user's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Attempts {
    rounds: u8,
    answered: [bool; limits::CHALLENGES],
}

/// What to do after a 401 or 407.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Send the request again, with what [`Keyring::write`] writes.
    Retry,
    /// The response is final.
    GiveUp(Reason),
}

/// Why a challenge is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The credentials were seen and refused: RFC 3261 §22.2 forbids to try them again.
    Refused,
    /// The setting Max Auth is reached.
    TooOften,
    /// There is no challenge that we support and have room for.
    Unsupported,
}

/// Who challenges; each has header fields of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// A user agent server or registrar: WWW-Authenticate and Authorization.
    Server,
    /// A proxy: Proxy-Authenticate and Proxy-Authorization.
    Proxy,
}

/// Whose credentials are given.
#[derive(Clone, Copy)]
pub struct Identity<'a> {
    /// The name: Auth ID or User ID, as the setting Use Auth ID says.
    pub user: &'a str,
    /// The password.
    pub password: &'a str,
}

/// Who a request with credentials is for.
#[derive(Clone, Copy, Debug)]
pub enum Recipient<'a> {
    /// The registrar: what it asked once, it will ask again.
    Registrar,
    /// Anybody else, over the proxies that have asked. Another server's Authorization is none of their
    /// business; they get one when they challenged this very request.
    Anybody(&'a Attempts),
}

/// The request that credentials are made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target<'a> {
    /// Its method. For an ACK, INVITE (RFC 3261 §22.1).
    pub method: &'a [u8],
    /// Its Request-URI as sent.
    pub uri: &'a [u8],
    /// Its body.
    pub body: &'a [u8],
}

impl Keyring {
    /// Without challenges.
    #[must_use]
    pub const fn new() -> Self {
        Self { slots: [const { None }; limits::CHALLENGES] }
    }

    /// Takes the challenges of one 401 or 407, in order: the values of its WWW-Authenticate and
    /// Proxy-Authenticate header fields. (A forking proxy puts both kinds into one response, RFC 3261 §22.3.)
    pub fn take<'a>(
        &mut self,
        attempts: &mut Attempts,
        max_auth: u8,
        challenges: impl Iterator<Item = (Asker, &'a [u8])> + Clone,
    ) -> Verdict {
        if attempts.rounds >= max_auth {
            return Verdict::GiveUp(Reason::TooOften);
        }
        attempts.rounds = attempts.rounds.saturating_add(1);
        let mut verdict = Verdict::GiveUp(Reason::Unsupported);
        for asker in [Asker::Server, Asker::Proxy] {
            let own = challenges.clone().filter_map(move |(who, value)| (who == asker).then_some(value));
            for challenge in auth::topmost(own) {
                match self.take_one(attempts, asker, &challenge) {
                    Verdict::Retry => verdict = Verdict::Retry,
                    Verdict::GiveUp(Reason::Refused) => return Verdict::GiveUp(Reason::Refused),
                    // Another realm's challenge may still be answered.
                    Verdict::GiveUp(Reason::TooOften | Reason::Unsupported) => {}
                }
            }
        }
        verdict
    }

    fn take_one(
        &mut self,
        attempts: &mut Attempts,
        asker: Asker,
        challenge: &DigestChallenge<'_>,
    ) -> Verdict {
        let known = self.slots.iter().position(|slot| {
            slot.as_ref().is_some_and(|kept| kept.asker == asker && kept.realm == *challenge.realm)
        });
        let answered = known.and_then(|place| attempts.answered.get(place)).is_some_and(|answered| *answered);
        // RFC 3261 §22.2: not twice with the same credentials, unless only the nonce was too old (§22.4,
        // stale).
        if answered && !challenge.stale {
            self.drop_slot(known);
            return Verdict::GiveUp(Reason::Refused);
        }
        let Some(mut kept) = Kept::new(asker, challenge) else {
            return Verdict::GiveUp(Reason::Unsupported);
        };
        let Some(place) = known.or_else(|| self.room(attempts)) else {
            return Verdict::GiveUp(Reason::Unsupported);
        };
        let (Some(slot), Some(answered)) = (self.slots.get_mut(place), attempts.answered.get_mut(place))
        else {
            return Verdict::GiveUp(Reason::Unsupported);
        };
        if let Some(before) = slot.as_ref().filter(|before| before.nonce == kept.nonce) {
            // A nonce may come twice; its count goes on (RFC 7616 §3.4).
            kept.nonce_count = before.nonce_count;
            kept.cnonce = before.cnonce;
        }
        *slot = Some(kept);
        *answered = true;
        Verdict::Retry
    }

    /// A free slot, else one that this request does not need.
    fn room(&self, attempts: &Attempts) -> Option<usize> {
        let free = self.slots.iter().position(Option::is_none);
        free.or_else(|| attempts.answered.iter().position(|answered| !answered))
    }

    fn drop_slot(&mut self, place: Option<usize>) {
        if let Some(slot) = place.and_then(|place| self.slots.get_mut(place)) {
            *slot = None;
        }
    }

    /// Takes the `nextnonce` of a 2xx to a request that carried credentials (RFC 7616 §3.5).
    ///
    /// The header field names no realm, so it is followed when only one can be meant.
    pub fn take_next_nonce(&mut self, asker: Asker, authentication_info: &[u8]) {
        let Some(nonce) = auth::next_nonce(authentication_info).and_then(text::bytes) else { return };
        let mut meant = self.slots.iter_mut().flatten().filter(|kept| kept.asker == asker);
        // A -sess key is bound to the nonce that it began with.
        if let (Some(kept), None) = (meant.next(), meant.next())
            && !kept.algorithm.session
        {
            kept.nonce = nonce;
            kept.nonce_count = 0;
        }
    }

    /// Whether there is something to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.iter().all(Option::is_none)
    }

    /// Forgets all challenges, for example when the password changes.
    pub fn clear(&mut self) {
        *self = Self::new();
    }

    /// Writes the Authorization and Proxy-Authorization lines for a request, each with its CRLF. Each nonce
    /// counts one use more.
    pub fn write(
        &mut self,
        identity: &Identity<'_>,
        target: &Target<'_>,
        recipient: Recipient<'_>,
        rng: &mut dyn Rng,
        out: &mut Writer<'_>,
    ) {
        let kept =
            self.slots.iter_mut().enumerate().filter_map(|(place, slot)| Some((place, slot.as_mut()?)));
        for (_, kept) in kept.filter(|(place, kept)| recipient.is_meant(*place, kept.asker)) {
            // One for each nonce: the -sess forms need the same one as long as the nonce lasts.
            if kept.nonce_count == 0 {
                kept.cnonce = fresh_cnonce(rng);
            }
            kept.nonce_count = kept.nonce_count.saturating_add(1);
            kept.write(identity, target, out);
        }
    }
}

impl Recipient<'_> {
    fn is_meant(self, place: usize, asker: Asker) -> bool {
        match self {
            Self::Registrar => true,
            Self::Anybody(attempts) => {
                asker == Asker::Proxy || attempts.answered.get(place).is_some_and(|answered| *answered)
            }
        }
    }
}

impl Attempts {
    /// Not challenged yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { rounds: 0, answered: [false; limits::CHALLENGES] }
    }

    /// How many challenges this request has met.
    #[must_use]
    pub const fn rounds(&self) -> u8 {
        self.rounds
    }
}

impl Asker {
    /// The header field that carries the answer.
    #[must_use]
    pub const fn answer_name(self) -> &'static str {
        match self {
            Self::Server => "Authorization",
            Self::Proxy => "Proxy-Authorization",
        }
    }
}

impl fmt::Debug for Identity<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").finish_non_exhaustive()
    }
}

type Value = Vec<u8, { limits::CHALLENGE_BYTES }>;

/// One challenge, and how often its nonce was used.
#[derive(Clone, Debug)]
struct Kept {
    asker: Asker,
    realm: Value,
    nonce: Value,
    opaque: Option<Value>,
    algorithm: Algorithm,
    /// Whether the challenge named it; then the answer does too.
    algorithm_named: bool,
    qop: Option<Qop>,
    user_hash: bool,
    nonce_count: u32,
    cnonce: [u8; CNONCE_DIGITS],
}

impl Kept {
    /// A copy; `None` when it cannot be answered or something is too long.
    fn new(asker: Asker, challenge: &DigestChallenge<'_>) -> Option<Self> {
        let (algorithm, qop) = challenge.answerable()?;
        let opaque = match challenge.opaque {
            Some(opaque) => Some(text::bytes(opaque)?),
            None => None,
        };
        Some(Self {
            asker,
            realm: text::bytes(challenge.realm)?,
            nonce: text::bytes(challenge.nonce)?,
            opaque,
            algorithm,
            algorithm_named: challenge.algorithm.is_some(),
            qop,
            user_hash: challenge.user_hash,
            nonce_count: 0,
            cnonce: [0; CNONCE_DIGITS],
        })
    }

    fn write(&self, identity: &Identity<'_>, target: &Target<'_>, out: &mut Writer<'_>) {
        let nonce_count = self.nonce_count;
        let question = Question {
            algorithm: self.algorithm,
            username: identity.user.as_bytes(),
            realm: &self.realm,
            password: identity.password.as_bytes(),
            nonce: &self.nonce,
            cnonce: &self.cnonce,
            method: target.method,
            uri: target.uri,
            protection: match self.qop {
                None => Protection::Legacy,
                Some(Qop::Auth) => Protection::Auth { nonce_count },
                Some(Qop::AuthInt) => Protection::AuthInt { nonce_count, body: target.body },
            },
        };
        let hidden = self.algorithm.hash.of_username(question.username, &self.realm);
        let mut buffer = [0; USER_BYTES];
        let mut escaped = Writer::new(&mut buffer);
        auth::escape(identity.user, &mut escaped);
        out.text(self.asker.answer_name());
        out.text(": ");
        DigestCredentials {
            username: if self.user_hash { hidden.as_bytes() } else { escaped.written() },
            user_hash: self.user_hash,
            realm: &self.realm,
            nonce: &self.nonce,
            uri: target.uri,
            response: question.response().as_bytes(),
            algorithm: self.algorithm_named.then(|| self.algorithm.name().as_bytes()),
            cnonce: self.qop.map(|_| &self.cnonce[..]),
            opaque: self.opaque.as_deref(),
            qop: self.qop,
            nonce_count: self.qop.map(|_| nonce_count),
        }
        .write(out);
        out.text("\r\n");
    }
}

fn fresh_cnonce(rng: &mut dyn Rng) -> [u8; CNONCE_DIGITS] {
    let mut digits = [b'0'; CNONCE_DIGITS];
    let mut out = Writer::new(&mut digits);
    out.hex(rng.next_u32(), 8);
    out.hex(rng.next_u32(), 8);
    digits
}

/// 64 bits: a client's nonce keeps a server from choosing all that is hashed, it is no key.
const CNONCE_DIGITS: usize = 16;
/// An Auth ID of 47 bytes, each of them escaped.
const USER_BYTES: usize = 2 * 47;

#[cfg(test)]
mod tests;
