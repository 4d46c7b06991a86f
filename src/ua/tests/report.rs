//! `Stats In BYE`: how a call sounded is told when it ends.

use super::desk::{Desk, request};
use crate::media::stream::Statistics;
use crate::sdp::Codec;
use crate::ua::{Command, Input, SessionId};

const FIGURES: Statistics = Statistics {
    packets_sent: 1_207,
    octets_sent: 193_120,
    packets_received: 1_146,
    octets_received: 183_360,
    packets_lost: 3,
    packets_late: 5,
    jitter_ms: 6,
    decode_latency_ms: 40,
    round_trip_ms: Some(40),
    packets_looped: 0,
    decoder: Some(Codec::Pcma),
};

fn desk() -> Desk {
    let mut desk = Desk::new();
    desk.end.ua.settings_mut().stats_in_bye = true;
    desk
}

fn count(desk: &mut Desk, session: SessionId, figures: &Statistics) {
    let _ = desk.step(Input::MediaStatistics { session, figures });
}

#[test]
fn our_bye_and_our_answer_to_theirs_tell_how_the_call_sounded() {
    let told = "PS=1207,OS=193120,PR=1146,OR=183360,PL=3,JI=6,LA=60,DU=24,EN=G711u,DE=G711a";
    let mut desk = desk();
    let (id, _) = desk.calling();
    count(&mut desk, id, &Statistics::default());
    desk.run_ms(24_999);
    count(&mut desk, id, &FIGURES);
    let _ = desk.command(Command::End(id));
    let bye = desk.next("BYE");
    assert_eq!(bye.header("P-RTP-Stat"), told, "the newest figures, whole seconds");
    desk.reply(&bye, "200 OK", "peer", "", "");
    let id = desk.answered();
    let tag = desk.own_tag(id);
    desk.run_ms(24_000);
    count(&mut desk, id, &FIGURES);
    desk.receive(&request("BYE", 2, &tag, "", ""));
    assert_eq!(desk.next("200").header("P-RTP-Stat"), told);
    desk.assert_empty();
    // A stream that speaks once more than its call lasts is not heard.
    count(&mut desk, id, &FIGURES);
    desk.silent();
}

#[test]
fn what_is_unknown_is_nought_and_what_nobody_counts_is_not_told() {
    let mut desk = desk();
    let (id, _) = desk.calling();
    let figures = Statistics { round_trip_ms: None, decoder: None, ..FIGURES };
    count(&mut desk, id, &figures);
    let _ = desk.command(Command::End(id));
    let bye = desk.next("BYE");
    let told = bye.header("P-RTP-Stat");
    assert!(told.ends_with(",LA=40,DU=0,EN=G711u,DE=G711u"), "{told}");
    desk.reply(&bye, "200 OK", "peer", "", "");
    // An audio task that never counts.
    let (id, _) = desk.calling();
    let _ = desk.command(Command::End(id));
    let bye = desk.next("BYE");
    assert_eq!(bye.header("P-RTP-Stat"), "");
    desk.reply(&bye, "200 OK", "peer", "", "");
    // The setting is off.
    let (id, _) = desk.calling();
    count(&mut desk, id, &FIGURES);
    desk.end.ua.settings_mut().stats_in_bye = false;
    let _ = desk.command(Command::End(id));
    assert_eq!(desk.next("BYE").header("P-RTP-Stat"), "");
}

#[test]
fn a_call_that_was_not_answered_has_no_figures() {
    let mut desk = desk();
    let invite = request("INVITE", 1, "", super::desk::CONTACT, super::desk::SDP);
    desk.receive(&invite);
    let id = desk.end.incoming();
    let _ = desk.command(Command::Ring(id));
    let tag = desk.next("180").param("To", "tag");
    count(&mut desk, id, &FIGURES);
    desk.receive(&request("BYE", 2, &tag, "", ""));
    for answer in [desk.next(""), desk.next("")] {
        assert_eq!(answer.header("P-RTP-Stat"), "", "{}", answer.text);
    }
}
