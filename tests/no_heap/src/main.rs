//! A program without an allocator that uses what the library offers: that it links is the proof that nothing
//! allocates; that no symbol of `core::panicking` is left in it is the proof that nothing panics.
#![no_std]
#![no_main]

mod exercise;
mod machine;

use core::panic::PanicInfo;

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    machine::exit(false)
}

/// Where the start-up code arrives.
#[unsafe(no_mangle)]
extern "C" fn run() -> u32 {
    let passed = exercise::everything();
    machine::say(if passed { "deskphone: passed\n" } else { "deskphone: failed\n" });
    machine::exit(passed)
}
