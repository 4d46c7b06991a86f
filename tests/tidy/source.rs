//! A Rust file as the rules see it: as written, without comments and literals, and without its test code.

/// One file. All three texts have the same length and the same line breaks, so an offset means the same in
/// each.
pub(crate) struct Source {
    /// From the repository's root, with `/`.
    pub(crate) path: String,
    /// As written.
    pub(crate) raw: String,
    /// Comments and the insides of literals are blanks.
    pub(crate) code: String,
    /// `code` whose test items are blanks too; all blanks for a file that only tests use.
    pub(crate) live: String,
}

impl Source {
    pub(crate) fn new(path: &str, raw: &str, only_for_tests: bool) -> Self {
        let code = without_comments_and_literals(raw);
        let live = if only_for_tests { blanks(&code) } else { without_tests(&code) };
        Self { path: path.into(), raw: raw.into(), code, live }
    }

    /// Whether the file is part of the library.
    pub(crate) fn in_library(&self) -> bool {
        self.path.starts_with("src/")
    }

    /// The module path that the file stands for: `src/sip/via.rs` is `["sip", "via"]`, `src/lib.rs` is `[]`.
    pub(crate) fn module(&self) -> Vec<&str> {
        let inner = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        inner.split('/').filter(|part| !matches!(*part, "mod" | "lib")).collect()
    }

    /// The names of `#[cfg(test)] mod name;`: files beside this one that only tests use.
    pub(crate) fn test_files(&self) -> Vec<String> {
        let starts = self.code.match_indices("#[cfg(test)]").map(|(at, mark)| at + mark.len());
        starts
            .filter_map(|at| {
                let item = self.code[at..].split_once(';')?.0;
                let (visibility, name) = item.split_once("mod ")?;
                let public = ["", "pub", "pub(crate)", "pub(super)"].contains(&visibility.trim());
                public.then(|| name.trim().to_owned())
            })
            .filter(|name| is_word(name))
            .collect()
    }

    pub(crate) fn line_of(&self, offset: usize) -> usize {
        self.raw[..offset].matches('\n').count() + 1
    }
}

/// Every place where `word` stands alone in `code`.
pub(crate) fn words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    code.match_indices(word).map(|(at, _)| at).filter(move |&at| {
        let before = code[..at].chars().next_back();
        let after = code[at + word.len()..].chars().next();
        !before.is_some_and(in_word) && !after.is_some_and(in_word)
    })
}

pub(crate) fn in_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

pub(crate) fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(in_word)
}

/// The identifier at the start of `code`, after blanks; empty when there is none.
pub(crate) fn first_word(code: &str) -> &str {
    let code = code.trim_start();
    let end = code.find(|c| !in_word(c)).unwrap_or(code.len());
    &code[..end]
}

/// Where the item that starts at `from` ends: after its `;` or after the brace that closes its body.
pub(crate) fn item_end(code: &str, from: usize) -> usize {
    let mut nesting = 0i32;
    for (at, c) in code[from..].char_indices() {
        match c {
            '(' | '[' => nesting += 1,
            ')' | ']' => nesting -= 1,
            ';' if nesting == 0 => return from + at + 1,
            '{' if nesting == 0 => return closing_brace(code, from + at),
            _ => {}
        }
    }
    code.len()
}

/// Where the block that opens at `open` ends, its closing brace included.
pub(crate) fn closing_brace(code: &str, open: usize) -> usize {
    let mut nesting = 0i32;
    for (at, c) in code[open..].char_indices() {
        match c {
            '{' => nesting += 1,
            '}' if nesting == 1 => return open + at + 1,
            '}' => nesting -= 1,
            _ => {}
        }
    }
    code.len()
}

fn blanks(text: &str) -> String {
    text.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect()
}

fn without_tests(code: &str) -> String {
    let mut live = code.to_owned();
    for mark in ["#[cfg(test)]", "#[cfg(all(test", "#[test]"] {
        let starts: Vec<usize> = live.match_indices(mark).map(|(at, _)| at).collect();
        for start in starts {
            // The attribute itself has brackets; the item after it begins behind them.
            let after = live[start..].find(']').map_or(live.len(), |at| start + at + 1);
            let end = item_end(&live, after);
            let gone = blanks(&live[start..end]);
            live.replace_range(start..end, &gone);
        }
    }
    live
}

fn without_comments_and_literals(raw: &str) -> String {
    let bytes = raw.as_bytes();
    let mut code = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let (end, keep) = token(bytes, at);
        for &byte in &bytes[at..end] {
            code.push(if keep || byte == b'\n' { byte } else { b' ' });
        }
        at = end;
    }
    // What is kept outside of comments and literals may still hold other alphabets; lengths stay.
    String::from_utf8(code).unwrap_or_else(|_| blanks(raw))
}

/// The end of the token at `at` and whether it is code.
fn token(bytes: &[u8], at: usize) -> (usize, bool) {
    let rest = &bytes[at..];
    let after_word = at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_');
    if rest.starts_with(b"//") {
        (at + rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len()), false)
    } else if rest.starts_with(b"/*") {
        (at + block_comment(rest), false)
    } else if let Some(length) = raw_string(rest).filter(|_| !after_word) {
        (at + length, false)
    } else if rest[0] == b'"' {
        (at + quoted(rest, b'"'), false)
    } else if rest[0] == b'\'' && is_character(rest) {
        (at + quoted(rest, b'\''), false)
    } else {
        (at + 1, true)
    }
}

fn block_comment(rest: &[u8]) -> usize {
    let (mut nesting, mut at) = (0, 0);
    while at < rest.len() {
        if rest[at..].starts_with(b"/*") {
            nesting += 1;
            at += 2;
        } else if rest[at..].starts_with(b"*/") {
            nesting -= 1;
            at += 2;
            if nesting == 0 {
                break;
            }
        } else {
            at += 1;
        }
    }
    at
}

/// The length of `r"…"`, `br#"…"#` and their like.
fn raw_string(rest: &[u8]) -> Option<usize> {
    let prefix = [&b"br"[..], b"cr", b"r"].into_iter().find(|prefix| rest.starts_with(prefix))?.len();
    let hashes = rest[prefix..].iter().take_while(|&&b| b == b'#').count();
    let open = prefix + hashes;
    if rest.get(open) != Some(&b'"') {
        return None;
    }
    let mut close = vec![b'"'];
    close.resize(1 + hashes, b'#');
    let body = &rest[open + 1..];
    let length = body.windows(close.len()).position(|window| window == close).unwrap_or(body.len());
    Some((open + 1 + length + close.len()).min(rest.len()))
}

fn quoted(rest: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// Whether the apostrophe opens a character and not a lifetime.
fn is_character(rest: &[u8]) -> bool {
    match rest.get(1) {
        Some(b'\\') => true,
        Some(&first) => {
            let width = match first {
                0..=0x7F => 1,
                0x80..=0xDF => 2,
                0xE0..=0xEF => 3,
                0xF0..=0xFF => 4,
            };
            rest.get(1 + width) == Some(&b'\'')
        }
        None => false,
    }
}
