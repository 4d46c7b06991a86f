use super::*;
use std::string::ToString as _;

fn same(one: &str, two: &str) -> bool {
    Uri::parse(one.as_bytes()).unwrap().is_equivalent(&Uri::parse(two.as_bytes()).unwrap())
}

#[test]
fn rfc3261_19_1_4_equivalent() {
    assert!(same("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"));
    assert!(same("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"));
    assert!(same("sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on"));
    assert!(same(
        "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
        "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com"
    ));
    assert!(same(
        "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
        "sip:alice@atlanta.com?priority=urgent&subject=project%20x"
    ));
}

#[test]
fn rfc3261_19_1_4_different() {
    for (one, two) in [
        ("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"),
        ("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"),
        ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"),
        ("sip:a@b", "sips:a@b"),
        ("sip:carol@chicago.com;security=off", "sip:carol@chicago.com;security=on"),
    ] {
        assert!(!same(one, two), "{one} {two}");
    }
}

#[test]
fn rfc3966_4_numbers_compare_without_separators() {
    assert!(same("tel:+1-201-555-0123", "tel:+1(201)5550123"));
    assert!(same("tel:7042;phone-context=example.com", "TEL:70-42;PHONE-CONTEXT=Example.com"));
    assert!(!same("tel:+12015550123", "tel:12015550123;phone-context=+1"));
    assert!(!same("tel:7042;phone-context=example.com", "tel:7042"));
}

#[test]
fn parts_keep_their_escapes() {
    let uri = Uri::parse(b"sip:sips%3Auser%40example.com@example.net;lr;name=value%2541").unwrap();
    assert!(unescaped(uri.user().unwrap()).eq(b"sips:user@example.com".iter().copied()));
    assert!(unescaped(uri.params().get(b"name").unwrap()).eq(b"value%41".iter().copied()));
}

#[test]
fn errors_say_where() {
    let error = |text: &str| Uri::parse(text.as_bytes()).unwrap_err().to_string();
    assert_eq!(error("sip:a b@c"), "expected a user character at byte 5");
    assert_eq!(error("sip:@c"), "expected a user before the at sign at byte 4");
    assert_eq!(error("sip:c; lr"), "expected no blank or control character in a URI at byte 6");
    assert_eq!(error("sip:c "), "expected no blank or control character in a URI at byte 5");
    assert_eq!(error("sip:"), "expected a host at byte 4");
    assert_eq!(error("sip:a@h:99999"), "expected a port below 65536 at byte 8");
    assert_eq!(error("sip:a@h;;x"), "expected a parameter name at byte 8");
    assert_eq!(error("sip:a@[::1"), "expected a closing bracket at byte 10");
    assert_eq!(error("tel:-"), "expected a digit at byte 4");
}

proptest::proptest! {
    #[test]
    fn compose_gives_back_what_parse_read(
        secure: bool,
        user in proptest::option::of("[a-z0-9+*#._~%41]{1,12}"),
        host in "([a-z][a-z0-9-]{0,8}\\.){0,2}[a-z]{2,5}|\\[2001:db8::[0-9a-f]{1,4}\\]|192\\.0\\.2\\.[1-9]",
        port in proptest::option::of(0u16..),
        params in "(;lr)?(;a[a-z]{0,6}(=[a-z0-9.%]{1,6})?)?(;b[a-z]{0,6}(=[a-z0-9.%]{1,6})?)?",
        headers in proptest::option::of("[A-Za-z]{1,6}=[a-z0-9%]{0,6}"),
    ) {
        let uri = Uri::Sip(SipUri {
            secure,
            user: user.as_deref().map(str::as_bytes),
            password: None,
            host: Host::parse(host.as_bytes()).unwrap(),
            port,
            params: Params::parse(params.as_bytes()).unwrap(),
            headers: headers.as_deref().map(str::as_bytes),
        });
        let mut buffer = [0; 256];
        let mut out = Writer::new(&mut buffer);
        uri.compose(&mut out);
        let text = out.written().to_vec();
        proptest::prop_assert_eq!(Uri::parse(&text), Ok(uri));
        proptest::prop_assert!(uri.is_equivalent(&uri));
    }

    #[test]
    fn no_text_makes_it_panic(text: std::vec::Vec<u8>) {
        let parsed = Uri::parse(&text);
        proptest::prop_assert!(parsed.is_ok() || parsed.unwrap_err().at <= text.len());
    }
}
