//! The four transaction machines of RFC 3261 §17 with RFC 6026, and the table that matches messages to them.

pub mod client;
pub mod invite_client;
pub mod invite_server;
pub mod server;
pub mod timing;
pub mod transport;

pub use timing::{Class, Timers};
pub use transport::{ConnectionId, Hop, Transport};

#[cfg(test)]
mod matrix;
