//! Music on hold, as the calls do it: the server is called by nobody's line, and whoever is on hold hears it.

use super::appearance::Order as Wanted;
use super::music::{Input, Step, Wish, Wishes};
use super::{Calls, Line, LineKey, Order, Turn};
use crate::config::Config;
use crate::config::catalogue::ext;
use crate::ua::{Event, ExtensionId, Outcome, SessionId, SessionView};

impl Calls {
    /// The call to the music server.
    #[must_use]
    pub const fn music(&self) -> &super::Music {
        &self.music
    }

    /// Whether a line's far end is on hold and hears music.
    #[must_use]
    pub fn hears_music(&self, config: &Config, key: LineKey) -> bool {
        self.music_wish(config, key).is_some_and(|wish| self.music.plays_for(wish))
    }

    /// The session whose sound has this number, while it lasts.
    #[must_use]
    pub fn numbered(&self, serial: u32) -> Option<SessionId> {
        let music = || self.music.session().filter(|_| self.music.serial() == serial);
        self.lines.iter().find(|line| line.serial() == serial).and_then(Line::session).or_else(music)
    }

    /// After each input: somebody is on hold, or not any more.
    pub(super) fn attend_music(&mut self, turn: &mut Turn<'_>) {
        self.step_music(turn, Input::Look);
    }

    /// Whether an event is about the call to the server. What the server changes about its sound (hold,
    /// another codec) is seen in the session.
    pub(super) fn is_about_music(&mut self, turn: &mut Turn<'_>, event: Event) -> bool {
        let ours = |session: SessionId| self.music.session() == Some(session);
        let input = match event {
            Event::Answered(session) if ours(session) => Input::Answered,
            Event::Ended { session, .. } if ours(session) => Input::Ended,
            Event::Progress { session, .. } | Event::Media(session) | Event::Party(session)
                if ours(session) =>
            {
                return true;
            }
            Event::Registration(_)
            | Event::Incoming(_)
            | Event::Progress { .. }
            | Event::Answered(_)
            | Event::Media(_)
            | Event::Party(_)
            | Event::Digit { .. }
            | Event::MediaFailed { .. }
            | Event::Clock { .. }
            | Event::Asked { .. }
            | Event::Replied { .. }
            | Event::Ended { .. }
            | Event::Service { .. }
            | Event::MessageWaiting { .. }
            | Event::Subscribed { .. }
            | Event::SharedLine { .. }
            | Event::Seized { .. }
            | Event::WatchedAnew { .. }
            | Event::Watched { .. }
            | Event::Transferred { .. }
            | Event::Referred { .. }
            | Event::Replaced { .. }
            | Event::Talk(_)
            | Event::Hold(_) => return false,
        };
        self.step_music(turn, input);
        true
    }

    /// What came of the order to call the server.
    pub(super) fn music_outcome(&mut self, turn: &mut Turn<'_>, outcome: Outcome) {
        match outcome {
            Outcome::Session(session) => {
                self.serials = self.serials.wrapping_add(1);
                let serial = self.serials;
                self.step_music(turn, Input::Begun { session, serial });
            }
            Outcome::Refused(_) => self.step_music(turn, Input::Refused),
            Outcome::Done => {}
        }
    }

    /// What a far end said to our hold: it hears music only if it listens, at an address (guide, MOH Server).
    pub(super) fn heard_on_hold(&mut self, session: SessionId, view: Option<SessionView<'_>>) {
        let held = view.filter(|view| view.on_hold).and_then(|view| view.media);
        let listens = held.is_some_and(|media| media.send && !media.receive);
        if let Some(key) = self.line_of(session) {
            self.line_mut(key).set_listens(listens);
        }
    }

    fn step_music(&mut self, turn: &mut Turn<'_>, input: Input) {
        let wishes: Wishes = LineKey::ALL.map(|key| self.music_wish(turn.config, key));
        let Step { end, call } = self.music.step(&wishes, input);
        for wish in [end.map(Wanted::End), call.map(Wanted::Listen)].into_iter().flatten() {
            let full = turn.orders.push(Order { line: None, wish }).is_err();
            if full && call.is_some() {
                let _missed = self.music.step(&wishes, Input::Refused);
            }
        }
    }

    fn music_wish(&self, config: &Config, key: LineKey) -> Option<Wish> {
        let line = self.line(key);
        let from = line.extension().filter(|_| line.listens())?;
        let server = |extension: ExtensionId| {
            let number = extension.number();
            let name = config.read(ext::MOH_SERVER.of(number));
            // A user id alone is at the extension's proxy.
            let proxy = if name.contains(['@', ':']) { "" } else { config.read(ext::PROXY.of(number)) };
            Some((name, proxy)).filter(|_| !name.is_empty())
        };
        let wanted = server(from)?;
        let same = ExtensionId::ALL.into_iter().find(|extension| server(*extension) == Some(wanted))?;
        Some(Wish { from, server: same })
    }
}
