//! The messages: Caller Hello, Callee Hello and Caller Final, base64 in the bodies of INFO and of its
//! response. The Callee Final is an empty body.
//!
//! The Hello's version and flags are a number of 4 bytes:
//!
//! ```text
//! 31            16 15        5   4   3     0
//! | version = 1   | 0 ... 0  | RTCP | suite |
//! ```
//!
//! Flags that are not named here are sent as zero and ignored on receipt. The caller's suite is a proposal;
//! the callee sends it back or refuses.

use zeroize::Zeroizing;

use super::base64;
use super::certificate::{MiniCertificate, joined};
use super::fault::Fault;
use super::layout::{
    BODY_BYTES, CALLEE_HELLO, CALLER_FINAL, CALLER_HELLO, CERTIFICATE_BYTES, FINAL_BYTES, HELLO_BYTES,
    ID_BYTES, LONG_FINAL_BYTES, SUBSCRIBER_BYTES, VERSION,
};
use crate::crypto;

/// A message body: base64 in one line.
pub type Body = heapless::Vec<u8, BODY_BYTES>;

/// Who sends a Hello.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The one who placed the call.
    Caller,
    /// The one who was called.
    Callee,
}

/// What protects the packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suite {
    /// AES_CM_128_HMAC_SHA1_80.
    AesCm128HmacSha1Tag80,
    /// AES_CM_128_HMAC_SHA1_32.
    AesCm128HmacSha1Tag32,
}

impl Suite {
    /// The same in the words of SRTP.
    #[must_use]
    pub const fn srtp(self) -> crypto::Suite {
        match self {
            Self::AesCm128HmacSha1Tag80 => crypto::Suite::Aes128Sha1_80,
            Self::AesCm128HmacSha1Tag32 => crypto::Suite::Aes128Sha1_32,
        }
    }

    const fn code(self) -> u16 {
        match self {
            Self::AesCm128HmacSha1Tag80 => 0,
            Self::AesCm128HmacSha1Tag32 => 1,
        }
    }

    /// The suite of a number. Number 2, HMAC-MD5 of old devices, is not among them: no document tells its key
    /// and tag lengths.
    const fn of_code(code: u16) -> Option<Self> {
        match code {
            0 => Some(Self::AesCm128HmacSha1Tag80),
            1 => Some(Self::AesCm128HmacSha1Tag32),
            _ => None,
        }
    }
}

/// What both sides have to agree on, and what each tells of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flags {
    /// The suite that is proposed or accepted.
    pub suite: Suite,
    /// The sender protects its RTCP too.
    pub rtcp: bool,
}

const RTCP_FLAG: u16 = 0x10;
const SUITE_MASK: u16 = 0x0F;

/// A Caller Hello or Callee Hello.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hello {
    /// Whose it is.
    pub role: Role,
    /// Its flags.
    pub flags: Flags,
    /// The SSRC that the sender will use on its protected stream.
    pub ssrc: u32,
    /// The sender's certificate.
    pub certificate: MiniCertificate,
}

impl Hello {
    /// Reads the 264 bytes of a Hello.
    ///
    /// # Errors
    /// [`Fault::Length`], [`Fault::Message`], [`Fault::Version`], [`Fault::Suite`], and those of
    /// [`MiniCertificate::parse`].
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let bytes: &[u8; HELLO_BYTES] = bytes.try_into().map_err(|_| Fault::Length)?;
        let (id, rest) = bytes.split_first_chunk::<ID_BYTES>().ok_or(Fault::Length)?;
        let role = match u32::from_be_bytes(*id) {
            CALLER_HELLO => Role::Caller,
            CALLEE_HELLO => Role::Callee,
            _ => return Err(Fault::Message),
        };
        let (version, rest) = rest.split_first_chunk::<2>().ok_or(Fault::Length)?;
        if u16::from_be_bytes(*version) != VERSION {
            return Err(Fault::Version);
        }
        let (flags, rest) = rest.split_first_chunk::<2>().ok_or(Fault::Length)?;
        let flags = u16::from_be_bytes(*flags);
        let suite = Suite::of_code(flags & SUITE_MASK).ok_or(Fault::Suite)?;
        let (ssrc, certificate) = rest.split_first_chunk::<4>().ok_or(Fault::Length)?;
        Ok(Self {
            role,
            flags: Flags { suite, rtcp: flags & RTCP_FLAG != 0 },
            ssrc: u32::from_be_bytes(*ssrc),
            certificate: MiniCertificate::parse(certificate)?,
        })
    }

    /// The 264 bytes.
    #[must_use]
    pub fn compose(&self) -> [u8; HELLO_BYTES] {
        let id = match self.role {
            Role::Caller => CALLER_HELLO,
            Role::Callee => CALLEE_HELLO,
        };
        let flags = self.flags.suite.code() | if self.flags.rtcp { RTCP_FLAG } else { 0 };
        let certificate: [u8; CERTIFICATE_BYTES] = self.certificate.compose();
        joined(&[
            &id.to_be_bytes(),
            &VERSION.to_be_bytes(),
            &flags.to_be_bytes(),
            &self.ssrc.to_be_bytes(),
            &certificate,
        ])
    }

    /// The body that carries it.
    #[must_use]
    pub fn body(&self) -> Body {
        base64::body(&self.compose())
    }
}

/// A block that only the callee's private key opens.
pub type Block = [u8; SUBSCRIBER_BYTES];

/// A Caller Final: the master key and salt, encrypted with the callee's public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallerFinal {
    /// Both in one block.
    One(Block),
    /// A block each: key, salt.
    Two(Block, Block),
}

impl CallerFinal {
    /// Reads the 68 or 132 bytes of a Caller Final; the length tells the form.
    ///
    /// # Errors
    /// [`Fault::Length`], [`Fault::Message`]
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let (id, blocks) = bytes.split_first_chunk::<ID_BYTES>().ok_or(Fault::Length)?;
        let (first, rest) = blocks.split_first_chunk().ok_or(Fault::Length)?;
        if u32::from_be_bytes(*id) != CALLER_FINAL {
            return Err(Fault::Message);
        }
        if rest.is_empty() {
            return Ok(Self::One(*first));
        }
        let second: &Block = rest.try_into().map_err(|_| Fault::Length)?;
        Ok(Self::Two(*first, *second))
    }

    /// The body that carries it.
    #[must_use]
    pub fn body(&self) -> Body {
        let id = CALLER_FINAL.to_be_bytes();
        match self {
            Self::One(block) => base64::body(&joined::<FINAL_BYTES>(&[&id, block])),
            Self::Two(key, salt) => base64::body(&joined::<LONG_FINAL_BYTES>(&[&id, key, salt])),
        }
    }
}

/// What a body holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// A Hello of either side.
    Hello(Hello),
    /// A Caller Final.
    Final(CallerFinal),
}

impl Message {
    /// Reads a body.
    ///
    /// # Errors
    /// [`Fault::Base64`], and those of [`Hello::parse`] and [`CallerFinal::parse`].
    pub fn read(body: &[u8]) -> Result<Self, Fault> {
        let mut bytes = Zeroizing::new([0; HELLO_BYTES]);
        let bytes = base64::decode(body, bytes.as_mut()).ok_or(Fault::Base64)?;
        if bytes.len() == HELLO_BYTES {
            return Hello::parse(bytes).map(Self::Hello);
        }
        CallerFinal::parse(bytes).map(Self::Final)
    }

    /// Whether a body looks like one of ours, whatever its Content-Type says: 264 bytes with the id of a
    /// Hello, or the length and id of a Caller Final.
    #[must_use]
    pub fn is_candidate(body: &[u8]) -> bool {
        let mut bytes = [0; HELLO_BYTES];
        let Some(bytes) = base64::decode(body, &mut bytes) else { return false };
        let id = bytes.first_chunk::<ID_BYTES>().map(|id| u32::from_be_bytes(*id));
        match bytes.len() {
            HELLO_BYTES => matches!(id, Some(CALLER_HELLO | CALLEE_HELLO)),
            FINAL_BYTES | LONG_FINAL_BYTES => id == Some(CALLER_FINAL),
            _ => false,
        }
    }
}
