//! What must hold whatever happened.

use deskphone::base::Instant;
use deskphone::limits;
use deskphone::phone::{CallState, Colour, LineView, Pattern, Phone, Tone, View};
use std::collections::{BTreeMap, HashMap};
use testbed::ladder::{Kind, Ladder};
use testbed::summary;

/// The rules of one phone at any moment; `shared`: line keys that are appearances of a shared line.
pub(crate) fn check(phone: &Phone, view: &View<'_>, shared: &[usize], now: Instant) {
    devices(view);
    sounds(view);
    lamps(view, shared);
    for (line, stream) in view.lines.iter().zip(&view.audio.streams) {
        // Who was called back and waits for the person hears a tone, and nobody hears them.
        let waits = stream.is_some_and(|stream| stream.tone.is_some() && !stream.receive);
        let speaks = !waits && stream.is_some_and(|stream| stream.send || stream.receive);
        assert!(!speaks || line.state.is_active(), "a call that is not active speaks: {line:?}");
        let talks = line.connected_since.is_some();
        let may = matches!(line.state, CallState::Connected | CallState::Held);
        assert!(may || !talks, "the call timer runs in a conversation: {line:?}");
        // A far end that is on hold may send us to somebody else, who has not answered yet.
        assert!(talks || line.state != CallState::Connected, "{line:?}");
        assert!(!talks || stream.is_some(), "a conversation has its stream: {line:?}");
    }
    let waits = |line: &LineView<'_>| line.state == CallState::Calling && line.lamp.colour == Colour::Green;
    let in_use = view.lines.iter().filter(|line| has_session(line) && !waits(line)).count();
    let (sessions, transactions) = phone.user_agent().load();
    assert!(sessions >= in_use, "{in_use} lines believe in {sessions} sessions");
    assert!(sessions <= limits::SESSIONS);
    assert!(transactions <= limits::CLIENT_TRANSACTIONS + limits::SERVER_TRANSACTIONS);
    assert!(phone.deadline().is_none_or(|due| due >= now), "a deadline in the past: {:?}", phone.deadline());
    assert!(view.display(now).rows().count() > 0, "the display is never empty");
}

fn has_session(line: &LineView<'_>) -> bool {
    use CallState::{Busy, Calling, Connected, Dialing, Disabled, Held, Idle, Invalid, Proceeding, Ringing};
    match line.state {
        Calling | Proceeding | Ringing | Connected | Held => true,
        Disabled | Idle | Dialing | Invalid | Busy => false,
    }
}

/// At most one active call, or the two of a conference; a device is on exactly while there is one; one
/// microphone at the most, but for a conference.
fn devices(view: &View<'_>) {
    let active = view.lines.iter().filter(|line| line.state.is_active()).count();
    let conferenced: Vec<_> = view.lines.iter().filter(|line| line.conferenced).collect();
    assert!(active <= 1 || (active, conferenced.len()) == (2, 2), "{active} active calls");
    assert!(matches!(conferenced.len(), 0 | 2), "two calls make a conference: {conferenced:?}");
    assert!(conferenced.iter().all(|line| line.state.is_active()), "{conferenced:?}");
    assert_eq!(view.device.is_some(), active > 0, "a device is on exactly while a call is active");
    let mut open = view.audio.open_microphones();
    assert!(open.clone().count() <= 1 || open.all(|stream| stream.conferenced), "one open microphone");
    for (line, stream) in view.lines.iter().zip(&view.audio.streams) {
        assert!(stream.is_none_or(|stream| stream.conferenced == line.conferenced), "{line:?} {stream:?}");
    }
    assert!(!view.muted || view.device.is_some(), "muting belongs to a device");
    let shown =
        [view.speaker_lamp, view.headset_lamp].iter().filter(|lamp| lamp.colour != Colour::Off).count();
    assert!(shown <= 1, "one button is lit at the most");
}

/// A tone needs a device; the ringer sounds for somebody, and only while no device is on.
fn sounds(view: &View<'_>) {
    let rings = view.lines.iter().any(|line| line.state == CallState::Ringing);
    assert!(view.tone.is_none() || view.device.is_some(), "a tone needs a device");
    assert!(view.tone != Some(Tone::CallWaiting) || rings, "call waiting tone without a caller");
    assert!(view.ring.is_none() || view.device.is_none(), "ringing during a call");
    assert_eq!(view.message_lamp.colour != Colour::Off, rings, "the envelope blinks while a call comes in");
    let connected = view.lines.iter().find(|line| line.state == CallState::Connected);
    let silent = connected.is_none_or(|line| line.held_by_peer);
    let joined = view.lines.iter().any(|line| line.conferenced);
    let heard = match view.tone {
        None | Some(Tone::CallWaiting | Tone::Page) => true,
        Some(Tone::Conference | Tone::Ringback) => joined || silent,
        Some(_) => silent && !joined,
    };
    assert_eq!(view.audio.tone_shared, joined && view.tone.is_some_and(|tone| tone != Tone::CallWaiting));
    assert!(heard, "{:?} in a conversation", view.tone);
}

/// What the LED of a line key says is what its call does; that of a shared line which is not granted yet, or
/// whose call is over while the person is off hook, what others do there.
fn lamps(view: &View<'_>, keys: &[usize]) {
    for (key, line) in view.lines.iter().enumerate() {
        let shared = keys.contains(&key);
        let fast = (line.lamp.colour, line.lamp.pattern) == (Colour::Red, Pattern::Fast);
        assert_eq!(fast, line.state == CallState::Ringing, "{line:?}");
        let steady = (line.lamp.colour, line.lamp.pattern) == (Colour::Red, Pattern::Steady);
        let asks = matches!(line.state, CallState::Dialing | CallState::Calling | CallState::Invalid);
        assert!(steady == line.state.is_active() || (shared && asks), "{line:?}");
        let waits = shared && line.state == CallState::Dialing && !steady;
        let silent = matches!(view.tone, None | Some(Tone::CallWaiting));
        assert!(!waits || silent, "{:?} without a grant: {line:?}", view.tone);
    }
}

/// RFC 3261 §17.2: a request gets one final response, however often it and its answer are sent. A phone that
/// was switched off and on meanwhile knows nothing of what it said before.
pub(crate) fn one_final_response(ladder: &Ladder) {
    let mut lives: HashMap<&str, u32> = HashMap::new();
    let mut answers: BTreeMap<String, String> = BTreeMap::new();
    for entry in ladder.entries() {
        match &entry.kind {
            Kind::Act if entry.text == "restart" => *lives.entry(&entry.who).or_default() += 1,
            Kind::Message { word, bytes, .. }
                if entry.who != "office" && word.parse::<u16>().is_ok_and(|status| status >= 200) =>
            {
                let life = lives.get(entry.who.as_str()).copied().unwrap_or_default();
                let field = |name| summary::header(bytes, name).unwrap_or_default();
                let request =
                    format!("{} {life} {} {} {}", entry.who, field("Via"), field("Call-ID"), field("CSeq"));
                let first = answers.entry(request).or_insert_with_key(|_| word.clone());
                assert!(first == word, "{}: {first} and then {word} to the same request", entry.who);
            }
            Kind::Act | Kind::Show | Kind::Message { .. } => {}
        }
    }
}
