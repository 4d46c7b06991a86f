//! The rules, each a function from a file to what is wrong in it.

use crate::source::{Source, first_word, in_word, is_word, item_end, words};
use std::fmt;

/// One breach.
pub(crate) struct Finding {
    pub(crate) path: String,
    pub(crate) line: usize,
    pub(crate) rule: &'static str,
    pub(crate) what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.path, self.line, self.rule, self.what)
    }
}

pub(crate) type Rule = fn(&Source, &mut Vec<Finding>);

pub(crate) const RULES: &[Rule] = &[
    edges,
    names,
    getters,
    marks,
    reasons,
    borders,
    no_unsafe,
    floats,
    no_std,
    hidden_panics,
    clocks,
    module_doc,
    line_length,
    file_length,
    function_length,
];

/// Who may use whom: a module uses those of the groups before its own, and none of its own group.
const GROUPS: &[&[&str]] = &[
    &["limits"],
    &["base"],
    &["crypto"],
    &["sip", "sdp", "rtp", "stun"],
    &["transaction", "dialog", "dialplan", "script", "srtp", "secure_call"],
    &["media"],
    &["ua", "config"],
    &["calls", "ui", "provisioning", "web"],
    &["phone"],
];

const FILE_LINES: usize = 600;
const FUNCTION_LINES: usize = 70;
const COLUMNS: usize = 110;

/// Words that say nothing about the thing they name.
const EMPTY_WORDS: &[&str] =
    &["manager", "handler", "helper", "helpers", "util", "utils", "context", "info", "data"];

/// Names that a standard gives, and which.
const STANDARD_NAMES: &[(&str, &str)] = &[
    ("UserInfo", "userinfo of the grammar, RFC 3261 §25.1"),
    ("CallInfo", "the header Call-Info, RFC 3261 §20.9"),
    ("call_info", "the header Call-Info, RFC 3261 §20.9"),
    ("AlertInfo", "the header Alert-Info, RFC 3261 §20.4"),
    ("alert_info", "the header Alert-Info, RFC 3261 §20.4"),
    ("ErrorInfo", "the header Error-Info, RFC 3261 §20.18"),
    ("error_info", "the header Error-Info, RFC 3261 §20.18"),
    ("AuthenticationInfo", "the header Authentication-Info, RFC 3261 §20.6"),
    ("authentication_info", "the header Authentication-Info, RFC 3261 §20.6"),
];

/// Crates whose types stay inside one module. `heapless` is absent: its types are the honest ones at the
/// border.
const INNER_CRATES: &[&str] = &[
    "aes",
    "aes_gcm",
    "base64ct",
    "cbc",
    "cipher",
    "crypto_bigint",
    "ctr",
    "digest",
    "hmac",
    "httparse",
    "md5",
    "memchr",
    "miniz_oxide",
    "nom",
    "num_bigint_dig",
    "rsa",
    "sha1",
    "sha2",
    "subtle",
    "xmlparser",
];

fn found(source: &Source, at: usize, rule: &'static str, what: impl Into<String>) -> Finding {
    Finding { path: source.path.clone(), line: source.line_of(at), rule, what: what.into() }
}

fn group(module: &str) -> Option<usize> {
    GROUPS.iter().position(|group| group.contains(&module))
}

fn edges(source: &Source, findings: &mut Vec<Finding>) {
    let path = source.module();
    let Some(&from) = path.first() else { return };
    if !source.in_library() {
        return;
    }
    let Some(own) = group(from) else {
        findings.push(found(source, 0, "edges", format!("module {from} stands in no group")));
        return;
    };
    for (at, to) in uses(source, path.len()) {
        match group(&to) {
            _ if to == from => {}
            Some(other) if other < own => {}
            Some(_) => findings.push(found(source, at, "edges", format!("{from} must not use {to}"))),
            None if to == "*" => findings.push(found(source, at, "edges", "name what you use of the crate")),
            // Not a module: a macro of the crate's root.
            None => {}
        }
    }
}

/// The modules of the crate's root that a file names, each with its place.
fn uses(source: &Source, depth: usize) -> Vec<(usize, String)> {
    let code = &source.code;
    let mut uses = Vec::new();
    for at in words(code, "crate") {
        if let Some(rest) = code[at + "crate".len()..].strip_prefix("::") {
            uses.extend(heads(rest).map(|head| (at, head)));
        }
    }
    for at in words(code, "super") {
        if code[..at].ends_with("super::") {
            continue;
        }
        let mut rest = &code[at..];
        let mut steps = 0;
        while let Some(next) = rest.strip_prefix("super::") {
            rest = next;
            steps += 1;
        }
        if steps == depth + inline_modules_around(code, at) {
            uses.extend(heads(rest).map(|head| (at, head)));
        }
    }
    uses
}

/// The first segments of a path or of a list of paths: `a::b` is `a`, `{a::b, c::{d, e}}` is `a`, `c`.
fn heads(rest: &str) -> impl Iterator<Item = String> + use<> {
    let mut heads = Vec::new();
    if let Some(list) = rest.strip_prefix('{') {
        let mut nesting = 0;
        let mut start = 0;
        for (at, c) in list.char_indices() {
            match c {
                '{' => nesting += 1,
                '}' if nesting > 0 => nesting -= 1,
                ',' | '}' if nesting == 0 => {
                    heads.push(first_word(&list[start..at]).to_owned());
                    start = at + 1;
                    if c == '}' {
                        break;
                    }
                }
                _ => {}
            }
        }
    } else if rest.starts_with('*') {
        heads.push("*".to_owned());
    } else {
        heads.push(first_word(rest).to_owned());
    }
    heads.into_iter()
}

fn inline_modules_around(code: &str, place: usize) -> usize {
    let opens = words(&code[..place], "mod").filter(|&at| code[at..].starts_with("mod "));
    opens.filter(|&at| item_end(code, at) > place).count()
}

fn names(source: &Source, findings: &mut Vec<Finding>) {
    for keyword in ["struct", "enum", "trait", "union", "type", "mod"] {
        for at in words(&source.code, keyword) {
            let name = first_word(&source.code[at + keyword.len()..]);
            if source.code[at + keyword.len()..].starts_with(' ') && is_empty_name(name) {
                findings.push(found(source, at, "names", format!("{name} says nothing about what it is")));
            }
        }
    }
    let file = source.path.rsplit('/').next().unwrap_or_default().trim_end_matches(".rs");
    if is_empty_name(file) {
        findings.push(found(source, 0, "names", format!("file {file} says nothing about what it is")));
    }
}

fn is_empty_name(name: &str) -> bool {
    let mut spaced = String::new();
    for c in name.chars() {
        if c.is_uppercase() || c == '_' {
            spaced.push(' ');
        }
        spaced.extend(c.to_lowercase());
    }
    let empty = spaced.split([' ', '_']).any(|word| EMPTY_WORDS.contains(&word));
    empty && !STANDARD_NAMES.iter().any(|(standard, _)| *standard == name)
}

fn getters(source: &Source, findings: &mut Vec<Finding>) {
    for at in words(&source.code, "fn") {
        let name = first_word(&source.code[at + 2..]);
        if name.starts_with("get_") && name != "get_mut" {
            findings.push(found(
                source,
                at,
                "getters",
                format!("{name}: a getter is named after what it gives"),
            ));
        }
    }
}

fn marks(source: &Source, findings: &mut Vec<Finding>) {
    for mark in [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX")] {
        for at in words(&source.raw, mark) {
            findings.push(found(source, at, "marks", "unfinished work belongs in an issue"));
        }
    }
    for mark in ["todo!", "unimplemented!", "#[ignore"] {
        for (at, _) in source.code.match_indices(mark) {
            findings.push(found(source, at, "marks", format!("{mark} does not stay")));
        }
    }
}

fn reasons(source: &Source, findings: &mut Vec<Finding>) {
    for mark in ["#[allow(", "#![allow(", "#[expect(", "#![expect("] {
        for (at, _) in source.code.match_indices(mark) {
            let end = source.code[at..].find(")]").map_or(source.code.len(), |length| at + length);
            if !source.code[at..end].contains("reason =") {
                findings.push(found(source, at, "reasons", "an exception says its reason"));
            }
        }
    }
}

/// No type of a crate in [`INNER_CRATES`] stands in what is public.
fn borders(source: &Source, findings: &mut Vec<Finding>) {
    if !source.in_library() || source.path == "src/lib.rs" {
        return;
    }
    let foreign = foreign_crates(&source.code);
    let inner = inner_names(&source.live, &foreign);
    for at in words(&source.live, "pub") {
        let rest = &source.live[at + 3..];
        if !rest.starts_with(' ') {
            continue;
        }
        // A struct's body is its public fields, which begin with `pub` themselves.
        let end = rest.find(['{', ';']).unwrap_or(rest.len());
        let end = if matches!(first_word(rest), "fn" | "const" | "struct" | "enum" | "trait" | "type" | "use")
        {
            end
        } else {
            rest.find([',', '}', '\n']).unwrap_or(end)
        };
        let signature = &rest[..end];
        let crates = foreign.iter().map(|name| format!("{name}::"));
        let by_path = crates.filter(|path| starts_a_path(signature, path)).map(|path| path.replace("::", ""));
        let by_name = inner.iter().filter(|name| words(signature, name).next().is_some()).cloned();
        if let Some(name) = by_path.chain(by_name).next() {
            findings.push(found(
                source,
                at,
                "borders",
                format!("{name} of another crate in a public signature"),
            ));
        }
    }
}

/// The inner crates, without those whose name a module declared here bears.
fn foreign_crates(code: &str) -> Vec<&'static str> {
    let ours = |name: &str| words(code, name).any(|at| code[..at].ends_with("mod "));
    INNER_CRATES.iter().copied().filter(|name| !ours(name)).collect()
}

fn starts_a_path(text: &str, path: &str) -> bool {
    text.match_indices(path).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        !before.is_some_and(|c| in_word(c) || c == ':')
    })
}

/// What a file imports by name from the inner crates.
fn inner_names(code: &str, foreign: &[&str]) -> Vec<String> {
    let mut names = Vec::new();
    for at in words(code, "use") {
        let rest = &code[at + 3..];
        let import = &rest[..rest.find(';').unwrap_or(rest.len())];
        if !foreign.contains(&first_word(import)) {
            continue;
        }
        let types = import.split(|c| !in_word(c)).filter(|word| is_word(word));
        names.extend(types.filter(|word| word.starts_with(char::is_uppercase)).map(str::to_owned));
    }
    names
}

fn no_unsafe(source: &Source, findings: &mut Vec<Finding>) {
    if source.in_library() {
        let places = words(&source.code, "unsafe");
        findings.extend(places.map(|at| found(source, at, "unsafe", "the library has no unsafe code")));
    }
}

fn floats(source: &Source, findings: &mut Vec<Finding>) {
    if !source.in_library() {
        return;
    }
    for float in ["f32", "f64"] {
        for at in words(&source.live, float) {
            findings.push(found(source, at, "floats", "integer arithmetic only"));
        }
    }
    for (at, _) in source.live.match_indices('.') {
        let digits = source.live[..at].trim_end_matches(|c: char| c.is_ascii_digit() || c == '_');
        let number = &source.live[digits.len()..at];
        let before = digits.chars().next_back();
        let fraction = source.live[at + 1..].starts_with(|c: char| c.is_ascii_digit());
        if fraction && !number.is_empty() && !before.is_some_and(|c| in_word(c) || c == '.') {
            findings.push(found(source, at, "floats", "integer arithmetic only"));
        }
    }
}

fn no_std(source: &Source, findings: &mut Vec<Finding>) {
    if !source.in_library() {
        return;
    }
    for name in ["std", "alloc"] {
        for at in words(&source.live, name) {
            let path = source.live[at + name.len()..].starts_with("::");
            if path || source.live[..at].ends_with("extern crate ") {
                findings.push(found(source, at, "no_std", format!("{name} is for tests")));
            }
        }
    }
}

/// Calls that panic without a word in their name; `base::bounded` has what stands in for them.
fn hidden_panics(source: &Source, findings: &mut Vec<Finding>) {
    let calls =
        ["collect", "extend", "copy_within", "split_at", "split_at_mut", "swap", "swap_remove", "drain"];
    let exempt = source.path == "src/base/bounded.rs" || source.path.ends_with("fuzz.rs");
    if !source.in_library() || exempt {
        return;
    }
    for call in calls {
        for at in words(&source.live, call) {
            let after = &source.live[at + call.len()..];
            let own = source.live[..at].ends_with("self.");
            if source.live[..at].ends_with('.') && !own && after.starts_with(['(', ':']) {
                findings.push(found(source, at, "hidden panics", format!("{call} can panic: base::bounded")));
            }
        }
    }
}

/// A test neither sleeps nor reads a clock; the interop suite, whose peers are real, aside.
fn clocks(source: &Source, findings: &mut Vec<Finding>) {
    let hosts = ["examples/", "tests/interop/", "benches/"];
    if hosts.iter().any(|folder| source.path.starts_with(folder)) {
        return;
    }
    for call in ["thread::sleep", "Instant::now", "SystemTime::now"] {
        for (at, _) in source.code.match_indices(call) {
            findings.push(found(source, at, "clocks", format!("{call}: time is passed in")));
        }
    }
}

fn module_doc(source: &Source, findings: &mut Vec<Finding>) {
    let has_doc = source.raw.starts_with("//!");
    let only_for_tests = source.live.trim().is_empty() && !source.code.trim().is_empty();
    let of_tests = only_for_tests || source.path.ends_with("/tests.rs");
    if source.in_library() && !has_doc && !of_tests {
        findings.push(found(source, 0, "module doc", "the file does not say what it is"));
    }
}

fn line_length(source: &Source, findings: &mut Vec<Finding>) {
    for (number, line) in source.raw.lines().enumerate() {
        let columns = line.chars().count();
        if columns > COLUMNS {
            let what = format!("{columns} columns, {COLUMNS} at most");
            findings.push(Finding { path: source.path.clone(), line: number + 1, rule: "line length", what });
        }
    }
}

fn file_length(source: &Source, findings: &mut Vec<Finding>) {
    let lines = source.raw.lines().count();
    if lines > FILE_LINES {
        let what = format!("{lines} lines, {FILE_LINES} at most: two ideas?");
        findings.push(Finding { path: source.path.clone(), line: lines, rule: "file length", what });
    }
}

fn function_length(source: &Source, findings: &mut Vec<Finding>) {
    for at in words(&source.code, "fn") {
        let name = first_word(&source.code[at + 2..]);
        if name.is_empty() {
            continue;
        }
        let end = item_end(&source.code, at);
        let lines = source.line_of(end) - source.line_of(at) + 1;
        if lines > FUNCTION_LINES {
            let what = format!("{name} has {lines} lines, {FUNCTION_LINES} at most");
            findings.push(found(source, at, "function length", what));
        }
    }
}

/// Folders of one machine have no place in what is committed.
pub(crate) fn machine_paths(path: &str, text: &str, findings: &mut Vec<Finding>) {
    let folders = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/tmp/bash", "_jobs")];
    for (number, line) in text.lines().enumerate() {
        if let Some(folder) = folders.iter().find(|folder| line.contains(**folder)) {
            let what = format!("{folder} is a folder of one machine");
            findings.push(Finding { path: path.into(), line: number + 1, rule: "machine path", what });
        }
    }
}
