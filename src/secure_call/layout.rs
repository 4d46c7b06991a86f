//! The layout of everything that is sent or provisioned, in one table.
//!
//! ```text
//! Mini-Certificate          Hello                          Caller Final
//!   0  name          32       0  message id         4        0  message id    4
//!  32  user id       16       4  version, flags     4        4  RSA block    64  (the two-block form
//!  48  expiry        12       8  SSRC               4       68  RSA block    64   has this one too)
//!  60  public key    64      12  Mini-Certificate 252
//! 124  signature    128     264
//! 252
//! ```
//!
//! The setting `Mini Certificate` is the certificate and behind it the CA's modulus (128 bytes): 380 bytes,
//! 508 characters of base64. The setting `SRTP Private Key` is the private exponent alone: 64 bytes, 88
//! characters. All numbers are big-endian. Both public exponents are 65537 and stand nowhere.

/// The subscriber's name, padded with NUL.
pub(super) const NAME_BYTES: usize = 32;
/// The subscriber's user id, padded with NUL.
pub(super) const USER_ID_BYTES: usize = 16;
/// `hhmmssMMDDYY` in ASCII digits.
pub(super) const EXPIRY_BYTES: usize = 12;
/// A modulus of 512 bits; the private exponent and one encrypted block are as long.
pub(super) const SUBSCRIBER_BYTES: usize = 64;
/// A modulus of 1024 bits; the private exponent and the signature are as long.
pub(super) const CA_BYTES: usize = 128;
/// A certificate.
pub(super) const CERTIFICATE_BYTES: usize = SIGNED_BYTES + CA_BYTES;
/// What a signature is made over.
pub(super) const SIGNED_BYTES: usize = NAME_BYTES + USER_ID_BYTES + EXPIRY_BYTES + SUBSCRIBER_BYTES;
/// The setting `Mini Certificate`.
pub(super) const PROVISIONED_BYTES: usize = CERTIFICATE_BYTES + CA_BYTES;

/// A message id; a number of 4 bytes.
pub(super) const ID_BYTES: usize = 4;
/// Caller Hello and Callee Hello.
pub(super) const HELLO_BYTES: usize = ID_BYTES + 4 + 4 + CERTIFICATE_BYTES;
/// A Caller Final with key and salt in one block.
pub(super) const FINAL_BYTES: usize = ID_BYTES + SUBSCRIBER_BYTES;
/// A Caller Final with key and salt in a block each.
pub(super) const LONG_FINAL_BYTES: usize = FINAL_BYTES + SUBSCRIBER_BYTES;

/// Message id of the Caller Hello.
pub(super) const CALLER_HELLO: u32 = 1;
/// Message id of the Callee Hello.
pub(super) const CALLEE_HELLO: u32 = 2;
/// Message id of the Caller Final. The Callee Final is empty and has none.
pub(super) const CALLER_FINAL: u32 = 3;
/// The one version of the Hello.
pub(super) const VERSION: u16 = 1;

/// The master key, and the salt as it is sent.
pub(super) const KEY_BYTES: usize = 16;
/// The bytes of the salt that RFC 3711 uses; the last two that are sent are zero.
pub(super) const SALT_BYTES: usize = 14;

/// Characters of base64 for the longest message.
pub(super) const BODY_BYTES: usize = base64_length(HELLO_BYTES);
/// Characters of base64 for the longest thing of all, the setting.
pub(super) const TEXT_BYTES: usize = base64_length(PROVISIONED_BYTES);

const fn base64_length(bytes: usize) -> usize {
    bytes.div_ceil(3).saturating_mul(4)
}

const _: () = assert!(SIGNED_BYTES == 124 && CERTIFICATE_BYTES == 252 && PROVISIONED_BYTES == 380);
const _: () = assert!(HELLO_BYTES == 264 && FINAL_BYTES == 68 && LONG_FINAL_BYTES == 132);
const _: () = assert!(BODY_BYTES == 352 && TEXT_BYTES == 508);
