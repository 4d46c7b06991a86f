//! The fuzz body: any bytes as packets from the network, and as packets to send.

use super::{Error, Session};
use crate::crypto::{MasterKey, Suite};

/// The first byte chooses the suite, the second what is done; the rest is a packet.
///
/// Nothing that is not ours may be accepted, what is refused must stay as it was, and what is protected must
/// come back.
///
/// # Panics
/// When it is otherwise: that is what the fuzzer looks for.
pub fn fuzz_srtp(data: &[u8]) {
    let Some(([suite, act], packet)) = data.split_first_chunk::<2>() else { return };
    let Some(suite) = Suite::ALL.into_iter().cycle().nth(usize::from(*suite)) else { return };
    let Some((mut anna, mut bert)) = pair(suite) else { return };
    let mut buffer = [0; 4_096];
    let Some(room) = buffer.get_mut(..packet.len()).filter(|room| room.len() < 4_000) else { return };
    room.copy_from_slice(packet);
    let from_network = act & 1 == 0;
    let (protect, unprotect): (Act, Act) = if act & 2 == 0 {
        (Session::protect, Session::unprotect)
    } else {
        (Session::protect_rtcp, Session::unprotect_rtcp)
    };
    let kept = |buffer: &[u8]| buffer.get(..packet.len()) == Some(packet);
    if from_network {
        let refused = unprotect(&mut bert, &mut buffer, packet.len());
        assert!(refused.is_err(), "a packet that nobody protected is not accepted");
        assert!(kept(&buffer), "what is refused stays as it was");
        return;
    }
    match protect(&mut anna, &mut buffer, packet.len()) {
        Ok(length) => {
            assert_eq!(
                unprotect(&mut bert, &mut buffer, length),
                Ok(packet.len()),
                "unprotect undoes protect"
            );
            assert!(kept(&buffer), "unprotect undoes protect");
            assert_eq!(
                protect(&mut anna, &mut buffer, packet.len()).err(),
                again(*act),
                "a number counts once"
            );
        }
        Err(error) => {
            assert_eq!(error, Error::Malformed, "only what is no packet is refused");
            assert!(kept(&buffer), "what is refused stays as it was");
        }
    }
}

type Act = fn(&mut Session, &mut [u8], usize) -> Result<usize, Error>;

fn pair(suite: Suite) -> Option<(Session, Session)> {
    let bytes = [7; Suite::KEY_BYTES];
    let key = |salt: u8| {
        let salt = [salt; Suite::SALT_BYTES];
        MasterKey::new(suite, bytes.get(..suite.key_bytes())?, salt.get(..suite.salt_bytes())?)
    };
    let (ours, theirs) = (key(1)?, key(2)?);
    Session::new(&ours, &theirs).ok().zip(Session::new(&theirs, &ours).ok())
}

/// What the same packet once more is answered with: RTCP has an index of its own.
const fn again(act: u8) -> Option<Error> {
    if act & 2 == 0 { Some(Error::Replayed) } else { None }
}
