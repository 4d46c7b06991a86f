//! The crates of cryptography, in one place: their types stay inside.
//!
//! [`digest`] answers challenges and compares secrets; [`counter_mode`], [`hmac_sha1`] and `gcm` (with the
//! feature of that name) are what protects media; [`suite`] names their combinations and holds master keys.

pub mod counter_mode;
pub mod digest;
#[cfg(feature = "gcm")]
pub mod gcm;
pub mod hmac_sha1;
pub mod suite;

pub use self::counter_mode::CounterMode;
pub use self::digest::{Algorithm, Hash, Hex, Protection, Question, same};
#[cfg(feature = "gcm")]
pub use self::gcm::Gcm;
pub use self::hmac_sha1::HmacSha1;
pub use self::suite::{MasterKey, Mki, Suite};
