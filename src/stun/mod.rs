//! STUN: asking a server in the public network where it sees us (RFC 8489).
//!
//! ```
//! use core::net::SocketAddr;
//! use deskphone::base::Writer;
//! use deskphone::stun::{Class, Message, TransactionId, compose};
//! let id = TransactionId::from_words([1, 2, 3]);
//! let mut buffer = [0; 64];
//! let mut out = Writer::new(&mut buffer);
//! compose::binding_request(&mut out, id);
//! let request = Message::parse(out.written())?;
//! assert_eq!((request.class(), request.transaction()), (Class::Request, id));
//!
//! let seen: SocketAddr = "203.0.113.9:40000".parse().unwrap();
//! let mut buffer = [0; 64];
//! let mut out = Writer::new(&mut buffer);
//! compose::binding_success(&mut out, id, seen);
//! assert_eq!(Message::parse(out.written())?.mapped_address(), Some(seen));
//! # Ok::<(), deskphone::stun::StunError>(())
//! ```

pub mod binding;
pub mod compose;
mod crc;
#[cfg(any(test, feature = "_fuzzing"))]
mod fuzz;
pub mod message;

pub use binding::Binding;
#[cfg(any(test, feature = "_fuzzing"))]
#[doc(hidden)]
pub use fuzz::fuzz_stun;
pub use message::{Class, Message, StunError, TransactionId, is_stun};

/// "The value 0x2112A442 in network byte order" (RFC 8489 §5).
const COOKIE: u32 = 0x2112_A442;
const HEADER_BYTES: usize = 20;
/// The one method that we speak (RFC 8489 §5).
const BINDING: u16 = 0x001;

/// RFC 8489 §18.3.
const MAPPED_ADDRESS: u16 = 0x0001;
const ERROR_CODE: u16 = 0x0009;
const XOR_MAPPED_ADDRESS: u16 = 0x0020;
const FINGERPRINT: u16 = 0x8028;
/// FINGERPRINT is the CRC-32 "XOR'ed with the 32-bit value 0x5354554e" (RFC 8489 §14.7).
const FINGERPRINT_MASK: u32 = 0x5354_554E;

/// The port of a STUN server that names none (RFC 8489 §8).
pub const PORT: u16 = 3_478;
