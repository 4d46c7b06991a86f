//! Compiles the shims of those C libraries that pkg-config finds; the others are left out, and the program
//! says so.

use std::process::Command;

const LIBRARIES: [(&str, &str); 4] =
    [("osip2", "libosip2"), ("libre", "libre"), ("sofia", "sofia-sip-ua"), ("libsrtp", "libsrtp2")];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    for (shim, package) in LIBRARIES {
        let file = format!("c/{shim}.c");
        println!("cargo::rerun-if-changed={file}");
        let Some((compile, link)) = flags(package, "--cflags").zip(flags(package, "--libs")) else {
            println!("cargo::warning={package} is not installed: left out of the comparison");
            continue;
        };
        let mut build = cc::Build::new();
        build.file(&file).opt_level(3).warnings(false).cargo_warnings(false);
        build.flags(&compile);
        if let Err(error) = build.try_compile(&format!("shim_{shim}")) {
            println!("cargo::warning={package} does not compile, left out of the comparison: {error}");
            continue;
        }
        println!("cargo::rustc-cfg={shim}");
        for flag in link {
            if let Some(library) = flag.strip_prefix("-l") {
                println!("cargo::rustc-link-lib={library}");
            } else if let Some(folder) = flag.strip_prefix("-L") {
                println!("cargo::rustc-link-search={folder}");
            }
        }
    }
}

fn flags(package: &str, which: &str) -> Option<Vec<String>> {
    let output = Command::new("pkg-config").args([which, package]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.split_whitespace().map(String::from).collect())
}
