//! What goes out for which challenges, judged as a server would.

use super::*;
use crate::sip::auth::Credentials;
use std::string::String;
use std::{format, vec};

struct Count(u32);

impl Rng for Count {
    fn next_u32(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(1);
        self.0
    }
}

const ALICE: Identity<'_> = Identity { user: "alice", password: "open sesame" };
const REGISTER: Target<'_> = Target { method: b"REGISTER", uri: b"sip:office.example", body: b"" };

fn lines(keys: &mut Keyring, target: &Target<'_>) -> String {
    let mut buffer = [0; 2_048];
    let mut out = Writer::new(&mut buffer);
    keys.write(&ALICE, target, Recipient::Registrar, &mut Count(0), &mut out);
    String::from_utf8(out.written().to_vec()).unwrap()
}

fn take(keys: &mut Keyring, attempts: &mut Attempts, challenges: &[(Asker, &str)]) -> Verdict {
    keys.take(attempts, 3, challenges.iter().map(|(asker, value)| (*asker, value.as_bytes())))
}

/// What a server makes of the lines.
fn proved(lines: &str, target: &Target<'_>) -> vec::Vec<bool> {
    let values = lines.lines().map(|line| line.split_once(": ").unwrap().1);
    let judged = values.map(|value| match Credentials::parse(value.as_bytes()) {
        Ok(Credentials::Digest(given)) => {
            given.uri == target.uri && given.prove(ALICE.user, ALICE.password, target.method, target.body)
        }
        other => panic!("{other:?}"),
    });
    judged.collect()
}

const OFFICE: (Asker, &str) = (Asker::Server, r#"Digest realm="office", nonce="n1", qop="auth", opaque="""#);

#[test]
fn rfc_7616_section_3_4_a_nonce_counts_its_uses() {
    let (mut keys, mut attempts) = (Keyring::new(), Attempts::new());
    assert!(keys.is_empty());
    assert_eq!(take(&mut keys, &mut attempts, &[OFFICE]), Verdict::Retry);
    let first = lines(&mut keys, &REGISTER);
    let second = lines(&mut keys, &REGISTER);
    assert!(first.contains("nc=00000001") && first.contains("opaque=\"\""), "{first}");
    assert!(second.contains("nc=00000002"), "{second}");
    assert_eq!((proved(&first, &REGISTER), proved(&second, &REGISTER)), (vec![true], vec![true]));
    // The same nonce for another request goes on counting.
    assert_eq!(take(&mut keys, &mut Attempts::new(), &[OFFICE]), Verdict::Retry);
    assert!(lines(&mut keys, &REGISTER).contains("nc=00000003"));
}

#[test]
fn rfc_3261_section_22_2_no_second_try_with_refused_credentials() {
    let (mut keys, mut attempts) = (Keyring::new(), Attempts::new());
    assert_eq!(take(&mut keys, &mut attempts, &[OFFICE]), Verdict::Retry);
    assert_eq!(take(&mut keys, &mut attempts, &[OFFICE]), Verdict::GiveUp(Reason::Refused));
    assert!(keys.is_empty(), "refused credentials are not sent with the next request either");
}

#[test]
fn a_kept_nonce_that_is_challenged_anew_gets_one_try() {
    let mut keys = Keyring::new();
    assert_eq!(take(&mut keys, &mut Attempts::new(), &[OFFICE]), Verdict::Retry);
    let again = (Asker::Server, r#"Digest realm="office", nonce="n2", qop="auth""#);
    let mut attempts = Attempts::new();
    assert_eq!(take(&mut keys, &mut attempts, &[again]), Verdict::Retry);
    assert!(lines(&mut keys, &REGISTER).contains("nonce=\"n2\""));
    assert_eq!(take(&mut keys, &mut attempts, &[again]), Verdict::GiveUp(Reason::Refused));
}

#[test]
fn a_stale_nonce_may_be_replaced_until_max_auth() {
    let (mut keys, mut attempts) = (Keyring::new(), Attempts::new());
    let stale = (Asker::Server, r#"Digest realm="office", nonce="n2", stale=TRUE"#);
    assert_eq!(take(&mut keys, &mut attempts, &[OFFICE]), Verdict::Retry);
    assert_eq!(take(&mut keys, &mut attempts, &[stale]), Verdict::Retry);
    assert_eq!(take(&mut keys, &mut attempts, &[stale]), Verdict::Retry);
    assert_eq!(attempts.rounds(), 3);
    assert_eq!(take(&mut keys, &mut attempts, &[stale]), Verdict::GiveUp(Reason::TooOften));
    assert_eq!(keys.take(&mut Attempts::new(), 0, [].into_iter()), Verdict::GiveUp(Reason::TooOften));
}

#[test]
fn rfc_3261_section_22_3_a_proxy_and_a_server_are_answered_in_one_request() {
    let (mut keys, mut attempts) = (Keyring::new(), Attempts::new());
    let proxy = (Asker::Proxy, r#"Digest realm="edge", nonce="p1", algorithm=SHA-256, qop="auth-int""#);
    assert_eq!(take(&mut keys, &mut attempts, &[proxy]), Verdict::Retry);
    assert_eq!(take(&mut keys, &mut attempts, &[OFFICE]), Verdict::Retry);
    let invite = Target { method: b"INVITE", uri: b"sip:bob@office.example", body: b"v=0\r\n" };
    let both = lines(&mut keys, &invite);
    assert!(both.contains("\r\nAuthorization: ") && both.starts_with("Proxy-Authorization: "), "{both}");
    assert_eq!(proved(&both, &invite), [true, true]);
    assert_eq!(proved(&both, &Target { body: b"v=1\r\n", ..invite }), [false, true]);
    // A third realm finds no room while the request needs the other two.
    let third = (Asker::Proxy, r#"Digest realm="third", nonce="t1""#);
    assert_eq!(take(&mut keys, &mut attempts, &[third]), Verdict::GiveUp(Reason::Unsupported));
    assert_eq!(take(&mut keys, &mut Attempts::new(), &[third]), Verdict::Retry);
}

#[test]
fn all_algorithms_and_forms_prove_the_password() {
    for algorithm in ["MD5", "MD5-sess", "SHA-256", "SHA-256-sess", "SHA-512-256", "SHA-512-256-sess"] {
        for rest in [r#", qop="auth""#, r#", qop="auth,auth-int", userhash=true"#, r#", qop="auth-int""#] {
            let value = format!(r#"Digest realm="r", nonce="n", algorithm={algorithm}{rest}"#);
            let (mut keys, mut attempts) = (Keyring::new(), Attempts::new());
            assert_eq!(take(&mut keys, &mut attempts, &[(Asker::Server, &value)]), Verdict::Retry);
            let _first = lines(&mut keys, &REGISTER);
            let second = lines(&mut keys, &REGISTER);
            assert_eq!(proved(&second, &REGISTER), [true], "{second}");
            assert!(second.contains(&format!("algorithm={algorithm},")), "{second}");
        }
    }
}

#[test]
fn an_old_server_gets_the_form_of_rfc_2069() {
    let (mut keys, mut attempts) = (Keyring::new(), Attempts::new());
    let old = (Asker::Server, r#"Digest realm="office", nonce="n1""#);
    assert_eq!(take(&mut keys, &mut attempts, &[old]), Verdict::Retry);
    let line = lines(&mut keys, &REGISTER);
    assert!(!line.contains("cnonce") && !line.contains("nc=") && !line.contains("algorithm"), "{line}");
    assert_eq!(proved(&line, &REGISTER), [true]);
}

#[test]
fn what_cannot_be_answered_is_left_alone() {
    let long = format!(r#"Digest realm="office", nonce="{}""#, "n".repeat(limits::CHALLENGE_BYTES + 1));
    for value in ["Basic realm=\"x\"", r#"Digest realm="a", nonce="b", algorithm=SHA3"#, "Digest", &long] {
        let (mut keys, mut attempts) = (Keyring::new(), Attempts::new());
        let verdict = take(&mut keys, &mut attempts, &[(Asker::Server, value)]);
        assert_eq!(verdict, Verdict::GiveUp(Reason::Unsupported), "{value}");
        assert!(keys.is_empty());
    }
}

#[test]
fn rfc_7616_section_3_5_the_next_nonce_is_followed() {
    let (mut keys, mut attempts) = (Keyring::new(), Attempts::new());
    assert_eq!(take(&mut keys, &mut attempts, &[OFFICE]), Verdict::Retry);
    let _ = lines(&mut keys, &REGISTER);
    keys.take_next_nonce(Asker::Proxy, b"nextnonce=\"other\"");
    keys.take_next_nonce(Asker::Server, b"qop=auth, nextnonce=\"n9\"");
    let line = lines(&mut keys, &REGISTER);
    assert!(line.contains("nonce=\"n9\"") && line.contains("nc=00000001"), "{line}");
}

#[test]
fn only_the_registrar_and_who_asks_see_an_authorization() {
    let proxy = (Asker::Proxy, r#"Digest realm="office", nonce="p1", qop="auth""#);
    let (mut keys, mut attempts) = (Keyring::new(), Attempts::new());
    assert_eq!(take(&mut keys, &mut attempts, &[OFFICE, proxy]), Verdict::Retry);
    let invite = Target { method: b"INVITE", uri: b"sip:bob@office.example", body: b"" };
    let mut to_anybody = |asked: &Attempts| {
        let mut buffer = [0; 1_024];
        let mut out = Writer::new(&mut buffer);
        keys.write(&ALICE, &invite, Recipient::Anybody(asked), &mut Count(0), &mut out);
        String::from_utf8(out.written().to_vec()).unwrap()
    };
    let first = to_anybody(&Attempts::new());
    assert!(first.starts_with("Proxy-Authorization: ") && first.lines().count() == 1, "{first}");
    assert_eq!(to_anybody(&attempts).lines().count(), 2, "this request was challenged by both");
}

#[test]
fn names_with_quotes_are_escaped_and_nothing_secret_is_shown() {
    let odd = Identity { user: r#"a"b\c"#, password: "open sesame" };
    let (mut keys, mut attempts) = (Keyring::new(), Attempts::new());
    assert_eq!(take(&mut keys, &mut attempts, &[OFFICE]), Verdict::Retry);
    let mut buffer = [0; 1_024];
    let mut out = Writer::new(&mut buffer);
    keys.write(&odd, &REGISTER, Recipient::Registrar, &mut Count(0), &mut out);
    let line = String::from_utf8(out.written().to_vec()).unwrap();
    assert!(line.contains(r#"username="a\"b\\c""#), "{line}");
    let Ok(Credentials::Digest(given)) = Credentials::parse(&line.as_bytes()["Authorization: ".len()..])
    else {
        panic!("{line}")
    };
    assert!(given.prove(odd.user, odd.password, b"REGISTER", b""));
    let shown = format!("{odd:?} {keys:?}");
    assert!(!shown.contains("sesame"), "{shown}");
}
