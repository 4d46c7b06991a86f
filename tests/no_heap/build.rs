//! Chooses the linker script of the chip.

use std::env;
use std::path::Path;

fn main() {
    let target = env::var("TARGET").expect("cargo sets TARGET");
    let here = env::var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR");
    let link = |argument: &str| println!("cargo:rustc-link-arg={argument}");
    let script = |name: &str| {
        let path = Path::new(&here).join(name);
        println!("cargo:rerun-if-changed={}", path.display());
        link(&format!("-T{}", path.display()));
    };
    if target.starts_with("thumb") {
        script("cortex_m.x");
    } else if target.starts_with("riscv32") {
        script("riscv.x");
    } else if target.starts_with("wasm32") {
        link("--no-entry");
        link("--export=run");
    }
}
