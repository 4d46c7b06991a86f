//! The catalogue of settings and nothing else: its `.rodata` is what the catalogue takes in flash.
#![no_std]
#![no_main]

#[path = "../src/machine.rs"]
mod machine;

use core::hint::black_box;
use core::panic::PanicInfo;

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    machine::exit(false)
}

/// Where the start-up code arrives.
#[unsafe(no_mangle)]
extern "C" fn run() -> u32 {
    let all = deskphone::config::catalogue::rows().map(black_box).count() == 465;
    machine::say(if all { "catalogue: all there\n" } else { "catalogue: incomplete\n" });
    machine::exit(all)
}
