//! One SIP message as one line of text.

use deskphone::sip::admission::{Abilities, Verdict, judge};
use deskphone::sip::values::Contact;
use deskphone::sip::{Address, Message, Method, StartLine, Via};

/// What a phone can do, as far as this tool needs to know it.
const PHONE: Abilities<'static> = Abilities {
    methods: &[
        Method::Invite,
        Method::Ack,
        Method::Bye,
        Method::Cancel,
        Method::Options,
        Method::Info,
        Method::Prack,
        Method::Update,
        Method::Notify,
        Method::Refer,
    ],
    options: &[b"100rel", b"replaces", b"timer", b"norefersub"],
    bodies: &[
        b"application/sdp",
        b"application/dtmf-relay",
        b"application/dialog-info+xml",
        b"application/simple-message-summary",
        b"message/sipfrag",
    ],
    answers: &[b"application/sdp"],
};

/// The line for one datagram.
pub fn line(name: &str, datagram: &[u8], fields: bool) -> String {
    let message = match Message::parse(datagram) {
        Ok(message) => message,
        Err(error) => return format!("{name}\tinvalid\t-\tdrop: {error}"),
    };
    let what = match message.start() {
        StartLine::Request { method, .. } => format!("request {}", text(method.as_bytes())),
        StartLine::Response { status, .. } => format!("response {status}"),
    };
    let (status, why) = match judge(&message, &PHONE) {
        Verdict::Admit => ("-".to_owned(), "normal".to_owned()),
        Verdict::Answer(found) => (found.status.to_string(), found.to_string()),
        Verdict::Drop(found) => ("-".to_owned(), format!("drop: {found}")),
    };
    let mut line = format!("{name}\t{what}\t{status}\t{why}");
    if fields {
        for (key, value) in decoded(&message) {
            line.push_str(&format!("\t{key}={value}"));
        }
    }
    line
}

fn decoded(message: &Message<'_>) -> Vec<(&'static str, String)> {
    let mut fields = Vec::new();
    for Via { transport, host, port, params } in message.vias() {
        let port = port.map_or(String::new(), |port| format!(":{port}"));
        let branch = text(params.get(b"branch").unwrap_or(b""));
        let sent_by = format!("{}{port}", text(host.as_bytes()));
        fields.push(("via", format!("{} {sent_by} branch={branch}", text(transport.as_bytes()))));
    }
    for (key, found) in [("from", message.from()), ("to", message.to())] {
        fields.extend(found.map(|found| (key, address(&found))));
    }
    fields.extend(message.call_id().map(|id| ("call-id", text(id))));
    fields.extend(
        message.cseq().map(|cseq| ("cseq", format!("{} {}", cseq.number, text(cseq.method.as_bytes())))),
    );
    for contact in message.contacts() {
        fields.push(match contact {
            Contact::All => ("contact", "*".to_owned()),
            Contact::Address(found) => ("contact", address(&found)),
        });
    }
    fields
}

fn address(found: &Address<'_>) -> String {
    let display = found.display_name::<256>();
    let name = if display.is_empty() { String::new() } else { format!("\"{}\" ", text(display.as_bytes())) };
    let tag = found.tag().map_or(String::new(), |tag| format!(" tag={}", text(tag)));
    format!("{name}<{}>{tag}", text(found.uri_text))
}

/// Bytes as text on one line: UTF-8 stays, what is no text or would break the columns is escaped.
fn text(bytes: &[u8]) -> String {
    let mut shown = String::new();
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            if character.is_control() {
                shown.extend(character.escape_default());
            } else {
                shown.push(character);
            }
        }
        shown.push_str(&chunk.invalid().escape_ascii().to_string());
    }
    shown
}
