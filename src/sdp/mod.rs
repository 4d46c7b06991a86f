//! Session descriptions (RFC 8866) and the codecs in them.
