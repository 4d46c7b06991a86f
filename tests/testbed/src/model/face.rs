//! What must be shown and heard.

use super::{Device, Model, Place, Ring, State, Tone, Transfer};

/// All that a person sees and hears of calls.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Face {
    /// The line keys.
    pub lines: [LineFace; 4],
    /// The device that is on.
    pub device: Option<Device>,
    /// The microphone is off.
    pub muted: bool,
    /// The tone in the device.
    pub tone: Option<Tone>,
    /// Whether the phone rings.
    pub rings: bool,
    /// The soft keys on all pages, in order.
    pub soft_keys: Vec<&'static str>,
    /// The number typed on hook.
    pub typed: String,
}

/// One line key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LineFace {
    /// What its call is doing.
    pub state: State,
    /// The LED: colour and pattern; empty for an idle line, whose LED tells of its registration, unless
    /// somebody is called back from it.
    pub lamp: &'static str,
    /// The keys so far, or whom the call is with; empty where the network says it.
    pub number: String,
    /// The far end has put us on hold.
    pub held_by_peer: bool,
    /// One of the two calls of a conference.
    pub conferenced: bool,
    /// `Transferring`, `Transfer failed` or nothing.
    pub remark: &'static str,
}

impl Model {
    /// What must be shown and heard now.
    #[must_use]
    pub fn face(&self) -> Face {
        let waits = || (self.ring == Ring::Waiting).then_some("callwaiting");
        let burst = self.burst_ends.is_some() && self.device.is_none();
        Face {
            lines: [0, 1, 2, 3].map(|line| self.line(line)),
            device: self.device,
            muted: self.muted,
            tone: self.active().and_then(|line| {
                let own = || self.calls[line].tone;
                self.joined.map_or_else(own, |joined| self.shared_tone(joined)).or_else(waits)
            }),
            rings: matches!(self.ring, Ring::Rings(_)) || burst,
            soft_keys: self.soft_keys(),
            typed: self.typed.clone(),
        }
    }

    fn line(&self, line: Place) -> LineFace {
        let call = &self.calls[line];
        let lamp = match call.state {
            State::Idle if self.calls_back_from() == Some(line) => "green slow",
            State::Disabled | State::Idle => "",
            State::Ringing => "red fast",
            State::Held => "red slow",
            State::Dialing | State::Calling | State::Proceeding | State::Connected | State::Invalid => {
                "red steady"
            }
        };
        let number = if call.state == State::Dialing { &call.keys } else { &call.party };
        let remark = match call.transfer {
            Transfer::None => "",
            Transfer::Sent(_) | Transfer::Awaited => "Transferring",
            Transfer::Failed(_) => "Transfer failed",
        };
        let (number, held_by_peer) = (number.clone(), call.held_by_peer);
        let conferenced = self.is_conferenced(line);
        LineFace { state: call.state, lamp, number, held_by_peer, conferenced, remark }
    }

    fn soft_keys(&self) -> Vec<&'static str> {
        let mut keys = Vec::new();
        if self.lowest(State::Ringing).is_some() {
            keys.extend(["answer", "ignore"]);
        }
        if self.asked.is_some() {
            keys.push("cancel");
            return keys;
        }
        if self.joined.is_some() {
            keys.extend(["hold", "endcall"]);
            keys.extend(self.offers_join().then_some("join"));
            return keys;
        }
        let redial = (!self.last_number.is_empty()).then_some("redial");
        let lcr = (!self.last_caller.is_empty()).then_some("lcr");
        let free = self.lowest(State::Idle).is_some();
        match self.active().map(|line| &self.calls[line]) {
            Some(call) if call.state == State::Dialing && call.keys.is_empty() => {
                keys.extend(redial);
                if call.purpose.is_none() {
                    keys.extend(["cfwd", "dnd"].into_iter().chain(lcr));
                    keys.extend(["unpark", "pickup", "gpickup"]);
                }
            }
            Some(call) if call.state == State::Dialing => keys.extend(["dial", "delchr", "cancel"]),
            Some(call) => {
                keys.extend((call.state == State::Connected).then_some("hold"));
                keys.push("endcall");
                keys.extend(self.offers_conference().then_some("conf"));
                keys.extend(self.offers_transfer().then_some("xfer"));
                keys.extend(self.offers_consultation().then_some("bxfer"));
                keys.extend(self.offers_held().then_some("confLx"));
                keys.extend(self.offers_held().then_some("xferLx"));
                keys.extend(self.offers_consultation().then_some("park"));
            }
            None if !self.typed.is_empty() => keys.extend(["dial", "delchr", "cancel"]),
            // The screen belongs to the caller.
            None if self.lowest(State::Ringing).is_some() => {}
            None => {
                let held = self.lowest(State::Held).is_some();
                keys.extend(held.then_some("resume"));
                keys.extend((held && free).then_some("newcall"));
                keys.extend(redial.filter(|_| free));
                // Where calls shall go is asked for on a line; taken back it is without one.
                keys.extend((free || !self.settings.forward_all.is_empty()).then_some("cfwd"));
                keys.push("dnd");
                if free && !held {
                    keys.extend(lcr.into_iter().chain(["pickup", "gpickup", "unpark"]));
                }
            }
        }
        keys
    }
}
