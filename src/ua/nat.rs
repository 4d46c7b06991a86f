//! Behind a network address translator: what we show of ourselves, and how we learn what others see (RFC
//! 3581, the phone's `NAT Support Parameters`).

use core::net::{IpAddr, SocketAddr};

use super::account::Settings;
use super::{ExtensionId, UserAgent};

/// The addresses that we show of ourselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    /// In Contact.
    pub(super) contact: SocketAddr,
    /// In Via.
    pub(super) via: SocketAddr,
    /// In session descriptions.
    pub(super) media: IpAddr,
}

impl UserAgent {
    /// What an extension shows of itself; `None` without network.
    ///
    /// `EXT IP` and `EXT SIP Port` stand wherever an address of ours does. What was learned stands in Contact
    /// and session descriptions if `NAT Mapping Enable` says so, and in Via if `Substitute VIA Addr` does.
    pub(super) fn shown_address(&self, extension: ExtensionId) -> Option<Shown> {
        let own = self.address?;
        let account = self.accounts.of(extension);
        let settings = &self.settings;
        let mapped = self.mapped.of(extension).filter(|_| account.nat_mapping);
        let fixed = settings.external_address;
        let media = fixed.or_else(|| mapped.map(|mapped| mapped.ip())).unwrap_or(own);
        let mapped_port = mapped.map(|mapped| mapped.port());
        let port = account.external_port.or(mapped_port).unwrap_or(account.port);
        let contact = SocketAddr::new(media, port);
        let via = if settings.substitute_via_address {
            contact
        } else {
            SocketAddr::new(fixed.unwrap_or(own), account.external_port.unwrap_or(account.port))
        };
        Some(Shown { contact, via, media })
    }
}

impl Settings {
    /// The RTP port that others see: `EXT RTP Port Min` moves the whole range.
    pub(super) fn shown_rtp_port(&self, port: u16) -> u16 {
        moved(port, self.rtp_port_min, self.external_rtp_port_min)
    }

    /// The RTP port that is ours, from the one that others see.
    pub(super) fn own_rtp_port(&self, shown: u16) -> u16 {
        self.external_rtp_port_min.map_or(shown, |min| moved(shown, min, Some(self.rtp_port_min)))
    }
}

/// A port of a range that begins at `from` in the range that begins at `to`.
const fn moved(port: u16, from: u16, to: Option<u16>) -> u16 {
    match to {
        Some(to) => to.wrapping_add(port.wrapping_sub(from)),
        None => port,
    }
}
