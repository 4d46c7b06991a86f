//! REGISTER requests and their answers (RFC 3261 §10.2), around the machine of [`super::registration`].

use core::net::SocketAddr;
use heapless::Vec;

use super::account::Account;
use super::challenge::{Asker, Attempts, Recipient, Target, Verdict};
use super::errand::{Errand, Purpose};
use super::failover::names_status;
use super::failures::{Mark, Search};
use super::identifier::{self, CallId, Tag};
use super::next_hop::NextHop;
use super::registration::{Input, Policy, Registration};
use super::request::{self, Place};
use super::response;
use super::view::RegistrationView;
use super::{Event, ExtensionId, Instant, Outcome, Refusal, Rng, UserAgent};
use crate::base::rng::up_to;
use crate::base::{Timer, Writer, earliest, text};
use crate::limits;
use crate::sip::{HeaderName, Message, Method, Uri, compose};
use crate::transaction::{ClientId, Hop};

/// One extension's dealings with its registrar.
#[derive(Debug)]
pub(super) struct Registrar {
    machine: Registration,
    /// The same for all REGISTERs of a boot cycle (§10.2).
    pub(super) call_id: CallId,
    tag: Tag,
    pub(super) cseq: u32,
    pub(super) client: Option<ClientId>,
    attempts: Attempts,
    /// Where the binding leads to, as the registrar has it.
    bound: Option<Place>,
    /// The current REGISTER's way from server to server.
    pub(super) search: Search,
    /// The server that granted the binding, or that answers the calls of an extension without one.
    pub(super) home: Option<SocketAddr>,
    /// The Contact in the REGISTER that was sent last.
    contact: Option<SocketAddr>,
    /// `Proxy Fallback Intvl`: back to a better server than that.
    pub(super) fall_back: Timer,
    /// A REGISTER with this expiry waits for the registrar's address.
    waiting: Option<u32>,
    /// The expiry in the REGISTER that is under way.
    asked_s: u32,
    /// What the account's change means for the binding, until the next timeout.
    pub(super) change: Option<Change>,
}

/// What becomes of a binding when its account has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// It belongs to another account, or there shall be one now.
    Anew,
    /// Its server is lost: it is asked for elsewhere.
    Elsewhere,
    /// The same account does not want it any more.
    Remove,
}

impl Registrar {
    pub(super) const fn new() -> Self {
        Self {
            machine: Registration::new(),
            call_id: Vec::new(),
            tag: Vec::new(),
            cseq: 0,
            client: None,
            attempts: Attempts::new(),
            bound: None,
            search: Search::new(Mark::START),
            home: None,
            contact: None,
            fall_back: Timer::OFF,
            waiting: None,
            asked_s: 0,
            change: None,
        }
    }

    pub(super) fn view(&self) -> RegistrationView {
        RegistrationView { state: self.machine.reported(), expires_s: self.machine.granted_s() }
    }

    pub(super) const fn is_bound(&self) -> bool {
        self.bound.is_some()
    }

    pub(super) fn deadline(&self, network: bool) -> Option<Instant> {
        let at_once = (network && self.change.is_some()).then_some(Instant::ZERO);
        let fall_back = self.fall_back.due().filter(|_| network);
        earliest([at_once, fall_back, self.machine.deadline()])
    }

    /// The server of the binding is lost.
    pub(super) fn leave_home(&mut self) {
        if self.machine.is_registered() && self.change.is_none() {
            self.change = Some(Change::Elsewhere);
        }
    }

    /// The account is another one. What has nothing to do with the binding does not touch it.
    pub(super) fn account_changed(&mut self, old: &Account, new: &Account) {
        if !old.is_same_party(new) {
            self.bound = None;
        }
        let change = match (old.wants_binding(), new.wants_binding()) {
            _ if !old.binds_as(new) => Change::Anew,
            (false, true) => Change::Anew,
            (true, false) => Change::Remove,
            // Whoever registered it by hand cannot be reached at a disabled extension either.
            (false, false) if !new.can_register() => Change::Remove,
            (false, false) | (true, true) => return,
        };
        if change == Change::Anew {
            self.home = None;
        }
        // A binding that another account left behind is not this one's to remove.
        self.change = if self.change == Some(Change::Anew) { Some(Change::Anew) } else { Some(change) };
    }
}

impl UserAgent {
    pub(super) fn register(&mut self, now: Instant, rng: &mut dyn Rng, extension: ExtensionId) -> Outcome {
        let account = self.accounts.of(extension);
        if !account.can_register() {
            return Outcome::Refused(Refusal::NoAccount);
        }
        if self.address.is_none() {
            return Outcome::Refused(Refusal::NoNetwork);
        }
        let expires_s = account.register_expires_s;
        self.registration_step(now, rng, extension, Input::Start { expires_s });
        Outcome::Done
    }

    pub(super) fn unregister(&mut self, now: Instant, rng: &mut dyn Rng, extension: ExtensionId) -> Outcome {
        self.registration_step(now, rng, extension, Input::Stop);
        Outcome::Done
    }

    /// The network or the account is another one: the old binding cannot be spoken for, a new one is asked
    /// for.
    pub(super) fn restart_registration(&mut self, now: Instant, rng: &mut dyn Rng, extension: ExtensionId) {
        let registrar = self.registrars.of_mut(extension);
        registrar.change = None;
        registrar.home = None;
        registrar.client = None;
        registrar.waiting = None;
        registrar.fall_back.stop();
        self.registration_step(now, rng, extension, Input::Reset);
        self.registrars.of_mut(extension).change = None;
        let account = self.accounts.of(extension);
        if self.address.is_some() && account.wants_binding() {
            let expires_s = account.register_expires_s;
            self.registration_step(now, rng, extension, Input::Start { expires_s });
        }
    }

    pub(super) fn registration_timeout(&mut self, now: Instant, rng: &mut dyn Rng, extension: ExtensionId) {
        if self.address.is_some() {
            match self.registrars.of(extension).change {
                Some(Change::Anew) => self.restart_registration(now, rng, extension),
                Some(Change::Remove) => {
                    self.registrars.of_mut(extension).change = None;
                    // RFC 3261 §10.2.2: else callers would be sent here until it runs out.
                    let _done = self.unregister(now, rng, extension);
                }
                Some(Change::Elsewhere) | None => {}
            }
            if self.registrars.of_mut(extension).fall_back.take_due(now) {
                self.renew(now, rng, extension);
            }
        }
        self.registration_step(now, rng, extension, Input::Timeout);
    }

    /// Bindings whose server was lost in this step are asked for elsewhere.
    pub(super) fn move_bindings(&mut self, now: Instant, rng: &mut dyn Rng) {
        for extension in ExtensionId::ALL {
            let registrar = self.registrars.of(extension);
            let lost = registrar.change == Some(Change::Elsewhere);
            // Behind a NAT: others see us elsewhere than the binding says.
            let moved = registrar.machine.is_registered()
                && self
                    .shown_address(extension)
                    .is_some_and(|shown| registrar.contact != Some(shown.contact));
            let registrar = self.registrars.of_mut(extension);
            if lost || moved && registrar.change.is_none() {
                registrar.change = None;
                self.renew(now, rng, extension);
            }
        }
    }

    /// Registers once more before the time.
    fn renew(&mut self, now: Instant, rng: &mut dyn Rng, extension: ExtensionId) {
        let expires_s = self.accounts.of(extension).register_expires_s;
        self.registration_step(now, rng, extension, Input::Start { expires_s });
    }

    pub(super) fn registrar_located(&mut self, now: Instant, rng: &mut dyn Rng, extension: ExtensionId) {
        if let Some(expires_s) = self.registrars.of_mut(extension).waiting.take() {
            self.send_register(now, rng, extension, expires_s);
        }
    }

    /// The REGISTER ended without an answer, or with one that another server may not give: it goes on to the
    /// next server, if there is one (RFC 3263 §4.3).
    pub(super) fn register_failed(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        extension: ExtensionId,
        status: u16,
        retry_after_s: Option<u32>,
    ) {
        let registrar = self.registrars.of_mut(extension);
        registrar.client = None;
        let begun = registrar.search.begun;
        if registrar.search.moves_on() && self.registrar_hop(now, extension, begun) != NextHop::Nowhere {
            let registrar = self.registrars.of_mut(extension);
            registrar.attempts = Attempts::new();
            let asked_s = registrar.asked_s;
            self.send_register(now, rng, extension, asked_s);
            return;
        }
        self.registration_step(now, rng, extension, Input::Failed { status, retry_after_s });
    }

    pub(super) fn register_answered(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        extension: ExtensionId,
        response: &Message<'_>,
    ) {
        let Some(status) = response.status().map(|status| status.code()).filter(|status| *status >= 200)
        else {
            return;
        };
        let client = self.registrars.of_mut(extension).client.take();
        let hop = client.and_then(|client| self.transactions.client_hop(client));
        if let Some(hop) = hop.filter(|_| self.calls_for_backup(status)) {
            let retry_after_s = seconds(response, HeaderName::RetryAfter);
            self.server_refused(now, extension, &hop, status, retry_after_s, true);
            self.register_failed(now, rng, extension, status, retry_after_s);
            return;
        }
        let own_place =
            self.shown_address(extension).map(|shown| request::place(self.accounts.of(extension), shown));
        let registrar = self.registrars.of_mut(extension);
        let input = match status {
            200..=299 => {
                registrar.bound = own_place.filter(|_| registrar.asked_s > 0);
                // RFC 7616 §3.5
                if let Some(next) = response.raw(HeaderName::AuthenticationInfo) {
                    self.credentials.of_mut(extension).take_next_nonce(Asker::Server, next);
                }
                if let Some(hop) = hop {
                    self.settle(now, extension, &hop);
                }
                Input::Granted { expires_s: self.granted_s(extension, response) }
            }
            401 | 407 => {
                let keys = self.credentials.of_mut(extension);
                let asked = response::challenges(response);
                let verdict =
                    keys.take(&mut registrar.attempts, self.settings.max_auth, asked.iter().copied());
                let asked_s = registrar.asked_s;
                if verdict == Verdict::Retry {
                    self.send_register(now, rng, extension, asked_s);
                    return;
                }
                Input::Failed { status, retry_after_s: None }
            }
            423 => match seconds(response, HeaderName::MinExpires) {
                Some(min_expires_s) => Input::TooBrief { min_expires_s },
                None => Input::Failed { status, retry_after_s: None },
            },
            _ => Input::Failed { status, retry_after_s: seconds(response, HeaderName::RetryAfter) },
        };
        self.registration_step(now, rng, extension, input);
    }

    fn registration_step(&mut self, now: Instant, rng: &mut dyn Rng, extension: ExtensionId, input: Input) {
        let policy = self.policy(rng, &input);
        let mark = self.failures.mark();
        let registrar = self.registrars.of_mut(extension);
        let step = registrar.machine.step(now, policy, input);
        if step.register_s.is_some() {
            registrar.attempts = Attempts::new();
            registrar.search = Search::new(mark);
        }
        if step.changed {
            self.tell(Event::Registration(extension));
        }
        if let Some(expires_s) = step.register_s {
            self.send_register(now, rng, extension, expires_s);
        }
        if self.registrars.of(extension).machine.is_off() {
            self.succeed(extension);
        }
    }

    fn policy(&self, rng: &mut dyn Rng, input: &Input) -> Policy {
        let settings = &self.settings;
        // No answer at all is no status that the template could exclude.
        let short = if let Input::Failed { status, .. } = input {
            matches!(status, 408 | 503) || names_status(&settings.register_retry_statuses, *status)
        } else {
            false
        };
        let (retry_s, retry_cap_s, random_s) = if short {
            (settings.register_retry_s, settings.register_retry_cap_s, settings.register_retry_random_s)
        } else {
            (settings.register_retry_long_s, 0, settings.register_retry_long_random_s)
        };
        let random_ms = random_s.saturating_mul(1_000);
        Policy {
            min_expires_s: settings.register_min_expires_s,
            max_expires_s: settings.register_max_expires_s,
            retry_s,
            retry_cap_s,
            // Drawn only where it is asked for: a phone without it stays as predictable as it was.
            random_ms: if random_ms == 0 { 0 } else { up_to(rng, random_ms) },
        }
    }

    fn send_register(&mut self, now: Instant, rng: &mut dyn Rng, extension: ExtensionId, expires_s: u32) {
        let begun = self.registrars.of(extension).search.begun;
        let sent = match self.registrar_hop(now, extension, begun) {
            NextHop::Known(hop) => self.start_register(now, rng, extension, hop, expires_s),
            NextHop::Pending => {
                self.registrars.of_mut(extension).waiting = Some(expires_s);
                return;
            }
            NextHop::Nowhere => None,
        };
        self.registrars.of_mut(extension).client = sent;
        if sent.is_none() {
            self.registration_step(now, rng, extension, Input::Failed { status: 503, retry_after_s: None });
        }
    }

    fn start_register(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        extension: ExtensionId,
        hop: Hop,
        expires_s: u32,
    ) -> Option<ClientId> {
        let address = self.shown_address(extension)?;
        let Self { settings, accounts, registrars, credentials, transactions, counters, .. } = self;
        let account = accounts.of(extension);
        let registrar = registrars.of_mut(extension);
        if registrar.call_id.is_empty() {
            registrar.call_id = identifier::call_id(rng);
        }
        if registrar.tag.is_empty() {
            registrar.tag = identifier::tag(rng);
        }
        registrar.cseq = registrar.cseq.saturating_add(1);
        registrar.asked_s = expires_s;
        registrar.contact = Some(address.contact);
        let branch = identifier::branch(rng);
        let mut own = [0; limits::URI_BYTES];
        let mut own = Writer::new(&mut own);
        request::address_of_record(&mut own, account, settings);
        let mut uri = [0; limits::URI_BYTES];
        let mut uri = Writer::new(&mut uri);
        uri.text("sip:");
        uri.text(account.domain());
        let errand = Errand { extension, purpose: Purpose::Register };
        let mut vacant = transactions.vacant_client()?;
        let mut out = Writer::new(vacant.buffer());
        compose::request_line(&mut out, Method::Register, uri.written());
        let mut room = [0; 160];
        compose::header(&mut out, HeaderName::Via, request::via(&mut room, &hop, address, &branch));
        compose::number_header(&mut out, HeaderName::MaxForwards, u64::from(settings.max_forwards));
        compose::begin(&mut out, HeaderName::From);
        out.put(own.written());
        out.text(";tag=");
        out.put(&registrar.tag);
        compose::end(&mut out);
        compose::header(&mut out, HeaderName::To, own.written());
        compose::header(&mut out, HeaderName::CallId, &registrar.call_id);
        compose::cseq(&mut out, registrar.cseq, Method::Register);
        let place = request::place(account, address);
        if let Some(former) = registrar.bound.filter(|was| settings.remove_last_registration && *was != place)
        {
            request::former_contact(&mut out, account, former);
        }
        request::contact(&mut out, account, address);
        compose::number_header(&mut out, HeaderName::Expires, u64::from(expires_s));
        let target = Target { method: b"REGISTER", uri: uri.written(), body: b"" };
        let keys = credentials.of_mut(extension);
        keys.write(&account.identity(), &target, Recipient::Registrar, rng, &mut out);
        compose::header(&mut out, HeaderName::Allow, request::ALLOW);
        request::demands(&mut out, account);
        request::languages(&mut out, settings);
        if settings.register_user_agent.is_empty() {
            request::user_agent(&mut out, settings);
        } else {
            compose::header(&mut out, HeaderName::UserAgent, settings.register_user_agent.as_bytes());
        }
        compose::finish_without_body(&mut out);
        let Ok(length) = out.finish() else {
            counters.unsendable = counters.unsendable.saturating_add(1);
            return None;
        };
        vacant.start(now, length, hop, errand.word(), &settings.timers)
    }

    /// §10.2.4: what our own contact was granted, else the Expires header, else what we asked for.
    fn granted_s(&self, extension: ExtensionId, response: &Message<'_>) -> u32 {
        let asked_s = self.registrars.of(extension).asked_s;
        let mut own = [0; limits::URI_BYTES];
        let mut own = Writer::new(&mut own);
        if let Some(address) = self.shown_address(extension) {
            let contact = self.registrars.of(extension).contact.unwrap_or(address.contact);
            let address = super::nat::Shown { contact, ..address };
            request::contact_uri(&mut own, self.accounts.of(extension), address);
        }
        let own = Uri::parse(own.written()).ok();
        let ours = |contact: &crate::sip::Address<'_>| {
            own.as_ref().is_some_and(|own| own.is_equivalent(&contact.uri))
        };
        let contact = response.addresses(HeaderName::Contact).find(ours);
        let granted = contact.and_then(|contact| contact.params.get(b"expires")).and_then(text::decimal);
        granted.or_else(|| seconds(response, HeaderName::Expires)).unwrap_or(asked_s)
    }
}

/// Whole seconds at the start of a header's value; a comment or parameter may follow (§20.33).
pub(super) fn seconds(message: &Message<'_>, name: HeaderName) -> Option<u32> {
    let value = message.raw(name)?;
    let end = value.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(value.len());
    text::decimal(value.get(..end)?)
}
