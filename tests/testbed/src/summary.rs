//! One line for a SIP message: what a person who reads a ladder wants to know, and nothing that is drawn
//! at random.
//!
//! It reads the bytes by itself, without the library: what the library composes wrongly must look wrong
//! here.

/// The line of a message.
///
/// ```
/// let invite = b"INVITE sip:102@office SIP/2.0\r\nContent-Type: application/sdp\r\n\r\n\
///     v=0\r\nm=audio 4000 RTP/AVP 0\r\na=sendonly\r\n";
/// assert_eq!(testbed::summary::line(invite), "INVITE 102 (sendonly)");
/// assert_eq!(testbed::summary::line(b"SIP/2.0 180 Ringing\r\nCSeq: 2 INVITE\r\n\r\n"), "180 INVITE");
/// ```
#[must_use]
pub fn line(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let message = Shown { start: head.lines().next().unwrap_or(""), head, body };
    let mut line = message.first_words();
    for extra in message.extras() {
        line.push(' ');
        line.push_str(&extra);
    }
    // What comes from the network must not steer the terminal that it is printed on.
    line.retain(|character| !character.is_control());
    line
}

/// The method of a request or the status of a response: what scripts wait for.
#[must_use]
pub fn kind(bytes: &[u8]) -> String {
    let start = String::from_utf8_lossy(bytes.get(..bytes.len().min(64)).unwrap_or(bytes)).into_owned();
    let mut words = start.split_ascii_whitespace();
    match (words.next(), words.next()) {
        (Some("SIP/2.0"), Some(status)) => status.to_owned(),
        (Some(method), _) => method.to_owned(),
        (None, _) => String::new(),
    }
}

/// The value of the first header line with this name (long or compact form), unfolded lines only.
#[must_use]
pub fn header(bytes: &[u8], name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let (head, _) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    Shown { start: "", head, body: "" }.header(name).map(str::to_owned)
}

struct Shown<'a> {
    start: &'a str,
    head: &'a str,
    body: &'a str,
}

impl<'a> Shown<'a> {
    fn header(&self, name: &str) -> Option<&'a str> {
        let compact =
            COMPACT.iter().find(|(long, _)| long.eq_ignore_ascii_case(name)).map(|(_, short)| *short);
        self.head.lines().skip(1).find_map(|line| {
            let (field, value) = line.split_once(':')?;
            let field = field.trim();
            let wanted =
                field.eq_ignore_ascii_case(name) || compact.is_some_and(|c| field.eq_ignore_ascii_case(c));
            wanted.then(|| value.trim())
        })
    }

    fn is_request(&self) -> bool {
        !self.start.starts_with("SIP/2.0 ")
    }

    /// Method and user for a request; status and method for a response.
    fn first_words(&self) -> String {
        let mut words = self.start.split(' ');
        let (first, second) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        let method = self.header("CSeq").and_then(|cseq| cseq.split_ascii_whitespace().nth(1)).unwrap_or("");
        match (self.is_request(), first) {
            (true, "REGISTER") => format!("REGISTER {}", user(self.header("To").unwrap_or(""))),
            (true, _) => format!("{first} {}", user(second)),
            (false, _) => format!("{second} {method}"),
        }
    }

    fn extras(&self) -> Vec<String> {
        let mut extras = Vec::new();
        if ["Authorization", "Proxy-Authorization"].iter().any(|name| self.header(name).is_some()) {
            extras.push("auth".to_owned());
        }
        let challenge = self.header("WWW-Authenticate").or_else(|| self.header("Proxy-Authenticate"));
        if challenge.is_some_and(|value| value.to_ascii_lowercase().contains("stale=true")) {
            extras.push("stale".to_owned());
        }
        if self.start.starts_with("REGISTER ") {
            extras.push(format!("expires {}", self.expires()));
        }
        for (name, word) in NAMED {
            if let Some(value) = self.header(name) {
                extras.push(format!("{word} {value}"));
            }
        }
        if let Some(target) = self.header("Refer-To") {
            let replaces = if target.contains("Replaces=") { " replaces" } else { "" };
            extras.push(format!("to {}{replaces}", user(target)));
        }
        if self.header("Replaces").is_some() {
            extras.push("replaces".to_owned());
        }
        if self.start.starts_with("SIP/2.0 3") {
            extras.push(format!("to {}", user(self.header("Contact").unwrap_or(""))));
        }
        extras.extend(self.body_extra());
        extras
    }

    /// What a REGISTER asks for: the Contact's own parameter before the header.
    fn expires(&self) -> &'a str {
        let contact = self.header("Contact").unwrap_or("");
        let own = contact.split(';').find_map(|part| part.trim().strip_prefix("expires="));
        own.or_else(|| self.header("Expires")).unwrap_or("-")
    }

    fn body_extra(&self) -> Option<String> {
        let kind = self.header("Content-Type")?;
        if kind.starts_with("application/sdp") {
            return Some(format!("({}{})", direction(self.body), keys(self.body)));
        }
        if kind.starts_with("message/sipfrag") {
            return Some(format!(
                "[{}]",
                self.body.lines().next().unwrap_or("").trim_start_matches("SIP/2.0 ")
            ));
        }
        None
    }
}

/// How many keys of SRTP it says (RFC 4568), never which.
fn keys(sdp: &str) -> String {
    match sdp.lines().filter(|line| line.starts_with("a=crypto:")).count() {
        0 => String::new(),
        1 => ", 1 key".to_owned(),
        keys => format!(", {keys} keys"),
    }
}

/// The direction of a session description as RFC 3264 reads it: a media line's own before the session's.
#[must_use]
pub fn direction(sdp: &str) -> String {
    let (session, media) = sdp.split_once("\nm=").unwrap_or((sdp, ""));
    let find = |part: &'_ str| {
        let attribute = |line: &'_ str| line.trim().strip_prefix("a=").map(str::to_owned);
        part.lines().filter_map(attribute).find(|value| DIRECTIONS.contains(&value.as_str()))
    };
    let own = find(media).or_else(|| find(session)).unwrap_or_else(|| "sendrecv".to_owned());
    let blackhole = if sdp.contains("c=IN IP4 0.0.0.0") { " c=0.0.0.0" } else { "" };
    let refused = if media.split(' ').nth(1) == Some("0") { " port 0" } else { "" };
    let secure = if media.contains("RTP/SAVP") { " savp" } else { "" };
    format!("{own}{blackhole}{refused}{secure}")
}

/// The user part of the first URI in a value; without one, the host.
#[must_use]
pub fn user(value: &str) -> String {
    let scheme = ["sips:", "sip:", "tel:"].iter().find_map(|scheme| value.split_once(scheme));
    let rest = scheme.map_or(value, |(_, rest)| rest);
    let end = rest.find(['>', ';', '?', ' ', ',']).unwrap_or(rest.len());
    let address = rest.get(..end).unwrap_or(rest);
    address.split_once('@').map_or(address, |(user, _)| user).to_owned()
}

const DIRECTIONS: [&str; 4] = ["sendrecv", "sendonly", "recvonly", "inactive"];

/// Headers that are shown with their value.
const NAMED: [(&str, &str); 7] = [
    ("Event", "event"),
    ("Subscription-State", "state"),
    ("Min-Expires", "min-expires"),
    ("Retry-After", "retry-after"),
    ("Unsupported", "unsupported"),
    ("Reason", "reason"),
    ("Alert-Info", "alert-info"),
];

const COMPACT: [(&str, &str); 9] = [
    ("Contact", "m"),
    ("Content-Type", "c"),
    ("Event", "o"),
    ("Refer-To", "r"),
    ("Via", "v"),
    ("From", "f"),
    ("To", "t"),
    ("Call-ID", "i"),
    ("Content-Length", "l"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> String {
        line(text.replace('\n', "\r\n").as_bytes())
    }

    #[test]
    fn requests() {
        assert_eq!(
            lines(
                "REGISTER sip:a SIP/2.0\nTo: <sip:101@a>\nm: <sip:101@10.0.0.1>;expires=60\nExpires: 9\n\n"
            ),
            "REGISTER 101 expires 60"
        );
        assert_eq!(
            lines(
                "REGISTER sip:office SIP/2.0\nTo: <sip:101@office>\nExpires: 0\nAuthorization: Digest x\n\n"
            ),
            "REGISTER 101 auth expires 0"
        );
        assert_eq!(
            lines(
                "REFER sip:102@10.0.0.2:5060;transport=udp SIP/2.0\nRefer-To: <sip:103@office?Replaces=a>\n\n"
            ),
            "REFER 102 to 103 replaces"
        );
        assert_eq!(
            lines(
                "NOTIFY sip:a@b SIP/2.0\no: refer\nSubscription-State: active\n\
                 c: message/sipfrag\n\nSIP/2.0 200 OK\n"
            ),
            "NOTIFY a event refer state active [200 OK]"
        );
    }

    #[test]
    fn responses() {
        assert_eq!(
            lines("SIP/2.0 302 Moved\nCSeq: 1 INVITE\nContact: <sip:105@office>\n\n"),
            "302 INVITE to 105"
        );
        assert_eq!(
            lines("SIP/2.0 401 No\nCSeq: 1 REGISTER\nWWW-Authenticate: Digest stale=TRUE\n\n"),
            "401 REGISTER stale"
        );
        assert_eq!(kind(b"SIP/2.0 486 Busy Here\r\n"), "486");
        assert_eq!(kind(b"BYE sip:a SIP/2.0\r\n"), "BYE");
    }

    #[test]
    fn directions() {
        assert_eq!(direction("v=0\r\na=inactive\r\nm=audio 4 RTP/AVP 0\r\n"), "inactive");
        assert_eq!(direction("v=0\r\na=inactive\r\nm=audio 4 RTP/AVP 0\r\na=recvonly\r\n"), "recvonly");
        assert_eq!(
            direction("v=0\r\nc=IN IP4 0.0.0.0\r\nm=audio 4 RTP/SAVP 0\r\n"),
            "sendrecv c=0.0.0.0 savp"
        );
        assert_eq!(direction("v=0\r\nm=audio 0 RTP/AVP 0\r\n"), "sendrecv port 0");
    }

    #[test]
    fn noise_is_no_trouble() {
        assert_eq!(line(b""), " ");
        assert_eq!(line(b"INVITE sip:\x1b[2J@a SIP/2.0\r\n\r\n"), "INVITE [2J");
        assert_eq!(line(&[0xFF, 0xFE]), "\u{FFFD}\u{FFFD} ");
    }
}
