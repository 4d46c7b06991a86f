//! The house rules that a program can check, each with a test that shows that it can fail.
//!
//! ARCHITECTURE.md says why each of them is there.
#![cfg(test)]
#![allow(
    clippy::arithmetic_side_effects,
    reason = "line counts; a wrong one fails this test and nothing else"
)]
#![allow(clippy::string_slice, reason = "offsets come from searches in the same text")]

#[path = "tidy/rules.rs"]
mod rules;
#[path = "tidy/source.rs"]
mod source;

use rules::{Finding, RULES, machine_paths};
use source::Source;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn the_repository_keeps_its_rules() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["src", "tests", "examples", "benches", "fuzz"] {
        collect(root, &root.join(folder), &["rs"], &mut files);
    }
    assert!(files.iter().any(|(path, _)| path == "src/lib.rs"), "the library is among the files read");
    let report: Vec<String> = judge(&files).iter().map(Finding::to_string).collect();
    assert!(report.is_empty(), "{} house rules broken:\n{}", report.len(), report.join("\n"));
}

#[test]
fn no_committed_text_names_a_folder_of_one_machine() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(root, root, &["rs", "toml", "md", "sh", "x", "xml", "cfg", ""], &mut files);
    assert!(files.iter().any(|(path, _)| path == "README.md"), "the documents are among the files read");
    let mut findings = Vec::new();
    for (path, text) in &files {
        machine_paths(path, text, &mut findings);
    }
    let report: Vec<String> = findings.iter().map(Finding::to_string).collect();
    assert!(report.is_empty(), "{}", report.join("\n"));
}

/// A test that is renamed is renamed in the checklist, too.
#[test]
fn the_checklist_names_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shape = fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap_or_default();
    let section = shape.split("\n## ").find(|part| part.contains("RFC checklist\n")).unwrap_or_default();
    let mut files = Vec::new();
    for folder in ["src", "tests"] {
        collect(root, &root.join(folder), &["rs"], &mut files);
    }
    let is_test = |word: &&str| word.contains('_') && !word.contains(|letter: char| !is_name(letter));
    let named: Vec<&str> = section.split('`').skip(1).step_by(2).filter(is_test).collect();
    let missing: Vec<&str> = named
        .iter()
        .copied()
        .filter(|name| !files.iter().any(|(_, text)| text.contains(&format!("fn {name}("))))
        .collect();
    assert!(named.len() > 100, "the checklist is read: {}", named.len());
    assert!(missing.is_empty(), "no such tests: {missing:?}");
}

fn is_name(letter: char) -> bool {
    letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_'
}

/// Reads the text files below `folder` whose extension is wanted; build outputs and fuzz corpora are not
/// ours.
fn collect(root: &Path, folder: &Path, wanted: &[&str], files: &mut Vec<(String, String)>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if ["target", ".git", "corpus", "artifacts", "coverage", "seeds"].contains(&name) {
            continue;
        }
        if path.is_dir() {
            collect(root, &path, wanted, files);
        } else if wanted.contains(&path.extension().and_then(|name| name.to_str()).unwrap_or_default())
            && let (Ok(short), Ok(text)) = (path.strip_prefix(root), fs::read_to_string(&path))
        {
            files.push((short.to_string_lossy().replace('\\', "/"), text));
        }
    }
}

fn judge(files: &[(String, String)]) -> Vec<Finding> {
    let mut only_for_tests = BTreeSet::new();
    for (path, text) in files {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for name in Source::new(path, text, false).test_files() {
            only_for_tests.insert(format!("{folder}/{name}.rs"));
            only_for_tests.insert(format!("{folder}/{name}/"));
        }
    }
    let mut findings = Vec::new();
    for (path, text) in files {
        let is_test = only_for_tests.iter().any(|test| path.starts_with(test.as_str()));
        let source = Source::new(path, text, is_test);
        for rule in RULES {
            rule(&source, &mut findings);
        }
    }
    findings
}

fn judged(path: &str, text: &str) -> Vec<String> {
    let files = [(path.to_owned(), text.to_owned())];
    judge(&files).iter().map(|finding| format!("{}:{}", finding.line, finding.rule)).collect()
}

/// What breaks each rule, and where.
const BROKEN: &[(&str, &str, &str)] = &[
    ("src/base/a.rs", "//! A\nuse crate::sip::Uri;\n", "2:edges"),
    ("src/base/a.rs", "//! A\nuse super::super::sip::Uri;\n", "2:edges"),
    ("src/base/mod.rs", "//! A\nfn f() { super::sip::parse(b\"\") }\n", "2:edges"),
    ("src/sip/a.rs", "//! A\nuse crate::{base::Rng, sdp::Sdp};\n", "2:edges"),
    ("src/sip/a.rs", "//! A\n#[cfg(test)]\nmod tests {\n    use crate::phone::Phone;\n}\n", "4:edges"),
    ("src/calls/a.rs", "//! A\nuse crate::*;\n", "2:edges"),
    ("src/garage/mod.rs", "//! A\n", "1:edges"),
    ("src/sip/a.rs", "//! A\npub struct LineManager;\n", "2:names"),
    ("src/sip/a.rs", "//! A\npub enum CallData { A }\n", "2:names"),
    ("src/sip/a.rs", "//! A\nmod utils;\n", "2:names"),
    ("src/sip/helpers.rs", "//! A\n", "1:names"),
    ("src/sip/a.rs", "//! A\nfn get_line() {}\n", "2:getters"),
    ("src/sip/a.rs", "//! A\n// TO\u{44}O: later\n", "2:marks"),
    ("tests/a.rs", "//! A\nfn f() { todo!() }\n", "2:marks"),
    ("tests/a.rs", "//! A\n#[ignore]\nfn f() {}\n", "2:marks"),
    ("src/sip/a.rs", "//! A\n#[allow(dead_code)]\nfn f() {}\n", "2:reasons"),
    ("src/sip/a.rs", "//! A\npub fn f() -> nom::IResult<u8, u8> {}\n", "2:borders"),
    (
        "src/sip/a.rs",
        "//! A\nuse nom::IResult;\npub fn f(\n    a: u8,\n) -> IResult<u8, u8> {}\n",
        "3:borders",
    ),
    (
        "src/crypto/a.rs",
        "//! A\nuse sha2::Sha256;\npub struct Hash {\n    pub inner: Sha256,\n}\n",
        "4:borders",
    ),
    ("src/crypto/a.rs", "//! A\npub use sha2::Sha256;\n", "2:borders"),
    ("src/sip/a.rs", "//! A\nfn f() { unsafe { g() } }\n", "2:unsafe"),
    ("src/media/a.rs", "//! A\nfn f(gain: f32) {}\n", "2:floats"),
    ("src/media/a.rs", "//! A\nconst GAIN: i32 = 1.5 as i32;\n", "2:floats"),
    ("src/sip/a.rs", "//! A\nuse std::vec::Vec;\n", "2:no_std"),
    ("src/sip/a.rs", "//! A\nextern crate alloc;\n", "2:no_std"),
    ("src/sip/a.rs", "//! A\n#[test]\nfn f() { std::thread::sleep(ms) }\n", "3:clocks"),
    ("tests/a.rs", "//! A\nfn f() { std::time::Instant::now(); }\n", "2:clocks"),
    ("src/sip/a.rs", "//! A\nfn f() { items.collect::<Vec<u8, 2>>(); }\n", "2:hidden panics"),
    ("src/sip/a.rs", "//! A\nfn f() { bytes.copy_within(1.., 0); }\n", "2:hidden panics"),
    ("src/sip/a.rs", "use crate::base::Rng;\n", "1:module doc"),
];

#[test]
fn each_rule_can_fail() {
    for (path, text, expected) in BROKEN {
        assert_eq!(judged(path, text), [*expected], "{path}: {text}");
    }
}

#[test]
fn sizes_are_judged_at_their_limits() {
    let line = |length: usize| format!("//! A\n// {}\n", "x".repeat(length - 3));
    assert_eq!(judged("tests/a.rs", &line(110)), [""; 0]);
    assert_eq!(judged("tests/a.rs", &line(111)), ["2:line length"]);
    let file = |lines: usize| format!("//! A\n{}", "//\n".repeat(lines - 1));
    assert_eq!(judged("examples/a.rs", &file(600)), [""; 0]);
    assert_eq!(judged("examples/a.rs", &file(601)), ["601:file length"]);
    let function = |lines: usize| format!("//! A\npub fn f() {{\n{}}}\n", "    g();\n".repeat(lines - 2));
    assert_eq!(judged("src/sip/a.rs", &function(70)), [""; 0]);
    assert_eq!(judged("src/sip/a.rs", &function(71)), ["2:function length"]);
}

/// What looks like a breach and is none.
const KEPT: &[(&str, &str)] = &[
    ("src/ua/a.rs", "//! A\nuse crate::{base::{Rng, sip}, sip::Uri, limits};\nuse super::calls;\n"),
    (
        "src/sip/via.rs",
        "//! A\n// use crate::phone::Phone;\nconst A: &str = \"crate::phone std:: 1.5 f64\";\n",
    ),
    ("src/sip/a.rs", "//! A\nconst A: (char, char, &'static [u8]) = ('\"', '\\'', br#\"\"unsafe\"#);\n"),
    ("src/sip/a.rs", "//! A\nfn f<'a>(a: &'a (u8, (u8, u8))) -> u8 { crate::note!(\"x\"); a.1.0 }\n"),
    ("src/sip/a.rs", "//! A\n#[cfg(test)]\nmod tests {\n    use std::vec::Vec;\n    fn f(a: f64) {}\n}\n"),
    ("src/sip/a.rs", "//! A\nuse nom::IResult;\npub(crate) fn f() -> IResult<u8, u8> {}\n"),
    ("src/sip/a.rs", "//! A\nuse nom::IResult;\npub fn f() -> u8 { let _: IResult<u8, u8>; 1 }\n"),
    ("src/sip/a.rs", "//! A\n#[allow(dead_code, reason = \"a proof\")]\nfn f() {}\n"),
    ("src/sip/a.rs", "//! A\nfn f() { for _ in 0..5 {} }\nfn budget() {}\nstruct Database;\n"),
    ("src/crypto/mod.rs", "//! A\nmod digest;\npub use digest::Hash;\nuse crate::base::Rng;\n"),
    ("src/sip/call_info.rs", "//! A\npub struct CallInfo;\n"),
];

#[test]
fn what_only_looks_like_a_breach_is_none() {
    for (path, text) in KEPT {
        assert_eq!(judged(path, text), [""; 0], "{path}: {text}");
    }
}

#[test]
fn a_file_that_only_tests_declare_is_test_code() {
    let parent = ("src/sip/mod.rs".to_owned(), "//! A\n#[cfg(test)]\npub(crate) mod golden;\n".to_owned());
    let child = ("src/sip/golden.rs".to_owned(), "use std::fs;\n".to_owned());
    assert!(judge(&[parent, child.clone()]).is_empty());
    let rules: Vec<&str> = judge(&[child]).iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, ["no_std", "module doc"]);
}

#[test]
fn a_machine_path_is_found() {
    let mut findings = Vec::new();
    machine_paths("README.md", concat!("one\ncd /ro", "ot/x\n"), &mut findings);
    assert_eq!(findings.iter().map(|finding| finding.line).collect::<Vec<_>>(), [2]);
}
