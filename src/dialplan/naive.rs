//! The plan's meaning once more, by backtracking over its written form, and the comparison with it.
#![allow(clippy::string_slice, clippy::arithmetic_side_effects, reason = "a test fails by panicking")]

use std::format;
use std::string::{String, ToString};
use std::vec;
use std::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::base::Instant;

#[derive(Clone, Debug)]
enum Token {
    /// One of these keys.
    One(&'static str),
    /// Any number of these keys.
    Many(&'static str),
    Open,
    Sent(String),
    Comma,
}

#[derive(Clone, Debug)]
struct Sequence {
    tokens: Vec<Token>,
    barred: bool,
}

/// As many elements has a sequence that only takes room.
const NOT_DIALLED: usize = 40;

/// Elements as they are written, and the keys that they mean.
const ELEMENTS: [(&str, &str); 9] = [
    ("1", "1"),
    ("2", "2"),
    ("*", "*"),
    ("#", "#"),
    ("x", "0123456789"),
    ("X", "0123456789"),
    ("[1-3]", "123"),
    ("[2*]", "2*"),
    ("[x#]", "0123456789#"),
];

/// A small generator: what it draws is decided by the seed alone.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn element(&mut self, script: &mut String) -> Token {
        // The plain ones more often.
        let most = [2, 2, 5, ELEMENTS.len()][self.below(4)];
        let (written, keys) = ELEMENTS[self.below(most)];
        script.push_str(written);
        self.space(script);
        if self.below(5) > 0 {
            return Token::One(keys);
        }
        script.push('.');
        Token::Many(keys)
    }

    fn space(&mut self, script: &mut String) {
        if self.below(12) == 0 {
            script.push_str([" ", "\t", "  "][self.below(3)]);
        }
    }

    fn sequence(&mut self, script: &mut String) -> Sequence {
        let mut tokens = Vec::new();
        for _ in 0..self.below(6) {
            self.space(script);
            match self.below(10) {
                0 => {
                    script.push('<');
                    tokens.push(Token::Open);
                    for _ in 0..self.below(3) {
                        let token = self.element(script);
                        tokens.push(token);
                    }
                    let sent = ["", "7", "00", "@a.b;c=1"][self.below(4)];
                    script.push_str(&format!(":{sent}>"));
                    tokens.push(Token::Sent(sent.to_string()));
                }
                1 => {
                    script.push(',');
                    tokens.push(Token::Comma);
                }
                _ => {
                    let token = self.element(script);
                    tokens.push(token);
                }
            }
        }
        let barred = self.below(8) == 0;
        script.push_str(if barred { " !" } else { "" });
        Sequence { tokens, barred }
    }

    fn plan(&mut self) -> (String, Vec<Sequence>) {
        let mut script = String::from("(");
        let mut sequences = Vec::new();
        // A sequence that nobody dials, so that the others lie about the border of a block of 64 items.
        let before = [0, NOT_DIALLED, 100][self.below(3)];
        if before > 0 {
            let length = before + self.below(24);
            script.push_str(&"9".repeat(length));
            sequences.push(Sequence { tokens: vec![Token::One("9"); length], barred: false });
        }
        for _ in 0..1 + self.below(5) {
            script.push_str(if sequences.is_empty() { "" } else { "|" });
            let sequence = self.sequence(&mut script);
            sequences.push(sequence);
        }
        script.push(')');
        (script, sequences)
    }

    /// Keys that some sequence takes, most of the time.
    fn keys(&mut self, sequences: &[Sequence]) -> String {
        let mut keys = String::new();
        let dialled = sequences.iter().filter(|sequence| sequence.tokens.len() < NOT_DIALLED);
        let dialled: Vec<&Sequence> = dialled.collect();
        let sequence = dialled[self.below(dialled.len())];
        for token in &sequence.tokens {
            let (from, times) = match token {
                Token::One(from) => (*from, 1),
                Token::Many(from) => (*from, self.below(3)),
                Token::Open | Token::Sent(_) | Token::Comma => continue,
            };
            for _ in 0..times {
                let from = if self.below(8) == 0 { "0123456789*#" } else { from };
                keys.push(from.chars().nth(self.below(from.len())).unwrap());
            }
        }
        for _ in 0..self.below(3) {
            keys.push("0123456789*#".chars().nth(self.below(12)).unwrap());
        }
        keys
    }
}

/// What the keys become by a sequence that they match entirely.
fn complete(tokens: &[Token], keys: &str, hidden: bool) -> Option<String> {
    let Some((token, rest)) = tokens.split_first() else {
        return keys.is_empty().then(String::new);
    };
    let first = keys.chars().next();
    let kept = |keys: &str| if hidden { String::new() } else { keys[..1].to_string() };
    match token {
        Token::One(set) => {
            first.filter(|&key| set.contains(key))?;
            complete(rest, &keys[1..], hidden).map(|sent| kept(keys) + &sent)
        }
        Token::Many(set) => first
            .filter(|&key| set.contains(key))
            .and_then(|_| complete(tokens, &keys[1..], hidden).map(|sent| kept(keys) + &sent))
            .or_else(|| complete(rest, keys, hidden)),
        Token::Open => complete(rest, keys, true),
        Token::Sent(sent) => complete(rest, keys, false).map(|more| sent.clone() + &more),
        Token::Comma => complete(rest, keys, hidden),
    }
}

/// Whether the keys are a beginning of what a sequence matches, and one key more can be.
fn open(tokens: &[Token], keys: &str) -> bool {
    let takes_keys = |token: &Token| matches!(token, Token::One(_) | Token::Many(_));
    let Some(first) = keys.chars().next() else { return tokens.iter().any(takes_keys) };
    let Some((token, rest)) = tokens.split_first() else { return false };
    match token {
        Token::One(set) => set.contains(first) && open(rest, &keys[1..]),
        Token::Many(set) => (set.contains(first) && open(tokens, &keys[1..])) || open(rest, keys),
        Token::Open | Token::Sent(_) | Token::Comma => open(rest, keys),
    }
}

/// Whether the last key leads past a comma.
fn tone(tokens: &[Token], keys: &str) -> bool {
    let Some((token, rest)) = tokens.split_first() else { return false };
    let Some(first) = keys.chars().next() else {
        return match token {
            Token::Comma => true,
            Token::One(_) => false,
            Token::Many(_) | Token::Open | Token::Sent(_) => tone(rest, keys),
        };
    };
    match token {
        Token::One(set) => set.contains(first) && tone(rest, &keys[1..]),
        Token::Many(set) if set.contains(first) && keys.len() == 1 => tone(rest, "") || tone(rest, keys),
        Token::Many(set) => (set.contains(first) && tone(tokens, &keys[1..])) || tone(rest, keys),
        Token::Open | Token::Sent(_) | Token::Comma => tone(rest, keys),
    }
}

/// What the plan says of keys: the verdict at once, and the verdict when they are sent.
fn judge(sequences: &[Sequence], keys: &str) -> (String, String) {
    let mut done = sequences.iter().filter_map(|sequence| {
        complete(&sequence.tokens, keys, false).map(|number| (number, sequence.barred))
    });
    let emits = |sequence: &Sequence| {
        sequence.tokens.iter().any(|token| matches!(token, Token::Sent(sent) if !sent.is_empty()))
    };
    let first = if keys.is_empty() {
        let zero = sequences
            .iter()
            .find(|&sequence| emits(sequence) && complete(&sequence.tokens, "", false).is_some());
        zero.map(|sequence| (complete(&sequence.tokens, "", false).unwrap(), sequence.barred))
    } else {
        done.next()
    };
    let more = sequences.iter().any(|sequence| open(&sequence.tokens, keys));
    let sent = match first {
        Some((number, false)) if !number.is_empty() => format!("send {number}"),
        Some(_) => "reject".to_string(),
        None if keys.is_empty() => "collect".to_string(),
        None => format!("as-dialled {keys}"),
    };
    let at_once = match (sent.starts_with("as-dialled"), more) {
        (_, true) => "collect".to_string(),
        (true, false) => "reject".to_string(),
        (false, false) => sent.clone(),
    };
    (at_once, sent)
}

fn said(collector: &Collector, step: Step) -> String {
    match step.verdict {
        Verdict::Collecting => "collect".to_string(),
        Verdict::Send => format!("send {}", collector.number()),
        Verdict::AsDialled => format!("as-dialled {}", collector.number()),
        Verdict::Rejected => "reject".to_string(),
        Verdict::Code(_) | Verdict::SpeedDial(_) => "not asked for".to_string(),
    }
}

/// Dials keys until there is a verdict; compares each word of the collector with what backtracking says.
fn compare(script: &str, plan: &Plan, sequences: &[Sequence], keys: &str) -> Result<(), TestCaseError> {
    let mut collector = Collector::new();
    let mut step = collector.step(Instant::ZERO, plan, &Rules::DEFAULT, Input::Start);
    for length in 0..=keys.len() {
        let so_far = &keys[..length];
        if length > 0 {
            let key = keys[length - 1..].chars().next().unwrap();
            let taken = sequences.iter().any(|sequence| open(&sequence.tokens, so_far))
                || sequences.iter().any(|sequence| complete(&sequence.tokens, so_far, false).is_some());
            let input = Input::Key(DialKey::new(key).unwrap());
            if key == '#' && !taken {
                let (_, sent) = judge(sequences, &keys[..length - 1]);
                step = collector.step(Instant::ZERO, plan, &Rules::DEFAULT, input);
                prop_assert_eq!(said(&collector, step), sent, "{} {}", script, so_far);
                return Ok(());
            }
            step = collector.step(Instant::ZERO, plan, &Rules::DEFAULT, input);
        }
        let (at_once, sent) = judge(sequences, so_far);
        prop_assert_eq!(said(&collector, step), at_once, "{} {}", script, so_far);
        let state = collector.state();
        if state == State::Decided {
            return Ok(());
        }
        let outside = step.tone == Some(Prompt::OutsideLine);
        let expected = length > 0 && sequences.iter().any(|sequence| tone(&sequence.tokens, so_far));
        prop_assert_eq!(outside, expected, "{} {}", script, so_far);
        let complete = sent.starts_with("send") || sent == "reject";
        prop_assert_eq!(state == State::Complete, complete, "{} {}", script, so_far);
    }
    let (_, sent) = judge(sequences, keys);
    step = collector.step(Instant::ZERO, plan, &Rules::DEFAULT, Input::Send);
    prop_assert_eq!(said(&collector, step), sent, "{} {} sent", script, keys);
    Ok(())
}

/// Compares what the matcher says of each beginning of the keys.
fn compare_matcher(
    script: &str,
    plan: &Plan,
    sequences: &[Sequence],
    keys: &str,
) -> Result<(), TestCaseError> {
    let mut matcher = Matcher::new();
    let mut standing = matcher.start(plan);
    for length in 0..=keys.len() {
        let so_far = &keys[..length];
        if let Some(key) = so_far.chars().last() {
            standing = matcher.step(plan, DialKey::new(key).unwrap());
        }
        let open = sequences.iter().any(|sequence| open(&sequence.tokens, so_far));
        let first = sequences.iter().find(|sequence| complete(&sequence.tokens, so_far, false).is_some());
        prop_assert_eq!(standing.open, open, "{} {}", script, so_far);
        if length > 0 {
            let outcome = first.map(|first| if first.barred { Outcome::Barred } else { Outcome::Plain });
            prop_assert_eq!(matcher.outcome(plan), outcome, "{} {}", script, so_far);
            prop_assert_eq!(standing.complete, outcome.is_some(), "{} {}", script, so_far);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, max_shrink_iters: 200, ..ProptestConfig::default() })]

    /// 4,000 plans with 26 numbers each: 104,000 pairs.
    #[test]
    fn the_matcher_agrees_with_backtracking(seed in 1_u64..) {
        let mut draw = Draw(seed);
        for _ in 0..8 {
            draw.below(2);
        }
        let (script, sequences) = draw.plan();
        let plan = Plan::parse(&script).map_err(|fault| TestCaseError::fail(format!("{script}: {fault}")))?;
        for _ in 0..26 {
            let keys = draw.keys(&sequences);
            compare(&script, &plan, &sequences, &keys)?;
            compare_matcher(&script, &plan, &sequences, &keys)?;
            let whole = sequences.iter().find_map(|sequence| {
                complete(&sequence.tokens, &keys, false).map(|number| (number, sequence.barred))
            });
            let whole = whole.and_then(|(number, barred)| (!barred).then_some(number));
            let rewritten = plan.rewrite(&keys).map(|number| number.to_string());
            prop_assert_eq!(rewritten, whole, "{} {}", &script, &keys);
        }
    }
}
