//! Digest challenges and their proofs (RFC 7616, RFC 8760), with hashes of its own choosing: nothing here
//! is shared with the library that it examines.

use super::Office;
use super::text::Text;
use deskphone::base::Instant;
use md5::Md5;
use sha2::{Digest, Sha256, Sha512_256};
use std::collections::BTreeMap;

/// A digest algorithm that the office can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// MD5.
    Md5,
    /// SHA-256.
    Sha256,
    /// SHA-512/256.
    Sha512Trunc256,
}

/// The nonces that the office gave out: when, and the highest nonce count seen.
#[derive(Debug, Default)]
pub(super) struct Nonces(BTreeMap<String, (Instant, u32)>);

/// What is thought of a request's credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// They are right, and this is the account.
    Good(String),
    /// They are right, but the nonce is too old, unknown or used.
    Stale,
    /// There are none, or they are wrong.
    Wrong,
}

impl Algorithm {
    /// Its token in header fields.
    #[must_use]
    pub const fn token(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha256 => "SHA-256",
            Self::Sha512Trunc256 => "SHA-512-256",
        }
    }

    pub(super) fn hash(self, text: &str) -> String {
        let bytes = match self {
            Self::Md5 => Md5::digest(text).to_vec(),
            Self::Sha256 => Sha256::digest(text).to_vec(),
            Self::Sha512Trunc256 => Sha512_256::digest(text).to_vec(),
        };
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn named(token: &str) -> Option<Self> {
        [Self::Md5, Self::Sha256, Self::Sha512Trunc256]
            .into_iter()
            .find(|one| one.token().eq_ignore_ascii_case(token))
    }
}

impl Nonces {
    /// All that was given out becomes stale.
    pub(super) fn forget(&mut self) {
        self.0.clear();
    }
}

impl Office {
    /// Examines the credentials in `header` (`Authorization` or `Proxy-Authorization`).
    pub(super) fn examine(&mut self, now: Instant, request: &Text, header: &str) -> Proof {
        let ours = |fields: &BTreeMap<String, String>| fields.get("realm") == Some(&self.settings.domain);
        let Some(fields) = request.all(header).filter_map(fields).find(ours) else { return Proof::Wrong };
        let field = |name: &str| fields.get(name).map_or("", String::as_str);
        let Some(password) = self.passwords.get(field("username")) else { return Proof::Wrong };
        let algorithm = fields.get("algorithm").map_or(Some(Algorithm::Md5), |token| Algorithm::named(token));
        let offered = algorithm.filter(|algorithm| self.settings.algorithms.contains(algorithm));
        let Some(algorithm) = offered else { return Proof::Wrong };
        let a1 = algorithm.hash(&format!("{}:{}:{password}", field("username"), field("realm")));
        let a2 = algorithm.hash(&format!("{}:{}", request.method(), field("uri")));
        let (nonce, count) = (field("nonce"), field("nc"));
        let wanted = if fields.contains_key("qop") {
            algorithm.hash(&format!("{a1}:{nonce}:{count}:{}:{}:{a2}", field("cnonce"), field("qop")))
        } else {
            algorithm.hash(&format!("{a1}:{nonce}:{a2}"))
        };
        if wanted != field("response") || (self.settings.qop && field("qop") != "auth") {
            return Proof::Wrong;
        }
        let count = u32::from_str_radix(count, 16).unwrap_or(0);
        let life = self.settings.nonce_life_ms;
        match self.nonces.0.get_mut(nonce) {
            // Without qop there is no count, and a nonce may be used again while it lives.
            Some((born, most)) if now.since_ms(*born) < life && (count > *most || !self.settings.qop) => {
                *most = count;
                Proof::Good(field("username").to_owned())
            }
            Some(_) | None => Proof::Stale,
        }
    }

    /// Asks for credentials: 401 or 407, one challenge for each algorithm.
    pub(super) fn challenge(&mut self, now: Instant, server: u64, status: u16, proof: &Proof) {
        let header = if status == 401 { "WWW-Authenticate" } else { "Proxy-Authenticate" };
        let mut values = self.settings.strange_challenges.clone();
        let stale = if *proof == Proof::Stale { ", stale=TRUE" } else { "" };
        let qop = if self.settings.qop { ", qop=\"auth\"" } else { "" };
        for algorithm in self.settings.algorithms.clone() {
            let nonce = format!("{}{}", self.token(), self.token());
            let domain = &self.settings.domain;
            let token = algorithm.token();
            values
                .push(format!("Digest realm=\"{domain}\", nonce=\"{nonce}\", algorithm={token}{qop}{stale}"));
            self.nonces.0.insert(nonce, (now, 0));
        }
        let fields: Vec<_> = values.iter().map(|value| (header, value.as_str())).collect();
        self.reply_with(now, server, status, &fields);
    }
}

/// The fields of Digest credentials.
fn fields(value: &str) -> Option<BTreeMap<String, String>> {
    let rest = value.trim().strip_prefix("Digest ")?;
    let mut quoted = false;
    let parts = rest.split(|letter| {
        quoted ^= letter == '"';
        letter == ',' && !quoted
    });
    let pair = |part: &str| {
        let (name, value) = part.split_once('=')?;
        Some((name.trim().to_ascii_lowercase(), value.trim().trim_matches('"').to_owned()))
    };
    Some(parts.filter_map(pair).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_7616_section_3_9_1() {
        let a1 = |algorithm: Algorithm| algorithm.hash("Mufasa:http-auth@example.org:Circle of Life");
        let a2 = |algorithm: Algorithm| algorithm.hash("GET:/dir/index.html");
        let response = |algorithm: Algorithm| {
            algorithm.hash(&format!(
                "{}:7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v:00000001:\
                 f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ:auth:{}",
                a1(algorithm),
                a2(algorithm)
            ))
        };
        assert_eq!(response(Algorithm::Md5), "8ca523f5e9506fed4657c9700eebdbec");
        assert_eq!(
            response(Algorithm::Sha256),
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"
        );
    }

    #[test]
    fn commas_in_quotes_do_not_part() {
        let fields = fields("Digest username=\"a,b\", nc=00000001,qop=auth").unwrap();
        assert_eq!((fields["username"].as_str(), fields["nc"].as_str()), ("a,b", "00000001"));
    }
}
