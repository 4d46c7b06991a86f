//! Entries of the personal directory.

use crate::script::DirectoryEntry;
use std::string::ToString;

#[test]
fn entries_are_read_and_written() {
    let table = [
        ("n=Bob;p=14085551234", "Bob", "14085551234", None),
        ("n=Zoë B.;p=+4930123456;r=10", "Zoë B.", "+4930123456", Some(10)),
        (
            "n=Door;p=sip:door@192.0.2.1:5060;transport=udp;r=1",
            "Door",
            "sip:door@192.0.2.1:5060;transport=udp",
            Some(1),
        ),
        ("n=a;b=c;p=1", "a;b=c", "1", None),
        ("p=5551234", "", "5551234", None),
    ];
    for (text, name, phone, ring) in table {
        let entry = DirectoryEntry::parse(text).unwrap().unwrap();
        assert_eq!((entry.name, entry.phone, entry.ring), (name, phone, ring), "{text}");
        assert_eq!(entry.to_string(), text);
    }
    let entry = DirectoryEntry::parse(" n= Bob ;p= 1 ;r= 2 ").unwrap().unwrap();
    assert_eq!(entry.to_string(), "n=Bob;p=1;r=2");
    assert_eq!(DirectoryEntry::parse("  "), Ok(None));
}

#[test]
fn entries_are_refused_with_their_place() {
    let table = [
        ("Bob", "at 0: expected the number: p="),
        ("n=Bob", "at 5: expected ; and the number: p="),
        ("n=Bob;p=", "at 8: expected a number or an address"),
        ("n=Bob;p=;r=1", "at 8: expected a number or an address"),
        ("n=Bob;p=1;r=11", "at 12: expected a ring tone, 1 to 10"),
        ("n=Bob;p=1;r=0", "at 12: expected a ring tone, 1 to 10"),
        ("n=Bob;p=1;r=2;", "at 13: expected the end"),
    ];
    for (text, expected) in table {
        assert_eq!(DirectoryEntry::parse(text).unwrap_err().to_string(), expected, "{text}");
    }
}
