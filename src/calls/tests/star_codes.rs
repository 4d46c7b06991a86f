//! Every star code of the catalogue, and what becomes of it (guide, Vertical Service Activation Codes).

use std::format;

use super::*;
use crate::base::golden;
use crate::dialplan::Service;

/// A phone with a call on hold on line 4, that somebody called before, with line 1 off hook.
fn off_hook() -> Desk {
    let mut desk = Desk::new(settings());
    desk.set("User_ID_1_", "101");
    desk.incoming();
    desk.give(Input::Action(Action::Ignore));
    desk.call(4);
    desk.give(Input::Hold);
    desk.line(1);
    desk.take_commands();
    desk
}

/// The settings that differ from the factory's, but for the account.
fn changed(desk: &Desk) -> Text {
    let ids = crate::config::catalogue::all().filter(|id| desk.config.text(*id) != id.default_text());
    let told = ids.map(|id| format!("{}={:?}", id.tag(), desk.config.text(id)));
    told.filter(|told| !told.starts_with("User_ID")).collect::<Vec<_>>().join(" ")
}

fn face(desk: &mut Desk) -> Text {
    let commands = desk.take_commands().join(", ");
    format!("{} {} [{commands}] {}", desk.states()[0], desk.tone(), changed(desk)).trim_end().into()
}

#[test]
fn each_code_and_each_code_that_is_blank() {
    let mut text = Text::new();
    for service in Service::own() {
        let code = service.factory_code();
        let mut desk = off_hook();
        desk.dial(code);
        text.push_str(&format!("{code:8} {service:?}: {}", face(&mut desk)));
        if desk.states()[0] == "dialing" {
            desk.dial("601#");
            text.push_str(&format!("; 601: {}", face(&mut desk)));
        }
        text.push('\n');
        let mut desk = off_hook();
        desk.set("Dial_Plan_1_", "(*x.)");
        let setting = crate::config::catalogue::all().find(|id| id.default_text() == code).unwrap();
        let tag = format!("{}", setting.tag());
        desk.set(&tag, "\"\"");
        desk.dial(&format!("{code}#"));
        assert_eq!(desk.take_commands(), [format!("INVITE {code}")], "{tag} blank: the server's");
    }
    golden::compare("star_codes", &text);
}
