//! Stations that share a line: each moment is somebody's, and its server gives it away.
//!
//! What the server says is the line's truth (`call-info`, `line-seize`). When the network is whole and all is
//! said, each station shows what the server says of each appearance, or its own call on one that the server
//! has given to it; nobody else believes to have that.

use super::{CODES, KEYS, NUMBERS, Party, SERVICES};
use crate::appearances::lamp_of;
use crate::watched::Watched;
use deskphone::base::Instant;
use deskphone::phone::{CallState, Colour, LineView, Pattern};
use deskphone::ua::{ExtensionId, RegistrationState};
use testbed::ladder::Kind;
use testbed::network::Conditions;
use testbed::office::{Direction, Rule};
use testbed::seeded::Seeded;
use testbed::world::{Station, World, account, set_account};

/// Two to six stations of a shared line, and somebody outside who calls it.
#[derive(Debug)]
pub(crate) struct Sharing {
    party: Party,
    /// The line keys of each appearance, by index: the same at all stations.
    keys: Vec<usize>,
    /// The last one is not of the office, and has no part in the line.
    stations: usize,
    /// Until the next healing nothing is done that may lose a message for good: what is not well then has no
    /// excuse.
    calm: bool,
    /// Something of the kind was done since all was well.
    excused: bool,
    played: u64,
    /// How much of the ladder has been read.
    read: usize,
    /// Since when two stations believe to have the same appearance.
    doubled: Vec<Option<Instant>>,
}

/// Who calls the line from outside.
const NAMES: [&str; 7] = ["anna", "bert", "cleo", "dora", "ewan", "fay", "outside"];
/// The shared line's account.
const LINE: &str = "109";
const METHODS: [&str; 8] = ["INVITE", "BYE", "ACK", "CANCEL", "REGISTER", "SUBSCRIBE", "SUBSCRIBE", "INVITE"];
/// A message is repeated for so long, and a seizure lasts that long without word.
const DOUBT_MS: u64 = 64 * 500 + 20_000;

/// Patterns that tell apart what another station does.
const SETTINGS: [(&str, &str); 14] = [
    ("Share_Ext_2_", "shared"),
    ("Register_Expires_2_", "600"),
    ("Subscription_Expires_2_", "600"),
    ("Reg_Retry_Intvl", "10"),
    ("Reg_Retry_Long_Intvl", "10"),
    ("Conference_Serv", "no"),
    ("Call_Back_Expires", "0"),
    ("Dial_Plan_2_", "(xx.)"),
    ("Remote_Undefined_LED", "c=a;p=d"),
    ("Remote_Seized_LED", "c=a;p=f"),
    ("Remote_Progressing_LED", "c=g;p=f"),
    ("Remote_Ringing_LED", "c=a;p=s"),
    ("Remote_Active_LED", "c=r;p=d"),
    ("Remote_Held_LED", "c=g;p=s"),
];

impl Sharing {
    pub(crate) fn new(seed: u64, aloud: bool) -> Self {
        let mut dice = Seeded::new(seed);
        let mut world = World::new(dice.next_u64(), Conditions::LAN);
        world.set_quick();
        world.office.settings.no_answer_ms = 20_000;
        world.office.settings.shared_accounts.push(LINE.to_owned());
        let stations = usize::try_from(dice.between(2, 6)).unwrap_or(2);
        // One to three appearances, or all four line keys.
        let layouts = [&[1][..], &[1, 2], &[1, 2], &[0, 1], &[2, 3], &[1, 2, 3], &[0, 1, 2, 3]];
        let layout = usize::try_from(dice.between(0, 6)).unwrap_or(0);
        let keys = layouts[layout].to_vec();
        let mut phones = Vec::new();
        for (user, name) in (101..).zip(&NAMES[..stations]) {
            phones.push(world.add(name, station(user, &keys)));
        }
        // Who calls back every thirty seconds is never at rest.
        let mut outside = account(108);
        assert_eq!(outside.set(Instant::ZERO, "Call_Back_Expires", "0"), Ok(()));
        phones.push(world.add(NAMES[6], Watched::new(outside, None)));
        for phone in &phones {
            world.at(*phone).connect();
        }
        world.run_for(u64::from(dice.between(0, 7_000)));
        let lifted = vec![false; phones.len()];
        let doubled = vec![None; keys.len()];
        let party = Party { world, phones, lifted, dice, seed, aloud };
        Self { party, keys, stations, calm: true, excused: false, played: 0, read: 0, doubled }
    }

    /// One move. After fifty the network heals, and all must agree.
    pub(crate) fn play(&mut self) {
        self.played += 1;
        if self.played.is_multiple_of(50) {
            return self.heal();
        }
        let place = self.party.up_to(self.stations + 1);
        let phone = self.party.phones[place];
        match self.party.dice.between(0, 99) {
            0..=24 => {
                let index = self.party.up_to(self.keys.len());
                let key = format!("L{}", self.keys[index] + 1);
                let _pressed = self.party.world.at(phone).press(&key);
            }
            25..=36 => {
                let key = KEYS[self.party.up_to(KEYS.len())];
                let _pressed = self.party.world.at(phone).press(key);
            }
            37..=42 => self.party.press_soft(phone),
            43 => {
                let code = CODES[self.party.up_to(CODES.len())];
                let _dialled = self.party.world.at(phone).dial(code);
            }
            44..=57 => {
                let number = NUMBERS[self.party.up_to(NUMBERS.len())];
                let number = if self.party.dice.chance(300) { LINE } else { number };
                let _dialled = self.party.world.at(phone).dial(number).dial("#");
            }
            58..=63 => self.party.move_handset(place),
            64..=87 => self.party.wait(),
            88..=92 => self.trouble_network(),
            93..=98 => self.trouble_office(),
            _ if self.calm => self.party.wait(),
            _ => {
                self.excused = true;
                let again = self.party.world.station(phone).restarted(self.party.world.now());
                self.party.world.replace(phone, again);
                self.party.world.at(phone).connect();
            }
        }
        self.watch_owners();
    }

    /// The last agreement: everybody hangs up, and the line is free and dark everywhere.
    pub(crate) fn close(mut self) {
        self.heal();
        self.end_all();
        for at in 0..self.keys.len() {
            assert_eq!(self.said(at), "idle", "the line is free when nobody uses it");
        }
        self.agree();
        self.expect_nothing_left();
        self.party.conclude();
    }

    /// Registrations and subscriptions are renewed for ever; everything else is over, and now and then each
    /// phone is at rest.
    fn expect_nothing_left(&mut self) {
        let mut left: Vec<_> = self.party.phones.clone();
        for _ in 0..150 {
            self.party.pass(1_000);
            left.retain(|phone| !self.party.world.station(*phone).leftovers().is_empty());
        }
        assert!(left.is_empty(), "{left:?}: {}", self.party.world.station(left[0]).leftovers());
        let office = self.party.world.office.leftovers();
        let renewed =
            |line: &&str| ["REGISTER", "SUBSCRIBE", "NOTIFY"].iter().any(|word| line.contains(word));
        assert_eq!(office.lines().find(|line| !renewed(line)), None, "left over in the office");
    }

    fn heal(&mut self) {
        let world = &mut self.party.world;
        world.network.mend();
        world.network.set_conditions(Conditions::LAN);
        world.office.clear_rules();
        // Transactions run out, a registration that failed is tried again, subscriptions are renewed.
        self.party.pass(700_000);
        self.excused |= self.was_transferred();
        self.agree();
        self.doubled.fill(None);
        if self.excused {
            self.end_all();
            self.agree();
            self.excused = false;
        }
        self.calm = self.party.dice.chance(500);
    }

    /// Whether somebody was sent elsewhere since the last time: of that the office's book on the line knows
    /// nothing.
    fn was_transferred(&mut self) -> bool {
        let ladder = &self.party.world.ladder;
        let since = std::mem::replace(&mut self.read, ladder.mark());
        let is_refer = |kind: &Kind| matches!(kind, Kind::Message { word, .. } if word == "REFER");
        ladder.entries().iter().skip(since).any(|entry| is_refer(&entry.kind))
    }

    /// All calls end, and what the server still believes in then is lost.
    fn end_all(&mut self) {
        self.party.hang_up_everything();
        self.party.pass(40_000);
        self.party.hang_up_everything();
        for number in SERVICES {
            self.party.world.office(|office, now| office.hang_up(now, number));
        }
        self.party.pass(40_000);
        self.party.hang_up_everything();
        for (index, at) in (1..).zip(0..self.keys.len()) {
            let lost = self.said(at) != "idle";
            assert!(!lost || self.excused, "appearance {index} is lost without a cause: {}", self.said(at));
            if lost {
                self.party.world.office(|office, now| office.free_appearance(now, LINE, index));
            }
        }
        self.party.pass(1_000);
    }

    /// Each station shows what the server says.
    fn agree(&self) {
        for (station, name) in NAMES.iter().enumerate().take(self.stations) {
            let view = self.party.world.station(self.party.phones[station]).view();
            let registration = view.registrations[1].state;
            assert_eq!(registration, RegistrationState::Registered, "{name}'s shared extension");
            for (at, key) in self.keys.iter().enumerate() {
                self.agree_on(station, at, &view.lines[*key]);
            }
        }
    }

    fn agree_on(&self, station: usize, at: usize, line: &LineView<'_>) {
        let said = self.said(at);
        let where_ = format!("appearance {} is {said}, at {}: {line:?}", at + 1, NAMES[station]);
        assert_eq!(line.extension, ExtensionId::new(2), "{where_}");
        let lamp = (line.lamp.colour, line.lamp.pattern);
        match line.state {
            CallState::Idle => assert_eq!((said, lamp), ("idle", lamp_of("idle")), "{where_}"),
            CallState::Busy => assert!(said != "idle" && lamp == lamp_of(said), "{where_}"),
            CallState::Connected | CallState::Held => {
                let owns = said != "idle" && self.owner(at) == Some(station);
                assert!(owns || self.excused, "{where_}, {:?} has it", self.owner(at));
            }
            // The far end has hung up, and the person has not.
            CallState::Invalid => {
                let own = (Colour::Red, Pattern::Steady);
                assert!(lamp == if said == "idle" { own } else { lamp_of(said) }, "{where_}");
            }
            // An office that was restarted has forgotten whom it called, and whom it was called by.
            CallState::Proceeding | CallState::Ringing if self.excused => {}
            CallState::Disabled
            | CallState::Dialing
            | CallState::Calling
            | CallState::Proceeding
            | CallState::Ringing => panic!("this lasts for ever: {where_}"),
        }
    }

    /// Nobody believes for long to have an appearance that another station has.
    fn watch_owners(&mut self) {
        let now = self.party.world.now();
        for at in 0..self.keys.len() {
            let owner = self.owner(at);
            let others = (0..self.stations).filter(|station| Some(*station) != owner);
            let doubled = owner.is_some() && others.into_iter().any(|station| self.believes(station, at));
            let since = self.doubled[at].unwrap_or(now);
            self.doubled[at] = (doubled && !self.excused).then_some(since);
            assert!(now.since_ms(since) <= DOUBT_MS, "two have appearance {} since {since:?}", at + 1);
        }
    }

    /// Whether a station has a call on an appearance, or dials on it.
    fn believes(&self, station: usize, at: usize) -> bool {
        let line = self.party.world.station(self.party.phones[station]).view().lines[self.keys[at]];
        match line.state {
            CallState::Dialing | CallState::Calling => line.lamp.colour != Colour::Green,
            CallState::Proceeding | CallState::Connected | CallState::Held => true,
            CallState::Disabled
            | CallState::Idle
            | CallState::Busy
            | CallState::Ringing
            | CallState::Invalid => false,
        }
    }

    fn said(&self, at: usize) -> &'static str {
        self.party.world.office.appearance(LINE, index(at))
    }

    fn owner(&self, at: usize) -> Option<usize> {
        let contact = self.party.world.office.appearance_station(LINE, index(at));
        (0..self.stations).find(|station| contact.contains(&format!("@10.0.0.{}:", station + 1)))
    }

    fn trouble_network(&mut self) {
        if self.calm {
            let conditions =
                [Conditions::LAN, Conditions::POOR, Conditions::POOR][self.party.up_to(3)].clone();
            self.party.world.network.set_conditions(conditions);
        } else {
            self.party.trouble_network();
            self.excused = true;
        }
    }

    fn trouble_office(&mut self) {
        let number = SERVICES[self.party.up_to(SERVICES.len())];
        let user = (101 + self.party.up_to(self.stations)).to_string();
        let method = METHODS[self.party.up_to(METHODS.len())];
        let status = [400, 480, 481, 486, 488, 491, 500, 503][self.party.up_to(8)];
        let direction = [Direction::SendRecv, Direction::SendOnly, Direction::Inactive][self.party.up_to(3)];
        let reason = ["giveup", "deactivated", "timeout"][self.party.up_to(3)];
        let times = self.party.dice.between(1, 4);
        let what = self.party.dice.between(0, if self.calm { 7 } else { 11 });
        self.excused |= what > 7;
        self.party.world.office(|office, now| match what {
            0..=2 => drop(office.call(now, number, &user)),
            3..=5 => office.hang_up(now, number),
            6 | 7 => office.reinvite(now, number, direction),
            8 => office.end_subscriptions(now, reason),
            9 => office.add_rule(Rule::ignore(method, times)),
            10 if method != "ACK" => office.add_rule(Rule::answer(method, times, status)),
            10 => office.forget_nonces(),
            _ => office.restart(),
        });
    }
}

fn index(at: usize) -> u32 {
    u32::try_from(at + 1).unwrap_or(1)
}

/// A station: some of its line keys are the shared line's appearances, the others its own account's.
fn station(user: u16, keys: &[usize]) -> Watched {
    let mut phone = account(user);
    set_account(&mut phone, 2, 109);
    let mut set = |tag: &str, value: &str| assert_eq!(phone.set(Instant::ZERO, tag, value), Ok(()), "{tag}");
    for (tag, value) in SETTINGS {
        set(tag, value);
    }
    for key in keys {
        set(&format!("Extension_{}_", key + 1), "2");
        set(&format!("Share_Call_Appearance_{}_", key + 1), "shared");
    }
    Watched::sharing(phone, keys)
}
