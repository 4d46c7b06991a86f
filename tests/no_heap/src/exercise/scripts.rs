//! The phone's scripts: read, written, played, heard.

use core::fmt::Write;
use core::hint::black_box;
use deskphone::base::{Instant, Writer};
use deskphone::media::scripted_tone::ScriptedTone;
use deskphone::script::{
    CadencePlayer, CadenceScript, CivilTime, DaylightRule, DirectoryEntry, FrequencyScript, Input, LedPlayer,
    LedScript, RingScript, TimeOffset, TimeZone, TonePlayer, ToneScript,
};

pub fn scripts() -> bool {
    tones() && rings() && lamps() && times()
}

fn tones() -> bool {
    let Ok(tone) = ToneScript::parse(black_box("350@-19,440@-13.5;2(.1/.125/1+2);10(*/0/1)")) else {
        return false;
    };
    let mut player = TonePlayer::new();
    let begun = player.step(Instant::ZERO, Input::Play { script: &tone, since: Instant::ZERO });
    let next = player.step(black_box(Instant::from_millis(100)), Input::Timeout);
    let mut heard = ScriptedTone::new();
    let mut samples = [0; 160];
    heard.play(&tone);
    heard.fill(&mut samples);
    let frequencies = FrequencyScript::parse(black_box("440@-10"));
    begun.change.is_some()
        && next.change.is_some()
        && samples.iter().any(|sample| *sample > 1_000)
        && is_written(&tone, "350@-19,440@-13.5;2(.1/.125/1+2);10(*/0/1)")
        && frequencies.is_ok_and(|script| is_written(&script, "440@-10"))
}

fn rings() -> bool {
    let Ok(cadence) = CadenceScript::parse(black_box("60(.3/.2,1/.25)")) else { return false };
    let Ok(ring) = RingScript::parse(black_box("n=Gong;w=192.0.2.1/gong;c=0;b=2.5;t=30")) else {
        return false;
    };
    let mut player = CadencePlayer::new();
    let played = ring.played_as(Some(&cadence), black_box(1_500));
    let begun = player.step(Instant::ZERO, Input::Play { script: &played, since: Instant::ZERO });
    let entry = DirectoryEntry::parse(black_box("n=Bob;p=100;r=4"));
    begun.change == Some(true)
        && is_written(&cadence, "60(.3/.2,1/.25)")
        && is_written(&ring, "n=Gong;w=192.0.2.1/gong;c=0;b=2.5;t=30")
        && entry.is_ok_and(|entry| entry.is_some_and(|entry| is_written(&entry, "n=Bob;p=100;r=4")))
}

fn lamps() -> bool {
    let Ok(lamp) = LedScript::parse(black_box("c=a;p=ud;u=.1/.1/.1/.9")) else { return false };
    let mut player = LedPlayer::new();
    let begun = player.step(Instant::ZERO, Input::Play { script: &lamp, since: Instant::ZERO });
    begun.change.is_some() && player.deadline().is_some() && is_written(&lamp, "c=a;p=u;u=.1/.1/.1/.9")
}

fn times() -> bool {
    let Ok(rule) = DaylightRule::parse(black_box("start=3/8/7/2:30;end=11/-1/7;save=1")) else {
        return false;
    };
    let summer = rule.is_summer(CivilTime::of_seconds(black_box(1_720_000_000)));
    let zone = TimeZone::parse(black_box("GMT-08:00"));
    let offset = TimeOffset::parse(black_box("-1/30"));
    summer
        && is_written(&rule, "start=3/8/7/2:30;end=11/-1/7;save=1")
        && zone.is_ok_and(|zone| is_written(&zone, "GMT-08:00"))
        && offset.is_ok_and(|offset| is_written(&offset, "-01/30"))
}

fn is_written(value: &impl core::fmt::Display, text: &str) -> bool {
    let mut buffer = [0; 160];
    let mut out = Writer::new(&mut buffer);
    write!(out, "{value}").is_ok() && out.written() == text.as_bytes()
}
