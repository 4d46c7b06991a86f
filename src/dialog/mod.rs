//! Dialog identity, route set and sequence numbers (RFC 3261 §12).
