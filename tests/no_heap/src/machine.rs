//! Start-up, one line of output and the end, on QEMU's boards.

#[cfg(target_arch = "arm")]
mod chip {
    use core::arch::{asm, global_asm};

    // The first words of a Cortex-M program are its stack and its entry; faults end the run.
    global_asm!(
        ".section .vectors, \"a\"",
        ".word _stack_top",
        ".word reset",
        ".rept 14",
        ".word fault",
        ".endr",
        ".section .text.reset",
        ".global reset",
        ".thumb_func",
        "reset:",
        "ldr r0, =_data_start",
        "ldr r1, =_data_end",
        "ldr r2, =_data_load",
        "1: cmp r0, r1",
        "bhs 2f",
        "ldr r3, [r2]",
        "str r3, [r0]",
        "adds r0, #4",
        "adds r2, #4",
        "b 1b",
        "2: ldr r0, =_bss_start",
        "ldr r1, =_bss_end",
        "movs r3, #0",
        "3: cmp r0, r1",
        "bhs 4f",
        "str r3, [r0]",
        "adds r0, #4",
        "b 3b",
        "4: bl run",
        "b .",
        ".pool",
    );

    #[unsafe(no_mangle)]
    extern "C" fn fault() -> ! {
        exit(false)
    }

    /// A request to the debugger that watches the chip, here QEMU.
    fn semihost(operation: usize, argument: usize) {
        // SAFETY: the operations used read memory at most, and `say` hands over a text that outlives the
        // call.
        unsafe { asm!("bkpt 0xab", inout("r0") operation => _, in("r1") argument) }
    }

    pub fn say(text: &str) {
        for byte in text.bytes() {
            semihost(0x03, core::ptr::from_ref(&byte).addr());
        }
    }

    pub fn exit(passed: bool) -> ! {
        semihost(0x18, if passed { 0x20026 } else { 0x20023 });
        loop {}
    }
}

#[cfg(target_arch = "riscv32")]
mod chip {
    use core::arch::global_asm;

    global_asm!(
        ".section .init, \"ax\"",
        ".global _start",
        "_start:",
        "la sp, _stack_top",
        "call run",
        "j ."
    );

    pub fn say(text: &str) {
        for byte in text.bytes() {
            // SAFETY: the transmit register of the board's serial line.
            unsafe { core::ptr::write_volatile(0x1000_0000 as *mut u8, byte) }
        }
    }

    pub fn exit(passed: bool) -> ! {
        // SAFETY: the board's off switch.
        unsafe { core::ptr::write_volatile(0x10_0000 as *mut u32, if passed { 0x5555 } else { 0x1_3333 }) }
        loop {}
    }
}

#[cfg(target_arch = "wasm32")]
mod chip {
    pub fn say(_text: &str) {}

    /// A page would read the result; here the end of the program is a trap or a stop.
    pub fn exit(passed: bool) -> ! {
        while passed {}
        core::arch::wasm32::unreachable()
    }
}

pub use chip::{exit, say};
