//! Where a request goes first (RFC 3261 §8.1.2, RFC 3263 §4; looking names up is the host's).

use super::account::{Account, Redundancy};
use super::failures::{Mark, Wish};
use super::names::{Listed, Lookup, Place, Servers};
use super::request::host_and_port;
use super::{ExtensionId, Instant, UserAgent};
use crate::sip::Uri;
use crate::transaction::{Hop, Transport};

/// What is known of a next hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NextHop {
    /// There.
    Known(Hop),
    /// Its name is being resolved.
    Pending,
    /// It has no address, is none, or each of its servers has failed.
    Nowhere,
}

/// Whom a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Goal<'a> {
    /// The extension's outbound proxy, or its proxy.
    Server,
    /// The host that a URI names.
    Host { host: &'a str, port: Option<u16>, transport: Transport },
    /// Nobody.
    Nobody,
}

impl UserAgent {
    /// The extension's outbound proxy, or its proxy.
    pub(super) fn server_hop(&mut self, now: Instant, extension: ExtensionId) -> NextHop {
        self.hop_to(now, extension, Goal::Server, Wish::default())
    }

    /// The same for a REGISTER: back to the best server, and to none that failed since then.
    pub(super) fn registrar_hop(&mut self, now: Instant, extension: ExtensionId, since: Mark) -> NextHop {
        self.hop_to(now, extension, Goal::Server, Wish { climbs: true, since: Some(since), home: None })
    }

    /// Where a request to `uri` goes: the outbound proxy if there is one, the proxy for its own domain, else
    /// the host in the URI. None of the servers that failed `since` then.
    pub(super) fn request_hop(
        &mut self,
        now: Instant,
        extension: ExtensionId,
        uri: &[u8],
        since: Option<Mark>,
    ) -> NextHop {
        let account = self.accounts.of(extension);
        let parsed = Uri::parse(uri).ok();
        let goal = if account.outbound_proxy.is_empty() {
            // A tel URI has no host: the proxy knows (RFC 3261 §19.1.6).
            parsed.as_ref().map_or(Goal::Server, |uri| goal_of(account, uri, account.transport))
        } else {
            Goal::Server
        };
        // Whoever does not register finds back to the best server with its calls.
        let climbs = !account.wants_binding();
        self.hop_to(now, extension, goal, Wish { climbs, since, home: None })
    }

    /// Where a request within a dialog goes: the first Route, or the remote target. A name that is not known
    /// is not waited for: the `fallback`, where the dialog's messages came from, is as good.
    pub(super) fn dialog_hop(
        &mut self,
        now: Instant,
        extension: ExtensionId,
        next: &[u8],
        fallback: Option<Hop>,
    ) -> NextHop {
        self.dialog_hop_since(now, extension, next, fallback, None)
    }

    /// The same, and to no server that failed since then.
    pub(super) fn dialog_hop_since(
        &mut self,
        now: Instant,
        extension: ExtensionId,
        next: &[u8],
        fallback: Option<Hop>,
        since: Option<Mark>,
    ) -> NextHop {
        let account = self.accounts.of(extension);
        let parsed = Uri::parse(next).ok();
        let goal = if account.outbound_proxy_in_dialog && !account.outbound_proxy.is_empty() {
            Goal::Server
        } else {
            parsed.as_ref().map_or(Goal::Nobody, |uri| goal_of(account, uri, Transport::Udp))
        };
        let found = self.hop_to(now, extension, goal, Wish { since, ..Wish::default() });
        let untried =
            |hop: &Hop| since.is_none_or(|since| !self.failures.has_failed(hop.transport, hop.remote, since));
        match (found, fallback.filter(untried)) {
            (NextHop::Known(hop), Some(fallback)) if same_end(&hop, &fallback) => NextHop::Known(fallback),
            (NextHop::Pending | NextHop::Nowhere, Some(fallback)) => NextHop::Known(fallback),
            (found, _) => found,
        }
    }

    /// Where an extension's keep-alives go: `NAT Keep Alive Dest`.
    pub(super) fn keep_alive_hop(&mut self, now: Instant, extension: ExtensionId) -> NextHop {
        let account = self.accounts.of(extension);
        if account.keep_alive_destination.is_empty() {
            return self.server_hop(now, extension);
        }
        let (destination, transport) = (account.keep_alive_destination.clone(), account.transport);
        let (host, port) = host_and_port(&destination);
        self.hop_to(now, extension, Goal::Host { host, port, transport }, Wish::default())
    }

    /// The servers of an extension's own outbound proxy or proxy.
    pub(super) fn own_servers(&mut self, now: Instant, extension: ExtensionId) -> Listed {
        let Self { accounts, names, .. } = self;
        servers_of(names, now, accounts.of(extension), Goal::Server).1
    }

    fn hop_to(&mut self, now: Instant, extension: ExtensionId, goal: Goal<'_>, wish: Wish) -> NextHop {
        let Self { accounts, names, failures, registrars, .. } = self;
        let account = accounts.of(extension);
        let (transport, listed) = servers_of(names, now, account, goal);
        let servers = match listed {
            Listed::Known(servers) => servers,
            Listed::Pending => return NextHop::Pending,
            Listed::Nothing => return NextHop::Nowhere,
        };
        let wish = Wish { home: registrars.of(extension).home, ..wish };
        match failures.choose(now, transport, &servers, wish) {
            Some(remote) => {
                NextHop::Known(Hop { transport, remote, local_port: account.port, connection: None })
            }
            None => NextHop::Nowhere,
        }
    }
}

fn servers_of(
    names: &mut super::names::Names,
    now: Instant,
    account: &Account,
    goal: Goal<'_>,
) -> (Transport, Listed) {
    let (host, port, transport) = match goal {
        Goal::Server => {
            let (host, port) = host_and_port(account.server());
            (host, port, account.transport)
        }
        Goal::Host { host, port, transport } => (host, port, transport),
        Goal::Nobody => return (Transport::Udp, Listed::Nothing),
    };
    let lookup = match (account.use_dns_srv, account.dns_srv_auto_prefix) {
        (false, _) => Lookup::Host,
        (true, true) => Lookup::Prefixed,
        // A setting may be the name of a service as it is; the host of a URI is always a domain.
        (true, false) if goal == Goal::Server => Lookup::Service,
        (true, false) => Lookup::Prefixed,
    };
    let mut listed = names.servers(now, &Place { host, port, transport, lookup });
    if let (Listed::Known(servers), Redundancy::SrvPort) = (&mut listed, account.proxy_redundancy) {
        keep_port_of_first(servers);
    }
    (transport, listed)
}

/// `Based on SRV Port`: a backup is a server with the port of the first one.
fn keep_port_of_first(servers: &mut Servers) {
    let port = servers.first().map(|first| first.remote.port());
    servers.retain(|server| Some(server.remote.port()) == port);
}

/// The host in a URI; the extension's server when it is that one.
fn goal_of<'a>(account: &Account, uri: &Uri<'a>, otherwise: Transport) -> Goal<'a> {
    let Some(sip) = uri.sip() else { return Goal::Server };
    let Ok(host) = core::str::from_utf8(sip.host.as_bytes()) else { return Goal::Nobody };
    let ours = |setting: &str| {
        let (own, port) = host_and_port(setting);
        host.eq_ignore_ascii_case(own) && sip.port == port
    };
    if !account.server().is_empty() && (ours(account.domain()) || ours(account.server())) {
        return Goal::Server;
    }
    let transport = if sip.secure { Transport::Tls } else { transport_of(&sip.params, otherwise) };
    Goal::Host { host, port: sip.port, transport }
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
