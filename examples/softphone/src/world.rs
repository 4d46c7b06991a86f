//! Phones, the office inside, and the loop that drives them all on one thread.
//!
//! ```no_run
//! use softphone::{options::Options, world::World};
//! use std::time::Duration;
//! let mut world = World::new(&Options::default())?;
//! world.start()?;
//! let registered = |world: &World| world.desk(1).is_some_and(|desk| desk.notices.len() > 1);
//! assert!(world.run_until(Duration::from_secs(5), registered));
//! # Ok::<(), String>(())
//! ```

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant as Clock};

use deskphone::base::Instant;
use deskphone::phone::{DialKey, Key};
use mio::{Events, Poll, Token, Waker};

use crate::desk::Desk;
use crate::issuer::Issuer;
use crate::office::Office;
use crate::options::Options;
use crate::pcap::Capture;
use crate::port_range::PortRange;
use crate::record::Record;
use crate::resolver::Resolver;
use crate::script::NetFault;
use crate::wav::Recording;

/// The time from one key of a number to the next.
const KEY_GAP: Duration = Duration::from_millis(50);
/// How long a key stays down.
const KEY_DOWN: Duration = Duration::from_millis(30);
/// The longest time that anything is waited for: a hundred days.
const LONGEST: Duration = Duration::from_secs(100 * 86_400);
const WAKER: Token = Token(0);
/// The account that `--shared` gives to all phones.
const SHARED: &str = "109";

/// Everything that runs.
#[derive(Debug)]
pub struct World {
    poll: Poll,
    events: Events,
    zero: Clock,
    desks: Vec<Desk>,
    office: Option<Office>,
    _office_ports: Option<PortRange>,
    resolver: Resolver,
    server: String,
    /// What passed.
    pub record: Record,
}

impl World {
    /// Phones, still off, and the office unless the options name a server.
    ///
    /// # Errors
    /// No sockets, no server of that name, a file that cannot be written, or a setting that the library
    /// refuses.
    pub fn new(options: &Options) -> Result<Self, String> {
        let mut world = Self::empty(options).map_err(|error| format!("cannot open sockets: {error}"))?;
        let address = match (options.address, &options.server) {
            (Some(address), _) => address,
            (None, None) => Ipv4Addr::LOCALHOST.into(),
            (None, Some(server)) => way_to(server)?,
        };
        if let Some(path) = &options.capture {
            world.record.capture = Some(Capture::create(path)?);
        }
        let issuer = if options.secure { Some(Issuer::new()?) } else { None };
        for number in 1..=options.phones {
            world.add_phone(number, address, options, issuer.as_ref())?;
        }
        if let Some(desk) = world.desks.first_mut() {
            desk.audio.play(&options.play)?;
            if let Some(path) = &options.record {
                desk.audio.recording = Some(Recording::create(path)?);
            }
        }
        Ok(world)
    }

    fn empty(options: &Options) -> io::Result<Self> {
        let poll = Poll::new()?;
        let waker = Arc::new(Waker::new(poll.registry(), WAKER)?);
        let (mut office, mut office_ports, mut server) = (None, None, String::new());
        match &options.server {
            Some(name) => server.clone_from(name),
            None => {
                let ports = PortRange::claim(Ipv4Addr::LOCALHOST.into())?;
                let media = (ports.first(), ports.last());
                let mut open = Office::open(poll.registry().try_clone()?, Token(1), media)?;
                server = open.address().to_string();
                if options.shared {
                    open.machine().settings.shared_accounts.push(SHARED.to_owned());
                }
                (office, office_ports) = (Some(open), Some(ports));
            }
        }
        Ok(Self {
            poll,
            events: Events::with_capacity(256),
            zero: Clock::now(),
            desks: Vec::new(),
            office,
            _office_ports: office_ports,
            resolver: Resolver::new(waker, options.dns),
            server,
            record: Record::default(),
        })
    }

    fn add_phone(
        &mut self,
        number: usize,
        address: IpAddr,
        options: &Options,
        issuer: Option<&Issuer>,
    ) -> Result<(), String> {
        let registry = self.poll.registry();
        let desk = Desk::new(number, registry, Token(number + 1), address);
        let mut desk = desk.map_err(|error| format!("phone {number}: {error}"))?;
        let mut name = format!("Phone {number}");
        let mut user = (100 + number).to_string();
        let mut password = format!("pw{user}");
        if let (1, Some(account)) = (number, &options.account) {
            (user, password) = (account.user.clone(), account.password.clone());
            name.clear(); // A real account's name is the server's affair.
        }
        let whom = if name.is_empty() { &user } else { &name };
        let issued = issuer.map(|issuer| issuer.issue(whom, &user)).transpose()?;
        let card = issued.as_ref().map(|card| {
            [("Mini_Certificate_1_", card.certificate.as_str()), ("SRTP_Private_Key_1_", card.key.as_str())]
        });
        let transport = if options.tcp { "TCP" } else { "UDP" };
        let boot = [
            ("Proxy_1_", self.server.as_str()),
            ("User_ID_1_", &user),
            ("Password_1_", &password),
            ("Display_Name_1_", &name),
            ("SIP_Transport_1_", transport),
        ];
        let shared = [
            ("Proxy_2_", self.server.as_str()),
            ("User_ID_2_", SHARED),
            ("Password_2_", "pw109"),
            ("SIP_Transport_2_", transport),
            ("Share_Ext_2_", "shared"),
            ("Subscription_Expires_2_", "3600"),
            ("Extension_2_", "2"),
            ("Extension_3_", "2"),
            ("Share_Call_Appearance_2_", "shared"),
            ("Share_Call_Appearance_3_", "shared"),
        ];
        let shared = shared.into_iter().filter(|_| options.shared);
        let named = options.settings.iter().map(|(tag, value)| (tag.as_str(), value.as_str()));
        for (tag, value) in boot.into_iter().chain(shared).chain(card.into_iter().flatten()).chain(named) {
            desk.set(Instant::ZERO, tag, value)?;
        }
        self.desks.push(desk);
        Ok(())
    }

    /// The time as the phones know it.
    #[must_use]
    pub fn now(&self) -> Instant {
        Instant::from_millis(u64::try_from(self.zero.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    /// The phone with a number, from 1.
    #[must_use]
    pub fn desk(&self, number: usize) -> Option<&Desk> {
        self.desks.get(number.checked_sub(1)?)
    }

    /// The phone with a number, from 1.
    pub fn desk_mut(&mut self, number: usize) -> Option<&mut Desk> {
        self.desks.get_mut(number.checked_sub(1)?)
    }

    /// How many phones there are.
    #[must_use]
    pub const fn phones(&self) -> usize {
        self.desks.len()
    }

    /// The server's name, as the phones are configured.
    #[must_use]
    pub fn server(&self) -> &str {
        &self.server
    }

    /// The office inside.
    pub const fn office(&mut self) -> Option<&mut Office> {
        self.office.as_mut()
    }

    /// All phones come up.
    ///
    /// # Errors
    /// A port that cannot be listened on.
    pub fn start(&mut self) -> Result<(), String> {
        (1..=self.phones()).try_for_each(|number| self.start_phone(number))
    }

    /// One phone comes up.
    ///
    /// # Errors
    /// A port that cannot be listened on.
    pub fn start_phone(&mut self, number: usize) -> Result<(), String> {
        self.with(number, Desk::start).unwrap_or(Ok(()))
    }

    /// Power off without goodbye, then on again.
    ///
    /// # Errors
    /// A setting that the library refuses now.
    pub fn restart(&mut self, number: usize) -> Result<(), String> {
        self.with(number, Desk::restart).unwrap_or(Ok(()))
    }

    /// Changes a setting of a running phone, or of one that is still off.
    ///
    /// # Errors
    /// The library's refusal.
    pub fn set(&mut self, number: usize, tag: &str, value: &str) -> Result<(), String> {
        self.with(number, |desk, now| desk.set(now, tag, value)).unwrap_or(Ok(()))
    }

    /// A key goes down.
    pub fn key_down(&mut self, number: usize, key: Key) {
        self.with(number, |desk, now| desk.key_down(now, key));
    }

    /// Keys of several phones go down in the same millisecond, before any of them has said so.
    pub fn keys_down(&mut self, pressed: &[(usize, Key)]) {
        let now = self.now();
        for (number, key) in pressed {
            if let Some(desk) = self.desk_mut(*number) {
                desk.key_down(now, *key);
            }
        }
        for (number, _) in pressed {
            self.with(*number, |_, _| ());
        }
    }

    /// A key comes up.
    pub fn key_up(&mut self, number: usize, key: Key) {
        self.with(number, |desk, now| desk.key_up(now, key));
    }

    /// Presses a key and releases it.
    pub fn press(&mut self, number: usize, key: Key) {
        self.key_down(number, key);
        self.run_for(KEY_DOWN);
        self.key_up(number, key);
        self.run_for(KEY_GAP - KEY_DOWN);
    }

    /// Presses the keys of a number in turn; what no key bears is left out.
    pub fn dial(&mut self, number: usize, digits: &str) {
        for key in digits.chars().filter_map(DialKey::new) {
            self.press(number, Key::Dial(key));
        }
    }

    /// Presses the soft key that bears a label now, wherever its page; false when none does.
    pub fn press_soft(&mut self, number: usize, label: &str) -> bool {
        let way = self.desk(number).and_then(|desk| desk.view().soft_keys.way_to(label));
        let Some(way) = way else { return false };
        for _ in 0..way.turns {
            self.press(number, way.turn);
        }
        self.press(number, way.key);
        true
    }

    /// Lifts the handset or puts it down.
    pub fn set_handset(&mut self, number: usize, lifted: bool) {
        self.with(number, |desk, now| desk.set_handset(now, lifted));
    }

    /// What is wrong with a phone's network from now on.
    pub fn set_fault(&mut self, number: usize, fault: NetFault) {
        self.with(number, |desk, now| desk.set_fault(now, fault));
    }

    fn with<T>(&mut self, number: usize, act: impl FnOnce(&mut Desk, Instant) -> T) -> Option<T> {
        let now = self.now();
        let desk = self.desks.get_mut(number.checked_sub(1)?)?;
        let done = act(desk, now);
        desk.work(now, &mut self.record, &self.resolver);
        Some(done)
    }

    /// Lets time pass.
    pub fn run_for(&mut self, time: Duration) {
        self.run_until(time, |_| false);
    }

    /// Lets time pass until something holds; false when it did not within the time.
    pub fn run_until(&mut self, within: Duration, mut holds: impl FnMut(&Self) -> bool) -> bool {
        let end = Clock::now() + within.min(LONGEST);
        loop {
            if holds(self) {
                return true;
            }
            let left = end.saturating_duration_since(Clock::now());
            if left.is_zero() {
                return false;
            }
            self.turn(left);
        }
    }

    /// Sleeps until something arrives or is due, at most so long, and works it off.
    pub fn turn(&mut self, most: Duration) {
        let due = self.desks.iter().filter_map(Desk::deadline);
        let due = due.chain(self.office.as_ref().and_then(Office::deadline)).min();
        let sleep = due.map_or(most, |at| most.min(Duration::from_millis(at.since_ms(self.now()))));
        if let Err(error) = self.poll.poll(&mut self.events, Some(sleep))
            && error.kind() != io::ErrorKind::Interrupted
        {
            std::thread::sleep(Duration::from_millis(1)); // Never seen; without this it would spin.
        }
        let now = self.now();
        for answer in self.resolver.answers() {
            if let Some(desk) = self.desks.get_mut(answer.phone.saturating_sub(1)) {
                desk.resolved(now, &answer);
            }
        }
        if let Some(office) = &mut self.office {
            office.work(now);
        }
        for desk in &mut self.desks {
            desk.work(now, &mut self.record, &self.resolver);
        }
    }
}

/// The address of this machine that the way to a server begins with.
fn way_to(server: &str) -> Result<IpAddr, String> {
    let wrong = |error: io::Error| format!("{server}: {error}");
    let found: Vec<SocketAddr> = match server.to_socket_addrs() {
        Ok(found) => found.collect(),
        Err(_) => (server, 5_060).to_socket_addrs().map_err(wrong)?.collect(),
    };
    let there = found.iter().find(|address| address.is_ipv4()).or(found.first());
    let there = there.ok_or_else(|| format!("{server}: no address"))?;
    let any: SocketAddr = if there.is_ipv4() {
        (Ipv4Addr::UNSPECIFIED, 0).into()
    } else {
        (IpAddr::from([0_u16; 8]), 0).into()
    };
    let socket = UdpSocket::bind(any).map_err(wrong)?;
    socket.connect(there).map_err(wrong)?;
    socket.local_addr().map(|address| address.ip()).map_err(wrong)
}
