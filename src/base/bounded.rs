//! Filling and shifting bounded storage without a panic: `collect`, `extend` and `copy_within` have one.

use heapless::Vec;

/// As many of the items as fit, in their order; the rest is left out.
///
/// ```
/// use deskphone::base::bounded;
/// assert_eq!(bounded::filled::<_, 2>([1, 2, 3]), [1, 2]);
/// ```
pub fn filled<T, const N: usize>(items: impl IntoIterator<Item = T>) -> Vec<T, N> {
    let mut kept = Vec::new();
    for item in items {
        if kept.push(item).is_err() {
            break;
        }
    }
    kept
}

/// Moves `all[from..to]` to the front; nothing happens when there is no such part.
///
/// ```
/// use deskphone::base::bounded;
/// let mut all = [1, 2, 3, 4];
/// bounded::move_to_front(&mut all, 1, 3);
/// assert_eq!(all, [2, 3, 3, 4]);
/// bounded::move_to_front(&mut all, 3, 2);
/// bounded::move_to_front(&mut all, 3, 5);
/// assert_eq!(all, [2, 3, 3, 4]);
/// ```
pub fn move_to_front<T: Copy>(all: &mut [T], from: usize, to: usize) {
    if let Some(part) = all.get_mut(..to)
        && from <= part.len()
    {
        part.copy_within(from.., 0);
    }
}

/// Moves `length` values from `from` to `to`; nothing happens when one of both parts is not there.
///
/// ```
/// use deskphone::base::bounded;
/// let mut all = [1, 2, 3, 4];
/// bounded::slide(&mut all, 2, 2, 1);
/// assert_eq!(all, [1, 3, 4, 4]);
/// bounded::slide(&mut all, 2, 3, 0);
/// assert_eq!(all, [1, 3, 4, 4]);
/// bounded::slide(&mut all, 0, 2, 1);
/// assert_eq!(all, [1, 1, 3, 4]);
/// ```
pub fn slide<T: Copy>(all: &mut [T], from: usize, length: usize, to: usize) {
    let (Some(from_end), Some(to_end)) = (from.checked_add(length), to.checked_add(length)) else { return };
    // Each part is cut out first, so that the compiler sees that the copy stays inside.
    if to <= from {
        if let Some(part) = all.get_mut(to..from_end) {
            move_to_front(part, from.saturating_sub(to), from_end.saturating_sub(to));
        }
    } else if let Some(part) = all.get_mut(from..to_end)
        && let Some(shift) = part.len().checked_sub(length)
    {
        part.copy_within(..length, shift);
    }
}
