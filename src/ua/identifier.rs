//! Names that nobody can guess or make by chance: branches, tags, Call-IDs (RFC 3261 §8.1.1, §19.3).

use heapless::Vec;

use crate::base::{Rng, Writer};

/// A branch: the cookie and 64 random bits (§8.1.1.7).
pub(super) type Branch = Vec<u8, 24>;
/// A tag of ours: 64 random bits; §19.3 asks for 32.
pub(super) type Tag = Vec<u8, 16>;
/// A Call-ID of ours: 128 random bits (§8.1.1.4).
pub(super) type CallId = Vec<u8, 32>;

pub(super) fn branch(rng: &mut dyn Rng) -> Branch {
    make(b"z9hG4bK", 2, rng)
}

pub(super) fn tag(rng: &mut dyn Rng) -> Tag {
    make(b"", 2, rng)
}

pub(super) fn call_id(rng: &mut dyn Rng) -> CallId {
    make(b"", 4, rng)
}

fn make<const N: usize>(start: &[u8], words: usize, rng: &mut dyn Rng) -> Vec<u8, N> {
    let mut room = [0; 32];
    let mut out = Writer::new(&mut room);
    out.put(start);
    for _ in 0..words {
        out.hex(rng.next_u32(), 8);
    }
    Vec::from_slice(out.written()).unwrap_or_default()
}

/// The tag of a stateless answer: the same for each retransmission of a request, another for every other
/// request, and no one without the secret can make it (RFC 3261 §8.2.7).
pub(super) fn stateless_tag(secret: u32, parts: &[&[u8]]) -> Tag {
    let hash = keyed_hash(secret, parts);
    let mut room = [0; 16];
    let mut out = Writer::new(&mut room);
    out.hex(u32::try_from(hash >> 32).unwrap_or(0), 8);
    out.hex(u32::try_from(hash & 0xFFFF_FFFF).unwrap_or(0), 8);
    Vec::from_slice(out.written()).unwrap_or_default()
}

/// FNV-1a, keyed at its start: it only has to spread.
pub(super) fn keyed_hash(secret: u32, parts: &[&[u8]]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3);
    let start = 0xCBF2_9CE4_8422_2325 ^ u64::from(secret).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    parts.iter().copied().flatten().fold(start, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(u32);

    impl Rng for Fixed {
        fn next_u32(&mut self) -> u32 {
            self.0 = self.0.wrapping_add(1);
            self.0
        }
    }

    #[test]
    fn identifiers_have_their_form_and_fill_their_room() {
        assert_eq!(branch(&mut Fixed(0)).as_slice(), b"z9hG4bK0000000100000002");
        assert_eq!(tag(&mut Fixed(0)).as_slice(), b"0000000100000002");
        assert_eq!(call_id(&mut Fixed(0)).len(), 32);
    }

    #[test]
    fn a_stateless_tag_depends_on_every_byte_and_the_secret() {
        let tag = stateless_tag(1, &[b"branch", b"call"]);
        assert_eq!(tag, stateless_tag(1, &[b"branch", b"call"]));
        assert_ne!(tag, stateless_tag(1, &[b"branci", b"call"]));
        assert_ne!(tag, stateless_tag(2, &[b"branch", b"call"]));
    }
}
