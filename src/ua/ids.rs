//! Names of things that the user agent and the layers above it speak of.

use crate::limits;

/// One of the phone's extensions (accounts), E1 to E4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExtensionId(u8);

impl ExtensionId {
    /// Extension 1, the primary extension: call forwarding and the message lamp are its alone.
    pub const PRIMARY: Self = Self(0);
    /// All extensions in order.
    pub const ALL: [Self; limits::EXTENSIONS] = [Self(0), Self(1), Self(2), Self(3)];

    /// The extension with a number from 1 to 4; `None` for any other.
    #[must_use]
    pub const fn new(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self(0)),
            2 => Some(Self(1)),
            3 => Some(Self(2)),
            4 => Some(Self(3)),
            _ => None,
        }
    }

    /// Its number, 1 to 4.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0.saturating_add(1)
    }

    /// Its place in an array of extensions, 0 to 3.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// One value for each extension.
#[derive(Clone, Debug, Default)]
pub(super) struct PerExtension<T>(pub(super) [T; limits::EXTENSIONS]);

impl<T> PerExtension<T> {
    pub(super) const fn of(&self, extension: ExtensionId) -> &T {
        let [first, second, third, fourth] = &self.0;
        match extension.0 {
            0 => first,
            1 => second,
            2 => third,
            _ => fourth,
        }
    }

    pub(super) const fn of_mut(&mut self, extension: ExtensionId) -> &mut T {
        let [first, second, third, fourth] = &mut self.0;
        match extension.0 {
            0 => first,
            1 => second,
            2 => third,
            _ => fourth,
        }
    }
}

/// One INVITE session of the user agent, from the INVITE to its last message. Never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionId(pub(super) crate::base::Handle<super::session::Session>);

/// Ties the answer to a request that the host carries out (name resolution) to the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket(pub u32);

#[cfg(test)]
impl SessionId {
    /// A name that no user agent gave, for tests of the layers above.
    pub(crate) const fn numbered(number: u16) -> Self {
        Self(crate::base::Handle::numbered(number))
    }
}
