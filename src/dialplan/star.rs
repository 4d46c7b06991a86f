//! The codes that a person dials to the phone itself (guide, Vertical Service Activation Codes and Outbound
//! Call Codec Selection Codes).
//!
//! Which text each code has is a setting; it comes from above. A plan knows a code by a number
//! ([`Plan::add_code`](super::Plan::add_code)), and that number is a [`Service`].
//!
//! ```
//! use deskphone::dialplan::{Plan, Service};
//! let mut plan = Plan::parse("(*xx|xxxx)")?;
//! for service in Service::own() {
//!     plan.add_code(service.factory_code(), service.number())?;
//! }
//! assert_eq!(Service::CallReturn.factory_code(), "*69");
//! assert_eq!(Service::from_number(Service::CallReturn.number()), Some(Service::CallReturn));
//! # Ok::<(), deskphone::dialplan::PlanFault>(())
//! ```

/// What a code asks of the phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Call the last caller.
    CallReturn,
    /// Transfer the held call to the number that follows.
    BlindTransfer,
    /// Repeat dialling of the last number that was busy.
    CallBackOn,
    /// No more repeat dialling.
    CallBackOff,
    /// Forward all calls to the number that follows.
    ForwardAllOn,
    /// Forward no more.
    ForwardAllOff,
    /// Forward when busy.
    ForwardBusyOn,
    /// Not when busy.
    ForwardBusyOff,
    /// Forward without an answer.
    ForwardNoAnswerOn,
    /// Not without an answer.
    ForwardNoAnswerOff,
    /// Call waiting.
    CallWaitingOn,
    /// No call waiting.
    CallWaitingOff,
    /// Call waiting during the next call.
    CallWaitingOnce,
    /// No call waiting during the next call.
    NoCallWaitingOnce,
    /// The own number is withheld.
    BlockCallerIdOn,
    /// The own number is shown.
    BlockCallerIdOff,
    /// The own number is withheld in the next call.
    BlockCallerIdOnce,
    /// The own number is shown in the next call.
    ShowCallerIdOnce,
    /// Calls without a number are refused.
    BlockAnonymousOn,
    /// Calls without a number are taken.
    BlockAnonymousOff,
    /// Do not disturb.
    DoNotDisturbOn,
    /// Disturb.
    DoNotDisturbOff,
    /// All calls are made secure.
    SecureAll,
    /// No call is made secure.
    SecureNone,
    /// The next call is secure.
    SecureOnce,
    /// The next call is not secure.
    ClearOnce,
    /// Page the extension that follows.
    Paging,
    /// Park the call at the number that follows.
    Park,
    /// Take the call that rings at the extension that follows.
    Pickup,
    /// Take the call that is parked at the number that follows.
    Unpark,
    /// Take a call that rings in the group.
    GroupPickup,
    /// Media loopback with the number that follows.
    MediaLoopback,
    /// The next call prefers a codec, or has no other.
    Codec(CodecChoice),
    /// No code but a key's question: the number of the voice mail.
    VoiceMailNumber,
    /// The code of `Referral Services Codes` at this place: the held call is referred to code and number.
    Referral(u8),
    /// The code of `Feature Dial Services Codes` at this place: code and number are called.
    FeatureDial(u8),
}

/// A codec for one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodecChoice {
    /// Which.
    pub codec: CodecName,
    /// Whether it is the only one to be offered; else it is the first.
    pub force: bool,
}

/// A codec that has a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodecName {
    /// G.711 µ-law.
    G711u,
    /// G.711 A-law.
    G711a,
    /// G.723.1.
    G723,
    /// G.726 at 16 kbit/s.
    G726r16,
    /// G.726 at 24 kbit/s.
    G726r24,
    /// G.726 at 32 kbit/s.
    G726r32,
    /// G.726 at 40 kbit/s.
    G726r40,
    /// G.729 annex A.
    G729a,
}

/// What happens after a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// It holds for the call that is dialled next: dial tone again, the number follows.
    OneCall,
    /// It switches something: confirm tone, then dial tone.
    Switch,
    /// A number must follow: the prompt tone, or the tone of its setting.
    WantsNumber,
    /// It acts at once.
    AtOnce,
}

use Service as S;

/// The vertical service codes in the order of the settings, with the factory's text.
const VERTICAL: [(Service, &str); 32] = [
    (S::CallReturn, "*69"),
    (S::BlindTransfer, "*98"),
    (S::CallBackOn, "*66"),
    (S::CallBackOff, "*86"),
    (S::ForwardAllOn, "*72"),
    (S::ForwardAllOff, "*73"),
    (S::ForwardBusyOn, "*90"),
    (S::ForwardBusyOff, "*91"),
    (S::ForwardNoAnswerOn, "*92"),
    (S::ForwardNoAnswerOff, "*93"),
    (S::CallWaitingOn, "*56"),
    (S::CallWaitingOff, "*57"),
    (S::CallWaitingOnce, "*71"),
    (S::NoCallWaitingOnce, "*70"),
    (S::BlockCallerIdOn, "*67"),
    (S::BlockCallerIdOff, "*68"),
    (S::BlockCallerIdOnce, "*81"),
    (S::ShowCallerIdOnce, "*82"),
    (S::BlockAnonymousOn, "*77"),
    (S::BlockAnonymousOff, "*87"),
    (S::DoNotDisturbOn, "*78"),
    (S::DoNotDisturbOff, "*79"),
    (S::SecureAll, "*16"),
    (S::SecureNone, "*17"),
    (S::SecureOnce, "*18"),
    (S::ClearOnce, "*19"),
    (S::Paging, "*96"),
    (S::Park, "*38"),
    (S::Pickup, "*36"),
    (S::Unpark, "*39"),
    (S::GroupPickup, "*37"),
    (S::MediaLoopback, "*03"),
];

/// The codecs that have codes: the factory's code to prefer one, and to force it.
const CODECS: [(CodecName, &str, &str); 8] = [
    (CodecName::G711u, "*017110", "*027110"),
    (CodecName::G711a, "*017111", "*027111"),
    (CodecName::G723, "*01723", "*02723"),
    (CodecName::G726r16, "*0172616", "*0272616"),
    (CodecName::G726r24, "*0172624", "*0272624"),
    (CodecName::G726r32, "*0172632", "*0272632"),
    (CodecName::G726r40, "*0172640", "*0272640"),
    (CodecName::G729a, "*01729", "*02729"),
];

/// Where the numbers of the codecs, of the referral and of the feature dial services begin.
const FIRST_CODEC: u8 = 64;
/// The number of what has no code.
const NO_CODE: u8 = 63;
const FIRST_REFERRAL: u8 = 128;
const FIRST_FEATURE_DIAL: u8 = 192;
/// How many numbers the codes of one list have: as many codes as 79 characters can hold, and more.
const LIST: u8 = 64;

impl Service {
    /// Every service that has a code of its own: all but the lists, which are settings as a whole.
    pub fn own() -> impl Iterator<Item = Self> {
        let codecs = CODECS
            .into_iter()
            .flat_map(|(codec, _, _)| [false, true].map(|force| Self::Codec(CodecChoice { codec, force })));
        VERTICAL.into_iter().map(|(service, _)| service).chain(codecs)
    }

    /// The factory's code; empty for the codes of a list.
    #[must_use]
    pub fn factory_code(self) -> &'static str {
        if let Self::Codec(choice) = self {
            let row = CODECS.into_iter().find(|&(codec, _, _)| codec == choice.codec);
            return row.map_or("", |(_, prefer, force)| if choice.force { force } else { prefer });
        }
        VERTICAL.into_iter().find(|&(service, _)| service == self).map_or("", |(_, code)| code)
    }

    /// The number by which a plan knows the service.
    #[must_use]
    pub fn number(self) -> u8 {
        let place = |place: Option<usize>| place.and_then(|place| u8::try_from(place).ok()).unwrap_or(0);
        if self == Self::VoiceMailNumber {
            return NO_CODE;
        }
        if let Self::Referral(place) = self {
            return FIRST_REFERRAL | place & (LIST - 1);
        }
        if let Self::FeatureDial(place) = self {
            return FIRST_FEATURE_DIAL | place & (LIST - 1);
        }
        if let Self::Codec(choice) = self {
            let row = place(CODECS.into_iter().position(|(codec, _, _)| codec == choice.codec));
            return FIRST_CODEC | row.saturating_mul(2) | u8::from(choice.force);
        }
        place(VERTICAL.into_iter().position(|(service, _)| service == self))
    }

    /// The service that a number stands for.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        let within = |first: u8| number.checked_sub(first).filter(|&place| place < LIST);
        if let Some(place) = within(FIRST_FEATURE_DIAL) {
            return Some(Self::FeatureDial(place));
        }
        if let Some(place) = within(FIRST_REFERRAL) {
            return Some(Self::Referral(place));
        }
        if let Some(place) = within(FIRST_CODEC) {
            let &(codec, _, _) = CODECS.get(usize::from(place / 2))?;
            return Some(Self::Codec(CodecChoice { codec, force: place % 2 == 1 }));
        }
        VERTICAL.get(usize::from(number)).map(|&(service, _)| service)
    }

    /// What happens after the code.
    #[must_use]
    pub const fn class(self) -> Class {
        match self {
            Self::CallWaitingOnce
            | Self::NoCallWaitingOnce
            | Self::BlockCallerIdOnce
            | Self::ShowCallerIdOnce
            | Self::SecureOnce
            | Self::ClearOnce
            | Self::Codec(_) => Class::OneCall,
            Self::ForwardAllOff
            | Self::ForwardBusyOff
            | Self::ForwardNoAnswerOff
            | Self::CallWaitingOn
            | Self::CallWaitingOff
            | Self::BlockCallerIdOn
            | Self::BlockCallerIdOff
            | Self::BlockAnonymousOn
            | Self::BlockAnonymousOff
            | Self::DoNotDisturbOn
            | Self::DoNotDisturbOff
            | Self::SecureAll
            | Self::SecureNone
            | Self::CallBackOff => Class::Switch,
            Self::BlindTransfer
            | Self::ForwardAllOn
            | Self::ForwardBusyOn
            | Self::ForwardNoAnswerOn
            | Self::Paging
            | Self::Park
            | Self::Pickup
            | Self::Unpark
            | Self::MediaLoopback
            | Self::VoiceMailNumber
            | Self::Referral(_)
            | Self::FeatureDial(_) => Class::WantsNumber,
            Self::CallReturn | Self::CallBackOn | Self::GroupPickup => Class::AtOnce,
        }
    }
}

/// The longest code that a text begins with, and the text after it. Codes that are empty are not known.
///
/// On the hook several codes may stand before a number (guide): call this until it gives `None`.
///
/// ```
/// use deskphone::dialplan::leading_code;
/// let codes = [("*67", 'a'), ("*018", 'b'), ("", 'c')];
/// assert_eq!(leading_code("*67*0185551234", codes), Some(('a', "*0185551234")));
/// assert_eq!(leading_code("*0185551234", codes), Some(('b', "5551234")));
/// assert_eq!(leading_code("5551234", codes), None);
/// ```
pub fn leading_code<'t, 'c, C>(
    text: &'t str,
    codes: impl IntoIterator<Item = (&'c str, C)>,
) -> Option<(C, &'t str)> {
    let known = codes.into_iter().filter(|(keys, _)| !keys.is_empty());
    let matching = known.filter_map(|(keys, code)| Some((keys.len(), code, text.strip_prefix(keys)?)));
    // The first of equal ones: a code that stands twice is the one that a plan knows first.
    let longest = matching.reduce(|best, other| if other.0 > best.0 { other } else { best });
    longest.map(|(_, code, rest)| (code, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn each_service_has_a_number_and_a_code_of_its_own() {
        let services: Vec<Service> = Service::own().collect();
        assert_eq!(services.len(), 48);
        for (place, &service) in services.iter().enumerate() {
            assert_eq!(Service::from_number(service.number()), Some(service));
            let code = service.factory_code();
            for other in &services[place + 1..] {
                let theirs = other.factory_code();
                assert!(!code.starts_with(theirs) && !theirs.starts_with(code), "{code} {theirs}");
            }
        }
        for place in 0..40 {
            for service in [Service::Referral(place), Service::FeatureDial(place)] {
                assert_eq!(Service::from_number(service.number()), Some(service));
                assert_eq!(service.factory_code(), "");
            }
        }
        assert_eq!(Service::from_number(32), None);
        assert_eq!(Service::from_number(Service::VoiceMailNumber.number()), None, "no code");
        assert_eq!(Service::from_number(80), None);
    }

    #[test]
    fn what_happens_after_a_code() {
        let class = |code: &str| {
            Service::own().find(|service| service.factory_code() == code).map(Service::class).unwrap()
        };
        assert_eq!(class("*72"), Class::WantsNumber);
        assert_eq!(class("*73"), Class::Switch);
        assert_eq!(class("*0172616"), Class::OneCall);
        assert_eq!(class("*18"), Class::OneCall);
        assert_eq!(class("*66"), Class::AtOnce);
        assert_eq!(Service::Referral(3).class(), Class::WantsNumber);
    }

    #[test]
    fn several_codes_before_a_number() {
        let codes = || Service::own().map(|service| (service.factory_code(), service));
        let mut rest = "*67*0172616*185551234";
        let mut found = Vec::new();
        while let Some((service, after)) = leading_code(rest, codes()) {
            found.push(service);
            rest = after;
        }
        let g726 = Service::Codec(CodecChoice { codec: CodecName::G726r16, force: false });
        assert_eq!(found, [Service::BlockCallerIdOn, g726, Service::SecureOnce]);
        assert_eq!(rest, "5551234");
        assert_eq!(leading_code("*7", codes()), None, "half a code");
        assert_eq!(leading_code("*67", [("*67", 1), ("*67", 2)]), Some((1, "")));
    }
}
