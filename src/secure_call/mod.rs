//! The secure call: two phones with a certificate of one CA agree, inside a call that is up, on a key for its
//! audio.
//!
//! ```text
//!   Caller                                   Callee
//!     | INFO  Caller Hello (certificate)       |
//!     |--------------------------------------->|  verify
//!     | 200   Callee Hello (certificate)       |
//!     |<---------------------------------------|
//!     | verify, compare with what was dialled  |
//!     | INFO  Caller Final (key, encrypted)    |
//!     |--------------------------------------->|  decrypt
//!     | 200   (empty)                          |
//!     |<---------------------------------------|
//!     |<============== SRTP ==================>|  the first packet that is authenticated confirms the key
//! ```
//!
//! Both sides are machines whose states are consumed: [`Caller`] and [`Callee`]. What a state knows to be
//! true it carries as a type that only the proving function makes: [`Verified`], [`Expected`]. RSA leaves
//! them as a [`Job`] and comes back as a [`Done`]; [`engine`] does the jobs in software, without a heap.
//!
//! Failure leaves the call in clear, with a [`Reason`]. From the moment that it is secure nothing leads back.
//!
//! # What it is worth
//!
//! It is here to talk to the phones that have it. RSA-512 is factored in hours for little money; SHA-1 is
//! weak; the Hellos and the Final are not bound to each other; the caller proves nothing that a recorded
//! Hello would not; and one who sits in the middle can strip the attempt, so that no `$` ever shows. SDES
//! over TLS is the modern way.
//!
//! ```
//! use deskphone::base::{Instant, Rng, UnixTime};
//! use deskphone::secure_call::{Attempt, Callee, Caller, FinalForm, Provisioned, Suite, Ticket};
//! use deskphone::secure_call::{callee, caller, engine, Means};
//! # struct Dice(u32);
//! # impl Rng for Dice {
//! #     fn next_u32(&mut self) -> u32 {
//! #         self.0 = self.0.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
//! #         self.0 ^ (self.0 >> 15)
//! #     }
//! # }
//! # let joe = Provisioned::read(include_str!("vectors/joe.cert"), include_str!("vectors/joe.key"))?;
//! # let jane = Provisioned::read(include_str!("vectors/jane.cert"), include_str!("vectors/jane.key"))?;
//! // `joe` and `jane` are read from the settings `Mini Certificate` and `SRTP Private Key`.
//! let (now, mut dice) = (Instant::ZERO, Dice(7));
//! let local_time = Some(UnixTime(1_700_000_000));
//! let attempt = Attempt {
//!     own: &joe,
//!     dialled: "14085556789",
//!     local_time,
//!     suite: Suite::AesCm128HmacSha1Tag80,
//!     rtcp: true,
//!     form: FinalForm::OneBlock,
//!     ticket: Ticket(0),
//! };
//! let (mut caller, _) = Caller::begin(now, &attempt);
//! let mut callee = Callee::new(Ticket(100));
//! let (mut info, mut response) = (None, None);
//! for _ in 0..20 {
//!     if let Some(job) = caller.job() {
//!         let done = engine::perform(&job);
//!         let (next, step) = caller.step(now, &mut dice, caller::Input::Done(&done));
//!         (caller, info) = (next, step.send);
//!     } else if let Some(job) = callee.job() {
//!         let done = engine::perform(&job);
//!         let (next, step) = callee.step(now, &mut dice, callee::Input::Done(&done));
//!         (callee, response) = (next, step.answer);
//!     }
//!     if let Some(body) = info.take() {
//!         let means = Means { own: Ok(&jane), local_time, rtcp: true };
//!         (callee, _) = callee.step(now, &mut dice, callee::Input::Request { body: &body, means });
//!     }
//!     if let Some(answer) = response.take() {
//!         let input = caller::Input::Response { status: answer.status, body: &answer.body };
//!         (caller, _) = caller.step(now, &mut dice, input);
//!     }
//! }
//! let (caller, _) = caller.step(now, &mut dice, caller::Input::Authenticated);
//! let (callee, _) = callee.step(now, &mut dice, callee::Input::Authenticated);
//! assert_eq!(caller.peer().unwrap().name.as_bytes(), b"Jane Doe");
//! assert_eq!(callee.peer().unwrap().user_id.as_bytes(), b"14085551234");
//! let keys = [caller.protection().unwrap(), callee.protection().unwrap()].map(|known| known.master.key());
//! assert_eq!(keys[0], keys[1]);
//! # Ok::<(), deskphone::secure_call::Fault>(())
//! ```

#[cfg(test)]
mod attacks;
mod base64;
pub mod callee;
pub mod caller;
pub mod certificate;
pub mod engine;
mod fault;
mod field;
#[cfg(any(test, feature = "_fuzzing"))]
mod fuzz;
mod hello;
#[cfg(feature = "issuer")]
pub mod issuer;
pub mod job;
mod keys;
mod layout;
mod line;
#[cfg(test)]
mod matrix;
mod self_test;
#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;

pub use callee::{Callee, Means};
pub use caller::{Attempt, Caller, FinalForm};
pub use certificate::{Examination, Expected, MiniCertificate, Name, Provisioned, Subject, UserId, Verified};
pub use fault::{Fault, Reason};
pub use field::{CaKey, Dialled, Expiry, PrivateKey, PublicKey};
#[cfg(any(test, feature = "_fuzzing"))]
#[doc(hidden)]
pub use fuzz::{fuzz_certificate, fuzz_handshake_moves};
pub use hello::{Block, Body, CallerFinal, Flags, Hello, Message, Role, Suite};
pub use job::{Answer, Done, Job, Ticket, Work};
pub use keys::MasterKey;
pub use line::{Line, Notify, Peer, Protection};
