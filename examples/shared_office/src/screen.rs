//! What the screen shows, and what the keys of the keyboard mean.

use std::time::Duration;

use deskphone::base::Instant;
use deskphone::phone::{Colour, DialKey, Key, Lamp, LineKey, Tone};
use ratatui::Frame;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Paragraph};
use softphone::desk::Desk;
use softphone::world::World;

const FAINT: Style = Style::new().fg(Color::DarkGray);
/// A terminal reports presses only; a key stays down so long.
const KEY_DOWN: Duration = Duration::from_millis(60);
const HELP: &str =
    "Tab station   F1-F4 line keys   0-9 * # dial   s speaker   h hold   p private hold   Esc leave";

/// What is shown beside the phones.
#[derive(Debug)]
pub(crate) struct Screen {
    /// The station whose keys are pressed, from 1.
    chosen: usize,
}

/// What a key of the keyboard asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stroke {
    /// The next station's keys are pressed from now on.
    Next,
    /// A key of the phone.
    Key(Key),
    /// The soft key `phold`.
    HoldPrivately,
    Quit,
}

/// What a key of the keyboard means.
pub(crate) fn meaning(event: &KeyEvent) -> Option<Stroke> {
    let control = event.modifiers.contains(KeyModifiers::CONTROL);
    match event.code {
        KeyCode::Esc => Some(Stroke::Quit),
        KeyCode::Char('c') if control => Some(Stroke::Quit),
        KeyCode::Tab => Some(Stroke::Next),
        KeyCode::F(number) => LineKey::new(number).map(|key| Stroke::Key(Key::Line(key))),
        KeyCode::Char('s') => Some(Stroke::Key(Key::Speaker)),
        KeyCode::Char('h') => Some(Stroke::Key(Key::Hold)),
        KeyCode::Char('p') => Some(Stroke::HoldPrivately),
        KeyCode::Char(c) => DialKey::new(c).map(|key| Stroke::Key(Key::Dial(key))),
        _ => None,
    }
}

/// The state of a line key at each station.
#[cfg(test)]
pub(crate) fn states(world: &World, key: LineKey) -> Vec<&'static str> {
    let of = |number| world.desk(number).and_then(|desk| desk.view().lines.get(key.index()).map(|l| l.state));
    (1..=world.phones()).filter_map(of).map(|state| state.name()).collect()
}

impl Screen {
    pub(crate) const fn new() -> Self {
        Self { chosen: 1 }
    }

    pub(crate) fn strike(&mut self, world: &mut World, stroke: Stroke) {
        match stroke {
            Stroke::Next => self.chosen = self.chosen % world.phones() + 1,
            Stroke::Key(key) => {
                world.key_down(self.chosen, key);
                world.run_for(KEY_DOWN);
                world.key_up(self.chosen, key);
            }
            Stroke::HoldPrivately => {
                let _offered = world.press_soft(self.chosen, "phold");
            }
            Stroke::Quit => {}
        }
    }

    pub(crate) fn draw(&self, frame: &mut Frame<'_>, world: &World) {
        let rows = [Constraint::Fill(1), Constraint::Length(1)];
        let [middle, help] = Layout::vertical(rows).areas(frame.area());
        let stations = Layout::horizontal(vec![Constraint::Fill(1); world.phones()]).split(middle);
        for (number, area) in (1..).zip(stations.iter()) {
            if let Some(desk) = world.desk(number) {
                self.draw_station(frame, *area, desk, world.now());
            }
        }
        frame.render_widget(Paragraph::new(HELP).style(FAINT), help);
    }

    fn draw_station(&self, frame: &mut Frame<'_>, area: Rect, desk: &Desk, now: Instant) {
        let number = desk.number();
        let block = Block::bordered().title(format!(" station {number} "));
        let block = if number == self.chosen { block.border_type(BorderType::Double) } else { block };
        let view = desk.view();
        let mut rows = Vec::new();
        for (key, line) in LineKey::ALL.iter().zip(&view.lines) {
            let party = if line.number.is_empty() { line.label } else { line.number };
            rows.push(Line::from(vec![
                Span::raw(" "),
                lamp(line.lamp, now),
                Span::styled(format!(" L{} ", key.number()), Style::new().add_modifier(Modifier::BOLD)),
                Span::raw(format!("{:<11}", line.state.name())),
                Span::styled(party.chars().take(10).collect::<String>(), FAINT),
            ]));
        }
        rows.push(Line::default());
        rows.push(Line::raw(format!(" tone: {}", view.tone.map_or("none", Tone::name))));
        rows.push(Line::raw(format!(" hears: {}", desk.audio.hearing.describe())));
        frame.render_widget(Paragraph::new(rows).block(block), area);
    }
}

fn lamp(lamp: Lamp, now: Instant) -> Span<'static> {
    match lamp.shown_at(now) {
        Colour::Off => Span::styled("○", FAINT),
        Colour::Red => Span::styled("●", Style::new().fg(Color::LightRed)),
        Colour::Green => Span::styled("●", Style::new().fg(Color::LightGreen)),
        Colour::Amber => Span::styled("●", Style::new().fg(Color::Yellow)),
    }
}
