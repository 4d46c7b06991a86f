//! IP dialling: an address on a dial pad (guide, `Enable IP Dialing`).
//!
//! ```text
//! address := [ user-id "@" ] a "." b "." c "." d [ ":" port ]        ; "@", ".", ":" are all the key "*"
//! ```
//! `user-id` is a number, `a` to `d` are at most 255, the port is more than 255. Five groups are an address
//! with a port when they can be, else one with a user-id.

use core::fmt::Write;

use super::transform::Number;

/// The lowest port (guide: must be larger than 255).
const LOWEST_PORT: u16 = 256;

/// What keys mean as an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reading<'k> {
    /// The address, when it is one.
    pub(super) address: Option<Address<'k>>,
    /// Whether more keys can follow.
    pub(super) extends: bool,
}

/// An address as it was dialled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Address<'k> {
    pub(super) user: Option<&'k str>,
    host: [u8; 4],
    port: Option<u16>,
}

/// The shape of an address: whether it begins with a user-id and whether it ends with a port.
type Shape = (bool, bool);

const SHAPES: [Shape; 4] = [(false, false), (false, true), (true, false), (true, true)];

/// Reads keys; `None` while no `*` follows a digit, and when they cannot become an address.
pub(super) fn read(keys: &str) -> Option<Reading<'_>> {
    if !keys.contains('*') {
        return None;
    }
    let address = SHAPES.into_iter().find_map(|shape| complete(keys, shape));
    let extends =
        ["0", "*"].into_iter().any(|next| SHAPES.into_iter().any(|shape| begins(keys, next, shape)));
    (address.is_some() || extends).then_some(Reading { address, extends })
}

/// What a group of digits is by its place in a shape; `None` past its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    User,
    Octet,
    Port,
}

fn group(place: usize, (user, port): Shape) -> Option<Group> {
    match (place.checked_sub(usize::from(user)), port) {
        (None, _) => Some(Group::User),
        (Some(0..=3), _) => Some(Group::Octet),
        (Some(4), true) => Some(Group::Port),
        (Some(_), _) => None,
    }
}

/// Whether digits can be a group, or become one that ends the keys.
fn fits(digits: &str, group: Group, ended: bool) -> bool {
    let number = digits.bytes().all(|byte| byte.is_ascii_digit());
    let nonempty = !digits.is_empty();
    number
        && match group {
            Group::User => nonempty || !ended,
            Group::Octet if nonempty => digits.len() <= 3 && digits.parse::<u8>().is_ok(),
            Group::Port if nonempty => {
                digits.len() <= 5 && digits.parse().is_ok_and(|port: u16| !ended || port >= LOWEST_PORT)
            }
            Group::Octet | Group::Port => !ended,
        }
}

/// Whether `keys` with `next` behind them begin an address of a shape.
fn begins(keys: &str, next: &str, shape: Shape) -> bool {
    let groups = keys.split(['*']).count();
    let last = groups.saturating_sub(1);
    let mut places = keys.split(['*']).enumerate();
    if next == "*" {
        return places.all(|(place, digits)| {
            let here = group(place, shape);
            here.is_some_and(|here| fits(digits, here, true))
                && group(place.saturating_add(1), shape).is_some()
        });
    }
    places.all(|(place, digits)| {
        let Some(here) = group(place, shape) else { return false };
        if place < last {
            return fits(digits, here, true);
        }
        let mut longer = Number::new();
        longer.push_str(digits).and_then(|()| longer.push_str(next)).is_ok() && fits(&longer, here, false)
    })
}

/// The address that the keys are in a shape.
fn complete(keys: &str, shape: Shape) -> Option<Address<'_>> {
    let mut address = Address { user: None, host: [0; 4], port: None };
    let mut host = address.host.iter_mut();
    let mut groups = 0_usize;
    for (place, digits) in keys.split(['*']).enumerate() {
        let group = group(place, shape)?;
        if !fits(digits, group, true) {
            return None;
        }
        match group {
            Group::User => address.user = Some(digits),
            Group::Octet => *host.next()? = digits.parse().ok()?,
            Group::Port => address.port = digits.parse().ok(),
        }
        groups = place.saturating_add(1);
    }
    (group(groups, shape).is_none()).then_some(address)
}

impl Address<'_> {
    /// The address as text, with what the user-id became by the plan.
    pub(super) fn number(&self, user: Option<&str>) -> Option<Number> {
        let mut number = Number::new();
        let [a, b, c, d] = self.host;
        if let Some(user) = user {
            write!(number, "{user}@").ok()?;
        }
        write!(number, "{a}.{b}.{c}.{d}").ok()?;
        if let Some(port) = self.port {
            write!(number, ":{port}").ok()?;
        }
        Some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::{String, ToString};

    /// The address as text; `+` when more may follow; `-` when it is and becomes none.
    fn reading(keys: &str) -> String {
        let Some(reading) = read(keys) else { return "-".to_string() };
        let number = reading.address.and_then(|address| address.number(address.user));
        let mut text = number.map_or_else(String::new, |number| number.to_string());
        if reading.extends {
            text.push('+');
        }
        text
    }

    #[test]
    fn the_guides_syntax() {
        assert_eq!(reading("192*168*1*7"), "192.168.1.7+");
        assert_eq!(reading("192*168*1*7*5061"), "192.168.1.7:5061+", "five groups, a port");
        assert_eq!(reading("192*168*1*7*256"), "192.168.1.7:256+");
        assert_eq!(reading("101*192*168*1*7"), "101@192.168.1.7+", "five groups, no port: 7 is below 256");
        assert_eq!(reading("5551234*192*168*1*70*65000"), "5551234@192.168.1.70:65000");
        assert_eq!(
            reading("101*10*0*0*1*255"),
            "+",
            "a port must be larger than 255: it can still become one"
        );
        assert_eq!(reading("10*0*0*001"), "10.0.0.1+", "leading zeros");
    }

    #[test]
    fn a_number_without_a_star_or_with_a_wrong_group_is_no_address() {
        for keys in ["", "1", "192168", "*69", "*", "1**", "1*2*3*256*1*2", "1*2*3*4*5*6*7", "1*2*3*4*65536*"]
        {
            assert_eq!(reading(keys), "-", "{keys}");
        }
        assert_eq!(reading("999*"), "+", "a user-id");
        assert_eq!(reading("1*2*3*4*5*6553"), "1@2.3.4.5:6553+");
        assert_eq!(reading("1*2*3*4*5*65536"), "-");
        assert_eq!(reading("1*2*3*4*999*"), "-", "a port is last, an octet at most 255");
    }
}
