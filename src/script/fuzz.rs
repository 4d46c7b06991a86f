//! The fuzz body: any text as each of the scripts.

use core::fmt;

use super::{
    CHARACTERS, CadencePlayer, CadenceScript, CivilTime, DaylightRule, DirectoryEntry, Fault,
    FrequencyScript, Input, LedPlayer, LedScript, RingScript, TimeOffset, TimeZone, TonePlayer, ToneScript,
};
use crate::base::{Instant, Writer};

/// Reads `data` as each script; what can be read must be written, read again and be the same, and play.
///
/// # Panics
/// When it does not: that is what the fuzzer looks for.
pub fn fuzz_scripts(data: &[u8]) {
    let Ok(text) = core::str::from_utf8(data) else { return };
    if let Some(script) = read(text, CadenceScript::parse(text)) {
        assert!(again(&script, |text| CadenceScript::parse(text).ok() == Some(script.clone())) <= CHARACTERS);
        play_cadence(&script);
    }
    if let Some(script) = read(text, FrequencyScript::parse(text)) {
        let length = again(&script, |text| FrequencyScript::parse(text).ok() == Some(script.clone()));
        assert!(length <= CHARACTERS);
    }
    if let Some(script) = read(text, ToneScript::parse(text)) {
        assert!(again(&script, |text| ToneScript::parse(text).ok() == Some(script.clone())) <= CHARACTERS);
        play_tone(&script);
    }
    if let Some(script) = read(text, LedScript::parse(text)) {
        let _ = again(&script, |text| LedScript::parse(text) == Ok(script));
        play_led(&script);
    }
    if let Some(script) = read(text, RingScript::parse(text)) {
        let _ = again(&script, |text| RingScript::parse(text) == Ok(script));
        play_cadence(&script.played_as(None, 1_000));
    }
    if let Some(Some(entry)) = read(text, DirectoryEntry::parse(text)) {
        let _ = again(&entry, |text| DirectoryEntry::parse(text) == Ok(Some(entry)));
    }
    if let Some(rule) = read(text, DaylightRule::parse(text)) {
        let _ = again(&rule, |text| DaylightRule::parse(text) == Ok(rule));
        let _ = rule.is_summer(CivilTime::of_seconds(1_112_529_600));
    }
    if let Some(zone) = read(text, TimeZone::parse(text)) {
        let _ = again(&zone, |text| TimeZone::parse(text) == Ok(zone));
    }
    if let Some(offset) = read(text, TimeOffset::parse(text)) {
        let _ = again(&offset, |text| TimeOffset::parse(text) == Ok(offset));
    }
}

/// A fault points into the text or to its end.
fn read<T>(text: &str, parsed: Result<T, Fault>) -> Option<T> {
    parsed.map_err(|fault| assert!(fault.position <= text.len(), "{fault}")).ok()
}

/// The length of the text that is written for a value; reading it gives the same again.
fn again(value: &impl fmt::Display, is_same: impl Fn(&str) -> bool) -> usize {
    let mut buffer = [0; 4_096];
    let mut out = Writer::new(&mut buffer);
    // A long ring or directory entry is longer than the buffer.
    if fmt::write(&mut out, format_args!("{value}")).is_err() {
        return 0;
    }
    let text = core::str::from_utf8(out.written()).unwrap_or("");
    assert!(is_same(text), "what is written reads as the same: {text}");
    text.len()
}

/// Steps a player a few times at its deadlines; each lies after the one before it.
macro_rules! play {
    ($player:expr, $script:expr) => {{
        let (mut player, mut now) = ($player, Instant::ZERO);
        let _ = player.step(now, Input::Play { script: $script, since: now });
        for _ in 0..40 {
            let Some(due) = player.deadline() else { break };
            assert!(due > now, "a deadline in the past");
            now = due;
            let step = player.step(now, Input::Timeout);
            assert!(step.has_ended || step.change.is_some(), "a wake-up for nothing");
        }
    }};
}

fn play_cadence(script: &CadenceScript) {
    play!(CadencePlayer::new(), script);
}

fn play_tone(script: &ToneScript) {
    // Two components may be the same sine: then another mix is no change.
    let mut elapsed_ms = 0;
    for _ in 0..40 {
        let Some(next) = script.change_after(elapsed_ms) else { break };
        assert!(next > elapsed_ms, "a change in the past");
        elapsed_ms = next;
    }
    let mut player = TonePlayer::new();
    let _ = player.step(Instant::ZERO, Input::Play { script, since: Instant::ZERO });
    let _ = player.step(Instant::from_millis(elapsed_ms), Input::Timeout);
    assert!(player.deadline().is_none_or(|due| due > Instant::from_millis(elapsed_ms)));
}

fn play_led(script: &LedScript) {
    play!(LedPlayer::new(), script);
}
