//! A line's words: bare ones, and quoted ones that may hold spaces.

use std::borrow::Cow;

/// One word of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Word<'a> {
    /// As it stands.
    Bare(&'a str),
    /// What stood between quotation marks, `\"` and `\\` undone.
    Quoted(String),
}

impl<'a> Word<'a> {
    /// The word, quoted or not.
    pub(super) fn text(&self) -> Cow<'a, str> {
        match self {
            Self::Bare(text) => Cow::Borrowed(text),
            Self::Quoted(text) => Cow::Owned(text.clone()),
        }
    }
}

/// Splits at white space; a word that begins with `"` runs to the next `"`.
pub(super) fn words(line: &str) -> Result<Vec<Word<'_>>, String> {
    let mut all = Vec::new();
    let mut rest = line.trim_start();
    if rest == "#" || rest.starts_with("# ") || rest.starts_with("#\t") {
        return Ok(vec![Word::Bare("#")]);
    }
    while !rest.is_empty() {
        if let Some(quoted) = rest.strip_prefix('"') {
            let (word, after) = quoted_word(quoted)?;
            all.push(Word::Quoted(word));
            rest = after;
        } else {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            all.push(Word::Bare(word));
            rest = after;
        }
        let trimmed = rest.trim_start();
        if trimmed.len() == rest.len() && !rest.is_empty() {
            return Err("a space is missing after the closing quotation mark".into());
        }
        rest = trimmed;
    }
    Ok(all)
}

fn quoted_word(text: &str) -> Result<(String, &str), String> {
    let mut word = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((word, &text[at + 1..])),
            '\\' => match chars.next() {
                Some((_, escaped @ ('"' | '\\'))) => word.push(escaped),
                Some((_, other)) => word.extend(['\\', other]),
                None => break,
            },
            _ => word.push(c),
        }
    }
    Err("the closing quotation mark is missing".into())
}
