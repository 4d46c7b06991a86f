//! Who takes part, and what they do.

pub(crate) mod shared;

use crate::rules;
use crate::watched::Watched;
use deskphone::base::Instant;
use deskphone::limits;
use deskphone::phone::{AudioDevice, CallState};
use std::env;
use std::net::{IpAddr, Ipv4Addr};
use testbed::model::Settings;
use testbed::network::Conditions;
use testbed::office::{Direction, Rule};
use testbed::seeded::Seeded;
use testbed::world::{PhoneId, World, account};

/// A world, the people in it, and the dice.
#[derive(Debug)]
pub(crate) struct Party {
    pub(crate) world: World<Watched>,
    phones: Vec<PhoneId>,
    lifted: Vec<bool>,
    dice: Seeded,
    seed: u64,
    aloud: bool,
}

const NAMES: [&str; 6] = ["anna", "bert", "cleo", "dora", "ewan", "fay"];
const NUMBERS: [&str; 11] = ["101", "102", "103", "104", "105", "600", "601", "602", "603", "604", "605"];
const SERVICES: [&str; 6] = ["600", "601", "602", "603", "604", "605"];
const KEYS: [&str; 22] = [
    "L1", "L2", "L3", "L4", "L1", "L2", "HOLD", "HOLD", "SPEAKER", "SPEAKER", "HEADSET", "MUTE", "REDIAL",
    "SK1", "SK2", "SK3", "SK4", "RIGHT", "LEFT", "VOL+", "#", "5",
];
/// What is dialled to the phone itself: twice as often what undoes it.
const CODES: [&str; 21] = [
    "*69", "*98600#", "*72601#", "*73", "*73", "*90602#", "*91", "*57", "*56", "*56", "*70", "*71", "*78",
    "*79", "*79", "*77", "*96101#", "*96102#", "*66", "*66", "*86",
];
const METHODS: [&str; 5] = ["INVITE", "BYE", "ACK", "CANCEL", "REGISTER"];

impl Party {
    /// Two to six phones, each with a network; they may still be registering. In every tenth party they have
    /// the factory's dial plan and IP dialling, of which the model knows nothing: there the rules must do.
    pub(crate) fn new(seed: u64, aloud: bool) -> Self {
        let mut dice = Seeded::new(seed);
        let mut world = World::new(dice.next_u64(), Conditions::LAN);
        // Sound would be other packets in the same network, and so another run.
        world.set_quick();
        world.office.settings.no_answer_ms = 20_000;
        let most = usize::try_from(dice.between(2, 6)).unwrap_or(2);
        let phones = (101..).zip(NAMES).take(most);
        // Nor does the model know a phone that has no room for four calls.
        let small = limits::SESSIONS < limits::LINE_KEYS;
        let free = small || seed % 10 == 9 || env::var_os("SIMULATION_RULES_ONLY").is_some();
        let phones: Vec<_> = phones
            .map(|(user, name)| world.add(name, if free { ruled(user) } else { watched(user) }))
            .collect();
        for phone in &phones {
            world.at(*phone).connect();
        }
        world.run_for(u64::from(dice.between(0, 7_000)));
        let lifted = vec![false; most];
        Self { world, phones, lifted, dice, seed, aloud }
    }

    /// One move, after which the rules hold.
    pub(crate) fn play(&mut self) {
        let place = self.up_to(self.phones.len());
        let phone = self.phones[place];
        match self.dice.between(0, 99) {
            0..=21 => {
                let key = KEYS[self.up_to(KEYS.len())];
                let places = ["SK1", "SK2", "SK3", "SK4"].into_iter();
                let shown = places.zip(self.world.station(phone).view().soft_keys.shown());
                let label = shown.into_iter().find(|(place, _)| *place == key).and_then(|(_, key)| key);
                if label.is_none_or(|label| self.is_wise(phone, label.label())) {
                    let _pressed = self.world.at(phone).press(key);
                }
            }
            22..=29 => self.press_soft(phone),
            30..=31 => {
                let code = CODES[self.up_to(CODES.len())];
                let _dialled = self.world.at(phone).dial(code);
            }
            32..=49 => {
                let number = NUMBERS[self.up_to(NUMBERS.len())];
                let _dialled = self.world.at(phone).dial(number).dial("#");
            }
            50..=59 => self.move_handset(place),
            60..=84 => self.wait(),
            85..=91 => self.trouble_network(),
            92..=98 => self.trouble_office(),
            _ => {
                let again = self.world.station(phone).restarted(self.world.now());
                self.world.replace(phone, again);
                self.world.at(phone).connect();
            }
        }
    }

    /// Everybody hangs up, the network is whole again, and after 64*T1 nothing is left over.
    pub(crate) fn close(mut self) {
        self.hang_up_everything();
        self.call_nobody_back();
        self.world.network.mend();
        self.world.network.set_conditions(Conditions::LAN);
        self.world.office.clear_rules();
        self.pass(64 * 500 + 1_000);
        self.hang_up_everything();
        self.call_nobody_back();
        for number in SERVICES {
            self.world.office(|office, now| office.hang_up(now, number));
        }
        self.pass(30_000);
        self.hang_up_everything();
        self.world.expect_quiet();
        self.conclude();
    }

    /// What can be said of a run when it is over.
    fn conclude(&self) {
        if limits::SESSIONS >= limits::LINE_KEYS {
            rules::one_final_response(&self.world.ladder);
        }
        if self.aloud {
            println!("{}", self.world.ladder.render(NAMES[0]));
        }
    }

    /// Whoever was busy is not called again.
    fn call_nobody_back(&mut self) {
        for &phone in &self.phones {
            let _dialled = self.world.at(phone).dial("*86#");
        }
        self.hang_up_everything();
    }

    /// One of the soft keys that are offered, on whatever page.
    fn press_soft(&mut self, phone: PhoneId) {
        let view = self.world.station(phone).view();
        let offered: Vec<&str> = view.soft_keys.offered().map(|key| key.label()).collect();
        let chosen = self.up_to(offered.len());
        if let Some(&label) = offered.get(chosen)
            && self.is_wise(phone, label)
        {
            let _pressed = self.world.at(phone).soft(label);
        }
    }

    /// What keeps a phone from being called is seldom pressed, and pressed again whenever it is met.
    fn is_wise(&mut self, phone: PhoneId, label: &str) -> bool {
        let display = self.world.station(phone).view().display(self.world.now());
        let undoes = match label {
            "cfwd" => display.contains("Calls go to"),
            "dnd" => display.contains("Do not disturb"),
            _ => true,
        };
        undoes || self.up_to(8) == 0
    }

    fn move_handset(&mut self, place: usize) {
        let (desk, lifted) = (self.world.at(self.phones[place]), &mut self.lifted[place]);
        let _moved = if *lifted { desk.hang_up() } else { desk.lift() };
        *lifted = !*lifted;
    }

    fn wait(&mut self) {
        let most = [60, 600, 3_000, 3_000, 9_000, 40_000][self.up_to(6)];
        let ms = self.dice.between(0, most);
        self.pass(u64::from(ms));
    }

    /// Time passes, and the rules hold at each event.
    fn pass(&mut self, ms: u64) {
        let until = self.world.now().plus_ms(ms);
        while self.world.now() < until {
            self.world.advance(until);
        }
    }

    fn trouble_network(&mut self) {
        let rough = Conditions { loss: 250, duplication: 100, reordering: 200, ..Conditions::POOR };
        let host = self.host();
        let other = self.host();
        let network = &mut self.world.network;
        match self.dice.between(0, 7) {
            0 => network.set_conditions(Conditions::LAN),
            1 | 2 => network.set_conditions(Conditions::POOR),
            3 => network.set_conditions(rough),
            4 => network.cut_host(host),
            5 => network.cut_pair(host, other),
            _ => network.mend(),
        }
    }

    fn trouble_office(&mut self) {
        let number = SERVICES[self.up_to(SERVICES.len())];
        let user = (101 + self.up_to(self.phones.len())).to_string();
        let method = METHODS[self.up_to(METHODS.len())];
        let status = [400, 403, 404, 408, 480, 481, 486, 488, 491, 500, 503, 603][self.up_to(12)];
        let direction = [Direction::SendRecv, Direction::SendOnly, Direction::Inactive][self.up_to(3)];
        let times = self.dice.between(1, 4);
        let what = self.dice.between(0, 11);
        self.world.office(|office, now| match what {
            0..=4 => drop(office.call(now, number, &user)),
            5 | 6 => office.hang_up(now, number),
            7 | 8 => office.reinvite(now, number, direction),
            9 => office.add_rule(Rule::ignore(method, times)),
            10 if method != "ACK" => office.add_rule(Rule::answer(method, times, status)),
            10 => office.forget_nonces(),
            _ => office.restart(),
        });
    }

    fn host(&mut self) -> IpAddr {
        let last = [1, 2, 3, 4, 5, 6, 100, 100][self.up_to(8)];
        Ipv4Addr::new(10, 0, 0, last).into()
    }

    fn hang_up_everything(&mut self) {
        for place in 0..self.phones.len() {
            if self.lifted[place] {
                self.move_handset(place);
            }
            for _ in 0..4 * limits::LINE_KEYS {
                if !self.end_one(place) {
                    break;
                }
            }
        }
    }

    /// Ends the active call, or turns a ringing one down, or takes one back from hold to end it next.
    fn end_one(&mut self, place: usize) -> bool {
        let phone = self.phones[place];
        let view = self.world.station(phone).view();
        let has = |state: CallState| (1..).zip(&view.lines).find(|(_, line)| line.state == state);
        let held = has(CallState::Held).map(|(number, _): (u8, _)| format!("L{number}"));
        let (device, rings) = (view.device, has(CallState::Ringing).is_some());
        let typed = view.soft_keys.offered().any(|key| key.label() == "cancel") && device.is_none();
        let desk = self.world.at(phone);
        let _ended = match (device, rings, held, typed) {
            (Some(AudioDevice::Speaker), ..) => desk.press("SPEAKER"),
            (Some(AudioDevice::Headset), ..) => desk.press("HEADSET"),
            (Some(AudioDevice::Handset), ..) => desk.press("SPEAKER").press("SPEAKER"),
            (None, true, ..) => desk.soft("ignore"),
            (None, false, Some(key), _) => desk.press(&key),
            (None, false, None, true) => desk.soft("cancel"),
            (None, false, None, false) => return false,
        };
        true
    }

    fn up_to(&mut self, below: usize) -> usize {
        let most = u32::try_from(below).unwrap_or(1).saturating_sub(1);
        usize::try_from(self.dice.between(0, most)).unwrap_or(0)
    }
}

/// A phone of the office as the model knows it.
fn watched(user: u16) -> Watched {
    let mut phone = account(user);
    for (tag, value) in [("Dial_Plan_1_", "(xx.)"), ("Enable_IP_Dialing_1_", "no")] {
        assert_eq!(phone.set(Instant::ZERO, tag, value), Ok(()));
    }
    Watched::new(phone, Some(Settings::default()))
}

/// A phone as it left the factory.
fn ruled(user: u16) -> Watched {
    Watched::new(account(user), None)
}

impl Drop for Party {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("seed {} ends at {} ms", self.seed, self.world.now().as_millis());
            if self.aloud {
                let subject = env::var("SIMULATION_SUBJECT");
                let subject = subject.as_deref().unwrap_or(NAMES[0]);
                eprintln!("{}", self.world.ladder.render(subject));
            }
        }
    }
}
