//! The subscriptions of all extensions (RFC 6665 §4.1): SUBSCRIBE and its answers, and the notifications that
//! belong to one of them, around the machine of [`super::subscription`].
//!
//! Mailboxes look after themselves: as long as an extension is registered and has a `Mailbox ID`, it is
//! subscribed to. Everything else the layer above asks for.

use super::account::Account;
use super::challenge::{Attempts, Recipient, Target, Verdict};
use super::command::Package;
use super::errand::{Errand, Purpose};
use super::next_hop::NextHop;
use super::outgoing_call::{angled, target_uri};
use super::request;
use super::subscription::{Input, Policy, Standing, Subscribe, Subscription};
use super::{Event, ExtensionId, Instant, Outcome, Refusal, RegistrationState, Rng, UserAgent, identifier};
use crate::base::{Handle, Writer, earliest, text};
use crate::dialog::Dialog;
use crate::limits;
use crate::sip::{Address, HeaderName, Message, Method, compose};
use crate::transaction::{ClientId, Hop};

/// One subscription and what its messages need.
#[derive(Debug)]
pub(super) struct Subscriber {
    pub(super) extension: ExtensionId,
    pub(super) package: Package,
    pub(super) machine: Subscription,
    pub(super) dialog: Dialog,
    pub(super) hop: Option<Hop>,
    pub(super) client: Option<ClientId>,
    attempts: Attempts,
    /// The SUBSCRIBE that is under way, or waits for the notifier's address.
    asked: Subscribe,
    locating: bool,
    /// The account is another one: it has to go.
    pub(super) stale: bool,
    /// The version of the latest `dialog` notification (RFC 4235 §4.3).
    pub(super) version: Option<u32>,
    /// The appearance of a shared line that was granted.
    pub(super) granted: Option<u8>,
}

/// Names one subscription.
pub(super) type SubscriberId = Handle<Subscriber>;

impl UserAgent {
    pub(super) fn subscribe(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        extension: ExtensionId,
        package: Package,
        target: &str,
    ) -> Outcome {
        let account = self.accounts.of(extension).clone();
        if !account.can_register() {
            return Outcome::Refused(Refusal::NoAccount);
        }
        if self.address.is_none() {
            return Outcome::Refused(Refusal::NoNetwork);
        }
        let id = match self.subscriber(extension, package) {
            Some(id) => id,
            None => match self.open_subscriber(rng, &account, extension, package, target) {
                Ok(id) => id,
                Err(refusal) => return Outcome::Refused(refusal),
            },
        };
        let expires_s = match package {
            // What the specification of shared lines says.
            Package::LineSeize(_) => SEIZE_S,
            Package::MessageSummary | Package::CallInfo | Package::Dialog(_) => {
                account.subscription_expires_s
            }
        };
        let stands = self.subscribers.get(id).is_some_and(|subscriber| subscriber.machine.is_granted());
        // Who asks again wants to be told again. Not in a dialog of its own, which the server of a shared
        // line would take for a reboot.
        let again = package == Package::CallInfo && stands;
        let input = if again { Input::Refresh } else { Input::Start { expires_s } };
        self.subscriber_step(now, rng, id, input);
        Outcome::Done
    }

    pub(super) fn unsubscribe(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        extension: ExtensionId,
        package: Package,
    ) -> Outcome {
        if let Some(id) = self.subscriber(extension, package) {
            self.subscriber_step(now, rng, id, Input::Stop);
        }
        Outcome::Done
    }

    fn open_subscriber(
        &mut self,
        rng: &mut dyn Rng,
        account: &Account,
        extension: ExtensionId,
        package: Package,
        target: &str,
    ) -> Result<SubscriberId, Refusal> {
        // The messages of a shared line are those of its address.
        let account = &match package {
            Package::CallInfo | Package::LineSeize(_) => account.shared(),
            Package::MessageSummary | Package::Dialog(_) => account.clone(),
        };
        let target = if target.is_empty() { account.user.as_str() } else { target };
        let target = target_uri(target, account).ok_or(Refusal::BadTarget)?;
        let to = angled(&target).ok_or(Refusal::BadTarget)?;
        let mut room = [0; limits::PARTY_BYTES];
        let mut from = Writer::new(&mut room);
        request::address_of_record(&mut from, account, &self.settings);
        let (call_id, tag) = (identifier::call_id(rng), identifier::tag(rng));
        let dialog =
            Dialog::calling(&call_id, &tag, from.written(), &to, &target).map_err(|_| Refusal::BadTarget)?;
        let subscriber = Subscriber {
            extension,
            package,
            machine: Subscription::new(),
            dialog,
            hop: None,
            client: None,
            attempts: Attempts::new(),
            asked: Subscribe { expires_s: 0, anew: true },
            locating: false,
            stale: false,
            version: None,
            granted: None,
        };
        self.subscribers.insert(subscriber).map_err(|_| Refusal::Full)
    }

    pub(super) fn subscriber(&self, extension: ExtensionId, package: Package) -> Option<SubscriberId> {
        self.subscribers.find(|known| known.extension == extension && known.package == package)
    }

    /// Each registered extension with a mailbox knows what is in it.
    pub(super) fn settle_mailboxes(&mut self, now: Instant, rng: &mut dyn Rng) {
        if self.address.is_none() {
            return;
        }
        self.unsettled = false;
        for extension in ExtensionId::ALL {
            let registration = self.registration(extension).state;
            let kept = self.subscriber(extension, Package::MessageSummary);
            match kept {
                Some(id) if registration == RegistrationState::Off || self.is_stale(id) => {
                    self.subscriber_step(now, rng, id, Input::Stop);
                }
                None if registration == RegistrationState::Registered => {
                    let mailbox = self.accounts.of(extension).mailbox.clone();
                    if mailbox.is_empty() {
                        continue;
                    }
                    // Refused when all slots are taken: the mailbox may still tell unasked.
                    let _done = self.subscribe(now, rng, extension, Package::MessageSummary, &mailbox);
                }
                Some(_) | None => {}
            }
        }
    }

    fn is_stale(&self, id: SubscriberId) -> bool {
        self.subscribers.get(id).is_some_and(|subscriber| subscriber.stale)
    }

    /// The account is another one: what was subscribed to in its name has to go.
    pub(super) fn account_of_subscribers_changed(&mut self, extension: ExtensionId) {
        for (_, subscriber) in self.subscribers.iter_mut() {
            subscriber.stale |= subscriber.extension == extension;
        }
        self.unsettled = true;
    }

    /// The network is another one: nobody finds us there any more, so everything is asked for anew.
    pub(super) fn restart_subscribers(&mut self, now: Instant, rng: &mut dyn Rng) {
        for id in self.subscriber_ids() {
            let Some(subscriber) = self.subscribers.get_mut(id) else { continue };
            let (extension, package) = (subscriber.extension, subscriber.package);
            let was = subscriber.machine.standing();
            let expires_s = subscriber.machine.asked_s();
            subscriber.machine.forget();
            (subscriber.client, subscriber.locating) = (None, false);
            if was != Standing::Unknown {
                self.tell(Event::Subscribed { extension, package, standing: Standing::Unknown });
            }
            // A mailbox comes back with its registration, a seizure has to be asked for again.
            match package {
                Package::MessageSummary | Package::LineSeize(_) => {
                    self.subscribers.remove(id);
                }
                Package::CallInfo | Package::Dialog(_) => {
                    if self.address.is_some() {
                        self.subscriber_step(now, rng, id, Input::Start { expires_s });
                    }
                }
            }
        }
    }

    pub(super) fn subscribers_timeout(&mut self, now: Instant, rng: &mut dyn Rng) {
        for id in self.subscriber_ids() {
            if self.is_stale(id) {
                self.subscriber_step(now, rng, id, Input::Stop);
            }
            self.subscriber_step(now, rng, id, Input::Timeout);
        }
    }

    pub(super) fn subscribers_located(&mut self, now: Instant, rng: &mut dyn Rng) {
        for id in self.subscriber_ids() {
            let Some(subscriber) = self.subscribers.get_mut(id) else { continue };
            if core::mem::take(&mut subscriber.locating) {
                let asked = subscriber.asked;
                self.send_subscribe(now, rng, id, asked);
            }
        }
    }

    pub(super) fn subscribers_deadline(&self) -> Option<Instant> {
        let at_once = (self.unsettled && self.address.is_some()).then_some(Instant::ZERO);
        let machines = self.subscribers.iter().map(|(_, subscriber)| subscriber.machine.deadline());
        earliest(machines.chain([at_once]))
    }

    fn subscriber_ids(&self) -> heapless::Vec<SubscriberId, { limits::SUBSCRIPTIONS }> {
        crate::base::bounded::filled(self.subscribers.iter().map(|(id, _)| id))
    }

    /// An answer to a SUBSCRIBE.
    pub(super) fn subscribe_answered(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        id: SubscriberId,
        response: &Message<'_>,
    ) {
        let Some(status) = response.status().map(|status| status.code()).filter(|status| *status >= 200)
        else {
            return;
        };
        let Self { subscribers, credentials, settings, .. } = self;
        let Some(subscriber) = subscribers.get_mut(id) else { return };
        subscriber.client = None;
        let retry_after_s = response.retry_after().map(|after| after.wait_s);
        let input = match status {
            200..=299 => {
                let kept = if subscriber.dialog.id().remote_tag().is_empty() {
                    subscriber.dialog.fork(response).map(|dialog| subscriber.dialog = dialog)
                } else {
                    subscriber.dialog.refresh_target(response)
                };
                match kept {
                    // §3.1.1
                    Ok(()) => Input::Accepted {
                        expires_s: response.expires().unwrap_or(subscriber.asked.expires_s),
                    },
                    Err(_) => Input::Failed { status: 513, retry_after_s: None },
                }
            }
            401 | 407 => {
                let keys = credentials.of_mut(subscriber.extension);
                let asked = super::response::challenges(response);
                let verdict = keys.take(&mut subscriber.attempts, settings.max_auth, asked.iter().copied());
                let again = subscriber.asked;
                if verdict == Verdict::Retry {
                    self.send_subscribe(now, rng, id, again);
                    return;
                }
                Input::Failed { status, retry_after_s: None }
            }
            423 => match response.min_expires() {
                Some(min_expires_s) => Input::TooBrief { min_expires_s },
                None => Input::Failed { status, retry_after_s },
            },
            _ => Input::Failed { status, retry_after_s },
        };
        self.subscriber_step(now, rng, id, input);
        self.seizure_accepted(id);
    }

    pub(super) fn subscribe_failed(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        id: SubscriberId,
        status: u16,
    ) {
        if let Some(subscriber) = self.subscribers.get_mut(id) {
            subscriber.client = None;
        }
        self.subscriber_step(now, rng, id, Input::Failed { status, retry_after_s: None });
    }

    pub(super) fn subscriber_step(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        id: SubscriberId,
        input: Input,
    ) {
        let Some(subscriber) = self.subscribers.get_mut(id) else { return };
        let (extension, package) = (subscriber.extension, subscriber.package);
        let settings = &self.settings;
        let policy = Policy {
            min_expires_s: settings.subscribe_min_expires_s,
            max_expires_s: settings.subscribe_max_expires_s,
            // A line that could not be seized is not seized later behind the person's back.
            retry_s: if matches!(package, Package::LineSeize(_)) {
                0
            } else {
                settings.subscribe_retry_s.max(1)
            },
            notify_ms: settings.timers.accepted_ms(),
        };
        let step = subscriber.machine.step(now, policy, input);
        let standing = subscriber.machine.standing();
        if step.subscribe.is_some() {
            subscriber.attempts = Attempts::new();
        }
        // A grant that no notification followed has no standing to lose.
        let ungranted = step.over && subscriber.granted.is_some();
        if step.changed || ungranted {
            self.tell(Event::Subscribed { extension, package, standing });
        }
        if step.over {
            self.subscribers.remove(id);
        } else if let Some(subscribe) = step.subscribe {
            self.send_subscribe(now, rng, id, subscribe);
        }
    }

    fn send_subscribe(&mut self, now: Instant, rng: &mut dyn Rng, id: SubscriberId, asked: Subscribe) {
        let Some(subscriber) = self.subscribers.get_mut(id) else { return };
        subscriber.asked = asked;
        let extension = subscriber.extension;
        if asked.anew && !subscriber.renew(rng) {
            return self.subscribe_failed(now, rng, id, 513);
        }
        let next = text::bytes::<{ limits::URI_BYTES }>(subscriber.dialog.aim().next_hop).unwrap_or_default();
        let fallback = subscriber.hop;
        let hop = if asked.anew {
            self.request_hop(now, extension, &next, None)
        } else {
            self.dialog_hop(now, extension, &next, fallback)
        };
        let sent = match hop {
            NextHop::Known(hop) => self.start_subscribe(now, rng, id, extension, hop),
            NextHop::Pending => {
                if let Some(subscriber) = self.subscribers.get_mut(id) {
                    subscriber.locating = true;
                }
                return;
            }
            NextHop::Nowhere => None,
        };
        if sent.is_none() {
            self.subscribe_failed(now, rng, id, 503);
        }
    }

    fn start_subscribe(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        id: SubscriberId,
        extension: ExtensionId,
        hop: Hop,
    ) -> Option<()> {
        let address = self.shown_address(extension)?;
        let account = self.accounts.of(extension).clone();
        let Self { settings, subscribers, credentials, transactions, counters, .. } = self;
        let subscriber = subscribers.get_mut(id)?;
        let branch = identifier::branch(rng);
        let cseq = subscriber.dialog.next_cseq(1);
        let mut vacant = transactions.vacant_client()?;
        let mut out = Writer::new(vacant.buffer());
        let mut room = [0; 160];
        let via = request::via(&mut room, &hop, address, &branch);
        subscriber.dialog.compose_head(&mut out, Method::Subscribe, cseq, via, settings.max_forwards);
        request::contact(&mut out, &account, address);
        compose::header(&mut out, HeaderName::Event, subscriber.package.name());
        compose::number_header(&mut out, HeaderName::Expires, u64::from(subscriber.asked.expires_s));
        subscriber.package.write(&mut out, &account);
        let uri = subscriber.dialog.aim().request_uri;
        let target = Target { method: b"SUBSCRIBE", uri, body: b"" };
        let keys = credentials.of_mut(subscriber.extension);
        let recipient = Recipient::Anybody(&subscriber.attempts);
        keys.write(&account.identity(), &target, recipient, rng, &mut out);
        compose::header(&mut out, HeaderName::Allow, request::ALLOW);
        request::user_agent(&mut out, settings);
        compose::finish_without_body(&mut out);
        let Ok(length) = out.finish() else {
            counters.unsendable = counters.unsendable.saturating_add(1);
            return None;
        };
        let errand = Errand { extension: subscriber.extension, purpose: Purpose::Subscribe(id) };
        subscriber.client = vacant.start(now, length, hop, errand.word(), &settings.timers);
        subscriber.hop = Some(hop);
        subscriber.client.map(|_| ())
    }
}

impl Subscriber {
    /// Whether the notifier has answered.
    pub(super) fn has_dialog(&self) -> bool {
        !self.dialog.id().remote_tag().is_empty()
    }

    /// The first SUBSCRIBE of a dialog: to whom it was meant at the beginning, in a call of its own. One that
    /// is challenged stays what it is.
    fn renew(&mut self, rng: &mut dyn Rng) -> bool {
        let unanswered = self.dialog.id().remote_tag().is_empty();
        if unanswered && (self.dialog.local_cseq().is_none() || self.attempts.rounds() > 0) {
            return true;
        }
        let Ok(meant) = Address::parse(self.dialog.remote_party()) else { return false };
        let (call_id, tag) = (identifier::call_id(rng), identifier::tag(rng));
        let (from, to) = (self.dialog.local_party(), self.dialog.remote_party());
        let dialog = Dialog::calling(&call_id, &tag, from, to, meant.uri_text);
        let made = dialog.map(|dialog| self.dialog = dialog).is_ok();
        (self.hop, self.version, self.granted) = (None, None, None);
        made
    }
}

impl Package {
    /// Its name in Event.
    pub(super) const fn name(self) -> &'static [u8] {
        match self {
            Self::MessageSummary => super::notified::MESSAGE_SUMMARY,
            Self::CallInfo => b"call-info",
            Self::LineSeize(_) => b"line-seize",
            Self::Dialog(_) => b"dialog",
        }
    }

    /// What a SUBSCRIBE says beside Event and Expires.
    fn write(self, out: &mut Writer<'_>, account: &Account) {
        match self {
            Self::MessageSummary => compose::header(out, HeaderName::Accept, request::MESSAGE_SUMMARY),
            Self::Dialog(_) => compose::header(out, HeaderName::Accept, request::DIALOG_INFO),
            Self::CallInfo => {}
            Self::LineSeize(index) => {
                super::shared_line::call_info(out, account, index, Some(b"seized"));
            }
        }
    }
}

/// How long a seized appearance is ours without a word (shared lines).
const SEIZE_S: u32 = 15;
