//! The parsers in C, each behind a shim of two functions (`c/*.c`).

use crate::peer::Peer;

macro_rules! shim {
    ($feature:ident, $init:ident, $act:ident) => {
        #[cfg($feature)]
        mod $feature {
            use std::ffi::{c_char, c_int};
            use std::hint::black_box;
            use std::sync::Once;

            unsafe extern "C" {
                fn $init();
                fn $act(bytes: *const c_char, length: usize, read: c_int, sum: *mut usize) -> c_int;
            }

            fn act(bytes: &[u8], read: c_int) -> bool {
                static READY: Once = Once::new();
                // SAFETY: it takes nothing, and runs once, before the first call below.
                READY.call_once(|| unsafe { $init() });
                let mut sum = 0;
                // SAFETY: the shim reads `length` bytes and writes one `size_t`; this program has one thread.
                let fine = unsafe { $act(bytes.as_ptr().cast(), bytes.len(), read, &raw mut sum) };
                black_box(sum);
                fine != 0
            }

            pub fn parse(bytes: &[u8]) -> bool {
                act(bytes, 0)
            }

            pub fn read(bytes: &[u8]) -> bool {
                act(bytes, 1)
            }
        }
    };
}

shim!(osip2, shim_osip2_init, shim_osip2);
shim!(libre, shim_libre_init, shim_libre);
shim!(sofia, shim_sofia_init, shim_sofia);

/// Those that were found when this program was built; the others are named on standard error.
pub fn all() -> Vec<Peer> {
    let mut peers = Vec::new();
    macro_rules! found {
        ($feature:ident, $name:literal, $package:literal) => {
            #[cfg($feature)]
            peers.push(Peer { name: $name, parse: $feature::parse, read: Some($feature::read) });
            #[cfg(not($feature))]
            eprintln!(concat!($name, " is not here: apt-get install ", $package, " pkg-config, build again"));
        };
    }
    found!(sofia, "sofia-sip (C)", "libsofia-sip-ua-dev");
    found!(osip2, "osip2 (C)", "libosip2-dev");
    found!(libre, "libre (C)", "libre-dev");
    peers
}
