//! The fuzz body: any bytes as a peer's description, in both roles.

use core::net::SocketAddr;

use super::{Description, Format, Keying, Local, Negotiated, answer};
use crate::base::{Rng, Writer};

struct Fixed;

impl Rng for Fixed {
    fn next_u32(&mut self) -> u32 {
        7
    }
}

/// Reads `data` as an offer and as an answer; our answer to it must be readable and hold to RFC 3264 §6.
///
/// # Panics
/// When it does not: that is what the fuzzer looks for.
pub fn fuzz_sdp(data: &[u8]) {
    let Ok(description) = Description::parse(data) else { return };
    for (address, protected) in
        [("192.0.2.9:16384", None), ("192.0.2.9:16384", Some(true)), ("[2001:db8::9]:16384", Some(false))]
    {
        let Ok(address) = address.parse::<SocketAddr>() else { return };
        let mut local = Local::new(address, 1);
        let _ = local.formats.extend_from_slice(&[Format::PCMA, Format::PCMU]);
        local.dtmf_payload_type = Some(101);
        local.keying = protected.map(|offers| Keying::new(&mut Fixed, offers));
        let _ = Negotiated::from_answer(&local, &description);
        let Ok((negotiated, reply)) = answer(&description, &local) else { continue };
        let own = negotiated.keys.as_ref().is_none_or(|keys| keys.send.suite() == keys.receive.suite());
        assert!(
            own && (protected.is_some() || negotiated.keys.is_none()),
            "RFC 4568 §5.1.2: the suite taken"
        );
        local.follow(&negotiated);
        let mut buffer = [0; 4_096];
        let mut out = Writer::new(&mut buffer);
        reply.write(&mut out);
        // What repeats too much of a long offer does not fit into a message; the call is refused then.
        let Ok(length) = out.finish() else { continue };
        let again = Description::parse(buffer.get(..length).unwrap_or(&[]));
        let theirs = description.media.iter().map(|media| media.kind);
        let mirrored = again.is_ok_and(|again| again.media.iter().map(|media| media.kind).eq(theirs));
        assert!(mirrored, "RFC 3264 §6: our answer can be read and has the offer's streams");
    }
}
