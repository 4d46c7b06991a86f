//! Which codecs a call offers: the order of the settings, and a choice for one call.

use heapless::Vec;

use super::command::CodecChoice;
use crate::base::bounded;
use crate::limits;
use crate::sdp::{Codec, Format, Formats};

/// The list for [`Account::codecs`](super::Account::codecs): `Preferred Codec` and, unless `Use Pref Codec
/// Only` is on, `Second Preferred Codec`, `Third Preferred Codec`, then the others that are enabled.
///
/// ```
/// use deskphone::sdp::Codec;
/// use deskphone::ua::preferred_codecs;
/// let all = preferred_codecs(Codec::Pcma, [None, None], false, |_| true);
/// assert_eq!(all, [Codec::Pcma, Codec::Pcmu]);
/// assert_eq!(preferred_codecs(Codec::Pcma, [Some(Codec::Pcmu), None], true, |_| true), [Codec::Pcma]);
/// ```
#[must_use]
pub fn preferred_codecs(
    preferred: Codec,
    further: [Option<Codec>; 2],
    only: bool,
    enabled: impl Fn(Codec) -> bool,
) -> Vec<Codec, { limits::CODECS }> {
    let named = further.into_iter().flatten().filter(|codec| enabled(*codec));
    let rest = Codec::ALL.into_iter().filter(|codec| enabled(*codec));
    let mut list: Vec<Codec, { limits::CODECS }> = bounded::filled([preferred]);
    for codec in named.chain(rest).filter(|_| !only) {
        if !list.contains(&codec) && list.push(codec).is_err() {
            break;
        }
    }
    list
}

/// Puts the choice for one call in front of what is offered, or in its place.
pub(super) fn choose(formats: &mut Formats, choice: CodecChoice) {
    let (codec, alone) = match choice {
        CodecChoice::Prefer(codec) => (codec, false),
        CodecChoice::Force(codec) => (codec, true),
    };
    let known = formats.iter().find(|format| format.codec == codec).copied();
    let number = codec.static_payload_type();
    let Some(first) = known.or_else(|| number.map(|payload_type| Format { codec, payload_type })) else {
        return;
    };
    let others = formats.iter().copied().filter(|format| !alone && format.codec != codec);
    *formats = bounded::filled(core::iter::once(first).chain(others));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_for_one_call() {
        let both: Formats = bounded::filled([Format::PCMU, Format::PCMA]);
        let chosen = |choice, from: &Formats| {
            let mut formats = from.clone();
            choose(&mut formats, choice);
            formats
        };
        assert_eq!(chosen(CodecChoice::Prefer(Codec::Pcma), &both), [Format::PCMA, Format::PCMU]);
        assert_eq!(chosen(CodecChoice::Force(Codec::Pcma), &both), [Format::PCMA]);
        let one: Formats = bounded::filled([Format::PCMU]);
        assert_eq!(chosen(CodecChoice::Prefer(Codec::Pcma), &one), [Format::PCMA, Format::PCMU]);
    }

    #[test]
    fn the_order_of_the_settings() {
        let disabled = |codec| codec != Codec::Pcmu;
        assert_eq!(preferred_codecs(Codec::Pcma, [Some(Codec::Pcmu), None], false, disabled), [Codec::Pcma]);
        let second = preferred_codecs(Codec::Pcma, [Some(Codec::Pcmu), Some(Codec::Pcma)], false, |_| true);
        assert_eq!(second, [Codec::Pcma, Codec::Pcmu]);
    }
}
