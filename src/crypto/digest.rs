//! The response of Digest access authentication: RFC 7616 §3.4, RFC 2617 and, without `qop`, RFC 2069.
//!
//! ```text
//! response = KD(H(A1), nonce ":" nc ":" cnonce ":" qop ":" H(A2))      with qop
//! response = KD(H(A1), nonce ":" H(A2))                                without
//! A1 = username ":" realm ":" password
//! A1 = H(username ":" realm ":" password) ":" nonce ":" cnonce         for the -sess algorithms
//! A2 = method ":" uri                                                  qop=auth or none
//! A2 = method ":" uri ":" H(body)                                      qop=auth-int
//! ```
//!
//! ```
//! use deskphone::crypto::{Algorithm, Hash, Protection, Question, same};
//! // RFC 2617 §3.5
//! let question = Question {
//!     algorithm: Algorithm { hash: Hash::Md5, session: false },
//!     username: b"Mufasa",
//!     realm: b"testrealm@host.com",
//!     password: b"Circle Of Life",
//!     nonce: b"dcd98b7102dd2f0e8b11d0f600bfb0c093",
//!     cnonce: b"0a4f113b",
//!     method: b"GET",
//!     uri: b"/dir/index.html",
//!     protection: Protection::Auth { nonce_count: 1 },
//! };
//! assert_eq!(question.response().as_str(), "6629fae49393a05397450978507c4ef1");
//! assert!(same(question.response().as_bytes(), b"6629fae49393a05397450978507c4ef1"));
//! ```

use core::fmt;

use md5::{Digest, Md5};
use sha2::{Sha256, Sha512_256};
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// Everything that a digest response is computed from.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The hash, and whether it is the `-sess` form.
    pub algorithm: Algorithm,
    /// The user's name, in clear even when the header field carries its hash.
    pub username: &'a [u8],
    /// The realm of the challenge, as it stood between its quotes.
    pub realm: &'a [u8],
    /// The password.
    pub password: &'a [u8],
    /// The nonce of the challenge, as it stood between its quotes.
    pub nonce: &'a [u8],
    /// The client's nonce. Without `qop` only the `-sess` forms use it.
    pub cnonce: &'a [u8],
    /// The request's method.
    pub method: &'a [u8],
    /// The Request-URI as sent (RFC 3261 §22.4).
    pub uri: &'a [u8],
    /// What is protected.
    pub protection: Protection<'a>,
}

/// The quality of protection, with what it alone needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection<'a> {
    /// No `qop`: the form of RFC 2069.
    Legacy,
    /// `qop=auth`: method and URI.
    Auth {
        /// How often this nonce has been used, this time included.
        nonce_count: u32,
    },
    /// `qop=auth-int`: the body too.
    AuthInt {
        /// How often this nonce has been used, this time included.
        nonce_count: u32,
        /// The message body.
        body: &'a [u8],
    },
}

/// The value of the `algorithm` parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Algorithm {
    /// The hash function.
    pub hash: Hash,
    /// Whether the name ends in `-sess`.
    pub session: bool,
}

/// The hash functions of RFC 7616 §6.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// MD5, for old peers (RFC 8760 §2.1).
    Md5,
    /// SHA-256.
    Sha256,
    /// SHA-512 with its own start value, cut to 256 bits.
    Sha512_256,
}

/// A hash value in lower-case hexadecimal digits; wiped when dropped, for some stand for a password.
#[derive(Clone)]
pub struct Hex {
    digits: [u8; 64],
    length: usize,
}

impl Question<'_> {
    /// The `response` parameter.
    #[must_use]
    pub fn response(&self) -> Hex {
        let hash = self.algorithm.hash;
        let a1 = self.hashed_a1();
        let (qop, nonce_count, a2) = match self.protection {
            Protection::Legacy => {
                let a2 = hash.of(&[self.method, self.uri]);
                return hash.of(&[a1.as_bytes(), self.nonce, a2.as_bytes()]);
            }
            Protection::Auth { nonce_count } => {
                (&b"auth"[..], nonce_count, hash.of(&[self.method, self.uri]))
            }
            Protection::AuthInt { nonce_count, body } => {
                let body = hash.of(&[body]);
                (&b"auth-int"[..], nonce_count, hash.of(&[self.method, self.uri, body.as_bytes()]))
            }
        };
        // nc-value = 8LHEX
        let count = Hex::of_bytes(&nonce_count.to_be_bytes());
        hash.of(&[a1.as_bytes(), self.nonce, count.as_bytes(), self.cnonce, qop, a2.as_bytes()])
    }

    fn hashed_a1(&self) -> Hex {
        let hash = self.algorithm.hash;
        let plain = hash.of(&[self.username, self.realm, self.password]);
        if self.algorithm.session { hash.of(&[plain.as_bytes(), self.nonce, self.cnonce]) } else { plain }
    }
}

impl Algorithm {
    /// The algorithm with this name, upper or lower case.
    ///
    /// ```
    /// use deskphone::crypto::{Algorithm, Hash};
    /// assert_eq!(Algorithm::of_name(b"md5-SESS"), Some(Algorithm { hash: Hash::Md5, session: true }));
    /// assert_eq!(Algorithm::of_name(b"AKAv1-MD5"), None);
    /// ```
    #[must_use]
    pub fn of_name(name: &[u8]) -> Option<Self> {
        let all = [Hash::Md5, Hash::Sha256, Hash::Sha512_256].into_iter();
        all.flat_map(|hash| [false, true].map(|session| Self { hash, session }))
            .find(|algorithm| algorithm.name().as_bytes().eq_ignore_ascii_case(name))
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match (self.hash, self.session) {
            (Hash::Md5, false) => "MD5",
            (Hash::Md5, true) => "MD5-sess",
            (Hash::Sha256, false) => "SHA-256",
            (Hash::Sha256, true) => "SHA-256-sess",
            (Hash::Sha512_256, false) => "SHA-512-256",
            (Hash::Sha512_256, true) => "SHA-512-256-sess",
        }
    }
}

impl Hash {
    /// The hash of the parts with a colon between each two.
    #[must_use]
    pub fn of(self, parts: &[&[u8]]) -> Hex {
        match self {
            Self::Md5 => joined::<Md5>(parts),
            Self::Sha256 => joined::<Sha256>(parts),
            Self::Sha512_256 => joined::<Sha512_256>(parts),
        }
    }

    /// The `username` parameter of a client that hides its name, RFC 7616 §3.4.4.
    #[must_use]
    pub fn of_username(self, username: &[u8], realm: &[u8]) -> Hex {
        self.of(&[username, realm])
    }
}

fn joined<D: Digest>(parts: &[&[u8]]) -> Hex {
    let mut hasher = D::new();
    for (place, part) in parts.iter().enumerate() {
        if place > 0 {
            hasher.update(b":");
        }
        hasher.update(part);
    }
    let mut value = hasher.finalize();
    let hex = Hex::of_bytes(&value);
    value.as_mut_slice().zeroize();
    hex
}

impl Hex {
    /// The digits of as many bytes as there is room for.
    fn of_bytes(bytes: &[u8]) -> Self {
        let mut digits = [0; 64];
        let mut length = 0usize;
        for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
            pair.copy_from_slice(&[digit(byte >> 4), digit(byte & 0xF)]);
            length = length.saturating_add(2);
        }
        Self { digits, length }
    }

    /// The digits.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.digits.get(..self.length).unwrap_or(&[])
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(self.as_bytes()).unwrap_or("")
    }
}

const fn digit(nibble: u8) -> u8 {
    if nibble < 10 { b'0'.saturating_add(nibble) } else { b'a'.saturating_add(nibble).saturating_sub(10) }
}

impl Drop for Hex {
    fn drop(&mut self) {
        self.digits.zeroize();
    }
}

impl fmt::Debug for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hex")
    }
}

impl fmt::Debug for Question<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Neither the name nor the password.
        f.debug_struct("Question").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

/// Whether two byte strings are the same, in a time that says nothing about where they differ. A hash value
/// from a peer is compared so.
#[must_use]
pub fn same(one: &[u8], other: &[u8]) -> bool {
    one.ct_eq(other).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::ToOwned;
    use std::format;

    /// The example of RFC 7616 §3.9.1.
    fn mufasa(hash: Hash) -> Question<'static> {
        Question {
            algorithm: Algorithm { hash, session: false },
            username: b"Mufasa",
            realm: b"http-auth@example.org",
            password: b"Circle of Life",
            nonce: b"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
            cnonce: b"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
            method: b"GET",
            uri: b"/dir/index.html",
            protection: Protection::Auth { nonce_count: 1 },
        }
    }

    #[test]
    fn rfc_7616_section_3_9_1() {
        assert_eq!(mufasa(Hash::Md5).response().as_str(), "8ca523f5e9506fed4657c9700eebdbec");
        let sha256 = "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1";
        assert_eq!(mufasa(Hash::Sha256).response().as_str(), sha256);
    }

    /// The inputs of RFC 7616 §3.9.2. The username and response printed there were made with SHA-512 cut to
    /// 256 bits, which is not SHA-512/256 (erratum 4897); these are the right ones, and the second test shows
    /// the mistake.
    #[test]
    fn rfc_7616_section_3_9_2_as_corrected() {
        let question = Question {
            algorithm: Algorithm { hash: Hash::Sha512_256, session: false },
            username: "J\u{e4}s\u{f8}n Doe".as_bytes(),
            realm: b"api@example.org",
            password: b"Secret, or not?",
            nonce: b"5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK",
            cnonce: b"NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v",
            method: b"GET",
            uri: b"/doe.json",
            protection: Protection::Auth { nonce_count: 1 },
        };
        let name = question.algorithm.hash.of_username(question.username, question.realm);
        assert_eq!(name.as_str(), "793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b");
        let response = "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5";
        assert_eq!(question.response().as_str(), response);
    }

    #[test]
    fn rfc_7616_section_3_9_2_as_printed_is_another_hash() {
        let full = joined::<sha2::Sha512>(&["J\u{e4}s\u{f8}n Doe".as_bytes(), b"api@example.org"]);
        let printed = "488869477bf257147b804c45308cd62ac4e25eb717b12b298c79e62dcea254ec";
        assert_eq!(full.as_str(), printed, "a hexadecimal value holds 64 digits, so this is the cut");
    }

    #[test]
    fn without_qop_the_cnonce_does_not_matter() {
        // RFC 2069 §2.4, with its erratum 749.
        let legacy = Question {
            algorithm: Algorithm { hash: Hash::Md5, session: false },
            username: b"Mufasa",
            realm: b"testrealm@host.com",
            password: b"CircleOfLife",
            nonce: b"dcd98b7102dd2f0e8b11d0f600bfb0c093",
            cnonce: b"whatever",
            method: b"GET",
            uri: b"/dir/index.html",
            protection: Protection::Legacy,
        };
        assert_eq!(legacy.response().as_str(), "1949323746fe6a43ef61f9606e7febea");
    }

    #[test]
    fn every_input_changes_the_response() {
        let base = mufasa(Hash::Sha256);
        let body = Protection::AuthInt { nonce_count: 1, body: b"x" };
        let changed = [
            Question { password: b"other", ..base },
            Question { nonce: b"other", ..base },
            Question { cnonce: b"other", ..base },
            Question { algorithm: Algorithm { hash: Hash::Sha256, session: true }, ..base },
            Question { protection: Protection::Auth { nonce_count: 2 }, ..base },
            Question { protection: body, ..base },
            Question { protection: Protection::AuthInt { nonce_count: 1, body: b"y" }, ..base },
        ];
        let mut seen = std::vec![base.response().as_str().to_owned()];
        for question in changed {
            seen.push(question.response().as_str().to_owned());
        }
        let count = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), count);
    }

    #[test]
    fn comparing_and_showing() {
        assert!(same(b"abc", b"abc") && !same(b"abc", b"abd") && !same(b"abc", b"ab"));
        let shown = format!("{:?} {:?}", mufasa(Hash::Md5), mufasa(Hash::Md5).response());
        assert!(!shown.contains("Circle") && !shown.contains("8ca5"), "{shown}");
    }
}
