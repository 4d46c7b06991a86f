//! Whole phones by script, over real sockets of 127.0.0.1 and in real time.

use softphone::options::Options;
use softphone::player::{self, Verdict};

fn play(phones: usize, script: &str) {
    play_with(&Options { phones, ..Options::default() }, script);
}

fn play_with(options: &Options, script: &str) {
    let mut report = Vec::new();
    let verdict = player::run(script, options, &mut report);
    assert_eq!(verdict, Verdict::Held, "\n{}", String::from_utf8_lossy(&report));
}

#[test]
fn the_echo_number_sends_back_what_is_said() {
    play(
        1,
        "start
        expect registered 1
        expect led L1 green steady
        key SPEAKER
        expect state L1 dialing
        expect tone dial
        expect device speaker
        expect led SPEAKER green steady
        dial 600#
        expect state L1 connected
        expect tone none
        expect led L1 red steady
        expect hears silence
        play 440Hz
        expect hears 440Hz
        key MUTE
        expect muted
        expect hears silence
        key MUTE
        expect no muted
        expect hears 440Hz
        mark
        key SPEAKER
        expect state L1 idle
        expect device none
        expect sent BYE
        expect hears silence",
    );
}

#[test]
fn a_tone_a_ringing_phone_and_a_busy_one() {
    play(
        1,
        "start
        expect registered 1
        key SPEAKER
        dial 601#
        expect state L1 connected
        expect hears 440Hz
        key SPEAKER
        expect state L1 idle
        hook off
        expect device handset
        dial 602#
        expect state L1 proceeding
        expect tone ringback
        mark
        hook on
        expect state L1 idle
        expect sent CANCEL
        key HEADSET
        dial 603#
        expect tone busy
        expect state L1 invalid
        expect received 486
        key HEADSET
        expect state L1 idle
        expect tone none",
    );
}

#[test]
fn two_phones_call_each_other_and_hear_each_other() {
    play(
        2,
        "all: start
        all: expect registered 1
        1: play 440Hz
        2: play 1000Hz
        1: key SPEAKER
        1: dial 102#
        2: expect state L1 ringing
        2: expect led L1 red fast
        2: expect ring 1
        2: expect display \"Phone 1\"
        1: expect tone ringback
        2: hook off
        all: expect state L1 connected
        2: expect ring none
        1: expect hears 1000Hz
        2: expect hears 440Hz
        2: hook on
        2: expect state L1 idle
        1: expect state L1 invalid
        1: key SPEAKER
        1: expect state L1 idle
        2: hook off
        2: dial 101#
        1: expect state L1 ringing
        1: key L1
        all: expect state L1 connected
        1: expect device speaker
        2: expect hears 440Hz
        1: key SPEAKER
        1: expect state L1 idle
        2: hook on
        2: expect state L1 idle",
    );
}

#[test]
fn hold_and_resume() {
    play(
        2,
        "all: start
        all: expect registered 1
        1: play 440Hz
        2: play 1000Hz
        1: key SPEAKER
        1: dial 102#
        2: expect state L1 ringing
        2: key SPEAKER
        all: expect state L1 connected
        2: expect hears 440Hz
        all: mark
        1: key HOLD
        1: expect state L1 held
        1: expect led L1 red slow
        1: expect sent INVITE with \"a=sendonly\"
        1: expect device none
        2: expect hears silence
        2: expect state L1 connected
        all: mark
        1: key L1
        1: expect state L1 connected
        1: expect sent INVITE with \"a=sendrecv\"
        1: expect hears 1000Hz
        2: expect hears 440Hz
        1: key SPEAKER
        1: expect state L1 idle",
    );
}

#[test]
fn a_second_call_waits_and_is_answered_by_its_line_key() {
    play(
        3,
        "all: start
        all: expect registered 1
        2: play 1000Hz
        3: play 1500Hz
        1: key SPEAKER
        1: dial 102#
        2: expect state L1 ringing
        2: key SPEAKER
        1: expect state L1 connected
        3: key SPEAKER
        3: dial 101#
        1: expect state L2 ringing
        1: expect led L2 red fast
        1: expect tone callwaiting
        1: expect ring none
        1: key L2
        1: expect state L1 held
        1: expect state L2 connected
        1: expect tone none
        1: expect hears 1500Hz
        1: key L1
        1: expect state L1 connected
        1: expect state L2 held
        1: expect hears 1000Hz
        1: key SPEAKER
        1: expect state L1 idle
        1: expect state L2 held
        1: key L2
        1: expect state L2 connected
        3: key SPEAKER
        1: expect state L2 invalid
        1: key SPEAKER
        1: expect state L2 idle",
    );
}

#[test]
fn on_hook_dialling() {
    play(
        1,
        "start
        expect registered 1
        dial 601
        expect display 601
        expect softkey dial
        expect no sent INVITE
        press dial
        expect state L1 connected
        expect device speaker
        expect hears 440Hz
        press endcall
        expect state L1 idle
        dial 601
        hook off
        expect state L1 connected
        expect device handset
        hook on
        expect state L1 idle",
    );
}

#[test]
fn power_fails_and_comes_back() {
    play(
        1,
        "start
        expect registered 1
        key SPEAKER
        dial 601#
        expect state L1 connected
        mark
        restart
        expect registered 1
        expect sent REGISTER
        expect no sent BYE
        expect state L1 idle
        key SPEAKER
        dial 601#
        expect state L1 connected
        expect hears 440Hz",
    );
}

#[test]
fn the_cable_is_out_and_in_again() {
    play(
        1,
        "start
        expect registered 1
        mark
        net down
        key SPEAKER
        wait 200ms
        dial 601#
        expect no received 200
        wait 500ms
        key SPEAKER
        mark
        net up
        expect[20s] registered 1
        expect[20s] received 200
        net drop 10%
        key SPEAKER
        dial 601#
        expect[20s] state L1 connected
        expect hears 440Hz",
    );
}

#[test]
fn everything_over_tcp() {
    let options = Options { phones: 2, tcp: true, ..Options::default() };
    play_with(
        &options,
        "all: start
        all: expect registered 1
        expect sent REGISTER with \"SIP/2.0/TCP\"
        1: key SPEAKER
        1: dial 102#
        2: expect state L1 ringing
        2: key SPEAKER
        all: expect state L1 connected
        2: play 440Hz
        1: expect hears 440Hz
        2: key SPEAKER
        1: expect state L1 invalid",
    );
}

#[test]
fn a_wrong_password_does_not_register() {
    play(
        1,
        "set Password_1_ \"wrong\"
        start
        expect registered 1 failed
        expect led L1 amber steady
        key SPEAKER
        expect no sent INVITE",
    );
}

#[test]
fn a_number_that_is_busy_twice_and_then_free() {
    play(
        1,
        "start
        expect registered 1
        key SPEAKER
        dial 605#
        expect tone busy
        key SPEAKER
        key SPEAKER
        dial 605#
        expect tone busy
        key SPEAKER
        mark
        key SPEAKER
        dial 605#
        expect state L1 connected
        expect no received 486
        key SPEAKER
        expect state L1 idle",
    );
}
