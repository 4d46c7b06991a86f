//! Numbers as settings write them.

use crate::base::text;

pub(super) fn flag(value: &str) -> Option<bool> {
    match value {
        _ if value.eq_ignore_ascii_case("yes") => Some(true),
        _ if value.eq_ignore_ascii_case("no") => Some(false),
        _ => None,
    }
}

/// `Uns<n>`: decimal, or hexadecimal after `0x`.
pub(super) fn unsigned(value: &str) -> Option<u32> {
    match value.strip_prefix("0x").or_else(|| value.strip_prefix("0X")) {
        Some(hex) if !hex.starts_with('+') => u32::from_str_radix(hex, 16).ok(),
        Some(_) => None,
        None => text::decimal(value.as_bytes()),
    }
}

/// `Sig<n>`: a leading `-` for negative numbers; a `+` may stand.
pub(super) fn signed(value: &str) -> Option<i32> {
    if let Some(value) = value.strip_prefix('-') {
        return i32::try_from(0i64.checked_sub(i64::from(unsigned(value)?))?).ok();
    }
    i32::try_from(unsigned(value.strip_prefix('+').unwrap_or(value))?).ok()
}

/// `Time3`: seconds with up to three decimals, in milliseconds; further decimals are ignored.
pub(super) fn millis(value: &str) -> Option<u32> {
    decimals::<3>(value)
}

/// `Time0`: whole seconds; decimals are ignored.
pub(super) fn seconds(value: &str) -> Option<u32> {
    decimals::<0>(value)
}

/// `Reorder Delay`: seconds, whose decimals are ignored; `inf` is 255.
pub(super) fn delay(value: &str) -> Option<u8> {
    if value.eq_ignore_ascii_case("inf") { Some(u8::MAX) } else { u8::try_from(seconds(value)?).ok() }
}

/// `PwrLevel`: dBm with one decimal, in tenths. A level below -99 or above 20 dBm is none.
pub(super) fn tenths(value: &str) -> Option<i16> {
    let (negative, value) = match value.strip_prefix('-') {
        Some(value) => (true, value),
        None => (false, value.strip_prefix('+').unwrap_or(value)),
    };
    let level = i16::try_from(decimals::<1>(value)?).ok()?;
    let level = if negative { level.checked_neg()? } else { level };
    Some(level).filter(|level| (-990..=200).contains(level))
}

/// A decimal number times ten to the `N`; what follows that many decimals is ignored.
fn decimals<const N: usize>(value: &str) -> Option<u32> {
    let (whole, decimals) = value.split_once('.').unwrap_or((value, ""));
    if (whole.is_empty() && decimals.is_empty()) || !decimals.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let mut number = if whole.is_empty() { 0 } else { text::decimal(whole.as_bytes())? };
    for place in 0..N {
        let digit = decimals.as_bytes().get(place).copied().unwrap_or(b'0');
        number = number.checked_mul(10)?.checked_add(text::decimal(&[digit])?)?;
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_decimal_or_hexadecimal() {
        assert_eq!(unsigned("12"), Some(12));
        assert_eq!(unsigned("0x18"), Some(24));
        assert_eq!(unsigned("0X68"), Some(0x68));
        assert_eq!(unsigned("0x+1"), None);
        assert_eq!(unsigned("-1"), None);
        assert_eq!(unsigned("4294967296"), None);
        assert_eq!(signed("-0x10"), Some(-16));
        assert_eq!(signed("+7"), Some(7));
        assert_eq!(signed("-2147483648"), Some(i32::MIN));
        assert_eq!(signed("2147483648"), None);
        assert_eq!(signed("--1"), None);
    }

    #[test]
    fn further_decimals_are_ignored_but_must_be_digits() {
        assert_eq!(millis(".5"), Some(500));
        assert_eq!(millis("0.0309"), Some(30));
        assert_eq!(millis("4."), Some(4_000));
        assert_eq!(millis("."), None);
        assert_eq!(millis(""), None);
        assert_eq!(millis("1.23x"), None);
        assert_eq!(millis("4294968"), None);
        assert_eq!(tenths("-13.5"), Some(-135));
        assert_eq!(tenths("1.59"), Some(15));
        assert_eq!(tenths("-16"), Some(-160));
        assert_eq!(tenths("200"), None);
    }
}
