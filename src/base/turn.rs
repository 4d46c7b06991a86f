//! Turning the bytes of a slice round, so that what is at one end comes to the other.
//!
//! Core's `rotate_left` panics when asked for more than there is, and the compiler does not always see that
//! it is not; these do what can be done. Three reversals turn a slice.

/// The first `by` bytes go behind all others; with more than there are, nothing changes.
pub(crate) fn left(bytes: &mut [u8], by: usize) {
    if let Some((first, rest)) = bytes.split_at_mut_checked(by) {
        first.reverse();
        rest.reverse();
        bytes.reverse();
    }
}

/// The last `by` bytes go before all others; with more than there are, nothing changes.
pub(crate) fn right(bytes: &mut [u8], by: usize) {
    if let Some(kept) = bytes.len().checked_sub(by) {
        left(bytes, kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    proptest::proptest! {
        #[test]
        fn they_turn_as_core_does(bytes in proptest::collection::vec(0..9u8, 0..40), by in 0..50usize) {
            let (mut to_the_left, mut to_the_right): (Vec<u8>, Vec<u8>) = (bytes.clone(), bytes.clone());
            left(&mut to_the_left, by);
            right(&mut to_the_right, by);
            let (mut expected_left, mut expected_right) = (bytes.clone(), bytes);
            if by <= expected_left.len() {
                expected_left.rotate_left(by);
                expected_right.rotate_right(by);
            }
            proptest::prop_assert_eq!((to_the_left, to_the_right), (expected_left, expected_right));
        }
    }
}
