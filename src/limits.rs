//! Every capacity of the library, and what a person notices when it is exceeded.
//!
//! The private feature `_tiny` sets each to its minimum: the build in which running out is the normal case.

const fn pick(normal: usize, tiny: usize) -> usize {
    if cfg!(feature = "_tiny") { tiny } else { normal }
}

/// Extensions (accounts) of the phone; fixed by the product.
pub const EXTENSIONS: usize = 4;
/// Line keys, one call appearance each; fixed by the product.
pub const LINE_KEYS: usize = 4;

/// Header lines in one message. A request with more is answered 513, a response is dropped.
pub const HEADER_LINES: usize = pick(96, 48);
/// Bytes of one message that the phone sends. A request that does not fit is not sent (the call fails with
/// reorder tone); an answer that does not fit is replaced by 513. A re-INVITE with two credentials, and two
/// routes from a proxy that changes the transport, takes 1,400 to 1,450.
pub const MESSAGE_BYTES: usize = pick(1_536, 1_280);
/// Bytes of one message that arrives over a connection. A longer one is answered 513 and the connection
/// closed.
pub const STREAM_BYTES: usize = pick(8_192, 2_048);

/// INVITE sessions at a time: four appearances, and forked or ending ones beside them. One more incoming call
/// gets 486; one that only waits for the answer to its BYE gives way before that.
pub const SESSIONS: usize = pick(8, 2);
/// Branches of a forked call of ours that are told apart while they ring. What rings beyond that is not
/// acknowledged when it asks for it (PRACK): its gateway gives up; its answer counts all the same.
pub const EARLY_DIALOGS: usize = pick(4, 1);
/// Client transactions at a time. None free: the request fails as if the network were gone. A call is begun
/// only while there is one more for its CANCEL or BYE. Ten carry fifty short calls a second with 5 % loss.
pub const CLIENT_TRANSACTIONS: usize = pick(10, 3);
/// Server transactions at a time. None free: the oldest that only absorbs retransmissions gives way, else
/// 503.
pub const SERVER_TRANSACTIONS: usize = pick(8, 3);

/// Bytes of the messages that all transactions keep: requests of ours, answers of ours, and a whole message's
/// room for each request that is not answered yet. None free: as if there were no transaction free. It is
/// enough for all server transactions at once, and one request beside them.
pub const KEPT_BYTES: usize = pick(14_336, 7_680);

const _: () = assert!(KEPT_BYTES >= (SERVER_TRANSACTIONS + 1) * MESSAGE_BYTES, "each server can be answered");

/// Final answers that are remembered for requests that come once more after their transaction. Older: the
/// request counts as a new one.
pub const ANSWERED: usize = pick(64, 8);

/// Bytes of a Call-ID, ours or a peer's. Longer: 513.
pub const CALL_ID_BYTES: usize = pick(128, 64);
/// Bytes of a tag. Longer: 513.
pub const TAG_BYTES: usize = pick(64, 40);
/// Bytes of a branch. Longer: 513.
pub const BRANCH_BYTES: usize = pick(96, 48);
/// Bytes of what names a peer's request: branch and sent-by, or all that RFC 2543 compares. Longer: 513.
pub const KEY_BYTES: usize = pick(256, 192);
/// Bytes of a URI that is kept (remote target, redirection). Longer: 513, or the redirection is not followed.
pub const URI_BYTES: usize = pick(256, 128);
/// Bytes of a dialog's whole route set. Longer: 513, or the call is given up.
pub const ROUTE_SET_BYTES: usize = pick(320, 128);
/// Host names whose addresses are remembered. One more waits until another is answered.
pub const HOST_NAMES: usize = pick(8, 2);
/// Service names (`Use DNS SRV`) whose servers are remembered, one an extension. One more waits until another
/// is answered.
pub const SERVICE_NAMES: usize = pick(EXTENSIONS, 1);
/// Servers of one service that are kept. The last ones in the order of trying are lost.
pub const SERVICE_TARGETS: usize = pick(4, 2);
/// Addresses that one request is tried at. Further ones are not tried.
pub const SERVERS: usize = pick(8, 2);
/// Servers that are known to fail. One more, and the first of them is tried again.
pub const FAILED_SERVERS: usize = pick(8, 2);
/// Bytes of a host name that is looked up. Longer ones are not found.
pub const HOST_BYTES: usize = 63;
/// Addresses of one host name that are tried in turn.
pub const ADDRESSES: usize = pick(4, 1);
/// Bytes of a display name or number that the phone shows. Longer ones are cut.
pub const NAME_BYTES: usize = pick(48, 24);

/// Bytes of a ring's name that a caller's server asks for. A longer one is cut, and the usual ring heard.
pub const ALERT_BYTES: usize = pick(32, 16);

/// Bytes of a session description that we write. Longer: 513, or the call is not made.
pub const DESCRIPTION_BYTES: usize = pick(512, 384);
/// Bytes of a From or To value that a dialog keeps. Longer: without its display name, else 513.
pub const DIALOG_PARTY_BYTES: usize = pick(192, 176);
/// Bytes of all that a dialog repeats: From and To, the remote target and the route set, together. Longer: as
/// if the one that comes last were too long.
pub const DIALOG_BYTES: usize = pick(640, 384);
/// Bytes of a From, To or Contact value that we write. Longer: the call is not made.
pub const PARTY_BYTES: usize = URI_BYTES + NAME_BYTES;
/// Events that wait for the layer above; the most that one input can cause is two a session and one an
/// extension and a subscription.
pub const EVENTS: usize =
    2 * SESSIONS + EXTENSIONS + SUBSCRIPTIONS + 2 * REFERRALS + 2 * APPEARANCES_TOLD + 2;

/// Calls at a time that others have sent us to. One more REFER is declined.
pub const REFERRALS: usize = pick(2, 1);
/// Bytes of the name of a dialog that a call takes the place of. Longer: the call is made without it.
pub const REPLACES_BYTES: usize = CALL_ID_BYTES + 2 * TAG_BYTES + 48;

/// Subscriptions at a time: mailboxes, shared lines, a line being seized. One more is refused: its lamp
/// tells nothing.
pub const SUBSCRIPTIONS: usize = pick(6, 2);
/// Appearances or calls that one notification can speak of. What is said of further ones is not heard.
pub const APPEARANCES_TOLD: usize = pick(8, 2);

/// Nonces of ours that are remembered as used, so that an overheard request cannot be sent again. One that is
/// older than a forgotten one is asked for anew.
pub const NONCES: usize = pick(4, 1);

/// Challenges (realms) that one request can answer. Further ones are not answered.
pub const CHALLENGES: usize = 2;
/// Challenges in one response that are looked at. Further ones are passed over.
pub const CHALLENGE_LINES: usize = 8;
/// Bytes of a realm, nonce or opaque. Longer: the challenge is not answered.
pub const CHALLENGE_BYTES: usize = pick(160, 64);

/// Bytes of all settings that differ from the factory's, with four bytes each for their names. One more is
/// not taken, and whoever sets it is told.
pub const SETTINGS_BYTES: usize = pick(8_192, 2_048);

/// Digits and characters of a number being dialled. Further keys are ignored.
pub const DIALED_BYTES: usize = pick(64, 24);
/// Characters of what a number becomes by its dial plan. Longer: the number is refused with reorder tone.
pub const NUMBER_BYTES: usize = pick(128, 64);
/// Characters of a dial plan. A longer one is refused as a setting.
pub const PLAN_BYTES: usize = pick(2_047, 511);
/// Steps of a compiled dial plan: at most one a character, and room for the codes and speed dial digits that
/// are appended. One code more is not known.
pub const PLAN_ITEMS: usize = PLAN_BYTES + pick(513, 321);
/// DTMF keys pressed during a call that wait until the one before them is sent. Further keys are not sent.
pub const DIGITS_WAITING: usize = pick(32, 2);
/// DTMF keys of one call that wait for the answer to the INFO before them. Further ones are not sent.
pub const INFO_DIGITS_WAITING: usize = pick(8, 2);
/// Bytes of what is written in an INFO that is not a digit: a message of the secure call, in base64 with room
/// for line breaks. A longer one is refused with 400.
pub const LETTER_BYTES: usize = 384;
/// Handshakes of secure calls that run at a time; one more call stays in clear.
pub const SECURE_HANDSHAKES: usize = pick(2, 1);
/// Samples of one stream that wait to be played, at 8,000 a second; a power of two. What comes earlier than
/// that makes the oldest ones give way: a jump in the sound.
pub const JITTER_SAMPLES: usize = 4_096;
/// Samples of the longest packet, 160 ms. Longer ones are not played.
pub const PACKET_SAMPLES: usize = 1_280;

const _: () = assert!(JITTER_SAMPLES.is_power_of_two(), "timestamps wrap onto the ring");
const _: () = assert!(JITTER_SAMPLES >= 2 * PACKET_SAMPLES + 80, "the least delay is 10 ms above a packet");

/// Sources (SSRC) of one direction that an SRTP session knows. A peer that changes its SSRC more often during
/// a call is not heard any more until the keys change.
pub const SRTP_SOURCES: usize = pick(4, 1);

/// Orders to the user agent that one key or event can cause: the active call gives way, another begins, and
/// both lines are shared.
pub const ORDERS: usize = 8;

const _: () = assert!(SESSIONS >= 2, "a phone can hold one call and answer another");
const _: () = assert!(CLIENT_TRANSACTIONS > 2 && SERVER_TRANSACTIONS > 2, "INVITE, CANCEL and one more");

/// Media streams (`m=` lines) of one session description. An offer with more is answered 488.
pub const MEDIA_LINES: usize = pick(8, 4);
/// Formats of one `m=` line that are looked at; they stand in order of preference, so the least wanted ones
/// are lost.
pub const FORMATS_SEEN: usize = pick(24, 8);
/// Codecs that we offer or accept at a time: as many as the phone can have. More are not offered.
pub const CODECS: usize = 10;

const _: () = assert!(PLAN_ITEMS <= 4_096, "the sets of places in a dial plan have two levels of 64");
const _: () = assert!(DIALED_BYTES < 128, "the places in a number are the bits of a word");
const _: () = assert!(DIALED_BYTES <= NUMBER_BYTES, "a number as dialled can be sent");
