//! What outlives an account or a reboot at the registrar: the binding of the account before (`Remove Last
//! Reg`), and the Call-ID of the registrations (`Random REG CID On Reboot`).

use super::register::Change;
use super::{Account, ExtensionId, UserAgent};

/// What a software reboot keeps, so that the registrar sees the same phone go on (RFC 3261 §10.2: one
/// Call-ID, a rising CSeq). After a power cycle there is none, and the Call-ID is a new one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrationMark {
    /// The Call-ID of the extension's REGISTER requests.
    pub call_id: heapless::Vec<u8, 32>,
    /// The CSeq number of the latest of them.
    pub cseq: u32,
}

impl UserAgent {
    /// What a host keeps over a software reboot when `Random REG CID On Reboot` is off; `None` before the
    /// first REGISTER.
    #[must_use]
    pub fn registration_mark(&self, extension: ExtensionId) -> Option<RegistrationMark> {
        let registrar = self.registrars.of(extension);
        let call_id = Some(&registrar.call_id).filter(|call_id| !call_id.is_empty())?;
        Some(RegistrationMark { call_id: call_id.clone(), cseq: registrar.cseq })
    }

    /// Goes on from before the reboot. Nothing happens once there has been a REGISTER, nor for a Call-ID that
    /// is none.
    pub fn resume_registration(&mut self, extension: ExtensionId, mark: &RegistrationMark) {
        let registrar = self.registrars.of_mut(extension);
        let token = !mark.call_id.is_empty() && mark.call_id.iter().all(u8::is_ascii_alphanumeric);
        if registrar.call_id.is_empty() && token {
            registrar.call_id.clone_from(&mark.call_id);
            registrar.cseq = mark.cseq;
        }
    }

    /// Whether an account has to wait until the binding of the one before is removed. One waits at a time.
    pub(super) fn defers(&mut self, extension: ExtensionId, account: &Account) -> bool {
        let waits = self.succession.as_ref().is_some_and(|(waiting, _)| *waiting == extension);
        let held = self.accounts.of(extension);
        let registrar = self.registrars.of_mut(extension);
        let leaves = waits || (registrar.is_bound() && !held.is_same_party(account));
        if !leaves || !self.settings.remove_last_registration || (self.succession.is_some() && !waits) {
            return false;
        }
        if !waits {
            registrar.change = Some(Change::Remove);
        }
        self.succession = Some((extension, account.clone()));
        true
    }

    /// The old binding is gone, or cannot be removed: the account that waited takes over.
    pub(super) fn succeed(&mut self, extension: ExtensionId) {
        if let Some((_, account)) = self.succession.take_if(|(waiting, _)| *waiting == extension) {
            self.replace_account(extension, &account);
        }
    }
}
