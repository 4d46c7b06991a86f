//! One phone with its sockets, its sound and its settings.

use std::io;
use std::net::IpAddr;

use deskphone::base::{Instant, Rng};
use deskphone::config::catalogue::ext;
use deskphone::phone::{Hook, Input, Key, Network as Link, Notice, Output, Phone, View};
use deskphone::secure_call::{Done, engine};
use deskphone::ua::{Records, SrvRecord};
use mio::{Registry, Token};

use crate::audio::Audio;
use crate::dns::{Found, Srv};
use crate::fault::Fault;
use crate::mapping::Question;
use crate::network::{Arrived, Network};
use crate::port_range::PortRange;
use crate::record::Record;
use crate::resolver::Resolver;
use crate::script::NetFault;
use crate::stream::unix_time;

/// A phone on a desk.
pub struct Desk {
    number: usize,
    phone: Box<Phone>,
    on: bool,
    life: u32,
    network: Network,
    fault: Fault,
    lifted: bool,
    counted_at: Instant,
    registry: Registry,
    token: Token,
    questions: Vec<Question>,
    _ports: PortRange,
    /// What goes through the microphone and comes out of the loudspeaker.
    pub audio: Audio,
    /// Messages before this one are forgotten: [`crate::ladder::Ladder::mark`].
    pub mark: usize,
    /// What the phone reported since it was started.
    pub notices: Vec<Notice>,
}

/// How often figures are given.
const COUNT_MS: u64 = 1_000;
/// Room for all settings as they are saved.
const IMAGE_BYTES: usize = 16_384;

/// The operating system's generator.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SystemRng;

impl Rng for SystemRng {
    fn next_u32(&mut self) -> u32 {
        // No randomness, no phone: identifiers that can be guessed would let strangers into calls.
        getrandom::u32().unwrap_or_else(|error| {
            eprintln!("softphone: the system gives no random numbers: {error}");
            std::process::abort()
        })
    }
}

impl std::fmt::Debug for Desk {
    /// Without the settings: a password is among them.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").field("number", &self.number).field("on", &self.on).finish_non_exhaustive()
    }
}

impl Desk {
    /// A phone, still off, with the settings that its place in this program needs.
    pub(crate) fn new(number: usize, registry: &Registry, token: Token, address: IpAddr) -> io::Result<Self> {
        let ports = PortRange::claim(address)?;
        let mut network = Network::new(registry.try_clone()?, token, number, address);
        let mut settings = Vec::new();
        for extension in 1..=4 {
            let port = network.listen(0)?;
            settings.push((format!("SIP_Port_{extension}_"), port.to_string()));
        }
        settings.push(("RTP_Port_Min".into(), ports.first().to_string()));
        settings.push(("RTP_Port_Max".into(), ports.last().to_string()));
        let mut desk = Self {
            number,
            phone: Box::new(Phone::new()),
            on: false,
            life: 0,
            network,
            fault: Fault::default(),
            lifted: false,
            counted_at: Instant::ZERO,
            registry: registry.try_clone()?,
            token,
            questions: Vec::new(),
            _ports: ports,
            audio: Audio::new(registry.try_clone()?, token, address),
            mark: 0,
            notices: Vec::new(),
        };
        for (tag, value) in settings {
            desk.set(Instant::ZERO, &tag, &value).map_err(io::Error::other)?;
        }
        Ok(desk)
    }

    /// Its number, from 1.
    #[must_use]
    pub const fn number(&self) -> usize {
        self.number
    }

    /// What a person sees and hears.
    #[must_use]
    pub fn view(&self) -> View<'_> {
        self.phone.view()
    }

    /// The library's phone.
    #[must_use]
    pub fn phone(&self) -> &Phone {
        &self.phone
    }

    /// Whether the handset is lifted.
    #[must_use]
    pub const fn is_lifted(&self) -> bool {
        self.lifted
    }

    /// Changes a setting.
    ///
    /// # Errors
    /// The library's refusal.
    pub fn set(&mut self, now: Instant, tag: &str, value: &str) -> Result<(), String> {
        self.phone.set(now, tag, value).map_err(|error| error.to_string())
    }

    /// Powers up: the network is there, registration begins.
    pub(crate) fn start(&mut self, now: Instant) -> Result<(), String> {
        for extension in 1..=4 {
            let port = self.phone.config().read(ext::SIP_PORT.of(extension));
            self.network.listen(port).map_err(|error| format!("SIP port {port}: {error}"))?;
        }
        if !self.on {
            self.on = true;
            // It has no time server, but a clock that has one.
            self.step(now, Input::Clock(unix_time().0));
            self.link(now);
        }
        Ok(())
    }

    /// Powers off without a word, and on again with the settings as they were saved: those that a person
    /// changed by codes are among them.
    pub(crate) fn restart(&mut self, now: Instant) -> Result<(), String> {
        let mut image = vec![0; IMAGE_BYTES];
        let saved = self.phone.config().save(1, &mut image);
        saved.map_err(|_| format!("the settings do not fit into {IMAGE_BYTES} bytes"))?;
        *self.phone = Phone::new();
        let restored = self.phone.restore(now, &[&image]);
        if restored.slot.is_none() || restored.left_out > 0 {
            return Err(format!("{} settings were not saved", restored.left_out));
        }
        self.life += 1;
        self.on = false;
        self.notices.clear();
        self.network.cut();
        self.audio.cut();
        self.questions.clear();
        self.start(now)?;
        if self.lifted {
            self.step(now, Input::Hook(Hook::OffHook));
        }
        Ok(())
    }

    /// What is wrong with its network from now on. `net down` pulls the cable: the phone is told.
    pub(crate) fn set_fault(&mut self, now: Instant, fault: NetFault) {
        let was_down = self.fault.is_down();
        self.fault.set(fault);
        if self.on && was_down != self.fault.is_down() {
            self.link(now);
        }
    }

    fn link(&mut self, now: Instant) {
        let link =
            if self.fault.is_down() { Link::Down } else { Link::Up { address: self.network.address() } };
        self.step(now, Input::Network(link));
    }

    pub(crate) fn key_down(&mut self, now: Instant, key: Key) {
        self.step(now, Input::KeyDown(key));
    }

    pub(crate) fn key_up(&mut self, now: Instant, key: Key) {
        self.step(now, Input::KeyUp(key));
    }

    pub(crate) fn set_handset(&mut self, now: Instant, lifted: bool) {
        if self.lifted != lifted {
            self.lifted = lifted;
            self.step(now, Input::Hook(if lifted { Hook::OffHook } else { Hook::OnHook }));
        }
    }

    /// The answer to a question that this life of the phone asked.
    pub(crate) fn resolved(&mut self, now: Instant, answer: &crate::resolver::Answer) {
        if answer.life == self.life {
            let ours = self.network.address().is_ipv4();
            let (addresses, services): (Vec<IpAddr>, Vec<SrvRecord<'_>>);
            let records = match &answer.found {
                Found::Addresses(found) => {
                    addresses = found.iter().filter(|one| one.is_ipv4() == ours).copied().collect();
                    Records::Addresses(&addresses)
                }
                Found::Services(found) => {
                    services = found.iter().map(Srv::service).collect();
                    Records::Services(&services)
                }
            };
            self.step(now, Input::Resolved { ticket: answer.ticket, records, ttl_s: answer.ttl_s });
        }
    }

    fn step(&mut self, now: Instant, input: Input<'_>) {
        self.phone.step(now, &mut SystemRng, input);
    }

    /// When it wants to work although nothing arrived.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let phone = self.phone.deadline().filter(|_| self.on);
        let questions = self.questions.iter().filter_map(Question::deadline);
        phone.into_iter().chain(self.audio.deadline()).chain(questions).min()
    }

    /// Takes what has arrived, does what is due, sends what there is.
    pub(crate) fn work(&mut self, now: Instant, record: &mut Record, resolver: &Resolver) {
        self.drain(now, record, resolver);
        for arrived in self.network.arrived(now.as_millis(), &self.fault, record) {
            if !self.on {
                continue;
            }
            match arrived {
                Arrived::Message { arrival, bytes } => {
                    self.step(now, Input::Message { arrival, bytes: &bytes });
                }
                Arrived::Lost(hop) => self.step(now, Input::Unreachable(hop)),
            }
            self.drain(now, record, resolver);
        }
        if self.on && self.phone.deadline().is_some_and(|at| at <= now) {
            self.step(now, Input::Timeout);
            self.drain(now, record, resolver);
        }
        self.ask_about_ports(now, record, resolver);
        self.count(now);
        let plan = self.phone.view().audio;
        self.audio.tune(&plan, self.phone.config());
        self.audio.secure(&self.phone);
        self.audio.work(now, &plan, &self.fault, record);
        for serial in self.audio.authenticated() {
            self.step(now, Input::Authenticated { serial });
            self.drain(now, record, resolver);
        }
    }

    /// Questions to STUN servers, until they are answered.
    fn ask_about_ports(&mut self, now: Instant, record: &mut Record, resolver: &Resolver) {
        let mut answers = Vec::new();
        let fault = &self.fault;
        self.questions.retain_mut(|question| {
            let answer = question.work(now, fault, record);
            answers.extend(answer);
            answer.is_none()
        });
        for (ticket, seen) in answers {
            self.step(now, Input::PortMapped { ticket, seen });
            self.drain(now, record, resolver);
        }
    }

    /// Once a second the phone hears how its streams fare.
    fn count(&mut self, now: Instant) {
        if now.since_ms(self.counted_at) >= COUNT_MS {
            self.counted_at = now;
            for (serial, figures) in self.audio.statistics() {
                self.step(now, Input::MediaStatistics { serial, figures });
            }
        }
    }

    fn drain(&mut self, now: Instant, record: &mut Record, resolver: &Resolver) {
        while let Some(done) = self.send_all(now, record, resolver) {
            self.step(now, Input::Computed(&done));
        }
    }

    /// Does what the phone asks for, up to the next piece of RSA.
    fn send_all(&mut self, now: Instant, record: &mut Record, resolver: &Resolver) -> Option<Done> {
        while let Some(output) = self.phone.poll() {
            match output {
                Output::Compute(job) => return Some(engine::perform(job)),
                Output::Transmit { hop, bytes } => {
                    self.network.transmit(now.as_millis(), hop, bytes, &self.fault, record);
                }
                Output::Resolve { ticket, query, host } => {
                    resolver.ask(self.number, self.life, ticket, query, host);
                }
                Output::MapPort(about) => {
                    let address = self.network.address();
                    // A port that is taken has no answer: the call goes on without.
                    let opened = Question::open(now, about, address, &self.registry, self.token);
                    self.questions.extend(opened);
                }
                Output::Notice(notice) => self.notices.push(notice),
            }
        }
        None
    }
}
