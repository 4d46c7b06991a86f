//! What a person chooses for one call by codes before its number; it falls away with the call.

use heapless::String;

use crate::limits;
use crate::ua::CodecChoice;

/// Choices for one call. `None`: as the phone is set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OneCall {
    /// Hide who calls (`Block CID Per Call`).
    pub hidden: Option<bool>,
    /// Let further calls in (`CW Per Call`).
    pub call_waiting: Option<bool>,
    /// Make it a secure call (`Secure One Call`).
    pub secure: Option<bool>,
    /// Ask the called party's phone to answer by itself (`Paging Code`).
    pub page: bool,
    /// Prefer a codec, or offer no other.
    pub codec: Option<CodecChoice>,
    /// The codes as they were dialled, so that they can be dialled again.
    pub typed: String<{ limits::DIALED_BYTES }>,
}

impl OneCall {
    /// Nothing chosen.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            hidden: None,
            call_waiting: None,
            secure: None,
            page: false,
            codec: None,
            typed: String::new(),
        }
    }
}
