//! The parsers that are compared.
//!
//! *Parse* is a parser's normal entry point. *Read* is parsing and taking the Via branch and sent-by, the URI
//! and tag of From and To, Call-ID, CSeq and Contact: what every message is asked for.

use crate::c;
use std::hint::black_box;

/// What is done to a message; whether the parser had nothing against it.
pub type Act = fn(&[u8]) -> bool;

/// One parser.
pub struct Peer {
    /// Its name.
    pub name: &'static str,
    /// Its normal entry point.
    pub parse: Act,
    /// That, and reading; the floor cannot.
    pub read: Option<Act>,
}

/// Ours first, the floor second.
pub fn all() -> Vec<Peer> {
    let mut peers = vec![
        Peer { name: "deskphone", parse: ours::parse, read: Some(ours::read) },
        Peer { name: "httparse (floor)", parse: floor, read: None },
        Peer { name: "rsip", parse: rsip_crate::parse, read: Some(rsip_crate::read) },
        Peer { name: "rsipstack", parse: rsipstack_crate::parse, read: Some(rsipstack_crate::read) },
        Peer { name: "sipx-sip", parse: sipx::parse, read: Some(sipx::read) },
    ];
    peers.extend(c::all());
    peers
}

/// The header block alone, by a parser that knows nothing of SIP: what finding the lines costs at least.
fn floor(bytes: &[u8]) -> bool {
    let start = bytes.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let mut headers = [httparse::EMPTY_HEADER; 64];
    black_box(httparse::parse_headers(&bytes[start..], &mut headers)).is_ok_and(|status| status.is_complete())
}

mod ours {
    use deskphone::sip::Message;
    use std::hint::black_box;

    pub fn parse(bytes: &[u8]) -> bool {
        black_box(Message::parse(bytes)).is_ok()
    }

    pub fn read(bytes: &[u8]) -> bool {
        Message::parse(bytes).is_ok_and(|message| fields(&message).is_some())
    }

    fn fields(message: &Message<'_>) -> Option<()> {
        let via = message.via()?;
        black_box((via.branch(), via.host, via.port));
        for address in [message.from()?, message.to()?] {
            black_box((address.uri, address.tag()));
        }
        black_box((message.call_id()?, message.cseq()?, message.contact()?));
        Some(())
    }
}

/// `rsip` and its fork have one interface, which owns everything.
macro_rules! rsip_like {
    ($module:ident, $root:path) => {
        mod $module {
            use root::SipMessage;
            use root::headers::untyped::ToTypedHeader;
            use root::message::HeadersExt;
            use std::hint::black_box;
            use $root as root;

            pub fn parse(bytes: &[u8]) -> bool {
                black_box(SipMessage::try_from(bytes)).is_ok()
            }

            pub fn read(bytes: &[u8]) -> bool {
                SipMessage::try_from(bytes).is_ok_and(|message| fields(&message).is_ok())
            }

            fn fields(message: &SipMessage) -> Result<(), root::Error> {
                let via = message.via_header()?.typed()?;
                black_box((via.branch(), &via.uri));
                let from = message.from_header()?.typed()?;
                black_box((&from.uri, from.tag()));
                let to = message.to_header()?.typed()?;
                black_box((&to.uri, to.tag()));
                black_box((message.call_id_header()?, message.cseq_header()?.typed()?));
                black_box(message.contact_header()?.typed()?);
                Ok(())
            }
        }
    };
}

rsip_like!(rsip_crate, ::rsip);
rsip_like!(rsipstack_crate, ::rsipstack::sip);

mod sipx {
    use bytes::Bytes;
    use sipx_sip::headers::{ContactValue, From, To};
    use sipx_sip::{CSeq, CallId, Limits, Message, Via, parse_datagram};
    use std::hint::black_box;

    /// Its messages hold on to a shared buffer, which a datagram has to be copied into.
    fn message(bytes: &[u8]) -> Option<Message> {
        parse_datagram(Bytes::copy_from_slice(bytes), &Limits::datagram()).ok()
    }

    pub fn parse(bytes: &[u8]) -> bool {
        black_box(message(bytes)).is_some()
    }

    pub fn read(bytes: &[u8]) -> bool {
        message(bytes).is_some_and(|message| fields(&message).is_some())
    }

    fn fields(message: &Message) -> Option<()> {
        let headers = message.headers();
        let via = headers.typed::<Via>()?.ok()?;
        black_box((via.branch(), &via.host, via.port));
        let from = headers.typed::<From>()?.ok()?.0;
        black_box((&from.uri, from.tag()));
        let to = headers.typed::<To>()?.ok()?.0;
        black_box((&to.uri, to.tag()));
        black_box((headers.typed::<CallId>()?.ok()?, headers.typed::<CSeq>()?.ok()?));
        black_box(headers.typed::<ContactValue>()?.ok()?);
        Some(())
    }
}
