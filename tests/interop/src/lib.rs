//! Calls against peers that nobody here wrote: Kamailio, baresip and SIPp from Debian's packages, on
//! 127.0.0.1.
//!
//! The cases stand in `cases/`; `cargo test -p interop` runs them, `cargo test -p interop -- NAME` those with
//! NAME in their name. What is missing is not run, unless `DESKPHONE_REQUIRE_PEERS=1` says that it must be
//! there. Asterisk is in no stable Debian: `DESKPHONE_ASTERISK` names a folder with a system that has it (see
//! `.ci/asterisk`), and `DESKPHONE_REQUIRE_ASTERISK=1` says that it must be there.

pub mod asterisk;
pub mod baresip;
pub mod host;
pub mod kamailio;
pub mod name_server;
pub mod peer;
pub mod person;
pub mod ports;
pub mod probe;
pub mod relay;
pub mod sipp;
pub mod stage;
pub mod suite;
pub mod trace;
pub mod wire;
