//! Header names (RFC 3261 §20, the IANA registry), their compact forms, and finding one by its text.

use super::grammar::is_token;

macro_rules! header_names {
    ($($variant:ident $text:literal,)*) => {
        /// The name of a header field that the phone knows, or [`HeaderName::Other`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum HeaderName {
            $(#[doc = $text] $variant,)*
            /// A name that is not in this list; its text is in the message.
            Other,
        }

        impl HeaderName {
            /// All names of the list.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name as the registry writes it; empty for [`HeaderName::Other`].
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Other => "",
                }
            }
        }
    };
}

header_names! {
    Accept "Accept",
    AcceptContact "Accept-Contact",
    AcceptEncoding "Accept-Encoding",
    AcceptLanguage "Accept-Language",
    AlertInfo "Alert-Info",
    Allow "Allow",
    AllowEvents "Allow-Events",
    AuthenticationInfo "Authentication-Info",
    Authorization "Authorization",
    CallId "Call-ID",
    CallInfo "Call-Info",
    Contact "Contact",
    ContentDisposition "Content-Disposition",
    ContentEncoding "Content-Encoding",
    ContentLanguage "Content-Language",
    ContentLength "Content-Length",
    ContentType "Content-Type",
    CSeq "CSeq",
    Date "Date",
    Diversion "Diversion",
    ErrorInfo "Error-Info",
    Event "Event",
    Expires "Expires",
    FlowTimer "Flow-Timer",
    From "From",
    HistoryInfo "History-Info",
    Identity "Identity",
    IdentityInfo "Identity-Info",
    InReplyTo "In-Reply-To",
    InfoPackage "Info-Package",
    Join "Join",
    MaxForwards "Max-Forwards",
    MimeVersion "MIME-Version",
    MinExpires "Min-Expires",
    MinSe "Min-SE",
    Organization "Organization",
    PAssertedIdentity "P-Asserted-Identity",
    PAssociatedUri "P-Associated-URI",
    PCalledPartyId "P-Called-Party-ID",
    PEarlyMedia "P-Early-Media",
    PPreferredIdentity "P-Preferred-Identity",
    PRtpStat "P-RTP-Stat",
    Path "Path",
    Priority "Priority",
    Privacy "Privacy",
    ProxyAuthenticate "Proxy-Authenticate",
    ProxyAuthorization "Proxy-Authorization",
    ProxyRequire "Proxy-Require",
    RAck "RAck",
    Reason "Reason",
    RecordRoute "Record-Route",
    RecvInfo "Recv-Info",
    ReferSub "Refer-Sub",
    ReferTo "Refer-To",
    ReferredBy "Referred-By",
    RejectContact "Reject-Contact",
    RemotePartyId "Remote-Party-ID",
    Replaces "Replaces",
    ReplyTo "Reply-To",
    RequestDisposition "Request-Disposition",
    Require "Require",
    RetryAfter "Retry-After",
    Route "Route",
    RSeq "RSeq",
    Server "Server",
    ServiceRoute "Service-Route",
    SessionExpires "Session-Expires",
    SipEtag "SIP-ETag",
    SipIfMatch "SIP-If-Match",
    Subject "Subject",
    SubscriptionState "Subscription-State",
    Supported "Supported",
    TargetDialog "Target-Dialog",
    Timestamp "Timestamp",
    To "To",
    Unsupported "Unsupported",
    UserAgent "User-Agent",
    Via "Via",
    Warning "Warning",
    WwwAuthenticate "WWW-Authenticate",
}

impl HeaderName {
    /// The header that a name means, in any case, long or compact; `None` when it is no token.
    ///
    /// ```
    /// use deskphone::sip::HeaderName;
    /// assert_eq!(HeaderName::parse(b"call-id"), Some(HeaderName::CallId));
    /// assert_eq!(HeaderName::parse(b"i"), Some(HeaderName::CallId));
    /// assert_eq!(HeaderName::parse(b"X-Serial"), Some(HeaderName::Other));
    /// assert_eq!(HeaderName::parse(b"not a name"), None);
    /// ```
    #[must_use]
    pub fn parse(name: &[u8]) -> Option<Self> {
        let (first, rest) = name.split_first()?;
        let first = first.to_ascii_lowercase();
        if rest.is_empty()
            && let Some(known) = Self::compact(first)
        {
            return Some(known);
        }
        let mut known = first_of(slot(first, name.len()));
        while known != Self::Other {
            let text = known.as_str().as_bytes();
            if text == name || text.eq_ignore_ascii_case(name) {
                return Some(known);
            }
            known = NEXT.get(usize::from(known as u8)).copied().unwrap_or(Self::Other);
        }
        name.iter().all(|byte| is_token(*byte)).then_some(Self::Other)
    }

    /// The compact forms: RFC 3261 §7.3.3, and the extensions that brought one.
    const fn compact(letter: u8) -> Option<Self> {
        Some(match letter {
            b'a' => Self::AcceptContact,
            b'b' => Self::ReferredBy,
            b'c' => Self::ContentType,
            b'd' => Self::RequestDisposition,
            b'e' => Self::ContentEncoding,
            b'f' => Self::From,
            b'i' => Self::CallId,
            b'j' => Self::RejectContact,
            b'k' => Self::Supported,
            b'l' => Self::ContentLength,
            b'm' => Self::Contact,
            b'n' => Self::IdentityInfo,
            b'o' => Self::Event,
            b'r' => Self::ReferTo,
            b's' => Self::Subject,
            b't' => Self::To,
            b'u' => Self::AllowEvents,
            b'v' => Self::Via,
            b'x' => Self::SessionExpires,
            b'y' => Self::Identity,
            _ => return None,
        })
    }

    /// The compact form of this name, if it has one.
    #[must_use]
    pub fn short(self) -> Option<u8> {
        (b'a'..=b'z').find(|letter| Self::compact(*letter) == Some(self))
    }

    /// Whether this header may stand once only, with one value (RFC 3261 §7.3.1, §20).
    #[must_use]
    pub const fn is_single(self) -> bool {
        matches!(
            self,
            Self::CallId
                | Self::CSeq
                | Self::From
                | Self::To
                | Self::MaxForwards
                | Self::ContentLength
                | Self::ContentType
                | Self::Expires
                | Self::Event
                | Self::SubscriptionState
                | Self::ReferTo
                | Self::Replaces
                | Self::SessionExpires
                | Self::MinSe
                | Self::RAck
                | Self::RSeq
        )
    }
}

/// Where names with this first letter and this length begin: every name is read, so that finding it is one
/// load and mostly one comparison.
static FIRST: [HeaderName; SLOTS] = {
    let mut table = [HeaderName::Other; SLOTS];
    let mut rest: &mut [HeaderName] = &mut table;
    let mut at = 0;
    while let [entry, tail @ ..] = rest {
        *entry = after(HeaderName::ALL, at);
        at = at.saturating_add(1);
        rest = tail;
    }
    table
};

/// The name of the same slot that stands next in the list, for each name.
static NEXT: [HeaderName; HeaderName::ALL.len()] = {
    let mut table = [HeaderName::Other; HeaderName::ALL.len()];
    let mut rest: &mut [HeaderName] = &mut table;
    let mut names = HeaderName::ALL;
    while let ([entry, tail @ ..], [name, others @ ..]) = (rest, names) {
        *entry = after(others, slot_of(*name));
        (rest, names) = (tail, others);
    }
    table
};

/// Five bits of the first letter, which are the same in both cases, and five of the length.
const SLOTS: usize = 1 << 10;

#[inline]
const fn slot(first: u8, length: usize) -> usize {
    ((first as usize & 31) << 5) | (length & 31)
}

const fn slot_of(name: HeaderName) -> usize {
    match name.as_str().as_bytes() {
        [first, rest @ ..] => slot(*first, rest.len().saturating_add(1)),
        [] => SLOTS,
    }
}

/// The first of these names that has this slot.
const fn after(mut names: &[HeaderName], wanted: usize) -> HeaderName {
    while let [name, rest @ ..] = names {
        if slot_of(*name) == wanted {
            return *name;
        }
        names = rest;
    }
    HeaderName::Other
}

#[inline]
fn first_of(slot: usize) -> HeaderName {
    FIRST.get(slot).copied().unwrap_or(HeaderName::Other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_by_its_text() {
        for name in HeaderName::ALL {
            assert_eq!(HeaderName::parse(name.as_str().as_bytes()), Some(*name));
            assert_eq!(HeaderName::parse(name.as_str().to_ascii_lowercase().as_bytes()), Some(*name));
            assert_eq!(HeaderName::parse(name.as_str().to_ascii_uppercase().as_bytes()), Some(*name));
        }
        assert!(HeaderName::ALL.len() < 128);
    }

    #[test]
    fn strangers_are_other_or_no_name_at_all() {
        assert_eq!(HeaderName::parse(b"Vib"), Some(HeaderName::Other));
        assert_eq!(HeaderName::parse(b"z"), Some(HeaderName::Other));
        assert_eq!(HeaderName::parse(b"Via "), None);
        assert_eq!(HeaderName::parse(b""), None);
    }
}
