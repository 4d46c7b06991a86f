//! Whatever comes in whatever order: no timer stays behind the present, and everything ends.

use std::vec::Vec;

use proptest::prelude::*;

use super::{Class, Timers, Transport, client, invite_client, invite_server, server};
use crate::base::Instant;

const CLASSES: [Class; 3] = [Class::Provisional, Class::Success, Class::Failure];

/// Longer than any settings of [`timers`] allow a machine to live after its last input.
const BOUND_MS: u64 = 64 * 1_000 + 20_000;

fn timers() -> impl Strategy<Value = Timers> {
    let each = 0u32..20_000;
    ((0u32..1_000, 0u32..8_000, 0u32..8_000, each.clone()), (each.clone(), each.clone(), each.clone(), each))
        .prop_map(|((t1_ms, t2_ms, t4_ms, b_ms), (d_ms, f_ms, h_ms, j_ms))| Timers {
            t1_ms,
            t2_ms,
            t4_ms,
            b_ms,
            d_ms,
            f_ms,
            h_ms,
            j_ms,
        })
}

fn transport() -> impl Strategy<Value = Transport> {
    prop::sample::select(&[Transport::Udp, Transport::Tcp, Transport::Tls][..])
}

/// Pauses and inputs; `None` is a wake-up.
fn moves<I: Copy + core::fmt::Debug + 'static>(
    inputs: &'static [I],
) -> impl Strategy<Value = Vec<(u64, Option<I>)>> {
    prop::collection::vec((0u64..9_000, prop::option::of(prop::sample::select(inputs))), 0..24)
}

macro_rules! machine_holds {
    ($machine:expr, $moves:expr, $timeout:expr, $last:expr, $over:expr) => {{
        let mut machine = $machine;
        let mut now = Instant::ZERO;
        for (pause, input) in $moves {
            now = now.plus_ms(pause);
            let _ = machine.step(now, input.unwrap_or($timeout));
            // The host steps as long as something is due, and that comes to an end.
            for _ in 0..2 {
                if machine.deadline().is_some_and(|due| due <= now) {
                    let _ = machine.step(now, $timeout);
                }
            }
            prop_assert!(machine.deadline().is_none_or(|due| due > now), "due again and again: {machine:?}");
        }
        // The user agent ends what waits for it; then the timers alone bring the machine to its end.
        for input in $last {
            let _ = machine.step(now, input);
        }
        let last = now;
        while let Some(due) = machine.deadline() {
            now = now.max(due);
            let _ = machine.step(now, $timeout);
        }
        prop_assert_eq!(machine.state(), $over);
        prop_assert!(now.since_ms(last) <= BOUND_MS, "{:?}", now);
    }};
}

static TO_INVITE_CLIENT: &[invite_client::Input] = {
    use invite_client::Input::{Abandon, Limit, Response, TransportFailed};
    &[Response(CLASSES[0]), Response(CLASSES[1]), Response(CLASSES[2]), TransportFailed, Abandon, Limit]
};
static TO_CLIENT: &[client::Input] = {
    use client::Input::{Abandon, Response, TransportFailed};
    &[Response(CLASSES[0]), Response(CLASSES[1]), Response(CLASSES[2]), TransportFailed, Abandon]
};
static TO_INVITE_SERVER: &[invite_server::Input] = {
    use invite_server::Input::{Ack, Respond, Retransmission, TransportFailed};
    &[Respond(CLASSES[0]), Respond(CLASSES[1]), Respond(CLASSES[2]), Retransmission, Ack, TransportFailed]
};
static TO_SERVER: &[server::Input] = {
    use server::Input::{Respond, Retransmission, TransportFailed};
    &[Respond(CLASSES[0]), Respond(CLASSES[1]), Respond(CLASSES[2]), Retransmission, TransportFailed]
};

proptest! {
    #[test]
    fn invite_client_ends(timers in timers(), transport in transport(), moves in moves(TO_INVITE_CLIENT)) {
        use invite_client::{Input, InviteClient, State};
        let machine = InviteClient::new(Instant::ZERO, transport, &timers);
        machine_holds!(machine, moves, Input::Timeout, [Input::Abandon], State::Terminated);
    }

    #[test]
    fn a_limited_invite_client_ends_by_itself(
        timers in timers(),
        transport in transport(),
        moves in moves(TO_INVITE_CLIENT),
    ) {
        use invite_client::{Input, InviteClient, State};
        let machine = InviteClient::new(Instant::ZERO, transport, &timers);
        machine_holds!(machine, moves, Input::Timeout, [Input::Limit], State::Terminated);
    }

    #[test]
    fn client_ends_by_itself(timers in timers(), transport in transport(), moves in moves(TO_CLIENT)) {
        use client::{Client, Input, State};
        let machine = Client::new(Instant::ZERO, transport, &timers);
        machine_holds!(machine, moves, Input::Timeout, [], State::Terminated);
    }

    #[test]
    fn invite_server_ends(timers in timers(), transport in transport(), moves in moves(TO_INVITE_SERVER)) {
        use invite_server::{Input, InviteServer, State};
        let machine = InviteServer::new(Instant::ZERO, transport, &timers);
        machine_holds!(machine, moves, Input::Timeout, [Input::Respond(Class::Failure)], State::Terminated);
    }

    #[test]
    fn server_ends(timers in timers(), transport in transport(), moves in moves(TO_SERVER)) {
        use server::{Input, Server, State};
        let machine = Server::new(transport, &timers);
        machine_holds!(machine, moves, Input::Timeout, [Input::Respond(Class::Failure)], State::Terminated);
    }
}
