//! The catalogue of all settings: one row each, by tab (guide, chapters System to User).
//!
//! Each tab is a module. It has one constant for each of its settings, named as the tag in capitals: that
//! constant is what the phone reads a setting with.

use super::setting::{Id, Row};
use crate::base::scan;

/// Declares the settings of a tab: a constant each, and the rows of the table in the same order.
///
/// ```text
/// settings! {
///     Tab, first row;
///     "Group" {
///         NAME one|each "Tag" ["Web name"] : Kind(limits) = "default", Access;
///     }
/// }
/// ```
/// `one` is a setting of the whole phone; `each` has an extension's or line key's number. Where the four
/// defaults differ they are given as an array.
macro_rules! settings {
    ($tab:ident, $first:expr; $( $group:literal { $(
        $constant:ident $how:ident $tag:literal $([$name:literal])? :
        $kind:ident $(($($limit:expr),*))? = $default:tt, $access:ident;
    )* } )*) => {
        #[allow(
            non_camel_case_types,
            clippy::upper_case_acronyms,
            reason = "one name for a row and its constant"
        )]
        enum Place { $($( $constant, )*)* }

        $($(
            #[doc = concat!("`", $tag, "`.")]
            pub const $constant: settings!(@type $how $kind) =
                <settings!(@type $how $kind)>::new($first + Place::$constant as u16);
        )*)*

        pub(super) static ROWS: &[$crate::config::setting::Row] = &[ $($(
            $crate::config::setting::Row {
                tag: $tag,
                name: settings!(@name $($name)?),
                group: &$crate::config::setting::Group {
                    tab: $crate::config::setting::Tab::$tab,
                    name: $group,
                },
                kind: $crate::config::kind::Kind::$kind $(($($limit),*))?,
                default: settings!(@default $default),
                each: settings!(@each $default),
                access: $crate::config::setting::Access::$access,
            },
        )*)* ];
    };
    (@type one $kind:ident) => { $crate::config::setting::Setting<$crate::config::kind::$kind> };
    (@type each $kind:ident) => { $crate::config::setting::Each<$crate::config::kind::$kind> };
    (@name) => { "" };
    (@name $name:literal) => { $name };
    (@default [$first:literal, $($rest:literal),*]) => { $first };
    (@default $default:literal) => { $default };
    (@each [$($default:literal),*]) => { Some(&[$($default),*]) };
    (@each $default:literal) => { None };
}

pub mod ext;
pub mod phone;
pub mod provisioning;
pub mod regional;
pub mod sip;
pub mod system;
pub mod user;

/// The tabs' rows, in the order of the web pages.
static TABS: [&[Row]; 7] =
    [system::ROWS, sip::ROWS, provisioning::ROWS, regional::ROWS, phone::ROWS, ext::ROWS, user::ROWS];

/// The row at a place; the first one where there is none.
pub(super) fn row(place: usize) -> &'static Row {
    let mut place = place;
    for tab in TABS {
        match tab.get(place) {
            Some(row) => return row,
            None => place = place.saturating_sub(tab.len()),
        }
    }
    &NONE
}

/// Stands for a row that is not there; no constant leads to it.
static NONE: Row = Row {
    tag: "",
    name: "",
    group: &super::setting::Group { tab: super::setting::Tab::System, name: "" },
    kind: super::kind::Kind::Text(0),
    default: "",
    each: None,
    access: super::setting::Access::Admin,
};

/// All rows, in the order of the web pages.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    TABS.into_iter().flatten()
}

/// All settings: those of extensions and line keys four times, one after the other.
pub fn all() -> impl Iterator<Item = Id> {
    rows().zip(0u16..).flat_map(|(row, place)| {
        let numbers = if apart(row.tag).is_some() { 1..=4 } else { 0..=0 };
        numbers.map(move |number| Id::new(place, number))
    })
}

/// The setting with a tag, as profiles write it (`Proxy_1_`) or as the guide does (`Proxy[1]`).
///
/// ```
/// use deskphone::config::catalogue;
/// let setting = catalogue::find("Default_Ring__2__").unwrap();
/// assert_eq!((setting.number(), setting.default_text()), (2, "1"));
/// assert_eq!(catalogue::find("Proxy[3]"), catalogue::find("Proxy_3_"));
/// assert_eq!(catalogue::find("proxy_3_"), None, "tags are case sensitive");
/// ```
#[must_use]
pub fn find(tag: &str) -> Option<Id> {
    // The first letter rules most rows out.
    let begins = |row: &Row| row.tag.bytes().next() == tag.bytes().next();
    rows().zip(0u16..).filter(|(row, _)| begins(row)).find_map(|(row, place)| {
        let Some((before, after)) = apart(row.tag) else {
            return (row.tag == tag).then_some(Id::new(place, 0));
        };
        let rest = tag.strip_prefix(before.trim_end_matches('_'))?;
        let bracketed = rest.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let in_tag = || tag.strip_prefix(before)?.strip_suffix(after);
        let number = match bracketed.or_else(in_tag)? {
            "1" => 1,
            "2" => 2,
            "3" => 3,
            "4" => 4,
            _ => return None,
        };
        Some(Id::new(place, number))
    })
}

/// What stands before and after the number of a tag: `Proxy_n_` is `Proxy_` and `_`.
pub(super) fn apart(tag: &'static str) -> Option<(&'static str, &'static str)> {
    let inside = scan::find(tag.as_bytes(), b"_n_");
    let place = inside.or_else(|| tag.len().checked_sub(2).filter(|_| tag.ends_with("_n")))?;
    let before = tag.get(..place.checked_add(1)?)?;
    Some((before, tag.get(place.checked_add(2)?..)?))
}

/// How many rows the tabs before each have.
const SYSTEM: u16 = 0;
const SIP: u16 = SYSTEM + count(system::ROWS);
const PROVISIONING: u16 = SIP + count(sip::ROWS);
const REGIONAL: u16 = PROVISIONING + count(provisioning::ROWS);
const PHONE: u16 = REGIONAL + count(regional::ROWS);
const EXT: u16 = PHONE + count(phone::ROWS);
const USER: u16 = EXT + count(ext::ROWS);

const fn count(rows: &[Row]) -> u16 {
    assert!(rows.len() < 512, "a tab has less than 512 rows");
    let mut count = 0u16;
    while (count as usize) < rows.len() {
        count = count.wrapping_add(1);
    }
    count
}

#[cfg(test)]
pub(super) mod tests;
