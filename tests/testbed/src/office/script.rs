//! What a test lets the office do.

use super::exchange::Owner;
use super::leg::{Leg, State};
use super::media::Audio;
use super::offer::{self, Direction};
use super::service::Service;
use super::text::Text;
use super::{Office, service};
use deskphone::base::Instant;

impl Office {
    /// A number does this from now on.
    pub fn set_service(&mut self, number: &str, service: Service) {
        self.services.insert(number.to_owned(), service);
    }

    /// An account has this password from now on; without one it is gone.
    pub fn set_password(&mut self, user: &str, password: Option<&str>) {
        match password {
            Some(password) => drop(self.passwords.insert(user.to_owned(), password.to_owned())),
            None => drop(self.passwords.remove(user)),
        }
    }

    /// Power off and on: registrations, nonces, calls and transactions are forgotten, nobody is told.
    pub fn restart(&mut self) {
        self.bindings.clear();
        self.nonces.forget();
        self.servers.clear();
        self.clients.clear();
        self.forks.clear();
        self.legs.iter().for_each(|leg| self.media.close(leg.id));
        self.legs.clear();
        self.outbox.clear();
        self.partial.clear();
        self.shared = super::SharedLines::default();
        let calls = |service: &mut Service| service.calls = 0;
        self.services.values_mut().for_each(calls);
        for (number, service) in service::built_in() {
            self.services.entry(number).or_insert(service);
        }
    }

    /// Forgets every nonce: the next credentials are stale.
    pub fn forget_nonces(&mut self) {
        self.nonces.forget();
    }

    /// A number hangs up all its calls: BYE; CANCEL or 480 for those that are not answered.
    pub fn hang_up(&mut self, now: Instant, number: &str) {
        self.legs_of(number).into_iter().for_each(|id| self.bye(now, id));
    }

    /// A number offers a new session to all its peers: hold and resume from the other side.
    pub fn reinvite(&mut self, now: Instant, number: &str, direction: Direction) {
        self.legs_of(number).into_iter().for_each(|id| self.change_session(now, id, direction));
    }

    /// A number calls an account: at its first contact. Whether there is one.
    pub fn call(&mut self, now: Instant, number: &str, user: &str) -> bool {
        let binding = self.bindings.get(user).and_then(|bindings| bindings.first()).cloned();
        let Some(binding) = binding else { return false };
        let id = self.next_id();
        let audio = self.services.get(number).map_or(Audio::Silence, |service| service.audio);
        let mut leg = Leg::new(id, number, State::Calling, binding.flow);
        leg.call_id = format!("office-{}", self.token());
        let tag = self.token();
        leg.local = format!("<sip:{number}@{}>;tag={tag}", self.settings.domain);
        leg.remote = format!("<sip:{user}@{}>", self.settings.domain);
        leg.target.clone_from(&binding.uri);
        leg.cseq = 1;
        let mut request = leg.request("INVITE", 1);
        request.push("Contact", &format!("<sip:{number}@{}>", self.address));
        self.media.open(number, audio, id);
        if let Some(stream) = self.media.of(id) {
            let body = offer::write(self.address.ip(), stream, 0, Direction::SendRecv, false);
            request.set_body("application/sdp", &body);
        }
        leg.client = Some(self.send_request(now, request, binding.flow, Owner::Leg(id)));
        self.legs.push(leg);
        true
    }

    /// Sends any request to an account's first contact, outside a dialog: `fields` and `body` are the
    /// test's.
    pub fn send(
        &mut self,
        now: Instant,
        method: &str,
        user: &str,
        fields: &[(&str, &str)],
        body: &str,
    ) -> bool {
        let binding = self.bindings.get(user).and_then(|bindings| bindings.first()).cloned();
        let Some(binding) = binding else { return false };
        let start = format!("{method} {} SIP/2.0", binding.uri);
        let mut request = Text { start, fields: Vec::new(), body: body.as_bytes().to_vec() };
        let tag = self.token();
        request.push("From", &format!("<sip:{}>;tag={tag}", self.settings.domain));
        request.push("To", &format!("<sip:{user}@{}>", self.settings.domain));
        request.push("Call-ID", &format!("office-{}", self.token()));
        request.push("CSeq", &format!("1 {method}"));
        request.push("Max-Forwards", "70");
        request.push("Contact", &format!("<sip:{}>", self.address));
        fields.iter().for_each(|(name, value)| request.push(name, value));
        self.send_request(now, request, binding.flow, Owner::Nobody);
        true
    }

    fn legs_of(&self, number: &str) -> Vec<u64> {
        self.legs.iter().filter(|leg| leg.number == number).map(|leg| leg.id).collect()
    }
}
