//! The user agent core: registration, authentication, INVITE sessions, everything that SIP requires.
