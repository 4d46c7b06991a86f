//! Dial plans: what a person's keys mean (guide, chapter Dial Plan). And templates for numbers and statuses.
//!
//! A [`Plan`] is compiled once from its text. A [`Collector`] takes keys and timeouts and says what to do: go
//! on, send a number, reject it, or act on a service code. The plan is an argument of each step, so that a
//! plan can change while a number is dialled. A [`Matcher`] is the part of it that knows no time: for whoever
//! only asks whether keys are a number.

pub mod code_list;
pub mod collector;
pub mod fault;
#[cfg(feature = "_fuzzing")]
mod fuzz;
mod ip;
mod item;
pub mod key;
pub mod matcher;
#[cfg(test)]
mod naive;
pub mod plan;
mod script;
pub mod star;
mod table;
pub mod template;
pub mod transform;

pub use code_list::{CodeList, CodeListFault, CodeTone};
pub use collector::{Collector, Incomplete, Input, Prompt, Rules, State, Step, Verdict};
pub use fault::{Expected, PlanFault};
#[cfg(feature = "_fuzzing")]
pub use fuzz::fuzz_dial_plan;
pub use item::Outcome;
pub use key::DialKey;
pub use matcher::{Matcher, Standing};
pub use plan::Plan;
pub use star::{Class, CodecChoice, CodecName, Service, leading_code};
pub use template::Template;
pub use transform::Number;

#[cfg(test)]
mod tests;
