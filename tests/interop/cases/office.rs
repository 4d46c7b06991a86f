//! What the cases around Kamailio share: phones in a world, and waiting for what they should come to.

use deskphone::calls::{CallState, LineKey};
use deskphone::ua::{ExtensionId, RegistrationState};
use interop::baresip::{Baresip, Microphone};
use interop::kamailio::{Digest, Kamailio};
use interop::stage::Stage;
use softphone::options::Options;
use softphone::script::{Heard, Sound};
use softphone::wav::{self, Recording};
use softphone::world::World;
use std::time::{Duration, Instant};
use testbed::goertzel;

/// A server and some phones.
pub(crate) struct Office<S = Kamailio> {
    pub(crate) server: S,
    pub(crate) world: World,
}

/// How the phones are set up.
pub(crate) struct Setup<'a> {
    pub(crate) digest: Digest,
    pub(crate) nonce_s: u32,
    pub(crate) phones: usize,
    pub(crate) tcp: bool,
    /// Every phone has a certificate.
    pub(crate) secure: bool,
    pub(crate) settings: &'a [(&'a str, &'a str)],
}

/// One phone over UDP, MD5, nonces that last.
pub(crate) const PLAIN: Setup<'_> =
    Setup { digest: Digest::Md5, nonce_s: 300, phones: 1, tcp: false, secure: false, settings: &[] };

/// What passed, in the case's folder, when the phones have certificates.
pub(crate) const CAPTURE: &str = "capture.pcap";

/// Runs a case in an office; a failure leaves the ladder behind.
pub(crate) fn in_office(
    stage: &Stage,
    setup: &Setup<'_>,
    act: fn(&Stage, &mut Office) -> Result<(), String>,
) -> Result<(), String> {
    let kamailio = Kamailio::start(stage, setup.digest, setup.nonce_s)?;
    let own = |(tag, value): &(&str, &str)| ((*tag).to_owned(), (*value).to_owned());
    let options = Options {
        phones: setup.phones,
        server: Some(kamailio.address().to_string()),
        tcp: setup.tcp,
        secure: setup.secure,
        capture: setup.secure.then(|| stage.folder().join(CAPTURE)),
        settings: setup.settings.iter().map(own).collect(),
        ..Options::default()
    };
    with_phones(stage, kamailio, &options, act)
}

/// Runs a case with a server that is up; a failure leaves the ladder behind.
pub(crate) fn with_phones<S>(
    stage: &Stage,
    server: S,
    options: &Options,
    act: fn(&Stage, &mut Office<S>) -> Result<(), String>,
) -> Result<(), String> {
    let mut office = Office { server, world: World::new(options)? };
    office.world.start()?;
    let verdict = act(stage, &mut office);
    if verdict.is_err() {
        stage.keep(office.world.record.ladder.draw());
    }
    verdict
}

impl Office {
    /// The answer to an OPTIONS through Kamailio to one of its users.
    pub(crate) fn ask(&mut self, user: &str) -> Result<String, String> {
        let uri = format!("sip:{user}@{}", self.server.address());
        let Self { server, world } = self;
        server.ask(&uri, || world.run_for(Duration::from_millis(5)))
    }

    /// A baresip that is registered.
    pub(crate) fn baresip(
        &mut self,
        stage: &Stage,
        user: &str,
        microphone: Microphone,
    ) -> Result<Baresip, String> {
        let baresip = Baresip::start(stage, user, self.server.address(), microphone)?;
        self.registered(stage, user, baresip)
    }

    /// One that takes SRTP and nothing else.
    pub(crate) fn protected_baresip(
        &mut self,
        stage: &Stage,
        user: &str,
        microphone: Microphone,
    ) -> Result<Baresip, String> {
        let baresip = Baresip::start_with(stage, user, self.server.address(), microphone, true)?;
        self.registered(stage, user, baresip)
    }

    fn registered(&mut self, stage: &Stage, user: &str, mut baresip: Baresip) -> Result<Baresip, String> {
        let began = Instant::now();
        // Kamailio knows it when a question for it arrives there.
        while !self.ask(user)?.starts_with("SIP/2.0 200") {
            if began.elapsed() > PATIENCE {
                return Err(format!("baresip does not register: {}", baresip.command("reginfo", "")?));
            }
            self.world.run_for(Duration::from_millis(50));
        }
        stage.say(format!("baresip registered as {user}"));
        baresip.forget();
        Ok(baresip)
    }
}

impl<S> Office<S> {
    /// Lets time pass until something holds.
    pub(crate) fn wait(&mut self, what: &str, holds: impl FnMut(&World) -> bool) -> Result<Duration, String> {
        let began = Instant::now();
        if self.world.run_until(PATIENCE, holds) {
            return Ok(began.elapsed());
        }
        Err(format!("not within {} s: {what}", PATIENCE.as_secs()))
    }

    /// Waits until all phones are registered.
    pub(crate) fn register(&mut self, stage: &Stage) -> Result<(), String> {
        let took = self.wait("all phones registered", |world| {
            (1..=world.phones()).all(|phone| registration(world, phone) == RegistrationState::Registered)
        })?;
        stage.say(format!("{} phones registered in {} ms", self.world.phones(), took.as_millis()));
        Ok(())
    }

    /// Waits until baresip reports an event; its parameter.
    pub(crate) fn told(&mut self, baresip: &mut Baresip, kind: &str) -> Result<String, String> {
        let mut found = None;
        let waited = self.wait(&format!("{kind} at baresip"), |_| {
            found = baresip.event(kind);
            found.is_some()
        });
        waited.map_err(|error| format!("{error}; it reported: {}", baresip.unheard()))?;
        Ok(found.unwrap_or_default())
    }

    /// Waits until a phone's first line is in a state.
    pub(crate) fn comes_to(&mut self, phone: usize, wanted: CallState) -> Result<Duration, String> {
        self.wait(&format!("phone {phone} {}", wanted.name()), |world| state(world, phone) == Some(wanted))
    }

    /// Waits until a phone's person hears something.
    pub(crate) fn hears(&mut self, phone: usize, wanted: Heard) -> Result<String, String> {
        let heard = |world: &World| world.desk(phone).is_some_and(|desk| desk.audio.hearing.is(wanted));
        self.wait(&format!("phone {phone} hears {wanted:?}"), heard)
            .map_err(|error| format!("{error}, but {}", self.sound(phone)))?;
        Ok(self.sound(phone))
    }

    /// What a phone's microphone hears from now on.
    pub(crate) fn speak(&mut self, phone: usize, hertz: f32) -> Result<(), String> {
        let desk = self.world.desk_mut(phone).ok_or("no such phone")?;
        desk.audio.play(&Sound::Sine(hertz))
    }

    /// Records what a phone's person hears from now on.
    pub(crate) fn record(&mut self, stage: &Stage, phone: usize) -> Result<(), String> {
        let path = stage.folder().join(format!("phone-{phone}.wav"));
        let desk = self.world.desk_mut(phone).ok_or("no such phone")?;
        desk.audio.recording = Some(Recording::create(&path)?);
        Ok(())
    }

    /// Ends the recording, and measures a tone in it: Goertzel over pieces of 100 ms.
    pub(crate) fn recorded(&mut self, stage: &Stage, phone: usize, hertz: u16) -> Result<(), String> {
        let desk = self.world.desk_mut(phone).ok_or("no such phone")?;
        desk.audio.recording = None;
        let path = stage.folder().join(format!("phone-{phone}.wav"));
        measure(stage, &format!("phone {phone}"), &wav::read(&path)?, hertz)
    }

    /// Lifts the handset and dials.
    pub(crate) fn call(&mut self, phone: usize, number: &str) {
        self.world.set_handset(phone, true);
        self.world.dial(phone, number);
        self.world.dial(phone, "#");
    }

    /// Registered, calls over and nothing left behind.
    pub(crate) fn all_idle(&mut self) -> Result<(), String> {
        for phone in 1..=self.world.phones() {
            self.world.set_handset(phone, false);
            self.comes_to(phone, CallState::Idle)?;
        }
        Ok(())
    }

    fn sound(&self, phone: usize) -> String {
        self.world.desk(phone).map(|desk| desk.audio.hearing.describe()).unwrap_or_default()
    }
}

/// Looks for a tone in a recording, by Goertzel's algorithm over pieces of 100 ms; it must be there for a
/// second.
pub(crate) fn measure(stage: &Stage, who: &str, heard: &[i16], hertz: u16) -> Result<(), String> {
    let pieces: Vec<&[i16]> = heard.chunks_exact(800).collect();
    let with_tone = pieces.iter().filter(|piece| goertzel::hears(piece, hertz)).count();
    let level = pieces.iter().map(|piece| goertzel::level_dbm(piece, hertz)).fold(f64::MIN, f64::max);
    let (seconds, all) = (heard.len() as f64 / 8_000.0, pieces.len());
    stage.say(format!(
        "{who} recorded {seconds:.1} s: {hertz} Hz in {with_tone} of {all} pieces, loudest {level:.1} dBm0"
    ));
    if with_tone < 10 { Err(format!("{who} did not hear {hertz} Hz for a second")) } else { Ok(()) }
}

/// The state of a phone's first line.
pub(crate) fn state(world: &World, phone: usize) -> Option<CallState> {
    line_state(world, phone, LineKey::L1)
}

/// The state of a phone's line.
pub(crate) fn line_state(world: &World, phone: usize, key: LineKey) -> Option<CallState> {
    let place = LineKey::ALL.iter().position(|known| *known == key)?;
    world.desk(phone).and_then(|desk| desk.view().lines.get(place).map(|line| line.state))
}

/// Whether a phone's first line is put on hold by the far end.
pub(crate) fn is_held(world: &World, phone: usize) -> bool {
    world.desk(phone).is_some_and(|desk| desk.view().lines.first().is_some_and(|line| line.held_by_peer))
}

/// Where a phone's first extension stands with Kamailio.
pub(crate) fn registration(world: &World, phone: usize) -> RegistrationState {
    registration_of(world, phone, ExtensionId::PRIMARY)
}

/// Where an extension of a phone stands with Kamailio.
pub(crate) fn registration_of(world: &World, phone: usize, extension: ExtensionId) -> RegistrationState {
    let views = world.desk(phone).map(|desk| desk.view().registrations);
    let view = views.and_then(|views| views.get(extension.index()).copied());
    view.map(|view| view.state).unwrap_or_default()
}

/// How long each step of a case may take.
const PATIENCE: Duration = Duration::from_secs(6);
