//! Any sequence of moves.

use std::vec::Vec;

use proptest::prelude::*;

use crate::ua::fuzz_ua_moves;

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_moves(moves in prop::collection::vec(any::<(u8, u8)>(), 0..120)) {
        let bytes: Vec<u8> = moves.iter().flat_map(|(kind, value)| [*kind, *value]).collect();
        fuzz_ua_moves(&bytes);
    }
}

/// An extension that was registered by hand and then disabled went on registering for ever.
#[test]
fn a_disabled_extension_stops_registering() {
    fuzz_ua_moves(&[15, 216, 0, 243, 6, 47]);
}
