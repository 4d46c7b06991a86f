//! Walking over bytes without an index that could be wrong.

/// Splits at the first `separator`: what stands before it and what follows it; `None` when it is absent.
///
/// ```
/// use deskphone::base::scan;
/// assert_eq!(scan::split_once(b"a=b=c", b'='), Some((&b"a"[..], &b"b=c"[..])));
/// assert_eq!(scan::split_once(b"abc", b'='), None);
/// ```
#[must_use]
pub fn split_once(bytes: &[u8], separator: u8) -> Option<(&[u8], &[u8])> {
    let (before, rest) = bytes.split_at_checked(memchr::memchr(separator, bytes)?)?;
    Some((before, rest.get(1..)?))
}

/// Where the first `wanted` begins. For short texts: a search that prepares itself first can panic.
///
/// ```
/// use deskphone::base::scan;
/// assert_eq!(scan::find(b"a_n_b_n_", b"_n_"), Some(1));
/// assert_eq!(scan::find(b"a", b"ab"), None);
/// ```
#[must_use]
pub fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    (0..bytes.len()).find(|at| bytes.get(*at..).is_some_and(|rest| rest.starts_with(wanted)))
}

/// Where `part` begins inside `whole`, which it must be a slice of; 0 when it is not.
///
/// For error positions only: it compares addresses, it reads nothing.
#[must_use]
pub fn offset_of(whole: &[u8], part: &[u8]) -> usize {
    let start = whole.as_ptr().addr();
    part.as_ptr().addr().checked_sub(start).filter(|offset| *offset <= whole.len()).unwrap_or(0)
}
