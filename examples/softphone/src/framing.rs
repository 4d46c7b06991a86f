//! Messages out of a connection's bytes, with the library's framer.

use deskphone::sip::stream::{Frame, Framer};

/// The framer of one connection.
#[derive(Debug, Default)]
pub(crate) struct Framing {
    framer: Box<Framer>,
}

/// What some bytes of a connection brought.
#[derive(Debug, Default)]
pub(crate) struct Framed {
    /// Whole messages.
    pub(crate) messages: Vec<Vec<u8>>,
    /// Keep-alive pings, to be answered by a line end each.
    pub(crate) pings: usize,
    /// The connection cannot be understood any further.
    pub(crate) broken: bool,
}

impl Framing {
    /// Takes the next bytes.
    pub(crate) fn feed(&mut self, mut bytes: &[u8]) -> Framed {
        let mut framed = Framed::default();
        while !bytes.is_empty() {
            let taken = self.framer.feed(bytes);
            bytes = bytes.get(taken..).unwrap_or_default();
            while let Some(frame) = self.framer.poll() {
                match frame {
                    Frame::Message(message) => framed.messages.push(message.to_vec()),
                    Frame::Ping => framed.pings += 1,
                    Frame::Pong => {}
                    Frame::Broken { .. } => framed.broken = true,
                }
            }
            if taken == 0 && !framed.broken {
                framed.broken = true; // No room and no frame: never seen, and would spin.
            }
            if framed.broken {
                break;
            }
        }
        framed
    }
}
