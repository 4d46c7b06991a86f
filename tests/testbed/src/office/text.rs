//! A SIP message as an office keeps it: the start line, the header lines in order, the body. A proxy
//! forwards what it does not understand unchanged (RFC 3261 §16.6), so this is a list of lines and not a
//! set of known fields.

use deskphone::sip::values::list;
use deskphone::sip::{HeaderName, Message, StartLine, Status};
use std::net::SocketAddr;

/// An owned message. Names are the long forms and lists are one element a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) start: String,
    pub(super) fields: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Text {
    /// Reads one message; `None` when it is none.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let message = Message::parse(bytes).ok()?;
        let start = match message.start() {
            StartLine::Request { method, uri } => {
                format!("{} {} SIP/2.0", text(method.as_bytes()), text(uri))
            }
            StartLine::Response { status, reason } => format!("SIP/2.0 {} {}", status.code(), text(reason)),
        };
        let mut fields = Vec::new();
        for header in message.headers() {
            let long = header.name.as_str();
            let name =
                if header.name == HeaderName::Other { text(header.name_text) } else { long.to_owned() };
            let is_list = LISTS.contains(&header.name);
            let values = if is_list { list(header.value).collect() } else { vec![header.value] };
            fields.extend(values.into_iter().map(|value| (name.clone(), unfolded(value))));
        }
        let whole = Self { start, fields, body: message.body().to_vec() };
        let needed = ["Via", "From", "To", "Call-ID", "CSeq"];
        needed.iter().all(|name| whole.first(name).is_some()).then_some(whole)
    }

    /// The bytes to send.
    pub(super) fn compose(&self) -> Vec<u8> {
        let mut head = format!("{}\r\n", self.start);
        for (name, value) in self.fields.iter().filter(|(name, _)| name != "Content-Length") {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("Content-Length: {}\r\n\r\n", self.body.len()));
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// A response to a request, with a tag in To unless there is one (RFC 3261 §8.2.6).
    pub(super) fn response(request: &Self, status: u16, tag: &str) -> Self {
        let copied = ["Via", "From", "To", "Call-ID", "CSeq"];
        let mut fields: Vec<_> =
            request.fields.iter().filter(|(name, _)| copied.contains(&name.as_str())).cloned().collect();
        for (name, value) in &mut fields {
            if name == "To" && !tag.is_empty() && parameter(value, "tag").is_none() {
                value.push_str(&format!(";tag={tag}"));
            }
        }
        Self { start: format!("SIP/2.0 {status} {}", reason(status)), fields, body: Vec::new() }
    }

    pub(super) fn is_request(&self) -> bool {
        !self.start.starts_with("SIP/2.0")
    }

    /// A request's method; for a response that of CSeq.
    pub(super) fn method(&self) -> &str {
        self.first("CSeq").and_then(|cseq| cseq.split_whitespace().nth(1)).unwrap_or("")
    }

    pub(super) fn status(&self) -> u16 {
        self.start.split(' ').nth(1).filter(|_| !self.is_request()).and_then(|s| s.parse().ok()).unwrap_or(0)
    }

    pub(super) fn uri(&self) -> &str {
        self.start.split(' ').nth(1).unwrap_or("")
    }

    pub(super) fn set_uri(&mut self, uri: &str) {
        let method = self.start.split(' ').next().unwrap_or("").to_owned();
        self.start = format!("{method} {uri} SIP/2.0");
    }

    pub(super) fn cseq(&self) -> u32 {
        self.first("CSeq").and_then(|cseq| cseq.split_whitespace().next()?.parse().ok()).unwrap_or(0)
    }

    pub(super) fn first(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    pub(super) fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        let name = name.to_owned();
        self.fields.iter().filter(move |(field, _)| *field == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.first(name).is_some()
    }

    pub(super) fn push(&mut self, name: &str, value: &str) {
        self.fields.push((name.to_owned(), value.to_owned()));
    }

    /// Puts a line before all others of its kind.
    pub(super) fn push_front(&mut self, name: &str, value: &str) {
        self.fields.insert(0, (name.to_owned(), value.to_owned()));
    }

    pub(super) fn remove_first(&mut self, name: &str) {
        if let Some(place) = self.fields.iter().position(|(field, _)| field == name) {
            self.fields.remove(place);
        }
    }

    pub(super) fn remove_all(&mut self, name: &str) {
        self.fields.retain(|(field, _)| field != name);
    }

    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.remove_all(name);
        self.push(name, value);
    }

    pub(super) fn set_body(&mut self, kind: &str, body: &str) {
        self.set("Content-Type", kind);
        self.body = body.as_bytes().to_vec();
    }

    pub(super) fn branch(&self) -> &str {
        self.first("Via").and_then(|via| parameter(via, "branch")).unwrap_or("")
    }

    pub(super) fn tag(&self, name: &str) -> &str {
        self.first(name).and_then(|value| parameter(value, "tag")).unwrap_or("")
    }

    pub(super) fn call_id(&self) -> &str {
        self.first("Call-ID").unwrap_or("")
    }

    /// RFC 3261 §18.2.1 and RFC 3581 §4: notes in the top Via where the request really came from.
    pub(super) fn mark_source(&mut self, from: SocketAddr) {
        let Some((_, via)) = self.fields.iter_mut().find(|(name, _)| name == "Via") else { return };
        let asks_port = via.split(';').any(|part| part.trim().eq_ignore_ascii_case("rport"));
        if asks_port {
            let parts = via.split(';').map(|part| {
                let rport = part.trim().eq_ignore_ascii_case("rport");
                if rport { format!("rport={}", from.port()) } else { part.to_owned() }
            });
            *via = parts.collect::<Vec<_>>().join(";");
        }
        if asks_port || sent_by(via).and_then(|(host, _)| host.parse().ok()) != Some(from.ip()) {
            via.push_str(&format!(";received={}", from.ip()));
        }
    }

    /// Where a response goes by its top Via (RFC 3261 §18.2.2, RFC 3581 §4), for datagrams.
    pub(super) fn via_address(&self) -> Option<SocketAddr> {
        let via = self.first("Via")?;
        let (host, port) = sent_by(via)?;
        let host = parameter(via, "received").unwrap_or(host).parse().ok()?;
        let port = parameter(via, "rport").and_then(|port| port.parse().ok()).or(port).unwrap_or(5060);
        Some(SocketAddr::new(host, port))
    }
}

/// Host and port of a Via's sent-by.
fn sent_by(via: &str) -> Option<(&str, Option<u16>)> {
    let address = via.split(';').next()?.split_whitespace().nth(1)?;
    let Some((host, port)) = address.rsplit_once(':') else { return Some((address, None)) };
    Some((host, Some(port.parse().ok()?)))
}

/// A parameter of a header value: after the closing angle bracket where there is one.
pub(super) fn parameter<'a>(value: &'a str, name: &str) -> Option<&'a str> {
    let outside = value.rsplit_once('>').map_or(value, |(_, rest)| rest);
    outside.split(';').skip(1).find_map(|part| {
        let (field, value) = part.split_once('=').unwrap_or((part, ""));
        field.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"'))
    })
}

/// The URI of a name-addr or addr-spec.
pub(super) fn uri_of(value: &str) -> &str {
    match value.split_once('<') {
        Some((_, rest)) => rest.split('>').next().unwrap_or(rest),
        None => value.split(';').next().unwrap_or(value).trim(),
    }
}

/// User (maybe empty), host and port of a sip URI.
pub(super) fn parts(uri: &str) -> Option<(&str, &str, Option<u16>)> {
    let rest = uri.strip_prefix("sip:").or_else(|| uri.strip_prefix("sips:"))?;
    let rest = rest.split(['?']).next()?;
    let (user, rest) = rest.split_once('@').unwrap_or(("", rest));
    let user = user.split([';', ':']).next()?;
    let address = rest.split(';').next()?;
    let (host, port) = address.split_once(':').unwrap_or((address, ""));
    Some((user, host, if port.is_empty() { None } else { Some(port.parse().ok()?) }))
}

/// The address of a URI whose host is a number; 5060 when it has no port.
pub(super) fn address_of(uri: &str) -> Option<SocketAddr> {
    let (_, host, port) = parts(uri)?;
    Some(SocketAddr::new(host.parse().ok()?, port.unwrap_or(5060)))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A value on one line (RFC 3261 §7.3.1).
fn unfolded(value: &[u8]) -> String {
    text(value).replace("\r\n ", " ").replace("\r\n\t", " ")
}

/// The usual reason phrase.
fn reason(status: u16) -> &'static str {
    Status::new(status).map_or("", Status::reason)
}

const LISTS: [HeaderName; 4] =
    [HeaderName::Via, HeaderName::Route, HeaderName::RecordRoute, HeaderName::Contact];

#[cfg(test)]
mod tests {
    use super::*;

    const INVITE: &[u8] = b"INVITE sip:102@office SIP/2.0\r\nv: SIP/2.0/UDP a.b:99;rport;branch=z9hG4bK1, \
        SIP/2.0/UDP c;branch=2\r\nf: \"A, B\" <sip:101@office>;tag=x\r\nTo: <sip:102@office>\r\ni: 1@a\r\n\
        CSeq: 7 INVITE\r\nX-Odd: a, b\r\nContact: \"x, y\" <sip:a@b>, <sip:c@d;p=1,2>\r\nl: 3\r\n\r\nabcdef";

    #[test]
    fn lists_and_names_are_normal_and_the_unknown_is_kept() {
        let text = Text::parse(INVITE).unwrap();
        assert_eq!(text.all("Via").count(), 2);
        assert_eq!(text.all("Contact").collect::<Vec<_>>(), ["\"x, y\" <sip:a@b>", "<sip:c@d;p=1,2>"]);
        assert_eq!(text.first("X-Odd"), Some("a, b"));
        assert_eq!((text.branch(), text.tag("From"), text.cseq()), ("z9hG4bK1", "x", 7));
        assert_eq!(
            (text.method(), text.uri(), text.body.as_slice()),
            ("INVITE", "sip:102@office", &b"abc"[..])
        );
        assert_eq!(Text::parse(&text.compose()).unwrap().fields, {
            let mut fields = text.fields.clone();
            fields.retain(|(name, _)| name != "Content-Length");
            fields.push(("Content-Length".to_owned(), "3".to_owned()));
            fields
        });
    }

    #[test]
    fn the_way_back() {
        let mut text = Text::parse(INVITE).unwrap();
        assert_eq!(text.via_address(), None, "a name is not an address");
        text.mark_source("10.0.0.9:1234".parse().unwrap());
        assert_eq!(text.via_address(), Some("10.0.0.9:1234".parse().unwrap()));
        assert_eq!(
            text.all("Via").next().unwrap(),
            "SIP/2.0/UDP a.b:99;rport=1234;branch=z9hG4bK1;received=10.0.0.9"
        );
    }

    #[test]
    fn responses_copy_what_they_must() {
        let request = Text::parse(INVITE).unwrap();
        let response = Text::response(&request, 486, "t");
        assert_eq!(response.start, "SIP/2.0 486 Busy Here");
        assert_eq!(response.first("To"), Some("<sip:102@office>;tag=t"));
        assert_eq!((response.status(), response.method(), response.all("Via").count()), (486, "INVITE", 2));
        assert!(!response.has("Contact"));
    }

    #[test]
    fn uris() {
        assert_eq!(parts("sip:101:x@10.0.0.1:5062;transport=tcp"), Some(("101", "10.0.0.1", Some(5062))));
        assert_eq!(parts("tel:101"), None);
        assert_eq!(uri_of("\"A\" <sip:a@b;x=y>;q=1"), "sip:a@b;x=y");
        assert_eq!(uri_of("sip:a@b;q=1"), "sip:a@b");
        assert_eq!(address_of("sip:a@10.0.0.1"), Some("10.0.0.1:5060".parse().unwrap()));
        assert_eq!(Text::parse(b"nonsense\r\n\r\n"), None);
    }
}
