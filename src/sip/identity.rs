//! Who is really calling, and why a call ended: P-Asserted-Identity (RFC 3325), Remote-Party-ID (its draft),
//! Privacy (RFC 3323), Diversion (RFC 5806), Reason (RFC 3326).
//!
//! ```text
//! Reason       = reason-value *( COMMA reason-value )
//! reason-value = protocol *( SEMI reason-params )      ; cause, text
//! Privacy      = priv-value *( ";" priv-value )
//! ```

use super::event::Event;
use super::values::list;
use super::{Address, HeaderName, Message, Params, ParseError};
use crate::base::text;

/// One reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason<'a> {
    /// `SIP`, `Q.850` or another.
    pub protocol: &'a [u8],
    /// cause, text and others.
    pub params: Params<'a>,
}

impl<'a> Reason<'a> {
    /// Reads one value.
    ///
    /// ```
    /// use deskphone::sip::identity::Reason;
    /// let reason = Reason::parse(b"SIP;cause=200;text=\"Call completed elsewhere\"")?;
    /// assert_eq!(reason.cause(), Some(200));
    /// assert_eq!(reason.params.get(b"text"), Some(&b"Call completed elsewhere"[..]));
    /// # Ok::<(), deskphone::sip::ParseError>(())
    /// ```
    ///
    /// # Errors
    /// What was expected, and at which byte of the value.
    pub fn parse(value: &'a [u8]) -> Result<Self, ParseError> {
        Event::parse(value).map(|Event { package, params }| Self { protocol: package, params })
    }

    /// The cause.
    #[must_use]
    pub fn cause(&self) -> Option<u32> {
        self.params.get(b"cause").and_then(text::decimal)
    }

    /// Whether another phone took the call: it is no missed call (RFC 3326 §3.1). Gateways say it as 26 of
    /// Q.850, non-selected user clearing.
    #[must_use]
    pub fn is_answered_elsewhere(&self) -> bool {
        (self.protocol.eq_ignore_ascii_case(b"SIP") && self.cause() == Some(200))
            || (self.protocol.eq_ignore_ascii_case(b"Q.850") && self.cause() == Some(26))
    }
}

impl<'a> Message<'a> {
    /// All reasons.
    pub fn reasons(&self) -> impl Iterator<Item = Reason<'a>> + '_ {
        self.values(HeaderName::Reason).filter_map(|value| Reason::parse(value).ok())
    }

    /// The first P-Asserted-Identity. Only a trusted proxy's word counts (RFC 3325 §9.1).
    #[must_use]
    pub fn asserted_identity(&self) -> Option<Address<'a>> {
        self.addresses(HeaderName::PAssertedIdentity).next()
    }

    /// The Remote-Party-ID of one party, `calling` or `called`; without a party parameter it is the caller
    /// in a request and the called one in a response.
    #[must_use]
    pub fn remote_party(&self, party: &[u8]) -> Option<Address<'a>> {
        let implied: &[u8] = if self.is_request() { b"calling" } else { b"called" };
        self.addresses(HeaderName::RemotePartyId)
            .find(|address| address.params.get(b"party").unwrap_or(implied).eq_ignore_ascii_case(party))
    }

    /// Whether Privacy asks for this: `id`, `user`, `header`, `session`, `none`, `critical`.
    #[must_use]
    pub fn asks_privacy(&self, wanted: &[u8]) -> bool {
        self.lines(HeaderName::Privacy)
            .flat_map(|line| line.split(|byte| matches!(byte, b';' | b',')))
            .any(|value| value.trim_ascii().eq_ignore_ascii_case(wanted))
    }

    /// Who diverted the call, the last one first.
    pub fn diversions(&self) -> impl Iterator<Item = Address<'a>> + '_ {
        self.lines(HeaderName::Diversion).flat_map(list).filter_map(|value| Address::parse(value).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parties_privacy_and_reasons() {
        let message = Message::parse(
            b"INVITE sip:a@b SIP/2.0\r\n\
            Remote-Party-ID: \"B\" <sip:b@c>;party=called, <sip:d@e>;privacy=full\r\n\
            Privacy: header ; id\r\nReason: Q.850;cause=16, SIP ;cause=200\r\n\r\n",
        )
        .unwrap();
        assert_eq!(message.remote_party(b"calling").unwrap().uri_text, b"sip:d@e");
        assert_eq!(message.remote_party(b"called").unwrap().uri_text, b"sip:b@c");
        assert!(message.asks_privacy(b"id") && !message.asks_privacy(b"user"));
        let found: std::vec::Vec<_> =
            message.reasons().map(|reason| reason.is_answered_elsewhere()).collect();
        assert_eq!(found, [false, true]);
    }
}
