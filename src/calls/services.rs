//! What codes do (guide, Vertical Service Activation Codes, Outbound Call Codec Selection Codes).

use heapless::String;

use super::appearance::{Input as Call, Served};
use super::{Calls, LineKey, Tone, Turn};
use crate::base::text;
use crate::config::catalogue::{ext, phone, regional, user};
use crate::config::{Config, Id, Setting, kind};
use crate::dialplan::{Class, CodeTone, CodecName, Service};
use crate::limits;
use crate::sdp::Codec;
use crate::ua::{CodecChoice, ExtensionId};

/// A code as the phone is set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Code<'a> {
    pub(super) service: Service,
    pub(super) keys: &'a str,
    /// What asks for the number after it, if one follows.
    pub(super) tone: CodeTone,
}

/// All codes that the phone acts upon: those with keys, whose service is enabled.
pub(super) fn codes(config: &Config) -> impl Iterator<Item = Code<'_>> {
    let own = Service::own().filter(|service| is_enabled(config, *service)).filter_map(|service| {
        let keys = config.read(code_setting(service)?);
        Some(Code { service, keys, tone: CodeTone::Prompt })
    });
    let listed = |setting: Setting<kind::CodeList>, service: fn(u8) -> Service| {
        let codes = (0u8..).zip(config.read(setting).codes());
        codes.map(move |(place, (keys, tone))| Code { service: service(place), keys, tone })
    };
    let referral = listed(regional::REFERRAL_SERVICES_CODES, Service::Referral);
    let feature = listed(regional::FEATURE_DIAL_SERVICES_CODES, Service::FeatureDial);
    own.chain(referral).chain(feature).filter(|code| !code.keys.is_empty())
}

/// The keys of a service's code.
pub(super) fn keys_of(config: &Config, service: Service) -> &str {
    codes(config).find(|code| code.service == service).map_or("", |code| code.keys)
}

impl Calls {
    /// A code was dialled.
    pub(super) fn serve(&mut self, turn: &mut Turn<'_>, key: LineKey, service: Service) {
        match service.class() {
            Class::OneCall => self.choose(turn, key, service),
            Class::Switch if service == Service::CallBackOff => self.cancel_call_back(turn, key),
            Class::Switch => self.switch(turn, key, service),
            Class::WantsNumber
                if matches!(service, Service::BlindTransfer | Service::Referral(_) | Service::Park)
                    && !self.begin_blind(key) =>
            {
                self.order(turn, key, Call::Served(Served::Reject));
            }
            // The phone cannot send media back (RFC 6849).
            Class::WantsNumber if service == Service::MediaLoopback => {
                self.order(turn, key, Call::Served(Served::Reject));
            }
            Class::WantsNumber => {
                let code = codes(turn.config).find(|code| code.service == service);
                let tone = code.map_or(CodeTone::Prompt, |code| code.tone);
                self.order(
                    turn,
                    key,
                    Call::Served(Served::Prompt { purpose: Some(service), tone: tone_of(tone) }),
                );
            }
            Class::AtOnce if service == Service::CallReturn && !self.last_caller.is_empty() => {
                let caller = self.last_caller.clone();
                self.order(turn, key, Call::Target { target: &caller, by_keys: false });
            }
            // A group has no number: the code alone is called, and the server knows whose group it is.
            Class::AtOnce if service == Service::GroupPickup => {
                let code: String<{ limits::DIALED_BYTES }> = text::shortened(keys_of(turn.config, service));
                self.order(turn, key, Call::Target { target: &code, by_keys: false });
            }
            Class::AtOnce if service == Service::CallBackOn => self.order_call_back(turn, key),
            Class::AtOnce => self.order(turn, key, Call::Served(Served::Reject)),
        }
    }

    /// A choice for the call that is dialled next; the number follows.
    fn choose(&mut self, turn: &mut Turn<'_>, key: LineKey, service: Service) {
        let keys = keys_of(turn.config, service);
        let chosen = self.line_mut(key).appearance_mut().one_call_mut();
        match service {
            Service::CallWaitingOnce => chosen.call_waiting = Some(true),
            Service::NoCallWaitingOnce => chosen.call_waiting = Some(false),
            Service::BlockCallerIdOnce => chosen.hidden = Some(true),
            Service::ShowCallerIdOnce => chosen.hidden = Some(false),
            Service::SecureOnce => chosen.secure = Some(true),
            Service::ClearOnce => chosen.secure = Some(false),
            Service::Codec(choice) => {
                let Some(codec) = codec(choice.codec) else {
                    return self.order(turn, key, Call::Served(Served::Reject));
                };
                let choice = if choice.force { CodecChoice::Force } else { CodecChoice::Prefer };
                chosen.codec = Some(choice(codec));
            }
            // Of other classes.
            Service::CallReturn
            | Service::BlindTransfer
            | Service::CallBackOn
            | Service::CallBackOff
            | Service::ForwardAllOn
            | Service::ForwardAllOff
            | Service::ForwardBusyOn
            | Service::ForwardBusyOff
            | Service::ForwardNoAnswerOn
            | Service::ForwardNoAnswerOff
            | Service::CallWaitingOn
            | Service::CallWaitingOff
            | Service::BlockCallerIdOn
            | Service::BlockCallerIdOff
            | Service::BlockAnonymousOn
            | Service::BlockAnonymousOff
            | Service::DoNotDisturbOn
            | Service::DoNotDisturbOff
            | Service::SecureAll
            | Service::SecureNone
            | Service::Paging
            | Service::Park
            | Service::Pickup
            | Service::Unpark
            | Service::GroupPickup
            | Service::MediaLoopback
            | Service::VoiceMailNumber
            | Service::Referral(_)
            | Service::FeatureDial(_) => {}
        }
        // So many codes that they do not fit are not dialled again.
        let _full = chosen.typed.push_str(keys);
        let tone = self.dial_tone(turn.config, key);
        self.order(turn, key, Call::Served(Served::Prompt { purpose: None, tone: Some(tone) }));
    }

    /// A setting is switched; confirm tone, then dial tone.
    fn switch(&mut self, turn: &mut Turn<'_>, key: LineKey, service: Service) {
        match switched(service) {
            Some((setting, value)) => self.keep(turn, key, setting, value),
            None => self.order(turn, key, Call::Served(Served::Reject)),
        }
    }

    /// The number that a service wanted is there.
    pub(super) fn serve_number(&mut self, turn: &mut Turn<'_>, key: LineKey, service: Service) {
        let number: String<{ limits::DIALED_BYTES }> = text::shortened(self.line(key).appearance().target());
        if matches!(service, Service::FeatureDial(_) | Service::Pickup | Service::Unpark) {
            return self.call_with_code(turn, key, service, &number);
        }
        if matches!(service, Service::BlindTransfer | Service::Referral(_) | Service::Park) {
            return self.blind(turn, key, service, &number);
        }
        if service == Service::Paging {
            return self.page(turn, key, &number);
        }
        match FORWARDS.iter().find(|(forward, _)| *forward == service) {
            Some((_, setting)) => self.keep(turn, key, setting.id(), &number),
            None if service == Service::VoiceMailNumber => {
                self.keep(turn, key, phone::VOICE_MAIL_NUMBER.id(), &number);
            }
            None => self.order(turn, key, Call::Served(Served::Reject)),
        }
    }

    /// `Paging Code`: the number is called, and asked to answer by itself; the code is dialled again with it.
    fn page(&mut self, turn: &mut Turn<'_>, key: LineKey, number: &str) {
        let one_call = self.line_mut(key).appearance_mut().one_call_mut();
        one_call.page = true;
        // So many codes that they do not fit are not dialled again.
        let _full = one_call.typed.push_str(keys_of(turn.config, Service::Paging));
        self.order(turn, key, Call::Target { target: number, by_keys: true });
    }

    /// Whether a line asks where to park a call, and nothing is dialled yet.
    pub(super) fn parks_here(&self, key: LineKey) -> bool {
        let appearance = self.line(key).appearance();
        appearance.asks_for() == Some(Service::Park) && appearance.number().is_empty()
    }

    /// A call is parked at the own number when no other is given.
    pub(super) fn park_here(&mut self, turn: &mut Turn<'_>, key: LineKey) {
        let extension = self.line(key).extension().unwrap_or(ExtensionId::PRIMARY);
        let own: String<47> = text::shortened(turn.config.read(ext::USER_ID.of(extension.number())));
        self.blind(turn, key, Service::Park, &own);
    }

    /// `Feature Dial Services Codes`, and the codes that are a server's affair: the code and the number are
    /// called as one.
    fn call_with_code(&mut self, turn: &mut Turn<'_>, key: LineKey, service: Service, number: &str) {
        let keys = keys_of(turn.config, service);
        let mut whole: String<{ limits::DIALED_BYTES }> = String::new();
        let fits = whole.push_str(keys).and_then(|()| whole.push_str(number));
        // So many codes that they do not fit are not dialled again.
        let _full = self.line_mut(key).appearance_mut().one_call_mut().typed.push_str(keys);
        let called = if fits.is_ok() {
            Call::Target { target: &whole, by_keys: true }
        } else {
            Call::Served(Served::Reject)
        };
        self.order(turn, key, called);
    }

    fn keep(&mut self, turn: &mut Turn<'_>, key: LineKey, setting: Id, value: &str) {
        let input = match turn.config.put(setting, value) {
            Ok(()) => Call::Served(Served::Confirm(self.dial_tone(turn.config, key))),
            Err(_) => Call::Served(Served::Reject),
        };
        self.order(turn, key, input);
    }
}

/// Codes that want a number, and the setting that it is for.
const FORWARDS: [(Service, Setting<kind::Phone>); 3] = [
    (Service::ForwardAllOn, user::CFWD_ALL_DEST),
    (Service::ForwardBusyOn, user::CFWD_BUSY_DEST),
    (Service::ForwardNoAnswerOn, user::CFWD_NO_ANS_DEST),
];

/// The setting that a code switches, and to what.
const SWITCHES: [(Service, Id, &str); 13] = [
    (Service::ForwardAllOff, user::CFWD_ALL_DEST.id(), ""),
    (Service::ForwardBusyOff, user::CFWD_BUSY_DEST.id(), ""),
    (Service::ForwardNoAnswerOff, user::CFWD_NO_ANS_DEST.id(), ""),
    (Service::CallWaitingOn, user::CW_SETTING.id(), "yes"),
    (Service::CallWaitingOff, user::CW_SETTING.id(), "no"),
    (Service::BlockCallerIdOn, user::BLOCK_CID_SETTING.id(), "yes"),
    (Service::BlockCallerIdOff, user::BLOCK_CID_SETTING.id(), "no"),
    (Service::BlockAnonymousOn, user::BLOCK_ANC_SETTING.id(), "yes"),
    (Service::BlockAnonymousOff, user::BLOCK_ANC_SETTING.id(), "no"),
    (Service::DoNotDisturbOn, user::DND_SETTING.id(), "yes"),
    (Service::DoNotDisturbOff, user::DND_SETTING.id(), "no"),
    (Service::SecureAll, user::SECURE_CALL_SETTING.id(), "yes"),
    (Service::SecureNone, user::SECURE_CALL_SETTING.id(), "no"),
];

/// The setting that a service switches, and to what.
pub(super) fn switched(service: Service) -> Option<(Id, &'static str)> {
    SWITCHES.iter().find(|(switch, ..)| *switch == service).map(|&(_, setting, value)| (setting, value))
}

/// Whether the phone offers a service: a code of one that it does not offer is an ordinary number.
fn is_enabled(config: &Config, service: Service) -> bool {
    let setting = match service {
        Service::BlindTransfer => phone::BLIND_TRANSFER_SERV,
        Service::CallBackOn | Service::CallBackOff => phone::CALL_BACK_SERV,
        Service::ForwardAllOn | Service::ForwardAllOff => phone::CFWD_ALL_SERV,
        Service::ForwardBusyOn | Service::ForwardBusyOff => phone::CFWD_BUSY_SERV,
        Service::ForwardNoAnswerOn | Service::ForwardNoAnswerOff => phone::CFWD_NO_ANS_SERV,
        Service::BlockCallerIdOn
        | Service::BlockCallerIdOff
        | Service::BlockCallerIdOnce
        | Service::ShowCallerIdOnce => phone::BLOCK_CID_SERV,
        Service::BlockAnonymousOn | Service::BlockAnonymousOff => phone::BLOCK_ANC_SERV,
        Service::DoNotDisturbOn | Service::DoNotDisturbOff => phone::DND_SERV,
        Service::SecureAll | Service::SecureNone | Service::SecureOnce | Service::ClearOnce => {
            phone::SECURE_CALL_SERV
        }
        Service::Paging => phone::PAGING_SERV,
        Service::Park | Service::Unpark => phone::CALL_PARK_SERV,
        Service::Pickup => phone::CALL_PICK_UP_SERV,
        Service::GroupPickup => phone::GROUP_CALL_PICK_UP_SERV,
        Service::CallReturn
        | Service::CallWaitingOn
        | Service::CallWaitingOff
        | Service::CallWaitingOnce
        | Service::NoCallWaitingOnce
        | Service::MediaLoopback
        | Service::VoiceMailNumber
        | Service::Codec(_)
        | Service::Referral(_)
        | Service::FeatureDial(_) => return true,
    };
    config.read(setting)
}

/// The setting with a service's code; `None` for the codes of a list.
const fn code_setting(service: Service) -> Option<Setting<kind::ActCode>> {
    Some(match service {
        Service::CallReturn => regional::CALL_RETURN_CODE,
        Service::BlindTransfer => regional::BLIND_TRANSFER_CODE,
        Service::CallBackOn => regional::CALL_BACK_ACT_CODE,
        Service::CallBackOff => regional::CALL_BACK_DEACT_CODE,
        Service::ForwardAllOn => regional::CFWD_ALL_ACT_CODE,
        Service::ForwardAllOff => regional::CFWD_ALL_DEACT_CODE,
        Service::ForwardBusyOn => regional::CFWD_BUSY_ACT_CODE,
        Service::ForwardBusyOff => regional::CFWD_BUSY_DEACT_CODE,
        Service::ForwardNoAnswerOn => regional::CFWD_NO_ANS_ACT_CODE,
        Service::ForwardNoAnswerOff => regional::CFWD_NO_ANS_DEACT_CODE,
        Service::CallWaitingOn => regional::CW_ACT_CODE,
        Service::CallWaitingOff => regional::CW_DEACT_CODE,
        Service::CallWaitingOnce => regional::CW_PER_CALL_ACT_CODE,
        Service::NoCallWaitingOnce => regional::CW_PER_CALL_DEACT_CODE,
        Service::BlockCallerIdOn => regional::BLOCK_CID_ACT_CODE,
        Service::BlockCallerIdOff => regional::BLOCK_CID_DEACT_CODE,
        Service::BlockCallerIdOnce => regional::BLOCK_CID_PER_CALL_ACT_CODE,
        Service::ShowCallerIdOnce => regional::BLOCK_CID_PER_CALL_DEACT_CODE,
        Service::BlockAnonymousOn => regional::BLOCK_ANC_ACT_CODE,
        Service::BlockAnonymousOff => regional::BLOCK_ANC_DEACT_CODE,
        Service::DoNotDisturbOn => regional::DND_ACT_CODE,
        Service::DoNotDisturbOff => regional::DND_DEACT_CODE,
        Service::SecureAll => regional::SECURE_ALL_CALL_ACT_CODE,
        Service::SecureNone => regional::SECURE_NO_CALL_ACT_CODE,
        Service::SecureOnce => regional::SECURE_ONE_CALL_ACT_CODE,
        Service::ClearOnce => regional::SECURE_ONE_CALL_DEACT_CODE,
        Service::Paging => regional::PAGING_CODE,
        Service::Park => regional::CALL_PARK_CODE,
        Service::Pickup => regional::CALL_PICKUP_CODE,
        Service::Unpark => regional::CALL_UNPARK_CODE,
        Service::GroupPickup => regional::GROUP_CALL_PICKUP_CODE,
        Service::MediaLoopback => regional::MEDIA_LOOPBACK_CODE,
        Service::Codec(choice) => codec_code(choice.codec, choice.force),
        Service::VoiceMailNumber | Service::Referral(_) | Service::FeatureDial(_) => return None,
    })
}

const fn codec_code(codec: CodecName, force: bool) -> Setting<kind::ActCode> {
    match (codec, force) {
        (CodecName::G711u, false) => regional::PREFER_G711U_CODE,
        (CodecName::G711u, true) => regional::FORCE_G711U_CODE,
        (CodecName::G711a, false) => regional::PREFER_G711A_CODE,
        (CodecName::G711a, true) => regional::FORCE_G711A_CODE,
        (CodecName::G723, false) => regional::PREFER_G723_CODE,
        (CodecName::G723, true) => regional::FORCE_G723_CODE,
        (CodecName::G726r16, false) => regional::PREFER_G726R16_CODE,
        (CodecName::G726r16, true) => regional::FORCE_G726R16_CODE,
        (CodecName::G726r24, false) => regional::PREFER_G726R24_CODE,
        (CodecName::G726r24, true) => regional::FORCE_G726R24_CODE,
        (CodecName::G726r32, false) => regional::PREFER_G726R32_CODE,
        (CodecName::G726r32, true) => regional::FORCE_G726R32_CODE,
        (CodecName::G726r40, false) => regional::PREFER_G726R40_CODE,
        (CodecName::G726r40, true) => regional::FORCE_G726R40_CODE,
        (CodecName::G729a, false) => regional::PREFER_G729A_CODE,
        (CodecName::G729a, true) => regional::FORCE_G729A_CODE,
    }
}

/// The codec, if the phone has it.
const fn codec(name: CodecName) -> Option<Codec> {
    match name {
        CodecName::G711u => Some(Codec::Pcmu),
        CodecName::G711a => Some(Codec::Pcma),
        CodecName::G723
        | CodecName::G726r16
        | CodecName::G726r24
        | CodecName::G726r32
        | CodecName::G726r40
        | CodecName::G729a => None,
    }
}

const fn tone_of(tone: CodeTone) -> Option<Tone> {
    match tone {
        CodeTone::Forward => Some(Tone::Cfwd),
        CodeTone::Dial => Some(Tone::Dial),
        CodeTone::Message => Some(Tone::Stutter),
        CodeTone::Outside => Some(Tone::Outside),
        CodeTone::Prompt => Some(Tone::Prompt),
        CodeTone::Second => Some(Tone::Second),
        CodeTone::Silence => None,
    }
}
