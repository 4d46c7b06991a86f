//! Base64 as settings and message bodies carry it: the standard alphabet, line breaks and blanks between the
//! characters, padding when it is needed.

use base64ct::{Base64, Base64Unpadded, Encoding};
use zeroize::Zeroize;

use super::layout::{BODY_BYTES, TEXT_BYTES};

/// Decodes `text` into `bytes`, as far as it fits, and tells its length. `None` for what is not base64 or too
/// long. Takes the same time for all texts of one length, for some are private keys.
pub(super) fn decode<'a>(text: &[u8], bytes: &'a mut [u8]) -> Option<&'a [u8]> {
    let mut dense = [0u8; TEXT_BYTES];
    let decoded = dense_part(text, &mut dense).and_then(|characters| {
        let bare =
            characters.strip_suffix(b"=").map_or(characters, |one| one.strip_suffix(b"=").unwrap_or(one));
        let padded = bare.len() < characters.len();
        if padded && characters.len() % 4 != 0 {
            return None;
        }
        Base64Unpadded::decode(bare, bytes).ok()
    });
    dense.zeroize();
    decoded
}

/// The characters of `text` without blanks and line breaks.
fn dense_part<'a>(text: &[u8], dense: &'a mut [u8; TEXT_BYTES]) -> Option<&'a [u8]> {
    let mut used = 0usize;
    for character in text {
        if matches!(character, b'\r' | b'\n' | b' ' | b'\t') {
            continue;
        }
        *dense.get_mut(used)? = *character;
        used = used.saturating_add(1);
    }
    dense.get(..used)
}

/// The base64 text of a message: one line, padded.
pub(super) fn body(bytes: &[u8]) -> heapless::Vec<u8, BODY_BYTES> {
    let mut text = [0u8; BODY_BYTES];
    let written = Base64::encode(bytes, &mut text).map_or(0, str::len);
    heapless::Vec::from_slice(text.get(..written).unwrap_or(&[])).unwrap_or_default()
}

/// Writes the base64 text of `bytes`; nothing when `text` is too short for it.
#[cfg(feature = "issuer")]
pub(super) fn encode<'a>(bytes: &[u8], text: &'a mut [u8]) -> &'a str {
    Base64::encode(bytes, text).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_are_passed_over_and_padding_may_be_missing() {
        // RFC 4648 §10
        for text in [&b"Zm9vYg=="[..], b"Zm9vYg", b" Zm9v\r\nYg==\n", b"Z\tm 9vYg=="] {
            assert_eq!(decode(text, &mut [0; 8]), Some(&b"foob"[..]), "{text:?}");
        }
        assert_eq!(decode(b"", &mut [0; 8]), Some(&b""[..]));
    }

    #[test]
    fn what_is_not_base64_or_too_long_is_refused() {
        for text in
            [&b"Zm9vYg="[..], b"Zm9vYg===", b"Zm9v=Yg=", b"Zm9v-_", b"Zm9vY", b"Zm9vYh==", b"=", b"\xff"]
        {
            assert_eq!(decode(text, &mut [0; 8]), None, "{text:?}");
        }
        assert_eq!(decode(b"Zm9vYg==", &mut [0; 3]), None);
        assert_eq!(decode(&[b'A'; TEXT_BYTES + 1], &mut [0; 400]), None);
    }
}
