//! Who may ask the phone for something: the server side of Digest (RFC 3261 §22.2, RFC 7616 §3.3, RFC 8760
//! §2.3).
//!
//! A nonce needs no memory: it says when it was made, has 64 random bits, and a keyed hash shows that it is
//! ours. It is good for one request within [`NONCE_MS`]; what is remembered are the ones that were used, so
//! that nobody can send a request again that he overheard.

use core::fmt;

use heapless::{Deque, Vec};

use super::account::Account;
use super::answer::Answer;
use super::{Instant, Rng, UserAgent};
use crate::base::{Writer, text};
use crate::crypto::{Hash, same};
use crate::limits;
use crate::sip::auth::{Credentials, DigestChallenge, DigestCredentials, QopChoice};
use crate::sip::{HeaderName, Message, Status, Uri, compose};
use crate::transaction::Hop;

/// The key of our nonces, and those that were used.
pub(super) struct Guard {
    key: Option<[u32; 4]>,
    used: Deque<Stamp, { limits::NONCES }>,
    /// Nonces that are not younger may have been used.
    forgotten: Option<Instant>,
}

/// What somebody has to know.
#[derive(Clone, Copy)]
pub(super) struct Lock<'a> {
    /// What the password is for.
    realm: &'a str,
    user: &'a str,
    /// An empty one nobody knows.
    password: &'a str,
}

impl<'a> Lock<'a> {
    /// The extension's own name and password: those that its server has.
    pub(super) fn own(account: &'a Account) -> Self {
        Self { realm: &account.proxy, user: &account.auth_user, password: &account.password }
    }

    /// `Auth Page Realm`, `Auth Page Password`: those who may page know them beside the extension's name.
    pub(super) fn page(account: &'a Account) -> Self {
        let own = Self::own(account);
        let or = |set: &'a str, own: &'a str| if set.is_empty() { own } else { set };
        Self {
            realm: or(&account.auth_page_realm, own.realm),
            user: own.user,
            password: or(&account.auth_page_password, own.password),
        }
    }
}

/// What a 401 asks for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Challenge<'a> {
    realm: &'a str,
    nonce: &'a [u8],
    /// Name and password were right, the nonce was not (any more).
    stale: bool,
}

/// What credentials are worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Admitted,
    Refused { stale: bool },
}

/// What tells a nonce from all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    issued: Instant,
    salt: u64,
}

type Nonce = Vec<u8, NONCE_DIGITS>;

impl UserAgent {
    /// Whether a request comes from somebody who knows what `lock` asks for. If not, it is answered 401 with
    /// a challenge, and there is nothing more to do with it. Not for ACK and CANCEL, which cannot be sent
    /// again (RFC 3261 §22.1).
    pub(super) fn admits(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        arrival: Hop,
        request: &Message<'_>,
        lock: Lock<'_>,
    ) -> bool {
        let Verdict::Refused { stale } = self.guard.judge(now, lock, request) else { return true };
        let nonce = self.guard.nonce(now, rng);
        let challenge = Challenge { realm: lock.realm, nonce: &nonce, stale };
        self.answer_statelessly(
            arrival,
            request,
            &Answer { challenge: Some(&challenge), ..Answer::new(Status::UNAUTHORIZED, None) },
        );
        false
    }
}

impl Guard {
    pub(super) const fn new() -> Self {
        Self { key: None, used: Deque::new(), forgotten: None }
    }

    fn judge(&mut self, now: Instant, lock: Lock<'_>, request: &Message<'_>) -> Verdict {
        let mut stale = false;
        for value in request.lines(HeaderName::Authorization) {
            let Ok(Credentials::Digest(given)) = Credentials::parse(value) else { continue };
            if !is_proof(&given, lock, request) {
                continue;
            }
            if self.spend(now, given.nonce) {
                return Verdict::Admitted;
            }
            stale = true;
        }
        Verdict::Refused { stale }
    }

    fn nonce(&mut self, now: Instant, rng: &mut dyn Rng) -> Nonce {
        let key = *self.key.get_or_insert_with(|| core::array::from_fn(|_| rng.next_u32()));
        let salt = u64::from(rng.next_u32()) << 32 | u64::from(rng.next_u32());
        compose_nonce(key, Stamp { issued: now, salt })
    }

    /// Whether a nonce is ours, young and not used before. It is used now.
    fn spend(&mut self, now: Instant, nonce: &[u8]) -> bool {
        let (Some(key), Some(stamp)) = (self.key, Stamp::of(nonce)) else { return false };
        let ours = same(&compose_nonce(key, stamp), nonce);
        let young = stamp.issued <= now && now.since_ms(stamp.issued) <= NONCE_MS;
        let forgotten = self.forgotten.is_some_and(|forgotten| stamp.issued <= forgotten);
        if !ours || !young || forgotten || self.used.iter().any(|used| *used == stamp) {
            return false;
        }
        if self.used.is_full()
            && let Some(oldest) = self.used.pop_front()
        {
            self.forgotten = self.forgotten.max(Some(oldest.issued));
        }
        // Room was made.
        self.used.push_back(stamp).is_ok()
    }
}

/// Whether credentials are for this request and show that the sender knows the password. An empty password
/// proves nothing.
fn is_proof(given: &DigestCredentials<'_>, lock: Lock<'_>, request: &Message<'_>) -> bool {
    let (Some(method), Some(uri)) = (request.method(), request.request_uri()) else { return false };
    // RFC 3261 §22.4: the Request-URI as sent; a proxy may have written it in other words.
    let meant = given.uri == uri
        || match (Uri::parse(given.uri), Uri::parse(uri)) {
            (Ok(given), Ok(uri)) => given.is_equivalent(&uri),
            (Ok(_) | Err(_), _) => false,
        };
    meant
        && !lock.password.is_empty()
        && given.realm == lock.realm.as_bytes()
        && given.prove(lock.user, lock.password, method.as_bytes(), request.body())
}

impl Challenge<'_> {
    /// Writes the challenge: RFC 8760 §2.3, the better algorithm first, and MD5 for those who know no other.
    pub(super) fn write(&self, out: &mut Writer<'_>) {
        for algorithm in ["SHA-256", "MD5"] {
            compose::begin(out, HeaderName::WwwAuthenticate);
            DigestChallenge {
                realm: self.realm.as_bytes(),
                nonce: self.nonce,
                algorithm: Some(algorithm.as_bytes()),
                qop: Some(QopChoice { auth: true, auth_int: false }),
                stale: self.stale,
                ..DigestChallenge::default()
            }
            .write(out);
            compose::end(out);
        }
    }
}

impl Stamp {
    fn of(nonce: &[u8]) -> Option<Self> {
        let number = |from: usize, to: usize| {
            let digits = core::str::from_utf8(nonce.get(from..to)?).ok()?;
            u64::from_str_radix(digits, 16).ok()
        };
        Some(Self { issued: Instant::from_millis(number(0, 16)?), salt: number(16, 32)? })
    }
}

/// The stamp in 32 digits and 128 bits of its keyed hash.
fn compose_nonce(key: [u32; 4], stamp: Stamp) -> Nonce {
    let mut secret = [0; 32];
    let mut out = Writer::new(&mut secret);
    key.iter().for_each(|word| out.hex(*word, 8));
    let mut digits = [0; NONCE_DIGITS];
    let mut nonce = Writer::new(&mut digits);
    for number in [stamp.issued.as_millis(), stamp.salt] {
        nonce.hex(u32::try_from(number >> 32).unwrap_or(0), 8);
        nonce.hex(u32::try_from(number & 0xFFFF_FFFF).unwrap_or(0), 8);
    }
    let seal = Hash::Sha256.of(&[out.written(), nonce.written()]);
    nonce.put(seal.as_bytes().get(..32).unwrap_or(&[]));
    text::bytes(nonce.written()).unwrap_or_default()
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").field("used", &self.used.len()).finish_non_exhaustive()
    }
}

const NONCE_DIGITS: usize = 64;
/// Long enough for one round trip and a few retransmissions.
const NONCE_MS: u64 = 32_000;

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;

    struct Count(u32);

    impl Rng for Count {
        fn next_u32(&mut self) -> u32 {
            self.0 = self.0.wrapping_add(1);
            self.0
        }
    }

    #[test]
    fn a_nonce_is_good_for_one_request_and_a_while() {
        let (mut guard, mut rng) = (Guard::new(), Count(0));
        let at = Instant::from_millis;
        assert!(!guard.spend(at(0), &[b'0'; 64]), "no nonce was made yet");
        let nonce = guard.nonce(at(1_000), &mut rng);
        assert!(!guard.spend(at(999), &nonce), "not before it was made");
        assert!(!guard.spend(at(1_001 + NONCE_MS), &nonce), "too late");
        assert!(guard.spend(at(1_000 + NONCE_MS), &nonce));
        assert!(!guard.spend(at(1_000 + NONCE_MS), &nonce), "once");
        let nonce = guard.nonce(at(2_000), &mut rng);
        for place in 0..nonce.len() {
            let mut forged = nonce.clone();
            forged[place] = if forged[place] == b'0' { b'1' } else { b'0' };
            assert!(!guard.spend(at(2_000), &forged), "digit {place}");
        }
        assert!(!guard.spend(at(2_000), &nonce[..63]) && !guard.spend(at(2_000), b""));
        assert!(guard.spend(at(2_000), &nonce));
        assert!(!Guard::new().spend(at(2_000), &nonce));
    }

    #[test]
    fn what_is_forgotten_cannot_be_used_again() {
        let (mut guard, mut rng) = (Guard::new(), Count(0));
        let nonces: std::vec::Vec<_> = (0..=limits::NONCES)
            .map(|at| guard.nonce(Instant::from_millis(u64::try_from(at).unwrap()), &mut rng))
            .collect();
        let now = Instant::from_millis(100);
        assert!(nonces.iter().all(|nonce| guard.spend(now, nonce)));
        assert!(!nonces.iter().any(|nonce| guard.spend(now, nonce)));
    }

    #[test]
    fn its_key_is_not_shown() {
        let (mut guard, mut rng) = (Guard::new(), Count(0x7777_0000));
        let _ = guard.nonce(Instant::ZERO, &mut rng);
        let shown = format!("{guard:?}");
        assert!(!shown.contains("7777") && !shown.contains(&format!("{}", 0x7777_0001u32)), "{shown}");
    }
}
