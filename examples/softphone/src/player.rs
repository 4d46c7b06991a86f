//! The player of scripts.

use std::io::Write;
use std::time::Duration;

use deskphone::phone::Key;

use crate::expect;
use crate::options::Options;
use crate::script::{Action, Expectation, Line, Script, Stroke, Who};
use crate::world::World;

/// How long an expectation may take when its line does not say.
const PATIENCE: Duration = Duration::from_secs(5);
/// The time from one key to the next.
const KEY_GAP: Duration = Duration::from_millis(50);
const KEY_DOWN: Duration = Duration::from_millis(30);

/// How a script ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every line held.
    Held,
    /// A line did not.
    Failed {
        /// The line's number.
        line: usize,
        /// What was expected.
        expected: String,
        /// What was seen.
        seen: String,
    },
    /// The script cannot be read.
    Unreadable(String),
    /// The phones cannot be set up as the options say.
    Impossible(String),
}

impl Verdict {
    /// The program's exit status.
    #[must_use]
    pub const fn status(&self) -> u8 {
        match self {
            Self::Held => 0,
            Self::Failed { .. } => 1,
            Self::Unreadable(_) | Self::Impossible(_) => 2,
        }
    }
}

/// Reads a script and plays it; the report goes to `out`.
pub fn run(text: &str, options: &Options, out: &mut dyn Write) -> Verdict {
    let verdict = read(text, options).and_then(|script| {
        let world = World::new(options).map_err(Verdict::Impossible)?;
        Ok(play(&script, world, options.ladder, out))
    });
    verdict.unwrap_or_else(|unreadable| unreadable)
}

fn read(text: &str, options: &Options) -> Result<Script, Verdict> {
    let script = Script::parse(text).map_err(|mistake| Verdict::Unreadable(mistake.to_string()))?;
    match script.highest_phone() {
        Some((phone, line)) if phone > options.phones => {
            let reason = format!("line {line}: there is no phone {phone}; see --phones");
            Err(Verdict::Unreadable(reason))
        }
        _ => Ok(script),
    }
}

fn play(script: &Script, mut world: World, ladder: bool, out: &mut dyn Write) -> Verdict {
    for line in &script.lines {
        if let Err((expected, seen)) = act(&mut world, line, out) {
            let _ = writeln!(out, "line {}: {}", line.number, line.shown());
            let _ = writeln!(out, "  expected: {expected}");
            let _ = writeln!(out, "  seen:     {seen}");
            let _ = write!(out, "ladder:\n{}", world.record.ladder.draw());
            return Verdict::Failed { line: line.number, expected, seen };
        }
    }
    if ladder {
        let _ = write!(out, "ladder:\n{}", world.record.ladder.draw());
    }
    Verdict::Held
}

/// What was expected, and what was seen.
type Failure = (String, String);

fn act(world: &mut World, line: &Line, out: &mut dyn Write) -> Result<(), Failure> {
    let phones: Vec<usize> = match line.who {
        Who::Phone(number) => vec![number],
        Who::All => (1..=world.phones()).collect(),
    };
    match &line.action {
        Action::Set { tag, value } => each(&phones, |phone| {
            let done = world.set(phone, tag, value);
            done.map_err(|error| ("a setting that the library accepts".into(), error))
        }),
        Action::Start => each(&phones, |phone| {
            world.start_phone(phone).map_err(|error| ("the phone comes up".into(), error))
        }),
        Action::Key { key, stroke } => {
            strike(world, &phones, *key, *stroke);
            Ok(())
        }
        Action::Press(label) => each(&phones, |phone| press(world, phone, label)),
        Action::Dial(keys) => {
            for key in keys {
                strike(world, &phones, *key, Stroke::Both);
            }
            Ok(())
        }
        Action::Handset(lifted) => each(&phones, |phone| {
            world.set_handset(phone, *lifted);
            Ok(())
        }),
        Action::Wait(time) => {
            world.run_for(*time);
            Ok(())
        }
        Action::Play(sound) => each(&phones, |phone| {
            let desk = world.desk_mut(phone);
            let done = desk.map_or(Ok(()), |desk| desk.audio.play(sound));
            done.map_err(|error| ("a sound to play".into(), error))
        }),
        Action::Net(fault) => each(&phones, |phone| {
            world.set_fault(phone, *fault);
            Ok(())
        }),
        Action::Restart => each(&phones, |phone| {
            world.restart(phone).map_err(|error| ("the phone comes up again".into(), error))
        }),
        Action::Expect { within, what } => each(&phones, |phone| wait_for(world, phone, *within, what)),
        Action::Mark => each(&phones, |phone| {
            let mark = world.record.ladder.mark();
            if let Some(desk) = world.desk_mut(phone) {
                desk.mark = mark;
            }
            Ok(())
        }),
        Action::PrintView => each(&phones, |phone| {
            if let Some(desk) = world.desk(phone) {
                let _ = writeln!(out, "{}", expect::view_text(desk, world.now()));
            }
            Ok(())
        }),
    }
}

fn each(phones: &[usize], act: impl FnMut(usize) -> Result<(), Failure>) -> Result<(), Failure> {
    phones.iter().copied().try_for_each(act)
}

/// The same key of several phones at the same time.
fn strike(world: &mut World, phones: &[usize], key: Key, stroke: Stroke) {
    if stroke != Stroke::Up {
        phones.iter().for_each(|phone| world.key_down(*phone, key));
    }
    if stroke == Stroke::Both {
        world.run_for(KEY_DOWN);
    }
    if stroke != Stroke::Down {
        phones.iter().for_each(|phone| world.key_up(*phone, key));
    }
    if stroke == Stroke::Both {
        world.run_for(KEY_GAP.saturating_sub(KEY_DOWN));
    }
}

fn press(world: &mut World, phone: usize, label: &str) -> Result<(), Failure> {
    if world.press_soft(phone, label) {
        return Ok(());
    }
    let offered = world.desk(phone).map(|desk| {
        let view = desk.view();
        view.soft_keys.offered().map(|key| key.label()).collect::<Vec<_>>().join(" ")
    });
    Err((format!("a soft key {label}"), offered.unwrap_or_default()))
}

fn wait_for(
    world: &mut World,
    phone: usize,
    within: Option<Duration>,
    what: &Expectation,
) -> Result<(), Failure> {
    let holds = |world: &World| {
        let desk = world.desk(phone);
        desk.is_some_and(|desk| expect::holds(desk, &world.record.ladder, world.now(), what))
    };
    let judge = |world: &World| match world.desk(phone) {
        Some(desk) => expect::judge(desk, &world.record.ladder, world.now(), what),
        None => Err("no such phone".into()),
    };
    if matches!(what, Expectation::Seen(parts) if parts.absent) {
        // `expect no sent X` looks back; `expect[3s] no sent X` also waits that long for it not to happen.
        world.run_until(within.unwrap_or(Duration::ZERO), |world| !holds(world));
        return judge(world).map_err(|seen| (what.to_string(), seen));
    }
    let patience = within.unwrap_or(PATIENCE);
    if world.run_until(patience, holds) {
        return Ok(());
    }
    let seen = judge(world).err().unwrap_or_else(|| "it, a moment too late".into());
    Err((format!("{what} within {:.1} s", patience.as_secs_f32()), seen))
}
