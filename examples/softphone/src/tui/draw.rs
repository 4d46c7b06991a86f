//! One picture of the phone.

use deskphone::base::Instant;
use deskphone::phone::{Colour, Lamp, LineKey, LineView, Tone, View};
use deskphone::ua::RegistrationState;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Paragraph};

use super::{NEIGHBOUR, OWN, Screen};
use crate::desk::Desk;
use crate::expect::device_name;
use crate::world::World;

/// Columns of the phone; the ladder has the rest.
const PHONE_WIDTH: u16 = 51;
/// Columns of the display, border included.
const DISPLAY_WIDTH: u16 = 35;
/// Rows of the display, border and soft keys included.
const DISPLAY_HEIGHT: u16 = 9;
/// How long the last key is shown.
const KEY_SHOWN_MS: u64 = 1_500;

const FAINT: Style = Style::new().fg(Color::DarkGray);
const BOLD: Style = Style::new().add_modifier(Modifier::BOLD);
const DISPLAY: Style = Style::new().fg(Color::Black).bg(Color::Rgb(174, 190, 150));

pub(super) fn draw(frame: &mut Frame<'_>, screen: &Screen, world: &World) {
    let Some(desk) = world.desk(OWN) else { return };
    let now = world.now();
    let rows = [
        Constraint::Length(1),
        Constraint::Length(DISPLAY_HEIGHT + 12),
        Constraint::Fill(1),
        Constraint::Length(2),
    ];
    let [title, middle, spare, help] = Layout::vertical(rows).areas(frame.area());
    // On a high terminal the ladder grows downwards too.
    let middle = Rect { height: middle.height + spare.height, ..middle };
    let [phone, ladder] =
        Layout::horizontal([Constraint::Length(PHONE_WIDTH), Constraint::Fill(1)]).areas(middle);
    draw_title(frame, title, screen, world, now);
    draw_phone(frame, phone, screen, world, desk, now);
    draw_ladder(frame, ladder, world);
    draw_help(frame, help, screen);
}

fn draw_title(frame: &mut Frame<'_>, area: Rect, screen: &Screen, world: &World, now: Instant) {
    let style = Style::new().fg(Color::White).bg(Color::Blue).add_modifier(Modifier::BOLD);
    let state = world.desk(OWN).map_or(String::new(), registration);
    let who = format!(" deskphone  {} at {}  {state}", screen.account, world.server());
    let key = screen.last_key.as_ref().filter(|(_, at)| now.since_ms(*at) < KEY_SHOWN_MS);
    let key = key.map_or(String::new(), |(key, _)| format!("[{key}] "));
    frame.render_widget(Paragraph::new(Line::raw(who)).style(style), area);
    frame.render_widget(Paragraph::new(Line::raw(key).right_aligned()).style(style), area);
}

fn registration(desk: &Desk) -> String {
    let view = desk.view();
    let state = view.registrations.first().map(|registration| registration.state);
    match state.unwrap_or_default() {
        RegistrationState::Off => "not asked to register".into(),
        RegistrationState::Registering => "registering ...".into(),
        RegistrationState::Registered => "registered".into(),
        RegistrationState::Failed(status) => format!("registration failed ({status})"),
    }
}

fn draw_phone(frame: &mut Frame<'_>, area: Rect, screen: &Screen, world: &World, desk: &Desk, now: Instant) {
    let view = desk.view();
    let rows = [
        Constraint::Length(DISPLAY_HEIGHT),
        Constraint::Length(1),
        Constraint::Length(7),
        Constraint::Fill(1),
    ];
    let [top, letters, pad, status] = Layout::vertical(rows).areas(area);
    let columns = [Constraint::Length(DISPLAY_WIDTH), Constraint::Fill(1)];
    let [display, lines] = Layout::horizontal(columns).areas(top);
    draw_display(frame, display, &view, now);
    draw_line_keys(frame, lines, &view, now);
    let four = (DISPLAY_WIDTH - 2) / 4;
    let letter = |c: &str| Span::styled(format!("{c:^width$}", width = usize::from(four)), FAINT);
    let row = vec![Span::raw(" "), letter("a"), letter("b"), letter("c"), letter("d")];
    frame.render_widget(Paragraph::new(Line::from(row)), letters);
    draw_keys(frame, pad, desk, &view, now);
    draw_status(frame, status, screen, world, desk, &view);
}

fn draw_display(frame: &mut Frame<'_>, area: Rect, view: &View<'_>, now: Instant) {
    let block = Block::bordered().border_type(BorderType::Rounded);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let [text, soft] = Layout::vertical([Constraint::Fill(1), Constraint::Length(1)]).areas(inner);
    let display = view.display(now);
    let rows: Vec<Line<'_>> = display.rows().map(|row| Line::from(format!(" {row}"))).collect();
    frame.render_widget(Paragraph::new(rows).style(DISPLAY), text);
    let width = usize::from((area.width - 2) / 4);
    let mut spans = Vec::new();
    for key in view.soft_keys.shown() {
        let label = key.map(|key| key.label()).unwrap_or_default();
        spans.push(Span::styled(format!("{label:^width$}"), DISPLAY.add_modifier(Modifier::BOLD)));
    }
    if view.soft_keys.more_right() {
        spans.push(Span::styled("▸", DISPLAY));
    } else if view.soft_keys.more_left() {
        spans.push(Span::styled("◂", DISPLAY));
    }
    frame.render_widget(Paragraph::new(Line::from(spans)).style(DISPLAY), soft);
}

fn draw_line_keys(frame: &mut Frame<'_>, area: Rect, view: &View<'_>, now: Instant) {
    let mut rows = vec![Line::default()];
    for (key, line) in LineKey::ALL.iter().zip(&view.lines) {
        let number = key.number();
        rows.push(Line::from(vec![
            Span::raw(" "),
            lamp(line.lamp, now),
            Span::styled(format!(" L{number} "), BOLD),
            Span::raw(short(line)),
        ]));
        let state = if line.extension.is_some() { line.state.name() } else { "disabled" };
        rows.push(Line::styled(format!("   F{number} {state}"), FAINT));
    }
    frame.render_widget(Paragraph::new(rows), area);
}

/// Who is on the line, as far as there is room beside the key.
fn short(line: &LineView<'_>) -> String {
    let party = if line.number.is_empty() { line.label } else { line.number };
    party.chars().take(10).collect()
}

fn lamp(lamp: Lamp, now: Instant) -> Span<'static> {
    match lamp.shown_at(now) {
        Colour::Off => Span::styled("○", FAINT),
        Colour::Red => Span::styled("●", Style::new().fg(Color::LightRed)),
        Colour::Green => Span::styled("●", Style::new().fg(Color::LightGreen)),
        Colour::Amber => Span::styled("●", Style::new().fg(Color::Yellow)),
    }
}

fn draw_keys(frame: &mut Frame<'_>, area: Rect, desk: &Desk, view: &View<'_>, now: Instant) {
    let [pad, buttons] = Layout::horizontal([Constraint::Length(19), Constraint::Fill(1)]).areas(area);
    let digits = ["1 2 3", "4 5 6", "7 8 9", "* 0 #"];
    let rows: Vec<Line<'_>> = digits
        .iter()
        .map(|row| {
            let keys =
                row.split(' ').flat_map(|key| [Span::raw(" "), Span::styled(format!("[{key}]"), BOLD)]);
            Line::from([vec![Span::raw("  ")], keys.collect()].concat())
        })
        .collect();
    let pad_rows = [vec![Line::default()], rows].concat();
    frame.render_widget(Paragraph::new(pad_rows), pad);
    let handset = if desk.is_lifted() { "lifted" } else { "in its cradle" };
    let button = |letter: &'static str, name: &'static str| {
        [Span::styled(letter, FAINT), Span::styled(format!(" {name:<9}"), BOLD)]
    };
    let lit = |shown: Lamp, letter: &'static str, name: &'static str| {
        let [letter, name] = button(letter, name);
        [lamp(shown, now), Span::raw(" "), letter, name]
    };
    let plain = |letter: &'static str, name: &'static str| {
        let [letter, name] = button(letter, name);
        [Span::raw("  "), letter, name]
    };
    let row = |left: Vec<Span<'static>>, right: Vec<Span<'static>>| Line::from([left, right].concat());
    let rows = vec![
        Line::default(),
        row(lit(view.speaker_lamp, "s", "SPEAKER").to_vec(), plain("h", "HOLD").to_vec()),
        row(lit(view.headset_lamp, "e", "HEADSET").to_vec(), plain("r", "REDIAL").to_vec()),
        row(lit(view.mute_lamp, "m", "MUTE").to_vec(), plain("n", "MENU").to_vec()),
        row(lit(view.message_lamp, "v", "VM").to_vec(), plain("±", "VOLUME").to_vec()),
        Line::default(),
        Line::from(vec![Span::styled("space ", FAINT), Span::styled("HANDSET ", BOLD), Span::raw(handset)]),
    ];
    frame.render_widget(Paragraph::new(rows), buttons);
}

fn draw_status(
    frame: &mut Frame<'_>,
    area: Rect,
    screen: &Screen,
    world: &World,
    desk: &Desk,
    view: &View<'_>,
) {
    let muted = if view.muted { " (muted)" } else { "" };
    let tone = view.tone.map_or("-", Tone::name);
    let ring = view.ring.map_or("-".into(), |ring| format!("{ring} ♪"));
    let mut rows = vec![
        Line::from(vec![
            Span::styled(" device ", FAINT),
            Span::raw(format!("{:<9}", device_name(view.device))),
            Span::styled("tone ", FAINT),
            Span::raw(format!("{tone:<12}")),
            Span::styled("ring ", FAINT),
            Span::raw(ring),
        ]),
        Line::from(vec![
            Span::styled(" heard  ", FAINT),
            Span::styled(meter(desk.audio.hearing.level()), Style::new().fg(Color::LightGreen)),
            Span::raw(format!(" {}", screen.heard.0)),
        ]),
        Line::from(vec![
            Span::styled(" said   ", FAINT),
            Span::raw(format!("{}{muted}", screen.microphone)),
            Span::styled(if screen.talking { " (t stops)" } else { " (t hums 440Hz)" }, FAINT),
        ]),
    ];
    if let Some(complaint) = &screen.complaint {
        rows.push(Line::styled(format!(" {complaint}"), Style::new().fg(Color::LightRed)));
    } else if let (true, Some(other)) = (screen.neighbour, world.desk(NEIGHBOUR)) {
        let state = other.view().lines.first().map_or("", |line| line.state.name());
        rows.push(Line::from(vec![Span::styled(" 102    ", FAINT), Span::raw(state)]));
    }
    frame.render_widget(Paragraph::new(rows), area);
}

/// A bar of ten for a level: each place is 5 dB.
fn meter(level: f32) -> String {
    let above_floor_db = 20.0 * (level.max(1.0) / 32_768.0).log10() + 55.0;
    let full = (above_floor_db / 5.0).clamp(0.0, 10.0).round() as usize;
    let (bar, rest) = ("▮".repeat(full), "▯".repeat(10 - full));
    format!("{bar}{rest}")
}

fn draw_ladder(frame: &mut Frame<'_>, area: Rect, world: &World) {
    let block = Block::bordered().border_type(BorderType::Rounded).title(" SIP ").border_style(FAINT);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let own = world.record.ladder.since(0).filter(|passed| passed.phone == OWN);
    let mut rows: Vec<Line<'_>> = own
        .rev()
        .take(usize::from(inner.height))
        .map(|passed| {
            let (arrow, colour) =
                if passed.sent { ("→", Color::LightCyan) } else { ("←", Color::LightYellow) };
            let at = format!("{:>4}.{:03} ", passed.at_ms / 1_000, passed.at_ms % 1_000);
            let label = format!("{arrow} {}", passed.label());
            Line::from(vec![Span::styled(at, FAINT), Span::styled(label, Style::new().fg(colour))])
        })
        .collect();
    rows.reverse();
    frame.render_widget(Paragraph::new(rows), inner);
}

fn draw_help(frame: &mut Frame<'_>, area: Rect, screen: &Screen) {
    let keys = " F1-F4 line  a-d soft key  0-9*# dial  ←↑↓→⏎ rocker  letters as shown  q quit";
    let hint = format!(" {}", screen.hint);
    let rows = vec![Line::styled(hint, Style::new().fg(Color::LightGreen)), Line::styled(keys, FAINT)];
    frame.render_widget(Paragraph::new(rows), area);
}
