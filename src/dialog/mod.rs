//! Dialog identity, route set and sequence numbers (RFC 3261 §12).
//!
//! A dialog is what is left between the requests of two user agents: who they are to each other
//! ([`DialogId`]), which way the requests take ([`RouteSet`]), and in which order they come ([`Dialog`]).

pub mod id;
pub mod route;
pub mod state;
mod words;

pub use id::DialogId;
pub use route::{Aim, RouteSet, Unroutable};
pub use state::{Dialog, Sequence, Side, Stage, Unkept};
