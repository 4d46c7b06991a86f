//! The header fields of Digest authentication: RFC 3261 §22 and §25.1, RFC 7616 §3.3-§3.5, RFC 8760.
//!
//! ```text
//! challenge          =  ("Digest" LWS digest-cln *(COMMA digest-cln)) / other-challenge
//! digest-cln         =  realm / domain / nonce / opaque / stale / algorithm / qop-options / auth-param
//! credentials        =  ("Digest" LWS digest-response) / other-response
//! digest-response    =  dig-resp *(COMMA dig-resp)
//! dig-resp           =  username / realm / nonce / digest-uri / dresponse / algorithm / cnonce / opaque
//!                       / message-qop / nonce-count / auth-param
//! ```
//!
//! Values are kept as they stand between their quotes, escapes and all: that is how they are sent back and
//! hashed. Tokens where the grammar wants quotes, and quotes where it wants tokens, are taken too.
//!
//! ```
//! use deskphone::sip::auth::{Challenge, Qop};
//! let value = br#"Digest realm="office", nonce="84a4cc6f", qop="auth,auth-int", algorithm=SHA-256"#;
//! let Ok(Challenge::Digest(challenge)) = Challenge::parse(value) else { panic!() };
//! assert_eq!(challenge.realm, b"office");
//! assert_eq!(challenge.answerable().unwrap().1, Some(Qop::Auth));
//! ```

mod params;

use self::params::{Params, scheme};
use crate::base::{Writer, text};
use crate::crypto::{Algorithm, Hash, Protection, Question, same};

/// The value of one WWW-Authenticate or Proxy-Authenticate header field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Challenge<'a> {
    /// The only scheme that SIP uses.
    Digest(DigestChallenge<'a>),
    /// A scheme that we leave alone.
    Other {
        /// Its name.
        scheme: &'a [u8],
    },
}

/// A Digest challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct DigestChallenge<'a> {
    /// Whom the credentials are for.
    pub realm: &'a [u8],
    /// The server's nonce.
    pub nonce: &'a [u8],
    /// To be sent back as it is.
    pub opaque: Option<&'a [u8]>,
    /// The algorithm's name as it stands; none means MD5.
    pub algorithm: Option<&'a [u8]>,
    /// The qualities of protection to choose from; none means the form of RFC 2069.
    pub qop: Option<QopChoice>,
    /// The credentials were right, only the nonce was too old.
    pub stale: bool,
    /// The server can look up a hashed username.
    pub user_hash: bool,
}

/// The `qop-options` that we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct QopChoice {
    /// `auth`.
    pub auth: bool,
    /// `auth-int`.
    pub auth_int: bool,
}

/// A quality of protection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Qop {
    /// Method and URI are protected.
    Auth,
    /// The body too.
    AuthInt,
}

/// The value of one Authorization or Proxy-Authorization header field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credentials<'a> {
    /// Digest credentials.
    Digest(DigestCredentials<'a>),
    /// Of a scheme that we leave alone.
    Other {
        /// Its name.
        scheme: &'a [u8],
    },
}

/// Digest credentials. All values are as they stand between their quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct DigestCredentials<'a> {
    /// The user's name, or its hash.
    pub username: &'a [u8],
    /// Whether `username` is a hash.
    pub user_hash: bool,
    /// The realm of the challenge.
    pub realm: &'a [u8],
    /// The nonce of the challenge.
    pub nonce: &'a [u8],
    /// The Request-URI that the response was made for.
    pub uri: &'a [u8],
    /// The proof.
    pub response: &'a [u8],
    /// The algorithm's name; none means MD5.
    pub algorithm: Option<&'a [u8]>,
    /// The client's nonce.
    pub cnonce: Option<&'a [u8]>,
    /// The opaque value of the challenge.
    pub opaque: Option<&'a [u8]>,
    /// The quality of protection that the client chose.
    pub qop: Option<Qop>,
    /// How often the client has used this nonce.
    pub nonce_count: Option<u32>,
}

/// What was wrong with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuthError {
    /// What should have stood there.
    pub expected: &'static str,
    /// The byte of the value at which it should have.
    pub at: usize,
}

impl<'a> Challenge<'a> {
    /// Reads a header field value.
    ///
    /// # Errors
    /// When the parameters of a Digest challenge cannot be read, or realm or nonce is missing.
    pub fn parse(value: &'a [u8]) -> Result<Self, AuthError> {
        let (scheme, mut params) = scheme(value)?;
        if !scheme.eq_ignore_ascii_case(b"Digest") {
            return Ok(Self::Other { scheme });
        }
        let (mut realm, mut nonce) = (None, None);
        let mut challenge = DigestChallenge::default();
        while let Some((name, value)) = params.next()? {
            match Name::of(name) {
                Name::Realm => realm = realm.or(Some(value)),
                Name::Nonce => nonce = nonce.or(Some(value)),
                Name::Opaque => challenge.opaque = challenge.opaque.or(Some(value)),
                Name::Algorithm => challenge.algorithm = challenge.algorithm.or(Some(value)),
                Name::Qop => challenge.qop = challenge.qop.or_else(|| Some(QopChoice::parse(value))),
                Name::Stale => challenge.stale |= is_true(value),
                Name::UserHash => challenge.user_hash |= is_true(value),
                Name::Username
                | Name::Uri
                | Name::Response
                | Name::Cnonce
                | Name::NonceCount
                | Name::Other => {}
            }
        }
        challenge.realm = realm.ok_or_else(|| params.error("realm"))?;
        challenge.nonce = nonce.ok_or_else(|| params.error("nonce"))?;
        Ok(Self::Digest(challenge))
    }
}

impl DigestChallenge<'_> {
    /// How this challenge is to be answered; `None` when we cannot.
    #[must_use]
    pub fn answerable(&self) -> Option<(Algorithm, Option<Qop>)> {
        // RFC 7616 §3.3: a challenge with an unknown algorithm is ignored.
        let algorithm = algorithm_of(self.algorithm)?;
        let Some(choice) = self.qop else {
            // The -sess forms need the cnonce, which goes with qop only.
            return (!algorithm.session).then_some((algorithm, None));
        };
        // RFC 3261 §22.4: auth before auth-int.
        match (choice.auth, choice.auth_int) {
            (true, _) => Some((algorithm, Some(Qop::Auth))),
            (false, true) => Some((algorithm, Some(Qop::AuthInt))),
            (false, false) => None,
        }
    }

    /// Writes the challenge as a header field value.
    pub fn write(&self, out: &mut Writer<'_>) {
        quoted(out, "Digest realm", self.realm);
        quoted(out, ", nonce", self.nonce);
        if let Some(opaque) = self.opaque {
            quoted(out, ", opaque", opaque);
        }
        if self.stale {
            out.text(", stale=true");
        }
        if let Some(algorithm) = self.algorithm {
            plain(out, ", algorithm=", algorithm);
        }
        if let Some(choice) = self.qop {
            quoted(out, ", qop", choice.value().as_bytes());
        }
        if self.user_hash {
            out.text(", userhash=true");
        }
    }
}

impl QopChoice {
    fn parse(list: &[u8]) -> Self {
        let has = |name: &[u8]| {
            list.split(|&byte| byte == b',').any(|one| text::trim(one).eq_ignore_ascii_case(name))
        };
        Self { auth: has(b"auth"), auth_int: has(b"auth-int") }
    }

    const fn value(self) -> &'static str {
        match (self.auth, self.auth_int) {
            (true, true) => "auth,auth-int",
            (true, false) => "auth",
            (false, true) => "auth-int",
            (false, false) => "",
        }
    }
}

impl Qop {
    const fn value(self) -> &'static [u8] {
        match self {
            Self::Auth => b"auth",
            Self::AuthInt => b"auth-int",
        }
    }
}

/// Of the values of a response's WWW-Authenticate (or Proxy-Authenticate) header fields, in order, those to
/// answer.
///
/// RFC 8760 §2.4: of several challenges for one realm the topmost that we support; the rest are ignored.
pub fn topmost<'a>(
    values: impl Iterator<Item = &'a [u8]> + Clone,
) -> impl Iterator<Item = DigestChallenge<'a>> {
    let supported = values.filter_map(|value| match Challenge::parse(value) {
        Ok(Challenge::Digest(challenge)) if challenge.answerable().is_some() => Some(challenge),
        Ok(Challenge::Digest(_) | Challenge::Other { .. }) | Err(_) => None,
    });
    let all = supported.clone();
    supported.enumerate().filter_map(move |(place, challenge)| {
        let above = all.clone().take(place).any(|other| other.realm == challenge.realm);
        (!above).then_some(challenge)
    })
}

impl<'a> Credentials<'a> {
    /// Reads a header field value.
    ///
    /// # Errors
    /// When the parameters of Digest credentials cannot be read, or one that must be there is missing.
    pub fn parse(value: &'a [u8]) -> Result<Self, AuthError> {
        let (scheme, mut params) = scheme(value)?;
        if !scheme.eq_ignore_ascii_case(b"Digest") {
            return Ok(Self::Other { scheme });
        }
        let mut required = [None; 5];
        let [username, realm, nonce, uri, response] = &mut required;
        let mut found = DigestCredentials::default();
        while let Some((name, value)) = params.next()? {
            match Name::of(name) {
                Name::Username => *username = username.or(Some(value)),
                Name::Realm => *realm = realm.or(Some(value)),
                Name::Nonce => *nonce = nonce.or(Some(value)),
                Name::Uri => *uri = uri.or(Some(value)),
                Name::Response => *response = response.or(Some(value)),
                Name::Opaque => found.opaque = found.opaque.or(Some(value)),
                Name::Algorithm => found.algorithm = found.algorithm.or(Some(value)),
                Name::Cnonce => found.cnonce = found.cnonce.or(Some(value)),
                Name::UserHash => found.user_hash |= is_true(value),
                Name::Qop => {
                    found.qop =
                        Some(chosen_qop(value).ok_or_else(|| params.error("qop of auth or auth-int"))?)
                }
                Name::NonceCount => {
                    found.nonce_count = Some(hex8(value).ok_or_else(|| params.error("nc of eight digits"))?);
                }
                Name::Stale | Name::Other => {}
            }
        }
        let [Some(username), Some(realm), Some(nonce), Some(uri), Some(response)] = required else {
            return Err(params.error("username, realm, nonce, uri and response"));
        };
        Ok(Self::Digest(DigestCredentials { username, realm, nonce, uri, response, ..found }))
    }
}

impl DigestCredentials<'_> {
    /// Whether they show that the sender knows the password of `user`.
    ///
    /// What the nonce, the realm and the URI must be is for the caller to check: it knows its own.
    #[must_use]
    pub fn prove(&self, user: &str, password: &str, method: &[u8], body: &[u8]) -> bool {
        let Some(algorithm) = algorithm_of(self.algorithm) else { return false };
        let protection = match (self.qop, self.nonce_count) {
            (None, _) => Protection::Legacy,
            (Some(Qop::Auth), Some(nonce_count)) => Protection::Auth { nonce_count },
            (Some(Qop::AuthInt), Some(nonce_count)) => Protection::AuthInt { nonce_count, body },
            (Some(Qop::Auth | Qop::AuthInt), None) => return false,
        };
        let cnonce = match (self.cnonce, self.qop) {
            (Some(cnonce), _) => cnonce,
            (None, None) if !algorithm.session => &[],
            (None, _) => return false,
        };
        let question = Question {
            algorithm,
            username: user.as_bytes(),
            realm: self.realm,
            password: password.as_bytes(),
            nonce: self.nonce,
            cnonce,
            method,
            uri: self.uri,
            protection,
        };
        self.are_of(user, algorithm.hash) && same(question.response().as_bytes(), self.response)
    }

    /// Whether they name this user, in clear or hashed.
    #[must_use]
    pub fn are_of(&self, user: &str, hash: Hash) -> bool {
        if self.user_hash {
            return same(hash.of_username(user.as_bytes(), self.realm).as_bytes(), self.username);
        }
        unescaped(self.username).eq(user.bytes())
    }

    /// Writes the credentials as a header field value.
    pub fn write(&self, out: &mut Writer<'_>) {
        quoted(out, "Digest username", self.username);
        quoted(out, ", realm", self.realm);
        quoted(out, ", nonce", self.nonce);
        quoted(out, ", uri", self.uri);
        quoted(out, ", response", self.response);
        if let Some(algorithm) = self.algorithm {
            plain(out, ", algorithm=", algorithm);
        }
        if let Some(cnonce) = self.cnonce {
            quoted(out, ", cnonce", cnonce);
        }
        if let Some(opaque) = self.opaque {
            quoted(out, ", opaque", opaque);
        }
        // RFC 3261 §22.4: no quotes around these two.
        if let Some(qop) = self.qop {
            plain(out, ", qop=", qop.value());
        }
        if let Some(count) = self.nonce_count {
            out.text(", nc=");
            out.hex(count, 8);
        }
        if self.user_hash {
            out.text(", userhash=true");
        }
    }
}

/// The `nextnonce` of an Authentication-Info or Proxy-Authentication-Info header field, RFC 7616 §3.5.
#[must_use]
pub fn next_nonce(value: &[u8]) -> Option<&[u8]> {
    let mut params = Params::new(value);
    while let Ok(Some((name, value))) = params.next() {
        if name.eq_ignore_ascii_case(b"nextnonce") {
            return Some(value);
        }
    }
    None
}

/// Writes a user's name so that it can stand between quotes.
pub fn escape(name: &str, out: &mut Writer<'_>) {
    for byte in name.bytes() {
        if byte == b'"' || byte == b'\\' {
            out.put(b"\\");
        }
        out.put(&[byte]);
    }
}

fn unescaped(quoted: &[u8]) -> impl Iterator<Item = u8> {
    let mut bytes = quoted.iter().copied();
    core::iter::from_fn(move || match bytes.next()? {
        b'\\' => bytes.next(),
        byte => Some(byte),
    })
}

fn quoted(out: &mut Writer<'_>, name: &str, value: &[u8]) {
    for part in [name.as_bytes(), b"=\"", value, b"\""] {
        out.put(part);
    }
}

fn plain(out: &mut Writer<'_>, name: &str, value: &[u8]) {
    out.text(name);
    out.put(value);
}

fn algorithm_of(name: Option<&[u8]>) -> Option<Algorithm> {
    name.map_or(Some(Algorithm { hash: Hash::Md5, session: false }), Algorithm::of_name)
}

const fn is_true(value: &[u8]) -> bool {
    value.eq_ignore_ascii_case(b"true")
}

fn chosen_qop(value: &[u8]) -> Option<Qop> {
    [Qop::Auth, Qop::AuthInt].into_iter().find(|qop| qop.value().eq_ignore_ascii_case(value))
}

fn hex8(digits: &[u8]) -> Option<u32> {
    let text = core::str::from_utf8(digits).ok().filter(|text| text.len() == 8 && !text.starts_with('+'))?;
    u32::from_str_radix(text, 16).ok()
}

/// The parameters that mean something to us.
enum Name {
    Username,
    Realm,
    Nonce,
    Uri,
    Response,
    Opaque,
    Algorithm,
    Cnonce,
    Qop,
    NonceCount,
    Stale,
    UserHash,
    Other,
}

impl Name {
    fn of(name: &[u8]) -> Self {
        let all: [(&[u8], Self); 12] = [
            (b"username", Self::Username),
            (b"realm", Self::Realm),
            (b"nonce", Self::Nonce),
            (b"uri", Self::Uri),
            (b"response", Self::Response),
            (b"opaque", Self::Opaque),
            (b"algorithm", Self::Algorithm),
            (b"cnonce", Self::Cnonce),
            (b"qop", Self::Qop),
            (b"nc", Self::NonceCount),
            (b"stale", Self::Stale),
            (b"userhash", Self::UserHash),
        ];
        let found = all.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or(Self::Other, |(_, name)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &[u8] = br#"Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html",
        algorithm=MD5, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001,
        cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", qop=auth,
        response="8ca523f5e9506fed4657c9700eebdbec", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS""#;

    fn credentials(value: &[u8]) -> DigestCredentials<'_> {
        match Credentials::parse(value) {
            Ok(Credentials::Digest(found)) => found,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn rfc_7616_section_3_9_1_credentials_prove_the_password() {
        let found = credentials(ANSWER);
        assert_eq!(
            (found.nonce_count, found.qop, found.uri),
            (Some(1), Some(Qop::Auth), &b"/dir/index.html"[..])
        );
        assert!(found.prove("Mufasa", "Circle of Life", b"GET", b""));
        assert!(!found.prove("Mufasa", "circle of life", b"GET", b""));
        assert!(!found.prove("Scar", "Circle of Life", b"GET", b""));
        assert!(!DigestCredentials { nonce_count: None, ..found }.prove(
            "Mufasa",
            "Circle of Life",
            b"GET",
            b""
        ));
    }

    #[test]
    fn what_is_written_reads_the_same() {
        let found = credentials(ANSWER);
        let mut buffer = [0; 512];
        let mut out = Writer::new(&mut buffer);
        found.write(&mut out);
        assert_eq!(credentials(out.written()), found);

        let challenge = DigestChallenge {
            realm: br#"a \"quoted\" realm"#,
            nonce: b"n,=\t1",
            opaque: Some(b""),
            algorithm: Some(b"SHA-512-256"),
            qop: Some(QopChoice { auth: true, auth_int: true }),
            stale: true,
            user_hash: true,
        };
        let mut buffer = [0; 512];
        let mut out = Writer::new(&mut buffer);
        challenge.write(&mut out);
        assert_eq!(Challenge::parse(out.written()), Ok(Challenge::Digest(challenge)));
    }

    #[test]
    fn rfc_8760_section_2_4_the_topmost_supported_of_each_realm() {
        let values: [&[u8]; 6] = [
            b"Basic realm=\"a\"",
            b"Digest realm=\"a\", nonce=\"1\", algorithm=SHA3",
            b"Digest realm=\"a\", nonce=\"2\", algorithm=SHA-256",
            b"Digest realm=\"a\", nonce=\"3\", algorithm=MD5",
            b"Digest realm=\"b\", nonce=\"4\", qop=\"token\"",
            b"Digest realm=\"b\", nonce=\"5\"",
        ];
        let nonces = topmost(values.into_iter()).map(|challenge| challenge.nonce);
        assert!(nonces.eq([&b"2"[..], b"5"]));
    }

    #[test]
    fn values_that_cannot_be_read() {
        let wrong: [(&[u8], &str, usize); 6] = [
            (b"", "scheme", 0),
            (b"Digest realm=\"a\"", "nonce", 16),
            (b"Digest nonce=\"a\"", "realm", 16),
            (b"Digest realm=\"a", "closing quote", 13),
            (b"Digest realm=\"a\" nonce=\"b\"", "comma", 17),
            (b"Digest realm=, nonce=\"b\"", "parameter value", 13),
        ];
        for (value, expected, at) in wrong {
            assert_eq!(Challenge::parse(value), Err(AuthError { expected, at }));
        }
        assert_eq!(Challenge::parse(b"NTLM x y z"), Ok(Challenge::Other { scheme: b"NTLM" }));
        assert!(Credentials::parse(b"Digest username=\"a\"").is_err());
    }

    #[test]
    fn a_nonce_to_go_on_with() {
        assert_eq!(next_nonce(b"qop=auth, nextnonce=\"n2\", nc=00000001"), Some(&b"n2"[..]));
        assert_eq!(next_nonce(b"qop=auth"), None);
    }
}
