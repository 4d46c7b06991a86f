//! Letters in INFO requests: questions that the layer above asks and answers.

use std::string::String;

use super::desk::{Desk, request};
use crate::limits;
use crate::ua::{Command, EndReason, Event, Outcome, Refusal, SessionId};

const KIND: &str = "application/x-sipura-secure";
const HELLO: &str = include_str!("../../secure_call/vectors/caller_hello");

fn info(cseq: u32, tag: &str, kind: &str, body: &str) -> String {
    request("INFO", cseq, tag, "", body).replace("application/sdp", kind)
}

fn ask(desk: &mut Desk, session: SessionId) -> Outcome {
    desk.command(Command::Ask { session, body: b"question" })
}

fn reply(desk: &mut Desk, session: SessionId, status: u16, body: &[u8]) -> Outcome {
    desk.command(Command::Reply { session, status, body })
}

#[test]
fn our_question_and_its_answer() {
    let mut desk = Desk::new();
    let (id, _) = desk.calling();
    assert_eq!(ask(&mut desk, id), Outcome::Done);
    let info = desk.next("INFO sip:peer@192.0.2.9:5062 ");
    assert_eq!((info.header("Content-Type"), info.body()), (KIND, "question"));
    assert_eq!(ask(&mut desk, id), Outcome::Refused(Refusal::WrongState), "one at a time");
    let asked = "Proxy-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n";
    desk.reply(&info, "407 Proxy Authentication Required", "", asked, "");
    let again = desk.next("INFO");
    assert_eq!((again.header("Content-Type"), again.body()), (KIND, "question"));
    assert_eq!(again.param("Proxy-Authorization", "realm"), "r");
    desk.reply(&again, "200 OK", "", "", "answer");
    assert_eq!(desk.events(), [Event::Replied { session: id, status: 200 }]);
    assert_eq!(desk.end.ua.letter(), b"answer");
    assert_eq!(ask(&mut desk, id), Outcome::Done, "the next one");
    let info = desk.next("INFO");
    let long = "x".repeat(limits::LETTER_BYTES + 1);
    desk.reply(&info, "200 OK", "", "", &long);
    assert_eq!(desk.events(), [Event::Replied { session: id, status: 200 }]);
    assert_eq!(desk.end.ua.letter(), b"", "an answer that is too long is none");
}

/// RFC 3261 §12.2.1.2 ends a call with silence; a letter may go to somebody who does not know such ones.
#[test]
fn silence_does_not_end_the_call_but_481_does() {
    let mut desk = Desk::new();
    let (id, _) = desk.calling();
    let _ = ask(&mut desk, id);
    desk.run_ms(33_000);
    assert_eq!(desk.events(), [Event::Replied { session: id, status: 408 }]);
    desk.forget();
    let _ = ask(&mut desk, id);
    let info = desk.next("INFO");
    desk.reply(&info, "481 Call/Transaction Does Not Exist", "", "", "");
    assert_eq!(desk.events(), [Event::Ended { session: id, reason: EndReason::Lost }]);
    assert_eq!(ask(&mut desk, id), Outcome::Refused(Refusal::NoSession));
}

#[test]
fn their_question_waits_for_its_answer() {
    let mut desk = Desk::new();
    let id = desk.answered();
    let tag = desk.own_tag(id);
    desk.receive(&info(2, &tag, KIND, "question"));
    desk.silent();
    assert_eq!(
        (desk.events().as_slice(), desk.end.ua.letter()),
        (&[Event::Asked { session: id }][..], &b"question"[..])
    );
    desk.receive(&info(2, &tag, KIND, "question"));
    desk.silent();
    assert_eq!(desk.events(), [], "a retransmission is absorbed");
    desk.receive(&info(3, &tag, KIND, "another"));
    let _ = desk.next("491");
    assert_eq!(reply(&mut desk, id, 200, b"answer"), Outcome::Done);
    let answer = desk.next("200");
    assert_eq!((answer.header("Content-Type"), answer.body()), (KIND, "answer"));
    assert_eq!(reply(&mut desk, id, 200, b""), Outcome::Refused(Refusal::WrongState), "once");
    desk.receive(&info(4, &tag, KIND, &"x".repeat(limits::LETTER_BYTES + 1)));
    let _ = desk.next("400");
    assert_eq!(desk.events(), []);
}

/// The transaction of a question has no timer of its own, so an answer must go out whatever it is.
#[test]
fn a_question_whose_answer_does_not_fit_is_answered_513() {
    let mut desk = Desk::new();
    let id = desk.answered();
    let tag = desk.own_tag(id);
    let way = std::format!("Via: SIP/2.0/UDP h;x={}\r\n", "v".repeat(limits::MESSAGE_BYTES - 500));
    let question = request("INFO", 2, &tag, &way, "question").replace("application/sdp", KIND);
    desk.receive(&question);
    assert_eq!(desk.events(), [Event::Asked { session: id }]);
    assert_eq!(reply(&mut desk, id, 200, &[b'a'; limits::LETTER_BYTES]), Outcome::Refused(Refusal::Full));
    let _ = desk.next("513");
    desk.receive(&question);
    let _ = desk.next("513");
    desk.run_ms(40_000);
    assert_eq!(desk.end.ua.load(), (1, 0), "nothing is left of it");
}

#[test]
fn a_letter_shows_in_itself_whatever_its_type() {
    let mut desk = Desk::new();
    let id = desk.answered();
    let tag = desk.own_tag(id);
    desk.receive(&info(2, &tag, "application/octet-stream", HELLO.trim()));
    assert_eq!(desk.events(), [Event::Asked { session: id }]);
    let _ = reply(&mut desk, id, 400, b"");
    let _ = desk.next("400");
    desk.receive(&info(3, &tag, "application/octet-stream", "something else"));
    let _ = desk.next("415");
    assert_eq!(desk.events(), []);
}

/// RFC 3261 §15.1.2
#[test]
fn a_question_is_answered_487_when_the_call_ends() {
    for hang_up in [true, false] {
        let mut desk = Desk::new();
        let id = desk.answered();
        let tag = desk.own_tag(id);
        desk.receive(&info(2, &tag, KIND, "question"));
        if hang_up {
            let _ = desk.command(Command::End(id));
            let _ = desk.next("487");
            let bye = desk.next("BYE");
            desk.reply(&bye, "200 OK", "", "", "");
        } else {
            desk.receive(&request("BYE", 3, &tag, "", ""));
            let mut answers = [desk.next(""), desk.next("")]
                .map(|sent| sent.start().chars().skip(8).take(3).collect::<String>());
            answers.sort();
            assert_eq!(answers, ["200", "487"]);
        }
        assert_eq!(reply(&mut desk, id, 200, b""), Outcome::Refused(Refusal::NoSession));
        desk.events();
        desk.assert_empty();
    }
}
