//! A flat pool of slots with handles that notice when their slot has been given to another.

use core::fmt;
use core::marker::PhantomData;

/// Up to `N` values of type `T`, each behind a [`Handle`].
///
/// ```
/// use deskphone::base::Pool;
/// let mut pool: Pool<&str, 2> = Pool::new();
/// let first = pool.insert("first").unwrap();
/// assert_eq!(pool.get(first), Some(&"first"));
/// pool.remove(first);
/// let second = pool.insert("second").unwrap();
/// assert_eq!(pool.get(first), None, "an old handle does not see the new value");
/// assert_eq!(pool.get(second), Some(&"second"));
/// ```
pub struct Pool<T, const N: usize> {
    slots: [Slot<T>; N],
}

struct Slot<T> {
    generation: u16,
    value: Option<T>,
}

/// Names one value of a [`Pool`]; no other value ever answers to it (until 65,536 reuses of the slot).
pub struct Handle<T> {
    index: u16,
    generation: u16,
    kind: PhantomData<fn() -> T>,
}

impl<T, const N: usize> Pool<T, N> {
    /// An empty pool.
    #[must_use]
    pub const fn new() -> Self {
        Self { slots: [const { Slot { generation: 0, value: None } }; N] }
    }

    /// Puts a value into a free slot.
    ///
    /// # Errors
    /// Gives the value back when all `N` slots are taken.
    pub fn insert(&mut self, value: T) -> Result<Handle<T>, T> {
        let vacant = self.slots.iter_mut().enumerate().find(|(_, slot)| slot.value.is_none());
        let Some((index, slot)) = vacant else { return Err(value) };
        let Ok(index) = u16::try_from(index) else { return Err(value) };
        slot.value = Some(value);
        Ok(Handle { index, generation: slot.generation, kind: PhantomData })
    }

    /// Takes a value out; its slot is free and its handle is void.
    pub fn remove(&mut self, handle: Handle<T>) -> Option<T> {
        let slot = self.slots.get_mut(usize::from(handle.index))?;
        if slot.generation != handle.generation {
            return None;
        }
        let value = slot.value.take()?;
        slot.generation = slot.generation.wrapping_add(1);
        Some(value)
    }

    /// The value behind a handle, if it is still there.
    #[must_use]
    pub fn get(&self, handle: Handle<T>) -> Option<&T> {
        let slot = self.slots.get(usize::from(handle.index))?;
        if slot.generation == handle.generation { slot.value.as_ref() } else { None }
    }

    /// The value behind a handle, to change.
    pub fn get_mut(&mut self, handle: Handle<T>) -> Option<&mut T> {
        let slot = self.slots.get_mut(usize::from(handle.index))?;
        if slot.generation == handle.generation { slot.value.as_mut() } else { None }
    }

    /// All values with their handles, in slot order.
    pub fn iter(&self) -> impl Iterator<Item = (Handle<T>, &T)> {
        self.slots.iter().enumerate().filter_map(|(index, slot)| {
            let handle =
                Handle { index: u16::try_from(index).ok()?, generation: slot.generation, kind: PhantomData };
            slot.value.as_ref().map(|value| (handle, value))
        })
    }

    /// All values with their handles, in slot order, to change.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (Handle<T>, &mut T)> {
        self.slots.iter_mut().enumerate().filter_map(|(index, slot)| {
            let handle =
                Handle { index: u16::try_from(index).ok()?, generation: slot.generation, kind: PhantomData };
            slot.value.as_mut().map(|value| (handle, value))
        })
    }

    /// The handle of the first value that a condition holds for.
    pub fn find(&self, mut wanted: impl FnMut(&T) -> bool) -> Option<Handle<T>> {
        self.iter().find(|(_, value)| wanted(value)).map(|(handle, _)| handle)
    }

    /// How many slots are taken.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.iter().filter(|slot| slot.value.is_some()).count()
    }

    /// Whether no slot is taken.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether all slots are taken.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.len() == N
    }
}

impl<T> Handle<T> {
    /// The handle as a number, to be kept where a type parameter cannot go.
    pub(crate) const fn bits(self) -> u32 {
        (self.index as u32) << 16 | self.generation as u32
    }

    /// The handle of a number that [`Handle::bits`] gave.
    pub(crate) fn of_bits(bits: u32) -> Self {
        let [a, b, c, d] = bits.to_be_bytes();
        Self { index: u16::from_be_bytes([a, b]), generation: u16::from_be_bytes([c, d]), kind: PhantomData }
    }

    /// The slot's place in its pool, `0..N`: unique among the values that are there at the same time.
    #[must_use]
    pub const fn index(self) -> usize {
        self.index as usize
    }
}

#[cfg(test)]
impl<T> Handle<T> {
    /// A name that no pool gave, for tests of layers that never look behind it.
    pub(crate) const fn numbered(index: u16) -> Self {
        Self { index, generation: 0, kind: PhantomData }
    }
}

impl<T, const N: usize> Default for Pool<T, N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: fmt::Debug, const N: usize> fmt::Debug for Pool<T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<T> fmt::Debug for Handle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}.{}", self.index, self.generation)
    }
}

impl<T> Clone for Handle<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Handle<T> {}

impl<T> PartialEq for Handle<T> {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index && self.generation == other.generation
    }
}

impl<T> Eq for Handle<T> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_pool_gives_the_value_back() {
        let mut pool: Pool<u8, 1> = Pool::new();
        let one = pool.insert(1).unwrap();
        assert_eq!(pool.insert(2), Err(2));
        assert!(pool.is_full());
        assert_eq!(pool.remove(one), Some(1));
        assert_eq!(pool.remove(one), None);
        assert!(pool.is_empty());
    }
}
