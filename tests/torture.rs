//! RFC 4475 and RFC 5118 (IPv6): the torture messages. A corpus of our own, one message a section, always
//! runs; the RFCs' own files, bit exact, run when the environment's TORTURE_DIR names a folder with
//! `rfc4475/*.dat`, `rfc5118-wire/*.dat` and their tables.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use deskphone::sip::admission::{Abilities, Verdict, judge};
use deskphone::sip::values::Contact;
use deskphone::sip::{HeaderName, Message, Method, StartLine, params, uri};

const PHONE: Abilities<'static> = Abilities {
    methods: &[Method::Invite, Method::Ack, Method::Bye, Method::Cancel, Method::Options, Method::Notify],
    options: &[b"100rel", b"replaces", b"timer"],
    bodies: &[b"application/sdp"],
    answers: &[b"application/sdp"],
};

/// `request METHOD | STATUS | why`, as the example `inspect` has it.
fn verdict(datagram: &[u8]) -> String {
    let message = match Message::parse(datagram) {
        Ok(message) => message,
        Err(error) => return format!("invalid | drop | {error}"),
    };
    let what = match message.start() {
        StartLine::Request { method, .. } => format!("request {}", method.as_bytes().escape_ascii()),
        StartLine::Response { status, .. } => format!("response {status}"),
    };
    match judge(&message, &PHONE) {
        Verdict::Admit => format!("{what} | normal"),
        Verdict::Answer(found) => format!("{what} | {} | {found}", found.status),
        Verdict::Drop(found) => format!("{what} | drop | {found}"),
    }
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|found| found == extension));
    files.sort();
    files
}

fn name(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

fn assert_golden(path: &Path, found: &str) {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(path, found).unwrap();
    }
    let wanted = fs::read_to_string(path).unwrap_or_default();
    assert_eq!(found, wanted, "{}: UPDATE_GOLDEN=1 rewrites it", path.display());
}

#[test]
fn our_own_corpus_one_message_a_section() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let files = files(&root.join("corpus/sip"), "sip");
    assert_eq!(files.len(), 49, "RFC 4475 has 49 sections with a message");
    let mut found = String::new();
    for path in files {
        found.push_str(&format!("{} | {}\n", name(&path), verdict(&fs::read(&path).unwrap())));
    }
    assert_golden(&root.join("golden/torture.txt"), &found);
}

#[test]
fn rfc5118_4_our_own_messages_of_ipv6() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let files = files(&root.join("corpus/ipv6"), "sip");
    assert_eq!(files.len(), 12, "RFC 5118 has ten sections, two of them with two messages");
    let mut found = String::new();
    for path in files {
        found.push_str(&format!("{} | {}\n", name(&path), verdict(&fs::read(&path).unwrap())));
    }
    assert_golden(&root.join("golden/torture_ipv6.txt"), &found);
}

/// What RFC 5118 wants understood, in our own messages.
#[test]
fn rfc5118_4_ipv6_references_decode() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/ipv6");
    let read = |name: &str| fs::read(root.join(name)).unwrap();
    let target = |bytes: &[u8]| -> (String, Option<u16>) {
        let message = Message::parse(bytes).unwrap();
        let uri = uri::Uri::parse(message.request_uri().unwrap()).unwrap();
        let sip = *uri.sip().unwrap();
        (sip.host.ip().map_or_else(String::new, |ip| ip.to_string()), sip.port)
    };
    // §4.3, §4.4: inside the brackets it is address, outside it is port
    assert_eq!(target(&read("s04_03_port_inside.sip")), ("2001:db8:7::5:5070".into(), None));
    assert_eq!(target(&read("s04_04_port_outside.sip")), ("2001:db8:7::5".into(), Some(5_070)));
    // §4.5: with brackets or without
    for name in ["s04_05_received_brackets.sip", "s04_05_received_bare.sip"] {
        let bytes = read(name);
        let via = Message::parse(&bytes).unwrap().via().unwrap();
        assert_eq!(via.received(), "2001:db8:7::21:255".parse().ok(), "{name}");
    }
    // §4.7
    let bytes = read("s04_07_mixed_vias.sip");
    let hosts: Vec<_> = Message::parse(&bytes).unwrap().vias().map(|via| via.host.ip()).collect();
    let expected = ["2001:db8:7::21:1", "192.0.2.33", "2001:db8:7::21:255"].map(|text| text.parse().ok());
    assert_eq!(hosts, expected);
    // §4.6, §4.8, §4.9: descriptions with the addresses of one family, of both, and mapped ones
    for (name, addresses) in [
        ("s04_06_description.sip", &["2001:db8:7::21"][..]),
        ("s04_08_mixed_description.sip", &["192.0.2.33", "2001:db8:7::21"]),
        ("s04_09_mapped.sip", &["::ffff:192.0.2.33"]),
    ] {
        let bytes = read(name);
        let body = Message::parse(&bytes).unwrap().body();
        let description = deskphone::sdp::Description::parse(body).unwrap();
        for address in addresses {
            let written = body.windows(address.len()).any(|part| part == address.as_bytes());
            assert!(written && !description.media.is_empty(), "{name}");
        }
    }
}

/// RFC 5118 as it is on the wire: its archive has bare line feeds and wrong lengths (`rfc5118-wire`).
#[test]
fn rfc5118_the_bit_exact_messages_get_the_table_s_verdict() {
    let Some(folder) = std::env::var_os("TORTURE_DIR").map(PathBuf::from) else {
        println!("TORTURE_DIR is not set: the bit-exact files of RFC 5118 were NOT checked");
        return;
    };
    let table = fs::read_to_string(folder.join("rfc5118.tsv")).unwrap();
    let mut checked = 0;
    for row in table.lines().skip(1) {
        let columns: Vec<_> = row.split('\t').collect();
        let (file, section, statuses) = (columns[0], columns[1], columns[6]);
        let wire = file.replace("rfc5118/", "rfc5118-wire/");
        let found = verdict(&fs::read(folder.join(wire)).unwrap());
        let status = found.split(" | ").nth(1).unwrap();
        let fits = match status {
            // What a user agent goes on with; whether there is a dialog is not the parser's to know.
            "normal" => statuses != "400",
            code => statuses.contains(code),
        };
        assert!(fits, "{file} ({section}): the table says {statuses}, found {found}");
        checked += 1;
    }
    assert_eq!(checked, 12);
}

#[test]
fn the_bit_exact_messages_get_the_table_s_verdict() {
    let Some(folder) = std::env::var_os("TORTURE_DIR").map(PathBuf::from) else {
        println!("TORTURE_DIR is not set: the bit-exact files of RFC 4475 were NOT checked");
        return;
    };
    let table = fs::read_to_string(folder.join("rfc4475.tsv")).unwrap();
    let mut checked = 0;
    for row in table.lines().skip(1) {
        let columns: Vec<_> = row.split('\t').collect();
        let (file, section, statuses) = (columns[0], columns[1], columns[6]);
        let found = verdict(&fs::read(folder.join(file)).unwrap());
        let status = found.split(" | ").nth(1).unwrap();
        let fits = match status {
            "drop" => statuses == "drop" || statuses == "-",
            // A response that is let in, and a request that the user agent goes on with.
            "normal" => ["normal", "200", "none (response)"].iter().any(|word| statuses.contains(word)),
            code => statuses.contains(code),
        };
        assert!(fits, "{file} ({section}): the table says {statuses}, found {found}");
        checked += 1;
    }
    assert_eq!(checked, 50);
}

/// The values that the table's column `assert_fields` singles out.
#[test]
fn the_bit_exact_messages_decode() {
    let Some(folder) = std::env::var_os("TORTURE_DIR").map(PathBuf::from) else { return };
    let read = |name: &str| fs::read(folder.join("rfc4475").join(name)).unwrap();

    // §3.1.1.1
    let bytes = read("wsinv.dat");
    let message = Message::parse(&bytes).unwrap();
    assert_eq!(message.max_forwards(), Some(68));
    assert_eq!(message.cseq().unwrap().number, 9);
    assert_eq!(message.from().unwrap().display_name::<32>().as_str(), "J Rosenberg \\\"");
    assert_eq!(message.from().unwrap().tag(), Some(&b"98asjd8"[..]));
    assert_eq!(message.to().unwrap().tag(), Some(&b"1918181833n"[..]));
    assert_eq!(message.vias().count(), 3);
    assert_eq!(message.raw(HeaderName::Subject), Some(&b""[..]));
    assert_eq!(message.body().len(), 150);

    // §3.1.1.2
    let bytes = read("intmeth.dat");
    let message = Message::parse(&bytes).unwrap();
    let to = message.to().unwrap();
    assert!(params::unquoted(to.display).eq(b"BEL:\x07 NUL:\0 DEL:\x7F".iter().copied()));
    assert_eq!(message.max_forwards(), Some(255));

    // §3.1.1.3: escapes are resolved once
    let bytes = read("esc01.dat");
    let message = Message::parse(&bytes).unwrap();
    let target = uri::Uri::parse(message.request_uri().unwrap()).unwrap();
    assert!(uri::unescaped(target.user().unwrap()).eq(b"sips:user@example.com".iter().copied()));
    let contact = message.contact().unwrap();
    assert!(contact.uri.params().iter().any(|param| uri::unescaped(param.name).eq(*b"lr")));
    assert!(contact.uri.params().iter().any(|param| uri::unescaped(param.text()).eq(*b"value%41")));

    // §3.1.1.4
    let bytes = read("escnull.dat");
    let message = Message::parse(&bytes).unwrap();
    assert!(uri::unescaped(message.to().unwrap().uri.user().unwrap()).eq(*b"null-\0-null"));
    let users = |contact: Contact<'_>| match contact {
        Contact::Address(address) => uri::unescaped(address.uri.user().unwrap()).count(),
        Contact::All => 0,
    };
    assert_eq!(message.contacts().map(users).collect::<Vec<_>>(), [1, 2]);

    // §3.1.1.8: what follows the body is no part of the message
    let bytes = read("dblreq.dat");
    assert_eq!(Message::parse(&bytes).unwrap().body(), b"");

    // §3.3.12, §3.3.13: whose parameter it is
    let (header, inside) = (read("cparam01.dat"), read("cparam02.dat"));
    let contact = |bytes| -> (bool, bool) {
        let contact = Message::parse(bytes).unwrap().contact().unwrap();
        (contact.params.has(b"unknownparam"), contact.uri.params().has(b"unknownparam"))
    };
    assert_eq!((contact(&header), contact(&inside)), ((true, false), (false, true)));
}

/// No prefix of a message makes the parser, the check or a getter panic.
#[test]
fn every_prefix_is_survived() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/sip");
    let mut judged = 0;
    for path in files(&root, "sip") {
        let bytes = fs::read(&path).unwrap();
        for end in 0..bytes.len() {
            assert!(!verdict(&bytes[..end]).is_empty());
            judged += 1;
        }
    }
    assert!(judged > 10_000);
}
