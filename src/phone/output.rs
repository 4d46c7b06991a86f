//! What the phone asks of its host.

use crate::secure_call::{Job, Reason};
use crate::transaction::Hop;
use crate::ua::{ExtensionId, MapPort, Query, RegistrationState, Service, Ticket};

/// One thing to be done. What is seen and heard is not here but in [`super::View`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output<'a> {
    /// Send a message.
    Transmit {
        /// Where to, over what, from which of our ports. Without a connection number over TCP or TLS: over
        /// any connection to that address, opening one if there is none.
        hop: Hop,
        /// The message; valid until the next call.
        bytes: &'a [u8],
    },
    /// Look a name up, and answer with [`super::Input::Resolved`].
    Resolve {
        /// To be given back with the answer.
        ticket: Ticket,
        /// Which records are asked for: addresses, or the servers of a service (SRV).
        query: Query,
        /// The name.
        host: &'a str,
    },
    /// Ask a STUN server where it sees one of our media ports, from that port, and answer with
    /// [`super::Input::PortMapped`]: [`crate::stun::Binding`] is the machine for it. The call waits for two
    /// seconds.
    MapPort(MapPort),
    /// RSA for a secure call: do it, here or on another thread or a unit of the processor, and answer with
    /// [`super::Input::Computed`] within ten seconds. [`crate::secure_call::engine::perform`] does it in
    /// software.
    Compute(&'a Job),
    /// Something worth a line in a log.
    Notice(Notice),
}

/// Something that a person who looks after the phone may want to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// An extension's registration changed.
    Registration {
        /// The extension.
        extension: ExtensionId,
        /// Where it stands now.
        state: RegistrationState,
    },
    /// The phone has changed a setting by itself (a person turned the volume, dialled a code; messages wait):
    /// save [`super::Phone::config`] again.
    Settings,
    /// A server asks the phone to fetch its profile, to start anew, or to report.
    Service {
        /// The extension whose server it is.
        extension: ExtensionId,
        /// What it wants.
        service: Service,
    },
    /// A call that was to be secure stays in clear.
    StaysClear {
        /// Why.
        reason: Reason,
    },
    /// A server that the phone is registered with told the time.
    Clock {
        /// Seconds since 1970-01-01 00:00 UTC.
        unix_seconds: u64,
    },
}
