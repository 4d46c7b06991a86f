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

/// An INVITE that was refused without a registration came again when the phone was registered and busy.
#[test]
fn a_refusal_without_state_follows_the_registration() {
    fuzz_ua_moves(&[
        10, 0, 250, 0, 250, 0, 251, 1, 18, 48, 116, 0, 86, 12, 11, 1, 11, 2, 11, 3, 23, 0, 66, 64, 58, 200,
    ]);
}

/// A reliable 180 for whose PRACK there was no room left the call beyond reach of a CANCEL.
#[test]
fn a_reliable_response_without_room_lets_the_call_be_cancelled() {
    fuzz_ua_moves(&[15, 10, 64, 96, 24, 80, 251, 0, 5, 0, 174, 3, 0, 5, 53, 0, 30, 177, 0, 0]);
}

/// An INVITE went on to the next server with the number that it had before another request of its dialog.
#[test]
fn an_invite_that_goes_on_keeps_the_order_of_numbers() {
    fuzz_ua_moves(&[
        231, 72, 24, 48, 107, 0, 0, 68, 15, 44, 120, 3, 150, 35, 36, 19, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 23, 16, 13, 0, 18, 0, 216, 117, 136, 132, 0, 0, 63, 152, 0, 0, 254, 174, 0,
    ]);
}
