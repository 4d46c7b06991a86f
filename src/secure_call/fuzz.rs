//! The fuzz bodies: any bytes as a certificate or a message, and any moves of two sides and whoever sits
//! between them.

use super::line::Terms;
use super::{
    Answer, Attempt, Callee, Caller, Done, Fault, FinalForm, Flags, Hello, Job, Line, MasterKey, Means,
    Message, MiniCertificate, Notify, Peer, Provisioned, Suite, Ticket, callee, caller, certificate, engine,
};
use crate::base::{Instant, Rng, UnixTime};

/// Reads anything as a certificate, a setting, and a message body.
///
/// # Panics
/// When a property does not hold: that is what the fuzzer looks for.
pub fn fuzz_certificate(bytes: &[u8]) {
    if let Ok(certificate) = MiniCertificate::parse(bytes) {
        assert_eq!(certificate.compose().as_slice(), bytes, "written as it was read");
        let _ = examined(&certificate);
    }
    if let Ok(hello) = Hello::parse(bytes) {
        assert_eq!(Hello::parse(&hello.compose()), Ok(hello), "read as it was written");
    }
    if let Ok(message) = Message::read(bytes) {
        assert!(Message::is_candidate(bytes), "what is read looks like one of ours");
        let body = match message {
            Message::Hello(hello) => hello.body(),
            Message::Final(sealed) => sealed.body(),
        };
        assert_eq!(Message::read(&body), Ok(message), "read as it was written");
    }
    if let Ok(text) = core::str::from_utf8(bytes) {
        let _ = certificate::read_mini_certificate(text);
        let _ = Provisioned::read(text, text);
        if let Ok(expiry) = text.parse::<super::Expiry>() {
            assert!(!expiry.is_over(UnixTime(0)));
        }
        let _ = super::Dialled::new(text);
    }
}

/// Only the CA's own signatures are good.
fn examined(certificate: &MiniCertificate) -> Result<(), Fault> {
    let own = Provisioned::read(JOE.0, JOE.1)?;
    let examination = certificate.examine(&own.ca, TODAY)?;
    let done = engine::perform(&Job { ticket: Ticket(0), work: examination.work() });
    let Answer::Ca(block) = &done.answer else { return Err(Fault::Signature) };
    let verified = examination.conclude(block)?;
    let signed = [own.certificate, Provisioned::read(JANE.0, JANE.1)?.certificate];
    assert!(signed.contains(verified.certificate()), "a forged certificate");
    Ok(())
}

/// Two sides, and moves that the bytes choose: deliver, change, drop, inject, work, wait. Two bytes a move.
///
/// # Panics
/// When a property does not hold: that is what the fuzzer looks for.
pub fn fuzz_handshake_moves(bytes: &[u8]) {
    let Ok(joe) = Provisioned::read(JOE.0, JOE.1) else { return };
    let Ok(jane) = Provisioned::read(JANE.0, JANE.1) else { return };
    let mut world = World::new(&joe, jane, bytes.first().copied().unwrap_or(0));
    for pair in bytes.get(1..).unwrap_or(&[]).chunks_exact(2).take(64) {
        if let [how, what] = pair {
            world.step(*how, *what);
        }
        world.hold();
    }
}

impl Line {
    /// What is left of a handshake with Jane that nobody had to make.
    pub(crate) fn with_jane(rng: &mut dyn Rng) -> Option<Self> {
        let jane = Provisioned::read(JANE.0, JANE.1).ok()?;
        let flags = Flags { suite: Suite::AesCm128HmacSha1Tag80, rtcp: true };
        let terms = Terms { flags, local_ssrc: 1, remote_ssrc: 2 };
        Some(Self { peer: Peer::of(jane.certificate.claims()), master: MasterKey::draw(rng), terms })
    }
}

const JOE: (&str, &str) = (include_str!("vectors/joe.cert"), include_str!("vectors/joe.key"));
const JANE: (&str, &str) = (include_str!("vectors/jane.cert"), include_str!("vectors/jane.key"));
const TODAY: Option<UnixTime> = Some(UnixTime(1_700_000_000));

struct World {
    now: Instant,
    dice: Dice,
    caller: Caller,
    callee: Callee,
    jane: Provisioned,
    /// The last message of each side.
    info: heapless::Vec<u8, 352>,
    response: (u16, heapless::Vec<u8, 352>),
    /// INFOs that wait for their answer.
    open: u8,
    key: [Option<[u8; 16]>; 2],
}

impl World {
    fn new(joe: &Provisioned, jane: Provisioned, options: u8) -> Self {
        let form = if options & 1 == 0 { FinalForm::OneBlock } else { FinalForm::TwoBlocks };
        let suite =
            if options & 2 == 0 { Suite::AesCm128HmacSha1Tag80 } else { Suite::AesCm128HmacSha1Tag32 };
        let attempt = Attempt {
            own: joe,
            dialled: "14085556789",
            local_time: TODAY,
            suite,
            rtcp: options & 4 == 0,
            form,
            ticket: Ticket(0),
        };
        let (caller, _) = Caller::begin(Instant::ZERO, &attempt);
        let response = (200, heapless::Vec::new());
        Self {
            now: Instant::ZERO,
            dice: Dice(u32::from(options) | 0x100),
            caller,
            callee: Callee::new(Ticket(1_000)),
            jane,
            info: heapless::Vec::new(),
            response,
            open: 0,
            key: [None; 2],
        }
    }

    fn step(&mut self, how: u8, what: u8) {
        match how % 9 {
            0 | 1 => self.work_of_caller(what == 0xFF),
            2 | 3 => self.work_of_callee(what == 0xFF),
            4 => {
                let body = changed(&self.info, what);
                self.ask(&body);
            }
            5 => {
                let (status, body) = (self.response.0, changed(&self.response.1, what));
                self.tell(caller::Input::Response { status, body: &body });
            }
            6 => {
                let status = 100u16.saturating_add(u16::from(what).saturating_mul(2));
                self.tell(caller::Input::Response { status, body: &[] });
            }
            7 => self.media(),
            _ => {
                self.now = self.now.plus_ms(u64::from(what).saturating_mul(1_000));
                self.tell(caller::Input::Timeout);
                self.told(callee::Input::Timeout);
            }
        }
    }

    fn work_of_caller(&mut self, broken: bool) {
        if let Some(job) = self.caller.job() {
            let done = done(&job, broken);
            self.tell(caller::Input::Done(&done));
        }
    }

    fn work_of_callee(&mut self, broken: bool) {
        if let Some(job) = self.callee.job() {
            let done = done(&job, broken);
            self.told(callee::Input::Done(&done));
        }
    }

    fn tell(&mut self, input: caller::Input<'_>) {
        let (caller, step) = self.caller.clone().step(self.now, &mut self.dice, input);
        self.caller = caller;
        if let Some(body) = step.send {
            self.info = body;
        }
        assert!(self.caller.deadline().is_none_or(|due| due > self.now), "a deadline in the past");
    }

    fn ask(&mut self, body: &[u8]) {
        let jane = self.jane.clone();
        let means = Means { own: Ok(&jane), local_time: TODAY, rtcp: true };
        self.open = self.open.saturating_add(1);
        self.told(callee::Input::Request { body, means });
    }

    fn told(&mut self, input: callee::Input<'_>) {
        let (callee, step) = self.callee.clone().step(self.now, &mut self.dice, input);
        self.callee = callee;
        if let Some(answer) = step.answer {
            assert!(self.open > 0, "an answer without a request");
            self.open = self.open.saturating_sub(1);
            self.response = (answer.status, answer.body);
        }
        if let Some(Notify::Secured) = step.notify {
            assert_eq!(self.callee.state(), callee::State::Secure);
        }
        let waits = self.callee.job().is_some();
        assert_eq!(self.open, u8::from(waits), "each INFO has one answer");
        assert!(self.callee.deadline().is_none_or(|due| due > self.now), "a deadline in the past");
    }

    /// Packets flow; they are authenticated where both have the same.
    fn media(&mut self) {
        let (Some(one), Some(other)) = (self.caller.protection(), self.callee.protection()) else { return };
        let same = one.master.key() == other.master.key() && one.suite == other.suite;
        let to_caller = same && other.sends && one.remote_ssrc == other.local_ssrc;
        let to_callee = same && one.sends && other.remote_ssrc == one.local_ssrc;
        assert_ne!(one.local_ssrc, one.remote_ssrc, "two streams under one key");
        assert_ne!(other.local_ssrc, other.remote_ssrc, "two streams under one key");
        if to_caller {
            self.tell(caller::Input::Authenticated);
        }
        if to_callee {
            self.told(callee::Input::Authenticated);
        }
    }

    /// Who is secure stays so, with the one key, and knows the other by the name that was signed.
    fn hold(&mut self) {
        let keys = [self.caller.protection(), self.callee.protection()]
            .map(|known| known.filter(|known| known.secure).map(|known| *known.master.key()));
        for (fixed, key) in self.key.iter_mut().zip(keys) {
            assert!(fixed.is_none() || *fixed == key, "a secure call stays so");
            *fixed = key;
        }
        if let [Some(one), Some(other)] = keys {
            assert_eq!(one, other, "one key");
        }
        assert!(self.caller.peer().is_none_or(|peer| peer.name.as_bytes() == b"Jane Doe"));
        assert!(self.callee.peer().is_none_or(|peer| peer.name.as_bytes() == b"Joe Smith"));
    }
}

fn done(job: &Job, broken: bool) -> Done {
    if broken { Done { ticket: job.ticket, answer: Answer::Failed } } else { engine::perform(job) }
}

/// Mostly as it was; else a byte of it is another, or it is cut.
fn changed(body: &[u8], what: u8) -> heapless::Vec<u8, 352> {
    let mut body = heapless::Vec::from_slice(body).unwrap_or_default();
    match what {
        0..=0x7F => {}
        0x80..=0xEF => {
            let place = usize::from(what & 0x7F).saturating_mul(3);
            if let Some(byte) = body.get_mut(place) {
                *byte ^= 0x03;
            }
        }
        0xF0..=0xFF => body.truncate(usize::from(what & 0x0F).saturating_mul(24)),
    }
    body
}

struct Dice(u32);

impl Rng for Dice {
    fn next_u32(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
        self.0 ^ (self.0 >> 15)
    }
}
