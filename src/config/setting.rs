//! What a setting is: a row of the catalogue, and for settings of extensions and line keys a number.

use core::fmt;
use core::marker::PhantomData;

use super::catalogue;
use super::kind::Kind;

/// A row of the catalogue: one setting, or the same setting of four extensions or line keys.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Its tag in a profile; `n` between underscores stands for the number of an extension or line key.
    pub tag: &'static str,
    /// Its name on the web page where that is not the tag with spaces for underscores; else empty.
    pub(super) name: &'static str,
    /// Where the web page shows it.
    pub group: &'static Group,
    /// What values it takes.
    pub kind: Kind,
    /// The factory's value.
    pub(super) default: &'static str,
    /// The factory's values one by one, where extensions differ.
    pub(super) each: Option<&'static [&'static str; 4]>,
    /// Who may see and change it.
    pub access: Access,
}

/// A part of a tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// The tab.
    pub tab: Tab,
    /// The part's heading.
    pub name: &'static str,
}

/// A tab of the phone's web pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tab {
    /// `System`.
    System,
    /// `SIP`.
    Sip,
    /// `Provisioning`.
    Provisioning,
    /// `Regional`.
    Regional,
    /// `Phone`.
    Phone,
    /// `Ext 1` to `Ext 4`.
    Ext,
    /// `User`.
    User,
}

/// Who may see and change a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// The administrator only.
    Admin,
    /// The user too.
    User,
}

/// A setting by its place in the catalogue, whatever its type.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(u16);

/// A setting whose values have the type that `K` stands for.
pub struct Setting<K> {
    id: Id,
    kind: PhantomData<fn() -> K>,
}

/// A setting that each extension, or each line key, has for itself.
pub struct Each<K> {
    row: u16,
    kind: PhantomData<fn() -> K>,
}

/// Three bits for the number, the rest for the row.
const NUMBER_BITS: u16 = 3;

impl Id {
    pub(super) const fn new(row: u16, number: u8) -> Self {
        Self((row << NUMBER_BITS) | number as u16)
    }

    /// Its row in the catalogue.
    #[must_use]
    pub fn row(self) -> &'static Row {
        catalogue::row(usize::from(self.0 >> NUMBER_BITS))
    }

    /// The number of its extension or line key, 1 to 4; 0 for a setting of the whole phone.
    #[must_use]
    pub const fn number(self) -> u8 {
        let [number, _] = (self.0 & 0b111).to_le_bytes();
        number
    }

    /// The factory's value.
    #[must_use]
    pub fn default_text(self) -> &'static str {
        let row = self.row();
        let place = usize::from(self.number()).saturating_sub(1);
        row.each.and_then(|each| each.get(place)).copied().unwrap_or(row.default)
    }

    /// Its tag in a profile, with the number in its place: `Proxy_1_`.
    #[must_use]
    pub fn tag(self) -> impl fmt::Display {
        Tag(self)
    }

    /// Its name on the web page: `Proxy`.
    #[must_use]
    pub fn name(self) -> impl fmt::Display {
        Name(self)
    }

    pub(super) const fn bits(self) -> u16 {
        self.0
    }

    pub(super) const fn of_bits(bits: u16) -> Self {
        Self(bits)
    }
}

impl<K> Setting<K> {
    pub(super) const fn new(row: u16) -> Self {
        Self { id: Id::new(row, 0), kind: PhantomData }
    }

    /// The setting without its type.
    #[must_use]
    pub const fn id(self) -> Id {
        self.id
    }
}

impl<K> Each<K> {
    pub(super) const fn new(row: u16) -> Self {
        Self { row, kind: PhantomData }
    }

    /// The setting of one extension or line key by its number, 1 to 4; any other number is taken for 1.
    #[must_use]
    pub const fn of(self, number: u8) -> Setting<K> {
        let number = if matches!(number, 1..=4) { number } else { 1 };
        Setting { id: Id::new(self.row, number), kind: PhantomData }
    }
}

impl<K> Clone for Setting<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for Setting<K> {}

impl<K> Clone for Each<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for Each<K> {}

struct Tag(Id);

struct Name(Id);

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tag = self.0.row().tag;
        match catalogue::apart(tag).filter(|_| self.0.number() != 0) {
            Some((before, after)) => write!(f, "{before}{}{after}", self.0.number()),
            None => f.write_str(tag),
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = self.0.row();
        if !row.name.is_empty() {
            return f.write_str(row.name);
        }
        let (before, after) = catalogue::apart(row.tag).unwrap_or((row.tag, ""));
        for (place, word) in before.trim_end_matches('_').split(['_']).enumerate() {
            if place > 0 {
                f.write_str(" ")?;
            }
            f.write_str(word)?;
        }
        // A number at the very end is a part of the name; elsewhere the tab tells it.
        if after.is_empty() && self.0.number() != 0 { write!(f, " {}", self.0.number()) } else { Ok(()) }
    }
}

/// Its heading on the web pages; that of an extension has its number behind it.
impl fmt::Display for Tab {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::System => "System",
            Self::Sip => "SIP",
            Self::Provisioning => "Provisioning",
            Self::Regional => "Regional",
            Self::Phone => "Phone",
            Self::Ext => "Ext",
            Self::User => "User",
        })
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.tag())
    }
}

impl<K> fmt::Debug for Setting<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.id.fmt(f)
    }
}

impl<K> fmt::Debug for Each<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Id::new(self.row, 0).fmt(f)
    }
}
