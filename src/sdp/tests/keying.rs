//! RFC 4568 by example.
#![allow(clippy::string_slice, reason = "a test fails by panicking")]

use std::format;
use std::string::{String, ToString};

use super::{phone, text};
use crate::base::Rng;
use crate::crypto::{Mki, Suite};
use crate::sdp::{Description, Direction, Keying, Local, MediaKeys, Negotiated, Refusal, answer, offer};

const HEAD: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";
/// The key of RFC 4568 §9.1, example 1: 30 bytes.
const KEY: &str = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";

struct Seeded(u32);

impl Rng for Seeded {
    fn next_u32(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(0x9E37_79B9).wrapping_add(1);
        self.0
    }
}

fn secure(address: &str, seed: u32, offers: bool) -> Local {
    let mut local = phone(address);
    local.keying = Some(Keying::new(&mut Seeded(seed), offers));
    local
}

fn caller() -> Local {
    secure("192.0.2.1:16384", 1, true)
}

fn callee() -> Local {
    secure("192.0.2.9:16384", 2, false)
}

fn answered(body: &str, local: &Local) -> Result<(Negotiated, String), Refusal> {
    let offer = Description::parse(body.as_bytes()).expect("a description");
    answer(&offer, local).map(|(negotiated, reply)| (negotiated, text(&reply)))
}

/// An offer over SAVP with these attributes.
fn with_lines(lines: &str) -> String {
    format!("{HEAD}m=audio 4000 RTP/SAVP 0\r\n{lines}")
}

fn taken(line: &str) -> Result<MediaKeys, Refusal> {
    answered(&with_lines(&format!("a=crypto:{line}\r\n")), &callee()).map(|(media, _)| media.keys.unwrap())
}

fn agreed(local: &Local, body: &str) -> Result<MediaKeys, Refusal> {
    let description = Description::parse(body.as_bytes()).expect("a description");
    Negotiated::from_answer(local, &description).map(|media| media.keys.unwrap())
}

#[test]
fn an_offer_has_a_line_for_each_suite_with_keys_that_differ() {
    let body = text(&offer(&caller()));
    assert!(body.contains("m=audio 16384 RTP/SAVP 0 8 101\r\n"), "{body}");
    let lines: std::vec::Vec<_> = body.lines().filter(|line| line.starts_with("a=crypto:")).collect();
    let start = |line: &str| line.split(" inline:").next().unwrap().to_string();
    assert_eq!(lines.len(), 2);
    assert_eq!(start(lines[0]), "a=crypto:1 AES_CM_128_HMAC_SHA1_80");
    assert_eq!(start(lines[1]), "a=crypto:2 AES_CM_128_HMAC_SHA1_32");
    let digits = |line: &str| line.split("inline:").nth(1).unwrap().to_string();
    assert_eq!((digits(lines[0]).len(), digits(lines[1]).len()), (40, 40));
    assert_ne!(digits(lines[0])[..22], digits(lines[1])[..22]);
}

#[test]
fn without_the_wish_an_offer_is_plain_and_without_keys_srtp_is_refused() {
    assert!(text(&offer(&callee())).contains(" RTP/AVP "));
    let plain = phone("192.0.2.9:16384");
    assert_eq!(answered(&text(&offer(&caller())), &plain).map(|_| ()), Err(Refusal::NoProfile));
    let (media, reply) = answered(&text(&offer(&plain)), &callee()).unwrap();
    assert!(media.keys.is_none() && !reply.contains("crypto"));
}

#[test]
fn both_sides_agree_and_each_has_a_key_of_its_own() {
    let (at_callee, reply) = answered(&text(&offer(&caller())), &callee()).unwrap();
    assert_eq!(reply.matches("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:").count(), 1, "{reply}");
    assert_eq!(reply.matches("crypto").count(), 1);
    assert!(reply.contains(" RTP/SAVP "));
    let at_caller = agreed(&caller(), &reply).unwrap();
    let at_callee = at_callee.keys.unwrap();
    assert_eq!((&at_caller.send, &at_caller.receive), (&at_callee.receive, &at_callee.send));
    assert_ne!(at_caller.send, at_caller.receive);
}

#[test]
fn rfc_4568_section_5_1_2_the_first_line_that_fits_is_answered_with_its_tag() {
    let lines = format!(
        "a=crypto:1 F8_128_HMAC_SHA1_80 inline:{KEY}\r\n\
         a=crypto:9 AES_CM_128_HMAC_SHA1_32 inline:{KEY}\r\n\
         a=crypto:3 AES_CM_128_HMAC_SHA1_80 inline:{KEY}\r\n"
    );
    let (media, reply) = answered(&with_lines(&lines), &callee()).unwrap();
    assert_eq!(media.keys.unwrap().receive.suite(), Suite::Aes128Sha1_32);
    assert!(reply.contains("a=crypto:9 AES_CM_128_HMAC_SHA1_32 inline:"), "{reply}");
    assert_eq!(answered(&with_lines(""), &callee()).map(|_| ()), Err(Refusal::NoKey));
}

#[test]
fn rfc_4568_section_6_1_keys_lifetimes_and_identifiers() {
    let suite = "AES_CM_128_HMAC_SHA1_80";
    let key = taken(&format!("1 {suite} inline:{KEY}")).unwrap().receive;
    assert_eq!((key.key(), key.salt()), (&b"YS___semctl () {"[..], &b"\t220;}\n}\nunles"[..]));
    for behind in ["|2^48", "|2^31", "|4194304", "|281474976710656", " -UNKNOWN", " WSH=64"] {
        assert_eq!(
            taken(&format!("1 {suite} inline:{KEY}{behind}")).map(|keys| keys.receive),
            Ok(key.clone())
        );
    }
    for (behind, mki) in [("|2^31|1:1", (1, 1)), ("|1066:4", (1066, 4)), ("|2^48|7:128", (7, 128))] {
        let found = taken(&format!("1 {suite} inline:{KEY}{behind}")).unwrap().receive.mki();
        assert_eq!(found, Mki::new(mki.0, mki.1), "{behind}");
    }
    let bad = [
        "|2^49",
        "|2^10",
        "|17",
        "|",
        "|x",
        "|1:0",
        "|1:129",
        "|256:1",
        "|1:1|2^31",
        "|2^31|2^31",
        "|1:1|2:1",
        ";inline:AA",
        "=",
        " UNENCRYPTED_SRTP",
        " UNENCRYPTED_SRTCP",
        " UNAUTHENTICATED_SRTP",
        " KDR=20",
        " FEC_ORDER=FEC_SRTP",
        " SOMETHING",
    ];
    for behind in bad.into_iter().filter(|behind| *behind != "=") {
        let refused = taken(&format!("1 {suite} inline:{KEY}{behind}"));
        assert_eq!(refused, Err(Refusal::NoKey), "{behind}");
    }
    let lines = [
        format!("1 {suite} inline:{}", &KEY[..39]),
        format!("1 {suite} inline:{KEY}AAAA"),
        format!("1 {suite} inline:"),
        format!("1 {suite} clear:{KEY}"),
        format!("1 {suite}"),
        format!("01 {suite} inline:{KEY}"),
        format!("0 {suite} inline:{KEY}"),
        format!("1234567890 {suite} inline:{KEY}"),
        format!("x {suite} inline:{KEY}"),
        format!("1 {suite} inline:{}*", &KEY[..39]),
        format!("1 AES_256_CM_HMAC_SHA1_80 inline:{KEY}"),
    ];
    for line in lines {
        assert_eq!(taken(&line), Err(Refusal::NoKey), "{line}");
    }
    assert!(taken(&format!("999999999 {suite} INLINE:{KEY}")).is_ok());
}

/// Longer keys, either spelling of the name, with and without padding.
#[test]
fn rfc_6188_keys_of_other_lengths() {
    let forty_six = format!("{KEY}{}", &"A".repeat(22));
    for name in ["AES_256_CM_HMAC_SHA1_80", "AES_CM_256_HMAC_SHA1_80"] {
        for padding in ["", "=="] {
            let keys = taken(&format!("1 {name} inline:{forty_six}{padding}")).unwrap();
            assert_eq!(keys.receive.suite(), Suite::Aes256Sha1_80);
        }
    }
    let gcm = taken(&format!("1 AEAD_AES_128_GCM inline:{}A", &KEY[..37]));
    assert_eq!(gcm.is_ok(), cfg!(feature = "gcm"), "{gcm:?}");
}

#[test]
fn rfc_4568_section_5_1_3_an_answer_has_one_line_that_was_offered() {
    let line = |tag: u32, suite: &str| format!("a=crypto:{tag} {suite} inline:{KEY}\r\n");
    let (long, short) = ("AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32");
    assert!(agreed(&caller(), &with_lines(&line(1, long))).is_ok());
    assert!(agreed(&caller(), &with_lines(&line(2, short))).is_ok());
    let other_key = format!("a=crypto:3 AES_192_CM_HMAC_SHA1_80 inline:{KEY}{}\r\n", "A".repeat(11));
    let wrong = [
        String::new(),
        line(2, long),
        line(3, long),
        line(1, short),
        line(1, long) + &line(2, short),
        other_key,
    ];
    for lines in wrong {
        assert_eq!(agreed(&caller(), &with_lines(&lines)), Err(Refusal::NoKey), "{lines}");
    }
    let ours_back = text(&offer(&caller())).replace("a=crypto:2", "a=other:2");
    assert_eq!(agreed(&caller(), &ours_back), Err(Refusal::NoKey), "our own key");
    let plain = with_lines(&line(1, long)).replace("SAVP", "AVP");
    assert_eq!(agreed(&caller(), &plain), Err(Refusal::NoProfile));
}

/// §7.1.4: a hold, a new answer, another codec: the same keys; and the session stays SRTP.
#[test]
fn keys_stay_through_hold_and_the_session_stays_protected() {
    let (mut anna, mut bert) = (caller(), callee());
    let (at_bert, reply) = answered(&text(&offer(&anna)), &bert).unwrap();
    let at_anna = Negotiated::from_answer(&anna, &Description::parse(reply.as_bytes()).unwrap()).unwrap();
    anna.follow(&at_anna);
    bert.follow(&at_bert);
    bert.direction = Direction::SendOnly;
    let hold = text(&offer(&bert));
    assert_eq!(hold.matches("crypto").count(), 1, "only the suite that the session has: {hold}");
    let (again, _) = answered(&hold, &anna).unwrap();
    assert_eq!(again.keys, at_anna.keys);
    for local in [&anna, &bert] {
        let plain = with_lines("").replace("SAVP", "AVP");
        assert_eq!(answered(&plain, local).map(|_| ()), Err(Refusal::NoProfile), "no way back to plain RTP");
    }
    // The peer may change its key: a new context for what it sends, ours goes on.
    let rekeyed = with_lines(&format!("a=crypto:7 AES_CM_128_HMAC_SHA1_80 inline:{KEY}\r\n"));
    let (rekeyed, _) = answered(&rekeyed, &anna).unwrap();
    let (before, after) = (at_anna.keys.unwrap(), rekeyed.keys.unwrap());
    assert_eq!(before.send, after.send);
    assert_ne!(before.receive, after.receive);
}

/// §7.3: each branch has a key of its own, and may choose another suite.
#[test]
fn branches_of_a_forked_call_answer_with_their_own_keys() {
    let mut anna = caller();
    let line =
        |tag: u32, suite: &str, key: &str| with_lines(&format!("a=crypto:{tag} {suite} inline:{key}\r\n"));
    let one = line(1, "AES_CM_128_HMAC_SHA1_80", KEY);
    let one = Negotiated::from_answer(&anna, &Description::parse(one.as_bytes()).unwrap()).unwrap();
    anna.follow(&one);
    let other = agreed(&anna, &line(2, "AES_CM_128_HMAC_SHA1_32", &KEY.replace("WVN", "WVM"))).unwrap();
    assert_ne!(one.keys.unwrap().receive, other.receive);
    assert_eq!(other.send.suite(), Suite::Aes128Sha1_32);
}

#[test]
fn the_version_rises_when_a_session_settles_on_a_suite_only() {
    let mut anna = caller();
    anna.revision = offer(&anna).revision();
    let before = anna.revision.version;
    anna.revision = offer(&anna).revision();
    assert_eq!(anna.revision.version, before);
}

#[test]
fn keys_are_not_shown() {
    let local = caller();
    let (media, reply) = answered(&text(&offer(&local)), &callee()).unwrap();
    let digits = reply.split("inline:").nth(1).unwrap().lines().next().unwrap();
    let key = media.keys.as_ref().unwrap().send.key();
    let shown = format!("{local:?} {media:?} {:?}", offer(&local));
    assert!(!shown.contains(digits) && !shown.contains(&format!("{key:?}")), "{shown}");
    assert!(!shown.contains(&format!("{}, {}, {}", key[0], key[1], key[2])));
}
