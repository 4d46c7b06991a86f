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
        for known in Self::candidates(first, name.len()) {
            let text = known.as_str().as_bytes();
            if text == name || text.eq_ignore_ascii_case(name) {
                return Some(*known);
            }
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

    /// The few names with this first letter and this length; the test beside it proves that none is missing.
    #[inline]
    const fn candidates(first: u8, length: usize) -> &'static [Self] {
        match length {
            2 => &[Self::To],
            3 => &[Self::Via],
            4 => match first {
                b'f' => &[Self::From],
                b'c' => &[Self::CSeq],
                b'd' => &[Self::Date],
                b'j' => &[Self::Join],
                b'p' => &[Self::Path],
                b'r' => &[Self::RAck, Self::RSeq],
                _ => &[],
            },
            5 => match first {
                b'a' => &[Self::Allow],
                b'r' => &[Self::Route],
                b'e' => &[Self::Event],
                _ => &[],
            },
            6 => match first {
                b'a' => &[Self::Accept],
                b'm' => &[Self::MinSe],
                b'r' => &[Self::Reason],
                b's' => &[Self::Server],
                _ => &[],
            },
            7 => match first {
                b'c' => &[Self::Contact, Self::CallId],
                b'e' => &[Self::Expires],
                b'p' => &[Self::Privacy],
                b'r' => &[Self::Require],
                b's' => &[Self::Subject],
                b'w' => &[Self::Warning],
                _ => &[],
            },
            8 => match first {
                b'i' => &[Self::Identity],
                b'p' => &[Self::Priority],
                b'r' => &[Self::ReferTo, Self::Replaces, Self::ReplyTo],
                b's' => &[Self::SipEtag],
                _ => &[],
            },
            9 => match first {
                b's' => &[Self::Supported],
                b'c' => &[Self::CallInfo],
                b'd' => &[Self::Diversion],
                b'r' => &[Self::RecvInfo, Self::ReferSub],
                b't' => &[Self::Timestamp],
                _ => &[],
            },
            10 => match first {
                b'u' => &[Self::UserAgent],
                b'a' => &[Self::AlertInfo],
                b'e' => &[Self::ErrorInfo],
                b'f' => &[Self::FlowTimer],
                _ => &[],
            },
            _ => Self::long_candidates(first, length),
        }
    }

    const fn long_candidates(first: u8, length: usize) -> &'static [Self] {
        match (length, first) {
            (11, b'm') => &[Self::MinExpires],
            (11, b'r') => &[Self::ReferredBy, Self::RetryAfter],
            (11, b'i') => &[Self::InReplyTo],
            (11, b'u') => &[Self::Unsupported],
            (12, b'm') => &[Self::MaxForwards, Self::MimeVersion],
            (12, b'c') => &[Self::ContentType],
            (12, b'a') => &[Self::AllowEvents],
            (12, b'r') => &[Self::RecordRoute],
            (12, b'h') => &[Self::HistoryInfo],
            (12, b'i') => &[Self::InfoPackage],
            (12, b'o') => &[Self::Organization],
            (12, b's') => &[Self::SipIfMatch],
            (13, b'a') => &[Self::Authorization],
            (13, b'i') => &[Self::IdentityInfo],
            (13, b'p') => &[Self::PEarlyMedia, Self::ProxyRequire],
            (13, b's') => &[Self::ServiceRoute],
            (13, b't') => &[Self::TargetDialog],
            (14, b'c') => &[Self::ContentLength],
            (14, b'a') => &[Self::AcceptContact],
            (14, b'r') => &[Self::RejectContact],
            (15, b's') => &[Self::SessionExpires],
            (15, b'a') => &[Self::AcceptEncoding, Self::AcceptLanguage],
            (15, b'r') => &[Self::RemotePartyId],
            (16, b'c') => &[Self::ContentEncoding, Self::ContentLanguage],
            (16, b'p') => &[Self::PAssociatedUri],
            (16, b'w') => &[Self::WwwAuthenticate],
            (17, b'p') => &[Self::PCalledPartyId],
            (18, b'p') => &[Self::ProxyAuthenticate],
            (18, b's') => &[Self::SubscriptionState],
            (19, b'p') => &[Self::PAssertedIdentity, Self::ProxyAuthorization],
            (19, b'a') => &[Self::AuthenticationInfo],
            (19, b'c') => &[Self::ContentDisposition],
            (19, b'r') => &[Self::RequestDisposition],
            (20, b'p') => &[Self::PPreferredIdentity],
            _ => &[],
        }
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
