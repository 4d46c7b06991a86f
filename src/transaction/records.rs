//! What the table knows of each transaction beside its message.

use heapless::Vec;

use super::key::{Key, Naming};
use super::timing::Timers;
use super::transport::{Hop, Transport};
use super::{client, invite_client, invite_server, server};
use crate::base::Instant;
use crate::limits::TAG_BYTES;

/// A word of the user agent's, given back with everything that concerns the transaction: whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Owner(pub u64);

/// A number in the order of decisions; what has the lowest one goes on the wire first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SendTicket(pub(super) u64);

/// A request of ours.
#[derive(Debug)]
pub(super) struct ClientRecord {
    pub(super) machine: ClientMachine,
    pub(super) naming: Naming,
    pub(super) hop: Hop,
    pub(super) owner: Owner,
    /// When it began, in the order of decisions.
    pub(super) begun: SendTicket,
    pub(super) pending: Option<(SendTicket, invite_client::Transmit)>,
    /// That its hop fails is told; the next sending tries again.
    pub(super) failed: bool,
    /// It goes over TCP only for its size (RFC 3261 §18.1.1); the timers, should it go over UDP after all.
    pub(super) switched: Option<Timers>,
    /// The tag of the failure that the ACK answers.
    pub(super) failure_tag: Vec<u8, TAG_BYTES>,
}

/// A request of a peer's.
#[derive(Debug)]
pub(super) struct ServerRecord {
    pub(super) machine: ServerMachine,
    pub(super) key: Key,
    pub(super) hop: Hop,
    pub(super) owner: Owner,
    /// When it began, in the order of decisions.
    pub(super) begun: SendTicket,
    pub(super) pending: Option<SendTicket>,
    /// The ACK to our 2xx came: the slot only absorbs retransmissions.
    pub(super) acknowledged: bool,
    /// That its hop fails is told; the next sending tries again.
    pub(super) failed: bool,
    /// The request has compact header names, and so have its answers.
    pub(super) compact: bool,
    /// The port to answer to when the request's connection is gone (RFC 3261 §18.2.2).
    pub(super) sent_by_port: u16,
}

/// The two kinds of clients. The words of the INVITE machine serve for both: they are the wider ones.
#[derive(Debug)]
pub(super) enum ClientMachine {
    Invite(invite_client::InviteClient),
    Other(client::Client),
}

/// The two kinds of servers, in the words of the INVITE machine.
#[derive(Debug)]
pub(super) enum ServerMachine {
    Invite(invite_server::InviteServer),
    Other(server::Server),
}

/// How easily a slot is given up when another transaction needs it; the lowest goes first, `None` never goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Spare {
    Over,
    Absorbing,
    /// It would still hear of 2xx from other branches of a fork.
    Listening,
}

impl ClientMachine {
    /// Whether nothing at all came back.
    pub(super) const fn is_unanswered(&self) -> bool {
        match self {
            Self::Invite(machine) => matches!(machine.state(), invite_client::State::Calling),
            Self::Other(machine) => matches!(machine.state(), client::State::Trying),
        }
    }

    /// The same request from the start, over another transport.
    pub(super) fn begun_anew(&self, now: Instant, transport: Transport, timers: &Timers) -> Self {
        match self {
            Self::Invite(_) => Self::Invite(invite_client::InviteClient::new(now, transport, timers)),
            Self::Other(_) => Self::Other(client::Client::new(now, transport, timers)),
        }
    }

    pub(super) fn step(&mut self, now: Instant, input: invite_client::Input) -> invite_client::Step {
        match self {
            Self::Invite(machine) => machine.step(now, input),
            Self::Other(machine) => {
                // Timer F limits every other request.
                let Some(input) = narrow(input) else { return invite_client::Step::default() };
                let step = machine.step(now, input);
                invite_client::Step {
                    transmit: step.transmit.map(|client::Transmit::Request| invite_client::Transmit::Request),
                    notify: step.notify.map(widen),
                }
            }
        }
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        match self {
            Self::Invite(machine) => machine.deadline(),
            Self::Other(machine) => machine.deadline(),
        }
    }

    pub(super) const fn spare(&self) -> Option<Spare> {
        match self {
            Self::Invite(machine) => match machine.state() {
                invite_client::State::Calling | invite_client::State::Proceeding => None,
                invite_client::State::Accepted => Some(Spare::Listening),
                invite_client::State::Completed => Some(Spare::Absorbing),
                invite_client::State::Terminated => Some(Spare::Over),
            },
            Self::Other(machine) => match machine.state() {
                client::State::Trying | client::State::Proceeding => None,
                client::State::Completed => Some(Spare::Absorbing),
                client::State::Terminated => Some(Spare::Over),
            },
        }
    }
}

impl ServerMachine {
    pub(super) fn step(&mut self, now: Instant, input: invite_server::Input) -> invite_server::Step {
        match self {
            Self::Invite(machine) => machine.step(now, input),
            Self::Other(machine) => {
                let input = match input {
                    invite_server::Input::Retransmission => server::Input::Retransmission,
                    invite_server::Input::Respond(class) => server::Input::Respond(class),
                    invite_server::Input::Timeout => server::Input::Timeout,
                    invite_server::Input::TransportFailed => server::Input::TransportFailed,
                    // Only an INVITE is acknowledged.
                    invite_server::Input::Ack => return invite_server::Step::default(),
                };
                let step = machine.step(now, input);
                invite_server::Step {
                    transmit: step
                        .transmit
                        .map(|server::Transmit::Response| invite_server::Transmit::Response),
                    notify: step.notify.map(|notify| match notify {
                        server::Notify::TransportFailed => invite_server::Notify::TransportFailed,
                        server::Notify::Ended => invite_server::Notify::Ended,
                    }),
                }
            }
        }
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        match self {
            Self::Invite(machine) => machine.deadline(),
            Self::Other(machine) => machine.deadline(),
        }
    }

    /// `acknowledged` is whether the ACK to a 2xx came.
    pub(super) const fn spare(&self, acknowledged: bool) -> Option<Spare> {
        match self {
            Self::Invite(machine) => match machine.state() {
                invite_server::State::Accepted if acknowledged => Some(Spare::Absorbing),
                invite_server::State::Proceeding
                | invite_server::State::Accepted
                | invite_server::State::Completed => None,
                invite_server::State::Confirmed => Some(Spare::Absorbing),
                invite_server::State::Terminated => Some(Spare::Over),
            },
            Self::Other(machine) => match machine.state() {
                server::State::Trying | server::State::Proceeding => None,
                server::State::Completed => Some(Spare::Absorbing),
                server::State::Terminated => Some(Spare::Over),
            },
        }
    }
}

const fn narrow(input: invite_client::Input) -> Option<client::Input> {
    Some(match input {
        invite_client::Input::Response(class) => client::Input::Response(class),
        invite_client::Input::Timeout => client::Input::Timeout,
        invite_client::Input::TransportFailed => client::Input::TransportFailed,
        invite_client::Input::Abandon => client::Input::Abandon,
        invite_client::Input::Limit => return None,
    })
}

const fn widen(notify: client::Notify) -> invite_client::Notify {
    match notify {
        client::Notify::Response(class) => invite_client::Notify::Response(class),
        client::Notify::TimedOut => invite_client::Notify::TimedOut,
        client::Notify::TransportFailed => invite_client::Notify::TransportFailed,
        client::Notify::Ended => invite_client::Notify::Ended,
    }
}
