use super::*;
use crate::ua::resolve::SrvRecord;

const NOW: Instant = Instant::from_millis(1_000);

struct Fixed;

impl Rng for Fixed {
    fn next_u32(&mut self) -> u32 {
        0
    }
}

fn host(host: &str) -> Place<'_> {
    Place { host, port: None, transport: Transport::Udp, lookup: Lookup::Host }
}

fn remotes(listed: Listed) -> std::vec::Vec<std::string::String> {
    match listed {
        Listed::Known(servers) => servers.iter().map(|server| std::format!("{}", server.remote)).collect(),
        Listed::Pending | Listed::Nothing => std::vec::Vec::new(),
    }
}

fn answer(names: &mut Names, addresses: &[&str], ttl_s: Option<u32>) -> std::string::String {
    let resolve = names.poll().unwrap();
    assert_eq!(resolve.query, Query::Addresses);
    let (ticket, name) = (resolve.ticket, resolve.host.into());
    let addresses: std::vec::Vec<IpAddr> = addresses.iter().map(|one| one.parse().unwrap()).collect();
    assert!(names.resolved(NOW, &mut Fixed, ticket, Records::Addresses(&addresses), ttl_s));
    name
}

#[test]
fn rfc3263_4_2_numeric_hosts_need_no_question() {
    let mut names = Names::new();
    for (text, remote) in [
        ("192.0.2.7", "192.0.2.7:5060"),
        ("[2001:db8::1]", "[2001:db8::1]:5060"),
        ("2001:db8::1", "[2001:db8::1]:5060"),
    ] {
        let place = Place { lookup: Lookup::Prefixed, ..host(text) };
        assert_eq!(remotes(names.servers(NOW, &place)), [remote]);
    }
    assert!(names.poll().is_none());
    assert_eq!(names.servers(NOW, &host("")), Listed::Nothing);
}

#[test]
fn a_name_is_asked_once_and_kept_for_a_minute() {
    let mut names = Names::new();
    assert_eq!(names.servers(NOW, &host("sip.example.com")), Listed::Pending);
    assert_eq!(names.servers(NOW, &host("SIP.example.com.")), Listed::Pending);
    let ticket = names.poll().unwrap().ticket;
    assert!(names.poll().is_none());
    let addresses = ["192.0.2.1".parse().unwrap(), "2001:db8::2".parse().unwrap()];
    let records = Records::Addresses(&addresses);
    assert!(!names.resolved(NOW, &mut Fixed, Ticket(99), records, None), "nobody's question");
    assert!(names.resolved(NOW, &mut Fixed, ticket, records, None));
    assert!(!names.resolved(NOW, &mut Fixed, ticket, Records::Addresses(&[]), None), "one answer a question");
    let found = remotes(names.servers(NOW, &Place { port: Some(5_070), ..host("sip.example.com") }));
    assert_eq!(found, ["192.0.2.1:5070", "[2001:db8::2]:5070"][..limits::ADDRESSES.min(2)]);
    let listed = names.servers(NOW.plus_ms(60_000), &host("sip.example.com"));
    assert_eq!(listed, Listed::Pending, "asked anew");
}

#[test]
fn an_answer_is_kept_as_its_records_say_within_bounds() {
    for (ttl_s, kept_s) in [(0, 5), (90, 90), (86_400, 3_600)] {
        let mut names = Names::new();
        assert_eq!(names.servers(NOW, &host("a.test")), Listed::Pending);
        answer(&mut names, &["192.0.2.1"], Some(ttl_s));
        assert_ne!(names.servers(NOW.plus_ms(kept_s * 1_000 - 1), &host("a.test")), Listed::Pending);
        assert_eq!(names.servers(NOW.plus_ms(kept_s * 1_000), &host("a.test")), Listed::Pending, "{ttl_s}");
    }
}

#[test]
fn one_more_name_than_are_kept_waits() {
    let mut names = Names::new();
    let hosts: std::vec::Vec<_> =
        (0..limits::HOST_NAMES).map(|index| std::format!("h{index}.test")).collect();
    for name in &hosts {
        assert_eq!(names.servers(NOW, &host(name)), Listed::Pending);
    }
    assert_eq!(names.servers(NOW, &host("one-more.test")), Listed::Pending);
    assert_eq!(answer(&mut names, &[], None), "h0.test");
    assert_eq!(names.servers(NOW, &host("h0.test")), Listed::Nothing);
    assert_eq!(names.servers(NOW, &host("one-more.test")), Listed::Pending, "takes the answered one's place");
    for name in hosts.iter().skip(1) {
        assert_eq!(answer(&mut names, &[], None), *name);
    }
    assert_eq!(answer(&mut names, &["192.0.2.9"], None), "one-more.test");
    assert_eq!(remotes(names.servers(NOW, &host("one-more.test"))), ["192.0.2.9:5060"]);
}

#[test]
fn rfc3263_4_2_a_service_leads_to_its_servers_in_order() {
    let mut names = Names::new();
    for (transport, lookup, asked) in [
        (Transport::Udp, Lookup::Service, "example.com"),
        (Transport::Udp, Lookup::Prefixed, "_sip._udp.example.com"),
        (Transport::Tcp, Lookup::Prefixed, "_sip._tcp.example.com"),
        (Transport::Tls, Lookup::Prefixed, "_sips._tcp.example.com"),
    ] {
        let mut names = Names::new();
        let place = Place { transport, lookup, ..host("example.com") };
        assert_eq!(names.servers(NOW, &place), Listed::Pending);
        let resolve = names.poll().unwrap();
        assert_eq!((resolve.query, resolve.host), (Query::Services, asked));
    }
    let place = Place { lookup: Lookup::Prefixed, ..host("example.com") };
    assert_eq!(names.servers(NOW, &place), Listed::Pending);
    let ticket = names.poll().unwrap().ticket;
    let record = |priority, port, target| SrvRecord { priority, weight: 0, port, target };
    let services = [record(20, 5_062, "b.test."), record(10, 5_061, "a.test")];
    assert!(names.resolved(NOW, &mut Fixed, ticket, Records::Services(&services), None));
    assert_eq!(names.servers(NOW, &place), Listed::Pending, "their addresses");
    let first = names.poll().unwrap();
    assert_eq!(first.host, "a.test");
    let first = first.ticket;
    // The second server alone is no reason to leave the first one out.
    assert_eq!(answer(&mut names, &["192.0.2.2"], None), "b.test");
    assert_eq!(names.servers(NOW, &place), Listed::Pending);
    let addresses = ["192.0.2.1".parse().unwrap()];
    assert!(names.resolved(NOW, &mut Fixed, first, Records::Addresses(&addresses), None));
    let server = |remote: &str, priority| Server { remote: remote.parse().unwrap(), priority };
    let expected = [server("192.0.2.1:5061", 10), server("192.0.2.2:5062", 20)];
    assert_eq!(names.servers(NOW, &place), Listed::Known(bounded::filled(expected)));
}

#[test]
fn rfc3263_4_2_without_service_records_the_name_is_the_server() {
    let mut names = Names::new();
    let place = Place { lookup: Lookup::Prefixed, ..host("example.com") };
    assert_eq!(names.servers(NOW, &place), Listed::Pending);
    let ticket = names.poll().unwrap().ticket;
    assert!(names.resolved(NOW, &mut Fixed, ticket, Records::Services(&[]), Some(900)));
    assert_eq!(names.servers(NOW, &place), Listed::Pending);
    assert_eq!(answer(&mut names, &["192.0.2.1"], None), "example.com");
    assert_eq!(remotes(names.servers(NOW, &place)), ["192.0.2.1:5060"]);
    // A port says which server is meant.
    let place = Place { port: Some(5_080), ..place };
    assert_eq!(remotes(names.servers(NOW, &place)), ["192.0.2.1:5080"]);
}

#[test]
fn rfc2782_a_service_that_is_not_offered_has_no_server() {
    let mut names = Names::new();
    let place = Place { lookup: Lookup::Service, ..host("example.com") };
    assert_eq!(names.servers(NOW, &place), Listed::Pending);
    let ticket = names.poll().unwrap().ticket;
    let refused = [SrvRecord { priority: 0, weight: 0, port: 0, target: "." }];
    assert!(names.resolved(NOW, &mut Fixed, ticket, Records::Services(&refused), None));
    assert_eq!(names.servers(NOW, &place), Listed::Nothing);
    assert!(names.poll().is_none());
}
