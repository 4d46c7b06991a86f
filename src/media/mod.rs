//! The media parts of a phone: G.711, tone generator, jitter buffer, DTMF, one audio stream.
