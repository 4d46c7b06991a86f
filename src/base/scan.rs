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

/// Where `part` begins inside `whole`, which it must be a slice of; 0 when it is not.
///
/// For error positions only: it compares addresses, it reads nothing.
#[must_use]
pub fn offset_of(whole: &[u8], part: &[u8]) -> usize {
    let start = whole.as_ptr().addr();
    part.as_ptr().addr().checked_sub(start).filter(|offset| *offset <= whole.len()).unwrap_or(0)
}
