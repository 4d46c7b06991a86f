//! The command line of `gen_mc`: what is printed, and the exit status.

use std::path::PathBuf;
use std::process::{Command, Output};

const JOE: &str = include_str!("../../../src/secure_call/vectors/joe.cert");
/// The modulus in it.
const JOES_KEY: &str =
    "0OvJakde2vVMF3Rw4pPXL7lAgIagMpbLSAG2+++YlSqt198Cp9rP/xMGFfoPmDKGx6JFtkQ5sxLcuwgxpxpxkQ==";
const LONG_NAME: &str = "a name of more than thirty-two by";

fn ca_key() -> String {
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../src/secure_call/vectors/ca.key").into()
}

fn gen_mc(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_gen_mc")).args(arguments).output().expect("the program")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A folder of this test's own, gone with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).to_string_lossy().into_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn the_documented_run_bit_for_bit() {
    let subject = ["Joe Smith", "14085551234", "00:00:00 1/1/34"];
    let out = gen_mc(&[&ca_key(), subject[0], subject[1], subject[2], "--public-key", JOES_KEY]);
    assert_eq!(text(&out.stdout), format!("<Mini Certificate>\n{}\n", JOE.trim_end()));
    assert_eq!(out.status.code(), Some(0));
    assert!(text(&out.stderr).contains("RSA-512 is broken"), "{}", text(&out.stderr));
    let first = gen_mc(&["--public-key", JOES_KEY, &ca_key(), subject[0], subject[1], subject[2]]);
    assert_eq!(first.stdout, out.stdout);
}

#[test]
fn a_new_ca_issues_what_verifies() {
    let folder = Folder::new("gen_mc_new_ca");
    let ca = folder.file("ca");
    assert_eq!(gen_mc(&["--new-ca", &ca]).status.code(), Some(0));
    let out = gen_mc(&[&ca, "Zoë", "zoe", "23:59:59 12/31/99"]);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    let printed = text(&out.stdout);
    let lines: Vec<&str> = printed.lines().collect();
    let [first, certificate, second, key] = lines.as_slice() else { panic!("{printed}") };
    assert_eq!((*first, certificate.len()), ("<Mini Certificate>", 508));
    assert_eq!((*second, key.len()), ("<SRTP Private Key>", 88));
    let verified = gen_mc(&["--verify", certificate]);
    assert!(text(&verified.stdout).starts_with("name     Zoë\nuser id  zoe\nexpires  23:59:59 12/31/99\n"));
    assert!(text(&verified.stdout).ends_with("signed   yes\n"));
    deskphone::secure_call::Provisioned::read(certificate, key).expect("what a phone can read");
    let again = gen_mc(&["--new-ca", &ca]);
    assert_eq!(again.status.code(), Some(1), "an old key is never overwritten");
}

#[test]
fn a_certificate_from_a_file_and_a_changed_one() {
    let folder = Folder::new("gen_mc_verify");
    let file = folder.file("joe");
    std::fs::write(&file, JOE).expect("written");
    let out = gen_mc(&["--verify", &file]);
    assert_eq!(out.status.code(), Some(0));
    assert!(text(&out.stdout).contains("user id  14085551234\n"), "{}", text(&out.stdout));
    let changed = JOE.trim_end().replacen("Sm9l", "Sm9k", 1);
    let out = gen_mc(&["--verify", &changed]);
    assert_eq!(out.status.code(), Some(1));
    assert_eq!(text(&out.stderr), "gen_mc: the signature is not that CA's\n");
}

#[test]
fn what_is_wrong_is_said() {
    let ca = ca_key();
    let date = "00:00:00 1/1/34";
    for (arguments, reason) in [
        ([&ca, LONG_NAME, "1", date], "the user name has at most 32 bytes"),
        ([&ca, "Joe", "12345678901234567", date], "the user id has 1 to 16 bytes"),
        ([&ca, "Joe", "", date], "the user id has 1 to 16 bytes"),
        ([&ca, "Joe", "1", "1/1/2034"], "the expiry date is written as"),
        ([&ca, "Joe", "1", "00:00:00 2/30/34"], "the expiry date is written as"),
        (["no-such-file", "Joe", "1", date], "no-such-file: "),
        ([env!("CARGO_MANIFEST_DIR"), "Joe", "1", date], env!("CARGO_MANIFEST_DIR")),
        (
            [concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"), "Joe", "1", date],
            "a CA key file holds two numbers",
        ),
    ] {
        let out = gen_mc(&arguments.map(|argument| -> &str { argument }));
        assert_eq!((out.status.code(), out.stdout.len()), (Some(1), 0), "{arguments:?}");
        assert!(text(&out.stderr).contains(reason), "{arguments:?}: {}", text(&out.stderr));
    }
    let out = gen_mc(&[&ca, "Joe", "1", date, "--public-key", "AAAA"]);
    assert!(text(&out.stderr).contains("the public key is an odd number of 64 bytes"));
}

#[test]
fn called_in_a_wrong_way() {
    for arguments in
        [&[][..], &["--new-ca"], &["--verify"], &["ca", "name", "id"], &["--what", "a", "b", "c"]]
    {
        let out = gen_mc(arguments);
        assert_eq!(out.status.code(), Some(2), "{arguments:?}");
        assert!(text(&out.stderr).starts_with("usage: gen_mc CA-KEY"));
    }
    assert!(text(&gen_mc(&["--help"]).stdout).starts_with("usage: gen_mc CA-KEY"));
}
