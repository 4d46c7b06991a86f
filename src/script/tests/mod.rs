//! The guide's examples and defaults, the limits, the algebra.
#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod daylight;
mod directory;
mod examples;
mod faults;
mod naive;
mod players;
mod properties;
