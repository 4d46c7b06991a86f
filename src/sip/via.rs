//! Via: the way a request came and its answer goes back.
//!
//! ```text
//! via-parm      = sent-protocol LWS sent-by *( SEMI via-params )            RFC 3261 §25.1
//! sent-protocol = protocol-name SLASH protocol-version SLASH transport
//! sent-by       = host [ COLON port ]
//! ```

use core::net::{IpAddr, SocketAddr};

use nom::Parser;
use nom::sequence::terminated;

use super::grammar::{Parsed, blanks, fail, params, separator, token, whole};
use super::uri::{host, port, put_host_port};
use super::{Host, Params, ParseError};
use crate::base::{Writer, text};

/// One Via value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Via<'a> {
    /// How the message travelled.
    pub transport: Transport<'a>,
    /// The sender's own host.
    pub host: Host<'a>,
    /// The sender's own port, if it wrote one.
    pub port: Option<u16>,
    /// branch, received, rport, maddr, ttl and others.
    pub params: Params<'a>,
}

/// A transport as Via names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each variant is the transport of that name")]
pub enum Transport<'a> {
    Udp,
    Tcp,
    Tls,
    Sctp,
    Ws,
    Wss,
    /// Any other token.
    Other(&'a [u8]),
}

impl<'a> Via<'a> {
    /// Reads one Via value.
    ///
    /// ```
    /// use deskphone::sip::{Transport, Via};
    /// let via = Via::parse(b"SIP/2.0/UDP
    /// 192.0.2.57:5060;branch=z9hG4bK87a;rport=5062;received=203.0.113.9")?; assert_eq!(via.transport,
    /// Transport::Udp); assert_eq!(via.branch(), Some(&b"z9hG4bK87a"[..]));
    /// assert_eq!(via.rport(), Some(5062));
    /// # Ok::<(), deskphone::sip::ParseError>(())
    /// ```
    ///
    /// # Errors
    /// What was expected, and at which byte of the value.
    pub fn parse(value: &'a [u8]) -> Result<Self, ParseError> {
        whole(value, via(value))
    }

    /// The branch: the transaction's name, when it begins with [`COOKIE`].
    #[must_use]
    pub fn branch(&self) -> Option<&'a [u8]> {
        self.params.get(b"branch")
    }

    /// The branch, if an RFC 3261 peer made it: it begins with the cookie and goes on (RFC 3261 §8.1.1.7).
    #[must_use]
    pub fn cookie_branch(&self) -> Option<&'a [u8]> {
        self.branch().filter(|branch| {
            branch
                .split_at_checked(COOKIE.len())
                .is_some_and(|(start, rest)| start.eq_ignore_ascii_case(COOKIE) && !rest.is_empty())
        })
    }

    /// Where the request was seen to come from.
    #[must_use]
    pub fn received(&self) -> Option<IpAddr> {
        let value = self.params.get(b"received")?;
        Host::parse(value)
            .ok()
            .and_then(|host| host.ip())
            .or_else(|| core::str::from_utf8(value).ok()?.parse().ok())
    }

    /// The port that the request was seen to come from (RFC 3581 §3).
    #[must_use]
    pub fn rport(&self) -> Option<u16> {
        self.params.get(b"rport").and_then(text::decimal).and_then(|port| u16::try_from(port).ok())
    }

    /// Writes the value.
    pub fn compose(&self, out: &mut Writer<'_>) {
        self.compose_sent_by(out);
        self.params.compose(out);
    }

    /// Writes the value as the server that received it marks it: `received` when the sent-by does not say
    /// where the request came from (RFC 3261 §18.2.1), and both `received` and `rport` when the client asked
    /// (RFC 3581 §4).
    pub fn compose_received(&self, out: &mut Writer<'_>, source: SocketAddr) {
        self.compose_sent_by(out);
        let asked = self.params.has(b"rport");
        for param in self.params {
            if !param.name.eq_ignore_ascii_case(b"received") && !param.name.eq_ignore_ascii_case(b"rport") {
                param.compose(out);
            }
        }
        if asked || self.host.ip() != Some(source.ip()) {
            out.put(b";received=");
            super::compose::address(out, source.ip());
        }
        if asked {
            out.put(b";rport=");
            out.number(u64::from(source.port()));
        }
    }

    fn compose_sent_by(&self, out: &mut Writer<'_>) {
        out.put(b"SIP/2.0/");
        out.put(self.transport.as_bytes());
        out.put(b" ");
        put_host_port(out, self.host, self.port);
    }
}

/// What every branch of RFC 3261 begins with.
pub const COOKIE: &[u8] = b"z9hG4bK";

impl<'a> Transport<'a> {
    /// The transport that a token names, in any case.
    #[must_use]
    pub fn parse(name: &'a [u8]) -> Self {
        const KNOWN: [Transport<'static>; 6] =
            [Transport::Udp, Transport::Tcp, Transport::Tls, Transport::Sctp, Transport::Ws, Transport::Wss];
        KNOWN
            .into_iter()
            .find(|known| known.as_bytes().eq_ignore_ascii_case(name))
            .unwrap_or(Self::Other(name))
    }

    /// The name on the wire.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        match self {
            Self::Udp => b"UDP",
            Self::Tcp => b"TCP",
            Self::Tls => b"TLS",
            Self::Sctp => b"SCTP",
            Self::Ws => b"WS",
            Self::Wss => b"WSS",
            Self::Other(name) => name,
        }
    }

    /// Whether the transport itself repeats what is lost (RFC 3261 §17).
    #[must_use]
    pub const fn is_reliable(&self) -> bool {
        !matches!(self, Self::Udp)
    }
}

fn via(value: &[u8]) -> Parsed<'_, Via<'_>> {
    let (rest, transport) = sent_protocol(value)?;
    let (rest, host) = host(rest)?;
    let (rest, port) = match blanks(rest) {
        [b':', after @ ..] if after.first().is_some_and(u8::is_ascii_digit) => port(blanks(rest))?,
        [b':', after @ ..] => port_after_blanks(after)?,
        _ => (rest, None),
    };
    let (rest, found) = params(rest)?;
    Ok((rest, Via { transport, host, port, params: Params::new(found) }))
}

fn port_after_blanks(after: &[u8]) -> Parsed<'_, Option<u16>> {
    let (rest, number) = super::grammar::number(blanks(after))?;
    match u16::try_from(number) {
        Ok(port) => Ok((rest, Some(port))),
        Err(_) => fail("a port below 65536", after),
    }
}

fn sent_protocol(value: &[u8]) -> Parsed<'_, Transport<'_>> {
    if let Some(rest) = value.strip_prefix(b"SIP/2.0/UDP ") {
        return Ok((blanks(rest), Transport::Udp));
    }
    let slash = || separator(b'/', "a slash");
    let (version_at, name) = terminated(token, slash()).parse(blanks(value))?;
    let (rest, version) = terminated(token, slash()).parse(version_at)?;
    if !name.eq_ignore_ascii_case(b"SIP") {
        return fail("SIP", value);
    }
    if version != b"2.0" {
        return fail("version 2.0", version_at);
    }
    let (rest, transport) = token(rest)?;
    match blanks(rest) {
        sent_by if sent_by.len() < rest.len() => Ok((sent_by, Transport::parse(transport))),
        sent_by => fail("a blank before the host", sent_by),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString as _;

    fn written(compose: impl Fn(&mut Writer<'_>)) -> std::string::String {
        let mut buffer = [0; 256];
        let mut out = Writer::new(&mut buffer);
        compose(&mut out);
        std::string::String::from_utf8(out.written().to_vec()).unwrap()
    }

    #[test]
    fn rfc3261_20_42_blanks_everywhere() {
        let via = Via::parse(
            b"SIP / 2.0 / TCP  first.example.com: 4000;ttl=16 \r\n ;maddr = 224.2.0.1 ;branch=z9hG4bKa7.1",
        );
        let via = via.unwrap();
        assert_eq!((via.transport, via.port), (Transport::Tcp, Some(4000)));
        let text = written(|out| via.compose(out));
        assert_eq!(text, "SIP/2.0/TCP first.example.com:4000;ttl=16;maddr=224.2.0.1;branch=z9hG4bKa7.1");
    }

    #[test]
    fn rfc3581_4_received_and_rport() {
        let source = SocketAddr::from(([203, 0, 113, 9], 1234));
        let marked = |via: &[u8]| written(|out| Via::parse(via).unwrap().compose_received(out, source));
        assert_eq!(
            marked(b"SIP/2.0/UDP 10.1.1.1:5060;rport;branch=z9hG4bK1"),
            "SIP/2.0/UDP 10.1.1.1:5060;branch=z9hG4bK1;received=203.0.113.9;rport=1234"
        );
        assert_eq!(marked(b"SIP/2.0/UDP h;branch=b"), "SIP/2.0/UDP h;branch=b;received=203.0.113.9");
        assert_eq!(marked(b"SIP/2.0/UDP 203.0.113.9;branch=b"), "SIP/2.0/UDP 203.0.113.9;branch=b");
    }

    #[test]
    fn only_a_cookie_that_goes_on_names_a_transaction() {
        let branch = |via: &'static [u8]| Via::parse(via).unwrap().cookie_branch();
        assert_eq!(branch(b"SIP/2.0/UDP h;branch=z9hG4bK"), None);
        assert_eq!(branch(b"SIP/2.0/UDP h;branch=1"), None);
        assert_eq!(branch(b"SIP/2.0/UDP h;branch=z9hG4bK1"), Some(&b"z9hG4bK1"[..]));
    }

    #[test]
    fn errors_say_where() {
        let error = |text: &str| Via::parse(text.as_bytes()).unwrap_err().to_string();
        assert_eq!(error("SIP/2.0/UDP 192.0.2.15;;"), "expected a parameter name at byte 23");
        assert_eq!(error("SIP/7.0/UDP h"), "expected version 2.0 at byte 4");
        assert_eq!(error("SIP/2.0/UDP"), "expected a blank before the host at byte 11");
        assert_eq!(error("SIP/2.0/TCP h:x"), "expected a number at byte 14");
    }

    proptest::proptest! {
        #[test]
        fn compose_gives_back_what_parse_read(
            transport in "UDP|TCP|TLS|SCTP|WS|WSS|X[A-Z]{1,4}",
            host in "[a-z]{1,8}(\\.[a-z]{1,5}){0,2}|192\\.0\\.2\\.[1-9]|\\[2001:db8::[1-9]\\]",
            port in proptest::option::of(0u16..),
            params in "(;[a-z]{1,6}(=[a-z0-9.]{1,6})?){0,3}",
        ) {
            let via = Via {
                transport: Transport::parse(transport.as_bytes()),
                host: Host::parse(host.as_bytes()).unwrap(),
                port,
                params: Params::parse(params.as_bytes()).unwrap(),
            };
            let text = written(|out| via.compose(out));
            proptest::prop_assert_eq!(Via::parse(text.as_bytes()), Ok(via));
        }
    }
}
