//! Keys of SRTP in session descriptions: SDP Security Descriptions (RFC 4568).
//!
//! ```text
//! a=crypto: tag SP suite SP "inline:" base64 ["|" lifetime] ["|" mki ":" length] *(SP session-param)
//! ```
//!
//! Each side says the key that it sends with. The keys stand there in clear, so the signalling has to be
//! protected too, which this room cannot see (§8.3): use TLS.
//!
//! An offer has a line for each suite, an answer the one that was taken, with the tag of the offer (§5.1).
//! Our keys come from one random seed for each session, a different one for each suite, and stay the same
//! for the whole session: so a hold or a new answer keeps the contexts and their roll-over counts (§7.1.4).
//!
//! ```
//! use deskphone::base::Writer;
//! use deskphone::sdp::{self, Description, Format, Keying, Local, Negotiated};
//! # struct Count(u32);
//! # impl deskphone::base::Rng for Count { fn next_u32(&mut self) -> u32 { self.0 += 1; self.0 } }
//! let mut rng = Count(0);
//! let mut caller = Local::new("192.0.2.1:16384".parse().unwrap(), 7);
//! caller.formats.push(Format::PCMU).unwrap();
//! caller.keying = Some(Keying::new(&mut rng, true));
//! let mut callee = Local::new("192.0.2.2:16384".parse().unwrap(), 9);
//! callee.formats.push(Format::PCMU).unwrap();
//! callee.keying = Some(Keying::new(&mut rng, false));
//!
//! let mut there = [0; 512];
//! let mut out = Writer::new(&mut there);
//! sdp::offer(&caller).write(&mut out);
//! let offer = Description::parse(out.written()).unwrap();
//! assert_eq!(offer.media[0].protocol, b"RTP/SAVP");
//! let (at_callee, reply) = sdp::answer(&offer, &callee).unwrap();
//! let mut back = [0; 512];
//! let mut out = Writer::new(&mut back);
//! reply.write(&mut out);
//! let reply = Description::parse(out.written()).unwrap();
//! let at_caller = Negotiated::from_answer(&caller, &reply).unwrap();
//! let (caller_keys, callee_keys) = (at_caller.keys.unwrap(), at_callee.keys.unwrap());
//! assert!(caller_keys.send == callee_keys.receive && caller_keys.receive == callee_keys.send);
//! ```

use core::fmt;
use core::hash::{Hash, Hasher};

use base64ct::{Base64, Base64Unpadded, Encoding};
use heapless::Vec;
use zeroize::{Zeroize, Zeroizing};

use super::description::Media;
use super::negotiate::Refusal;
use crate::base::{Rng, Writer, bounded, text};
use crate::crypto::{CounterMode, MasterKey, Mki, Suite, same};

/// The keys that both sides of a session have agreed on; shown nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaKeys {
    /// What we send with.
    pub send: MasterKey,
    /// What the peer sends with.
    pub receive: MasterKey,
}

/// Our side of the keys of one session; wiped when dropped, shown nowhere.
#[derive(Clone)]
pub struct Keying {
    seed: [u8; 32],
    offers: bool,
    agreed: Option<Suite>,
}

/// One `a=crypto` line of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    tag: u32,
    key: MasterKey,
}

/// The lines of one description.
pub(super) type Lines = Vec<Line, { OFFERED.len() }>;

/// What we offer, best first: what everybody has, and its short form for slow links.
const OFFERED: [Suite; 2] = [Suite::Aes128Sha1_80, Suite::Aes128Sha1_32];
/// Base64 digits of the longest key and salt.
const DIGITS: usize = 64;

impl Keying {
    /// Draws the seed. `offers`: our offers want SRTP; without it we only answer those that do.
    pub fn new(rng: &mut dyn Rng, offers: bool) -> Self {
        let mut seed = [0; 32];
        for word in seed.as_chunks_mut::<4>().0 {
            *word = rng.next_u32().to_be_bytes();
        }
        Self { seed, offers, agreed: None }
    }

    /// Another wish than at first, before anything is offered.
    pub const fn set_offers(&mut self, offers: bool) {
        self.offers = offers;
    }

    /// Whether our next offer wants SRTP: it was wanted, or the session has it.
    #[must_use]
    pub const fn offers(&self) -> bool {
        self.offers || self.agreed.is_some()
    }

    /// The suite that the session has.
    #[must_use]
    pub const fn agreed(&self) -> Option<Suite> {
        self.agreed
    }

    pub(super) fn follow(&mut self, keys: Option<&MediaKeys>) {
        self.agreed = keys.map(|keys| keys.send.suite()).or(self.agreed);
    }

    /// The lines of an offer: each suite, or the one that the session has.
    pub(super) fn offered(&self) -> Lines {
        bounded::filled(self.suites().filter_map(|suite| self.line(tag_of(suite)?, suite)))
    }

    fn suites(&self) -> impl Iterator<Item = Suite> + use<> {
        let agreed = self.agreed;
        agreed.into_iter().chain(OFFERED.into_iter().filter(move |_| agreed.is_none()))
    }

    fn line(&self, tag: u32, suite: Suite) -> Option<Line> {
        Some(Line { tag, key: self.key(suite)? })
    }

    /// Takes the first line of an offer that can be used (§5.1.2).
    pub(super) fn answer(&self, media: &Media<'_>) -> Result<(Line, MediaKeys), Refusal> {
        let (tag, receive) = media
            .attributes(b"crypto")
            .filter_map(parse)
            .find(|(_, key)| key.suite().is_available())
            .ok_or(Refusal::NoKey)?;
        let send = self.key(receive.suite()).ok_or(Refusal::NoKey)?;
        Ok((Line { tag, key: send.clone() }, MediaKeys { send, receive }))
    }

    /// Takes the line of an answer: exactly one, with a tag and suite that we offered (§5.1.3).
    pub(super) fn take_answer(&self, media: &Media<'_>) -> Result<MediaKeys, Refusal> {
        let mut lines = media.attributes(b"crypto");
        let (line, None) = (lines.next().ok_or(Refusal::NoKey)?, lines.next()) else {
            return Err(Refusal::NoKey);
        };
        let (tag, receive) = parse(line).ok_or(Refusal::NoKey)?;
        // Branches of a forked call may choose differently (§7.3), so all that was ever offered counts.
        let suite = receive.suite();
        let offered = OFFERED.contains(&suite) || self.agreed == Some(suite);
        let send = self.key(suite).filter(|_| offered && tag_of(suite) == Some(tag)).ok_or(Refusal::NoKey)?;
        // §6.1: each direction has a key of its own; ours sent back would use key stream twice.
        if same(send.key(), receive.key()) {
            return Err(Refusal::NoKey);
        }
        Ok(MediaKeys { send, receive })
    }

    /// Our key for a suite: a piece of key stream that no other suite has.
    fn key(&self, suite: Suite) -> Option<MasterKey> {
        let mut bytes = Zeroizing::new([0; Suite::KEY_BYTES + Suite::SALT_BYTES]);
        let counter = u128::from(tag_of(suite)?) << 64;
        CounterMode::new(&self.seed)?.apply(counter.to_be_bytes(), bytes.as_mut_slice());
        let (key, rest) = bytes.split_at_checked(suite.key_bytes())?;
        MasterKey::new(suite, key, rest.get(..suite.salt_bytes())?)
    }
}

impl Line {
    /// Writes the attribute, without a lifetime or an identifier: some peers refuse them.
    pub(super) fn write(&self, out: &mut Writer<'_>) {
        let Some(name) = self.key.suite().name() else { return };
        let mut bytes = Zeroizing::new([0; Suite::KEY_BYTES + Suite::SALT_BYTES]);
        let mut joined = Writer::new(bytes.as_mut_slice());
        joined.put(self.key.key());
        joined.put(self.key.salt());
        let mut digits = Zeroizing::new([0; DIGITS]);
        let encoded = Base64::encode(joined.written(), digits.as_mut_slice()).unwrap_or_default();
        out.text("a=crypto:");
        out.number(u64::from(self.tag));
        out.text(" ");
        out.text(name);
        out.text(" inline:");
        out.text(encoded);
        out.text("\r\n");
    }
}

/// The tag under which we offer a suite: always the same one.
fn tag_of(suite: Suite) -> Option<u32> {
    let place = Suite::ALL.iter().position(|known| *known == suite)?;
    u32::try_from(place).ok()?.checked_add(1)
}

/// A line of a peer's, if it is one that we can use: its tag and the key that the peer sends with.
fn parse(value: &[u8]) -> Option<(u32, MasterKey)> {
    let mut words = value.split(|&byte| byte == b' ').filter(|word| !word.is_empty());
    let (tag, suite, keys) = (words.next()?, words.next()?, words.next()?);
    // §4.1: one to nine digits, the first of which is no zero.
    let tag = Some(tag).filter(|tag| tag.len() <= 9 && !tag.starts_with(b"0")).and_then(text::decimal)?;
    let suite = Suite::of_name(suite)?;
    words.all(is_bearable).then_some(())?;
    let (method, inline) = keys.split_at_checked(b"inline:".len())?;
    method.eq_ignore_ascii_case(b"inline:").then_some(())?;
    // Several keys would be told apart by their identifiers; nobody sends them.
    let mut parts = inline.split(|&byte| byte == b'|');
    let key = decoded(suite, parts.next()?)?;
    let mut mki = None;
    let mut lifetime_allowed = true;
    for part in parts {
        let identifier = part.iter().position(|&byte| byte == b':');
        match identifier.and_then(|at| part.split_at_checked(at)) {
            Some((value, length)) if mki.is_none() => {
                let length = text::decimal(length.strip_prefix(b":")?)?;
                mki = Some(Mki::new(text::decimal(value)?, u8::try_from(length).ok()?)?);
            }
            None if lifetime_allowed && mki.is_none() && is_lifetime(part) => lifetime_allowed = false,
            Some(_) | None => return None,
        }
    }
    Some((tag, key.with_mki(mki)))
}

/// §6.1: a key of exactly the suite's length. Padding may be missing, as it is with some peers.
fn decoded(suite: Suite, digits: &[u8]) -> Option<MasterKey> {
    let end = digits.iter().rposition(|&digit| digit != b'=')?.checked_add(1)?;
    let mut bytes = Zeroizing::new([0; Suite::KEY_BYTES + Suite::SALT_BYTES]);
    let joined = Base64Unpadded::decode(digits.get(..end)?, bytes.as_mut_slice()).ok()?;
    let (key, salt) = joined.split_at_checked(suite.key_bytes())?;
    MasterKey::new(suite, key, salt)
}

/// §6.1: `2^n`, or a number of packets. We cannot make a peer change its key in time, so one that ends within
/// a day is not taken.
fn is_lifetime(part: &[u8]) -> bool {
    const DAY_LONG: u32 = 1 << 22;
    match part.strip_prefix(b"2^") {
        Some(power) => text::decimal(power).is_some_and(|power| (22..=48).contains(&power)),
        // What is longer than a `u32` holds is long enough; 2^48 has fifteen digits.
        None => {
            let digits = !part.is_empty() && part.len() <= 15 && part.iter().all(u8::is_ascii_digit);
            digits && text::decimal(part).is_none_or(|packets| packets >= DAY_LONG)
        }
    }
}

/// Whether a line with this session parameter can be used all the same (§6.3): it is a hint, or may be
/// ignored. What would change how packets look makes the line useless.
fn is_bearable(parameter: &[u8]) -> bool {
    parameter.starts_with(b"-") || parameter.starts_with(b"WSH=")
}

impl PartialEq for Keying {
    fn eq(&self, other: &Self) -> bool {
        same(&self.seed, &other.seed) && (self.offers, self.agreed) == (other.offers, other.agreed)
    }
}

impl Eq for Keying {}

impl Hash for Line {
    /// Without the key: within a session the suite says which it is.
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.tag, self.key.suite()).hash(state);
    }
}

impl Drop for Keying {
    fn drop(&mut self) {
        self.seed.zeroize();
    }
}

impl fmt::Debug for Keying {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keying")
            .field("offers", &self.offers)
            .field("agreed", &self.agreed)
            .finish_non_exhaustive()
    }
}
