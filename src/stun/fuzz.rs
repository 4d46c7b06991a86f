//! The fuzz body: any bytes as STUN; what is read can be written and reads the same.

use super::message::{Message, is_stun};
use super::{Class, compose};
use crate::base::Writer;

/// Reads anything as a STUN message.
///
/// # Panics
/// When a property does not hold: that is what the fuzzer looks for.
pub fn fuzz_stun(data: &[u8]) {
    let Ok(message) = Message::parse(data) else { return };
    assert!(is_stun(data), "what is read looks like it");
    assert!(message.error_code().is_none_or(|code| (300..=699).contains(&code)), "an error has a number");
    message.attributes().for_each(drop);
    let Some(seen) = message.mapped_address() else { return };
    let mut buffer = [0; 64];
    let mut out = Writer::new(&mut buffer);
    compose::binding_success(&mut out, message.transaction(), seen);
    let again = Message::parse(out.written())
        .map(|again| (again.class(), again.transaction(), again.mapped_address(), again.has_fingerprint()));
    assert_eq!(again, Ok((Class::Success, message.transaction(), Some(seen), true)));
}
