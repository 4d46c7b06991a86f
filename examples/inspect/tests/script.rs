//! `inspect script`: the timelines, and where a script is wrong.

use std::process::{Command, Output};

fn inspect(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_inspect")).args(arguments).output().expect("the program")
}

fn lines(arguments: &[&str]) -> Vec<String> {
    let out = inspect(arguments);
    assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).lines().map(str::to_owned).collect()
}

#[test]
fn a_lamp_blinks() {
    assert_eq!(
        lines(&["script", "led", "c=r;p=db", "--for", "1.2s"]),
        ["0\tred", "100\toff", "200\tred", "300\toff", "1000\tred", "1100\toff"]
    );
    assert_eq!(lines(&["script", "led", "c=a"]), ["0\tamber"]);
    assert_eq!(lines(&["script", "led", "c=o;p=f"]), ["0\toff"]);
    assert_eq!(lines(&["script", "led", "c=r;p=s"]).len(), 6);
}

#[test]
fn a_tone_sounds_and_ends() {
    assert_eq!(
        lines(&["script", "tone", "350@-19,440@-19;.4(.1/.1/1+2);10(*/0/1+2)"]),
        [
            "0\t350@-19,440@-19",
            "100\tsilence",
            "200\t350@-19,440@-19",
            "300\tsilence",
            "400\t350@-19,440@-19",
            "10400\tsilence",
        ]
    );
    assert_eq!(
        lines(&["script", "tone", "440@-19,480@-19;*(2/4/1+2)", "--for", "6001ms"]),
        ["0\t440@-19,480@-19", "2000\tsilence", "6000\t440@-19,480@-19"]
    );
    assert_eq!(lines(&["script", "tone", "440@-13.5;1(0/1/1)"]), ["0\tsilence"]);
}

#[test]
fn a_cadence_is_on_and_silent() {
    assert_eq!(
        lines(&["script", "cad", "60(.3/.2,1/.2,.3/4)", "--for", "6s"]),
        ["0\ton", "300\tsilence", "500\ton", "1500\tsilence", "1700\ton", "2000\tsilence"]
    );
    assert_eq!(lines(&["script", "cad", "60(2/4)"]).last().map(String::as_str), Some("56000\tsilence"));
}

#[test]
fn a_ring_prints_its_fields_and_then_its_timeline() {
    assert_eq!(
        lines(&["script", "ring", "n=Simple-3;w=2;c=3", "--for", "3s"]),
        [
            "name\tSimple-3",
            "waveform\t2",
            "cadence\t3",
            "played\t60(.8/.4,.8/4)",
            "0\ton",
            "800\tsilence",
            "1200\ton",
            "2000\tsilence",
        ]
    );
    assert_eq!(
        lines(&["script", "ring", "n=Gong;w=192.0.2.1/g;c=0;b=2.5;t=5"]),
        [
            "name\tGong",
            "waveform\t192.0.2.1/g",
            "cadence\t0",
            "break\t2.500",
            "total\t5.000",
            "played\t5(2/2.5)",
            "0\ton",
            "2000\tsilence",
            "4500\ton",
            "5000\tsilence",
        ]
    );
}

#[test]
fn frequencies_are_one_a_line() {
    assert_eq!(lines(&["script", "freq", "350@-19 , 440@-13.5"]), ["350@-19", "440@-13.5"]);
}

#[test]
fn a_fault_is_told_with_its_place() {
    for (kind, text, fault) in [
        ("led", "c=x", "inspect: led: at 2: expected a colour: o, r, g or a\n"),
        (
            "tone",
            "440@-19;10(*/0/2)",
            "inspect: tone: at 15: expected the number of a component that the script has\n",
        ),
        ("cad", "60(2)", "inspect: cad: at 4: expected / and the off time\n"),
        ("ring", "n=A;w=9", "inspect: ring: at 6: expected 1 to 4, or [tftp://]host[:port]/path\n"),
        ("freq", "440", "inspect: freq: at 3: expected @ and the level\n"),
    ] {
        let out = inspect(&["script", kind, text]);
        assert_eq!(String::from_utf8_lossy(&out.stderr), fault);
        assert_eq!((out.status.code(), out.stdout.len()), (Some(1), 0));
    }
}

#[test]
fn a_wrong_call_ends_with_2() {
    for arguments in [
        &["script"] as &[&str],
        &["script", "led"],
        &["script", "lamp", "c=r"],
        &["script", "led", "c=r", "--for"],
        &["script", "led", "c=r", "--for", "soon"],
    ] {
        let out = inspect(arguments);
        assert!(String::from_utf8_lossy(&out.stderr).starts_with("usage: inspect sip"));
        assert_eq!(out.status.code(), Some(2));
    }
}
