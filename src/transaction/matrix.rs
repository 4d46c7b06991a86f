//! Every state × every input of the four machines, at a due deadline: one golden file a machine.

use core::fmt::Debug;
use std::string::String;
use std::vec::Vec;

use super::{Class, Timers, Transport, client, invite_client, invite_server, server};
use crate::base::{Instant, golden};

const UDP: Transport = Transport::Udp;
const TCP: Transport = Transport::Tcp;
const TIMERS: &Timers = &Timers::RFC_3261;
const CLASSES: [Class; 3] = [Class::Provisional, Class::Success, Class::Failure];

fn at(ms: u64) -> Instant {
    Instant::from_millis(ms)
}

/// What the table needs of a machine; the machines have no common trait on purpose.
macro_rules! matrix {
    ($name:literal, $machines:expr, $inputs:expr) => {{
        let mut text = String::new();
        for (label, machine) in $machines {
            for input in $inputs {
                let mut machine = machine.clone();
                let from = machine.state();
                let now = machine.deadline().unwrap_or(at(1_000));
                let step = machine.step(now, input);
                line(&mut text, (label, now, from), input, machine.state(), (step.transmit, step.notify));
                let due = machine.deadline().map_or(-1, |due| i64::try_from(due.since_ms(now)).unwrap());
                text.push_str(&std::format!(" next={due}\n"));
                assert!(machine.deadline().is_none_or(|due| due >= now), "{text}");
            }
        }
        golden::compare($name, &text);
    }};
}

fn line<S: Debug, I: Debug, T: Debug, N: Debug>(
    text: &mut String,
    (label, now, from): (&str, Instant, S),
    input: I,
    to: S,
    (transmit, notify): (Option<T>, Option<N>),
) {
    let transmit = transmit.map_or_else(|| "-".into(), |transmit| std::format!("{transmit:?}"));
    let notify = notify.map_or_else(|| "-".into(), |notify| std::format!("{notify:?}"));
    text.push_str(&std::format!(
        "{label} {from:?} @{now:?} {input:?} -> {to:?} send={transmit} tell={notify}"
    ));
}

#[test]
fn invite_client() {
    use invite_client::{Input, InviteClient};
    let after = |transport, input: Option<Input>| {
        let mut machine = InviteClient::new(at(0), transport, TIMERS);
        if let Some(input) = input {
            let _ = machine.step(at(100), input);
        }
        machine
    };
    let mut machines = Vec::new();
    for (label, transport) in [("udp", UDP), ("tcp", TCP)] {
        machines.push((label, after(transport, None)));
        machines.extend(CLASSES.map(|class| (label, after(transport, Some(Input::Response(class))))));
        machines.push((label, after(transport, Some(Input::TransportFailed))));
    }
    let mut inputs: Vec<Input> = CLASSES.map(Input::Response).to_vec();
    inputs.extend([Input::Timeout, Input::TransportFailed, Input::Abandon, Input::Limit]);
    matrix!("transaction_invite_client", machines, inputs.clone());
}

#[test]
fn client() {
    use client::{Client, Input};
    let after = |transport, input: Option<Input>| {
        let mut machine = Client::new(at(0), transport, TIMERS);
        if let Some(input) = input {
            let _ = machine.step(at(100), input);
        }
        machine
    };
    let mut machines = Vec::new();
    for (label, transport) in [("udp", UDP), ("tcp", TCP)] {
        machines.push((label, after(transport, None)));
        machines.push((label, after(transport, Some(Input::Response(Class::Provisional)))));
        machines.push((label, after(transport, Some(Input::Response(Class::Success)))));
        machines.push((label, after(transport, Some(Input::TransportFailed))));
    }
    let mut inputs: Vec<Input> = CLASSES.map(Input::Response).to_vec();
    inputs.extend([Input::Timeout, Input::TransportFailed, Input::Abandon]);
    matrix!("transaction_client", machines, inputs.clone());
}

#[test]
fn invite_server() {
    use invite_server::{Input, InviteServer};
    let after = |transport, inputs: &[Input]| {
        let mut machine = InviteServer::new(at(0), transport, TIMERS);
        for input in inputs {
            let _ = machine.step(at(100), *input);
        }
        machine
    };
    let mut machines = Vec::new();
    for (label, transport) in [("udp", UDP), ("tcp", TCP)] {
        machines.push((label, after(transport, &[])));
        machines.extend(CLASSES.map(|class| (label, after(transport, &[Input::Respond(class)]))));
        machines.push((label, after(transport, &[Input::Respond(Class::Failure), Input::Ack])));
        let mut ended = after(transport, &[Input::Respond(Class::Success)]);
        let _ = ended.step(at(60_000), Input::Timeout);
        machines.push((label, ended));
    }
    let mut inputs = std::vec![Input::Retransmission, Input::Ack];
    inputs.extend(CLASSES.map(Input::Respond));
    inputs.extend([Input::Timeout, Input::TransportFailed]);
    matrix!("transaction_invite_server", machines, inputs.clone());
}

#[test]
fn server() {
    use server::{Input, Server};
    let after = |transport, inputs: &[Input]| {
        let mut machine = Server::new(transport, TIMERS);
        for input in inputs {
            let _ = machine.step(at(100), *input);
        }
        machine
    };
    let mut machines = Vec::new();
    for (label, transport) in [("udp", UDP), ("tcp", TCP)] {
        machines.push((label, after(transport, &[])));
        machines.extend(CLASSES.map(|class| (label, after(transport, &[Input::Respond(class)]))));
        machines.push((label, after(transport, &[Input::Respond(Class::Failure), Input::TransportFailed])));
    }
    let mut inputs = std::vec![Input::Retransmission];
    inputs.extend(CLASSES.map(Input::Respond));
    inputs.extend([Input::Timeout, Input::TransportFailed]);
    matrix!("transaction_server", machines, inputs.clone());
}
