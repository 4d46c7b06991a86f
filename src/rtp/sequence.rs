//! What a receiver keeps for one source: is it a real one, how much is lost, how uneven does it arrive
//! (RFC 3550 Appendix A.1, A.3 and A.8).
//!
//! ```
//! use deskphone::rtp::{Sequence, Verdict};
//! let mut source = Sequence::new(65_534);
//! assert_eq!(source.step(65_534), Verdict::Probation, "one packet proves nothing");
//! assert_eq!(source.step(65_535), Verdict::Valid);
//! assert_eq!(source.step(1), Verdict::Valid, "one is missing");
//! assert_eq!((source.highest(), source.lost()), (0x0001_0001, 1));
//! ```

/// The state of one source's sequence numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sequence {
    highest: u16,
    cycles: u16,
    base: u16,
    /// The number that would prove a restart: one more than the last implausible one.
    bad: Option<u16>,
    /// In-order packets still needed before the source counts.
    probation: u8,
    received: u32,
    expected_before: u32,
    received_before: u32,
    transit: Option<u32>,
    /// Jitter times sixteen, so that the division of A.8 loses nothing.
    jitter: u32,
}

/// What one sequence number says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The packet belongs to a proven source.
    Valid,
    /// The source is not proven yet; its packets are not played.
    Probation,
    /// Far from what was expected; not played unless the next one proves a restart.
    Implausible,
    /// The second packet in a row of a new numbering: the source has restarted, and this packet is its first.
    Restarted,
}

/// Packets in order that prove a source (A.1).
pub const MIN_SEQUENTIAL: u8 = 2;
/// A step ahead of this many packets or more is implausible (A.1).
pub const MAX_DROPOUT: u16 = 3000;
/// A step back of this many packets or more is implausible (A.1).
pub const MAX_MISORDER: u16 = 100;

impl Sequence {
    /// A source of which the packet numbered `first` is about to be stepped.
    #[must_use]
    pub const fn new(first: u16) -> Self {
        Self {
            highest: first.wrapping_sub(1),
            cycles: 0,
            base: first,
            bad: None,
            probation: MIN_SEQUENTIAL,
            received: 0,
            expected_before: 0,
            received_before: 0,
            transit: None,
            jitter: 0,
        }
    }

    /// Takes the next packet's number into account (A.1, `update_seq`).
    pub fn step(&mut self, number: u16) -> Verdict {
        if self.probation > 0 {
            return self.prove(number);
        }
        let ahead = number.wrapping_sub(self.highest);
        if ahead < MAX_DROPOUT {
            if number < self.highest {
                self.cycles = self.cycles.wrapping_add(1);
            }
            self.highest = number;
        } else if ahead <= 0u16.wrapping_sub(MAX_MISORDER) {
            if self.bad != Some(number) {
                self.bad = Some(number.wrapping_add(1));
                return Verdict::Implausible;
            }
            self.restart(number);
            self.received = 1;
            return Verdict::Restarted;
        }
        self.received = self.received.saturating_add(1);
        Verdict::Valid
    }

    /// Takes a packet's arrival into account for the jitter estimate (A.8); both in timestamp units.
    pub fn arrived(&mut self, arrival: u32, timestamp: u32) {
        let transit = arrival.wrapping_sub(timestamp);
        if let Some(before) = self.transit.replace(transit) {
            let forth = transit.wrapping_sub(before);
            let distance = forth.min(forth.wrapping_neg());
            let sixteenth = self.jitter.saturating_add(8) >> 4;
            self.jitter = self.jitter.saturating_add(distance).saturating_sub(sixteenth);
        }
    }

    /// Forgets the last transit time: after a pause or a jump of timestamps the next difference means
    /// nothing.
    pub const fn forget_transit(&mut self) {
        self.transit = None;
    }

    /// Whether the source is proven.
    #[must_use]
    pub const fn is_proven(&self) -> bool {
        self.probation == 0
    }

    /// The extended highest sequence number: the count of wraps above the number.
    #[must_use]
    pub const fn highest(&self) -> u32 {
        let [c0, c1] = self.cycles.to_be_bytes();
        let [s0, s1] = self.highest.to_be_bytes();
        u32::from_be_bytes([c0, c1, s0, s1])
    }

    /// Packets received from the proven source, late and duplicate ones too.
    #[must_use]
    pub const fn received(&self) -> u32 {
        self.received
    }

    /// Packets lost so far; negative when duplicates outnumber losses (A.3, limited to 24 bits as reports
    /// are).
    #[must_use]
    pub fn lost(&self) -> i32 {
        let lost = i64::from(self.expected()).saturating_sub(i64::from(self.received));
        i32::try_from(lost.clamp(-0x80_0000, 0x7F_FFFF)).unwrap_or(0)
    }

    /// The interarrival jitter in timestamp units (A.8).
    #[must_use]
    pub const fn jitter(&self) -> u32 {
        self.jitter >> 4
    }

    /// The fraction lost since the last call, in 256ths (A.3).
    pub fn take_fraction_lost(&mut self) -> u8 {
        let expected = self.expected().wrapping_sub(self.expected_before);
        let received = self.received.wrapping_sub(self.received_before);
        self.expected_before = self.expected();
        self.received_before = self.received;
        let lost = u64::from(expected.saturating_sub(received));
        let fraction = lost.saturating_mul(256).checked_div(u64::from(expected)).unwrap_or(0);
        u8::try_from(fraction).unwrap_or(u8::MAX)
    }

    fn prove(&mut self, number: u16) -> Verdict {
        if number == self.highest.wrapping_add(1) {
            self.probation = self.probation.saturating_sub(1);
        } else {
            self.probation = MIN_SEQUENTIAL.saturating_sub(1);
        }
        self.highest = number;
        if self.probation > 0 {
            return Verdict::Probation;
        }
        self.restart(number);
        self.received = 1;
        Verdict::Valid
    }

    const fn restart(&mut self, number: u16) {
        *self = Self { jitter: self.jitter, probation: 0, highest: number, ..Self::new(number) };
    }

    fn expected(&self) -> u32 {
        self.highest().wrapping_sub(u32::from(self.base)).wrapping_add(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn proven(first: u16) -> Sequence {
        let mut source = Sequence::new(first);
        assert_eq!(source.step(first), Verdict::Probation);
        assert_eq!(source.step(first.wrapping_add(1)), Verdict::Valid);
        source
    }

    #[test]
    fn rfc_3550_a_1_probation_wants_two_in_a_row() {
        let mut source = Sequence::new(10);
        assert_eq!(source.step(10), Verdict::Probation);
        assert_eq!(source.step(12), Verdict::Probation);
        assert_eq!(source.step(13), Verdict::Valid);
    }

    #[test]
    fn rfc_3550_a_1_limits_of_dropout_and_misorder() {
        let mut source = proven(1000);
        assert_eq!(source.step(1001u16.wrapping_add(2999)), Verdict::Valid);
        assert_eq!(source.step(4000u16.wrapping_add(3000)), Verdict::Implausible);
        assert_eq!(source.step(4000u16.wrapping_sub(99)), Verdict::Valid, "misordered");
        assert_eq!(source.step(4000u16.wrapping_sub(100)), Verdict::Implausible);
        assert_eq!(source.highest(), 4000);
    }

    #[test]
    fn rfc_3550_a_1_two_in_a_row_prove_a_restart() {
        let mut source = proven(1000);
        assert_eq!(source.step(40_000), Verdict::Implausible);
        assert_eq!(source.step(40_001), Verdict::Restarted);
        assert_eq!((source.received(), source.lost(), source.highest()), (1, 0, 40_001));
        assert_eq!(source.step(40_002), Verdict::Valid);
    }

    #[test]
    fn rfc_3550_a_3_losses_and_duplicates() {
        let mut source = proven(0);
        for number in [2, 3, 5, 5, 6, 9] {
            assert_eq!(source.step(number), Verdict::Valid);
        }
        // 1..=9 expected (the packet on probation is not counted), 7 received.
        assert_eq!((source.received(), source.lost()), (7, 2));
        assert_eq!(source.take_fraction_lost(), 56, "2/9 of 256");
        assert_eq!(source.take_fraction_lost(), 0);
        assert_eq!(source.step(9), Verdict::Valid);
        assert_eq!(source.step(8), Verdict::Valid);
        assert_eq!(source.step(7), Verdict::Valid);
        assert_eq!(source.lost(), -1, "a duplicate makes up for a loss");
    }

    #[test]
    fn rfc_3550_a_8_jitter_settles_at_the_mean_difference() {
        let mut source = proven(0);
        for turn in 0u32..400 {
            let late = if turn.is_multiple_of(2) { 80 } else { 0 };
            source.arrived(turn.wrapping_mul(160).wrapping_add(late), turn.wrapping_mul(160));
        }
        assert!((78..=80).contains(&source.jitter()), "{}", source.jitter());
        source.forget_transit();
        source.arrived(1_000_000, 0);
        assert!(source.jitter() <= 80);
    }

    proptest! {
        #[test]
        fn nothing_lost_in_order_from_anywhere(first: u16, count in 2u32..200_000) {
            let mut source = Sequence::new(first);
            let mut number = first;
            for _ in 0..count {
                source.step(number);
                number = number.wrapping_add(1);
            }
            prop_assert_eq!((source.lost(), source.received()), (0, count.wrapping_sub(1)));
        }

        #[test]
        fn total_for_any_numbers(numbers in prop::collection::vec(any::<u16>(), 1..300)) {
            let mut source = Sequence::new(numbers[0]);
            for number in numbers {
                source.step(number);
                source.arrived(u32::from(number), 7);
                prop_assert!(source.lost() <= 0x7F_FFFF);
                source.take_fraction_lost();
            }
        }
    }
}
