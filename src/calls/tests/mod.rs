//! Calls against a user agent of a few lines: it gives sessions names and does what it is told.

mod bridge;
mod call_back;
mod codes;
mod conference;
mod moves;
mod music;
mod numbers;
mod registered;
mod rules;
mod screening;
mod scripts;
mod service_keys;
mod services;
mod sharing;
mod star_codes;
mod transfer;

use std::string::String as Text;
use std::vec::Vec;

use super::*;
use crate::ua::{EndReason, SessionId};

/// What the far ends of the sessions are, as calls must leave them.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Far {
    session: SessionId,
    incoming: bool,
    answered: bool,
    on_hold: bool,
}

#[derive(Clone, Debug)]
struct Desk {
    calls: Calls,
    config: Config,
    now: Instant,
    far: Vec<Far>,
    sessions: u16,
    /// Those whose far ends are sent elsewhere, with the calls that end with them.
    sent: Vec<(SessionId, Option<SessionId>)>,
    refuse_invites: bool,
    subscribes: Outcome,
    commands: Vec<Text>,
    caller: &'static str,
    called: u8,
    alert: &'static str,
    page: Option<u16>,
    /// The appearance of a shared line that the server names for the next caller.
    named: Option<u8>,
}

fn extension(number: u8) -> ExtensionId {
    ExtensionId::new(number).unwrap()
}

fn settings() -> Config {
    Config::new()
}

impl Desk {
    fn new(config: Config) -> Self {
        let mut calls = Calls::new();
        calls.configure(Instant::ZERO, &config);
        let mut desk = Self {
            calls,
            config,
            now: Instant::ZERO,
            far: Vec::new(),
            sessions: 0,
            sent: Vec::new(),
            refuse_invites: false,
            subscribes: Outcome::Done,
            commands: Vec::new(),
            caller: "102",
            called: 1,
            alert: "",
            page: None,
            named: None,
        };
        let state = RegistrationState::Registered;
        desk.give(Input::Registration { extension: extension(1), state });
        desk
    }

    fn give(&mut self, input: Input<'_>) {
        let step = self.calls.step(self.now, &mut self.config, input);
        for order in &step.orders {
            let command = self.calls.command(&self.config, order).expect("an order for the user agent");
            let outcome = match command {
                Command::Invite(invite) if self.refuse_invites => {
                    self.commands.push(std::format!("refused INVITE {}", invite.target));
                    Outcome::Refused(ua::Refusal::NotRegistered)
                }
                Command::Invite(invite) => {
                    self.commands.push(sharing::invited(&invite));
                    Outcome::Session(self.begin(false))
                }
                Command::Page(invite) => {
                    self.commands.push(std::format!("page {}", invite.target));
                    Outcome::Session(self.begin(false))
                }
                Command::Listen { .. } => self.listen(&sharing::said(&command)),
                Command::Ring(_) | Command::SendDigit { .. } => Outcome::Done,
                Command::Answer(session) => {
                    self.commands.push("answer".into());
                    self.far_of(session).answered = true;
                    Outcome::Done
                }
                Command::Hold(session) | Command::HoldPrivately(session) | Command::Resume(session) => {
                    let on_hold = command != Command::Resume(session);
                    let held = ["hold", "hold privately"][usize::from(command != Command::Hold(session))];
                    self.commands.push(if on_hold { held.into() } else { "resume".into() });
                    self.far_of(session).on_hold = on_hold;
                    Outcome::Done
                }
                Command::End(session) => {
                    self.commands.push("end".into());
                    self.far.retain(|far| far.session != session);
                    Outcome::Done
                }
                Command::Refuse { session, status, contact } => {
                    self.commands.push(refused(status, contact));
                    self.far.retain(|far| far.session != session);
                    Outcome::Done
                }
                Command::Transfer { session, target } => {
                    self.commands.push(std::format!("REFER {target}"));
                    self.refer(session, None)
                }
                Command::TransferTo { session, other } => {
                    self.commands.push("REFER with Replaces".into());
                    self.refer(session, Some(other))
                }
                Command::TransferInto { session, bridge } => {
                    self.commands.push("REFER to the bridge".into());
                    assert!(self.far_of(bridge).answered);
                    self.refer(session, None)
                }
                Command::Subscribe { .. } | Command::Unsubscribe { .. } | Command::Appear { .. } => {
                    self.commands.push(sharing::said(&command));
                    if matches!(command, Command::Subscribe { .. }) { self.subscribes } else { Outcome::Done }
                }
                Command::Register(_)
                | Command::Unregister(_)
                | Command::Ask { .. }
                | Command::Reply { .. } => {
                    panic!("not the business of calls")
                }
            };
            self.give(Input::Outcome { order: *order, outcome });
        }
    }

    fn set(&mut self, tag: &str, value: &str) {
        self.config.set(tag, value).unwrap();
        self.calls.configure(self.now, &self.config);
    }

    fn begin(&mut self, incoming: bool) -> SessionId {
        self.sessions = self.sessions.wrapping_add(1);
        let session = SessionId::numbered(self.sessions);
        self.far.push(Far { session, incoming, answered: false, on_hold: false });
        session
    }

    fn far_of(&mut self, session: SessionId) -> &mut Far {
        self.far.iter_mut().find(|far| far.session == session).unwrap()
    }

    fn event(&mut self, event: Event, session: SessionId) {
        let far = self.far_of(session).clone();
        let view = SessionView {
            appearance: self.named,
            extension: extension(self.called),
            incoming: far.incoming,
            peer_name: "Joe Smith",
            peer_number: self.caller,
            anonymous: self.caller.is_empty(),
            diverted_by: "",
            alert: self.alert,
            answer_after_s: self.page,
            on_hold: far.on_hold,
            media: None,
        };
        self.give(Input::Event { event, session: Some(view) });
    }

    fn incoming(&mut self) -> SessionId {
        let session = self.begin(true);
        self.event(Event::Incoming(session), session);
        session
    }

    fn answered(&mut self) {
        if let Some(session) =
            self.far.iter().find(|far| !far.incoming && !far.answered).map(|far| far.session)
        {
            self.far_of(session).answered = true;
            self.event(Event::Answered(session), session);
        }
    }

    fn ended(&mut self, session: SessionId, reason: EndReason) {
        self.far.retain(|far| far.session != session);
        self.give(Input::Event { event: Event::Ended { session, reason }, session: None });
    }

    fn line(&mut self, number: u8) {
        self.give(Input::Line(LineKey::new(number).unwrap()));
    }

    fn dial(&mut self, digits: &str) {
        for key in digits.chars().filter_map(DialKey::new) {
            self.give(Input::Dial(key));
            self.give(Input::DialReleased(key));
        }
    }

    fn call(&mut self, line: u8) {
        self.line(line);
        self.dial("600#");
        self.answered();
    }

    fn wait(&mut self, ms: u64) {
        let end = self.now.plus_ms(ms);
        while let Some(due) = self.calls.deadline().filter(|due| *due <= end) {
            self.now = due;
            self.give(Input::Timeout);
        }
        self.now = end;
    }

    fn states(&self) -> [&'static str; 4] {
        LineKey::ALL.map(|key| self.calls.line(key).state().name())
    }

    fn device(&self) -> &'static str {
        self.calls.path().selected().map_or("none", AudioDevice::name)
    }

    fn tone(&self) -> &'static str {
        self.calls.tone().map_or("none", |(tone, _)| tone.name())
    }

    fn lamp(&self, key: LineKey) -> (&'static str, &'static str) {
        let lamp = self.calls.line(key).lamp();
        (lamp.colour.name(), lamp.pattern.name())
    }

    fn take_commands(&mut self) -> Vec<Text> {
        core::mem::take(&mut self.commands)
    }

    /// The tone now, and the tones after it with the time each lasts, until nothing changes any more.
    fn tones(&mut self) -> Vec<(&'static str, u64)> {
        let mut heard = Vec::new();
        while let Some(due) = self.calls.deadline() {
            heard.push((self.tone(), due.since_ms(self.now)));
            self.now = due;
            self.give(Input::Timeout);
        }
        heard.push((self.tone(), 0));
        heard
    }

    /// A setting's value.
    fn text(&self, tag: &str) -> &str {
        self.config.text(crate::config::catalogue::find(tag).unwrap())
    }

    /// The person hangs up.
    fn end(&mut self) {
        self.give(Input::Action(Action::End));
    }
}

/// An INVITE, and what was chosen for its call.
#[test]
fn a_device_takes_the_first_idle_line_and_hanging_up_gives_it_back() {
    let mut desk = Desk::new(settings());
    desk.give(Input::Device(AudioDevice::Speaker));
    assert_eq!(
        (desk.states(), desk.device(), desk.tone()),
        (["dialing", "idle", "idle", "idle"], "speaker", "dial")
    );
    desk.dial("60");
    assert_eq!(desk.tone(), "none");
    desk.give(Input::Device(AudioDevice::Headset));
    assert_eq!((desk.states()[0], desk.device()), ("dialing", "headset"));
    desk.give(Input::Device(AudioDevice::Headset));
    assert_eq!((desk.states()[0], desk.device()), ("idle", "none"));
    assert!(desk.take_commands().is_empty());
}

#[test]
fn a_line_key_turns_the_preferred_device_on_or_the_lifted_handset() {
    let mut settings = settings();
    settings.set("Preferred_Audio_Device", "Headset").unwrap();
    let mut desk = Desk::new(settings);
    desk.line(3);
    assert_eq!((desk.states()[2], desk.device()), ("dialing", "headset"));
    desk.give(Input::Action(Action::Cancel));
    desk.give(Input::Handset(true));
    desk.dial("600#");
    desk.answered();
    desk.give(Input::Hold);
    assert_eq!((desk.states()[0], desk.device()), ("held", "none"));
    desk.line(1);
    assert_eq!((desk.states()[0], desk.device()), ("connected", "handset"));
    desk.give(Input::Handset(false));
    assert_eq!((desk.states()[0], desk.device()), ("idle", "none"));
    assert_eq!(desk.take_commands(), ["INVITE 600", "hold", "resume", "end"]);
}

#[test]
fn without_an_available_line_no_device_is_selected() {
    let mut desk = Desk::new(settings());
    for line in 1..=4 {
        desk.call(line);
        desk.give(Input::Hold);
    }
    desk.give(Input::Handset(true));
    assert_eq!((desk.states(), desk.device()), (["held"; 4], "none"));
    desk.check();
}

#[test]
fn the_interdigit_timer_sends_and_so_does_the_dial_soft_key() {
    let mut desk = Desk::new(settings());
    desk.line(1);
    desk.dial("600");
    desk.wait(9_999);
    assert_eq!(desk.states()[0], "dialing");
    desk.wait(1);
    assert_eq!(desk.states()[0], "calling");
    desk.give(Input::Action(Action::End));
    desk.line(2);
    desk.dial("601");
    desk.give(Input::Action(Action::DeleteLast));
    desk.give(Input::Action(Action::Dial));
    assert_eq!(desk.take_commands(), ["INVITE 600", "end", "INVITE 60"]);
}

#[test]
fn on_hook_dialling_waits_for_a_line_a_device_or_the_soft_key() {
    type Choice = (Input<'static>, usize, &'static str);
    let choices: [Choice; 4] = [
        (Input::Line(LineKey::L3), 2, "speaker"),
        (Input::Handset(true), 0, "handset"),
        (Input::Action(Action::Dial), 0, "speaker"),
        (Input::Dial(DialKey::HASH), 0, "speaker"),
    ];
    for (choice, line, device) in choices {
        let mut desk = Desk::new(settings());
        desk.dial("5551234");
        assert_eq!((desk.states(), desk.device(), desk.tone()), (["idle"; 4], "none", "none"));
        desk.wait(29_000);
        assert_eq!(desk.calls.on_hook_number(), "5551234");
        desk.give(choice);
        assert_eq!((desk.states()[line], desk.device()), ("calling", device), "{choice:?}");
        assert_eq!(desk.take_commands(), ["INVITE 5551234"]);
        assert_eq!(desk.calls.on_hook_number(), "");
    }
    let mut desk = Desk::new(settings());
    desk.dial("555");
    desk.wait(30_000);
    assert_eq!(desk.calls.on_hook_number(), "");
    desk.dial("5");
    desk.give(Input::Action(Action::Cancel));
    assert_eq!(desk.calls.on_hook_number(), "");
}

#[test]
fn a_device_answers_the_lowest_ringing_line_and_the_others_wait() {
    let mut desk = Desk::new(settings());
    desk.incoming();
    desk.wait(500);
    let second = desk.incoming();
    assert_eq!((desk.states(), desk.tone()), (["ringing", "ringing", "idle", "idle"], "none"));
    assert_eq!(desk.calls.ring(), Some((1, Instant::ZERO)));
    assert_eq!(desk.lamp(LineKey::L1), ("red", "fast"));
    assert_eq!(desk.calls.line(LineKey::L2).lamp().since, Instant::from_millis(500));
    desk.give(Input::Handset(true));
    assert_eq!((desk.states()[0], desk.states()[1], desk.device()), ("connected", "ringing", "handset"));
    assert_eq!((desk.tone(), desk.calls.ring()), ("callwaiting", None));
    desk.ended(second, EndReason::Cancelled);
    assert_eq!((desk.states()[1], desk.tone()), ("idle", "none"));
    assert_eq!(desk.take_commands(), ["answer"]);
}

#[test]
fn a_line_key_answers_and_holds_what_was_active() {
    let mut desk = Desk::new(settings());
    desk.call(1);
    desk.incoming();
    assert_eq!(desk.tone(), "callwaiting");
    desk.line(2);
    assert_eq!((desk.states(), desk.device()), (["held", "connected", "idle", "idle"], "speaker"));
    assert_eq!(desk.lamp(LineKey::L1), ("red", "slow"));
    desk.line(1);
    assert_eq!(desk.states()[..2], ["connected", "held"]);
    desk.line(1);
    assert_eq!(desk.states()[..2], ["connected", "held"], "its own line key does nothing");
    assert_eq!(desk.take_commands(), ["INVITE 600", "hold", "answer", "hold", "resume"]);
}

#[test]
fn another_line_key_ends_what_cannot_be_held() {
    let mut desk = Desk::new(settings());
    desk.line(1);
    desk.line(2);
    assert_eq!(desk.states()[..2], ["idle", "dialing"]);
    desk.dial("600#");
    desk.line(3);
    assert_eq!(desk.states()[..3], ["idle", "idle", "dialing"]);
    assert_eq!(desk.take_commands(), ["INVITE 600", "end"]);
}

#[test]
fn a_busy_phone_and_call_waiting_off_refuse() {
    let mut off = settings();
    off.set("CW_Setting", "no").unwrap();
    let mut desk = Desk::new(off);
    desk.call(1);
    desk.incoming();
    assert_eq!(desk.states()[..2], ["connected", "idle"]);
    assert_eq!(desk.take_commands(), ["INVITE 600", "refuse"]);
    let mut desk = Desk::new(settings());
    for _ in 0..5 {
        desk.incoming();
    }
    assert_eq!(desk.states(), ["ringing"; 4]);
    assert_eq!(desk.take_commands(), ["refuse"]);
    desk.check();
}

#[test]
fn the_ignore_soft_key_refuses_the_lowest_ringing_call() {
    let mut desk = Desk::new(settings());
    desk.incoming();
    desk.incoming();
    desk.give(Input::Action(Action::Ignore));
    assert_eq!(desk.states()[..2], ["idle", "ringing"]);
    assert_eq!(desk.take_commands(), ["refuse"]);
}

#[test]
fn a_far_end_that_hangs_up_leaves_the_active_line_invalid_and_a_held_one_idle() {
    let mut desk = Desk::new(settings());
    desk.call(1);
    let first = desk.far[0].session;
    desk.give(Input::Hold);
    desk.call(2);
    desk.ended(first, EndReason::Remote);
    assert_eq!(desk.states()[..2], ["idle", "connected"]);
    let second = desk.far[0].session;
    desk.ended(second, EndReason::Remote);
    assert_eq!((desk.states()[1], desk.device(), desk.tone()), ("invalid", "speaker", "none"));
    desk.wait(5_000);
    assert_eq!(desk.tone(), "reorder");
    desk.wait(60_000);
    assert_eq!((desk.states()[1], desk.device(), desk.tone()), ("invalid", "speaker", "none"));
    desk.give(Input::Hold);
    assert_eq!((desk.states()[1], desk.device()), ("idle", "none"));
}

#[test]
fn a_standby_call_cannot_be_ended() {
    let mut desk = Desk::new(settings());
    desk.call(1);
    desk.give(Input::Hold);
    desk.give(Input::Action(Action::End));
    desk.give(Input::Action(Action::Cancel));
    assert_eq!(desk.states()[0], "held");
}

#[test]
fn mute_belongs_to_a_device_and_ends_on_the_handset() {
    let mut desk = Desk::new(settings());
    desk.give(Input::Mute);
    assert!(!desk.calls.path().is_muted());
    desk.call(1);
    desk.give(Input::Mute);
    assert!(desk.calls.path().is_muted());
    desk.give(Input::Handset(true));
    assert!(!desk.calls.path().is_muted());
    desk.give(Input::Mute);
    desk.give(Input::Hold);
    desk.line(1);
    assert!(!desk.calls.path().is_muted(), "turning the device off ends muting");
}

#[test]
fn digits_in_a_conversation_are_a_level_of_the_audio() {
    let mut desk = Desk::new(settings());
    desk.call(1);
    let seven = DialKey::new('7').unwrap();
    desk.give(Input::Dial(seven));
    assert_eq!(desk.calls.digit(), Some(Digit { symbol: seven, serial: 1 }));
    desk.give(Input::DialReleased(seven));
    desk.wait(100);
    assert_eq!(desk.calls.digit(), None);
    desk.give(Input::Dial(seven));
    desk.give(Input::Hold);
    assert_eq!(desk.calls.digit(), None);
    assert_eq!(desk.calls.on_hook_number(), "");
    desk.call(2);
    desk.give(Input::Dial(seven));
    desk.line(1);
    assert_eq!(desk.calls.digit(), None, "the key went down in the other conversation");
}

#[test]
fn a_further_caller_rings_anew_when_the_first_ones_ringing_has_run_through() {
    let mut desk = Desk::new(settings());
    desk.incoming();
    desk.wait(60_000);
    assert_eq!(desk.calls.ring(), None);
    desk.incoming();
    assert_eq!(desk.calls.ring(), Some((1, Instant::from_millis(60_000))));
}

#[test]
fn redial_calls_the_last_number_from_idle_and_off_hook() {
    let mut desk = Desk::new(settings());
    desk.give(Input::Action(Action::Redial));
    assert_eq!(desk.states()[0], "idle", "nothing was called yet");
    desk.call(2);
    desk.give(Input::Action(Action::End));
    desk.give(Input::Action(Action::Redial));
    assert_eq!((desk.states()[0], desk.device()), ("calling", "speaker"));
    desk.give(Input::Action(Action::End));
    desk.line(4);
    desk.give(Input::Action(Action::Redial));
    assert_eq!(desk.states()[3], "calling");
    assert_eq!(desk.take_commands(), ["INVITE 600", "end", "INVITE 600", "end", "INVITE 600"]);
}

#[test]
fn a_failed_resume_goes_back_to_hold() {
    let mut desk = Desk::new(settings());
    desk.call(1);
    let session = desk.far[0].session;
    desk.give(Input::Hold);
    desk.line(1);
    desk.far_of(session).on_hold = true;
    desk.event(Event::MediaFailed { session, status: 408 }, session);
    assert_eq!((desk.states()[0], desk.device()), ("held", "none"));
    desk.check();
}

/// A refusal in one word, unless it is the usual one.
fn refused(status: u16, contact: Option<&str>) -> Text {
    match (status, contact) {
        (486, _) => "refuse".into(),
        (_, Some(to)) => std::format!("refuse {status} {to}"),
        (_, None) => std::format!("refuse {status}"),
    }
}
