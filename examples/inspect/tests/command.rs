//! The command line of `inspect`: what is printed, and the exit status.

use std::io::Write;
use std::process::{Command, Output, Stdio};

const OPTIONS: &str = "OPTIONS sip:101@192.0.2.57 SIP/2.0\r\n\
    Via: SIP/2.0/UDP 198.51.100.20;branch=z9hG4bK7d\r\n\
    Max-Forwards: 70\r\n\
    From: \"Front\\tDesk\" <sip:100@pbx.example.com>;tag=a1\r\n\
    To: <sip:101@pbx.example.com>\r\n\
    Call-ID: 7f@198.51.100.20\r\n\
    CSeq: 4 OPTIONS\r\n\
    Contact: <sip:100@198.51.100.20>\r\n\
    Content-Length: 0\r\n\r\n";

fn inspect(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_inspect"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program");
    child.stdin.take().expect("its input").write_all(input.as_bytes()).expect("written");
    child.wait_with_output().expect("its end")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn standard_input_is_one_line() {
    let out = inspect(&["sip", "-"], OPTIONS);
    assert_eq!(text(&out.stdout), "-\trequest OPTIONS\t-\tnormal\n");
    assert_eq!(out.status.code(), Some(0));
}

#[test]
fn fields_follow_as_key_and_value() {
    let out = inspect(&["sip", "--fields", "-"], OPTIONS);
    let line = text(&out.stdout);
    let fields: Vec<&str> = line.trim_end().split('\t').skip(4).collect();
    assert_eq!(
        fields,
        [
            "via=UDP 198.51.100.20 branch=z9hG4bK7d",
            "from=\"FronttDesk\" <sip:100@pbx.example.com> tag=a1",
            "to=<sip:101@pbx.example.com>",
            "call-id=7f@198.51.100.20",
            "cseq=4 OPTIONS",
            "contact=<sip:100@198.51.100.20>",
        ]
    );
}

#[test]
fn a_file_that_is_not_there_does_not_hide_the_others() {
    let out = inspect(&["sip", "no-such-file", "-"], "noise");
    assert!(text(&out.stderr).starts_with("inspect: no-such-file: "), "{}", text(&out.stderr));
    let line = text(&out.stdout);
    assert!(line.starts_with("-\tinvalid\t-\tdrop: ") && line.contains("byte"), "{line}");
    assert_eq!(out.status.code(), Some(1));
}

#[test]
fn help_is_printed_and_a_wrong_call_ends_with_2() {
    let out = inspect(&["--help"], "");
    assert!(text(&out.stdout).starts_with("usage: inspect sip"), "{}", text(&out.stdout));
    assert_eq!(out.status.code(), Some(0));
    for arguments in [&[] as &[&str], &["sip"], &["rtp", "-"]] {
        let out = inspect(arguments, "");
        assert!(text(&out.stderr).starts_with("usage: inspect sip"), "{}", text(&out.stderr));
        assert_eq!(out.status.code(), Some(2));
    }
}
