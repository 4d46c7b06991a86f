use super::*;

fn action(line: &str) -> Action {
    let script = Script::parse(line).expect(line);
    script.lines.into_iter().next().expect(line).action
}

fn reason(line: &str) -> String {
    Script::parse(line).expect_err(line).reason
}

fn expectation(line: &str) -> String {
    match action(line) {
        Action::Expect { what, .. } => what.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn comments_and_empty_lines_do_nothing() {
    let script = Script::parse("# a comment\n\n   # another\n#\nstart\n").expect("a script");
    assert_eq!(script.lines.len(), 1);
    assert_eq!(script.lines[0].number, 5);
    assert_eq!(reason("#comment"), "unknown action `#comment`");
}

#[test]
fn lines_address_a_phone() {
    let script = Script::parse("dial 1\n2: dial 2#\nall: start").expect("a script");
    let who: Vec<_> = script.lines.iter().map(|line| line.who).collect();
    assert_eq!(who, [Who::Phone(1), Who::Phone(2), Who::All]);
    assert_eq!(script.highest_phone(), Some((2, 2)));
    assert_eq!(reason("x: start"), "`x:` names no phone; write `2:` or `all:`");
    assert_eq!(reason("0: start"), "`0:` names no phone; write `2:` or `all:`");
}

#[test]
fn settings_keep_their_spaces() {
    let want = Action::Set { tag: "Display_Name_1_".into(), value: "Joe \"J\" Smith".into() };
    assert_eq!(action("set Display_Name_1_ \"Joe \\\"J\\\" Smith\""), want);
    assert_eq!(action("set A \"\""), Action::Set { tag: "A".into(), value: String::new() });
    assert_eq!(reason("set A \"x"), "the closing quotation mark is missing");
    assert_eq!(reason("set A \"x\"y"), "a space is missing after the closing quotation mark");
}

#[test]
fn keys() {
    let both = |key| Action::Key { key, stroke: Stroke::Both };
    assert_eq!(action("key L3"), both(Key::named("L3").expect("a key")));
    assert_eq!(action("key #"), both(Key::named("#").expect("a key")));
    assert!(matches!(action("key down 2"), Action::Key { stroke: Stroke::Down, .. }));
    assert!(matches!(action("key up VOL+"), Action::Key { stroke: Stroke::Up, .. }));
    assert_eq!(reason("key L5"), "no key is called `L5`");
    assert_eq!(
        action("dial *72#"),
        Action::Dial("*72#".chars().filter_map(DialKey::new).map(Key::Dial).collect())
    );
    assert_eq!(reason("dial 12a"), "`12a` cannot be dialled: digits, * and # only");
    assert_eq!(action("press conf"), Action::Press("conf".into()));
    assert_eq!(action("hook off"), Action::Handset(true));
    assert_eq!(reason("hook up"), "`hook` is written `hook off or hook on`");
}

#[test]
fn times_sounds_and_faults() {
    assert_eq!(action("wait 800ms"), Action::Wait(Duration::from_millis(800)));
    assert_eq!(action("wait 1.5s"), Action::Wait(Duration::from_millis(1_500)));
    assert_eq!(reason("wait 5"), "`5` is not a time; write 800ms or 3s");
    assert_eq!(reason("wait -5s"), "`-5s` is not a time; write 800ms or 3s");
    assert_eq!(action("play 440Hz"), Action::Play(Sound::Sine(440.0)));
    assert_eq!(action("play none"), Action::Play(Sound::Silence));
    assert_eq!(action("play \"a b.wav\""), Action::Play(Sound::File("a b.wav".into())));
    assert!(reason("play 5000Hz").contains("cannot be played"));
    assert_eq!(action("net drop 5%"), Action::Net(NetFault::Drop(0.05)));
    assert_eq!(action("net down"), Action::Net(NetFault::Down));
    assert_eq!(action("net up"), Action::Net(NetFault::Up));
}

#[test]
fn every_expectation_of_the_document_is_read() {
    let lines = [
        "state L1 connected",
        "led L1 red slow",
        "led SPEAKER green steady",
        "tone dial",
        "tone sit4",
        "tone page",
        "tone alert",
        "tone secure",
        "secure L1",
        "no secure L2",
        "led L1 amber user",
        "ring 3",
        "ring none",
        "display \"Joe Smith\"",
        "softkey conf",
        "no softkey conf",
        "device speaker",
        "registered 1",
        "registered 1 failed",
        "mwi on",
        "muted",
        "sent INVITE",
        "received 486",
        "no sent INVITE",
        "sent INVITE with \"Replaces:\"",
        "hears 440Hz",
        "hears silence",
    ];
    for line in lines {
        assert_eq!(expectation(&format!("expect {line}")), line);
    }
}

#[test]
fn expectations_may_say_how_long() {
    let twenty = Some(Duration::from_secs(20));
    assert!(matches!(action("expect[20s] state L1 idle"), Action::Expect { within, .. } if within == twenty));
    assert!(matches!(action("expect state L1 idle"), Action::Expect { within: None, .. }));
    assert!(reason("expect[20 state L1 idle").contains("without spaces"));
}

#[test]
fn nonsense_is_refused_with_its_line() {
    let mistake = Script::parse("start\nexpect state L1 happy").expect_err("no such state");
    assert_eq!(mistake.line, 2);
    assert!(mistake.to_string().starts_with("line 2: `happy` is no state; there are disabled idle"));
    assert_eq!(reason("frobnicate"), "unknown action `frobnicate`");
    assert_eq!(reason("expect no state L1 idle"), "`no` does not go with `state`");
}
