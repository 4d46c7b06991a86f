//! What can be done, and the situations in which it is.

use std::vec::Vec;

use testbed::model::Move;

use super::Act;

fn soft(label: &str) -> Act {
    Act::One(Move::Soft(label.into()))
}

const fn line(line: usize) -> Act {
    Act::One(Move::Line(line))
}

fn caller() -> Act {
    Act::One(Move::Incoming { from: "102".into(), page: false })
}

/// What a person can do anywhere; soft keys as they are offered.
pub(super) fn keys() -> Vec<Act> {
    let keys = [
        Move::Line(0),
        Move::Line(1),
        Move::Line(2),
        Move::Hold,
        Move::Speaker,
        Move::Headset,
        Move::Mute,
        Move::Dial('5'),
        Move::Dial('#'),
        Move::Redial,
    ];
    keys.map(Act::One).into_iter().chain([Act::Handset, Act::Keys("600#")]).collect()
}

/// What the network can do.
pub(super) fn news() -> Vec<Act> {
    std::vec![
        caller(),
        Act::One(Move::Incoming { from: "103".into(), page: true }),
        Act::Rings,
        Act::Answers,
        Act::Fails(486),
        Act::HangsUp,
        Act::OtherHangsUp,
        Act::Leaves,
        Act::Holds(true),
        Act::Holds(false),
        Act::Transferred(true),
        Act::Transferred(false),
        Act::Wait(10_000),
    ]
}

/// What a person dials to the phone itself.
pub(super) fn codes() -> Vec<Act> {
    ["*66", "*69", "*70", "*72", "*78", "*90", "*86", "*96", "*98"].map(Act::Keys).to_vec()
}

/// The situations to begin with.
pub(super) fn situations() -> Vec<(&'static str, Vec<Act>)> {
    let number = || Act::Keys("600#");
    let call = || [line(0), number(), Act::Rings, Act::Answers].to_vec();
    let held = || [call(), [Act::One(Move::Hold)].to_vec()].concat();
    let beside = |more: &[Act]| [call(), more.to_vec()].concat();
    let and = |first: Vec<Act>, more: &[Act]| [first, more.to_vec()].concat();
    let speaker = || Act::One(Move::Speaker);
    let called_back = |more: &[Act]| {
        let ordered = [line(0), number(), Act::Fails(486), speaker(), line(0), Act::Keys("*66"), speaker()];
        and(ordered.to_vec(), more)
    };
    let conference = || beside(&[soft("conf"), number(), Act::Answers, soft("conf")]);
    std::vec![
        ("idle", Vec::new()),
        (
            "idle, handset lifted",
            [Act::Handset, Act::One(Move::Hold), Act::One(Move::Speaker), Act::One(Move::Speaker)].to_vec()
        ),
        ("typing on hook", [Act::One(Move::Dial('5'))].to_vec()),
        ("dialing", [line(0)].to_vec()),
        ("dialing with digits", [line(0), Act::One(Move::Dial('5'))].to_vec()),
        ("calling", [line(0), number()].to_vec()),
        ("proceeding", [line(0), number(), Act::Rings].to_vec()),
        ("ringing", [caller()].to_vec()),
        ("two ringing", [caller(), caller()].to_vec()),
        ("connected", call()),
        ("held", held()),
        ("held by the far end", beside(&[Act::Holds(true)])),
        ("connected and ringing", beside(&[caller()])),
        ("held and connected", beside(&[line(1), number(), Act::Rings, Act::Answers])),
        ("held and proceeding", beside(&[line(1), number(), Act::Rings])),
        ("held and ringing", and(held(), &[caller()])),
        ("two held", beside(&[line(1), number(), Act::Answers, Act::One(Move::Hold)])),
        (
            "two held and connected",
            beside(&[line(1), number(), Act::Answers, line(2), number(), Act::Answers])
        ),
        ("invalid", [line(0), number(), Act::Fails(486)].to_vec()),
        ("invalid, hung up on", beside(&[Act::HangsUp])),
        ("transfer begun", beside(&[soft("xfer")])),
        ("transfer to complete", beside(&[soft("xfer"), number(), Act::Rings])),
        ("transferring", beside(&[soft("xfer"), number(), Act::Answers, soft("xfer")])),
        ("blind transfer begun", beside(&[soft("bxfer")])),
        ("conference begun", beside(&[soft("conf")])),
        ("conference to complete", beside(&[soft("conf"), number(), Act::Rings])),
        ("conference with one who rings", beside(&[soft("conf"), number(), Act::Rings, soft("conf")])),
        ("conference", conference()),
        ("conference and held", and(and(held(), &[line(3), number(), Act::Answers]), &conference()[4..])),
        ("conference, being joined", and(conference(), &[soft("join")])),
        ("call back", called_back(&[])),
        ("call back under way beside a conversation", called_back(&[line(1), number(), Act::Answers])),
        ("called back", called_back(&[Act::Rings, Act::Wait(500)])),
        (
            "called back beside a conversation",
            called_back(&[line(1), number(), Act::Answers, Act::Rings, Act::Wait(500)])
        ),
        ("no line left", beside(&[caller(), caller(), caller()])),
    ]
}
