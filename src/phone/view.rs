//! What a person sees and hears: levels that a host shows after each step.

use super::Phone;
use super::audio_plan::{self, AudioPlan};
use super::display::Display;
use super::soft_keys::SoftKeyRow;
use super::volume::Volumes;
use crate::base::Instant;
use crate::calls::{AudioDevice, CallState, Choice, Colour, Lamp, LineKey, Pattern, Tone, Transfer};
use crate::config::catalogue::{ext, phone as phone_tab, user};
use crate::dialplan::Service;
use crate::limits;
use crate::ua::{ExtensionId, RegistrationView};

/// The whole face of the phone.
#[derive(Clone, Debug)]
pub struct View<'a> {
    /// The four call appearances, in line key order.
    pub lines: [LineView<'a>; limits::LINE_KEYS],
    /// The line key that display and soft keys speak of: the active call, else the lowest ringing one, else
    /// the one that a choice is asked for, else the lowest held one.
    pub focus: Option<LineKey>,
    /// The audio device that is on.
    pub device: Option<AudioDevice>,
    /// Whether the microphone is off although a device is on.
    pub muted: bool,
    /// The lamp of the speaker button.
    pub speaker_lamp: Lamp,
    /// The lamp of the headset button.
    pub headset_lamp: Lamp,
    /// The lamp of the mute button.
    pub mute_lamp: Lamp,
    /// The lamp with the envelope: red while messages wait for extension 1, blinking while a call comes in.
    pub message_lamp: Lamp,
    /// The tone in the device.
    pub tone: Option<Tone>,
    /// The ring tone that sounds, by number.
    pub ring: Option<u8>,
    /// The four soft keys.
    pub soft_keys: SoftKeyRow,
    /// What a held call is wanted for: a line key says which.
    pub choice: Option<Choice>,
    /// How loud things are.
    pub volumes: Volumes,
    /// Where each extension stands with its registrar.
    pub registrations: [RegistrationView; limits::EXTENSIONS],
    /// What the audio task has to do.
    pub audio: AudioPlan,
    pub(super) on_hook_number: &'a str,
    pub(super) identity: &'a str,
    pub(super) forwarded_to: &'a str,
    pub(super) undisturbed: bool,
    pub(super) volume_shown: bool,
}

/// One call appearance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineView<'a> {
    /// Its state.
    pub state: CallState,
    /// The LED of its line key.
    pub lamp: Lamp,
    /// The extension it belongs to; `None` for a disabled line key.
    pub extension: Option<ExtensionId>,
    /// Its name beside the key.
    pub label: &'a str,
    /// The other side's name; may be empty.
    pub name: &'a str,
    /// The number of who sent the call on to us; empty when nobody did.
    pub diverted_by: &'a str,
    /// The other side's number, or the digits dialled so far.
    pub number: &'a str,
    /// Whether the other side called us.
    pub incoming: bool,
    /// Whether the call is secure: both directions protected, and who the other side is shown by its
    /// certificate. In a conference both calls are, for what is said goes to both.
    pub secure: bool,
    /// Whether the far end has put us on hold.
    pub held_by_peer: bool,
    /// Whether its far end is being sent to somebody else.
    pub transfer: Transfer,
    /// Whether it is in a conference.
    pub conferenced: bool,
    /// What the number that is dialled is for; `None`: a call.
    pub asks_for: Option<Service>,
    /// When the conversation began; the call timer counts from here.
    pub connected_since: Option<Instant>,
}

impl View<'_> {
    /// The lines of the display at an instant; the call timers need it.
    #[must_use]
    pub fn display(&self, now: Instant) -> Display {
        super::display::render(self, now)
    }
}

/// The view of a phone.
pub(super) fn of(phone: &Phone) -> View<'_> {
    let calls = &phone.calls;
    let path = calls.path();
    let button = |on: bool, colour| if on { Lamp::steady(colour, Instant::ZERO) } else { Lamp::OFF };
    let audio = audio_plan::of(phone);
    let envelope = |since| Lamp { colour: Colour::Red, pattern: Pattern::Fast, since };
    View {
        lines: LineKey::ALL.map(|key| line(phone, key)),
        focus: calls.focus(),
        device: path.selected(),
        muted: path.is_muted(),
        speaker_lamp: button(path.selected() == Some(AudioDevice::Speaker), Colour::Green),
        headset_lamp: button(path.selected() == Some(AudioDevice::Headset), Colour::Green),
        mute_lamp: button(path.is_muted(), Colour::Red),
        message_lamp: calls.ringing_since().map_or_else(|| waiting(phone), envelope),
        tone: audio.tone,
        ring: audio.ring,
        soft_keys: phone.soft_keys.clone(),
        choice: calls.choice(),
        volumes: phone.volumes(),
        registrations: ExtensionId::ALL.map(|extension| phone.ua.registration(extension)),
        audio,
        on_hook_number: calls.on_hook_number(),
        identity: identity(phone),
        forwarded_to: forwarded_to(phone),
        undisturbed: phone.config.read(user::DND_SETTING) && phone.config.read(phone_tab::DND_SERV),
        volume_shown: phone.volume_shown.is_running(),
    }
}

fn line(phone: &Phone, key: LineKey) -> LineView<'_> {
    let line = phone.calls.line(key);
    let appearance = line.appearance();
    let number = if line.state() == CallState::Dialing { line.dialled() } else { &line.party().number };
    LineView {
        state: line.state(),
        lamp: line.lamp(),
        extension: line.extension(),
        label: phone.calls.label(&phone.config, key),
        name: &line.party().name,
        number,
        diverted_by: diverted_by(phone, key).unwrap_or_default(),
        incoming: appearance.is_incoming(),
        secure: phone.calls.is_secure(key),
        held_by_peer: appearance.is_held_by_peer(),
        transfer: line.transfer(),
        conferenced: phone.calls.is_conferenced(key),
        asks_for: appearance.asks_for(),
        connected_since: appearance.connected_since(),
    }
}

/// Messages of the primary extension light the lamp with the envelope (guide, Message Waiting).
fn waiting(phone: &Phone) -> Lamp {
    let waits = phone.config.read(ext::MESSAGE_WAITING.of(1));
    if waits { Lamp::steady(Colour::Red, Instant::ZERO) } else { Lamp::OFF }
}

/// Who sent a ringing call on.
fn diverted_by(phone: &Phone, key: LineKey) -> Option<&str> {
    let line = phone.calls.line(key);
    Some(phone.ua.session(line.session()?)?.diverted_by).filter(|_| line.state() == CallState::Ringing)
}

/// Where all calls to the primary extension go; empty: nowhere else.
fn forwarded_to(phone: &Phone) -> &str {
    let forwards = phone.config.read(phone_tab::CFWD_ALL_SERV);
    if forwards { phone.config.read(user::CFWD_ALL_DEST) } else { "" }
}

/// Whose phone it is: the primary extension's name, else its number.
fn identity(phone: &Phone) -> &str {
    match phone.config.read(ext::DISPLAY_NAME.of(1)) {
        "" => phone.config.read(ext::USER_ID.of(1)),
        name => name,
    }
}
