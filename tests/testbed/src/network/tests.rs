use super::*;

fn desk() -> SocketAddr {
    "10.0.0.1:5060".parse().unwrap()
}

fn office() -> SocketAddr {
    "10.0.0.100:5060".parse().unwrap()
}

fn ms(ms: u64) -> Instant {
    Instant::from_millis(ms)
}

fn numbers(count: u8) -> impl Iterator<Item = Vec<u8>> {
    (0..count).map(|number| vec![number])
}

/// All that arrives, with its time.
fn drain(network: &mut Network) -> Vec<(u64, Delivery)> {
    let mut all = Vec::new();
    while let Some(at) = network.next_at() {
        while let Some(delivery) = network.deliver(at) {
            all.push((at.as_millis(), delivery));
        }
    }
    all
}

fn bytes_of(all: &[(u64, Delivery)]) -> Vec<u8> {
    let bytes = |what: &What| if let What::Bytes(bytes) = what { bytes.clone() } else { Vec::new() };
    all.iter().flat_map(|(_, delivery)| bytes(&delivery.what)).collect()
}

#[test]
fn datagrams_keep_their_order_unless_told_otherwise() {
    let mut network = Network::new(1, Conditions { delay_least_ms: 1, delay_most_ms: 90, ..Conditions::LAN });
    for bytes in numbers(100) {
        network.send(ms(u64::from(bytes[0])), desk(), office(), Transport::Udp, &bytes);
    }
    assert_eq!(bytes_of(&drain(&mut network)), (0..100).collect::<Vec<u8>>());
    network.set_conditions(Conditions { reordering: 300, reorder_ms: 50, ..Conditions::LAN });
    for bytes in numbers(100) {
        network.send(ms(1_000 + u64::from(bytes[0])), desk(), office(), Transport::Udp, &bytes);
    }
    let mut order = bytes_of(&drain(&mut network));
    assert_ne!(order, (0..100).collect::<Vec<u8>>());
    order.sort_unstable();
    assert_eq!(order, (0..100).collect::<Vec<u8>>());
}

#[test]
fn a_seed_replays_exactly_and_another_does_not() {
    let run = |seed| {
        let mut network = Network::new(seed, Conditions::POOR);
        for bytes in numbers(200) {
            network.send(ms(u64::from(bytes[0])), desk(), office(), Transport::Udp, &bytes);
        }
        let id = network.connect(ms(0), office(), desk());
        network.send(ms(1), office(), desk(), Transport::Tcp(id), &[9; 900]);
        (drain(&mut network), network.tally())
    };
    assert_eq!(run(4), run(4));
    assert_ne!(run(4), run(5));
}

#[test]
fn loss_and_duplication_are_counted() {
    let mut network = Network::new(3, Conditions { loss: 100, duplication: 100, ..Conditions::LAN });
    for _ in 0..1_000 {
        network.send(ms(0), desk(), office(), Transport::Udp, b"x");
    }
    drain(&mut network);
    let tally = network.tally();
    assert!((60..150).contains(&tally.lost), "{tally:?}");
    assert!((60..150).contains(&tally.doubled), "{tally:?}");
    assert_eq!(tally.sent - tally.lost + tally.doubled, tally.delivered);
}

#[test]
fn a_partition_swallows_datagrams_and_holds_streams() {
    let mut network = Network::new(3, Conditions::LAN);
    network.listen(office());
    let id = network.connect(ms(0), desk(), office());
    drain(&mut network);
    network.cut_pair(office().ip(), desk().ip());
    network.send(ms(10), desk(), office(), Transport::Udp, b"gone");
    network.send(ms(10), desk(), office(), Transport::Tcp(id), b"a");
    network.send(ms(150), desk(), office(), Transport::Tcp(id), b"b");
    for at in (10..320).map(ms) {
        assert_eq!(network.deliver(at), None);
    }
    network.mend();
    let all = drain(&mut network);
    assert_eq!(bytes_of(&all), b"ab");
    assert_eq!(network.tally().cut, 1);
    network.cut_host(desk().ip());
    network.send(ms(900), office(), desk(), Transport::Udp, b"gone");
    assert!(drain(&mut network).is_empty());
    network.mend_host(desk().ip());
    network.send(ms(900), office(), desk(), Transport::Udp, b"there");
    assert_eq!(bytes_of(&drain(&mut network)), b"there");
}

#[test]
fn a_way_of_its_own_is_one_way() {
    let mut network = Network::new(3, Conditions::LAN);
    network.set_way(desk().ip(), office().ip(), Conditions::steady(300));
    network.send(ms(0), desk(), office(), Transport::Udp, b"slow");
    network.send(ms(0), office(), desk(), Transport::Udp, b"fast");
    let times: Vec<u64> = drain(&mut network).into_iter().map(|(at, _)| at).collect();
    assert_eq!(times, [1, 300]);
}

#[test]
fn a_stream_is_ordered_whole_and_in_pieces() {
    let mut network = Network::new(8, Conditions::POOR);
    network.listen(office());
    let id = network.connect(ms(0), desk(), office());
    let text: Vec<u8> = (0..=255).cycle().take(3_000).collect();
    network.send(ms(5), desk(), office(), Transport::Tcp(id), &text);
    network.close(ms(6), id, desk());
    network.send(ms(7), desk(), office(), Transport::Tcp(id), b"too late");
    let all = drain(&mut network);
    assert_eq!(all.first().unwrap().1.what, What::Opened);
    assert!(all.iter().any(|(_, delivery)| delivery.what == What::Connected));
    assert_eq!(all.last().unwrap().1.what, What::Closed);
    assert!(all.len() > 10);
    assert_eq!(bytes_of(&all), text);
    assert_eq!(network.open_streams(), 0);
    assert!(network.is_empty());
}

#[test]
fn nobody_listens() {
    let mut network = Network::new(8, Conditions::LAN);
    network.listen(office());
    network.stop_listening(office());
    let id = network.connect(ms(0), desk(), office());
    network.send(ms(0), desk(), office(), Transport::Tcp(id), b"lost");
    let all = drain(&mut network);
    assert_eq!(all.len(), 1);
    assert_eq!((all[0].1.arrival.to, &all[0].1.what), (desk(), &What::Refused));
    assert_eq!(network.open_streams(), 0);
}
