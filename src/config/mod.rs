//! The phone's settings by their tags.
