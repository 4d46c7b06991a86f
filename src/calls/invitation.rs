//! A call that goes out, in the user agent's words.

use super::call_back::Called;
use super::{Calls, LineKey, OneCall, emergency};
use crate::config::Config;
use crate::config::catalogue::{phone, user};
use crate::ua::{ExtensionId, Invite};

impl Calls {
    pub(super) fn invite<'a>(&'a self, config: &Config, key: LineKey) -> Invite<'a> {
        let line = self.line(key);
        let appearance = self.shared_index(config, key);
        invite(config, line.extension(), line.dialled(), line.appearance().one_call(), appearance)
    }

    pub(super) fn invite_back<'a>(&'a self, config: &Config, key: LineKey) -> Invite<'a> {
        let Called { target, one_call } = self.call_back.called();
        invite(config, self.line(key).extension(), target, one_call, None)
    }
}

fn invite<'a>(
    config: &Config,
    extension: Option<ExtensionId>,
    target: &'a str,
    chosen: &OneCall,
    appearance: Option<u8>,
) -> Invite<'a> {
    let extension = extension.unwrap_or(ExtensionId::PRIMARY);
    let emergency = emergency::is_number(config, extension, target);
    Invite {
        extension,
        target,
        anonymous: !emergency && chosen.hidden.unwrap_or_else(|| hides(config)),
        codecs: chosen.codec,
        // Help is not refused because it cannot be secret.
        secure: Some(!emergency && wishes(config, chosen)),
        appearance,
    }
}

/// Whether a call is to be secure: by what was chosen for it, else by `Secure Call Setting`, if the phone
/// offers the service.
pub(super) fn wishes(config: &Config, chosen: &OneCall) -> bool {
    let setting = || config.read(user::SECURE_CALL_SETTING);
    config.read(phone::SECURE_CALL_SERV) && chosen.secure.unwrap_or_else(setting)
}

/// `Block CID Setting`, if the phone offers the service.
fn hides(config: &Config) -> bool {
    config.read(user::BLOCK_CID_SETTING) && config.read(phone::BLOCK_CID_SERV)
}
