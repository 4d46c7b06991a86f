//! The shared keys of one station, beside it: what each must show follows from what the station was told and
//! from what its person did. Nothing here is taken from the library.
//!
//! ```text
//!           told (call-info)              key            grant (line-seize)
//!   unknown ───────────────► idle ───────────────► asked ────────────────► own
//!      ▲                    ▲ told                   │ refused, 4 s         │ over
//!      │                    └──── others' ◄──────────┴──────────────────────┘
//!      └── subscription or registration lost
//! ```

use deskphone::base::Instant;
use deskphone::phone::{CallState, Colour, Input, LineView, Pattern, View};
use deskphone::ua::RegistrationState;
use std::collections::{HashMap, HashSet};
use testbed::summary;

/// The shared keys of one station.
#[derive(Debug)]
pub(crate) struct Appearances {
    /// Each appearance's line key, by index.
    keys: Vec<usize>,
    places: Vec<Place>,
    /// The subscriptions by their Call-IDs: which appearance is asked for; who watches.
    seizing: HashMap<String, usize>,
    watching: HashSet<String>,
    /// When the station asked how the line stands and was not answered yet.
    asked_at: Option<Instant>,
    /// The subscription may have been lost.
    doubt: bool,
    /// The registration has failed.
    failed: bool,
    /// A notification whose answer has not left, and all that came.
    notified: Option<Notification>,
    came: HashSet<(String, String)>,
    /// Why the station was stepped last, and when.
    cause: Cause,
    now: Instant,
}

#[derive(Clone, Debug)]
struct Place {
    /// What the server said last, while that is known.
    told: Option<String>,
    own: Own,
}

/// What the station has of an appearance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Own {
    Nothing,
    /// It waits for the server's grant, at most until then.
    Asked(Instant),
    /// It dials or has a call there.
    Has,
}

#[derive(Debug)]
struct Notification {
    call_id: String,
    cseq: String,
    told: Vec<String>,
    over: bool,
}

/// Why the station was stepped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    Person,
    Time,
    /// The appearance is granted.
    Grant(usize),
    /// It is not, or not any more.
    Refusal(usize),
    Invite,
    Other,
}

/// So long a server may take to grant an appearance (secure-and-sla C.10).
const PATIENCE_MS: u64 = 4_000;
/// A request that nobody answers is given up.
const GIVE_UP_MS: u64 = 64 * 500;

/// What the LED of a station says of another one's call: the settings of [`crate::moves::shared`].
const LAMPS: [(&str, (Colour, Pattern)); 7] = [
    ("idle", (Colour::Green, Pattern::Steady)),
    ("seized", (Colour::Amber, Pattern::Fast)),
    ("progressing", (Colour::Green, Pattern::Fast)),
    ("alerting", (Colour::Amber, Pattern::Slow)),
    ("active", (Colour::Red, Pattern::Double)),
    ("held", (Colour::Green, Pattern::Slow)),
    ("held-private", (Colour::Green, Pattern::Slow)),
];
const UNDEFINED: (Colour, Pattern) = (Colour::Amber, Pattern::Double);
const OWN: (Colour, Pattern) = (Colour::Red, Pattern::Steady);

/// What the LED says of an appearance that others use.
pub(crate) fn lamp_of(said: &str) -> (Colour, Pattern) {
    LAMPS.iter().find(|(state, _)| *state == said).map_or(UNDEFINED, |(_, lamp)| *lamp)
}

impl Appearances {
    pub(crate) fn new(keys: &[usize]) -> Self {
        Self {
            keys: keys.to_vec(),
            places: vec![Place { told: None, own: Own::Nothing }; keys.len()],
            seizing: HashMap::new(),
            watching: HashSet::new(),
            asked_at: None,
            doubt: false,
            failed: false,
            notified: None,
            came: HashSet::new(),
            cause: Cause::Other,
            now: Instant::ZERO,
        }
    }

    /// The same phone, switched off and on.
    pub(crate) fn restarted(&self) -> Self {
        Self::new(&self.keys)
    }

    pub(crate) fn keys(&self) -> &[usize] {
        &self.keys
    }

    /// Something happens to the station.
    pub(crate) fn hear(&mut self, now: Instant, input: &Input<'_>) {
        self.now = now;
        self.cause = match input {
            Input::KeyDown(_) | Input::KeyUp(_) | Input::Hook(_) => Cause::Person,
            Input::Timeout => Cause::Time,
            Input::Message { bytes, .. } => self.meaning(bytes).unwrap_or(Cause::Other),
            Input::Network(_)
            | Input::PortMapped { .. }
            | Input::Computed(_)
            | Input::Authenticated { .. }
            | Input::Clock(_)
            | Input::Unreachable(_)
            | Input::Resolved { .. }
            | Input::MediaStatistics { .. } => Cause::Other,
        };
    }

    fn meaning(&mut self, bytes: &[u8]) -> Option<Cause> {
        let call_id = summary::header(bytes, "Call-ID")?;
        let cseq = summary::header(bytes, "CSeq")?;
        let kind = summary::kind(bytes);
        let status = kind.parse::<u16>().ok().filter(|_| cseq.ends_with(" SUBSCRIBE"));
        let over =
            summary::header(bytes, "Subscription-State").is_some_and(|it| it.starts_with("terminated"));
        let asked = self.seizing.get(&call_id).copied();
        let event = summary::header(bytes, "Event").unwrap_or_default();
        match (kind.as_str(), status, asked) {
            ("INVITE", ..) => Some(Cause::Invite),
            (_, Some(200..=299), Some(at)) => Some(Cause::Grant(at)),
            (_, Some(300..), Some(at)) => Some(Cause::Refusal(at)),
            ("NOTIFY", _, Some(at)) if event.starts_with("line-seize") => {
                Some(if over { Cause::Refusal(at) } else { Cause::Grant(at) })
            }
            (_, Some(200..=299), None) if self.watching.contains(&call_id) => {
                self.asked_at = None;
                None
            }
            // Asked for its password it asks again.
            (_, Some(300..), None) if self.watching.contains(&call_id) => {
                self.doubt = true;
                None
            }
            ("NOTIFY", ..) if event.starts_with("call-info") => {
                let told = self.read(&summary::header(bytes, "Call-Info")?);
                // A later subscription may bear the same Call-ID.
                let from = summary::header(bytes, "From")?;
                let news = self.came.insert((format!("{call_id} {from}"), cseq.clone()));
                self.notified = news.then_some(Notification { call_id, cseq, told, over });
                None
            }
            _ => None,
        }
    }

    /// The state of each appearance: all that are not named are what `*` is.
    fn read(&self, value: &str) -> Vec<String> {
        let parameter = |entry: &str, name: &str| {
            let rest = entry.split(';').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
            rest.unwrap_or_default().trim().to_owned()
        };
        let entries: Vec<_> = value
            .split(',')
            .map(|entry| (parameter(entry, "appearance-index"), parameter(entry, "appearance-state")))
            .collect();
        let state = |index: String| {
            let found = entries.iter().find(|(named, _)| *named == index);
            found.or_else(|| entries.iter().find(|(named, _)| named == "*")).map(|(_, state)| state.clone())
        };
        (1..=self.keys.len()).map(|index| state(index.to_string()).unwrap_or_default()).collect()
    }

    /// A message left.
    pub(crate) fn sent(&mut self, bytes: &[u8]) {
        let (Some(call_id), Some(cseq)) = (summary::header(bytes, "Call-ID"), summary::header(bytes, "CSeq"))
        else {
            return;
        };
        let event = summary::header(bytes, "Event").unwrap_or_default();
        match (summary::kind(bytes).as_str(), event.as_str()) {
            ("SUBSCRIBE", "call-info") => {
                self.watching.insert(call_id);
                self.asked_at = Some(self.asked_at.unwrap_or(self.now));
            }
            ("SUBSCRIBE", "line-seize") => {
                let value = summary::header(bytes, "Call-Info").unwrap_or_default();
                let index = value.split(';').find_map(|part| part.strip_prefix("appearance-index="));
                if let Some(index) = index.and_then(|index| index.parse::<usize>().ok()) {
                    self.seizing.insert(call_id, index - 1);
                }
            }
            ("200", _) => {
                let same = |it: &Notification| (&it.call_id, &it.cseq) == (&call_id, &cseq);
                if let Some(notified) = self.notified.take_if(|notified| same(notified)) {
                    self.told(notified);
                }
            }
            _ => {}
        }
    }

    fn told(&mut self, notified: Notification) {
        for (place, told) in self.places.iter_mut().zip(notified.told) {
            place.told = Some(told);
        }
        self.doubt = notified.over;
    }

    /// All that was to be done is done: what is shown follows from it.
    pub(crate) fn check(&mut self, view: &View<'_>) {
        let now = self.now;
        let registration = view.registrations[1].state;
        let failed = matches!(registration, RegistrationState::Failed(_));
        if failed && !self.failed {
            self.forget();
        }
        self.failed = failed;
        self.doubt |= failed;
        let late = self.asked_at.is_some_and(|at| now.since_ms(at) >= GIVE_UP_MS - 500);
        self.doubt |= late && self.cause == Cause::Time;
        for at in 0..self.keys.len() {
            let line = &view.lines[self.keys[at]];
            self.move_on(now, at, line);
            if self.places[at].own == Own::Nothing {
                self.check_free(at, line, registration);
            }
        }
        self.cause = Cause::Other;
        self.notified = None;
    }

    fn forget(&mut self) {
        self.places.iter_mut().for_each(|place| place.told = None);
    }

    /// What the station has of an appearance, and why it may.
    fn move_on(&mut self, now: Instant, at: usize, line: &LineView<'_>) {
        let place = &self.places[at];
        let has = |cause: Cause| self.cause == cause;
        let (told, own) = (place.told.as_deref(), place.own);
        let dark = line.lamp.colour != Colour::Red;
        let what = || format!("appearance {}: {own:?}, {told:?}, {:?}: {line:?}", at + 1, self.cause);
        let claims = match line.state {
            CallState::Dialing | CallState::Calling if dark => Own::Asked(now.plus_ms(PATIENCE_MS)),
            CallState::Dialing
            | CallState::Calling
            | CallState::Proceeding
            | CallState::Ringing
            | CallState::Connected
            | CallState::Held => Own::Has,
            CallState::Disabled | CallState::Idle | CallState::Busy | CallState::Invalid => Own::Nothing,
        };
        self.places[at].own = match (own, claims) {
            // Only what nobody uses can be asked for.
            (Own::Nothing, Own::Asked(_)) => {
                assert!(has(Cause::Person) && told == Some("idle"), "asked for: {}", what());
                claims
            }
            (Own::Nothing, Own::Has) => {
                let fair = match line.state {
                    CallState::Ringing => {
                        has(Cause::Invite) && matches!(told, None | Some("idle" | "alerting"))
                    }
                    // A colleague's held call, by one key.
                    CallState::Calling => has(Cause::Person) && told == Some("held"),
                    CallState::Connected | CallState::Held => has(Cause::Invite),
                    CallState::Disabled
                    | CallState::Idle
                    | CallState::Busy
                    | CallState::Dialing
                    | CallState::Proceeding
                    | CallState::Invalid => false,
                };
                assert!(fair, "taken without a cause: {}", what());
                claims
            }
            (Own::Asked(until), Own::Asked(_)) => {
                assert!(now <= until, "waits for ever: {}", what());
                own
            }
            (Own::Asked(_), Own::Has) => {
                assert!(has(Cause::Grant(at)), "taken without a grant: {}", what());
                claims
            }
            (Own::Asked(until), Own::Nothing) => {
                let late = has(Cause::Time) && now >= until;
                let fair = late || has(Cause::Person) || has(Cause::Refusal(at)) || has(Cause::Grant(at));
                assert!(fair, "given up without a cause: {}", what());
                claims
            }
            (Own::Has, Own::Asked(_)) => panic!("no grant is taken back unheard: {}", what()),
            (Own::Has | Own::Nothing, _) => claims,
        };
    }

    /// What is not ours shows what the server said.
    fn check_free(&mut self, at: usize, line: &LineView<'_>, registration: RegistrationState) {
        let lamp = (line.lamp.colour, line.lamp.pattern);
        let unknown = [(CallState::Busy, UNDEFINED), (CallState::Invalid, OWN)];
        let free = self.places[at].told.as_deref() == Some("idle") && line.state == CallState::Invalid;
        if self.doubt && !free && unknown.contains(&(line.state, lamp)) {
            self.forget();
        }
        let told = self.places[at].told.as_deref();
        let wanted = match (line.state, told) {
            (CallState::Invalid, None | Some("idle")) => Some(OWN),
            (CallState::Invalid | CallState::Busy, Some(told)) if told != "idle" => Some(lamp_of(told)),
            (CallState::Idle, Some("idle")) | (CallState::Busy, None) => match registration {
                RegistrationState::Off | RegistrationState::Registered => {
                    Some(told.map_or(UNDEFINED, lamp_of))
                }
                RegistrationState::Registering => Some((Colour::Red, Pattern::Slow)),
                RegistrationState::Failed(_) => Some((Colour::Amber, Pattern::Steady)),
            },
            _ => None,
        };
        let failed = matches!(registration, RegistrationState::Failed(_)) && line.state != CallState::Invalid;
        let wanted = wanted.map(|lamp| if failed { (Colour::Amber, Pattern::Steady) } else { lamp });
        assert_eq!(wanted, Some(lamp), "appearance {}: {told:?}, {:?}: {line:?}", at + 1, self.cause);
    }
}
