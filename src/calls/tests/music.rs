//! Music on hold (guide, MOH Server): the server is called while somebody on hold listens.

use super::*;
use crate::calls::music::State;
use crate::sdp::Codec;
use crate::ua::SessionMedia;

/// A phone with a music server; each line that is called goes to a session of its own.
fn with_server() -> Desk {
    let mut desk = Desk::new(settings());
    desk.set("MOH_Server_1_", "music");
    desk
}

impl Desk {
    /// The user agent calls a server, or has no room for it.
    pub(super) fn listen(&mut self, said: &str) -> Outcome {
        let refused = if self.refuse_invites { "refused " } else { "" };
        self.commands.push(std::format!("{refused}{said}"));
        if self.refuse_invites {
            return Outcome::Refused(ua::Refusal::Full);
        }
        Outcome::Session(self.begin(false))
    }
}

/// What the far end says to our re-INVITE.
fn agreed(desk: &mut Desk, session: SessionId, send: bool, receive: bool) {
    let on_hold = desk.far_of(session).on_hold;
    let media = SessionMedia {
        local_port: 16_384,
        remote: "192.0.2.1:4000".parse().unwrap(),
        codec: Codec::Pcmu,
        payload_type: 0,
        packet_ms: 20,
        dtmf_payload_type: None,
        receive_dtmf_payload_type: None,
        send,
        receive,
        held_by_peer: !send,
        protected: false,
    };
    let view = SessionView {
        appearance: None,
        extension: extension(desk.called),
        incoming: false,
        peer_name: "",
        peer_number: "600",
        anonymous: false,
        diverted_by: "",
        alert: "",
        answer_after_s: None,
        on_hold,
        media: Some(media),
    };
    desk.give(Input::Event { event: Event::Media(session), session: Some(view) });
}

/// A call on this line that is put on hold; its session. The far end listens.
fn held(desk: &mut Desk, line: u8) -> SessionId {
    desk.call(line);
    let session = desk.calls.line(LineKey::new(line).unwrap()).session().unwrap();
    desk.give(Input::Hold);
    agreed(desk, session, true, false);
    session
}

/// Puts a line key on another extension, which is registered.
fn place(desk: &mut Desk, line: u8, number: u8, server: &str) {
    desk.set(&std::format!("Extension_{line}_"), &std::format!("{number}"));
    desk.set(&std::format!("MOH_Server_{number}_"), server);
    let state = RegistrationState::Registered;
    desk.give(Input::Registration { extension: extension(number), state });
}

fn plays(desk: &Desk) -> [bool; 4] {
    LineKey::ALL.map(|key| desk.calls.hears_music(&desk.config, key))
}

#[test]
fn the_server_is_called_when_the_far_end_listens_and_left_when_it_is_taken_back() {
    let mut desk = with_server();
    let session = held(&mut desk, 1);
    assert_eq!(desk.take_commands(), ["INVITE 600", "hold", "listen music from 1"]);
    assert_eq!(plays(&desk), [false; 4], "it has not answered");
    assert_eq!((desk.states(), desk.device()), (["held", "idle", "idle", "idle"], "none"));
    desk.answered();
    assert_eq!(plays(&desk), [true, false, false, false]);
    assert_eq!(desk.calls.last_number(), Some("600"), "who is called again is not the server");
    let music = desk.calls.music().session().unwrap();
    assert_eq!(desk.calls.numbered(desk.calls.music().serial()), Some(music));
    desk.line(1);
    assert_eq!(desk.take_commands(), ["resume", "end"]);
    agreed(&mut desk, session, true, true);
    assert_eq!((plays(&desk), desk.calls.music().state()), ([false; 4], State::Off));
    desk.give(Input::Hold);
    assert_eq!(desk.take_commands(), ["hold"], "whether it listens is asked each time");
    agreed(&mut desk, session, true, false);
    assert_eq!(desk.take_commands(), ["listen music from 1"]);
    desk.ended(session, EndReason::Remote);
    assert_eq!(desk.take_commands(), ["end"], "answered or not");
    desk.check();
}

#[test]
fn without_a_server_or_a_listener_nobody_is_called() {
    let mut desk = Desk::new(settings());
    held(&mut desk, 1);
    assert_eq!(desk.take_commands(), ["INVITE 600", "hold"]);
    let mut desk = with_server();
    desk.call(1);
    desk.give(Input::Hold);
    let session = desk.far[0].session;
    for (send, receive) in [(false, false), (true, true), (false, true)] {
        agreed(&mut desk, session, send, receive);
    }
    assert_eq!(desk.take_commands(), ["INVITE 600", "hold"], "inactive, or not on hold yet");
    desk.set("MOH_Server_1_", "");
    agreed(&mut desk, session, true, false);
    assert!(desk.take_commands().is_empty(), "the setting was taken away");
}

#[test]
fn a_server_that_refuses_or_is_lost_is_called_again_at_the_next_hold() {
    for reason in [EndReason::Failed(486), EndReason::Failed(408), EndReason::Lost, EndReason::Remote] {
        for answers in [false, true] {
            let mut desk = with_server();
            let session = held(&mut desk, 1);
            if answers {
                desk.answered();
            }
            let music = desk.calls.music().session().unwrap();
            desk.ended(music, reason);
            assert_eq!((plays(&desk), desk.states()[0], desk.tone()), ([false; 4], "held", "none"));
            agreed(&mut desk, session, true, false);
            desk.wait(3_600_000);
            assert_eq!(desk.take_commands(), ["INVITE 600", "hold", "listen music from 1"], "{reason:?}");
            desk.line(1);
            agreed(&mut desk, session, true, true);
            desk.give(Input::Hold);
            agreed(&mut desk, session, true, false);
            assert_eq!(desk.take_commands(), ["resume", "hold", "listen music from 1"]);
        }
    }
}

#[test]
fn no_room_for_it_is_silence() {
    let mut desk = with_server();
    desk.call(1);
    desk.give(Input::Hold);
    desk.refuse_invites = true;
    let session = desk.far[0].session;
    agreed(&mut desk, session, true, false);
    agreed(&mut desk, session, true, false);
    assert_eq!(desk.take_commands(), ["INVITE 600", "hold", "refused listen music from 1"]);
    assert_eq!((desk.states()[0], desk.device()), ("held", "none"));
    desk.refuse_invites = false;
    let second = held(&mut desk, 2);
    assert_eq!(desk.take_commands(), ["INVITE 600", "hold", "listen music from 1"], "another one is held");
    desk.answered();
    assert_eq!(plays(&desk), [true, true, false, false], "and both hear it");
    desk.ended(second, EndReason::Remote);
    assert_eq!(plays(&desk), [true, false, false, false]);
    assert!(desk.take_commands().is_empty());
}

#[test]
fn extensions_share_a_server_and_another_one_waits() {
    let mut desk = with_server();
    place(&mut desk, 2, 2, "music");
    place(&mut desk, 3, 3, "sip:tune@192.0.2.7");
    place(&mut desk, 4, 4, "sip:tune@192.0.2.7");
    held(&mut desk, 2);
    let _commands = desk.take_commands();
    desk.answered();
    for line in [1, 3, 4] {
        held(&mut desk, line);
    }
    assert_eq!(desk.take_commands(), ["INVITE 600", "hold"].repeat(3));
    assert_eq!(plays(&desk), [true, true, false, false], "the same user id at the same proxy");
    desk.set("Proxy_2_", "192.0.2.50");
    assert_eq!(plays(&desk), [true, false, false, false], "another proxy is another server");
    desk.line(1);
    desk.give(Input::Action(Action::End));
    assert_eq!(desk.take_commands(), ["resume", "end", "listen music from 2", "end"]);
    desk.set("MOH_Server_2_", "");
    desk.give(Input::Timeout);
    assert_eq!(desk.take_commands(), ["end", "listen sip:tune@192.0.2.7 from 3"]);
    desk.answered();
    assert_eq!(plays(&desk), [false, false, true, true], "a whole URL is the same server for all");
}

#[test]
fn what_the_server_sends_beside_sound_changes_nothing() {
    let mut desk = with_server();
    held(&mut desk, 1);
    let music = desk.calls.music().session().unwrap();
    let before = desk.states();
    desk.event(Event::Progress { session: music, status: 183, early_media: true }, music);
    assert_eq!(plays(&desk), [false; 4], "what comes before the answer is no music");
    desk.answered();
    for event in [
        Event::Media(music),
        Event::Party(music),
        Event::Talk(music),
        Event::Hold(music),
        Event::Asked { session: music },
    ] {
        desk.event(event, music);
    }
    assert_eq!((desk.states(), desk.device(), desk.tone()), (before, "none", "none"));
    assert_eq!(desk.take_commands(), ["INVITE 600", "hold", "listen music from 1"]);
    assert_eq!(plays(&desk), [true, false, false, false]);
}
