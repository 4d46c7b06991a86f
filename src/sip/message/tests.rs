use super::*;
use std::vec::Vec;

#[test]
fn lines_fold_and_may_end_in_a_bare_line_feed() {
    let message =
        Message::parse(b"\r\n\r\nSIP/2.0 200 OK\nSubject : one\r\n  two\n\tthree \nX: y\r\n\r\nbody")
            .unwrap();
    assert_eq!(message.status(), Some(Status::OK));
    assert_eq!(message.raw(HeaderName::Subject), Some(&b"one\r\n  two\n\tthree"[..]));
    assert_eq!(message.raw_named(b"x"), Some(&b"y"[..]));
    assert_eq!(message.body(), b"body");
    assert_eq!(message.damage(), None);
}

#[test]
fn content_length_cuts_the_body() {
    let message = Message::parse(b"SIP/2.0 200 OK\r\nl: 2\r\n\r\nbody").unwrap();
    assert_eq!(message.body(), b"bo");
}

#[test]
fn what_is_no_start_line_is_an_error_with_a_place() {
    let error = |bytes: &[u8]| std::format!("{}", Message::parse(bytes).unwrap_err());
    assert_eq!(error(b""), "expected the end of the start line at byte 0");
    assert_eq!(error(b"\r\n\r\n"), "expected the end of the start line at byte 4");
    assert_eq!(error(b"HELLO\r\n\r\n"), "expected a method and a blank at byte 0");
    assert_eq!(error(b"GET / HTTP/1.1\r\n\r\n"), "expected SIP/2.0 at byte 6");
    assert_eq!(
        error(b"\r\nSIP/2.0 4294967301 No\r\n\r\n"),
        "expected a status code from 100 to 699 at byte 10"
    );
}

#[test]
fn faults_are_kept_for_the_check() {
    let fault = |bytes: &[u8]| {
        let found = Message::parse(bytes).unwrap().damage().unwrap();
        std::format!("{} {}", found.status, found)
    };
    assert_eq!(fault(b"A sip:b SIP/7.0\r\n\r\n"), "505 expected SIP/2.0 at byte 8");
    assert_eq!(fault(b"A sip:b SIP/2.0 \r\n\r\n"), "400 expected the end of the line at byte 15");
    assert_eq!(fault(b"A  sip:b SIP/2.0\r\n\r\n"), "400 expected one blank beside the Request-URI at byte 2");
    assert_eq!(fault(b"A sip:b SIP/2.0\r\nx\r\n\r\n"), "400 expected a header name and a colon at byte 17");
    assert_eq!(fault(b"A sip:b SIP/2.0\r\n x:y\r\n\r\n"), "400 expected a header name at byte 17");
    assert_eq!(
        fault(b"A sip:b SIP/2.0\r\nx:y\r\n"),
        "400 expected an empty line after the headers at byte 22"
    );
    assert_eq!(fault(b"A sip:b SIP/2.0\r\nl: -9\r\n\r\n"), "400 expected a number of bytes at byte 20");
}

#[test]
fn more_lines_than_the_limit_ask_for_513() {
    let mut text = Vec::from(&b"OPTIONS sip:b SIP/2.0\r\n"[..]);
    for _ in 0..=HEADER_LINES {
        text.extend(b"X:y\r\n");
    }
    text.extend(b"\r\n");
    let message = Message::parse(&text).unwrap();
    assert_eq!(message.headers().count(), HEADER_LINES);
    assert_eq!(message.damage().unwrap().status, Status::MESSAGE_TOO_LARGE);
}

#[test]
fn the_index_stays_small() {
    assert!(size_of::<Field>() == 8 && size_of::<Message<'_>>() <= 8 * HEADER_LINES + 160);
}
