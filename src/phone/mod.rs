//! The phone: inputs in, outputs and a view out.
