//! SRTP and SRTCP (RFC 3711): encryption, authentication and replay protection of RTP and RTCP packets.
//!
//! With AES-CM of 128, 192 and 256 bits (RFC 6188) or no cipher, and HMAC-SHA1 with tags of 80 or 32 bits;
//! with the feature `gcm` also AES-GCM (RFC 7714). Packets are changed in place and nothing is allocated.
//!
//! A [`Session`] is a call's two directions; [`Sender`] and [`Receiver`] are one of them alone. Whoever
//! changes keys makes a new one. The rules that this room keeps by itself:
//!
//! - A key is never used twice for the same packet number (§9.1): a sender takes sequence numbers only
//!   forward, and ends with [`Error::KeyExhausted`] after 2^48 RTP or 2^31 RTCP packets (§9.2).
//! - Nothing changes before a packet is authentic (§3.3): not the window, not the roll-over count, and not
//!   the packet.
//! - Session keys, key schedules and hash states are wiped when dropped. What moving a value leaves behind on
//!   the stack is not, so a session should stay where it was made.
//!
//! ```
//! use deskphone::crypto::{MasterKey, Suite};
//! use deskphone::rtp::Packet;
//! use deskphone::srtp::{Error, Session};
//!
//! // Each end sends with a key of its own, which signalling has told the other end.
//! let key = |byte: u8| MasterKey::new(Suite::Aes128Sha1_80, &[byte; 16], &[byte; 14]).unwrap();
//! let mut anna = Session::new(&key(1), &key(2)).unwrap();
//! let mut bert = Session::new(&key(2), &key(1)).unwrap();
//!
//! let mut buffer = [0; 256];
//! let packet = Packet { sequence: 7, ssrc: 0xA, payload: b"hello", ..Packet::default() };
//! let length = packet.compose(&mut buffer).unwrap();
//! let length = anna.protect(&mut buffer, length).unwrap();
//! assert_eq!(length, 12 + 5 + 10, "header, payload, tag");
//! assert_ne!(&buffer[12..17], b"hello");
//!
//! let mut again = buffer;
//! let length = bert.unprotect(&mut buffer, length).unwrap();
//! assert_eq!(Packet::parse(&buffer[..length]), Ok(packet));
//! assert_eq!(bert.unprotect(&mut again, 27), Err(Error::Replayed));
//! ```

mod authenticate;
mod cipher;
mod derive;
#[cfg(feature = "_fuzzing")]
mod fuzz;
mod index;
mod replay;
mod rtcp;
mod rtp;
mod session;
mod source;
#[cfg(test)]
mod tests;

#[cfg(feature = "_fuzzing")]
#[doc(hidden)]
pub use fuzz::fuzz_srtp;
pub use session::{Error, Receiver, Sender, Session};
