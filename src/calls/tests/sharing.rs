//! Shared lines: keys, lamps, and what is asked of the server.

use super::*;
use crate::ua::{AppearanceState, Package, Standing};

const IDLE: AppearanceState = AppearanceState::Idle;

/// A desk whose second and third line keys, and no others, are appearances of the shared extension 2.
fn shared() -> Desk {
    let mut config = settings();
    for (tag, value) in [
        ("Extension_2_", "2"),
        ("Extension_3_", "2"),
        ("Extension_4_", "2"),
        ("Share_Ext_2_", "shared"),
        ("Share_Call_Appearance_2_", "shared"),
        ("Share_Call_Appearance_3_", "yes"),
        ("User_ID_2_", "2000"),
    ] {
        config.set(tag, value).unwrap();
    }
    let mut desk = Desk::new(config);
    desk.called = 2;
    desk
}

/// The same, after the server has told that both are idle.
fn watched() -> Desk {
    let mut desk = shared();
    desk.register(RegistrationState::Registered);
    desk.told([IDLE; 4].map(Some));
    desk.stands(Package::CallInfo, Standing::Active);
    let _ = desk.take_commands();
    desk
}

/// A call that is made.
pub(super) fn invited(invite: &ua::Invite<'_>) -> Text {
    let hidden = if invite.anonymous { " hidden" } else { "" };
    let codec = invite.codecs.map(|choice| std::format!(" {choice:?}")).unwrap_or_default();
    let appearance = invite.appearance.map(|index| std::format!(" on {index}")).unwrap_or_default();
    std::format!("INVITE {}{hidden}{codec}{appearance}", invite.target)
}

/// What is asked of the server of a shared line, or of music.
pub(super) fn said(command: &Command<'_>) -> Text {
    match command {
        Command::Subscribe { package, .. } => std::format!("subscribe {package:?}"),
        Command::Unsubscribe { package, .. } => std::format!("unsubscribe {package:?}"),
        Command::Appear { index, .. } => std::format!("appear {index}"),
        Command::Listen { extension, target } => std::format!("listen {target} from {}", extension.number()),
        Command::Register(_)
        | Command::Unregister(_)
        | Command::Invite(_)
        | Command::Page(_)
        | Command::Ring(_)
        | Command::Answer(_)
        | Command::Refuse { .. }
        | Command::End(_)
        | Command::Hold(_)
        | Command::HoldPrivately(_)
        | Command::Resume(_)
        | Command::SendDigit { .. }
        | Command::Transfer { .. }
        | Command::TransferTo { .. }
        | Command::Ask { .. }
        | Command::Reply { .. }
        | Command::TransferInto { .. } => panic!("{command:?} is about no shared line"),
    }
}

impl Desk {
    fn say(&mut self, event: Event) {
        self.give(Input::Event { event, session: None });
    }

    fn register(&mut self, state: RegistrationState) {
        self.give(Input::Registration { extension: extension(2), state });
    }

    fn told(&mut self, appearances: [Option<AppearanceState>; limits::LINE_KEYS]) {
        self.say(Event::SharedLine { extension: extension(2), appearances });
    }

    fn stands(&mut self, package: Package, standing: Standing) {
        self.say(Event::Subscribed { extension: extension(2), package, standing });
    }

    fn grant(&mut self, index: u8) {
        self.say(Event::Seized { extension: extension(2), asked: index, index });
    }

    fn first(&mut self, state: AppearanceState) {
        self.told([Some(state), None, None, None]);
    }

    /// Colour and pattern of the second line key: the first appearance.
    fn l2(&self) -> (&'static str, &'static str) {
        self.lamp(LineKey::L2)
    }
}

#[test]
fn a_registered_shared_extension_is_watched_and_its_keys_seize_nothing_before_the_first_word() {
    let mut desk = shared();
    assert_eq!(desk.states(), ["idle", "busy", "busy", "idle"], "the fourth key is private");
    assert!(desk.take_commands().is_empty());
    desk.register(RegistrationState::Registered);
    assert_eq!(desk.take_commands(), ["subscribe CallInfo"]);
    assert_eq!(desk.l2(), ("red", "double"));
    desk.line(2);
    assert_eq!((desk.states()[1], desk.take_commands().len()), ("busy", 0));
    desk.told([IDLE; 4].map(Some));
    assert_eq!(desk.states(), ["idle"; 4]);
    assert_eq!(desk.l2(), ("green", "steady"));
}

/// Its key would take it without asking the server.
#[test]
fn a_phone_that_starts_does_not_take_a_shared_line_for_idle() {
    let (mut calls, desk) = (Calls::new(), shared());
    calls.configure(Instant::ZERO, &desk.config);
    assert_eq!(calls.line(LineKey::L2).state(), CallState::Busy);
}

#[test]
fn dial_tone_comes_with_the_grant_and_the_call_says_its_appearance() {
    let mut desk = watched();
    desk.line(3);
    assert_eq!(desk.take_commands(), ["subscribe LineSeize(2)"], "the second key of the extension");
    assert_eq!((desk.states()[2], desk.tone()), ("dialing", "none"));
    assert_eq!(desk.lamp(LineKey::L3), ("green", "steady"), "as it was");
    desk.grant(2);
    assert_eq!((desk.tone(), desk.lamp(LineKey::L3)), ("dial", ("red", "steady")));
    desk.told([None, Some(AppearanceState::Seized), None, None]);
    assert_eq!(desk.states()[2], "dialing");
    desk.dial("600#");
    assert_eq!(desk.take_commands(), ["INVITE 600 on 2"]);
    desk.answered();
    // The seizure has served its purpose.
    desk.stands(Package::LineSeize(2), Standing::Refused(200));
    assert_eq!(desk.states()[2], "connected");
    desk.told([None, Some(AppearanceState::Active), None, None]);
    desk.give(Input::Device(AudioDevice::Speaker));
    assert_eq!(desk.take_commands(), ["end"], "and no seizure to give back");
    assert_eq!(desk.states()[2], "busy", "until the server says otherwise");
    desk.told([None, Some(IDLE), None, None]);
    assert_eq!(desk.states()[2], "idle");
}

#[test]
fn a_private_key_of_a_shared_extension_asks_nobody() {
    let mut desk = watched();
    desk.line(4);
    assert_eq!(desk.tone(), "dial");
    desk.dial("600#");
    assert_eq!(desk.take_commands(), ["INVITE 600"]);
}

#[test]
fn who_was_quicker_is_shown_and_heard() {
    let mut desk = watched();
    desk.line(2);
    desk.first(AppearanceState::Seized);
    assert_eq!((desk.states()[1], desk.tone()), ("dialing", "none"), "it may be ours");
    desk.stands(Package::LineSeize(1), Standing::Refused(480));
    assert_eq!((desk.states()[1], desk.tone()), ("invalid", "reorder"));
    assert_eq!(desk.l2(), ("red", "double"));
    desk.give(Input::Device(AudioDevice::Speaker));
    assert_eq!((desk.states()[1], desk.tone()), ("busy", "none"));
}

#[test]
fn a_server_that_does_not_answer_is_waited_for_four_seconds() {
    let mut desk = watched();
    desk.line(2);
    desk.dial("600#");
    assert_eq!(desk.take_commands(), ["subscribe LineSeize(1)"], "the number waits for the grant");
    desk.wait(3_999);
    desk.give(Input::Timeout);
    assert_eq!(desk.states()[1], "calling");
    desk.wait(1);
    desk.give(Input::Timeout);
    assert_eq!((desk.states()[1], desk.tone()), ("invalid", "reorder"));
    assert_eq!(desk.take_commands(), ["unsubscribe LineSeize(1)"]);
    // The grant was under way.
    desk.grant(1);
    assert_eq!(desk.take_commands(), ["unsubscribe LineSeize(1)"]);
}

#[test]
fn a_whole_number_is_called_when_the_line_is_granted() {
    let mut desk = watched();
    desk.line(2);
    desk.dial("600#");
    let _ = desk.take_commands();
    desk.grant(1);
    assert_eq!((desk.take_commands(), desk.states()[1]), (std::vec!["INVITE 600 on 1".into()], "calling"));
}

#[test]
fn what_is_given_up_is_given_back_and_what_ran_out_is_lost() {
    let mut desk = watched();
    desk.line(2);
    desk.grant(1);
    desk.give(Input::Device(AudioDevice::Speaker));
    assert_eq!(desk.take_commands(), ["subscribe LineSeize(1)", "unsubscribe LineSeize(1)"]);
    assert_eq!(desk.states()[1], "idle");
    desk.line(2);
    desk.grant(1);
    desk.stands(Package::LineSeize(1), Standing::Unknown);
    assert_eq!((desk.states()[1], desk.tone()), ("invalid", "reorder"));
}

#[test]
fn no_room_for_the_question_is_a_refusal() {
    let mut desk = watched();
    desk.subscribes = Outcome::Refused(ua::Refusal::Full);
    desk.line(2);
    assert_eq!((desk.states()[1], desk.tone()), ("invalid", "reorder"));
}

/// The lamp of every state, in the step that brought the notification.
#[test]
fn lamps_of_a_shared_line() {
    let mut desk = watched();
    desk.set("Remote_Seized_LED", "c=a");
    desk.set("Remote_Progressing_LED", "c=a;p=s");
    desk.set("Remote_Ringing_LED", "c=a;p=f");
    desk.set("Remote_Active_LED", "c=a;p=d");
    desk.set("Remote_Undefined_LED", "c=r;p=f");
    for (state, lamp) in [
        (AppearanceState::Seized, ("amber", "steady")),
        (AppearanceState::Progressing, ("amber", "slow")),
        (AppearanceState::Alerting, ("amber", "fast")),
        (AppearanceState::Active, ("amber", "double")),
        (AppearanceState::BridgeActive, ("amber", "double")),
        (AppearanceState::Held, ("red", "slow")),
        (AppearanceState::HeldPrivate, ("red", "slow")),
        (AppearanceState::BridgeHeld, ("red", "slow")),
        (AppearanceState::Other, ("red", "fast")),
        (AppearanceState::Idle, ("green", "steady")),
    ] {
        desk.wait(100);
        let (before, since) = (desk.l2(), desk.calls.line(LineKey::L2).lamp().since);
        desk.first(state);
        assert_eq!(desk.l2(), lamp, "{state:?}");
        let begins = if before == lamp { since } else { desk.now };
        assert_eq!(desk.calls.line(LineKey::L2).lamp().since, begins, "{state:?}");
        assert_eq!(desk.lamp(LineKey::L3), ("green", "steady"), "the other one");
    }
    desk.stands(Package::CallInfo, Standing::Unknown);
    assert_eq!(desk.l2(), ("red", "fast"));
    desk.register(RegistrationState::Failed(408));
    assert_eq!(desk.l2(), ("amber", "steady"));
}

#[test]
fn a_lost_subscription_leaves_the_call_and_is_unknown_afterwards() {
    let mut desk = watched();
    desk.line(2);
    desk.grant(1);
    desk.dial("600#");
    desk.answered();
    desk.stands(Package::CallInfo, Standing::Unknown);
    assert_eq!((desk.states()[1], desk.states()[2]), ("connected", "busy"));
    desk.give(Input::Device(AudioDevice::Speaker));
    assert_eq!((desk.states()[1], desk.l2()), ("busy", ("red", "double")));
}

/// Seen with Kamailio: it was restarted, knew nobody any more, and the lamps showed what it had once said.
#[test]
fn what_was_known_goes_with_the_registration_and_is_asked_for_with_the_next() {
    let mut desk = watched();
    desk.register(RegistrationState::Failed(408));
    assert_eq!(desk.states()[1], "busy");
    desk.line(2);
    assert!(desk.take_commands().is_empty(), "there is no server to grant it");
    desk.register(RegistrationState::Registering);
    assert!(desk.take_commands().is_empty());
    desk.register(RegistrationState::Registered);
    assert_eq!(
        (desk.take_commands(), desk.l2()),
        (std::vec!["subscribe CallInfo".into()], ("red", "double"))
    );
    desk.told([IDLE; 4].map(Some));
    assert_eq!(desk.states()[1], "idle");
    // A call in progress goes on, and asks all the same.
    desk.line(2);
    desk.grant(1);
    desk.dial("600#");
    desk.answered();
    let _ = desk.take_commands();
    desk.register(RegistrationState::Failed(408));
    desk.register(RegistrationState::Registered);
    assert_eq!(
        (desk.take_commands(), desk.states()[1]),
        (std::vec!["subscribe CallInfo".into()], "connected")
    );
    // A refresh that went well asks nothing.
    desk.register(RegistrationState::Registered);
    assert!(desk.take_commands().is_empty());
}

#[test]
fn a_server_without_shared_lines_makes_them_private() {
    for status in [403, 404, 489] {
        let mut desk = shared();
        desk.register(RegistrationState::Registered);
        desk.stands(Package::CallInfo, Standing::Refused(status));
        assert_eq!((desk.states()[1], desk.l2()), ("idle", ("green", "steady")), "{status}");
        let _ = desk.take_commands();
        desk.line(2);
        assert_eq!(desk.tone(), "dial", "{status}");
        desk.dial("600#");
        assert_eq!(desk.take_commands(), ["INVITE 600"], "{status}");
    }
    let mut desk = shared();
    desk.register(RegistrationState::Registered);
    desk.stands(Package::CallInfo, Standing::Refused(503));
    assert_eq!(desk.states()[1], "busy", "it may come back");
}

#[test]
fn a_colleagues_held_call_is_taken_by_its_key() {
    let mut desk = watched();
    desk.first(AppearanceState::Held);
    assert_eq!((desk.states()[1], desk.l2()), ("busy", ("red", "slow")));
    desk.line(2);
    assert_eq!(desk.take_commands(), ["INVITE  on 1"], "to the line itself");
    assert_eq!((desk.states()[1], desk.device()), ("calling", "speaker"));
    desk.answered();
    desk.first(AppearanceState::Active);
    assert_eq!((desk.states()[1], desk.l2()), ("connected", ("red", "steady")));
    assert_eq!(desk.calls.last_number(), None, "nothing was dialled");
}

#[test]
fn a_private_call_on_hold_and_a_conversation_are_not_taken() {
    let mut desk = watched();
    for state in [AppearanceState::HeldPrivate, AppearanceState::Active, AppearanceState::Seized] {
        desk.first(state);
        desk.line(2);
        assert_eq!((desk.states()[1], desk.take_commands().len()), ("busy", 0), "{state:?}");
    }
    desk.set("SCA_Barge-In_Enable", "yes");
    desk.first(AppearanceState::Active);
    desk.line(2);
    assert_eq!(desk.take_commands(), ["INVITE  on 1"], "SCA Barge-In Enable");
}

#[test]
fn a_colleague_takes_our_held_call() {
    let mut desk = watched();
    desk.line(2);
    desk.grant(1);
    desk.dial("600#");
    desk.answered();
    desk.give(Input::Hold);
    desk.first(AppearanceState::Held);
    assert_eq!((desk.states()[1], desk.l2()), ("held", ("red", "slow")));
    desk.first(AppearanceState::Active);
    let session = desk.far[0].session;
    desk.ended(session, EndReason::Remote);
    assert_eq!((desk.states()[1], desk.l2()), ("busy", ("red", "double")));
}

#[test]
fn on_hold_for_this_station_alone() {
    let mut desk = watched();
    desk.line(2);
    desk.grant(1);
    desk.dial("600#");
    desk.answered();
    let _ = desk.take_commands();
    assert!(desk.calls.can_hold_privately(&desk.config));
    desk.give(Input::Action(Action::HoldPrivately));
    desk.line(2);
    desk.give(Input::Hold);
    assert_eq!(desk.take_commands(), ["hold privately", "resume", "hold"]);
    desk.line(1);
    assert!(!desk.calls.can_hold_privately(&desk.config), "a private line");
}

/// The person's wish was for the hold before.
#[test]
fn the_next_hold_is_for_all_stations_again() {
    let mut desk = watched();
    desk.line(2);
    desk.grant(1);
    desk.dial("600#");
    desk.answered();
    desk.give(Input::Action(Action::HoldPrivately));
    desk.line(2);
    let _ = desk.take_commands();
    desk.line(1);
    assert_eq!(desk.take_commands(), ["hold"]);
}

#[test]
fn a_call_to_the_line_shows_where_the_server_says_and_the_answer_says_it_too() {
    let mut desk = watched();
    let session = desk.incoming();
    assert_eq!(desk.states(), ["idle", "ringing", "idle", "idle"]);
    assert_eq!(desk.take_commands(), ["appear 1"]);
    desk.ended(session, EndReason::AnsweredElsewhere);
    assert_eq!(desk.states()[1], "idle");
    // The server tells of the call before the call comes.
    desk.told([None, Some(AppearanceState::Alerting), None, None]);
    desk.first(AppearanceState::Active);
    let session = desk.incoming();
    assert_eq!(desk.states(), ["idle", "busy", "ringing", "idle"]);
    assert_eq!(desk.take_commands(), ["appear 2"]);
    desk.told([None, Some(AppearanceState::Active), None, None]);
    desk.ended(session, EndReason::AnsweredElsewhere);
    assert_eq!(desk.states(), ["idle", "busy", "busy", "idle"]);
    // The private key of the extension is left.
    desk.incoming();
    assert_eq!(desk.states()[3], "ringing");
}

#[test]
fn a_call_that_the_server_shows_elsewhere_does_not_ring_with_another_one_s_key() {
    let mut desk = watched();
    desk.set("Extension_3_", "1");
    desk.set("Extension_4_", "1");
    // The one key of the line rings at the others, for a call that was ignored here.
    desk.first(AppearanceState::Alerting);
    desk.named = Some(2);
    let _ = desk.take_commands();
    desk.incoming();
    assert_eq!(desk.states()[1], "busy");
    assert_eq!(desk.take_commands(), ["refuse"]);
    desk.named = Some(1);
    desk.incoming();
    assert_eq!(desk.states()[1], "ringing");
    assert_eq!(desk.take_commands(), ["appear 1"]);
}

#[test]
fn nothing_is_known_and_a_call_comes_all_the_same() {
    let mut desk = shared();
    desk.incoming();
    assert_eq!(desk.states()[1], "ringing");
}

#[test]
fn an_extension_that_is_shared_no_longer_is_watched_no_longer() {
    let mut desk = watched();
    desk.set("Share_Ext_2_", "private");
    assert_eq!((desk.states()[1], desk.calls.deadline()), ("idle", Some(Instant::ZERO)));
    desk.give(Input::Timeout);
    assert_eq!(
        (desk.take_commands(), desk.calls.deadline()),
        (std::vec!["unsubscribe CallInfo".into()], None)
    );
    desk.set("Share_Ext_2_", "shared");
    desk.give(Input::Timeout);
    assert_eq!((desk.take_commands(), desk.states()[1]), (std::vec!["subscribe CallInfo".into()], "busy"));
}

/// What was told of another appearance does not hold for the one that a key has become.
#[test]
fn a_key_that_is_another_appearance_now_is_asked_about() {
    let mut desk = watched();
    desk.set("Share_Call_Appearance_4_", "shared");
    assert_eq!(desk.states()[3], "busy", "nothing is known of it");
    desk.give(Input::Timeout);
    assert_eq!((desk.take_commands(), desk.calls.deadline()), (std::vec!["subscribe CallInfo".into()], None));
    desk.told([Some(IDLE), Some(AppearanceState::Active), Some(IDLE), None]);
    assert_eq!(desk.states(), ["idle", "idle", "busy", "idle"]);
    // The third key is the first appearance from now on, the fourth the second.
    desk.set("Extension_2_", "1");
    assert_eq!(desk.states(), ["idle", "idle", "busy", "busy"]);
    desk.give(Input::Timeout);
    assert_eq!((desk.take_commands(), desk.calls.deadline()), (std::vec!["subscribe CallInfo".into()], None));
    desk.told([Some(IDLE), Some(AppearanceState::Active), None, None]);
    assert_eq!(desk.states(), ["idle", "idle", "idle", "busy"]);
    // Private for a while, and then as new.
    desk.set("Share_Call_Appearance_4_", "private");
    assert_eq!(desk.states()[3], "idle");
    desk.give(Input::Timeout);
    desk.set("Share_Call_Appearance_4_", "shared");
    assert_eq!(desk.states()[3], "busy");
    desk.give(Input::Timeout);
    assert_eq!(desk.take_commands(), ["subscribe CallInfo"]);
}
