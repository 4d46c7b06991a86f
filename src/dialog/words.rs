//! What a dialog says again in each request: texts of very different lengths, one behind the other.

use heapless::Vec;

use crate::base::turn;
use crate::limits::DIALOG_BYTES;

/// One of the texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// Our address, as From or To has it.
    Local,
    /// The peer's address.
    Remote,
    /// The peer's Contact.
    Target,
    /// The route set, as [`super::RouteSet`] keeps it.
    Routes,
}

/// All of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Words {
    bytes: Vec<u8, DIALOG_BYTES, u16>,
    /// Where each ends.
    ends: [u16; 4],
}

impl Words {
    pub(super) const EMPTY: Self = Self { bytes: Vec::new(), ends: [0; 4] };

    pub(super) fn of(&self, word: Word) -> &[u8] {
        let [local, remote, target, routes] = self.ends.map(usize::from);
        let range = match word {
            Word::Local => 0..local,
            Word::Remote => local..remote,
            Word::Target => remote..target,
            Word::Routes => target..routes,
        };
        self.bytes.get(range).unwrap_or(&[])
    }

    /// Puts a text in the place of another; `None`, and nothing changes, when there is no room for it.
    pub(super) fn set(&mut self, word: Word, text: &[u8]) -> Option<()> {
        let old = self.of(word).len();
        let free = self.bytes.capacity().saturating_sub(self.bytes.len());
        if text.len() > free.saturating_add(old) {
            return None;
        }
        let (old, new) = (u16::try_from(old).ok()?, u16::try_from(text.len()).ok()?);
        let at = self.ends.map(usize::from).get(word as usize)?.checked_sub(usize::from(old))?;
        // The old text goes to the end and is cut off, the new one comes from there.
        turn::left(self.bytes.get_mut(at..)?, usize::from(old));
        self.bytes.truncate(self.bytes.len().saturating_sub(usize::from(old)));
        self.bytes.extend_from_slice(text).ok()?;
        turn::right(self.bytes.get_mut(at..)?, text.len());
        for end in self.ends.iter_mut().skip(word as usize) {
            *end = end.saturating_sub(old).saturating_add(new);
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Word; 4] = [Word::Local, Word::Remote, Word::Target, Word::Routes];

    proptest::proptest! {
        #[test]
        fn each_is_what_it_was_set_to_last(
            steps in proptest::collection::vec((0..4usize, proptest::collection::vec(1..9u8, 0..200)), 0..20),
        ) {
            let (mut words, mut expected) = (Words::EMPTY, [const { std::vec::Vec::new() }; 4]);
            for (place, text) in steps {
                let before: usize = expected.iter().map(std::vec::Vec::len).sum();
                let others = before.saturating_sub(expected[place].len());
                let fits = others.saturating_add(text.len()) <= DIALOG_BYTES;
                proptest::prop_assert_eq!(words.set(ALL[place], &text).is_some(), fits);
                if fits {
                    expected[place] = text;
                }
                for (word, expected) in ALL.into_iter().zip(&expected) {
                    proptest::prop_assert_eq!(words.of(word), expected.as_slice());
                }
            }
        }
    }
}
