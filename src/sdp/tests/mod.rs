//! Syntax, offer/answer by example, and properties of offer/answer.

mod keying;
mod offer_answer;
mod properties;
mod syntax;

use std::string::String;

use super::{Format, Local, Outgoing};
use crate::base::Writer;

/// What goes out.
fn text(outgoing: &Outgoing<'_>) -> String {
    let mut buffer = [0; 8_192];
    let mut out = Writer::new(&mut buffer);
    outgoing.write(&mut out);
    let length = out.finish().expect("room");
    String::from_utf8(buffer[..length].to_vec()).expect("text")
}

/// A phone at an address, with both codecs and digits.
fn phone(address: &str) -> Local {
    let mut local = Local::new(address.parse().expect("an address"), 4_000);
    local.formats.extend_from_slice(&[Format::PCMU, Format::PCMA]).expect("room");
    local.dtmf_payload_type = Some(101);
    local
}

#[cfg(feature = "_fuzzing")]
#[test]
fn the_fuzz_body_runs() {
    let head = b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";
    let bodies: [&[u8]; 4] = [
        b"m=audio 4000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n",
        b"m=video 0 RTP/AVP 31\r\nm=audio 4000 RTP/AVP 8\r\na=inactive\r\n",
        b"m=audio 4000 RTP/SAVP 0\r\n",
        b"",
    ];
    for body in bodies {
        let whole = [&head[..], body].concat();
        for end in 0..=whole.len() {
            super::fuzz_sdp(&whole[..end]);
        }
        assert!(super::Description::parse(&whole).is_ok());
    }
}
