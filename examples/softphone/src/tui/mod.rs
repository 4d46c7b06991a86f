//! The phone in a terminal.

mod draw;
mod keyboard;

use std::io::{self, IsTerminal};
use std::time::Duration;

use deskphone::base::Instant;
use deskphone::phone::{CallState, Key};
use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event, KeyEventKind};

use crate::options::Options;
use crate::script::Sound;
use crate::world::World;
use keyboard::Stroke;

/// From one picture to the next; short enough for a lamp that blinks every 100 ms.
const FRAME: Duration = Duration::from_millis(40);
/// A terminal reports presses only; a key stays down so long.
const KEY_DOWN: Duration = Duration::from_millis(60);
/// The neighbour picks up after two rings of 2 s, 4 s apart.
const NEIGHBOUR_RINGS: u64 = 8_000;
/// How often what is heard is put into words.
const LISTEN_MS: u64 = 250;
/// What the microphone hears while the person "talks".
const VOICE_HZ: f32 = 440.0;
const NEIGHBOUR_HZ: f32 = 520.0;

/// The phone that the person uses, and the one that answers.
const OWN: usize = 1;
const NEIGHBOUR: usize = 2;

/// What the screen knows beside the phones.
#[derive(Debug)]
struct Screen {
    /// The microphone's sound now, in words.
    microphone: String,
    /// The person hums.
    talking: bool,
    /// The last key, for a moment.
    last_key: Option<(String, Instant)>,
    /// A line about where one is and whom to call.
    hint: String,
    account: String,
    neighbour: bool,
    /// How long the neighbour has been ringing.
    ringing_since: Option<Instant>,
    /// What the earpiece plays, in words, and when that was found out: it costs more than a picture.
    heard: (String, Instant),
    /// A mistake to show.
    complaint: Option<String>,
}

/// Shows the phone until the person leaves.
///
/// # Errors
/// No terminal, no sockets, no server of that name.
pub fn run(options: &Options) -> Result<(), String> {
    if !io::stdout().is_terminal() || !io::stdin().is_terminal() {
        return Err("the phone needs a terminal; without one use --script FILE (see --help)".into());
    }
    let inside = options.server.is_none();
    let mut options = options.clone();
    options.phones = if inside { NEIGHBOUR } else { OWN };
    let mut world = World::new(&options)?;
    if inside && let Some(neighbour) = world.desk_mut(NEIGHBOUR) {
        neighbour.audio.play(&Sound::Sine(NEIGHBOUR_HZ))?;
    }
    world.start()?;
    let mut screen = Screen::new(&options);
    let mut terminal = ratatui::try_init().map_err(|error| format!("the terminal: {error}"))?;
    let done = screen.show(&mut terminal, &mut world, &options);
    ratatui::restore();
    done.map_err(|error| format!("the terminal: {error}"))
}

impl Screen {
    fn new(options: &Options) -> Self {
        let inside = options.server.is_none();
        let account = options.account.as_ref().map_or("101", |account| &account.user).to_owned();
        let hint = if inside {
            "Dial 102# (a phone beside this one, answers after two rings) or 600# (echo)".into()
        } else {
            "Dial a number and #".into()
        };
        Self {
            microphone: describe(&options.play),
            talking: false,
            last_key: None,
            hint,
            account,
            neighbour: inside,
            ringing_since: None,
            heard: (String::new(), Instant::ZERO),
            complaint: None,
        }
    }

    fn show(
        &mut self,
        terminal: &mut DefaultTerminal,
        world: &mut World,
        options: &Options,
    ) -> io::Result<()> {
        loop {
            terminal.draw(|frame| draw::draw(frame, self, world))?;
            world.run_for(FRAME);
            self.listen(world);
            if self.neighbour {
                self.move_neighbour(world);
            }
            while event::poll(Duration::ZERO)? {
                let Event::Key(key) = event::read()? else { continue };
                if key.kind == KeyEventKind::Release {
                    continue;
                }
                let Some(stroke) = keyboard::meaning(&key) else { continue };
                if stroke == Stroke::Quit {
                    return Ok(());
                }
                self.strike(world, options, stroke);
            }
        }
    }

    fn listen(&mut self, world: &World) {
        let now = world.now();
        if now.since_ms(self.heard.1) >= LISTEN_MS {
            let heard = world.desk(OWN).map(|desk| desk.audio.hearing.describe());
            self.heard = (heard.unwrap_or_default(), now);
        }
    }

    fn strike(&mut self, world: &mut World, options: &Options, stroke: Stroke) {
        match stroke {
            Stroke::Key(key) => {
                self.last_key = Some((keyboard::name(key), world.now()));
                world.key_down(OWN, key);
                world.run_for(KEY_DOWN);
                world.key_up(OWN, key);
            }
            Stroke::Handset => {
                let lifted = world.desk(OWN).is_some_and(crate::desk::Desk::is_lifted);
                world.set_handset(OWN, !lifted);
            }
            Stroke::Talk => self.talk(world, options),
            Stroke::Quit => {}
        }
    }

    /// Hums into the microphone, or stops.
    fn talk(&mut self, world: &mut World, options: &Options) {
        self.talking = !self.talking;
        let sound = if self.talking { Sound::Sine(VOICE_HZ) } else { options.play.clone() };
        self.microphone = describe(&sound);
        if let Some(desk) = world.desk_mut(OWN) {
            self.complaint = desk.audio.play(&sound).err();
        }
    }

    /// The neighbour answers after two rings and hangs up when the caller has gone.
    fn move_neighbour(&mut self, world: &mut World) {
        let now = world.now();
        let Some(desk) = world.desk(NEIGHBOUR) else { return };
        let view = desk.view();
        let rings = view.lines.iter().any(|line| line.state == CallState::Ringing);
        let abandoned = view.lines.iter().any(|line| line.state == CallState::Invalid);
        let busy = view.device.is_some();
        self.ringing_since = if rings { self.ringing_since.or(Some(now)) } else { None };
        let due = self.ringing_since.is_some_and(|since| now.since_ms(since) >= NEIGHBOUR_RINGS);
        if (due && !busy) || (abandoned && busy) {
            world.press(NEIGHBOUR, Key::Speaker);
        }
    }
}

fn describe(sound: &Sound) -> String {
    match sound {
        Sound::Silence => "silence".into(),
        Sound::Sine(hertz) => format!("{hertz}Hz"),
        Sound::File(path) => path.display().to_string(),
    }
}
