//! A dial plan, compiled into a table.

use super::fault::{Expected, PlanFault};
use super::item::{Item, Outcome};
use super::key::DialKey;
use super::script::Script;
use super::table::{Block, Full, Sequence, Table};
use super::transform::{self, Number};

/// A compiled dial plan: which numbers there are, and what becomes of them.
///
/// It has at most one step of two bytes for each character of its text. Service codes and speed dial digits
/// are appended to it (guide: implicit sequences). What a key means is asked of 64 steps at a time: see
/// [`Matcher`](super::Matcher).
///
/// ```
/// use deskphone::dialplan::Plan;
/// let plan = Plan::parse("(<9,:>1xxxxxxxxxx|<+:00>x.)")?;
/// assert_eq!(plan.rewrite("+4420").as_deref(), Some("004420"));
/// assert_eq!(plan.rewrite("12"), None);
/// # Ok::<(), deskphone::dialplan::PlanFault>(())
/// ```
#[derive(Clone, Debug)]
pub struct Plan {
    table: Table,
    /// How many of the items are the plan's own; what follows them are codes and speed dial digits.
    own: usize,
    long_s: Option<u16>,
    short_s: Option<u16>,
    ip_dialling: bool,
    revision: u32,
}

impl Plan {
    /// A plan without a sequence: no number can be dialled.
    #[must_use]
    pub const fn new() -> Self {
        Self { table: Table::new(), own: 0, long_s: None, short_s: None, ip_dialling: false, revision: 0 }
    }

    /// The plan that a text means. A text of nothing is a plan without a sequence.
    ///
    /// # Errors
    /// The first character that cannot stand where it stands.
    pub fn parse(script: &str) -> Result<Self, PlanFault> {
        let mut plan = Self::new();
        plan.load(script)?;
        Ok(plan)
    }

    /// Becomes the plan that a text means, in place. Codes and speed dial digits are to be added again;
    /// whether IP addresses can be dialled, and the revision, stay.
    ///
    /// # Errors
    /// The first character that cannot stand where it stands. The plan is as it was then.
    pub fn load(&mut self, script: &str) -> Result<(), PlanFault> {
        Self::check(script)?;
        self.table.clear();
        let mut script = Script::new(script);
        while let Some(item) = script.item()? {
            // There is room: no item without a character of its own.
            let _room = self.table.push(item);
        }
        self.own = self.table.len();
        (self.long_s, self.short_s) = (script.long_s, script.short_s);
        Ok(())
    }

    /// Whether a text is a plan, without compiling it.
    ///
    /// # Errors
    /// The first character that cannot stand where it stands.
    pub fn check(script: &str) -> Result<(), PlanFault> {
        let mut script = Script::new(script);
        while script.item()?.is_some() {}
        Ok(())
    }

    /// Appends a service code that a [`Verdict::Code`](super::Verdict::Code) names by `code`. An empty one is
    /// not known to the phone (guide): nothing is appended.
    ///
    /// # Errors
    /// A character that is no key, or the end when the table is full: then the code is not known.
    pub fn add_code(&mut self, keys: &str, code: u8) -> Result<(), PlanFault> {
        if keys.is_empty() { Ok(()) } else { self.append(keys, Outcome::Code(code)) }
    }

    /// Appends a speed dial digit. What is no digit is not appended.
    ///
    /// # Errors
    /// When the table is full: then the digit is not known.
    pub fn add_speed_dial(&mut self, digit: u8) -> Result<(), PlanFault> {
        match char::from_digit(u32::from(digit), 10) {
            Some(symbol) => self.append(symbol.encode_utf8(&mut [0; 4]), Outcome::SpeedDial(digit)),
            None => Ok(()),
        }
    }

    fn append(&mut self, keys: &str, outcome: Outcome) -> Result<(), PlanFault> {
        let before = self.table.len();
        for (position, symbol) in keys.char_indices() {
            let expected = match DialKey::new(symbol).map(|key| self.table.push(Item::Key(key.bit()))) {
                Some(Ok(())) => continue,
                Some(Err(Full)) => Expected::Shorter,
                None => Expected::Key,
            };
            self.table.truncate(before);
            return Err(PlanFault { position, found: Some(symbol), expected });
        }
        self.table.push(Item::End(outcome)).map_err(|Full| {
            self.table.truncate(before);
            PlanFault { position: keys.len(), found: None, expected: Expected::Shorter }
        })
    }

    /// Sets whether IP addresses can be dialled (`Enable IP Dialing`).
    pub const fn allow_ip_dialling(&mut self, allowed: bool) {
        self.ip_dialling = allowed;
    }

    /// Whether IP addresses can be dialled.
    #[must_use]
    pub const fn has_ip_dialling(&self) -> bool {
        self.ip_dialling
    }

    /// Says that the plan is another one now. A collector that began with another revision begins anew and
    /// gives itself its own keys again.
    pub const fn set_revision(&mut self, revision: u32) {
        self.revision = revision;
    }

    /// The revision.
    #[must_use]
    pub const fn revision(&self) -> u32 {
        self.revision
    }

    /// The long timer that the plan itself says, in milliseconds.
    #[must_use]
    pub fn long_ms(&self) -> Option<u32> {
        self.long_s.map(milliseconds)
    }

    /// The short timer that the plan itself says, in milliseconds.
    #[must_use]
    pub fn short_ms(&self) -> Option<u32> {
        self.short_s.map(milliseconds)
    }

    /// What a text becomes by the first sequence that matches all of it; `None` when none does, when that one
    /// is barred, or when the result is too long. This is what `Caller ID Map` does.
    #[must_use]
    pub fn rewrite(&self, text: &str) -> Option<Number> {
        transform::rewrite(self.own_sequences(), text).flatten()
    }

    /// How many steps the table has.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether the plan has no sequence, code or speed dial digit.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.table.len() == 0
    }

    pub(super) const fn table(&self) -> &Table {
        &self.table
    }

    /// The plan's own sequences.
    pub(super) fn own_sequences(&self) -> impl Iterator<Item = Sequence<'_>> {
        let after = |sequence: &Sequence<'_>| self.table.sequence_from(sequence.end().saturating_add(1));
        let sequences = core::iter::successors(self.table.sequence_from(0), after);
        sequences.take_while(|sequence| sequence.end() < self.own)
    }

    /// The long timer of the sequence that has come to `position`, if the plan says one, in milliseconds.
    pub(super) fn long_at(&self, position: usize) -> Option<u32> {
        let local = if self.table.long_timers { self.local(position, Block::long_timers) } else { None };
        local.or(self.long_s).map(milliseconds)
    }

    /// The short timer of the sequence that has come to `position`, if the plan says one, in milliseconds.
    pub(super) fn short_at(&self, position: usize) -> Option<u32> {
        let local = if self.table.short_timers { self.local(position, Block::short_timers) } else { None };
        local.or(self.short_s).map(milliseconds)
    }

    fn local(&self, position: usize, timers: fn(&Block) -> u64) -> Option<u16> {
        match self.table.last_before(position, timers)? {
            Item::Long(seconds) | Item::Short(seconds) => Some(seconds),
            Item::Key(_)
            | Item::Keys(_)
            | Item::Letter(_)
            | Item::Letters(_)
            | Item::Open
            | Item::Close
            | Item::Emit(_)
            | Item::Tone
            | Item::Pause(_)
            | Item::End(_) => None,
        }
    }
}

impl Default for Plan {
    fn default() -> Self {
        Self::new()
    }
}

fn milliseconds(seconds: u16) -> u32 {
    u32::from(seconds).saturating_mul(1_000)
}
