//! Every example and default of the guide (Data Types; Regional and Phone settings), as it stands there and
//! as we write it.

use crate::script::*;
use std::string::ToString;

/// Text, the text we write for it, its length in milliseconds (`None`: for ever).
type Timed = (&'static str, &'static str, Option<u64>);

const CADENCES: &[Timed] = &[
    // Examples.
    ("60(2/4)", "60(2/4)", Some(60_000)),
    ("60(.2/.2,.2/.2,.2/.2,1/4)", "60(.2/.2,.2/.2,.2/.2,1/4)", Some(60_000)),
    // Cadence 1 to 9.
    ("60(.3/.2,1/.2,.3/4)", "60(.3/.2,1/.2,.3/4)", Some(60_000)),
    ("60(.8/.4,.8/4)", "60(.8/.4,.8/4)", Some(60_000)),
    ("60(.4/.2,.3/.2,.8/4)", "60(.4/.2,.3/.2,.8/4)", Some(60_000)),
    ("60(.2/.4,.2/.4,.2/4)", "60(.2/.4,.2/.4,.2/4)", Some(60_000)),
    ("60(4.5/4)", "60(4.5/4)", Some(60_000)),
    ("60(0.25/9.75)", "60(.25/9.75)", Some(60_000)),
    ("60(.4/.2,.4/2)", "60(.4/.2,.4/2)", Some(60_000)),
    // Call waiting cadences of the analogue adapters.
    ("30(.3/9.7)", "30(.3/9.7)", Some(30_000)),
    ("30(.1/.1,.1/9.7)", "30(.1/.1,.1/9.7)", Some(30_000)),
    ("30(.1/.1,.1/.1,.1/9.5)", "30(.1/.1,.1/.1,.1/9.5)", Some(30_000)),
    ("30(.1/.1,.3/.1,.1/9.3)", "30(.1/.1,.3/.1,.1/9.3)", Some(30_000)),
    ("30(.3/.1,.1/.1,.3/9.1)", "30(.3/.1,.1/.1,.3/9.1)", Some(30_000)),
    ("30(.1/.1,.3/.2,.3/9.1)", "30(.1/.1,.3/.2,.3/9.1)", Some(30_000)),
    ("30(.3/.1,.3/.1,.1/9.1)", "30(.3/.1,.3/.1,.1/9.1)", Some(30_000)),
    ("2.3(.3/2)", "2.3(.3/2)", Some(2_300)),
    // What the grammar allows beside them.
    (" 60 ( 2 / 4 ) ; *( 0/2 ) ", "60(2/4);*(0/2)", None),
    ("1.(1./0.)", "1(1/0)", Some(1_000)),
    ("*(*/0)", "*(*/0)", None),
    ("0.001(.010/.100,1.230/0)", ".001(.01/.1,1.23/0)", Some(1)),
    ("1(1/1,1/1,1/1,1/1,1/1,1/1);2(1/*)", "1(1/1,1/1,1/1,1/1,1/1,1/1);2(1/*)", Some(3_000)),
    ("4294967.295(1/1)", "4294967.295(1/1)", Some(4_294_967_295)),
];

const TONES: &[Timed] = &[
    // Examples; the dial tone, the message waiting tone and SIT 1 among the defaults.
    ("350@-19,440@-19;10(*/0/1+2)", "350@-19,440@-19;10(*/0/1+2)", Some(10_000)),
    ("350@-19,440@-19;2(.1/.1/1+2);10(*/0/1+2)", "350@-19,440@-19;2(.1/.1/1+2);10(*/0/1+2)", Some(12_000)),
    (
        "985@-16,1428@-16,1777@-16;20(.380/0/1,.380/0/2,.380/0/3,0/4/0)",
        "985@-16,1428@-16,1777@-16;20(.38/0/1,.38/0/2,.38/0/3,0/4/0)",
        Some(20_000),
    ),
    // Defaults.
    ("420@-19,520@-19;10(*/0/1+2)", "420@-19,520@-19;10(*/0/1+2)", Some(10_000)),
    ("420@-16;10(*/0/1)", "420@-16;10(*/0/1)", Some(10_000)),
    ("520@-19,620@-19;10(*/0/1+2)", "520@-19,620@-19;10(*/0/1+2)", Some(10_000)),
    ("480@-19,620@-19;10(.5/.5/1+2)", "480@-19,620@-19;10(.5/.5/1+2)", Some(10_000)),
    ("480@-19,620@-19;10(.25/.25/1+2)", "480@-19,620@-19;10(.25/.25/1+2)", Some(10_000)),
    ("480@-10,620@0;10(.125/.125/1+2)", "480@-10,620@0;10(.125/.125/1+2)", Some(10_000)),
    ("440@-19,480@-19;*(2/4/1+2)", "440@-19,480@-19;*(2/4/1+2)", None),
    ("440@-10;30(.3/9.7/1)", "440@-10;30(.3/9.7/1)", Some(30_000)),
    ("600@-16;1(.25/.25/1)", "600@-16;1(.25/.25/1)", Some(1_000)),
    (
        "914@-16,1371@-16,1777@-16;20(.274/0/1,.274/0/2,.380/0/3,0/4/0)",
        "914@-16,1371@-16,1777@-16;20(.274/0/1,.274/0/2,.38/0/3,0/4/0)",
        Some(20_000),
    ),
    (
        "914@-16,1371@-16,1777@-16;20(.380/0/1,.380/0/2,.380/0/3,0/4/0)",
        "914@-16,1371@-16,1777@-16;20(.38/0/1,.38/0/2,.38/0/3,0/4/0)",
        Some(20_000),
    ),
    (
        "985@-16,1371@-16,1777@-16;20(.380/0/1,.274/0/2,.380/0/3,0/4/0)",
        "985@-16,1371@-16,1777@-16;20(.38/0/1,.274/0/2,.38/0/3,0/4/0)",
        Some(20_000),
    ),
    ("350@-19,440@-19;2(.2/.2/1+2);10(*/0/1+2)", "350@-19,440@-19;2(.2/.2/1+2);10(*/0/1+2)", Some(12_000)),
    ("600@-19;25(.1/.1/1,.1/.1/1,.1/9.5/1)", "600@-19;25(.1/.1/1,.1/.1/1,.1/9.5/1)", Some(25_000)),
    ("600@-19;*(.1/.1/1,.1/.1/1,.1/9.5/1)", "600@-19;*(.1/.1/1,.1/.1/1,.1/9.5/1)", None),
    ("350@-19;20(.1/.1/1,.1/9.7/1)", "350@-19;20(.1/.1/1,.1/9.7/1)", Some(20_000)),
    (
        "397@-19,507@-19;15(0/2/0,.2/.1/1,.1/2.1/2)",
        "397@-19,507@-19;15(0/2/0,.2/.1/1,.1/2.1/2)",
        Some(15_000),
    ),
    ("600@-16;.3(.05/0.05/1)", "600@-16;.3(.05/.05/1)", Some(300)),
    ("600@-19;.2(.05/0.05/1)", "600@-19;.2(.05/.05/1)", Some(200)),
    // What the grammar allows beside them.
    ("1@+1.5,2@-.5,3@0,4@0,5@0,6@0;1(1/1/6+2+1+1)", "1@1.5,2@-.5,3@0,4@0,5@0,6@0;1(1/1/1+2+6)", Some(1_000)),
];

#[test]
fn every_cadence_of_the_guide_is_read_and_written() {
    for (text, written, duration) in CADENCES {
        let script = CadenceScript::parse(text).unwrap();
        assert_eq!((script.to_string().as_str(), script.duration_ms()), (*written, *duration), "{text}");
        assert_eq!(CadenceScript::parse(written), Ok(script), "{text}");
    }
}

#[test]
fn every_tone_of_the_guide_is_read_and_written() {
    for (text, written, duration) in TONES {
        let script = ToneScript::parse(text).unwrap();
        assert_eq!((script.to_string().as_str(), script.duration_ms()), (*written, *duration), "{text}");
        assert_eq!(ToneScript::parse(written), Ok(script), "{text}");
    }
}

#[test]
fn the_frequencies_of_the_guide_are_read_and_written() {
    let one = |hz, level| Component { hz, level };
    let table: [(&str, &str, &[Component]); 4] = [
        ("440@-10", "440@-10", &[one(440, -100)]),
        ("350@-19,440@-19", "350@-19,440@-19", &[one(350, -190), one(440, -190)]),
        ("350@-19 , 440@-19", "350@-19,440@-19", &[one(350, -190), one(440, -190)]),
        ("65535@-13.5,0@1.5", "65535@-13.5,0@1.5", &[one(65_535, -135), one(0, 15)]),
    ];
    for (text, written, components) in table {
        let script = FrequencyScript::parse(text).unwrap();
        assert_eq!((script.to_string().as_str(), script.components()), (written, components));
    }
}

#[test]
fn what_the_examples_of_the_guide_mean() {
    let ring = CadenceScript::parse("60(2/4)").unwrap();
    assert_eq!(
        [0, 1_999, 2_000, 5_999, 6_000, 59_999, 60_000].map(|at| ring.sounds_at(at)),
        [true, true, false, false, true, false, false]
    );
    let short = CadenceScript::parse("60(.2/.2,.2/.2,.2/.2,1/4)").unwrap();
    let changes = std::iter::successors(Some(0), |at| short.change_after(*at));
    assert!(changes.take(10).eq([0, 200, 400, 600, 800, 1_000, 1_200, 2_200, 6_200, 6_400]));
    let sit = ToneScript::parse(TONES[2].0).unwrap();
    let changes = std::iter::successors(Some(0), |at| sit.change_after(*at));
    let heard: std::vec::Vec<_> = changes.take(6).map(|at| (at, sit.mix_at(at))).collect();
    assert_eq!(heard, [(0, 1), (380, 2), (760, 4), (1_140, 0), (5_140, 1), (5_520, 2)]);
    let stutter = ToneScript::parse(TONES[1].0).unwrap();
    assert_eq!(stutter.components_at(1_950).len(), 0);
    assert_eq!(stutter.components_at(2_150), stutter.components());
    assert_eq!((stutter.change_after(1_950), stutter.change_after(2_150)), (Some(2_000), Some(12_000)));
    let ring_back = ToneScript::parse("440@-19,480@-19;*(2/4/1+2)").unwrap();
    assert_eq!(ring_back.change_after(6_000_000_000_000), Some(6_000_000_002_000));
}

#[test]
fn every_ring_tone_of_the_guide_is_read_and_written() {
    use Waveform::{Bell, Classic, File, Sweep, Typical};
    let table = [
        ("n=Classic-1;w=3;c=1", "Classic-1", Classic, 1),
        ("n=Classic-2;w=3;c=2", "Classic-2", Classic, 2),
        ("n=Classic-3;w=3;c=3", "Classic-3", Classic, 3),
        ("n=Classic-4;w=3;c=4", "Classic-4", Classic, 4),
        ("n=Simple-1;w=2;c=1", "Simple-1", Typical, 1),
        ("n=Simple-2;w=2;c=2", "Simple-2", Typical, 2),
        ("n=Simple-3;w=2;c=3", "Simple-3", Typical, 3),
        ("n=Simple-4;w=2;c=4", "Simple-4", Typical, 4),
        ("n=Simple-5;w=2;c=5", "Simple-5", Typical, 5),
        ("n=Office;w=4;c=1", "Office", Sweep, 1),
        ("n=THx;w=4;c=7", "THx", Sweep, 7),
        ("n=Bell;w=1;c=9;t=20", "Bell", Bell, 9),
        (
            "n=Gong;w=tftp://192.0.2.1:69/gong.bin;c=0;b=2.5;t=30",
            "Gong",
            File("tftp://192.0.2.1:69/gong.bin"),
            0,
        ),
        ("w=files.example.com/a;c=0", "", File("files.example.com/a"), 0),
    ];
    for (text, name, waveform, cadence) in table {
        let ring = RingScript::parse(text).unwrap();
        assert_eq!((ring.name, ring.waveform, ring.cadence), (name, waveform, cadence), "{text}");
        assert_eq!(ring.to_string(), text);
    }
    let ring = RingScript::parse(" t=30 ; c=0 ; w=3 ; n=Late ; b=2.5 ").unwrap();
    assert_eq!(ring.to_string(), "n=Late;w=3;c=0;b=2.5;t=30");
    assert_eq!(RingScript::parse("n=Bare").unwrap().to_string(), "n=Bare;w=1;c=1");
}

#[test]
fn a_ring_without_a_cadence_sounds_in_its_own_length() {
    let played = |text: &str, cadence: Option<&str>, natural_ms| {
        let cadence = cadence.map(|text| CadenceScript::parse(text).unwrap());
        RingScript::parse(text).unwrap().played_as(cadence.as_ref(), natural_ms).to_string()
    };
    assert_eq!(played("w=4;c=0;b=2.5;t=20", None, 1_200), "20(1.2/2.5)");
    // As the rings that a person loads: 4 s off, 60 s in all.
    assert_eq!(played("w=3;c=0", None, 3_000), "60(3/4)");
    assert_eq!(played("w=3;c=1", Some("60(2/4)"), 3_000), "60(2/4)");
    assert_eq!(played("w=3;c=1;t=20", Some("60(2/4)"), 3_000), "20(2/4)");
    assert_eq!(played("w=3;c=1;t=20", Some("15(2/4);*(1/1)"), 3_000), "15(2/4);5(1/1)");
    assert_eq!(played("w=3;c=1;t=90", Some("60(2/4)"), 3_000), "60(2/4)");
}

#[test]
fn every_lamp_of_the_guide_is_read_and_written() {
    use Colour::{Amber, Green, Off, Red};
    let table = [
        // Examples.
        ("c=r;p=sb", Red, "slow", "c=r;p=s"),
        ("c=o", Off, "steady", "c=o"),
        ("c=g", Green, "steady", "c=g"),
        ("c=a;p=ud;u=.1/.1/.1/.1/.1/.9", Amber, "user", "c=a;p=u;u=.1/.1/.1/.1/.1/.9"),
        // Defaults of the line key states.
        ("c=r;p=d", Red, "double", "c=r;p=d"),
        ("c=r", Red, "steady", "c=r"),
        ("c=r;p=f", Red, "fast", "c=r;p=f"),
        ("c=r;p=s", Red, "slow", "c=r;p=s"),
        ("c=a", Amber, "steady", "c=a"),
        ("c=g;p=s", Green, "slow", "c=g;p=s"),
        // White space is ignored, fields come in any order, the second letter is optional.
        (" p = n b ; c = g ", Green, "steady", "c=g"),
        ("u=1/2/3/4/5/6/7/65.53;p=u;c=r", Red, "user", "c=r;p=u;u=1/2/3/4/5/6/7/65.53"),
        ("c=r;p=db;u=.1/.1", Red, "double", "c=r;p=d"),
    ];
    for (text, colour, pattern, written) in table {
        let script = LedScript::parse(text).unwrap();
        assert_eq!((script.colour, script.pattern.name()), (colour, pattern), "{text}");
        assert_eq!(script.to_string(), written);
        assert_eq!(LedScript::parse(written), Ok(script));
    }
}

#[test]
fn how_the_patterns_blink() {
    let table: [(&str, &[u64]); 8] = [
        ("c=r;p=sb", &[500, 1_000, 1_500, 2_000]),
        ("c=r;p=fb", &[100, 200, 300, 400]),
        ("c=r;p=db", &[100, 200, 300, 1_000, 1_100]),
        ("c=a;p=ud;u=.1/.1/.1/.1/.1/.9", &[100, 200, 300, 400, 500, 1_400, 1_500]),
        ("c=r;p=nb", &[]),
        ("c=o;p=fb", &[]),
        ("c=r;p=ud;u=1/0", &[]),
        ("c=r;p=ud;u=1/0/1/1", &[2_000, 3_000, 5_000]),
    ];
    for (text, expected) in table {
        let script = LedScript::parse(text).unwrap();
        let changes = std::iter::successors(script.change_after(0), |at| script.change_after(*at));
        assert!(changes.take(expected.len().max(1)).eq(expected.iter().copied()), "{text}");
        for (place, at) in expected.iter().enumerate() {
            let lit = place % 2 == 1;
            assert_eq!(script.colour_at(*at) != Colour::Off, lit, "{text} at {at}");
            assert_eq!(script.colour_at(at - 1) != Colour::Off, !lit, "{text} before {at}");
        }
    }
    assert_eq!(LedScript::parse("c=r;p=ud;u=0/1").unwrap().colour_at(0), Colour::Off);
}

#[test]
fn a_blank_lamp_is_the_default_of_its_state() {
    let default = LedScript { colour: Colour::Red, pattern: Pattern::Double };
    assert_eq!(LedScript::parse_or("", default), Ok(default));
    assert_eq!(LedScript::parse_or(" ", default), Ok(default));
    assert_eq!(LedScript::parse_or("c=g", default).unwrap().colour, Colour::Green);
    assert!(LedScript::parse_or("c=x", default).is_err());
}
