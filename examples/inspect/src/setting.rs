//! `inspect setting TAG [VALUE]`: what a setting is, and what a value means.
//!
//! One line each, `KEY TAB VALUE`: tag, name on the web page, tab and group there, type in words, the
//! factory's value (a secret's is not shown) and who may change it. With VALUE, given as a profile gives it
//! (an empty one is the factory's, `""` the empty text): the text that is kept, what it means, and whether it
//! is the factory's. A tag or value that is refused is named with its place, and the exit status is 1.

use std::ffi::OsString;
use std::process::ExitCode;

use deskphone::base::text;
use deskphone::config::kind::{self, Read};
use deskphone::config::setting::{Access, Tab};
use deskphone::config::{Config, Expected, Id, Kind, SettingError, Wrong, catalogue};
use deskphone::script;

use crate::print;

/// `None` when the arguments are not a tag and perhaps a value.
pub fn run(arguments: &[OsString]) -> Option<ExitCode> {
    let (tag, value) = match arguments {
        [tag] => (tag.to_str()?, None),
        [tag, value] => (tag.to_str()?, Some(value.to_str()?)),
        _ => return None,
    };
    match lines(tag, value) {
        Ok(lines) => {
            let _ = lines.iter().all(|(key, text)| print(&format!("{key}\t{text}")));
            Some(ExitCode::SUCCESS)
        }
        Err(error) => {
            eprintln!("inspect: setting: {error}");
            Some(ExitCode::FAILURE)
        }
    }
}

type Lines = Vec<(&'static str, String)>;

fn lines(tag: &str, value: Option<&str>) -> Result<Lines, SettingError> {
    let mut config = Config::new();
    let unknown = || SettingError { tag: text::shortened(tag), wrong: Wrong::Tag };
    let setting = catalogue::find(tag).ok_or_else(unknown)?;
    let row = setting.row();
    let by = match row.access {
        Access::Admin => "administrator",
        Access::User => "user and administrator",
    };
    let mut lines = vec![
        ("tag", setting.tag().to_string()),
        ("name", setting.name().to_string()),
        ("tab", tab(setting)),
        ("group", row.group.name.to_owned()),
        ("type", Expected(row.kind).to_string()),
        ("default", hidden(setting, setting.default_text())),
        ("changed by", by.to_owned()),
    ];
    if let Some(value) = value {
        config.set(tag, value)?;
        let kept = config.text(setting);
        let is_default = if kept == setting.default_text() { "yes" } else { "no" };
        lines.push(("kept", hidden(setting, kept)));
        lines.push(("means", hidden(setting, &meaning(row.kind, kept))));
        lines.push(("is default", is_default.to_owned()));
    }
    Ok(lines)
}

/// The pages of extensions have their numbers.
fn tab(setting: Id) -> String {
    match (setting.row().group.tab, setting.number()) {
        (tab @ Tab::Ext, number) => format!("{tab} {number}"),
        (tab, 1..=4) => format!("{tab} ({})", setting.number()),
        (tab, _) => tab.to_string(),
    }
}

fn hidden(setting: Id, text: &str) -> String {
    if setting.row().kind.is_secret() { String::from("(not shown)") } else { text.to_owned() }
}

/// The value as the phone takes it; scripts in their shortest form.
fn meaning(kind: Kind, text: &str) -> String {
    let none = || String::from("none");
    let millis = |ms: u32| format!("{ms} ms");
    match kind {
        Kind::Number(..) => said(kind::Number::read(text)),
        Kind::Signed(..) => said(kind::Signed::read(text)),
        Kind::Port => said(kind::Port::read(text)),
        Kind::Seconds(..) => kind::Seconds::read(text).map_or_else(none, |seconds| format!("{seconds} s")),
        Kind::Millis(..) => kind::Millis::read(text).map_or_else(none, millis),
        Kind::PacketTime => kind::PacketTime::read(text).map_or_else(none, millis),
        Kind::Delay => match kind::Delay::read(text) {
            Some(Some(seconds)) => format!("{seconds} s"),
            Some(None) => String::from("never"),
            None => none(),
        },
        Kind::Power => kind::Power::read(text).map_or_else(none, |tenths| {
            let sign = if tenths < 0 { "-" } else { "" };
            format!("{sign}{}.{} dBm", tenths.abs() / 10, tenths.abs() % 10)
        }),
        Kind::Ip => said(kind::Ip::read(text).flatten()),
        Kind::Cadence => said(kind::Cadence::read(text)),
        Kind::Tone => said(kind::Tone::read(text)),
        Kind::Ring => said(kind::Ring::read(text).flatten()),
        Kind::Led => said(kind::Led::read(text).flatten()),
        Kind::Daylight => said(kind::Daylight::read(text).flatten()),
        Kind::TimeZone => said(script::TimeZone::parse(text).ok()),
        Kind::TimeOffset => said(script::TimeOffset::parse(text).ok()),
        Kind::Bool
        | Kind::Choice(_)
        | Kind::Text(_)
        | Kind::Secret(_)
        | Kind::UserId(_)
        | Kind::Fqdn
        | Kind::Phone
        | Kind::ActCode
        | Kind::Pattern
        | Kind::CodeList
        | Kind::DialPlan
        | Kind::NumberMap => {
            if text.is_empty() {
                none()
            } else {
                text.to_owned()
            }
        }
    }
}

fn said<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| String::from("none"), |value| value.to_string())
}
