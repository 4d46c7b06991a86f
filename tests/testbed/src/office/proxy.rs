//! Where a request goes (RFC 3261 §16): to a number of the office, to registered contacts, to where its
//! route leads.

use super::Office;
use super::challenge::Proof;
use super::exchange::{Owner, Path};
use super::text::{Text, address_of, parts, uri_of};
use crate::network::Transport;
use deskphone::base::Instant;

impl Office {
    pub(super) fn dispatch(&mut self, now: Instant, server: u64, mut request: Text) {
        let Some(path) = self.servers.iter().find(|found| found.id == server).map(|found| found.path) else {
            return;
        };
        self.pop_own_routes(&mut request);
        if self.shared_request(now, server, path, &request) {
            return;
        }
        if let Some(leg) = self.leg_of(&request) {
            return self.leg_request(now, leg, server, &request);
        }
        let method = request.method().to_owned();
        let in_dialog = !request.tag("To").is_empty();
        if request.has("Route") || !self.is_ours(request.uri()) {
            return match self.next_hop(&request) {
                Some(hop) => self.forward(now, server, request.clone(), &[(request.uri().to_owned(), hop)]),
                None => self.reply(now, server, 404),
            };
        }
        if method == "REGISTER" {
            return self.register(now, server, &request, path);
        }
        if in_dialog {
            return self.reply(now, server, 481);
        }
        let user = parts(request.uri()).map_or("", |(user, ..)| user).to_owned();
        if user.is_empty() {
            return self.reply(now, server, if method == "OPTIONS" { 200 } else { 404 });
        }
        if method == "INVITE" && self.settings.challenge_calls {
            let proof = self.examine(now, &request, "Proxy-Authorization");
            if !matches!(proof, Proof::Good(_)) {
                return self.challenge(now, server, 407, &proof);
            }
            request.remove_all("Proxy-Authorization");
        }
        self.serve_user(now, server, request, &user, path);
    }

    fn serve_user(&mut self, now: Instant, server: u64, mut request: Text, user: &str, path: Path) {
        if request.method() == "INVITE" && self.shared_invite(now, server, path, &mut request, user) {
            return;
        }
        if self.services.contains_key(user) {
            return match request.method() {
                "INVITE" => self.call_arrives(now, server, &request, user, path),
                "OPTIONS" => self.reply(now, server, 200),
                "SUBSCRIBE" => self.reply(now, server, 489),
                _ => self.reply(now, server, 405),
            };
        }
        let targets: Vec<_> =
            self.bindings.get(user).into_iter().flatten().map(|b| (b.uri.clone(), b.flow)).collect();
        match (targets.is_empty(), self.passwords.contains_key(user)) {
            (false, _) => self.forward(now, server, request, &targets),
            (true, true) => self.reply(now, server, 480),
            (true, false) => self.reply(now, server, 404),
        }
    }

    /// The ACK for a 2xx goes its own way, with no transaction (RFC 3261 §16.11).
    pub(super) fn forward_ack(&mut self, ack: &Text) {
        let mut ack = ack.clone();
        self.pop_own_routes(&mut ack);
        if self.is_ours(ack.uri()) && !ack.has("Route") || !lower_max_forwards(&mut ack) {
            return;
        }
        let Some(path) = self.next_hop(&ack) else { return };
        ack.push_front("Via", &self.via(path));
        self.transmit(path, ack.compose());
    }

    /// A response that belongs to no transaction any more, a 2xx again for example, goes by its Via
    /// (§16.7, step 9).
    pub(super) fn forward_stray(&mut self, response: &Text) {
        let mut response = response.clone();
        response.remove_first("Via");
        let server = self.servers.iter().find(|server| server.request.branch() == response.branch());
        let by_via = || Some(Path { to: response.via_address()?, transport: Transport::Udp });
        if let Some(path) = server.map(|server| server.path).or_else(by_via) {
            self.transmit(path, response.compose());
        }
    }

    /// What a request looks like at the next hop (RFC 3261 §16.6, steps 1 to 5); `None`: it has come too
    /// far.
    pub(super) fn copy_for(&self, request: &Text, target: &str, flow: Path) -> Option<Text> {
        let mut copy = request.clone();
        if !lower_max_forwards(&mut copy) {
            return None;
        }
        copy.set_uri(target);
        if self.settings.record_route && copy.method() == "INVITE" && copy.tag("To").is_empty() {
            // RFC 5658 §3.3: where the transport changes, one entry for each side.
            let came_on_stream = request.first("Via").is_some_and(|via| via.starts_with("SIP/2.0/TCP"));
            if came_on_stream != flow.is_reliable() {
                copy.push_front("Record-Route", &self.route_entry(came_on_stream));
            }
            copy.push_front("Record-Route", &self.route_entry(flow.is_reliable()));
        }
        Some(copy)
    }

    fn route_entry(&self, stream: bool) -> String {
        format!("<sip:{}{};lr>", self.address, if stream { ";transport=tcp" } else { "" })
    }

    /// Sends one branch of a forwarded request.
    pub(super) fn send_branch(
        &mut self,
        now: Instant,
        copy: Text,
        flow: Path,
        fork: u64,
        branch: u64,
    ) -> u64 {
        self.send_request(now, copy, flow, Owner::Branch { fork, branch })
    }

    pub(super) fn is_ours(&self, uri: &str) -> bool {
        let Some((_, host, port)) = parts(uri) else { return false };
        let same_port = port.is_none_or(|port| port == self.address.port());
        same_port && (host == self.settings.domain || host == self.address.ip().to_string())
    }

    fn pop_own_routes(&self, request: &mut Text) {
        while request.first("Route").is_some_and(|route| self.is_ours(uri_of(route))) {
            request.remove_first("Route");
        }
    }

    fn next_hop(&self, request: &Text) -> Option<Path> {
        self.path_to(request.first("Route").map_or_else(|| request.uri(), uri_of))
    }

    /// The way to a URI: that of the registration whose contact it is, else by its numeric host as a
    /// datagram.
    pub(super) fn path_to(&self, uri: &str) -> Option<Path> {
        let to = address_of(uri)?;
        let user = parts(uri)?.0;
        let mut bindings = self.bindings.values().flatten();
        let known = bindings.find(|binding| {
            address_of(&binding.uri) == Some(to) && parts(&binding.uri).is_some_and(|(own, ..)| own == user)
        });
        Some(known.map_or(Path { to, transport: Transport::Udp }, |binding| binding.flow))
    }
}

/// RFC 3261 §16.3, step 3: whether the request may go on.
fn lower_max_forwards(request: &mut Text) -> bool {
    let left: u32 = request.first("Max-Forwards").and_then(|value| value.parse().ok()).unwrap_or(70);
    request.set("Max-Forwards", &left.saturating_sub(1).to_string());
    left > 0
}
