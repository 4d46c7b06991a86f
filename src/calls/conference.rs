//! Three-way conference: two calls are active at once, and everybody hears everybody (guide, Three Way
//! Conferencing).
//!
//! ```text
//!   conf:   Connected ──► Held, another line dials ──► rings or answers ──► conf: the held one comes back
//!   confLx: one held call ──► as the second conf; several ──► a line key says which (choice.rs)
//!   joined: Hold holds both ∙ hanging up ends both ∙ one leaves: a plain call ∙ join: a transfer
//! ```
//! A party that only rings yet is in it all the same: the other one hears it ring, and talks with it as soon
//! as it answers. That is when the conference tone sounds. With `Conference Bridge URL` it is another way:
//! bridge.rs.

use super::appearance::Input as Call;
use super::choice::{Choice, Partner};
use super::transfer::Begun;
use super::{CallState, Calls, LineKey, Tone, Transfer, Turn};
use crate::base::{Instant, Timer};
use crate::config::Config;
use crate::config::catalogue::phone;
use crate::ua::SessionId;

/// How much of `Conference Tone` is heard: its whole script goes on for longer.
const TONE_MS: u64 = 3_000;

/// The two calls of a conference: the one that was on hold before, and the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Joined {
    legs: [LineKey; 2],
    /// When the second one had answered, too.
    since: Option<Instant>,
    tone_over: Timer,
}

impl Calls {
    /// The line keys of the two calls that are joined, while there is a conference.
    #[must_use]
    pub fn conference(&self) -> Option<[LineKey; 2]> {
        self.joined.map(|joined| joined.legs)
    }

    /// Whether a line's call is in a conference.
    #[must_use]
    pub fn is_conferenced(&self, key: LineKey) -> bool {
        self.conference().is_some_and(|legs| legs.contains(&key))
    }

    /// Whether the tone of now is for the far ends of the conference, too: all but call waiting.
    #[must_use]
    pub fn shares_tone(&self) -> bool {
        self.conference().is_some() && self.shared_tone().is_some()
    }

    /// Whether `conf` does something: begins a conference, or makes it of the two calls.
    #[must_use]
    pub fn can_confer(&self, config: &Config) -> bool {
        let offered = config.read(phone::CONFERENCE_SERV) && !self.is_emergency(config);
        let fits = |pair: Begun| pair.aim == Choice::Conference && self.can_bring_together(config, pair);
        let begun = || self.begun_pair().map(fits);
        offered && begun().unwrap_or_else(|| self.can_consult())
    }

    /// Whether `confLx` does something: there are held calls that can be brought into the active one.
    #[must_use]
    pub fn can_confer_held(&self, config: &Config) -> bool {
        let offered = config.read(phone::CONFERENCE_SERV) && !self.is_emergency(config);
        let fits = |pair| self.can_bring_together(config, pair);
        offered && self.partner(Choice::Conference).is_some_and(|partner| fits(partner.pair()))
    }

    /// Whether `join` does something: both have answered. It is a transfer, so that service must be on, too.
    #[must_use]
    pub fn can_join(&self, config: &Config) -> bool {
        let talks = |key: &LineKey| {
            self.line(*key).state() == CallState::Connected && self.line(*key).transfer() != Transfer::Asked
        };
        config.read(phone::CONFERENCE_SERV)
            && config.read(phone::ATTN_TRANSFER_SERV)
            && self.conference().is_some_and(|legs| legs.iter().all(talks))
    }

    /// The `conf` soft key: the conversation is put on hold and another line gives second dial tone; pressed
    /// again, the held one comes back beside that line's.
    pub(super) fn confer(&mut self, turn: &mut Turn<'_>) {
        if !self.can_confer(turn.config) {
            return;
        }
        match self.begun_pair() {
            Some(pair) => self.bring_together(turn, pair),
            None => self.consult(turn, Tone::Second, Choice::Conference),
        }
    }

    /// The `confLx` soft key: the one held call comes back beside the active one; of several, the one that a
    /// line key says.
    pub(super) fn confer_held(&mut self, turn: &mut Turn<'_>) {
        match self.partner(Choice::Conference).filter(|_| self.can_confer_held(turn.config)) {
            Some(Partner::One(pair)) => self.bring_together(turn, pair),
            Some(Partner::Several(pair)) => self.ask(turn, pair.line, Choice::Conference),
            None => {}
        }
    }

    /// The `join` soft key: the two go on without us (RFC 5589 §7.3). The conference lasts until they have
    /// met, so that nothing has to be repaired when they do not.
    pub(super) fn join(&mut self, turn: &mut Turn<'_>) {
        if let Some([held, line]) = self.conference().filter(|_| self.can_join(turn.config)) {
            self.complete(turn, Begun { held, line, aim: Choice::Transfer });
        }
    }

    /// Makes a conference of two calls, whichever of them are on hold.
    pub(super) fn bring_together(&mut self, turn: &mut Turn<'_>, pair: Begun) {
        self.begun = None;
        if self.bridge_together(turn, pair) {
            return;
        }
        let legs = [pair.held, pair.line];
        self.joined = Some(Joined { legs, since: None, tone_over: Timer::OFF });
        for key in legs {
            if self.line(key).state() == CallState::Held {
                self.order(turn, key, Call::Resume);
            }
        }
    }

    /// Whether the end of a session leaves a plain call of a conference.
    pub(super) fn leaves_conference(&self, session: SessionId) -> Option<LineKey> {
        self.line_of(session).filter(|key| self.is_conferenced(*key))
    }

    /// A conference is over when one of its calls is no active one any more.
    pub(super) fn settle_conference(&mut self, now: Instant, config: &Config) {
        let Some(mut joined) = self.joined.take() else { return };
        let states = joined.legs.map(|key| self.line(key).state());
        let stands =
            |state| matches!(state, CallState::Calling | CallState::Proceeding | CallState::Connected);
        if !states.into_iter().all(stands) {
            return;
        }
        if joined.since.is_none() && states == [CallState::Connected; 2] {
            joined.since = Some(now);
            let whole_ms = Tone::Conference.duration_ms(config).unwrap_or(TONE_MS);
            joined.tone_over.start(now, whole_ms.min(TONE_MS));
        }
        self.joined = Some(joined);
    }

    pub(super) fn conference_timeout(&mut self, now: Instant) {
        if let Some(joined) = &mut self.joined {
            joined.tone_over.take_due(now);
        }
    }

    /// The conference tone, or how a party's phone rings.
    pub(super) fn shared_tone(&self) -> Option<(Tone, Instant)> {
        let joined = self.joined?;
        let began = joined.since.filter(|_| joined.tone_over.is_running());
        let rings = |key: LineKey| {
            let line = self.line(key);
            line.tone().filter(|_| line.state() != CallState::Connected)
        };
        began.map(|since| (Tone::Conference, since)).or_else(|| joined.legs.into_iter().find_map(rings))
    }

    pub(super) fn conference_deadline(&self) -> Option<Instant> {
        self.joined?.tone_over.due()
    }
}
