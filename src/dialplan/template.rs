//! Templates: which telephone numbers, or which response statuses, a setting means (guide, Data Types:
//! `PhTmplt` and `RscTmplt`).
//!
//! ```text
//! Template := pattern *( "," pattern )
//! pattern  := *SP *( literal / "?" / "*" / "%" HEX HEX )
//! ```
//! `?` stands for one character, `*` for any number of them, `%2a` for a literal `*`.
//!
//! ```
//! use deskphone::dialplan::Template;
//! let template = Template::new("404, 5*");
//! assert!(template.matches(b"404") && template.matches(b"503"));
//! assert!(!template.matches(b"403"));
//! ```

/// A list of patterns, tried in order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Template<'a>(&'a str);

impl<'a> Template<'a> {
    /// The template that a setting's text stands for. Any text is a template; the empty one matches nothing.
    #[must_use]
    pub const fn new(text: &'a str) -> Self {
        Self(text)
    }

    /// Whether one of the patterns matches the whole of `text`.
    #[must_use]
    pub fn matches(self, text: &[u8]) -> bool {
        self.position(text).is_some()
    }

    /// The place, from 0, of the first pattern that matches the whole of `text`.
    #[must_use]
    pub fn position(self, text: &[u8]) -> Option<usize> {
        let pattern = |pattern: &str| {
            let pattern = pattern.trim_start_matches([' ', '\t']).as_bytes();
            !pattern.is_empty() && pattern_matches(pattern, text)
        };
        self.0.split([',']).position(pattern)
    }
}

/// One symbol of a pattern, and what follows it.
fn symbol(pattern: &[u8]) -> Option<(Symbol, &[u8])> {
    let (&first, rest) = pattern.split_first()?;
    match (first, rest) {
        (b'?', _) => Some((Symbol::One, rest)),
        (b'*', _) => Some((Symbol::Run, rest)),
        (b'%', [high, low, after @ ..]) => match (hex(*high), hex(*low)) {
            (Some(high), Some(low)) => Some((Symbol::Literal(high << 4 | low), after)),
            (None, _) | (_, None) => Some((Symbol::Literal(b'%'), rest)),
        },
        _ => Some((Symbol::Literal(first), rest)),
    }
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[derive(Clone, Copy)]
enum Symbol {
    One,
    Run,
    Literal(u8),
}

/// On a mismatch it goes back to the last `*` only, so its time is at most the product of both lengths.
fn pattern_matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut pattern, mut text) = (pattern, text);
    let mut resume: Option<(&[u8], &[u8])> = None;
    loop {
        match (symbol(pattern), text.split_first()) {
            (Some((Symbol::Run, rest)), _) => {
                resume = Some((rest, text));
                pattern = rest;
                continue;
            }
            (Some((Symbol::One, rest)), Some((_, after))) => {
                (pattern, text) = (rest, after);
                continue;
            }
            (Some((Symbol::Literal(wanted), rest)), Some((&found, after))) if wanted == found => {
                (pattern, text) = (rest, after);
                continue;
            }
            (None, None) => return true,
            (Some((Symbol::One | Symbol::Literal(_), _)) | None, _) => {}
        }
        let Some((after_run, from)) = resume else { return false };
        let Some((_, shorter)) = from.split_first() else { return false };
        resume = Some((after_run, shorter));
        (pattern, text) = (after_run, shorter);
    }
}

#[cfg(test)]
mod tests {
    use super::Template;

    #[test]
    fn the_guides_examples() {
        assert!(Template::new("1408*, 1510*").matches(b"15105551234"));
        assert!(Template::new("1408*, 1510*").matches(b"1408"));
        assert!(!Template::new("1408*, 1510*").matches(b"1409"));
        assert!(Template::new("1408123????, 555?1").matches(b"14081234567"));
        assert!(!Template::new("1408123????").matches(b"140812345678"));
        assert_eq!(Template::new("1408123????, 555?1").position(b"55521"), Some(1));
        assert!(Template::new("61?").matches(b"619"));
        assert!(Template::new("407, 408, 487, 481").matches(b"481"));
    }

    #[test]
    fn escapes_and_runs_in_the_middle() {
        assert!(Template::new("%2a69").matches(b"*69"));
        assert!(!Template::new("%2a69").matches(b"169"));
        assert!(Template::new("1*2*3").matches(b"1xx2yy2zz3"));
        assert!(!Template::new("1*2*3").matches(b"1xx3"));
        assert!(Template::new("100%").matches(b"100%"), "not an escape");
        assert!(!Template::new("").matches(b""), "an empty setting means no status");
        assert!(!Template::new(" , ").matches(b""));
    }
}
