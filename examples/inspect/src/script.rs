//! What a script does: one line for each change, `MILLISECONDS TAB` and what is on from then.
//!
//! Lamps are `off`, `red`, `green` or `amber`; tones the sounding frequencies with their levels
//! (`350@-19,440@-19`) or `silence`; cadences `on` or `silence`. A ring prints its fields first, as `NAME TAB
//! VALUE`; frequencies are one component a line.

use std::ffi::OsString;
use std::process::ExitCode;

use deskphone::base::Instant;
use deskphone::script::{
    CadencePlayer, CadenceScript, Fault, FrequencyScript, Input, LedPlayer, LedScript, RingScript, Sounding,
    TonePlayer, ToneScript,
};

use crate::print;

/// How long a script that never ends is shown.
const LAMP_MS: u64 = 3_000;
const ENDLESS_MS: u64 = 30_000;
/// How long the sound of a ring file is taken to be.
const RING_FILE_MS: u32 = 2_000;
/// The defaults of `Cadence 1` to `Cadence 9`.
const CADENCES: [&str; 9] = [
    "60(2/4)",
    "60(.3/.2,1/.2,.3/4)",
    "60(.8/.4,.8/4)",
    "60(.4/.2,.3/.2,.8/4)",
    "60(.2/.2,.2/.2,.2/.2,1/4)",
    "60(.2/.4,.2/.4,.2/4)",
    "60(4.5/4)",
    "60(0.25/9.75)",
    "60(.4/.2,.4/2)",
];

/// Runs the command; `None`: it was called in a wrong way.
pub fn run(arguments: &[OsString]) -> Option<ExitCode> {
    let arguments: Vec<&str> = arguments.iter().map(|argument| argument.to_str()).collect::<Option<_>>()?;
    let (kind, text, window_ms) = match arguments[..] {
        [kind, text] => (kind, text, None),
        [kind, text, "--for", window] | ["--for", window, kind, text] => {
            (kind, text, Some(milliseconds(window)?))
        }
        _ => return None,
    };
    let lines = match kind {
        "led" => LedScript::parse(text).map(|script| lamp(&script, window_ms)),
        "tone" => ToneScript::parse(text).map(|script| tone(&script, window_ms)),
        "cad" => CadenceScript::parse(text).map(|script| cadence(&script, window_ms)),
        "ring" => RingScript::parse(text).and_then(|script| ring(&script, window_ms)),
        "freq" => FrequencyScript::parse(text).map(|script| listed(script.components()).collect()),
        _ => return None,
    };
    match lines {
        Ok(lines) => {
            let _ = lines.iter().all(|line| print(line));
            Some(ExitCode::SUCCESS)
        }
        Err(fault) => {
            eprintln!("inspect: {kind}: {fault}");
            Some(ExitCode::FAILURE)
        }
    }
}

/// `3s`, `1.5s`, `500ms`, `3`.
fn milliseconds(text: &str) -> Option<u64> {
    if let Some(ms) = text.strip_suffix("ms") {
        return ms.parse().ok();
    }
    let (whole, decimals) = match text.trim_end_matches('s').split_once('.') {
        Some((whole, decimals)) => (whole, format!("{decimals:0<3}")),
        None => (text.trim_end_matches('s'), String::from("000")),
    };
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let thousandths: u64 = decimals.get(..3)?.parse().ok()?;
    whole.checked_mul(1_000)?.checked_add(thousandths)
}

/// The first instant that is not shown: as asked for, or just after the script's end.
fn window(asked_ms: Option<u64>, duration_ms: Option<u64>) -> u64 {
    asked_ms.unwrap_or_else(|| duration_ms.map_or(ENDLESS_MS, |duration| duration.saturating_add(1)))
}

fn lamp(script: &LedScript, asked_ms: Option<u64>) -> Vec<String> {
    let mut player = LedPlayer::new();
    let _ = player.step(Instant::ZERO, Input::Play { script, since: Instant::ZERO });
    let mut lines = vec![format!("0\t{}", player.output().name())];
    while let Some(due) = player.deadline().filter(|due| due.as_millis() < asked_ms.unwrap_or(LAMP_MS)) {
        if let Some(colour) = player.step(due, Input::Timeout).change {
            lines.push(format!("{}\t{}", due.as_millis(), colour.name()));
        }
    }
    lines
}

fn tone(script: &ToneScript, asked_ms: Option<u64>) -> Vec<String> {
    let window = window(asked_ms, script.duration_ms());
    let mut player = TonePlayer::new();
    let _ = player.step(Instant::ZERO, Input::Play { script, since: Instant::ZERO });
    let mut lines = vec![format!("0\t{}", heard(&player.output()))];
    while let Some(due) = player.deadline().filter(|due| due.as_millis() < window) {
        if let Some(sounding) = player.step(due, Input::Timeout).change {
            lines.push(format!("{}\t{}", due.as_millis(), heard(&sounding)));
        }
    }
    lines
}

fn cadence(script: &CadenceScript, asked_ms: Option<u64>) -> Vec<String> {
    let window = window(asked_ms, script.duration_ms());
    let word = |is_on| if is_on { "on" } else { "silence" };
    let mut player = CadencePlayer::new();
    let _ = player.step(Instant::ZERO, Input::Play { script, since: Instant::ZERO });
    let mut lines = vec![format!("0\t{}", word(player.output()))];
    while let Some(due) = player.deadline().filter(|due| due.as_millis() < window) {
        if let Some(is_on) = player.step(due, Input::Timeout).change {
            lines.push(format!("{}\t{}", due.as_millis(), word(is_on)));
        }
    }
    lines
}

fn ring(script: &RingScript<'_>, asked_ms: Option<u64>) -> Result<Vec<String>, Fault> {
    let number = usize::from(script.cadence).checked_sub(1);
    let named = number.and_then(|number| CADENCES.get(number));
    let named = named.map(|text| CadenceScript::parse(text)).transpose()?;
    let played = script.played_as(named.as_ref(), RING_FILE_MS);
    let seconds = |ms: u32| format!("{}.{:03}", ms / 1_000, ms % 1_000);
    let mut lines = vec![
        format!("name\t{}", script.name),
        format!("waveform\t{}", script.waveform.text()),
        format!("cadence\t{}", script.cadence),
    ];
    lines.extend(script.break_ms.map(|ms| format!("break\t{}", seconds(ms))));
    lines.extend(script.total_ms.map(|ms| format!("total\t{}", seconds(ms))));
    lines.push(format!("played\t{played}"));
    lines.extend(cadence(&played, asked_ms));
    Ok(lines)
}

fn heard(sounding: &Sounding) -> String {
    if sounding.is_empty() {
        return String::from("silence");
    }
    listed(sounding).collect::<Vec<_>>().join(",")
}

fn listed(components: &[deskphone::script::Component]) -> impl Iterator<Item = String> {
    components.iter().map(ToString::to_string)
}
