//! The interface of script mode: exit status, and what is printed.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use deskphone::config::catalogue;

fn softphone(arguments: &[&str], script: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_softphone"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program");
    child.stdin.take().expect("its input").write_all(script.as_bytes()).expect("written");
    child.wait_with_output().expect("its end")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_script_that_holds_says_nothing() {
    let out = softphone(&["--script", "-"], "start\nexpect registered 1\n");
    assert_eq!(text(&out.stderr), "");
    assert_eq!(text(&out.stdout), "");
    assert_eq!(out.status.code(), Some(0));
}

#[test]
fn the_first_line_that_does_not_hold_is_reported_with_the_ladder() {
    let script = "start\nexpect registered 1\n\nexpect[100ms] state L1 connected\n";
    let out = softphone(&["--script", "-"], script);
    let report = text(&out.stdout);
    assert_eq!(out.status.code(), Some(1));
    assert!(report.starts_with("line 4: expect[100ms] state L1 connected\n"), "{report}");
    assert!(report.contains("  expected: state L1 connected within 0.1 s\n  seen:     idle\n"), "{report}");
    assert!(report.contains("phone 1") && report.contains("REGISTER"), "{report}");
}

#[test]
fn a_refused_setting_fails_the_script_with_the_reason() {
    let out = softphone(&["--script", "-"], "set No_Such_Setting \"1\"\n");
    assert_eq!(out.status.code(), Some(1));
    assert!(text(&out.stdout).starts_with("line 1: set No_Such_Setting"), "{}", text(&out.stdout));
}

#[test]
fn a_password_is_in_no_report() {
    let out = softphone(&["--script", "-"], "set Password_1_ \"a secret that is much too long\"\n");
    let report = text(&out.stdout);
    assert_eq!(out.status.code(), Some(1));
    assert!(report.starts_with("line 1: set Password_1_ (not shown)\n"), "{report}");
    assert!(report.contains("expected a text of at most 23 bytes") && !report.contains("secret"), "{report}");
}

#[test]
fn no_time_is_too_long() {
    let out = softphone(&["--script", "-"], "expect[99999999999999999s] state L1 idle\n");
    assert_eq!((out.status.code(), text(&out.stderr)), (Some(0), String::new()));
}

#[test]
fn an_option_that_the_library_refuses_is_no_mistake_of_the_script() {
    let out = softphone(&["--script", "-", "--set", "Coffee=yes"], "start\n");
    assert_eq!(out.status.code(), Some(2));
    assert_eq!(text(&out.stderr), "softphone: Coffee: no such setting\n");
}

#[test]
fn what_cannot_be_read_ends_with_2() {
    let cases = [
        ("start\njump\n", "line 2: unknown action `jump`"),
        ("expect secure\n", "line 1: `expect secure` is not written so"),
        ("3: start\n", "line 1: there is no phone 3; see --phones"),
    ];
    for (script, want) in cases {
        let out = softphone(&["--script", "-"], script);
        assert_eq!(out.status.code(), Some(2), "{script}");
        assert!(text(&out.stderr).contains(want), "{}", text(&out.stderr));
    }
    let out = softphone(&["--script", "no-such-file"], "");
    assert_eq!(out.status.code(), Some(2));
    assert!(text(&out.stderr).contains("no-such-file: "), "{}", text(&out.stderr));
}

#[test]
fn without_a_terminal_the_phone_says_so() {
    let out = softphone(&[], "");
    assert_eq!(out.status.code(), Some(2));
    assert!(text(&out.stderr).contains("needs a terminal"), "{}", text(&out.stderr));
}

#[test]
fn help_is_printed() {
    let out = softphone(&["--help"], "");
    assert_eq!(out.status.code(), Some(0));
    assert!(text(&out.stdout).contains("--password-file"));
}

#[test]
fn the_ladder_and_the_capture_are_written_when_asked_for() {
    let path = std::env::temp_dir().join(format!("softphone-capture-{}.pcap", std::process::id()));
    let name = path.to_str().expect("a name");
    let script = "start\nexpect registered 1\nkey SPEAKER\ndial 601#\nexpect hears 440Hz\n";
    let out = softphone(&["--script", "-", "--ladder", "--pcap", name], script);
    let capture = std::fs::read(&path).expect("a capture");
    std::fs::remove_file(&path).expect("removed");
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stdout));
    assert!(text(&out.stdout).contains("INVITE 601"), "{}", text(&out.stdout));
    let held = text(&capture);
    assert!(held.contains("REGISTER sip:") && held.contains("INVITE sip:601@"));
    assert!(capture.len() > 24 + 20 * 200, "RTP is in it too: {} bytes", capture.len());
}

#[test]
fn every_setting_can_be_set() {
    let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let mut script = String::new();
    for setting in catalogue::all() {
        // Not empty: that means the factory's value, whatever it is.
        let text = if setting.default_text().is_empty() { "\"\"" } else { setting.default_text() };
        script.push_str(&format!("set {} {}\n", setting.tag(), quoted(text)));
    }
    assert_eq!(script.lines().count(), catalogue::all().count());
    let out = softphone(&["--script", "-"], &script);
    assert_eq!((text(&out.stdout), text(&out.stderr)), (String::new(), String::new()));
    assert_eq!(out.status.code(), Some(0));
}

#[test]
fn no_secret_is_in_a_report() {
    for setting in catalogue::all().filter(|setting| setting.row().kind.is_secret()) {
        let script = format!("set {} \"hush {}\"\n", setting.tag(), "hush ".repeat(400));
        let out = softphone(&["--script", "-"], &script);
        let report = text(&out.stdout) + &text(&out.stderr);
        assert!(out.status.code() == Some(1) && !report.contains("hush"), "{}: {report}", setting.tag());
    }
}

#[test]
fn what_a_code_sets_is_kept_over_a_restart_and_scripts_decide_what_is_heard() {
    let script = "set Confirm_Tone \"900@-16;1(*/0/1)\"\n\
        set Local_Seized_LED \"c=a;p=ud;u=.2/.2/.2/.4\"\n\
        start\nexpect registered 1\n\
        key SPEAKER\nexpect led L1 amber user\n\
        dial *78\nexpect tone confirm\nexpect hears 900Hz\n\
        set Dial_Tone \"425@-10;10(*/0/1)\"\nexpect tone dial\nexpect hears 425Hz\nkey SPEAKER\n\
        restart\nexpect registered 1\n\
        2: start\n2: expect registered 1\n2: key SPEAKER\n2: dial 101#\n2: expect tone busy\n";
    let out = softphone(&["--script", "-", "--phones", "2"], script);
    assert_eq!((text(&out.stdout), out.status.code()), (String::new(), Some(0)));
}
