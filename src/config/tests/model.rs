//! The store beside a map: whatever is set, taken back and filled up, nothing is lost; and saving and
//! restoring is the identity.

use super::super::catalogue::{self, tests::other};
use super::super::{Config, Id, Restored, Wrong};
use crate::limits;
use proptest::prelude::*;
use proptest::sample::Index;
use std::collections::BTreeMap;
use std::string::{String, ToString};
use std::vec::Vec;

#[derive(Clone, Debug)]
enum Move {
    /// A text setting gets a text of some length.
    Text(Index, usize),
    /// Any setting gets a value that it takes.
    Other(Index),
    /// Any setting gets the factory's value back.
    Empty(Index),
    /// Any setting gets the empty text.
    Nothing(Index),
    /// All texts get their longest.
    Fill(char),
    Reset,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        8 => (any::<Index>(), 0..520_usize).prop_map(|(at, length)| Move::Text(at, length)),
        6 => any::<Index>().prop_map(Move::Other),
        4 => any::<Index>().prop_map(Move::Empty),
        2 => any::<Index>().prop_map(Move::Nothing),
        1 => (b'a'..=b'z').prop_map(|byte| Move::Fill(char::from(byte))),
        1 => Just(Move::Reset),
    ];
    proptest::collection::vec(one, 0..80)
}

struct Desk {
    config: Config,
    model: BTreeMap<Id, String>,
}

impl Desk {
    fn put(&mut self, setting: Id, value: &str) -> Result<(), TestCaseError> {
        let (kind, default) = (setting.row().kind, setting.default_text());
        let wanted = match value {
            "" => default,
            "\"\"" => "",
            value => value,
        };
        let others: usize = self.model.iter().filter(|(id, _)| **id != setting).map(entry).sum();
        let expected = match wanted {
            _ if wanted == default => Ok(()),
            _ if kind.takes(wanted).is_err() => Err(kind.takes(wanted).unwrap_err()),
            _ if entry((&setting, &wanted.to_string())) > limits::SETTINGS_BYTES.saturating_sub(others) => {
                Err(Wrong::Full)
            }
            _ => Ok(()),
        };
        let revision = self.config.revision();
        prop_assert_eq!(self.config.put(setting, value), expected, "{:?}", setting);
        match expected {
            Ok(()) if kind.canonical(wanted) == default => drop(self.model.remove(&setting)),
            Ok(()) => drop(self.model.insert(setting, kind.canonical(wanted).to_string())),
            Err(_) => prop_assert_eq!(self.config.revision(), revision),
        }
        self.check()
    }

    fn check(&self) -> Result<(), TestCaseError> {
        let model = self.model.iter().map(|(id, text)| (*id, text.as_str()));
        prop_assert!(self.config.changed().eq(model), "the same settings in the same order");
        let bytes: usize = self.model.iter().map(entry).sum();
        prop_assert_eq!(self.config.bytes_used(), bytes);
        Ok(())
    }

    fn follow(&mut self, moves: &[Move], all: &[Id], texts: &[(Id, usize)]) -> Result<(), TestCaseError> {
        for one in moves {
            match one {
                Move::Text(at, length) => self.put(at.get(texts).0, &"t".repeat(*length))?,
                Move::Other(at) => {
                    let setting = *at.get(all);
                    self.put(setting, other(setting.row().kind, setting.default_text()))?;
                }
                Move::Empty(at) => self.put(*at.get(all), "")?,
                Move::Nothing(at) => self.put(*at.get(all), "\"\"")?,
                Move::Fill(with) => {
                    for (setting, most) in texts {
                        self.put(*setting, &with.to_string().repeat(*most))?;
                    }
                }
                Move::Reset => {
                    self.config.reset();
                    self.model.clear();
                }
            }
        }
        Ok(())
    }
}

/// Bytes that an entry takes in the store.
fn entry((_, text): (&Id, &String)) -> usize {
    text.len().saturating_add(4)
}

fn saved(config: &Config, sequence: u32) -> Vec<u8> {
    let mut bytes = std::vec![0; 20_000];
    let length = config.save(sequence, &mut bytes).unwrap();
    bytes.truncate(length);
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn the_store_is_a_map_that_can_be_full(moves in moves(), later in moves(), sequence in 1_u32..) {
        let all: Vec<Id> = catalogue::all().collect();
        // Texts and secrets alone take this, up to their longest.
        let limits = [511, 508, 255, 127, 88, 79, 63, 39, 31, 23];
        let takes = |id: &Id, most: usize| id.row().kind.takes(&"\u{e9}".repeat(most / 2)).is_ok();
        let length = |id: &Id| limits.into_iter().find(|most| takes(id, *most));
        let texts: Vec<(Id, usize)> = all.iter().filter_map(|id| Some((*id, length(id)?))).collect();
        let mut desk = Desk { config: Config::new(), model: BTreeMap::new() };
        desk.follow(&moves, &all, &texts)?;
        let older = saved(&desk.config, sequence.wrapping_sub(1));
        desk.follow(&later, &all, &texts)?;
        let newer = saved(&desk.config, sequence);

        let mut found = Config::new();
        found.set("GPP_P", "of another time").unwrap();
        let whole = Restored { slot: Some(1), sequence, left_out: 0 };
        prop_assert_eq!(found.restore(&[&older, &newer]), whole);
        prop_assert!(found.changed().eq(desk.config.changed()), "what is saved comes back, and nothing else");
        prop_assert_eq!(saved(&found, sequence), newer);
    }
}
