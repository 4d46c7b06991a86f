//! Call-Info and Alert-Info (RFC 3261 §20.9, §20.4), and the appearance parameters of shared lines.
//!
//! ```text
//! Call-Info       = info *( COMMA info )
//! info            = LAQUOT absoluteURI RAQUOT *( SEMI info-param )
//! appearance      = "appearance-index" EQUAL ( 1*DIGIT / "*" )
//!                   [ SEMI "appearance-state" EQUAL token ] [ SEMI "appearance-uri" EQUAL quoted-string ]
//! ```

use super::grammar::{Parsed, blanks, fail, params, whole};
use super::params::ParamIter;
use super::{HeaderName, Message, Params, ParseError};
use crate::base::{Writer, text};

/// One value of Call-Info or Alert-Info.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link<'a> {
    /// What stands in the angle brackets; without brackets, the text before the first semicolon.
    pub uri: &'a [u8],
    /// Its parameters.
    pub params: Params<'a>,
}

/// Which appearance of a shared line is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Index {
    /// Every one that is not named.
    Others,
    /// This one, from 1.
    Number(u32),
}

/// What is said about one appearance of a shared line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appearance<'a> {
    /// Which.
    pub index: Index,
    /// Its state, if it is told.
    pub state: Option<&'a [u8]>,
    /// Who the other party is, if it is told.
    pub uri: Option<&'a [u8]>,
}

impl<'a> Link<'a> {
    /// Reads one value. Servers also send a bare ring name without brackets; it is taken as the URI.
    ///
    /// ```
    /// use deskphone::sip::call_info::Link;
    /// let alert = Link::parse(b"<http://127.0.0.1/Bellcore-dr3>;info=alert-internal")?;
    /// assert_eq!(alert.last_part(), b"Bellcore-dr3");
    /// assert_eq!(Link::parse(b"Bellcore-dr3")?.last_part(), b"Bellcore-dr3");
    /// # Ok::<(), deskphone::sip::ParseError>(())
    /// ```
    ///
    /// # Errors
    /// What was expected, and at which byte of the value.
    pub fn parse(value: &'a [u8]) -> Result<Self, ParseError> {
        whole(value, Self::scanned(value))
    }

    fn scanned(value: &'a [u8]) -> Parsed<'a, Self> {
        let (uri, rest) = match blanks(value) {
            [b'<', inner @ ..] => {
                match memchr::memchr(b'>', inner).and_then(|end| inner.split_at_checked(end)) {
                    Some((uri, rest)) => (uri, rest.get(1..).unwrap_or(&[])),
                    None => return fail("a closing angle bracket", &[]),
                }
            }
            bare => {
                let end = memchr::memchr(b';', bare).unwrap_or(bare.len());
                bare.split_at_checked(end).unwrap_or((bare, &[]))
            }
        };
        let (rest, found) = params(rest)?;
        Ok((rest, Self { uri: uri.trim_ascii(), params: Params::new(found) }))
    }

    /// The URI's text after its last slash: the name of a ring.
    #[must_use]
    pub fn last_part(&self) -> &'a [u8] {
        match memchr::memrchr(b'/', self.uri) {
            Some(slash) => self.uri.get(slash.saturating_add(1)..).unwrap_or(&[]),
            None => self.uri,
        }
    }

    /// What the value says about appearances. Some servers repeat the pairs behind one URI: each
    /// `appearance-index` begins a new entry.
    #[must_use]
    pub const fn appearances(&self) -> Appearances<'a> {
        Appearances { params: self.params.iter(), index: None }
    }
}

/// Walks over the appearances of one value.
#[derive(Clone, Debug)]
pub struct Appearances<'a> {
    params: ParamIter<'a>,
    /// The index that begins the next entry, when it has been read already.
    index: Option<Index>,
}

impl<'a> Iterator for Appearances<'a> {
    type Item = Appearance<'a>;

    fn next(&mut self) -> Option<Appearance<'a>> {
        let mut index = self.index.take();
        let (mut state, mut uri) = (None, None);
        for param in self.params.by_ref() {
            if param.name.eq_ignore_ascii_case(b"appearance-index") {
                let found = match param.text() {
                    b"*" => Some(Index::Others),
                    number => text::decimal(number).map(Index::Number),
                };
                if index.is_some() {
                    self.index = found;
                    break;
                }
                index = found;
            } else if param.name.eq_ignore_ascii_case(b"appearance-state") {
                state = Some(param.text());
            } else if param.name.eq_ignore_ascii_case(b"appearance-uri") {
                uri = Some(param.text());
            }
        }
        index.map(|index| Appearance { index, state, uri })
    }
}

impl Appearance<'_> {
    /// Writes the Call-Info value of this appearance: URI, index, state, in the order and without the blanks
    /// that strict servers demand.
    pub fn compose(&self, out: &mut Writer<'_>, server: &[u8]) {
        out.put(b"<");
        super::compose::put_line(out, server);
        out.put(b">;appearance-index=");
        match self.index {
            Index::Others => out.put(b"*"),
            Index::Number(number) => out.number(u64::from(number)),
        }
        if let Some(state) = self.state {
            out.put(b";appearance-state=");
            super::compose::put_line(out, state);
        }
        if let Some(uri) = self.uri {
            out.put(b";appearance-uri=");
            super::compose::quoted(out, uri);
        }
    }
}

impl<'a> Message<'a> {
    /// All values of Call-Info.
    pub fn call_infos(&self) -> impl Iterator<Item = Link<'a>> + '_ {
        self.values(HeaderName::CallInfo).filter_map(|value| Link::parse(value).ok())
    }

    /// All values of Alert-Info.
    pub fn alert_infos(&self) -> impl Iterator<Item = Link<'a>> + '_ {
        self.values(HeaderName::AlertInfo).filter_map(|value| Link::parse(value).ok())
    }

    /// What Call-Info says about the appearances of a shared line.
    pub fn appearances(&self) -> impl Iterator<Item = Appearance<'a>> + '_ {
        self.call_infos().flat_map(|link| link.appearances())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_pairs_and_several_values() {
        let message = Message::parse(
            b"NOTIFY sip:a@b SIP/2.0\r\nCall-Info: <sip:l>;appearance-index=1;appearance-state=active;\
            appearance-uri=\"<sip:x@y>\";appearance-index=*;appearance-state=idle,\
            <sip:l>;appearance-index=3\r\n\r\n",
        )
        .unwrap();
        let found: std::vec::Vec<_> = message.appearances().collect();
        let state = |text: &'static str| Some(text.as_bytes());
        assert_eq!(
            found,
            [
                Appearance { index: Index::Number(1), state: state("active"), uri: state("<sip:x@y>") },
                Appearance { index: Index::Others, state: state("idle"), uri: None },
                Appearance { index: Index::Number(3), state: None, uri: None },
            ]
        );
    }

    #[test]
    fn composed_without_blanks() {
        let mut buffer = [0; 96];
        let mut out = Writer::new(&mut buffer);
        Appearance { index: Index::Number(2), state: Some(b"seized"), uri: None }
            .compose(&mut out, b"sip:pbx");
        assert_eq!(out.written(), b"<sip:pbx>;appearance-index=2;appearance-state=seized");
    }
}
