//! Digest computations and constant-time comparison, in one place.
