//! Three stations that share a line, on one screen: the lamps of all are live, and any key of any station can
//! be pressed.
//!
//! `cargo run -p shared_office` runs against an office inside the program; `-- --server HOST[:PORT]` against
//! a server that shares lines and knows the accounts 101 to 103 and 109 (passwords `pw101` and so on).

mod screen;

use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::Duration;

use ratatui::crossterm::event::{self, Event, KeyEventKind};
use screen::{Screen, Stroke};
use softphone::options::{Command, Options};
use softphone::script::Sound;
use softphone::world::World;

/// From one picture to the next; short enough for a lamp that blinks.
const FRAME: Duration = Duration::from_millis(40);
/// How many stations there are.
const STATIONS: usize = 3;

fn main() -> ExitCode {
    let arguments = std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned());
    let done = match Command::parse(arguments) {
        Ok(Command::Run(options)) => run(*options),
        Ok(Command::Help | Command::Version) => {
            println!(
                "shared_office [--server HOST[:PORT]] [--set TAG=VALUE]: and the softphone's other options"
            );
            Ok(())
        }
        Err(mistake) => Err(mistake),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("shared_office: {reason}");
            ExitCode::from(2)
        }
    }
}

/// The stations, running; each person hums another tone.
fn open(options: Options) -> Result<World, String> {
    let mut world = World::new(&Options { phones: STATIONS, shared: true, ..options })?;
    for (number, hertz) in (1..).zip([440.0, 700.0, 900.0]) {
        if let Some(desk) = world.desk_mut(number) {
            desk.audio.play(&Sound::Sine(hertz))?;
        }
    }
    world.start()?;
    Ok(world)
}

fn run(options: Options) -> Result<(), String> {
    if !std::io::stdout().is_terminal() {
        return Err("the office needs a terminal".to_owned());
    }
    let mut world = open(options)?;
    let mut screen = Screen::new();
    let wrong = |error: std::io::Error| format!("the terminal: {error}");
    let mut terminal = ratatui::try_init().map_err(wrong)?;
    let done = show(&mut terminal, &mut world, &mut screen);
    ratatui::restore();
    done.map_err(wrong)
}

fn show(
    terminal: &mut ratatui::DefaultTerminal,
    world: &mut World,
    screen: &mut Screen,
) -> std::io::Result<()> {
    loop {
        terminal.draw(|frame| screen.draw(frame, world))?;
        world.run_for(FRAME);
        while event::poll(Duration::ZERO)? {
            let Event::Key(key) = event::read()? else { continue };
            if key.kind == KeyEventKind::Release {
                continue;
            }
            match screen::meaning(&key) {
                Some(Stroke::Quit) => return Ok(()),
                Some(stroke) => screen.strike(world, stroke),
                None => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use deskphone::phone::{Key, LineKey};
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    fn picture(screen: &Screen, world: &World) -> String {
        let mut terminal = Terminal::new(TestBackend::new(100, 16)).expect("a screen");
        terminal.draw(|frame| screen.draw(frame, world)).expect("a picture");
        terminal.backend().to_string()
    }

    #[test]
    fn a_line_that_one_station_has_is_busy_at_the_others() {
        let mut world = open(Options::default()).expect("stations");
        let mut screen = Screen::new();
        let idle = |world: &World| screen::states(world, LineKey::L2) == ["idle"; STATIONS];
        assert!(world.run_until(Duration::from_secs(10), idle), "{:?}", screen::states(&world, LineKey::L2));
        assert!(picture(&screen, &world).contains("station 3"));
        screen.strike(&mut world, Stroke::Next);
        screen.strike(&mut world, Stroke::Key(Key::Line(LineKey::L2)));
        let seized = |world: &World| screen::states(world, LineKey::L2) == ["busy", "dialing", "busy"];
        assert!(world.run_until(Duration::from_secs(5), seized), "{:?}", screen::states(&world, LineKey::L2));
        let drawn = picture(&screen, &world);
        let row = drawn.lines().find(|row| row.contains("L2")).unwrap_or_default();
        assert_eq!((row.matches("busy").count(), row.matches("dialing").count()), (2, 1), "{drawn}");
    }
}
