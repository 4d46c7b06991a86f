//! Shared lines: who watches them (`call-info`), who may call on which appearance (`line-seize`), and how
//! calls on them stand.
//!
//! An account in [`super::Settings::shared_accounts`] is a shared line: several phones register it, each with
//! a contact of its own, and each of them is a station. What a station's requests are about is said by their
//! Call-Info; it goes no further than the office.

use super::Office;
use super::exchange::{Owner, Path};
use super::offer::{self, Direction};
use super::text::{Text, parts, uri_of};
use deskphone::base::{Instant, earliest};
use std::collections::BTreeMap;

/// All shared lines.
#[derive(Debug, Default)]
pub(super) struct SharedLines {
    appearances: BTreeMap<(String, u32), Appearance>,
    subscriptions: Vec<Subscription>,
}

#[derive(Clone, Debug)]
struct Appearance {
    state: &'static str,
    /// The contact of the station that has it; empty while it rings.
    station: String,
    call: Option<Call>,
}

/// A call on an appearance.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Call {
    id: String,
    /// The tags of the station and of the far end, and where that is.
    station_tag: String,
    far_tag: String,
    far_target: String,
    /// Who answered is not replaced by who answers later.
    answered: bool,
    /// Somebody called the line.
    incoming: bool,
    /// Tags and contacts of stations that answered later: the caller may have heard of one of them first.
    also: Vec<(String, String)>,
    /// The call that it takes the place of.
    before: Option<Box<Before>>,
}

/// A call that another station wants to take, and whose it is until then.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Before {
    call: Call,
    station: String,
}

#[derive(Clone, Debug)]
struct Subscription {
    id: u64,
    user: String,
    contact: String,
    path: Path,
    call_id: String,
    /// Our From and the subscriber's To.
    local: String,
    remote: String,
    cseq: u32,
    until: Instant,
    /// The index of the appearance that it seizes; none: it watches.
    seizes: Option<u32>,
}

impl SharedLines {
    pub(super) fn deadline(&self) -> Option<Instant> {
        earliest(self.subscriptions.iter().map(|subscription| Some(subscription.until)))
    }
}

impl Office {
    /// The state of an appearance of a shared line.
    #[must_use]
    pub fn appearance(&self, user: &str, index: u32) -> &'static str {
        self.shared.appearances.get(&(user.to_owned(), index)).map_or("idle", |found| found.state)
    }

    /// The contact of the station that an appearance of a shared line belongs to; empty: of none.
    #[must_use]
    pub fn appearance_station(&self, user: &str, index: u32) -> &str {
        let found = self.shared.appearances.get(&(user.to_owned(), index));
        found.filter(|found| found.state != "idle").map_or("", |found| &found.station)
    }

    /// Whoever runs the office frees an appearance: its call is lost.
    pub fn free_appearance(&mut self, now: Instant, user: &str, index: u32) {
        self.set_appearance(now, &(user.to_owned(), index), "idle", None);
    }

    /// Ends all subscriptions to shared lines, for a reason as in RFC 6665 §4.1.3.
    pub fn end_subscriptions(&mut self, now: Instant, reason: &str) {
        for subscription in std::mem::take(&mut self.shared.subscriptions) {
            self.notify(now, subscription, Some(reason));
        }
    }

    /// What a request means for shared lines. Whether it has been answered.
    pub(super) fn shared_request(&mut self, now: Instant, server: u64, path: Path, request: &Text) -> bool {
        let in_dialog = !request.tag("To").is_empty();
        match request.method() {
            "SUBSCRIBE" => return self.shared_subscribe(now, server, path, request),
            "BYE" => self.shared_over(now, request.call_id(), [request.tag("From"), request.tag("To")]),
            "INVITE" if in_dialog => self.shared_change(now, request),
            _ => {}
        }
        false
    }

    /// A subscription that a notification did not reach is none any more (RFC 6665 §4.2.2). One that was
    /// overtaken by a later one is another matter: that has told everything.
    pub(super) fn notified(&mut self, id: u64, status: u16) {
        if matches!(status, 404 | 405 | 408 | 410 | 416 | 480..=485 | 489 | 501 | 604) {
            self.shared.subscriptions.retain(|subscription| subscription.id != id);
        }
    }

    fn shared_subscribe(&mut self, now: Instant, server: u64, path: Path, request: &Text) -> bool {
        let event = request.first("Event").unwrap_or("").to_owned();
        let user = parts(uri_of(request.first("To").unwrap_or(""))).map_or("", |(user, ..)| user).to_owned();
        let shared = self.settings.shared_accounts.contains(&user);
        if !matches!(event.as_str(), "call-info" | "line-seize") || !shared {
            return false;
        }
        let most_s = if event == "line-seize" { self.settings.seize_s } else { 3_600 };
        let asked_s = request.first("Expires").and_then(|value| value.parse().ok()).unwrap_or(0);
        let expires_s = most_s.min(asked_s);
        if !request.tag("To").is_empty() {
            self.shared_refresh(now, server, request, expires_s);
        } else if event == "line-seize" {
            self.shared_seize(now, server, path, request, &user, expires_s);
        } else {
            // Whoever asks anew has forgotten what it had.
            let contact = uri_of(request.first("Contact").unwrap_or("")).to_owned();
            self.forget_station(now, &user, &contact);
            self.open_subscription(now, server, path, request, &user, (202, expires_s, None));
        }
        true
    }

    fn shared_refresh(&mut self, now: Instant, server: u64, request: &Text, expires_s: u32) {
        let same = |found: &Subscription| {
            let tag = super::text::parameter(&found.local, "tag");
            found.call_id == request.call_id() && tag == Some(request.tag("To"))
        };
        let Some(at) = self.shared.subscriptions.iter().position(same) else {
            return self.reply(now, server, 481);
        };
        self.reply_with(now, server, 200, &[("Expires", &expires_s.to_string())]);
        if expires_s == 0 {
            let subscription = self.shared.subscriptions.remove(at);
            self.release(now, &subscription);
            self.notify(now, subscription, Some("timeout"));
        } else if let Some(subscription) = self.shared.subscriptions.get_mut(at) {
            subscription.until = now.plus_ms(u64::from(expires_s) * 1_000);
            let subscription = subscription.clone();
            self.notify(now, subscription, None);
        }
    }

    fn shared_seize(
        &mut self,
        now: Instant,
        server: u64,
        path: Path,
        request: &Text,
        user: &str,
        expires_s: u32,
    ) {
        let Some(asked) = index_of(request) else { return self.reply(now, server, 400) };
        let free = |index: &u32| self.appearance(user, *index) == "idle";
        let index = if asked == 0 { (1..=8).find(free) } else { Some(asked).filter(free) };
        let Some(index) = index else {
            return self.reply_with(now, server, 480, &[("Retry-After", "1")]);
        };
        let station = uri_of(request.first("Contact").unwrap_or("")).to_owned();
        let place = (user.to_owned(), index);
        self.shared.appearances.insert(place, Appearance { state: "seized", station, call: None });
        self.open_subscription(now, server, path, request, user, (200, expires_s, Some(index)));
        self.publish(now, user);
    }

    fn open_subscription(
        &mut self,
        now: Instant,
        server: u64,
        path: Path,
        request: &Text,
        user: &str,
        (status, expires_s, seizes): (u16, u32, Option<u32>),
    ) {
        let tag = self.token();
        let mut response = Text::response(request, status, &tag);
        response.push("Expires", &expires_s.to_string());
        response.push("Contact", &format!("<sip:{user}@{}>", self.address));
        self.reply_text(now, server, &response);
        let subscription = Subscription {
            id: self.next_id(),
            user: user.to_owned(),
            contact: uri_of(request.first("Contact").unwrap_or("")).to_owned(),
            path,
            call_id: request.call_id().to_owned(),
            local: format!("{};tag={tag}", request.first("To").unwrap_or("")),
            remote: request.first("From").unwrap_or("").to_owned(),
            cseq: 0,
            until: now.plus_ms(u64::from(expires_s) * 1_000),
            seizes,
        };
        if expires_s > 0 {
            self.shared.subscriptions.push(subscription.clone());
        }
        self.notify(now, subscription, (expires_s == 0).then_some("timeout"));
    }

    /// Tells a subscriber how things stand; with a reason, for the last time.
    fn notify(&mut self, now: Instant, mut subscription: Subscription, over: Option<&str>) {
        subscription.cseq += 1;
        let (id, cseq) = (subscription.id, subscription.cseq);
        if let Some(kept) = self.shared.subscriptions.iter_mut().find(|kept| kept.id == id) {
            kept.cseq = cseq;
        }
        let start = format!("NOTIFY {} SIP/2.0", subscription.contact);
        let mut text = Text { start, fields: Vec::new(), body: Vec::new() };
        text.push("From", &subscription.local);
        text.push("To", &subscription.remote);
        text.push("Call-ID", &subscription.call_id);
        text.push("CSeq", &format!("{cseq} NOTIFY"));
        text.push("Max-Forwards", "70");
        text.push("Contact", &format!("<sip:{}@{}>", subscription.user, self.address));
        text.push("Event", if subscription.seizes.is_some() { "line-seize" } else { "call-info" });
        let rest_s = subscription.until.since_ms(now).div_ceil(1_000);
        let state = match over {
            Some(reason) => format!("terminated;reason={reason}"),
            None => format!("active;expires={rest_s}"),
        };
        text.push("Subscription-State", &state);
        let server = format!("<sip:{}>;appearance-index=", self.settings.domain);
        let told = match subscription.seizes {
            Some(index) => format!("{server}{index}"),
            None => {
                let used = self
                    .shared
                    .appearances
                    .iter()
                    .filter(|((user, _), found)| *user == subscription.user && found.state != "idle");
                let used = used
                    .map(|((_, index), found)| format!("{server}{index};appearance-state={},", found.state));
                used.chain([format!("{server}*;appearance-state=idle")]).collect()
            }
        };
        text.push("Call-Info", &told);
        self.send_request(now, text, subscription.path, Owner::Subscription(id));
    }

    /// Tells all stations of a line.
    fn publish(&mut self, now: Instant, user: &str) {
        let watches = |found: &&Subscription| found.user == user && found.seizes.is_none();
        let watchers: Vec<_> = self.shared.subscriptions.iter().filter(watches).cloned().collect();
        watchers.into_iter().for_each(|watcher| self.notify(now, watcher, None));
    }

    fn set_appearance(
        &mut self,
        now: Instant,
        place: &(String, u32),
        state: &'static str,
        call: Option<Call>,
    ) {
        let Some(found) = self.shared.appearances.get_mut(place) else { return };
        let changed = found.state != state;
        found.call = call;
        found.state = state;
        if changed {
            self.publish(now, &place.0);
        }
    }

    /// A seizure ends with its call's first news.
    fn end_seizure(&mut self, now: Instant, place: &(String, u32), reason: &str) {
        let same = |found: &Subscription| found.user == place.0 && found.seizes == Some(place.1);
        if let Some(at) = self.shared.subscriptions.iter().position(same) {
            let subscription = self.shared.subscriptions.remove(at);
            self.notify(now, subscription, Some(reason));
        }
    }

    /// An appearance that is no more than seized is free when its seizure ends.
    fn release(&mut self, now: Instant, subscription: &Subscription) {
        let Some(index) = subscription.seizes else { return };
        let place = (subscription.user.clone(), index);
        let found = self.shared.appearances.get(&place);
        if found.is_some_and(|found| found.state == "seized" && found.call.is_none()) {
            self.set_appearance(now, &place, "idle", None);
        }
    }

    fn forget_station(&mut self, now: Instant, user: &str, contact: &str) {
        self.shared.subscriptions.retain(|found| found.user != user || found.contact != contact);
        let theirs =
            self.shared.appearances.iter().filter(|((owner, _), found)| {
                owner == user && found.station == contact && found.state != "idle"
            });
        let theirs: Vec<_> = theirs.map(|(place, _)| place.clone()).collect();
        theirs.into_iter().for_each(|place| self.set_appearance(now, &place, "idle", None));
    }

    pub(super) fn shared_timers(&mut self, now: Instant) {
        let over = |found: &Subscription| found.until <= now;
        while let Some(at) = self.shared.subscriptions.iter().position(over) {
            let subscription = self.shared.subscriptions.remove(at);
            self.notify(now, subscription.clone(), Some("timeout"));
            self.release(now, &subscription);
        }
    }

    /// A call is over; its tags say which, when several have answered. One that is being taken over may end
    /// before the new one stands.
    pub(super) fn shared_over(&mut self, now: Instant, call_id: &str, tags: [&str; 2]) {
        if let Some(place) = self.place_of(call_id) {
            let Some(found) = self.shared.appearances.get_mut(&place) else { return };
            let Some(call) = found.call.as_mut() else { return };
            call.also.retain(|(tag, _)| !tags.contains(&tag.as_str()));
            if call.is_between(tags) && call.also.is_empty() {
                self.set_appearance(now, &place, "idle", None);
            } else if call.is_between(tags) {
                (call.station_tag, found.station) = call.also.remove(0);
            }
        }
        let waiting = self.shared.appearances.values_mut().filter_map(|found| found.call.as_mut());
        for call in waiting {
            call.before = call.before.take().filter(|before| before.call.id != call_id);
        }
    }

    fn place_of(&self, call_id: &str) -> Option<(String, u32)> {
        let same = |found: &Appearance| found.call.as_ref().is_some_and(|call| call.id == call_id);
        self.shared.appearances.iter().find(|(_, found)| same(found)).map(|(place, _)| place.clone())
    }

    /// A first INVITE of a station of a shared line, or to one. Whether it has been answered.
    pub(super) fn shared_invite(
        &mut self,
        now: Instant,
        server: u64,
        path: Path,
        request: &mut Text,
        user: &str,
    ) -> bool {
        let from =
            parts(uri_of(request.first("From").unwrap_or(""))).map_or("", |(user, ..)| user).to_owned();
        let named = index_of(request);
        let kept: Vec<String> = request
            .all("Call-Info")
            .filter(|told| !told.contains("appearance-index"))
            .map(str::to_owned)
            .collect();
        request.remove_all("Call-Info");
        for told in kept {
            request.push("Call-Info", &told);
        }
        match named.filter(|_| self.settings.shared_accounts.contains(&from)) {
            Some(index) if from == user => self.take_over(now, server, path, request, (from, index)),
            Some(index) => self.shared_call(now, server, request, (from, index)),
            None if self.settings.shared_accounts.iter().any(|shared| shared == user) => {
                self.shared_ring(now, request, user);
                false
            }
            None => false,
        }
    }

    /// A station calls on the appearance that it has seized.
    fn shared_call(&mut self, now: Instant, server: u64, request: &Text, place: (String, u32)) -> bool {
        let station = uri_of(request.first("Contact").unwrap_or(""));
        let Some(found) = self.shared.appearances.get_mut(&place) else {
            self.reply(now, server, 403);
            return true;
        };
        if found.state != "seized" || found.station != station {
            self.reply(now, server, 403);
            return true;
        }
        found.call = Some(Call {
            id: request.call_id().to_owned(),
            station_tag: request.tag("From").to_owned(),
            far_tag: String::new(),
            far_target: String::new(),
            answered: false,
            incoming: false,
            also: Vec::new(),
            before: None,
        });
        false
    }

    /// Somebody calls the line: it rings on its first free appearance.
    fn shared_ring(&mut self, now: Instant, request: &mut Text, user: &str) {
        let Some(index) = (1..=8).find(|index| self.appearance(user, *index) == "idle") else { return };
        let call = Call {
            id: request.call_id().to_owned(),
            station_tag: String::new(),
            far_tag: request.tag("From").to_owned(),
            far_target: uri_of(request.first("Contact").unwrap_or("")).to_owned(),
            answered: false,
            incoming: false,
            also: Vec::new(),
            before: None,
        };
        let place = (user.to_owned(), index);
        let appearance = Appearance { state: "idle", station: String::new(), call: None };
        self.shared.appearances.insert(place.clone(), appearance);
        self.set_appearance(now, &place, "alerting", Some(call));
        request.push("Call-Info", &format!("<sip:{}>;appearance-index={index}", self.settings.domain));
    }

    /// A station takes the call that another one has on hold: the far end is given the new call for the old
    /// one (RFC 3891), or is a number of the office.
    fn take_over(
        &mut self,
        now: Instant,
        server: u64,
        path: Path,
        request: &mut Text,
        place: (String, u32),
    ) -> bool {
        let station = uri_of(request.first("Contact").unwrap_or("")).to_owned();
        // Whoever comes second finds it taken.
        let stands = |found: &Appearance| found.call.as_ref().is_some_and(|call| call.answered);
        let held = self.shared.appearances.get_mut(&place);
        let held = held.filter(|found| found.state == "held" && stands(found));
        let Some((found, before)) = held.and_then(|found| found.call.clone().map(|call| (found, call)))
        else {
            self.reply(now, server, 403);
            return true;
        };
        let other = std::mem::replace(&mut found.station, station);
        found.call = Some(Call {
            id: request.call_id().to_owned(),
            station_tag: request.tag("From").to_owned(),
            answered: false,
            before: Some(Box::new(Before { call: before.clone(), station: other })),
            ..before.clone()
        });
        if self.leg_taken_over(now, &before.id, server, request, path) {
            return true;
        }
        let (call, far, own) = (&before.id, &before.far_tag, &before.station_tag);
        request.push("Replaces", &format!("{call};to-tag={far};from-tag={own}"));
        match self.path_to(&before.far_target) {
            Some(hop) => self.forward(now, server, request.clone(), &[(before.far_target.clone(), hop)]),
            None => self.reply(now, server, 404),
        }
        true
    }

    /// A response to a first INVITE goes back.
    pub(super) fn shared_response(&mut self, now: Instant, request: &Text, response: &Text) {
        if request.method() != "INVITE" || !request.tag("To").is_empty() {
            return;
        }
        let Some(place) = self.place_of(request.call_id()) else { return };
        let Some(found) = self.shared.appearances.get_mut(&place) else { return };
        let Some(mut call) = found.call.clone() else { return };
        let (incoming, contact) = (found.state == "alerting", response.first("Contact").map(uri_of));
        match response.status() {
            101..200 if !incoming && call.before.is_none() => {
                self.set_appearance(now, &place, "progressing", Some(call));
                self.end_seizure(now, &place, "noresource");
            }
            ..200 => {}
            200..300 if call.answered => {
                let tag = response.tag("To").to_owned();
                let known = [&call.station_tag, &call.far_tag].contains(&&tag);
                if !known && call.incoming && !call.also.iter().any(|(other, _)| *other == tag) {
                    call.also.push((tag, contact.unwrap_or("").to_owned()));
                    found.call = Some(call);
                }
            }
            200..300 if incoming => {
                (call.answered, call.incoming) = (true, true);
                contact.unwrap_or("").clone_into(&mut found.station);
                response.tag("To").clone_into(&mut call.station_tag);
                let answered = (place.0.clone(), index_of(response).unwrap_or(place.1));
                let mut moved = found.clone();
                if answered != place {
                    self.set_appearance(now, &place, "idle", None);
                    moved.state = "idle";
                    self.shared.appearances.insert(answered.clone(), moved);
                }
                self.set_appearance(now, &answered, "active", Some(call));
            }
            200..300 => {
                response.tag("To").clone_into(&mut call.far_tag);
                contact.unwrap_or("").clone_into(&mut call.far_target);
                (call.answered, call.before) = (true, None);
                self.set_appearance(now, &place, "active", Some(call));
                self.end_seizure(now, &place, "noresource");
            }
            _ => match call.before {
                // It stays where it was.
                Some(before) => (found.call, found.station) = (Some(before.call), before.station),
                None => {
                    self.end_seizure(now, &place, "noresource");
                    self.set_appearance(now, &place, "idle", None);
                }
            },
        }
    }

    /// A station holds its call, or takes it back.
    fn shared_change(&mut self, now: Instant, request: &Text) {
        let Some(place) = self.place_of(request.call_id()) else { return };
        let call = self.shared.appearances.get(&place).and_then(|found| found.call.clone());
        let Some(call) = call.filter(|call| call.station_tag == request.tag("From")) else { return };
        let Some(Ok(offer)) = offer::read(request) else { return };
        let private = request.first("Call-Info").is_some_and(|told| told.contains("=held-private"));
        let state = match offer.direction {
            Direction::SendRecv | Direction::RecvOnly => "active",
            Direction::SendOnly | Direction::Inactive if private => "held-private",
            Direction::SendOnly | Direction::Inactive => "held",
        };
        self.set_appearance(now, &place, state, Some(call));
    }
}

impl Call {
    fn is_between(&self, tags: [&str; 2]) -> bool {
        let (own, far) = (self.station_tag.as_str(), self.far_tag.as_str());
        tags == [own, far] || tags == [far, own]
    }
}

/// The appearance that a request is about: what strict servers read, and nothing else.
fn index_of(request: &Text) -> Option<u32> {
    let rest = request.first("Call-Info")?.strip_prefix("<sip:")?;
    let (_, rest) = rest.split_once(">;appearance-index=")?;
    rest.split(';').next()?.parse().ok()
}
