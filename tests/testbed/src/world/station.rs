//! What the world needs of a phone, and how a phone's view becomes levels of a ladder.

use deskphone::base::{Instant, Rng};
use deskphone::crypto::MasterKey;
use deskphone::phone::{AudioPlan, Colour, Input, Lamp, Output, SoftKey, View};
use deskphone::sdp::MediaKeys;
use deskphone::ua::RegistrationState;
use std::fmt::Debug;

/// A phone as its host sees it: the verbs of the library's facade. A model or a script can stand in for
/// it.
pub trait Station {
    /// Something happened.
    fn step(&mut self, now: Instant, rng: &mut dyn Rng, input: Input<'_>);
    /// The next thing to do; until `None`.
    fn poll(&mut self) -> Option<Output<'_>>;
    /// When to step with [`Input::Timeout`].
    fn deadline(&self) -> Option<Instant>;
    /// What is shown and heard.
    fn levels(&self, now: Instant) -> Levels;
    /// What its audio task has to do.
    fn plan(&self) -> AudioPlan;
    /// The key of each line's audio whose call is secure, or about to be.
    fn call_keys(&self) -> [Option<MasterKey>; 4] {
        [const { None }; 4]
    }
    /// The keys of each line's audio that is SRTP by its description.
    fn media_keys(&self) -> [Option<MediaKeys>; 4] {
        [const { None }; 4]
    }
    /// The keys that press the soft key with this label, if it is offered.
    fn way_to(&self, label: &str) -> Option<Vec<deskphone::phone::Key>>;
    /// What is left over when everything should have ended; empty when nothing is.
    fn leftovers(&self) -> String {
        String::new()
    }
}

/// Names and values: `("led L1", "red slow")`. The empty value means: nothing.
pub type Levels = Vec<(String, String)>;

/// The levels of a view.
#[must_use]
pub fn levels(view: &View<'_>, now: Instant) -> Levels {
    let mut levels = Vec::new();
    let mut put = |name: &str, value: String| levels.push((name.to_owned(), value));
    for (number, line) in (1..).zip(&view.lines) {
        put(&format!("state L{number}"), word(line.state));
        put(&format!("led L{number}"), lamp(line.lamp));
        put(&format!("held-by-peer L{number}"), flag(line.held_by_peer));
    }
    for (number, registration) in (1..).zip(&view.registrations) {
        let value = match registration.state {
            RegistrationState::Off => String::new(),
            RegistrationState::Registering => "registering".to_owned(),
            RegistrationState::Registered => "yes".to_owned(),
            RegistrationState::Failed(status) => format!("failed {status}"),
        };
        put(&format!("registered {number}"), value);
    }
    put("device", view.device.map(word).unwrap_or_default());
    put("muted", flag(view.muted));
    put("led SPEAKER", lamp(view.speaker_lamp));
    put("led HEADSET", lamp(view.headset_lamp));
    put("led MUTE", lamp(view.mute_lamp));
    put("led MESSAGE", lamp(view.message_lamp));
    put("tone", view.tone.map(word).unwrap_or_default());
    put("ring", view.ring.map(|number| number.to_string()).unwrap_or_default());
    put("soft keys", soft_keys(view));
    let rows: Vec<String> = view.display(now).rows().map(without_timer).collect();
    put("display", rows.join(" / "));
    for (number, stream) in (1..).zip(&view.audio.streams) {
        let value = stream.map_or_else(String::new, |stream| {
            let way = match (stream.send, stream.receive) {
                (true, true) => "both ways",
                (true, false) => "sending",
                (false, true) => "receiving",
                (false, false) => "still",
            };
            let digit =
                stream.digit.map(|digit| format!(" digit {}", digit.symbol.symbol())).unwrap_or_default();
            let conference = if stream.conferenced { " conference" } else { "" };
            let tone = stream.tone.map(|tone| format!(" {} tone", word(tone))).unwrap_or_default();
            let secure = match stream.switch {
                Some(switch) if switch.secure => " secure",
                Some(switch) if switch.sends => " protected",
                Some(_) => "",
                None if stream.protected => " srtp",
                None => "",
            };
            let music = if stream.music { " music" } else { "" };
            format!("{} {way} {}{digit}{conference}{tone}{music}{secure}", word(stream.codec), stream.remote)
        });
        put(&format!("audio L{number}"), value);
    }
    let music = view.audio.music.map(|stream| format!("{} from {}", word(stream.codec), stream.remote));
    put("music", music.unwrap_or_default());
    levels
}

/// The soft keys that have to do with a call. Those of services are there whenever no call is, and would
/// say the same in every ladder.
fn soft_keys(view: &View<'_>) -> String {
    let of_calls = view.soft_keys.offered().filter(|key| !matches!(key, SoftKey::Service(_)));
    of_calls.map(SoftKey::label).collect::<Vec<_>>().join(" ")
}

/// A row without the call timer: a ladder would grow by a line a second.
fn without_timer(row: &str) -> String {
    let is_timer = |word: &&str| word.contains(':') && word.chars().all(|c| c.is_ascii_digit() || c == ':');
    row.split_whitespace().filter(|word| !is_timer(word)).collect::<Vec<_>>().join(" ")
}

fn lamp(lamp: Lamp) -> String {
    if lamp.colour == Colour::Off {
        return String::new();
    }
    format!("{} {}", word(lamp.colour), lamp.pattern.name())
}

fn word(value: impl Debug) -> String {
    format!("{value:?}").to_lowercase()
}

fn flag(value: bool) -> String {
    if value { "yes".to_owned() } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_timer_is_left_out() {
        assert_eq!(without_timer("102  Bob 0:05"), "102 Bob");
        assert_eq!(without_timer("sip:102"), "sip:102");
    }
}
