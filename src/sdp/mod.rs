//! Session descriptions (RFC 8866), the codecs in them, and the offer/answer model (RFC 3264).
//!
//! [`Description::parse`] borrows a body; [`offer`] and [`answer`] make ours from a [`Local`]; what both
//! sides agreed on is a [`Negotiated`]. All of them are pure functions: the caller keeps the [`Local`] of its
//! session.
//!
//! ```
//! use deskphone::base::Writer;
//! use deskphone::sdp::{self, Description, Format, Local, Negotiated};
//!
//! let mut caller = Local::new("192.0.2.1:16384".parse().unwrap(), 7);
//! caller.formats.push(Format::PCMU).unwrap();
//! let mut callee = Local::new("192.0.2.2:16384".parse().unwrap(), 9);
//! callee.formats.push(Format::PCMU).unwrap();
//!
//! let (mut there, mut back) = ([0; 512], [0; 512]);
//! let mut out = Writer::new(&mut there);
//! sdp::offer(&caller).write(&mut out);
//! let length = out.finish().unwrap();
//! let offer = Description::parse(&there[..length]).unwrap();
//! let (at_callee, reply) = sdp::answer(&offer, &callee).unwrap();
//! let mut out = Writer::new(&mut back);
//! reply.write(&mut out);
//! let length = out.finish().unwrap();
//! let reply = Description::parse(&back[..length]).unwrap();
//! let at_caller = Negotiated::from_answer(&caller, &reply).unwrap();
//! assert_eq!(at_caller.remote, callee.address);
//! assert_eq!(at_callee.remote, caller.address);
//! assert!(at_caller.send && at_callee.receive && !at_callee.held_by_peer);
//! ```

pub mod codec;
pub mod compose;
pub mod description;
#[cfg(feature = "_fuzzing")]
pub mod fuzz;
pub mod keying;
pub mod negotiate;

pub use codec::{Codec, Format, Formats};
pub use compose::{Outgoing, Revision, relocate};
pub use description::{Address, Description, Direction, Media, Origin, Profile, RtpMap, SdpError};
#[cfg(feature = "_fuzzing")]
pub use fuzz::fuzz_sdp;
pub use keying::{Keying, MediaKeys};
pub use negotiate::{Local, MediaKind, Negotiated, Refusal, Slot, Slots, answer, offer};

#[cfg(test)]
mod tests;
