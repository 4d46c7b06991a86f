//! What a host tells the phone.

use core::net::{IpAddr, SocketAddr};

use super::Key;
use crate::base::UnixTime;
use crate::media::stream::Statistics;
use crate::secure_call::Done;
use crate::transaction::Hop;
use crate::ua::{Records, Ticket};

/// One thing that happened outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input<'a> {
    /// The network came, went, or has another address.
    Network(Network),
    /// A message arrived: a UDP datagram, or one message that a [`crate::sip`] framer cut out of a
    /// connection's stream. The host owns its connections, and a framer for each.
    Message {
        /// From where, over what, and to which of our ports.
        arrival: Hop,
        /// The message.
        bytes: &'a [u8],
    },
    /// What was transmitted to this hop did not get there: refused, unreachable, or its connection is gone.
    Unreachable(Hop),
    /// The answer to [`super::Output::Resolve`].
    Resolved {
        /// The question's ticket.
        ticket: Ticket,
        /// What was found: addresses, or the servers of a service, as was asked.
        records: Records<'a>,
        /// How long it is good, seconds, if the host knows; the phone keeps it between five seconds and an
        /// hour.
        ttl_s: Option<u32>,
    },
    /// How a media stream fares: about once a second while it runs, so that the end of the call can tell it
    /// (`Stats In BYE`).
    MediaStatistics {
        /// Whose: [`super::Stream::serial`].
        serial: u32,
        /// The stream's own count: [`crate::media::stream::AudioStream::statistics`].
        figures: Statistics,
    },
    /// The answer to [`super::Output::MapPort`]: the address that the server sees; `None`: it does not say.
    PortMapped {
        /// The question's ticket.
        ticket: Ticket,
        /// The mapped address.
        seen: Option<SocketAddr>,
    },
    /// What came of a [`super::Output::Compute`].
    Computed(&'a Done),
    /// A packet of a stream was authentic under the key of a secure call, and one was awaited
    /// ([`super::Switch::awaited`]).
    Authenticated {
        /// Whose: [`super::Stream::serial`].
        serial: u32,
    },
    /// The host knows the time, by its own clock or a time server. Without it no certificate can be judged.
    Clock(UnixTime),
    /// A key went down.
    KeyDown(Key),
    /// A key came up.
    KeyUp(Key),
    /// The handset was lifted or put down.
    Hook(Hook),
    /// Nothing but time passed: the deadline has come.
    Timeout,
}

/// Whether the phone has a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// It has one.
    Up {
        /// The phone's own address in it.
        address: IpAddr,
    },
    /// It has none.
    Down,
}

/// Where the handset is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hook {
    /// Lifted.
    OffHook,
    /// In its cradle.
    OnHook,
}
