//! RTP and RTCP packets (RFC 3550), sequence validation, telephone events (RFC 4733).
