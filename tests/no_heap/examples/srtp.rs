//! What SRTP costs on a Cortex-M4, in instructions: `.ci/size`. QEMU's board counts them with its timer, one
//! tick for 40 instructions (`-icount shift=0`).
#![no_std]
#![no_main]

#[path = "../src/machine.rs"]
mod machine;

use core::fmt::Write;
use core::hint::black_box;
use core::panic::PanicInfo;

use deskphone::crypto::{MasterKey, Suite};
use deskphone::rtp::Packet;
use deskphone::srtp::{Receiver, Sender};
use heapless::String;

const PACKETS: u16 = 100;
const INSTRUCTIONS_A_TICK: u32 = 40;

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    machine::exit(false)
}

/// The first timer of the board (CMSDK APB timer): counts down.
mod timer {
    const BASE: usize = 0x4000_0000;

    fn register(offset: usize) -> *mut u32 {
        core::ptr::with_exposed_provenance_mut(BASE.wrapping_add(offset))
    }

    pub fn start() {
        // SAFETY: the timer's reload, value and control registers.
        unsafe {
            register(8).write_volatile(u32::MAX);
            register(4).write_volatile(u32::MAX);
            register(0).write_volatile(1);
        }
    }

    pub fn ticks() -> u32 {
        // SAFETY: the timer's value register.
        u32::MAX.wrapping_sub(unsafe { register(4).read_volatile() })
    }
}

fn instructions(act: impl FnOnce()) -> u32 {
    let began = timer::ticks();
    act();
    timer::ticks().wrapping_sub(began).wrapping_mul(INSTRUCTIONS_A_TICK)
}

fn each(total: u32) -> u32 {
    total / u32::from(PACKETS)
}

fn measured(suite: Suite, payload: usize) -> Option<()> {
    let key = [7; Suite::KEY_BYTES];
    let key = MasterKey::new(suite, key.get(..suite.key_bytes())?, key.get(..suite.salt_bytes())?)?;
    let (mut sender, mut receiver) = (Sender::new(&key).ok()?, Receiver::new(&key).ok()?);
    let starting = instructions(|| drop(black_box(Sender::new(&key))));
    let bytes = [0xD5; 1_200];
    let (mut protecting, mut unprotecting) = (0, 0);
    for sequence in 0..PACKETS {
        let mut buffer = [0; 1_300];
        let packet = Packet { sequence, ssrc: 7, payload: bytes.get(..payload)?, ..Packet::default() };
        let clear = packet.compose(&mut buffer).ok()?;
        let (mut sealed, mut opened) = (None, None);
        protecting += instructions(|| sealed = sender.protect(black_box(&mut buffer), clear).ok());
        unprotecting +=
            instructions(|| opened = receiver.unprotect(black_box(&mut buffer), sealed.unwrap_or(0)).ok());
        if opened != Some(clear) {
            return None;
        }
    }
    let mut line = String::<160>::new();
    let (protect, unprotect) = (each(protecting), each(unprotecting));
    writeln!(
        line,
        "{suite:?}, {payload} bytes: protect {protect}, unprotect {unprotect}, session {starting}"
    )
    .ok()?;
    machine::say(&line);
    Some(())
}

/// Where the start-up code arrives.
#[unsafe(no_mangle)]
extern "C" fn run() -> u32 {
    timer::start();
    let mut suites = Suite::ALL.into_iter().filter(|suite| suite.is_available());
    let all = suites.all(|suite| [160, 1_200].into_iter().all(|payload| measured(suite, payload).is_some()));
    machine::exit(all)
}
