//! What must hold whatever happened.

use super::*;

impl Desk {
    /// Devices, tones and sessions go with the states of the lines.
    pub(super) fn check(&self) {
        let states = LineKey::ALL.map(|key| self.calls.line(key).state());
        let active = states.iter().filter(|state| state.is_active()).count();
        match self.calls.conference() {
            None => assert!(active <= 1, "{states:?}"),
            Some(legs) => {
                let stand = legs.map(|key| self.calls.line(key).state());
                assert!(legs[0] != legs[1] && active == 2, "{states:?}");
                let stands = |state| !matches!(state, CallState::Dialing | CallState::Invalid);
                assert!(stand.iter().all(|state| state.is_active() && stands(*state)), "{states:?}");
            }
        }
        assert_eq!(self.calls.path().selected().is_some(), active > 0, "{states:?}");
        assert!(!self.calls.path().is_muted() || active > 0);
        assert!(self.calls.tone().is_none() || active > 0);
        let shared = self.calls.tone().is_some_and(|(tone, _)| tone != Tone::CallWaiting);
        assert_eq!(self.calls.shares_tone(), shared && self.calls.conference().is_some());
        let ringing = states.contains(&CallState::Ringing);
        assert!(self.calls.ring().is_none() || (ringing && active == 0), "{states:?}");
        assert_eq!(self.calls.ringing_since().is_some(), ringing);
        assert!(self.calls.digit().is_none() || states.contains(&CallState::Connected));
        let mut owned: Vec<SessionId> = Vec::new();
        for key in LineKey::ALL {
            let line = self.calls.line(key);
            let Some(session) = line.session() else {
                assert!(!matches!(line.state(), CallState::Calling | CallState::Connected | CallState::Held));
                continue;
            };
            assert!(!owned.contains(&session));
            owned.push(session);
            let far = self.far.iter().find(|far| far.session == session).expect("a line's session is alive");
            assert_eq!(far.on_hold, line.state() == CallState::Held, "{states:?}");
            assert!(!far.incoming || far.answered != (line.state() == CallState::Ringing), "{states:?}");
        }
        owned.extend(self.calls.call_back_order().session());
        owned.extend(self.calls.music().session());
        assert_eq!(owned.len(), self.far.len(), "each session belongs to a line: {:?}", self.far);
    }
}
