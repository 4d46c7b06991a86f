//! The user agent core: registration, authentication, INVITE sessions, everything that SIP requires.

pub mod challenge;
pub mod command;
pub mod event;
pub mod ids;
mod session;
pub mod view;

pub use command::{Command, Invite, Outcome, Refusal};
pub use event::{EndReason, Event, RegistrationState};
pub use ids::{ExtensionId, SessionId, Ticket};
pub use view::{RegistrationView, SessionMedia, SessionView};
