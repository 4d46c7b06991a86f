//! A small SIP office, a lossy network under virtual time and a ladder recorder: for tests, benches and examples.
