//! Two user agents on a wire without loss; each test drops, delays or rewrites what it is about.

mod calls;
mod link;
