//! SIP syntax (RFC 3261 and its extensions): messages, headers, URIs, composing and framing.
