//! Whether an expectation holds, and what is seen instead.

use deskphone::base::Instant;
use deskphone::phone::{AudioDevice, Lamp, LineKey, Tone, View};
use deskphone::ua::{ExtensionId, RegistrationState};

use crate::desk::Desk;
use crate::ladder::Ladder;
use crate::script::{Expectation, Lamp as Whose};

/// Whether it holds now.
#[must_use]
pub fn holds(desk: &Desk, ladder: &Ladder, now: Instant, what: &Expectation) -> bool {
    match what {
        // Asked hundreds of times a second: what is heard instead is not worth finding out each time.
        Expectation::Hears(heard) => desk.audio.hearing.is(*heard),
        other => judge(desk, ladder, now, other).is_ok(),
    }
}

/// Whether it holds now, and if not, why.
///
/// # Errors
/// What is seen instead.
pub fn judge(desk: &Desk, ladder: &Ladder, now: Instant, what: &Expectation) -> Result<(), String> {
    let view = desk.view();
    match what {
        Expectation::State { line, state } => same(state, line_state(&view, *line)),
        Expectation::Led { lamp, colour, pattern } => {
            let seen = lamp_of(&view, *lamp);
            let pattern_fits = pattern.is_none_or(|pattern| pattern == seen.pattern.name());
            let fits = seen.colour.name() == *colour && pattern_fits;
            if fits { Ok(()) } else { Err(format!("{} {}", seen.colour.name(), seen.pattern.name())) }
        }
        Expectation::Tone(tone) => same(tone, view.tone.map_or("none", Tone::name)),
        Expectation::Ring(ring) if *ring == view.ring => Ok(()),
        Expectation::Ring(_) => Err(view.ring.map_or("none".into(), |ring| format!("ring {ring}"))),
        Expectation::Display(text) => {
            let display = view.display(now);
            let rows: Vec<String> = display.rows().map(|row| format!("\"{row}\"")).collect();
            if display.contains(text) { Ok(()) } else { Err(rows.join(" / ")) }
        }
        Expectation::SoftKey { label, offered } => {
            let labels: Vec<&str> = view.soft_keys.offered().map(|key| key.label()).collect();
            if labels.contains(&label.as_str()) == *offered { Ok(()) } else { Err(labels.join(" ")) }
        }
        Expectation::Device(device) => same(device, device_name(view.device)),
        Expectation::Registered { extension, failed } => registration(&view, *extension, *failed),
        Expectation::Mwi(on) => {
            let lit = format!("{} {}", view.message_lamp.colour.name(), view.message_lamp.pattern.name());
            if (lit == "red steady") == *on { Ok(()) } else { Err(lit) }
        }
        Expectation::Secure { line, secure } => {
            let line = LineKey::new(*line).and_then(|key| view.lines.get(key.index()));
            let seen = line.is_some_and(|line| line.secure);
            if seen == *secure { Ok(()) } else { Err(if seen { "secure" } else { "in clear" }.into()) }
        }
        Expectation::Muted(muted) if view.muted == *muted => Ok(()),
        Expectation::Muted(_) => Err(if view.muted { "muted" } else { "not muted" }.into()),
        Expectation::Seen(parts) => {
            if ladder.has(desk.number(), desk.mark, parts) == parts.absent {
                Err(ladder.names(desk.number(), desk.mark, parts.sent))
            } else {
                Ok(())
            }
        }
        Expectation::Hears(heard) => {
            if desk.audio.hearing.is(*heard) {
                Ok(())
            } else {
                Err(desk.audio.hearing.describe())
            }
        }
    }
}

fn same(want: &str, seen: &str) -> Result<(), String> {
    if want == seen { Ok(()) } else { Err(seen.to_owned()) }
}

fn line_state(view: &View<'_>, line: u8) -> &'static str {
    let line = LineKey::new(line).and_then(|key| view.lines.get(key.index()));
    line.map_or("disabled", |line| line.state.name())
}

fn lamp_of(view: &View<'_>, lamp: Whose) -> Lamp {
    match lamp {
        Whose::Line(number) => {
            let line = LineKey::new(number).and_then(|key| view.lines.get(key.index()));
            line.map_or(Lamp::OFF, |line| line.lamp)
        }
        Whose::Speaker => view.speaker_lamp,
        Whose::Headset => view.headset_lamp,
        Whose::Mute => view.mute_lamp,
        Whose::Message => view.message_lamp,
    }
}

fn registration(view: &View<'_>, extension: u8, failed: bool) -> Result<(), String> {
    let at = ExtensionId::new(extension).and_then(|id| view.registrations.get(id.index()));
    let state = at.map(|registration| registration.state).unwrap_or_default();
    match state {
        RegistrationState::Registered if !failed => Ok(()),
        RegistrationState::Failed(_) if failed => Ok(()),
        RegistrationState::Off => Err("not asked to register".into()),
        RegistrationState::Registering => Err("registering".into()),
        RegistrationState::Registered => Err("registered".into()),
        RegistrationState::Failed(status) => Err(format!("failed with {status}")),
    }
}

/// The name of an audio device, or `none`.
#[must_use]
pub const fn device_name(device: Option<AudioDevice>) -> &'static str {
    match device {
        None => "none",
        Some(AudioDevice::Handset) => "handset",
        Some(AudioDevice::Speaker) => "speaker",
        Some(AudioDevice::Headset) => "headset",
    }
}

/// The whole view, for a person.
#[must_use]
pub fn view_text(desk: &Desk, now: Instant) -> String {
    let view = desk.view();
    let mut lines = vec![format!("phone {}", desk.number())];
    lines.extend(view.display(now).rows().map(|row| format!("  | {row}")));
    let keys: Vec<&str> = view.soft_keys.offered().map(|key| key.label()).collect();
    lines.push(format!("  soft keys: {}", keys.join(" ")));
    for (key, line) in LineKey::ALL.iter().zip(&view.lines) {
        let lamp = format!("{} {}", line.lamp.colour.name(), line.lamp.pattern.name());
        let party = format!("{} {}", line.name, line.number);
        lines.push(format!("  L{}: {}, {lamp}, {}", key.number(), line.state.name(), party.trim()));
    }
    let tone = view.tone.map_or("none", Tone::name);
    let ring = view.ring.map_or("none".into(), |ring| ring.to_string());
    let device = device_name(view.device);
    let muted = if view.muted { ", muted" } else { "" };
    lines.push(format!("  device {device}{muted}, tone {tone}, ring {ring}"));
    lines.push(format!("  hears {}", desk.audio.hearing.describe()));
    for (id, registration) in ExtensionId::ALL.iter().zip(&view.registrations) {
        lines.push(format!("  extension {}: {:?}", id.number(), registration.state));
    }
    lines.join("\n")
}
