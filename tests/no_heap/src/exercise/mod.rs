//! One use of each thing that the library offers, on values that the compiler cannot see through.

mod audio;
mod desk;
mod dialling;
mod protection;
mod scripts;
mod secure;
mod settings;
mod signalling;

use core::cell::UnsafeCell;
use core::hint::black_box;
use deskphone::base::{Instant, Pool, Rng, Timer, UnixTime, Writer, earliest, rng, scan, text};

/// A seeded generator: the run repeats exactly.
struct Xorshift(u32);

impl Rng for Xorshift {
    fn next_u32(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0
    }
}

/// A large thing that lives where a firmware would keep it: in a static, made by a `const fn`.
struct Static<T>(UnsafeCell<T>);

// SAFETY: the program has one thread and no interrupts.
unsafe impl<T> Sync for Static<T> {}

impl<T> Static<T> {
    const fn new(value: T) -> Self {
        Self(UnsafeCell::new(value))
    }

    /// # Safety
    /// Once in the program.
    #[allow(clippy::mut_from_ref, reason = "the cell is borrowed once")]
    unsafe fn borrow(&self) -> &mut T {
        // SAFETY: as the caller promises.
        unsafe { &mut *self.0.get() }
    }
}

/// Whether everything did what it should.
pub fn everything() -> bool {
    tools()
        && signalling::messages()
        && signalling::transactions()
        && audio::descriptions()
        && audio::stream()
        && protection::protection()
        && dialling::dialling()
        && scripts::scripts()
        && secure::handshake()
        && settings::settings()
        && desk::a_call_each_way()
}

fn tools() -> bool {
    let mut pool: Pool<UnixTime, 4> = Pool::new();
    let stored = pool.insert(black_box(UnixTime(7)));
    let found = stored.is_ok_and(|handle| pool.get(handle) == Some(&UnixTime(7)));
    let mut timer = Timer::OFF;
    timer.start(black_box(Instant::ZERO), 500);
    let due = earliest([timer.due(), None]) == Some(Instant::from_millis(500));
    let mut buffer = [0; 32];
    let mut out = Writer::new(&mut buffer);
    out.number(u64::from(rng::up_to(&mut Xorshift(black_box(9)), 99)));
    out.put(b"=");
    out.hex(black_box(0xBEEF), 4);
    let halves = scan::split_once(out.written(), b'=').is_some_and(|(_, hex)| hex == b"beef");
    found && due && halves && text::readable::<8>(black_box(b"Zo\xeb")).as_str() == "Zoë"
}
