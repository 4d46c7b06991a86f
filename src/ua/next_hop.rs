//! Where a request goes first (RFC 3261 §8.1.2; name resolution is the host's).

use core::net::IpAddr;

use super::account::Account;
use super::names::Found;
use super::request::host_and_port;
use super::{Instant, UserAgent};
use crate::sip::Uri;
use crate::transaction::{Hop, Transport};

/// What is known of a next hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NextHop {
    /// There.
    Known(Hop),
    /// Its name is being resolved.
    Pending,
    /// It has no address, or is none.
    Nowhere,
}

impl UserAgent {
    /// The address that we show: `EXT IP`, or our own. `None` without network.
    pub(super) fn shown_address(&self) -> Option<IpAddr> {
        self.address.map(|own| self.settings.external_address.unwrap_or(own))
    }

    /// The extension's outbound proxy, or its proxy.
    pub(super) fn server_hop(&mut self, now: Instant, account: &Account) -> NextHop {
        let server = if account.outbound_proxy.is_empty() { &account.proxy } else { &account.outbound_proxy };
        let (host, port) = host_and_port(server);
        self.hop_to(now, account, host, port, account.transport)
    }

    /// Where a request to `uri` goes: the outbound proxy if there is one, the proxy for its own domain, else
    /// the host in the URI.
    pub(super) fn request_hop(&mut self, now: Instant, account: &Account, uri: &[u8]) -> NextHop {
        let parsed = Uri::parse(uri).ok();
        let sip = parsed.as_ref().and_then(Uri::sip);
        // A tel URI has no host: the proxy knows (RFC 3261 §19.1.6).
        let Some(sip) = sip else { return self.server_hop(now, account) };
        let Ok(host) = core::str::from_utf8(sip.host.as_bytes()) else { return NextHop::Nowhere };
        let ours = host_and_port(&account.proxy);
        if !account.outbound_proxy.is_empty() || (host.eq_ignore_ascii_case(ours.0) && sip.port == ours.1) {
            return self.server_hop(now, account);
        }
        self.hop_to(now, account, host, sip.port, transport_of(&sip.params, account.transport))
    }

    /// Where a request within a dialog goes: the first Route, or the remote target. A name that is not known
    /// is not waited for: the `fallback`, where the dialog's messages came from, is as good.
    pub(super) fn dialog_hop(
        &mut self,
        now: Instant,
        account: &Account,
        next: &[u8],
        fallback: Option<Hop>,
    ) -> NextHop {
        let found = if account.outbound_proxy_in_dialog && !account.outbound_proxy.is_empty() {
            self.server_hop(now, account)
        } else {
            let parsed = Uri::parse(next).ok();
            match parsed.as_ref().and_then(Uri::sip) {
                Some(sip) => {
                    let transport = transport_of(&sip.params, Transport::Udp);
                    let host = core::str::from_utf8(sip.host.as_bytes()).unwrap_or("");
                    self.hop_to(now, account, host, sip.port, transport)
                }
                None => NextHop::Nowhere,
            }
        };
        match (found, fallback) {
            (NextHop::Known(hop), Some(fallback)) if same_end(&hop, &fallback) => NextHop::Known(fallback),
            (NextHop::Pending | NextHop::Nowhere, Some(fallback)) => NextHop::Known(fallback),
            (found, _) => found,
        }
    }

    fn hop_to(
        &mut self,
        now: Instant,
        account: &Account,
        host: &str,
        port: Option<u16>,
        transport: Transport,
    ) -> NextHop {
        if host.is_empty() {
            return NextHop::Nowhere;
        }
        let port = port.unwrap_or_else(|| transport.default_port());
        match self.names.find(now, host) {
            Found::Address(address) => NextHop::Known(Hop {
                transport,
                remote: (address, port).into(),
                local_port: account.port,
                connection: None,
            }),
            Found::Pending => NextHop::Pending,
            Found::Nothing => NextHop::Nowhere,
        }
    }
}

/// The fallback may name the connection that is open already.
fn same_end(hop: &Hop, fallback: &Hop) -> bool {
    hop.transport == fallback.transport && hop.remote == fallback.remote
}

fn transport_of(params: &crate::sip::Params<'_>, otherwise: Transport) -> Transport {
    match params.get(b"transport") {
        Some(name) if name.eq_ignore_ascii_case(b"udp") => Transport::Udp,
        Some(name) if name.eq_ignore_ascii_case(b"tcp") => Transport::Tcp,
        Some(name) if name.eq_ignore_ascii_case(b"tls") => Transport::Tls,
        Some(_) | None => otherwise,
    }
}
