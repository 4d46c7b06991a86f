//! The user agent over a wire that a test can cut, and against peers that are written by hand.

mod calls;
mod desk;
mod incoming;
mod link;
mod outgoing;
mod registration;
