//! The small words that all SIP values are made of (RFC 3261 §25.1), as nom parsers.
//!
//! ```text
//! token         = 1*(alphanum / "-" / "." / "!" / "%" / "*" / "_" / "+" / "`" / "'" / "~")
//! quoted-string = SWS DQUOTE *(qdtext / quoted-pair) DQUOTE
//! generic-param = token [ EQUAL gen-value ]
//! gen-value     = token / host / quoted-string
//! ```

use nom::bytes::complete::take_while1;
use nom::error::{ErrorKind, ParseError as NomError};
use nom::{IResult, Parser};

use super::ParseError;
use crate::base::scan;

/// Where a parser stopped, and why.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fault<'a> {
    expected: &'static str,
    rest: &'a [u8],
}

pub(super) type Parsed<'a, T> = IResult<&'a [u8], T, Fault<'a>>;

impl<'a> NomError<&'a [u8]> for Fault<'a> {
    fn from_error_kind(rest: &'a [u8], _: ErrorKind) -> Self {
        Self { expected: "another character", rest }
    }

    fn append(_: &'a [u8], _: ErrorKind, other: Self) -> Self {
        other
    }
}

/// The same parser with a word for what it wants.
#[inline]
pub(super) fn expect<'a, T>(
    expected: &'static str,
    mut parser: impl Parser<&'a [u8], Output = T, Error = Fault<'a>>,
) -> impl FnMut(&'a [u8]) -> Parsed<'a, T> {
    move |input| parser.parse(input).map_err(|error| error.map(|fault| Fault { expected, rest: fault.rest }))
}

/// A failure at `rest`.
pub(super) const fn fail<'a, T>(expected: &'static str, rest: &'a [u8]) -> Parsed<'a, T> {
    Err(nom::Err::Error(Fault { expected, rest }))
}

/// The result for the outside: all of `value` is used, blanks at its end aside.
#[inline]
pub(super) fn whole<'a, T>(value: &'a [u8], parsed: Parsed<'a, T>) -> Result<T, ParseError> {
    let (expected, rest) = match parsed {
        Ok((rest, result)) => match blanks(rest) {
            [] => return Ok(result),
            rest => ("the end of the value", rest),
        },
        Err(nom::Err::Error(fault) | nom::Err::Failure(fault)) => (fault.expected, fault.rest),
        Err(nom::Err::Incomplete(_)) => ("more", &[][..]),
    };
    // A parser that ran into the end of its piece has no rest to point at.
    let at = match (rest, scan::offset_of(value, rest)) {
        ([], 0) => value.len(),
        (_, offset) => offset,
    };
    Err(ParseError { expected, at })
}

/// Whether a byte may stand in a `token`.
#[inline]
pub(super) fn is_token(byte: u8) -> bool {
    is(byte, TOKEN)
}

/// Whether a byte may stand in a host name or an IPv4 address; the underscore is not in the grammar but in
/// networks.
#[inline]
pub(super) fn is_host(byte: u8) -> bool {
    is(byte, HOST)
}

/// One load a byte: values are long, and every request is read.
#[inline]
fn is(byte: u8, class: u8) -> bool {
    CLASSES.get(usize::from(byte)).is_some_and(|classes| classes & class != 0)
}

const TOKEN: u8 = 1;
const HOST: u8 = 2;
const PARAM_NAME: u8 = 4;
const PARAM_VALUE: u8 = 8;

static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut rest: &mut [u8] = &mut classes;
    let mut byte = 0u8;
    while let [first, tail @ ..] = rest {
        *first = classes_of(byte);
        byte = byte.wrapping_add(1);
        rest = tail;
    }
    classes
};

const fn classes_of(byte: u8) -> u8 {
    let letter = byte.is_ascii_alphanumeric();
    let mark = matches!(byte, b'-' | b'.' | b'!' | b'%' | b'*' | b'_' | b'+' | b'`' | b'\'' | b'~');
    // Wider than `token / host`, so that what peers really send between two separators is kept as it is.
    let value = byte > b' ' && !matches!(byte, b';' | b',' | b'"' | b'<' | b'>' | b'\\' | 0x7F);
    (if letter || mark { TOKEN } else { 0 })
        | (if letter || matches!(byte, b'.' | b'-' | b'_') { HOST } else { 0 })
        | (if value && byte != b'=' { PARAM_NAME } else { 0 })
        | (if value { PARAM_VALUE } else { 0 })
}

/// Whether a byte is linear white space. CR and LF count: inside a value they can only be part of a fold.
#[inline]
pub(super) const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// `input` without the blanks at its start (`SWS`).
#[inline]
pub(super) const fn blanks(mut input: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = input {
        if !is_blank(*first) {
            break;
        }
        input = rest;
    }
    input
}

/// `token`
#[inline]
pub(super) fn token(input: &[u8]) -> Parsed<'_, &[u8]> {
    expect("a token", take_while1(is_token)).parse(input)
}

/// One fixed byte with blanks around it, as `SEMI`, `EQUAL`, `SLASH`, `COLON`, `COMMA`.
#[inline]
pub(super) fn separator(byte: u8, expected: &'static str) -> impl Fn(&[u8]) -> Parsed<'_, ()> {
    move |input| match blanks(input) {
        [first, rest @ ..] if *first == byte => Ok((blanks(rest), ())),
        rest => fail(expected, rest),
    }
}

/// `1*DIGIT` that fits into 32 bits.
pub(super) fn number(input: &[u8]) -> Parsed<'_, u32> {
    let (rest, digits) = expect("a number", take_while1(|byte: u8| byte.is_ascii_digit())).parse(input)?;
    match crate::base::text::decimal(digits) {
        Some(number) => Ok((rest, number)),
        None => fail("a number below 4294967296", input),
    }
}

/// `quoted-string`, the quotes kept.
#[inline]
pub(super) fn quoted(input: &[u8]) -> Parsed<'_, &[u8]> {
    let [b'"', body @ ..] = input else { return fail("a quotation mark", input) };
    let mut rest = body;
    loop {
        let Some((found, after)) =
            memchr::memchr2(b'"', b'\\', rest).and_then(|at| rest.get(at..)?.split_first())
        else {
            return fail("the closing quotation mark", &[]);
        };
        if *found == b'"' {
            let length = input.len().saturating_sub(after.len());
            return Ok((after, input.get(..length).unwrap_or(input)));
        }
        // A quoted-pair: whatever follows the backslash is text.
        rest = after.get(1..).unwrap_or(&[]);
    }
}

/// `generic-param`: a name and what follows its equals sign. Used for header and for URI parameters alike.
///
/// A datagram has room for 30,000 parameters, and a Via is read more than once: the loops have nothing in
/// them but the class table.
#[inline]
pub(super) fn param(input: &[u8]) -> Parsed<'_, (&[u8], Option<&[u8]>)> {
    let (name, rest) = run(input, PARAM_NAME);
    if name.is_empty() {
        return fail("a parameter name", input);
    }
    let equals = match rest {
        [b'=', rest @ ..] => rest,
        [first, ..] if is_blank(*first) => match blanks(rest) {
            [b'=', rest @ ..] => rest,
            _ => return Ok((rest, (name, None))),
        },
        _ => return Ok((rest, (name, None))),
    };
    let value = blanks(equals);
    if let [b'"', ..] = value {
        let (rest, value) = quoted(value)?;
        return Ok((rest, (name, Some(value))));
    }
    let (value, rest) = run(value, PARAM_VALUE);
    Ok((rest, (name, Some(value))))
}

/// The bytes of a class that `input` begins with, and the rest.
#[inline]
fn run(input: &[u8], class: u8) -> (&[u8], &[u8]) {
    let end = input.iter().position(|byte| !is(*byte, class)).unwrap_or(input.len());
    input.split_at_checked(end).unwrap_or((input, &[]))
}

/// `*( SEMI generic-param )`: gives the whole stretch.
#[inline]
pub(super) fn params(input: &[u8]) -> Parsed<'_, &[u8]> {
    let mut rest = input;
    loop {
        if let Some((after, _)) = plain_param(rest) {
            rest = after;
        } else if let Some(after) = semicolon(rest) {
            (rest, _) = param(after)?;
        } else {
            let length = input.len().saturating_sub(rest.len());
            return Ok((rest, input.get(..length).unwrap_or(input)));
        }
    }
}

/// The next of parameters that [`params`] has passed.
#[inline]
pub(super) fn next_param(passed: &[u8]) -> Option<NextParam<'_>> {
    plain_param(passed).or_else(|| param(semicolon(passed)?).ok())
}

/// What follows a parameter, its name and what follows its equals sign.
type NextParam<'a> = (&'a [u8], (&'a [u8], Option<&'a [u8]>));

/// `SEMI generic-param` with neither blanks nor quotes, which nearly all are; `None` for any other, and for a
/// fault.
#[inline]
fn plain_param(input: &[u8]) -> Option<NextParam<'_>> {
    let [b';', after @ ..] = input else { return None };
    let (name, rest) = run(after, PARAM_NAME);
    let (value, rest) = match rest {
        [b'=', value @ ..] => {
            let (value, rest) = run(value, PARAM_VALUE);
            (Some(value), rest)
        }
        _ => (None, rest),
    };
    (!name.is_empty() && matches!(rest, [] | [b';', ..])).then_some((rest, (name, value)))
}

/// What follows `SEMI`, if it is next; blanks around it are rare.
#[inline]
fn semicolon(input: &[u8]) -> Option<&[u8]> {
    let after = match input {
        [b';', after @ ..] => after,
        [first, ..] if is_blank(*first) => match blanks(input) {
            [b';', after @ ..] => after,
            _ => return None,
        },
        _ => return None,
    };
    Some(blanks(after))
}
