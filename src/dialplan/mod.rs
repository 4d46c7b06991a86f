//! Templates for numbers and statuses (guide, chapter Data Types).

pub mod template;

pub use template::Template;
