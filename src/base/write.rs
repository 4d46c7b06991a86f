//! Composing into a fixed buffer: what does not fit is noticed once, at the end.

use core::net::{IpAddr, Ipv4Addr, SocketAddr};

/// Appends to a caller's buffer. After the first piece that does not fit nothing more is written, and
/// [`Writer::finish`] says so.
///
/// ```
/// use deskphone::base::Writer;
/// let mut buffer = [0; 16];
/// let mut out = Writer::new(&mut buffer);
/// out.put(b"CSeq: ");
/// out.number(7);
/// assert_eq!(out.finish(), Ok(7));
/// assert_eq!(&buffer[..7], b"CSeq: 7");
/// ```
#[derive(Debug)]
pub struct Writer<'a> {
    buffer: &'a mut [u8],
    length: usize,
    overflown: bool,
}

/// The buffer was too small for what had to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overflow;

impl<'a> Writer<'a> {
    /// Writes from the start of `buffer`.
    pub const fn new(buffer: &'a mut [u8]) -> Self {
        Self { buffer, length: 0, overflown: false }
    }

    /// Appends bytes.
    pub fn put(&mut self, bytes: &[u8]) {
        // Cut in two steps, so that the compiler sees that both sides are equally long.
        match self.buffer.get_mut(self.length..).and_then(|rest| rest.get_mut(..bytes.len())) {
            Some(room) if !self.overflown => {
                room.copy_from_slice(bytes);
                self.length = self.length.saturating_add(bytes.len());
            }
            Some(_) | None => self.overflown = true,
        }
    }

    /// Appends text.
    pub fn text(&mut self, text: &str) {
        self.put(text.as_bytes());
    }

    /// Appends a number in decimal.
    pub fn number(&mut self, number: u64) {
        let mut digits = [0u8; 20];
        let mut rest = number;
        let mut used = 0usize;
        for place in digits.iter_mut().rev() {
            // A decimal digit fits into a byte; ten is not zero.
            *place = b'0'.saturating_add(u8::try_from(rest % 10).unwrap_or(0));
            rest /= 10;
            used = used.saturating_add(1);
            if rest == 0 {
                break;
            }
        }
        let start = digits.len().saturating_sub(used);
        self.put(digits.get(start..).unwrap_or(&[]));
    }

    /// Appends a number as `width` lower-case hexadecimal digits (the lowest ones if it has more).
    pub fn hex(&mut self, number: u32, width: u8) {
        for place in (0..u32::from(width)).rev() {
            let nibble = number.checked_shr(place.saturating_mul(4)).unwrap_or(0) & 0xF;
            let digit = char::from_digit(nibble, 16).unwrap_or('0');
            self.put(&[u8::try_from(digit).unwrap_or(b'0')]);
        }
    }

    /// Appends an IP address, an IPv6 one without brackets.
    pub fn ip(&mut self, address: IpAddr) {
        match address {
            // The formatting machinery takes ten times as long, and an address stands in every message.
            IpAddr::V4(address) => self.octets(address),
            // A writer that overflows remembers it; there is nothing else to report here.
            IpAddr::V6(address) => drop(core::fmt::Write::write_fmt(self, format_args!("{address}"))),
        }
    }

    /// Appends `host:port`, an IPv6 host in brackets.
    pub fn socket_address(&mut self, address: SocketAddr) {
        match address {
            SocketAddr::V4(address) => {
                self.octets(*address.ip());
                self.put(b":");
                self.number(u64::from(address.port()));
            }
            SocketAddr::V6(address) => drop(core::fmt::Write::write_fmt(self, format_args!("{address}"))),
        }
    }

    fn octets(&mut self, address: Ipv4Addr) {
        let mut first = true;
        for octet in address.octets() {
            if !first {
                self.put(b".");
            }
            self.number(u64::from(octet));
            first = false;
        }
    }

    /// What is written so far.
    #[must_use]
    pub fn written(&self) -> &[u8] {
        self.buffer.get(..self.length).unwrap_or(&[])
    }

    /// How many bytes are written so far.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.length
    }

    /// Whether nothing is written yet.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Ends the writing.
    ///
    /// # Errors
    /// [`Overflow`] when something did not fit; the buffer then holds a part only.
    pub const fn finish(self) -> Result<usize, Overflow> {
        if self.overflown { Err(Overflow) } else { Ok(self.length) }
    }
}

impl core::fmt::Write for Writer<'_> {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        self.text(text);
        if self.overflown { Err(core::fmt::Error) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_at_their_ends() {
        let mut buffer = [0; 64];
        let mut out = Writer::new(&mut buffer);
        out.number(0);
        out.put(b" ");
        out.number(u64::MAX);
        out.put(b" ");
        out.hex(0xBEEF, 8);
        assert_eq!(out.written(), b"0 18446744073709551615 0000beef");
    }

    #[test]
    fn addresses_are_written_as_the_standard_library_writes_them() {
        for text in ["0.0.0.0", "192.0.2.57", "255.255.255.255", "::", "2001:db8::9:1", "::ffff:192.0.2.1"] {
            let address: IpAddr = text.parse().unwrap();
            for port in [0, 5_060, 65_535] {
                let mut buffer = [0; 64];
                let mut out = Writer::new(&mut buffer);
                out.ip(address);
                out.put(b" ");
                out.socket_address(SocketAddr::new(address, port));
                let expected = std::format!("{address} {}", SocketAddr::new(address, port));
                assert_eq!(out.written(), expected.as_bytes());
            }
        }
        let mut buffer = [0; 8];
        let mut out = Writer::new(&mut buffer);
        out.ip([192, 0, 2, 57].into());
        assert_eq!(out.finish(), Err(Overflow));
    }

    #[test]
    fn what_does_not_fit_is_noticed_and_nothing_follows_it() {
        let mut buffer = [0; 3];
        let mut out = Writer::new(&mut buffer);
        out.put(b"ab");
        out.put(b"cd");
        out.put(b"e");
        assert_eq!(out.written(), b"ab");
        assert_eq!(out.finish(), Err(Overflow));
    }
}
