//! Two conversations at once (guide, Three Way Conferencing): `conf`, `confLx`, `join`.

use super::choice::Aim;
use super::transfer::Begun;
use super::{Model, Place, State, Tone};

/// How much of the conference tone is heard.
const TONE_MS: u64 = 3_000;

/// The two calls that are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Joined {
    legs: [Place; 2],
    /// Both have answered; the person and they have been told so.
    complete: bool,
    tone_ends: Option<u64>,
}

impl Model {
    /// Whether a call is one of the two.
    #[must_use]
    pub fn is_conferenced(&self, line: Place) -> bool {
        self.joined.is_some_and(|joined| joined.legs.contains(&line))
    }

    /// Whether `conf` is offered: to begin with, or for the call that was begun for it.
    pub(super) fn offers_conference(&self) -> bool {
        match self.begun_pair() {
            Some(pair) => pair.aim == Aim::Conference,
            None => self.offers_consultation(),
        }
    }

    /// Whether `join` is: both talk, and nobody is on the way yet.
    pub(super) fn offers_join(&self) -> bool {
        let talks = |line: &Place| self.calls[*line].state == State::Connected && self.is_free(*line);
        self.joined.is_some_and(|joined| joined.legs.iter().all(talks))
    }

    pub(super) fn confer(&mut self) {
        match self.begun_pair() {
            Some(pair) if pair.aim == Aim::Conference => self.bring_together(pair),
            None if self.offers_consultation() => self.consult("second", Aim::Conference),
            Some(_) | None => {}
        }
    }

    /// The two are left to each other: one is sent to the other.
    pub(super) fn join(&mut self) {
        if let Some(Joined { legs: [held, line], .. }) = self.joined.filter(|_| self.offers_join()) {
            self.send_pair(held, line);
        }
    }

    /// Whichever of the two is on hold comes back beside the other.
    pub(super) fn bring_together(&mut self, Begun { held, line, .. }: Begun) {
        self.begun = None;
        self.joined = Some(Joined { legs: [held, line], complete: false, tone_ends: None });
        for line in [held, line] {
            if self.calls[line].state == State::Held {
                self.take_up(line);
            }
        }
    }

    /// What all three hear: that they are in a conference; how the one who is to come rings.
    pub(super) fn shared_tone(&self, joined: Joined) -> Option<Tone> {
        let rings = |line: Place| {
            let call = &self.calls[line];
            call.tone.filter(|_| call.state != State::Connected)
        };
        let begins = joined.tone_ends.map(|_| "conference");
        begins.or_else(|| joined.legs.into_iter().find_map(rings))
    }

    /// A conference lasts as long as both of its calls are active.
    pub(super) fn settle_conference(&mut self) {
        let Some(mut joined) = self.joined.take() else { return };
        let states = joined.legs.map(|line| self.calls[line].state);
        if !states.iter().all(|state| state.is_active() && *state != State::Invalid) {
            return;
        }
        if !joined.complete && states == [State::Connected; 2] {
            joined.complete = true;
            joined.tone_ends = Some(self.now + TONE_MS);
        }
        self.joined = Some(joined);
    }

    pub(super) fn conference_in_time(&mut self) {
        if let Some(joined) = &mut self.joined {
            joined.tone_ends = joined.tone_ends.filter(|at| *at > self.now);
        }
    }
}
