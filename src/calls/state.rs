//! The ten states of a call appearance ("Call Appearance State").

/// What one line key's call appearance is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallState {
    /// The line key is disabled.
    Disabled,
    /// Ready for use.
    Idle,
    /// Collecting the digits of a number to be called.
    Dialing,
    /// Waiting for the called party's first response.
    Calling,
    /// The called party's station rings, or the network reports other progress.
    Proceeding,
    /// An incoming call; the station rings.
    Ringing,
    /// In conversation.
    Connected,
    /// The remote party is on hold.
    Held,
    /// The remote party hung up, or the outgoing call failed; the line stays off hook until the person
    /// ends it.
    Invalid,
    /// A shared line that another station uses.
    Busy,
}

impl CallState {
    /// All states, in the order of the phone's guide.
    pub const ALL: [Self; 10] = [
        Self::Disabled,
        Self::Idle,
        Self::Dialing,
        Self::Calling,
        Self::Proceeding,
        Self::Ringing,
        Self::Connected,
        Self::Held,
        Self::Invalid,
        Self::Busy,
    ];

    /// Whether a call in this state is an active call: one that an audio device belongs to, and that
    /// turning the device off ends.
    #[must_use]
    pub const fn is_active(self) -> bool {
        match self {
            Self::Dialing | Self::Calling | Self::Proceeding | Self::Connected | Self::Invalid => true,
            Self::Disabled | Self::Idle | Self::Ringing | Self::Held | Self::Busy => false,
        }
    }

    /// The state in one lower-case word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Idle => "idle",
            Self::Dialing => "dialing",
            Self::Calling => "calling",
            Self::Proceeding => "proceeding",
            Self::Ringing => "ringing",
            Self::Connected => "connected",
            Self::Held => "held",
            Self::Invalid => "invalid",
            Self::Busy => "busy",
        }
    }

    /// The word on the display.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Disabled => "Disabled",
            Self::Idle => "Ready",
            Self::Dialing => "Dialing",
            Self::Calling => "Calling",
            Self::Proceeding => "Proceeding",
            Self::Ringing => "Ringing",
            Self::Connected => "Connected",
            Self::Held => "Held",
            Self::Invalid => "Invalid",
            Self::Busy => "Busy",
        }
    }
}
