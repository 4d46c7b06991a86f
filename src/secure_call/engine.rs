//! The jobs done in software, without a heap: fixed-size integers, and the private exponent in constant time.
//!
//! The private operation uses no remainders of the primes (no CRT): the certificate gives the modulus only,
//! and there is nothing that a fault could split. `crypto-bigint` multiplies with `umull` on 32-bit ARM,
//! whose time depends on the numbers on a Cortex-M3, and there alone.
//!
//! The parameters of a modulus are made by the division that takes the same time for all numbers; of the two
//! it is the one in which the compiler leaves hardly a check that could panic.

use crypto_bigint::modular::{FixedMontyForm, FixedMontyParams};
use crypto_bigint::{Odd, U64, U512, U1024, Uint};
use zeroize::{Zeroize, Zeroizing};

use super::job::{Answer, Done, Job, Work};

/// Does one job.
#[must_use]
pub fn perform(job: &Job) -> Done {
    let answer = match &job.work {
        Work::VerifySignature { signature, modulus } => {
            let power = public_power(&U1024::from_be_slice(signature), U1024::from_be_slice(modulus));
            power.map(|power| Answer::Ca(power.to_be_bytes().into()))
        }
        Work::Encrypt { block, modulus } => {
            let block = Zeroizing::new(U512::from_be_slice(block));
            let power = public_power(&block, U512::from_be_slice(modulus));
            power.map(|power| Answer::Subscriber(power.to_be_bytes().into()))
        }
        Work::Decrypt { block, exponent, modulus } => {
            let exponent = Zeroizing::new(U512::from_be_slice(exponent));
            let power = private_power(&U512::from_be_slice(block), &exponent, U512::from_be_slice(modulus));
            power.map(|power| Answer::Subscriber(power.to_be_bytes().into()))
        }
    };
    Done { ticket: job.ticket, answer: answer.unwrap_or(Answer::Failed) }
}

/// Both public exponents.
const EXPONENT: U64 = U64::from_u32(65_537);

/// `base ^ 65537`. The time depends on the exponent, which is public.
fn public_power<const LIMBS: usize>(base: &Uint<LIMBS>, modulus: Uint<LIMBS>) -> Option<Uint<LIMBS>> {
    let params = params(base, modulus)?;
    let mut form = FixedMontyForm::new(base, &params);
    let mut power = form.pow_vartime(&EXPONENT);
    let result = power.retrieve();
    form.zeroize();
    power.zeroize();
    Some(result)
}

/// `base ^ exponent` in a time that depends on neither.
fn private_power<const LIMBS: usize>(
    base: &Uint<LIMBS>,
    exponent: &Uint<LIMBS>,
    modulus: Uint<LIMBS>,
) -> Option<Zeroizing<Uint<LIMBS>>> {
    let params = params(base, modulus)?;
    let mut power = FixedMontyForm::new(base, &params).pow(exponent);
    let result = Zeroizing::new(power.retrieve());
    power.zeroize();
    Some(result)
}

/// What is computed once for a modulus; `None` when it is even or the base not below it.
fn params<const LIMBS: usize>(base: &Uint<LIMBS>, modulus: Uint<LIMBS>) -> Option<FixedMontyParams<LIMBS>> {
    if *base >= modulus {
        return None;
    }
    Option::from(Odd::new(modulus)).map(FixedMontyParams::new)
}
