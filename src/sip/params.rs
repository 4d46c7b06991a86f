//! Parameters: `*( SEMI generic-param )` after a header value or inside a URI.

use super::grammar;
use crate::base::Writer;

/// A run of well-formed parameters; empty, or beginning at the first semicolon.
#[derive(Clone, Copy, Default)]
pub struct Params<'a>(&'a [u8]);

/// One parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Param<'a> {
    /// The name as it was written; names compare without case.
    pub name: &'a [u8],
    /// What follows the equals sign, a quoted string with its quotes; `None` without an equals sign.
    pub value: Option<&'a [u8]>,
}

impl<'a> Params<'a> {
    /// No parameters.
    pub const NONE: Self = Self(b"");

    pub(super) const fn new(checked: &'a [u8]) -> Self {
        Self(checked)
    }

    /// Reads a run of parameters.
    ///
    /// ```
    /// use deskphone::sip::Params;
    /// let params = Params::parse(b";tag=a1;lr")?;
    /// assert_eq!(params.get(b"TAG"), Some(&b"a1"[..]));
    /// assert!(params.has(b"lr") && !params.has(b"maddr"));
    /// assert!(Params::parse(b";;").is_err());
    /// # Ok::<(), deskphone::sip::ParseError>(())
    /// ```
    ///
    /// # Errors
    /// Where the grammar is left.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, super::ParseError> {
        grammar::whole(bytes, grammar::params(bytes)).map(Self)
    }

    /// The value of the first parameter of this name; empty for one without a value; `None` when there is
    /// none.
    ///
    /// A quoted string is given without its quotes but with its backslashes: [`unquoted`] resolves those.
    #[must_use]
    pub fn get(&self, name: &[u8]) -> Option<&'a [u8]> {
        for param in *self {
            if param.name.len() == name.len() && param.name.eq_ignore_ascii_case(name) {
                return Some(param.text());
            }
        }
        None
    }

    /// Whether there is a parameter of this name.
    #[must_use]
    pub fn has(&self, name: &[u8]) -> bool {
        self.get(name).is_some()
    }

    /// All parameters in order.
    #[must_use]
    pub const fn iter(&self) -> ParamIter<'a> {
        ParamIter(self.0)
    }

    /// The parameters as they were written, the first semicolon included.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.0
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Writes them, without the blanks and folds that they may have had.
    pub fn compose(&self, out: &mut Writer<'_>) {
        self.iter().for_each(|param| param.compose(out));
    }
}

impl<'a> Param<'a> {
    /// The value without quotes; empty when there is none.
    #[must_use]
    pub fn text(&self) -> &'a [u8] {
        strip_quotes(self.value.unwrap_or(&[]))
    }

    /// Writes `;name=value`.
    pub fn compose(&self, out: &mut Writer<'_>) {
        out.put(b";");
        out.put(self.name);
        if let Some(value) = self.value {
            out.put(b"=");
            super::compose::put_line(out, value);
        }
    }
}

impl<'a> IntoIterator for Params<'a> {
    type Item = Param<'a>;
    type IntoIter = ParamIter<'a>;

    fn into_iter(self) -> ParamIter<'a> {
        self.iter()
    }
}

impl core::fmt::Debug for Params<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Params({})", self.0.escape_ascii())
    }
}

impl PartialEq for Params<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Params<'_> {}

/// Walks over [`Params`].
#[derive(Clone, Debug)]
pub struct ParamIter<'a>(&'a [u8]);

impl<'a> Iterator for ParamIter<'a> {
    type Item = Param<'a>;

    #[inline]
    fn next(&mut self) -> Option<Param<'a>> {
        let (rest, (name, value)) = grammar::next_param(self.0)?;
        self.0 = rest;
        Some(Param { name, value })
    }
}

/// A quoted string without its quotes; anything else as it is.
#[must_use]
pub const fn strip_quotes(text: &[u8]) -> &[u8] {
    match text {
        [b'"', inner @ .., b'"'] => inner,
        _ => text,
    }
}

/// The bytes that a quoted string stands for: quotes off, each quoted-pair resolved (RFC 3261 §25.1).
///
/// ```
/// use deskphone::sip::params::unquoted;
/// assert!(unquoted(br#""J Rosenberg \\\"""#).eq(br#"J Rosenberg \""#.iter().copied()));
/// ```
pub fn unquoted(text: &[u8]) -> impl Iterator<Item = u8> + '_ {
    let escapes = matches!(text, [b'"', ..]);
    let mut bytes = strip_quotes(text).iter().copied();
    core::iter::from_fn(move || match bytes.next() {
        Some(b'\\') if escapes => bytes.next(),
        byte => byte,
    })
}
