//! Codes that a person dials to the phone itself (guide, Vertical Service Activation Codes).

use super::{Model, Place, Settings, State, Tone};

/// What a code does.
#[derive(Clone, Copy)]
enum Effect {
    /// Something holds for the call that follows.
    Once(Option<bool>),
    /// A setting changes.
    Switch(fn(&mut Settings)),
    /// A number follows, and a setting keeps it.
    Keep,
    /// A number follows, and the held call goes there.
    Blind,
    /// The last caller is called.
    Return,
    /// The code itself is called.
    Call,
    /// Whom the person called last is to be called back, or not.
    Back(bool),
}

const CODES: [(&str, Effect); 31] = [
    ("*69", Effect::Return),
    ("*98", Effect::Blind),
    ("*72", Effect::Keep),
    ("*73", Effect::Switch(|settings| settings.forward_all.clear())),
    ("*90", Effect::Keep),
    ("*91", Effect::Switch(|settings| settings.forward_busy.clear())),
    ("*92", Effect::Keep),
    ("*93", Effect::Switch(|_| {})),
    ("*56", Effect::Switch(|settings| settings.call_waiting = true)),
    ("*57", Effect::Switch(|settings| settings.call_waiting = false)),
    ("*71", Effect::Once(Some(true))),
    ("*70", Effect::Once(Some(false))),
    ("*67", Effect::Switch(|_| {})),
    ("*68", Effect::Switch(|_| {})),
    ("*81", Effect::Once(None)),
    ("*82", Effect::Once(None)),
    ("*77", Effect::Switch(|settings| settings.no_anonymous = true)),
    ("*87", Effect::Switch(|settings| settings.no_anonymous = false)),
    ("*78", Effect::Switch(|settings| settings.undisturbed = true)),
    ("*79", Effect::Switch(|settings| settings.undisturbed = false)),
    ("*16", Effect::Switch(|_| {})),
    ("*17", Effect::Switch(|_| {})),
    ("*18", Effect::Once(None)),
    ("*19", Effect::Once(None)),
    ("*66", Effect::Back(true)),
    ("*86", Effect::Back(false)),
    ("*96", Effect::Keep),
    ("*38", Effect::Blind),
    ("*36", Effect::Keep),
    ("*39", Effect::Keep),
    ("*37", Effect::Call),
];

/// The code that a text begins with.
pub(super) fn leading(text: &str) -> Option<&'static str> {
    CODES.iter().map(|(keys, _)| *keys).find(|keys| text.starts_with(keys))
}

/// Whether a code may still come of these keys.
pub(super) fn may_become(keys: &str) -> bool {
    CODES.iter().any(|(code, _)| code.starts_with(keys))
}

impl Model {
    /// A code is dialled.
    pub(super) fn serve(&mut self, line: Place, code: &'static str) {
        let Some((_, effect)) = CODES.iter().find(|(keys, _)| *keys == code) else { return };
        match *effect {
            Effect::Once(call_waiting) => {
                let call = &mut self.calls[line];
                call.call_waiting = call_waiting.or(call.call_waiting);
                call.typed.push_str(code);
                self.ask(line, None, self.dial_tone());
            }
            Effect::Switch(change) => {
                change(&mut self.settings);
                self.confirm(line);
            }
            Effect::Blind if !self.begin_blind(line) => self.fail(line, "reorder"),
            Effect::Keep | Effect::Blind => self.ask(line, Some(code), "prompt"),
            Effect::Return if self.last_caller.is_empty() => self.fail(line, "reorder"),
            Effect::Return => {
                self.calls[line].purpose = None;
                let number = self.last_caller.clone();
                self.call(line, &number, &number);
            }
            Effect::Call => {
                self.calls[line].purpose = None;
                self.call(line, code, code);
            }
            Effect::Back(true) => self.order_back(line),
            Effect::Back(false) => self.cancel_back(line),
        }
    }

    /// A key that does what a code does, on the line that waits for a number or on the first idle one.
    pub(super) fn serve_key(&mut self, code: &'static str) {
        let waits = self.lowest(State::Dialing);
        let Some(line) = waits.or_else(|| self.lowest(State::Idle)) else { return };
        if waits.is_none() {
            self.take(line, "prompt");
        }
        self.serve(line, code);
    }

    /// A switch: with dial tone as by its code, else the display says it.
    pub(super) fn switch_key(&mut self, code: &'static str) {
        let change = CODES.iter().find(|(keys, _)| *keys == code);
        match (self.lowest(State::Dialing), change) {
            (Some(line), _) => self.serve(line, code),
            (None, Some((_, Effect::Switch(change)))) => change(&mut self.settings),
            (None, _) => {}
        }
    }

    /// The number that a code wanted is there.
    pub(super) fn serve_number(&mut self, line: Place, code: &str, number: &str) {
        match code {
            "*72" => number.clone_into(&mut self.settings.forward_all),
            "*90" => number.clone_into(&mut self.settings.forward_busy),
            "*98" => return self.blind(line, number),
            "*38" => return self.blind(line, &format!("*38{number}")),
            "*36" | "*39" => {
                self.calls[line].purpose = None;
                self.calls[line].typed.push_str(code);
                return self.call(line, &format!("{code}{number}"), number);
            }
            "*96" => {
                self.calls[line].purpose = None;
                self.calls[line].typed.push_str(code);
                return self.call_as(line, "page", number, number);
            }
            _ => {}
        }
        self.confirm(line);
    }

    /// Confirm tone, then dial tone; the next key is the first of a number.
    pub(super) fn confirm(&mut self, line: Place) {
        self.ask(line, None, self.dial_tone());
        if self.calls[line].ready {
            self.calls[line].sound(self.now, Some("confirm"));
        }
    }

    /// What prompts for a number.
    pub(super) fn dial_tone(&self) -> Tone {
        match (self.settings.forward_all.is_empty(), self.settings.messages) {
            (false, _) => "cfwd",
            (true, true) => "stutter",
            (true, false) => "dial",
        }
    }
}
