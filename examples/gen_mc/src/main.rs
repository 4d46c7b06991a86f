//! Issues what a phone needs for secure calls: `gen_mc ca-key user-name user-id expire-date` prints the
//! settings `<Mini Certificate>` and `<SRTP Private Key>`.
//!
//! `--public-key BASE64` signs a subscriber's modulus instead of making a key; `--new-ca FILE` makes the key
//! of a CA; `--verify CERTIFICATE` looks at a `<Mini Certificate>` and prints what it says.
//!
//! What is to be provisioned goes to standard output, everything else to standard error. Exit status 0: done;
//! 1: not done, with the reason; 2: called in a wrong way.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::process::ExitCode;

use deskphone::base::Rng;
use deskphone::secure_call::certificate::read_mini_certificate;
use deskphone::secure_call::issuer::{self, CaPrivateKey, SubscriberKey};

const USAGE: &str = "\
usage: gen_mc CA-KEY USER-NAME USER-ID EXPIRE-DATE [--public-key BASE64]
       gen_mc --new-ca FILE
       gen_mc --verify CERTIFICATE

CA-KEY       file with the CA's modulus and private exponent, 128 bytes each, in base64
USER-NAME    such as \"Joe Smith\"; 32 bytes at most
USER-ID      such as 14085551234, as it is dialled; 16 bytes at most
EXPIRE-DATE  such as \"00:00:00 1/1/34\" (hh:mm:ss M/D/YY, 34 is 2034), the phones' local time
CERTIFICATE  the value of <Mini Certificate>, or a file that holds it";

const WARNING: &str = "\
warning: RSA-512 is broken: anyone can buy the few hours of computing that factor a key of this size.
warning: Secure calls keep a casual listener out, nobody else. Where the phones can, set SRTP Method to
warning: s-descriptor and register over TLS instead.";

fn main() -> ExitCode {
    let arguments: Vec<String> = match std::env::args_os().skip(1).map(|word| word.into_string()).collect() {
        Ok(arguments) => arguments,
        Err(word) => return failed(&format!("{} is not UTF-8", word.display())),
    };
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["--help" | "-h", ..] => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        ["--new-ca", file] => new_ca(file),
        ["--verify", certificate] => verify(certificate),
        [ca_key, name, user_id, expiry] if !ca_key.starts_with("--") => {
            issue(ca_key, [name, user_id, expiry], None)
        }
        [ca_key, name, user_id, expiry, "--public-key", key]
        | ["--public-key", key, ca_key, name, user_id, expiry] => {
            issue(ca_key, [name, user_id, expiry], Some(key))
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => failed(&reason),
    }
}

fn failed(reason: &str) -> ExitCode {
    eprintln!("gen_mc: {reason}");
    ExitCode::FAILURE
}

fn issue(ca_key: &str, [name, user_id, expiry]: [&str; 3], public_key: Option<&str>) -> Result<(), String> {
    let file = fs::read_to_string(ca_key).map_err(|error| format!("{ca_key}: {error}"))?;
    let ca = CaPrivateKey::read(&file).map_err(|error| format!("{ca_key}: {error}"))?;
    let text = |error: issuer::IssueError| error.to_string();
    // All that was typed is looked at before a key is made.
    let given = public_key.map(issuer::read_public_key).transpose().map_err(text)?;
    issuer::subject(name, user_id, expiry, &[0xFF; 64]).map_err(text)?;
    let (public, private) = match given {
        Some(public) => (public, None),
        None => {
            let key = SubscriberKey::generate(&mut System).map_err(text)?;
            (*key.public(), Some(key.setting()))
        }
    };
    let subject = issuer::subject(name, user_id, expiry, public.as_bytes()).map_err(text)?;
    let certificate = ca.sign(&subject).map_err(text)?;
    eprintln!("{WARNING}");
    println!("<Mini Certificate>\n{}", ca.setting(&certificate));
    if let Some(private) = private {
        println!("<SRTP Private Key>\n{private}");
    }
    Ok(())
}

fn new_ca(path: &str) -> Result<(), String> {
    let ca = CaPrivateKey::generate(&mut System).map_err(|error| error.to_string())?;
    let [modulus, exponent] = ca.file();
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    // Whoever reads it can sign for anyone.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| writeln!(file, "{modulus}\n{exponent}"));
    written.map_err(|error| format!("{path}: {error}"))?;
    eprintln!("{WARNING}");
    eprintln!("{path}: keep it away from phones and servers");
    Ok(())
}

fn verify(certificate: &str) -> Result<(), String> {
    // A certificate has 508 characters of base64; whatever is shorter names a file.
    let setting = if certificate.len() < 500 {
        fs::read_to_string(certificate).map_err(|error| format!("{certificate}: {error}"))?
    } else {
        certificate.to_owned()
    };
    let (certificate, ca) = read_mini_certificate(setting.trim()).map_err(|fault| fault.to_string())?;
    let subject = certificate.claims();
    println!("name     {}", subject.name.readable::<64>());
    println!("user id  {}", subject.user_id.readable::<64>());
    println!("expires  {}", subject.expiry);
    println!("key      {}", hexadecimal(subject.public_key.as_bytes()));
    println!("CA       {}", hexadecimal(ca.as_bytes()));
    if !issuer::has_signed(&ca, &certificate) {
        return Err("the signature is not that CA's".into());
    }
    println!("signed   yes");
    Ok(())
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The operating system's randomness. Without it no key is made.
struct System;

impl Rng for System {
    fn next_u32(&mut self) -> u32 {
        getrandom::u32().unwrap_or_else(|error| {
            eprintln!("gen_mc: no randomness: {error}");
            std::process::exit(1)
        })
    }
}
