//! Each limit is kept, and a fault says where.

use crate::script::*;
use std::string::{String, ToString};

/// Which script, its text, and the fault.
const FAULTS: &[(&str, &str, &str)] = &[
    ("cad", "", "at 0: expected seconds or *"),
    ("cad", "60", "at 2: expected ("),
    ("cad", "60()", "at 3: expected seconds or *"),
    ("cad", "60(2)", "at 4: expected / and the off time"),
    ("cad", "60(2/)", "at 5: expected seconds or *"),
    ("cad", "60(2/4", "at 6: expected , or )"),
    ("cad", "60(2/4)x", "at 7: expected ; or the end"),
    ("cad", "60(2/4);", "at 8: expected seconds or *"),
    ("cad", "1(1/1);1(1/1);1(1/1)", "at 14: expected no more than two sections"),
    ("cad", "1(1/1,1/1,1/1,1/1,1/1,1/1,1/1)", "at 26: expected no more than six segments"),
    ("cad", "60(2.0005/4)", "at 8: expected no more than three decimals"),
    ("cad", "60(./4)", "at 3: expected seconds or *"),
    ("cad", "60(2 .5/4)", "at 5: expected / and the off time"),
    ("cad", "4294967.296(1/1)", "at 0: expected a smaller number"),
    ("cad", "60(-1/4)", "at 3: expected seconds or *"),
    ("freq", "", "at 0: expected a frequency in Hz, below 65536"),
    ("freq", "440", "at 3: expected @ and the level"),
    ("freq", "440@", "at 4: expected a level in dBm"),
    ("freq", "440.5@-19", "at 3: expected @ and the level"),
    ("freq", "65536@-19", "at 0: expected a frequency in Hz, below 65536"),
    ("freq", "440@-19.55", "at 9: expected no more than one decimal"),
    ("freq", "440@-9999", "at 4: expected a level below 3277 dBm"),
    ("freq", "440@--19", "at 5: expected a level in dBm"),
    ("freq", "1@0,2@0,3@0,4@0,5@0,6@0,7@0", "at 24: expected no more than six components"),
    ("freq", "350@-19;440@-19", "at 7: expected , or the end"),
    ("tone", "350@-19,440@-19", "at 15: expected , or ; and the cadence"),
    // The guide's misprint of the holding tone.
    ("tone", "600@-19*(.1/.1/1,.1/.1/1,.1/9.5/1)", "at 7: expected , or ; and the cadence"),
    ("tone", "350@-19;10(*/0)", "at 14: expected / and the components"),
    ("tone", "350@-19;10(*/0/2)", "at 15: expected the number of a component that the script has"),
    ("tone", "350@-19;10(*/0/7)", "at 15: expected the number of a component that the script has"),
    ("tone", "350@-19;10(*/0/1+0)", "at 17: expected the number of a component that the script has"),
    ("tone", "350@-19;10(*/0/1+1+1+1+1+1+1)", "at 27: expected no more than six components"),
    ("tone", "1@0;1(1/1/1);1(1/1/1);1(1/1/1)", "at 22: expected no more than two sections"),
    ("ring", "", "at 0: expected n=, w=, c=, b= or t="),
    ("ring", "n=A;x=1", "at 4: expected n=, w=, c=, b= or t="),
    ("ring", "n=A;n=B", "at 4: expected each field once"),
    ("ring", "n=A B;w=1", "at 3: expected a character that a URL may have"),
    ("ring", "n=Zoë", "at 4: expected a character that a URL may have"),
    ("ring", "n=A;w=5", "at 6: expected 1 to 4, or [tftp://]host[:port]/path"),
    ("ring", "n=A;w=tftp:///x", "at 6: expected 1 to 4, or [tftp://]host[:port]/path"),
    ("ring", "n=A;w=2;c=10", "at 10: expected a cadence, 0 to 9"),
    ("ring", "n=A;w=2;c=0", "at 10: expected 1 to 9: waveforms 1 and 2 have no length of their own"),
    ("ring", "c=0;n=A", "at 2: expected 1 to 9: waveforms 1 and 2 have no length of their own"),
    ("ring", "n=A;b=x", "at 6: expected seconds"),
    ("ring", "n=A;t=1 2", "at 8: expected ; or the end"),
    ("led", "", "at 0: expected c=, p= or u="),
    ("led", "p=s", "at 3: expected ; and the colour: c="),
    ("led", "c=b", "at 2: expected a colour: o, r, g or a"),
    ("led", "c r", "at 2: expected ="),
    ("led", "c=r;c=g", "at 4: expected each field once"),
    ("led", "c=r;p=x", "at 6: expected a pattern: nb, sb, fb, db or ud"),
    ("led", "c=r;p=ud", "at 8: expected ; and the times of the pattern: u="),
    ("led", "c=r;p=sd", "at 7: expected ; or the end"),
    ("led", "c=r;p=ud;u=.1", "at 13: expected / and the off time"),
    ("led", "c=r;p=ud;u=.1/.1/.1", "at 19: expected / and the off time"),
    ("led", "c=r;p=ud;u=.125/.1", "at 14: expected no more than two decimals"),
    ("led", "c=r;p=ud;u=1/1/1/1/1/1/1/1/1/1", "at 27: expected no more than four pairs"),
    ("led", "c=r;p=ud;u=65.54/1", "at 11: expected no more than 65 seconds"),
    ("led", "c=r;p=ud;u=0/0/0/0", "at 11: expected a time above 0"),
];

fn fault(kind: &str, text: &str) -> String {
    let found = match kind {
        "cad" => CadenceScript::parse(text).err(),
        "freq" => FrequencyScript::parse(text).err(),
        "tone" => ToneScript::parse(text).err(),
        "ring" => RingScript::parse(text).err(),
        _ => LedScript::parse(text).err(),
    };
    found.map_or_else(String::new, |fault| fault.to_string())
}

#[test]
fn a_fault_says_where_and_what() {
    for (kind, text, expected) in FAULTS {
        assert_eq!(fault(kind, text), *expected, "{kind} {text}");
    }
}

#[test]
fn the_longest_text_has_127_characters() {
    for (kind, text) in [("cad", "60(2/4)"), ("freq", "440@-19"), ("tone", "440@-19;1(1/1/1)")] {
        let fill = |length: usize| std::format!("{text:length$}");
        assert_eq!(fault(kind, &fill(127)), "", "{kind}");
        assert_eq!(fault(kind, &fill(128)), "at 127: expected no more than 127 characters", "{kind}");
    }
}
