//! The packet index (RFC 3711 §3.3.1): `i = 2^16 * ROC + SEQ`, of which a packet carries only the last 16
//! bits.

use super::Error;

/// Packets that one key may protect (RFC 3711 §9.2), and the first index that does not exist.
pub(super) const RTP_PACKETS: u64 = 1 << 48;
/// The same for RTCP.
pub(super) const RTCP_PACKETS: u64 = 1 << 31;

/// The index of a packet that came: of those that end in its sequence number the nearest to the highest so
/// far (RFC 3711 Appendix A).
///
/// # Errors
/// [`Error::BeforeStart`] for a packet from before the first roll-over count, which no sender can have
/// protected; [`Error::KeyExhausted`] for one after the last.
pub(super) fn guess(highest: Option<u64>, sequence: u16) -> Result<u64, Error> {
    // The first packet begins with the count 0 (RFC 4568 §6.4.1).
    let Some(highest) = highest else { return Ok(u64::from(sequence)) };
    let (count, last) = (highest >> 16, highest & 0xFFFF);
    let sequence = u64::from(sequence);
    let count = if last < 0x8000 {
        if sequence.saturating_sub(last) > 0x8000 {
            count.checked_sub(1).ok_or(Error::BeforeStart)?
        } else {
            count
        }
    } else if last.saturating_sub(0x8000) > sequence {
        count.saturating_add(1)
    } else {
        count
    };
    let index = (count << 16) | sequence;
    if index < RTP_PACKETS { Ok(index) } else { Err(Error::KeyExhausted) }
}

/// The index of the next packet to send: sequence numbers go forward.
///
/// # Errors
/// [`Error::Replayed`] for a number that was sent already or passed over: its key stream may be used up.
/// [`Error::KeyExhausted`] after the last roll-over.
pub(super) fn next(last: Option<u64>, sequence: u16) -> Result<u64, Error> {
    let Some(last) = last else { return Ok(u64::from(sequence)) };
    let [.., high, low] = last.to_be_bytes();
    let ahead = sequence.wrapping_sub(u16::from_be_bytes([high, low]));
    if ahead == 0 || ahead >= 0x8000 {
        return Err(Error::Replayed);
    }
    let index = last.saturating_add(u64::from(ahead));
    if index < RTP_PACKETS { Ok(index) } else { Err(Error::KeyExhausted) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rfc_3711_appendix_a() {
        let count = |last: u64, count: u64, sequence: u16| {
            guess(Some((count << 16) | last), sequence).map(|index| {
                assert_eq!(index & 0xFFFF, u64::from(sequence));
                index >> 16
            })
        };
        assert_eq!(count(100, 0, 101), Ok(0));
        assert_eq!(count(65_535, 0, 0), Ok(1));
        assert_eq!(count(65_535, 0, 65_534), Ok(0));
        assert_eq!(count(0, 1, 65_535), Ok(0));
        assert_eq!(count(0, 0, 65_535), Err(Error::BeforeStart));
        assert_eq!(count(32_767, 5, 65_535), Ok(5));
        assert_eq!(count(32_766, 5, 65_535), Ok(4));
        assert_eq!(count(32_768, 5, 0), Ok(5));
        assert_eq!(count(32_769, 5, 0), Ok(6));
        assert_eq!(count(1_000, 7, 33_768), Ok(7));
        assert_eq!(count(1_000, 7, 33_769), Ok(6));
        assert_eq!(count(65_535, (1 << 32) - 1, 0), Err(Error::KeyExhausted));
        assert_eq!(guess(None, 65_535), Ok(65_535));
    }

    #[test]
    fn a_sender_goes_forward_and_ends() {
        assert_eq!(next(None, 9), Ok(9));
        assert_eq!(next(Some(9), 9), Err(Error::Replayed));
        assert_eq!(next(Some(9), 8), Err(Error::Replayed));
        assert_eq!(next(Some(9), 9 + 0x7FFF), Ok(9 + 0x7FFF));
        assert_eq!(next(Some(9), 9 + 0x8000), Err(Error::Replayed));
        assert_eq!(next(Some(0xFFFF), 0), Ok(0x1_0000));
        assert_eq!(next(Some((1 << 48) - 2), 65_535), Ok((1 << 48) - 1));
        assert_eq!(next(Some((1 << 48) - 1), 0), Err(Error::KeyExhausted));
    }

    proptest! {
        /// A packet less than 2^15 away from the highest is found, however the count stands.
        #[test]
        fn the_nearest_is_found(highest in 0u64..1 << 48, distance in -0x7FFFi64..=0x7FFF) {
            let index = highest.checked_add_signed(distance);
            if let Some(index) = index.filter(|index| *index < 1 << 48) {
                prop_assert_eq!(guess(Some(highest), (index & 0xFFFF) as u16), Ok(index));
            }
        }

        /// What a sender numbers, a receiver without loss numbers the same.
        #[test]
        fn both_ends_count_alike(start: u16, steps in prop::collection::vec(1u16..0x7FFF, 1..50)) {
            let (mut sent, mut sequence) = (next(None, start).unwrap(), start);
            let mut highest = guess(None, start).unwrap();
            for step in steps {
                sequence = sequence.wrapping_add(step);
                sent = next(Some(sent), sequence).unwrap();
                highest = guess(Some(highest), sequence).unwrap();
                prop_assert_eq!(sent, highest);
            }
        }
    }
}
