//! NOTIFY from elsewhere (RFC 6665 §4.1.3): outside any dialog, where servers send the state of a mailbox
//! (RFC 3842) and what they want the phone to do, and within a call, where they answer and hold it.

use super::answer::Answer;
use super::guard::Lock;
use super::{Event, ExtensionId, Instant, Rng, Service, SessionId, UserAgent};
use crate::sip::message_summary::Summary;
use crate::sip::{Message, Status};
use crate::transaction::Hop;

impl UserAgent {
    /// A NOTIFY outside any dialog, for one of our extensions.
    pub(super) fn notified(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        arrival: Hop,
        request: &Message<'_>,
        extension: ExtensionId,
    ) {
        let package = request.event().map_or(&b""[..], |event| event.package);
        if package == MESSAGE_SUMMARY {
            self.decline(arrival, request, Status::OK);
            self.mailbox_told(extension, request.body());
            return;
        }
        // RFC 6665 §8.2.1: without an Event there is no package that we know.
        let Some(service) = service_of(package) else {
            self.decline(arrival, request, Status::BAD_EVENT);
            return;
        };
        // `Auth Resync-Reboot`
        let account = self.accounts.of(extension).clone();
        let open = !account.authenticate_resync;
        if open || self.admits(now, rng, arrival, request, Lock::own(&account)) {
            self.decline(arrival, request, Status::OK);
            self.tell(Event::Service { extension, service });
        }
    }

    /// A NOTIFY within a call.
    pub(super) fn session_notified(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        arrival: Hop,
        request: &Message<'_>,
        id: SessionId,
    ) {
        let package = request.event().map_or(&b""[..], |event| event.package);
        let named = self.sessions.get(id.0).is_some_and(|session| session.state.is_named());
        if package == b"refer" {
            let told = self.sessions.get(id.0).is_some_and(|session| session.transfer.is_some());
            let status = if told { Status::OK } else { Status::CALL_DOES_NOT_EXIST };
            self.reply(now, arrival, request, id, status);
            return self.transfer_notified(now, rng, id, request);
        }
        let told = match package {
            b"talk" if self.settings.talk_package => Some(Event::Talk(id)),
            b"hold" if self.settings.hold_package => Some(Event::Hold(id)),
            _ => None,
        };
        match told {
            Some(event) => {
                self.reply(now, arrival, request, id, Status::OK);
                if named {
                    self.tell(event);
                }
            }
            None => {
                let tag = self.sessions.get(id.0).map(super::session::Session::own_tag);
                self.answer_statelessly(arrival, request, &Answer::new(Status::BAD_EVENT, tag.as_deref()));
            }
        }
    }

    /// What a notification says of a mailbox; without a body nothing changes (RFC 3842 §3.5).
    pub(super) fn mailbox_told(&mut self, extension: ExtensionId, body: &[u8]) {
        if let Some(Summary { waiting, voice }) = Summary::parse(body) {
            self.tell(Event::MessageWaiting { extension, waiting, voice });
        }
    }
}

/// What a server may ask for, by the event package that it names.
fn service_of(package: &[u8]) -> Option<Service> {
    match package {
        b"resync" | b"check-sync" => Some(Service::Resync),
        b"reboot" | b"reboot_now" => Some(Service::Reboot),
        b"restart_now" => Some(Service::Restart),
        b"report" => Some(Service::Report),
        _ => None,
    }
}

pub(super) const MESSAGE_SUMMARY: &[u8] = b"message-summary";
