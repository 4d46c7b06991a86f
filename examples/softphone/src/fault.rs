//! What is wrong with a phone's network on purpose: `net drop 5%`, `net down`.

use crate::script::NetFault;

/// The fault, drawn anew for each datagram.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault(NetFault);

impl Default for Fault {
    fn default() -> Self {
        Self(NetFault::Up)
    }
}

impl Fault {
    pub(crate) const fn set(&mut self, fault: NetFault) {
        self.0 = fault;
    }

    /// Whether the cable is out.
    pub(crate) const fn is_down(&self) -> bool {
        matches!(self.0, NetFault::Down)
    }

    /// Whether this datagram gets lost.
    pub(crate) fn loses(&self) -> bool {
        match self.0 {
            NetFault::Up => false,
            NetFault::Down => true,
            NetFault::Drop(share) => {
                let drawn = getrandom::u32().unwrap_or(u32::MAX);
                f64::from(drawn) < f64::from(share) * f64::from(u32::MAX)
            }
        }
    }
}
