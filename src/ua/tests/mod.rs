//! The user agent over a wire that a test can cut, and against peers that are written by hand.

mod calls;
mod core_rules;
mod desk;
mod digits;
mod elsewhere;
mod events;
mod failover;
mod headers;
mod identity;
mod incoming;
mod inquiry;
mod link;
mod listening;
mod load;
mod media_port;
mod nat;
mod outgoing;
mod properties;
mod provisional;
mod registration;
mod report;
mod secure_media;
mod session_timers;
mod shared_line;
mod subscriptions;
mod transfers;
mod update;

#[test]
fn a_user_agent_has_its_bound() {
    let size = size_of::<crate::ua::UserAgent>();
    std::println!("UserAgent {size}, Session {}", size_of::<crate::ua::session::Session>());
    assert!(size <= 92_000, "{size}");
}
