//! The four transaction machines of RFC 3261 §17 with RFC 6026, and the table that matches messages to them.
//!
//! A request and all its answers are one transaction. The machines ([`invite_client`], [`client`],
//! [`invite_server`], [`server`]) know when to repeat, to give up and to absorb; they see no bytes.
//! [`Transactions`] ties them to messages, hops and their owners in the user agent.

mod ack;
pub mod client;
pub mod invite_client;
pub mod invite_server;
mod key;
mod matching;
mod opening;
mod records;
pub mod server;
mod slots;
pub mod table;
pub mod timing;
pub mod transport;

pub use opening::{Draft, Unopened, VacantClient};
pub use records::{Owner, SendTicket};
pub use table::{
    ClientEnd, ClientId, Counters, Notice, Outgoing, RequestMatch, ResponseMatch, ServerEnd, ServerId,
    Transactions,
};
pub use timing::{Class, Timers};
pub use transport::{ConnectionId, Hop, Transport, reply_hop};

#[cfg(test)]
mod matrix;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
