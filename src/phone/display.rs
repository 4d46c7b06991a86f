//! The display: a few lines of text, made from the view.

use core::fmt::Write;

use heapless::{String, Vec};

use super::view::{LineView, View};
use crate::base::Instant;
use crate::calls::{AudioDevice, CallState, Choice, LineKey, Transfer};
use crate::dialplan::Service;
use crate::limits;
use crate::ua::RegistrationState;

/// Characters of one line; what is longer is cut.
const ROW_BYTES: usize = 64;
/// The most lines that a view has: volume, a question, one call in full, and the three others.
const ROWS: usize = 10;

type Row = String<ROW_BYTES>;

/// The lines of the display, top to bottom.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Display {
    rows: Vec<Row, ROWS>,
}

impl Display {
    /// The lines, top to bottom.
    pub fn rows(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().map(String::as_str)
    }

    /// Whether some line contains a text.
    #[must_use]
    pub fn contains(&self, text: &str) -> bool {
        self.rows().any(|row| row.contains(text))
    }

    fn push(&mut self, row: core::fmt::Arguments<'_>) {
        let mut line = Cut(Row::new());
        // Cutting never fails; neither do the numbers and texts of a row.
        let _written = line.write_fmt(row);
        let _full = self.rows.push(line.0);
    }
}

/// Writes as many whole characters as fit.
struct Cut(Row);

impl Write for Cut {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        for character in text.chars() {
            let _full = self.0.push(character);
        }
        Ok(())
    }
}

pub(super) fn render(view: &View<'_>, now: Instant) -> Display {
    let mut display = Display::default();
    if view.volume_shown {
        let name = match view.device {
            None => "Ringer",
            Some(AudioDevice::Handset) => "Handset",
            Some(AudioDevice::Speaker) => "Speaker",
            Some(AudioDevice::Headset) => "Headset",
        };
        display.push(format_args!("{name} volume {}", view.volumes.of(view.device)));
    }
    match view.choice {
        Some(Choice::Conference) => display.push(format_args!("Conference with which line?")),
        Some(Choice::Transfer) => display.push(format_args!("Transfer to which line?")),
        None => {}
    }
    match view.focus.and_then(|line| view.lines.get(line.index())) {
        Some(line) => call(&mut display, line, now),
        None => idle(&mut display, view),
    }
    if !view.on_hook_number.is_empty() {
        display.push(format_args!("Dial: {}_", view.on_hook_number));
    }
    for (key, line) in LineKey::ALL.iter().zip(&view.lines) {
        if view.focus != Some(*key) && in_use(line.state) {
            let party = if line.name.is_empty() { line.number } else { line.name };
            display.push(format_args!("L{} {}{} {party}", key.number(), sign(line), title(line)));
        }
    }
    display
}

const fn in_use(state: CallState) -> bool {
    state.is_active() || matches!(state, CallState::Ringing | CallState::Held)
}

/// What a call is doing, or what becomes of it.
const fn title(line: &LineView<'_>) -> &'static str {
    match line.transfer {
        Transfer::None if line.conferenced && matches!(line.state, CallState::Connected) => "Conference",
        // Somebody is there who was to be called back.
        Transfer::None if matches!(line.state, CallState::Ringing) && !line.incoming => "Call back",
        Transfer::None => line.state.label(),
        Transfer::Asked => "Transferring",
        Transfer::Failed => "Transfer failed",
    }
}

/// What stands before the state of a secure call.
const fn sign(line: &LineView<'_>) -> &'static str {
    if line.secure { "$" } else { "" }
}

/// The call in focus: what and for how long, with whom.
fn call(display: &mut Display, line: &LineView<'_>, now: Instant) {
    let timer = line.connected_since.map(|since| Clock(now.since_ms(since)));
    match timer {
        Some(timer) => display.push(format_args!("{} {}{} {timer}", line.label, sign(line), title(line))),
        None => display.push(format_args!("{} {}{}", line.label, sign(line), title(line))),
    }
    if !line.name.is_empty() {
        display.push(format_args!("{}", line.name));
    }
    if let Some(service) = line.asks_for {
        display.push(format_args!("{}", question(service)));
    }
    let cursor = if line.state == CallState::Dialing { "_" } else { "" };
    display.push(format_args!("{}{cursor}", line.number));
    if !line.diverted_by.is_empty() {
        display.push(format_args!("Diverted by {}", line.diverted_by));
    }
    if line.held_by_peer {
        display.push(format_args!("Remote hold"));
    }
}

/// What asks for the number that a service wants.
const fn question(service: Service) -> &'static str {
    match service {
        Service::BlindTransfer | Service::Referral(_) => "Transfer to",
        Service::ForwardAllOn => "Forward all calls to",
        Service::ForwardBusyOn => "Forward when busy to",
        Service::ForwardNoAnswerOn => "Forward unanswered to",
        Service::Paging => "Page",
        Service::Park => "Park at",
        Service::Pickup => "Pick up",
        Service::Unpark => "Take from",
        Service::VoiceMailNumber => "Voice mail number",
        // A server's code, or none that a number follows.
        Service::FeatureDial(_)
        | Service::CallReturn
        | Service::CallBackOn
        | Service::CallBackOff
        | Service::ForwardAllOff
        | Service::ForwardBusyOff
        | Service::ForwardNoAnswerOff
        | Service::CallWaitingOn
        | Service::CallWaitingOff
        | Service::CallWaitingOnce
        | Service::NoCallWaitingOnce
        | Service::BlockCallerIdOn
        | Service::BlockCallerIdOff
        | Service::BlockCallerIdOnce
        | Service::ShowCallerIdOnce
        | Service::BlockAnonymousOn
        | Service::BlockAnonymousOff
        | Service::DoNotDisturbOn
        | Service::DoNotDisturbOff
        | Service::SecureAll
        | Service::SecureNone
        | Service::SecureOnce
        | Service::ClearOnce
        | Service::GroupPickup
        | Service::MediaLoopback
        | Service::Codec(_) => "Number",
    }
}

/// The idle screen: whose phone it is, and the line keys.
fn idle(display: &mut Display, view: &View<'_>) {
    display.push(format_args!("{}", view.identity));
    for (key, line) in LineKey::ALL.iter().zip(&view.lines) {
        let Some(extension) = line.extension else { continue };
        let state = view.registrations.get(extension.index()).map(|view| view.state).unwrap_or_default();
        let remark = match state {
            RegistrationState::Registering => " Registering",
            RegistrationState::Failed(_) => " Not registered",
            RegistrationState::Off | RegistrationState::Registered => "",
        };
        display.push(format_args!("L{} {}{remark}", key.number(), line.label));
    }
    if view.undisturbed {
        display.push(format_args!("Do not disturb"));
    }
    if !view.forwarded_to.is_empty() {
        display.push(format_args!("Calls go to {}", view.forwarded_to));
    }
}

/// A duration as a call timer shows it: `0:42`, `1:02:03`.
struct Clock(u64);

impl core::fmt::Display for Clock {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let seconds = self.0 / 1_000;
        let (hours, minutes, rest) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        if hours > 0 { write!(f, "{hours}:{minutes:02}:{rest:02}") } else { write!(f, "{minutes}:{rest:02}") }
    }
}

const _: () = assert!(
    ROWS >= 6 + limits::LINE_KEYS,
    "volume, question, three rows of a call, remote hold, other lines"
);
