//! SIP syntax (RFC 3261 and its extensions): messages, headers, URIs, composing and framing.
//!
//! Everything read borrows the datagram; everything written goes into a caller's
//! [`Writer`](crate::base::Writer). Nothing here remembers anything between two messages except
//! [`stream::Framer`], one for each TCP connection.
//!
//! ```
//! use deskphone::sip::{Message, Method};
//! let datagram = b"OPTIONS sip:2101@192.0.2.57 SIP/2.0\r\n\
//!     Via: SIP/2.0/UDP 198.51.100.20;branch=z9hG4bK7d\r\n\
//!     From: \"Front Desk\" <sip:2100@pbx.example.com>;tag=a1\r\n\
//!     To: <sip:2101@pbx.example.com>\r\n\
//!     Call-ID: 7f@198.51.100.20\r\n\
//!     CSeq: 4 OPTIONS\r\n\r\n";
//! let message = Message::parse(datagram)?;
//! assert_eq!(message.check(), Ok(()));
//! assert_eq!(message.method(), Some(Method::Options));
//! assert_eq!(message.from().and_then(|from| from.tag()), Some(&b"a1"[..]));
//! # Ok::<(), deskphone::sip::ParseError>(())
//! ```

pub mod address;
pub mod admission;
pub mod auth;
pub mod call_info;
mod check;
pub mod compact;
pub mod compose;

pub mod event;
pub mod fault;
#[cfg(feature = "_fuzzing")]
mod fuzz;
mod grammar;
pub mod headers;
pub mod identity;
pub mod message;
pub mod message_summary;
pub mod method;
pub mod params;
pub mod refer;
pub mod reliable;
pub mod status;
pub mod stream;
pub mod timing;
pub mod uri;
pub mod values;
pub mod via;
pub mod watched;

pub use address::Address;
pub use fault::{ParseError, Rejection};
#[cfg(feature = "_fuzzing")]
#[doc(hidden)]
pub use fuzz::{fuzz_sip_message, fuzz_sip_stream};
pub use headers::HeaderName;
pub use message::{Message, StartLine};
pub use method::Method;
pub use params::Params;
pub use status::Status;
pub use uri::{Host, Uri};
pub use via::{Transport, Via};
