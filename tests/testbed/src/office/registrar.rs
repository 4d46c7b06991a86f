//! The registrar (RFC 3261 §10.3): who can be reached where, and until when.

use super::Office;
use super::challenge::Proof;
use super::exchange::Path;
use super::text::{Text, parameter, parts, uri_of};
use deskphone::base::Instant;

/// One contact of an address of record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Binding {
    pub(super) uri: String,
    /// The way that the REGISTER came: requests for this contact take it, too.
    pub(super) flow: Path,
    pub(super) until: Instant,
    call_id: String,
    cseq: u32,
}

impl Office {
    /// The contacts under which an account can be reached now.
    #[must_use]
    pub fn contacts(&self, user: &str) -> Vec<String> {
        self.bindings.get(user).into_iter().flatten().map(|binding| binding.uri.clone()).collect()
    }

    pub(super) fn register(&mut self, now: Instant, server: u64, request: &Text, path: Path) {
        let user = parts(uri_of(request.first("To").unwrap_or(""))).map_or("", |(user, ..)| user).to_owned();
        if !self.passwords.contains_key(&user) {
            return self.reply(now, server, 404);
        }
        if self.settings.challenge_registrations {
            match self.examine(now, request, "Authorization") {
                Proof::Good(account) if account == user => {}
                // Someone else's password is right, but not here.
                Proof::Good(_) => return self.reply(now, server, 403),
                proof @ (Proof::Stale | Proof::Wrong) => return self.challenge(now, server, 401, &proof),
            }
        }
        let contacts: Vec<String> = request.all("Contact").map(str::to_owned).collect();
        let common = request.first("Expires").and_then(|value| value.parse().ok());
        for contact in &contacts {
            let own = parameter(contact, "expires").and_then(|value| value.parse().ok());
            let asked: u32 = own.or(common).unwrap_or(self.settings.max_expires_s);
            if asked > 0 && asked < self.settings.min_expires_s {
                let least = self.settings.min_expires_s.to_string();
                return self.reply_with(now, server, 423, &[("Min-Expires", &least)]);
            }
            if !self.bind(now, &user, contact, asked, request, path) {
                return self.reply(now, server, 500);
            }
        }
        let current = self.bindings.get(&user).into_iter().flatten();
        let lines: Vec<String> = current
            .map(|binding| {
                format!("<{}>;expires={}", binding.uri, binding.until.since_ms(now).div_ceil(1_000))
            })
            .collect();
        let fields: Vec<_> = lines.iter().map(|line| ("Contact", line.as_str())).collect();
        self.reply_with(now, server, 200, &fields);
    }

    /// Whether the request is newer than what it would change (RFC 3261 §10.3, step 7).
    fn bind(
        &mut self,
        now: Instant,
        user: &str,
        contact: &str,
        asked_s: u32,
        request: &Text,
        flow: Path,
    ) -> bool {
        let bindings = self.bindings.entry(user.to_owned()).or_default();
        let uri = uri_of(contact);
        let touched = |binding: &Binding| uri == "*" || binding.uri == uri;
        let (call_id, cseq) = (request.call_id().to_owned(), request.cseq());
        let older = |binding: &Binding| binding.call_id == call_id && binding.cseq >= cseq;
        if bindings.iter().any(|binding| touched(binding) && older(binding)) {
            return false;
        }
        bindings.retain(|binding| !touched(binding));
        if asked_s > 0 && uri != "*" {
            let until = now.plus_ms(u64::from(asked_s.min(self.settings.max_expires_s)) * 1_000);
            bindings.push(Binding { uri: uri.to_owned(), flow, until, call_id, cseq });
        }
        true
    }
}
