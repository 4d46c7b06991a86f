//! Shared lines: who may call on which appearance, and what the messages of such a call say of it.
//!
//! ```text
//! Call-Info: <sip:pbx.example.com>;appearance-index=2[;appearance-state=seized]
//! ```
//! Every request of a call on a shared line says its appearance, and the 200 that answers one: a server may
//! take a request without it for another appearance's.

use heapless::Vec;

use super::account::Account;
use super::command::Package;
use super::session::Session;
use super::subscriber::SubscriberId;
use super::subscription::Input;
use super::{Event, ExtensionId, Instant, Outcome, Refusal, Rng, SessionId, UserAgent};
use crate::base::{Writer, text};
use crate::limits;
use crate::sip::call_info::{Appearance, Index};
use crate::sip::{HeaderName, Message, compose};

impl UserAgent {
    /// An accepted SUBSCRIBE is the grant, or the notification that follows: whichever comes first.
    pub(super) fn seizure_accepted(&mut self, id: SubscriberId) {
        let Some(subscriber) = self.subscribers.get(id) else { return };
        if let Package::LineSeize(asked @ 1..) = subscriber.package
            && subscriber.machine.is_granted()
        {
            self.tell_seized(id, asked);
        }
    }

    pub(super) fn tell_seized(&mut self, id: SubscriberId, index: u8) {
        let Some(subscriber) = self.subscribers.get_mut(id) else { return };
        let (extension, Package::LineSeize(asked)) = (subscriber.extension, subscriber.package) else {
            return;
        };
        if subscriber.granted != Some(index) {
            subscriber.granted = Some(index);
            self.tell(Event::Seized { extension, asked, index });
        }
    }

    /// The call goes out: its seizure is not renewed any more, and giving it up would give up the call's
    /// appearance.
    pub(super) fn lapse_seizure(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        extension: ExtensionId,
        index: u8,
    ) {
        if let Some(id) = self.subscriber(extension, Package::LineSeize(index)) {
            self.subscriber_step(now, rng, id, Input::Lapse);
        }
    }

    /// The appearance that a call of others shows on.
    pub(super) fn appear(&mut self, id: SessionId, index: u8) -> Outcome {
        let Some(session) = self.sessions.get_mut(id.0).filter(|session| session.state.is_named()) else {
            return Outcome::Refused(Refusal::NoSession);
        };
        session.appearance = Some(index);
        Outcome::Done
    }
}

impl Session {
    /// Writes Call-Info, if the call is on a shared line. The state is told only where a server cannot see
    /// it: of a call on hold that nobody else may take.
    pub(super) fn write_appearance(&self, out: &mut Writer<'_>, account: &Account, offers: bool) {
        if let Some(index) = self.appearance {
            let private = offers && self.hold_wanted && self.hold_private;
            call_info(out, account, index, private.then_some(b"held-private"));
        }
    }

    /// The value of Call-Info in the 200 that answers the call.
    pub(super) fn appearance_value(&self, account: &Account) -> Option<Vec<u8, { limits::URI_BYTES }>> {
        let mut room = [0; limits::URI_BYTES];
        let mut out = Writer::new(&mut room);
        value(&mut out, account, self.appearance?, None);
        text::bytes(out.written())
    }
}

/// Writes Call-Info of one appearance.
pub(super) fn call_info(out: &mut Writer<'_>, account: &Account, index: u8, state: Option<&[u8]>) {
    compose::begin(out, HeaderName::CallInfo);
    value(out, account, index, state);
    compose::end(out);
}

fn value(out: &mut Writer<'_>, account: &Account, index: u8, state: Option<&[u8]>) {
    let mut room = [0; limits::URI_BYTES];
    let mut server = Writer::new(&mut room);
    server.text("sip:");
    server.text(account.domain());
    Appearance { index: Index::Number(u32::from(index)), state, uri: None }.compose(out, server.written());
}

/// The appearance that a message names, if it is one of ours.
pub(super) fn index_of(message: &Message<'_>) -> Option<u8> {
    message.appearances().find_map(|told| match told.index {
        Index::Number(number) => u8::try_from(number).ok().filter(|number| *number > 0),
        Index::Others => None,
    })
}
