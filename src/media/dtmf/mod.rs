//! Keys as telephone events: the machine that sends them and the machine that hears them (RFC 4733 §2.5).
//!
//! ```
//! use deskphone::base::Instant;
//! use deskphone::media::dtmf::{Receiver, Sender, sender, receiver};
//! use deskphone::rtp::telephone_event::Digit;
//! let five = Digit::from_char('5').unwrap();
//! let mut sender = Sender::new(sender::Setting::default());
//! let mut receiver = Receiver::new(1_200);
//! assert_eq!(sender.step(sender::Input::Press(five)).transmit, None, "it waits for the clock");
//! let packet = sender.step(sender::Input::Tick { timestamp: 1_000, samples: 160 }).transmit.unwrap();
//! assert_eq!((packet.marker, packet.timestamp, packet.event.duration), (true, 1_000, 160));
//! let report = receiver::Input::Event { timestamp: 1_000, event: packet.event };
//! let heard = receiver.step(Instant::ZERO, report);
//! assert_eq!(heard.began, Some(five));
//! ```

pub mod receiver;
pub mod sender;
#[cfg(test)]
mod tests;

pub use receiver::Receiver;
pub use sender::Sender;
