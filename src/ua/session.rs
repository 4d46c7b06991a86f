//! One INVITE session (RFC 3261 §13 to §15).

#[derive(Debug)]
pub(super) struct Session;
