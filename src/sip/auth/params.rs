//! The common syntax of challenges and credentials: `scheme LWS name=value *(COMMA name=value)`.

use super::AuthError;
use crate::base::{scan, text};

/// A scheme's name, and what follows it.
pub(super) fn scheme(value: &[u8]) -> Result<(&[u8], Params<'_>), AuthError> {
    let start = value.trim_ascii_start();
    let end = start.iter().position(u8::is_ascii_whitespace).unwrap_or(start.len());
    let Some((scheme, rest)) = start.split_at_checked(end).filter(|(scheme, _)| is_token(scheme)) else {
        return Err(AuthError { expected: "scheme", at: scan::offset_of(value, start) });
    };
    Ok((scheme, Params { whole: value, rest }))
}

/// A name and a value.
pub(super) type Param<'a> = (&'a [u8], &'a [u8]);

/// Walks over `name=value` pairs with commas between them.
pub(super) struct Params<'a> {
    whole: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Params<'a> {
    /// Walks over a value that has no scheme.
    pub(super) const fn new(value: &'a [u8]) -> Self {
        Self { whole: value, rest: value }
    }

    pub(super) fn next(&mut self) -> Result<Option<Param<'a>>, AuthError> {
        let skipped = self.rest.iter().position(|byte| *byte != b',' && !byte.is_ascii_whitespace());
        self.rest = skipped.and_then(|at| self.rest.get(at..)).unwrap_or(&[]);
        if self.rest.is_empty() {
            return Ok(None);
        }
        let (name, behind) = scan::split_once(self.rest, b'=').ok_or_else(|| self.error("name=value"))?;
        let name = text::trim(name);
        if !is_token(name) {
            return Err(self.error("parameter name"));
        }
        self.rest = behind.trim_ascii_start();
        let value = match self.rest.split_first() {
            Some((b'"', inside)) => self.quoted(inside)?,
            Some(_) | None => self.token()?,
        };
        Ok(Some((name, value)))
    }

    fn quoted(&mut self, inside: &'a [u8]) -> Result<&'a [u8], AuthError> {
        let mut escaped = false;
        let end = inside.iter().position(|&byte| {
            let ends = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends
        });
        let (value, behind) =
            end.and_then(|end| inside.split_at_checked(end)).ok_or_else(|| self.error("closing quote"))?;
        // What we send back must stay on one line.
        if memchr::memchr2(b'\r', b'\n', value).is_some() {
            return Err(self.error("quoted text on one line"));
        }
        self.rest = behind.get(1..).unwrap_or(&[]).trim_ascii_start();
        if matches!(self.rest.first(), None | Some(b',')) { Ok(value) } else { Err(self.error("comma")) }
    }

    fn token(&mut self) -> Result<&'a [u8], AuthError> {
        let end = memchr::memchr(b',', self.rest).unwrap_or(self.rest.len());
        let (value, behind) = self.rest.split_at_checked(end).unwrap_or((self.rest, &[]));
        let value = text::trim(value);
        if value.is_empty() || value.iter().any(|byte| byte.is_ascii_whitespace() || *byte == b'"') {
            return Err(self.error("parameter value"));
        }
        self.rest = behind;
        Ok(value)
    }

    pub(super) fn error(&self, expected: &'static str) -> AuthError {
        let at = if self.rest.is_empty() { self.whole.len() } else { scan::offset_of(self.whole, self.rest) };
        AuthError { expected, at }
    }
}

fn is_token(word: &[u8]) -> bool {
    !word.is_empty() && word.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(byte))
}
