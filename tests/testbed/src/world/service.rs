use deskphone::ua::SrvRecord;

/// One SRV record of a world's name server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Srv {
    /// The lowest is tried first.
    pub priority: u16,
    /// Its share among those of the same priority.
    pub weight: u16,
    /// The server's port.
    pub port: u16,
    /// The server's name.
    pub target: String,
}

impl Srv {
    /// A record with weight 0.
    #[must_use]
    pub fn new(priority: u16, port: u16, target: &str) -> Self {
        Self { priority, weight: 0, port, target: target.to_owned() }
    }

    pub(super) fn service(&self) -> SrvRecord<'_> {
        SrvRecord { priority: self.priority, weight: self.weight, port: self.port, target: &self.target }
    }
}
