//! What the host has still to be told: levels, so that nothing piles up.

use super::Notice;
use crate::limits;
use crate::ua::{ExtensionId, RegistrationState, Service};

/// What the host has not been told yet.
#[derive(Debug)]
pub(super) struct Notices {
    registrations: [bool; limits::EXTENSIONS],
    settings: bool,
    service: Option<(ExtensionId, Service)>,
    clock: Option<u64>,
}

impl Notices {
    pub(super) const fn new() -> Self {
        Self { registrations: [false; limits::EXTENSIONS], settings: false, service: None, clock: None }
    }

    pub(super) fn registration(&mut self, extension: ExtensionId) {
        if let Some(changed) = self.registrations.get_mut(extension.index()) {
            *changed = true;
        }
    }

    pub(super) const fn settings(&mut self) {
        self.settings = true;
    }

    /// A later wish takes the place of an earlier one: a reboot fetches the profile too.
    pub(super) const fn service(&mut self, extension: ExtensionId, service: Service) {
        self.service = Some((extension, service));
    }

    pub(super) const fn clock(&mut self, unix_seconds: u64) {
        self.clock = Some(unix_seconds);
    }

    /// The next one, which then counts as told.
    pub(super) fn take(&mut self, state: impl Fn(ExtensionId) -> RegistrationState) -> Option<Notice> {
        let told = ExtensionId::ALL.into_iter().zip(&mut self.registrations).find(|(_, changed)| **changed);
        if let Some((extension, changed)) = told {
            *changed = false;
            return Some(Notice::Registration { extension, state: state(extension) });
        }
        if core::mem::take(&mut self.settings) {
            return Some(Notice::Settings);
        }
        if let Some((extension, service)) = self.service.take() {
            return Some(Notice::Service { extension, service });
        }
        self.clock.take().map(|unix_seconds| Notice::Clock { unix_seconds })
    }
}
