//! Requests beside the calls go on to the next server, too (RFC 3263 §4.3): INFO, PRACK, UPDATE, REFER,
//! NOTIFY and SUBSCRIBE. What INVITE, BYE and REGISTER do about a lost server is in [`super::failover`].
//!
//! Such a request needs no memory of its way: it goes on "identical to the previous" one, copied from its
//! slot but for the Via, and where it has been stands in the spare half of its owner word.

use super::errand::{Errand, Purpose};
use super::failures::Mark;
use super::next_hop::NextHop;
use super::{Instant, Rng, UserAgent, identifier, request};
use crate::base::{Writer, text};
use crate::dialog::Stage;
use crate::limits;
use crate::sip::{HeaderName, Message, compose};
use crate::transaction::{ClientId, Hop, Owner};

/// How often a request moved on, and since when servers that failed are not for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Trail {
    moves: u8,
    begun: Mark,
}

type NextUri = heapless::Vec<u8, { limits::URI_BYTES }>;

impl UserAgent {
    /// A request has no answer from its server, which is known to have failed now. Whether the request has
    /// gone on to another one.
    pub(super) fn goes_on(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        errand: Errand,
        client: ClientId,
    ) -> bool {
        match self.send_elsewhere(now, rng, errand, client) {
            Some(next) => self.hand_over(errand, next),
            None => false,
        }
    }

    /// A response that says that the server cannot (503, `Try Backup RSC`): whether the request has gone on.
    /// The server is left for this request only: it may serve calls well.
    pub(super) fn goes_on_after(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        errand: Errand,
        client: ClientId,
        response: &Message<'_>,
    ) -> bool {
        let status = response.status().map_or(0, |status| status.code());
        let cannot = status >= 300 && self.calls_for_backup(status);
        if !cannot || !is_beside(errand.purpose) || !self.awaits(errand, client) {
            return false;
        }
        let Some(hop) = self.transactions.client_hop(client) else { return false };
        self.failures.add(&hop, now, false);
        self.goes_on(now, rng, errand, client)
    }

    fn send_elsewhere(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        errand: Errand,
        client: ClientId,
    ) -> Option<ClientId> {
        if !is_beside(errand.purpose) {
            return None;
        }
        let trail = Trail::of(self.transactions.client_owner(client)?, self.failures.mark()).longer()?;
        let hop = self.next_of(now, errand, client, trail.begun)?;
        let address = self.shown_address(errand.extension)?;
        let branch = identifier::branch(rng);
        let number = self.fresh_number(errand, client);
        let Self { settings, transactions, counters, .. } = self;
        let mut vacant = transactions.vacant_client()?;
        let (before, room) = vacant.copying(client)?;
        let mut out = Writer::new(room);
        let mut room = [0; 160];
        compose::reroute(&mut out, before, request::via(&mut room, &hop, address, &branch), number);
        let Ok(length) = out.finish() else {
            counters.unsendable = counters.unsendable.saturating_add(1);
            return None;
        };
        vacant.start(now, length, hop, trail.sign(errand.word()), &settings.timers)
    }

    /// The CSeq number of a request that is not the latest of its dialog any more: its own would be out of
    /// order (RFC 3261 §12.2.2).
    fn fresh_number(&mut self, errand: Errand, client: ClientId) -> Option<u32> {
        let number = self.transactions.number_of(client);
        let dialog = match errand.purpose {
            Purpose::Subscribe(id) => &mut self.subscribers.get_mut(id)?.dialog,
            Purpose::Info(id)
            | Purpose::Prack(id)
            | Purpose::Update(id)
            | Purpose::Ask(id)
            | Purpose::Refer(id)
            | Purpose::Notify(id) => &mut self.sessions.get_mut(id.0)?.dialog,
            Purpose::Register | Purpose::Invite(_) | Purpose::Bye(_) | Purpose::Cancel => return None,
        };
        (number != dialog.local_cseq()).then(|| dialog.next_cseq(1))
    }

    /// The next server of a request that has failed where it went.
    fn next_of(&mut self, now: Instant, errand: Errand, client: ClientId, begun: Mark) -> Option<Hop> {
        let (next, fallback, within): (NextUri, Option<Hop>, bool) = match errand.purpose {
            Purpose::Subscribe(id) => {
                let subscriber = self.subscribers.get(id)?;
                let next = text::bytes(subscriber.dialog.aim().next_hop)?;
                (next, subscriber.hop, subscriber.has_dialog())
            }
            Purpose::Info(id)
            | Purpose::Prack(id)
            | Purpose::Update(id)
            | Purpose::Ask(id)
            | Purpose::Refer(id)
            | Purpose::Notify(id) => {
                // What belongs to a call that is over has no use elsewhere.
                let session = self.sessions.get(id.0).filter(|session| session.state.is_named())?;
                let next = match session.dialog.stage() {
                    Stage::Confirmed => text::bytes(session.dialog.aim().next_hop)?,
                    // Route and target of an early dialog are in its request alone.
                    Stage::Early => next_in(self.transactions.request(client)?)?,
                };
                (next, session.hop, true)
            }
            Purpose::Register | Purpose::Invite(_) | Purpose::Bye(_) | Purpose::Cancel => return None,
        };
        let found = if within {
            self.dialog_hop_since(now, errand.extension, &next, fallback, Some(begun))
        } else {
            self.request_hop(now, errand.extension, &next, Some(begun))
        };
        match found {
            NextHop::Known(hop) => Some(hop),
            NextHop::Pending | NextHop::Nowhere => None,
        }
    }

    /// Whoever waited for the answer to the request waits for that to the next one. Whether there is anybody.
    fn hand_over(&mut self, errand: Errand, next: ClientId) -> bool {
        let place = match errand.purpose {
            Purpose::Info(id) => self.sessions.get_mut(id.0).map(|session| &mut session.digits.client),
            Purpose::Update(id) => self.sessions.get_mut(id.0).map(|session| &mut session.update),
            Purpose::Ask(id) => self.sessions.get_mut(id.0).map(|session| &mut session.inquiry.asking),
            Purpose::Refer(id) => {
                let session = self.sessions.get_mut(id.0);
                session.and_then(|session| session.transfer.as_mut()).map(|transfer| &mut transfer.client)
            }
            Purpose::Notify(id) => {
                let mut follows = self.follows.iter_mut();
                follows.find(|(_, follow)| follow.referrer == id).map(|(_, follow)| &mut follow.client)
            }
            Purpose::Subscribe(id) => self.subscribers.get_mut(id).map(|subscriber| &mut subscriber.client),
            // Several may be under way; nobody keeps their names.
            Purpose::Prack(_) => return true,
            Purpose::Register | Purpose::Invite(_) | Purpose::Bye(_) | Purpose::Cancel => None,
        };
        place.map(|place| *place = Some(next)).is_some()
    }
}

impl Trail {
    /// The way of a request that has just failed once more.
    fn of(owner: Owner, mark: Mark) -> Self {
        let [a, b, ..] = owner.0.to_be_bytes();
        let word = u16::from_be_bytes([a, b]);
        match u8::try_from(word >> MARK_BITS) {
            // Its first failure is the latest one.
            Ok(0) | Err(_) => Self { moves: 0, begun: Mark(mark.0.saturating_sub(1)) },
            Ok(moves) => {
                let passed = mark.0.wrapping_sub(u32::from(word)) & MARK_MASK;
                Self { moves, begun: Mark(mark.0.saturating_sub(passed)) }
            }
        }
    }

    /// With one more move, if there may be one.
    fn longer(self) -> Option<Self> {
        let moves = self.moves.saturating_add(1);
        (usize::from(moves) <= limits::SERVERS).then_some(Self { moves, ..self })
    }

    /// The word of a request with this way behind it.
    fn sign(self, owner: Owner) -> Owner {
        let word = u64::from(self.moves) << MARK_BITS | u64::from(self.begun.0 & MARK_MASK);
        Owner(owner.0 | word << 48)
    }
}

const fn is_beside(purpose: Purpose) -> bool {
    match purpose {
        Purpose::Info(_)
        | Purpose::Prack(_)
        | Purpose::Update(_)
        | Purpose::Ask(_)
        | Purpose::Refer(_)
        | Purpose::Notify(_)
        | Purpose::Subscribe(_) => true,
        Purpose::Register | Purpose::Invite(_) | Purpose::Bye(_) | Purpose::Cancel => false,
    }
}

/// Where a request goes: its first Route, or its Request-URI. A strict router's is the latter (RFC 3261
/// §12.2.1.1).
fn next_in(request: &[u8]) -> Option<NextUri> {
    let request = Message::parse(request).ok()?;
    let route = request.addresses(HeaderName::Route).next();
    let loose = route.filter(|route| route.uri.sip().is_some_and(|sip| sip.params.get(b"lr").is_some()));
    text::bytes(loose.map_or(request.request_uri()?, |route| route.uri_text))
}

/// The low bits of a mark tell it from the few that came since.
const MARK_BITS: u32 = 12;
const MARK_MASK: u32 = (1 << MARK_BITS) - 1;
const _: () = assert!(limits::SERVERS < 16, "the number of moves has four bits");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_tells_the_way_of_its_request() {
        let owner = Owner(0x0203_0000_0007);
        let first = Trail::of(owner, Mark(5_000));
        assert_eq!(first, Trail { moves: 0, begun: Mark(4_999) }, "before the failure that has just been");
        let mut trail = first.longer().unwrap();
        for failures in 1..u32::try_from(limits::SERVERS).unwrap() {
            let word = trail.sign(owner);
            assert_eq!(word.0 & 0xFFFF_FFFF_FFFF, owner.0, "whose it is stands where it stood");
            trail = Trail::of(word, Mark(5_000 + failures * 300));
            assert_eq!(trail.begun, Mark(4_999), "after {failures} more of 300 servers");
            trail = trail.longer().unwrap();
        }
        assert_eq!(trail.longer(), None, "each server once");
        let young = Trail::of(Trail { moves: 1, begun: Mark(0) }.sign(owner), Mark(2));
        assert_eq!(young, Trail { moves: 1, begun: Mark(0) });
    }
}
