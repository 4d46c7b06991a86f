//! Numbers: which plan they go by, which tone asks for them, and the codes before them.

use super::appearance::Input as Call;
use super::services::{self, Code};
use super::{CallState, Calls, LineKey, Tone, Turn};
use crate::config::Config;
use crate::config::catalogue::{ext, phone, user};
use crate::config::{Setting, kind};
use crate::dialplan::leading_code;
use crate::ua::ExtensionId;

/// `Speed Dial 2` to `Speed Dial 9`.
const SPEED_DIALS: [(u8, Setting<kind::Text>); 8] = [
    (2, user::SPEED_DIAL_2),
    (3, user::SPEED_DIAL_3),
    (4, user::SPEED_DIAL_4),
    (5, user::SPEED_DIAL_5),
    (6, user::SPEED_DIAL_6),
    (7, user::SPEED_DIAL_7),
    (8, user::SPEED_DIAL_8),
    (9, user::SPEED_DIAL_9),
];

impl Calls {
    /// Compiles the dial plan of a line's extension, unless that is the one that is there.
    pub(super) fn load_plan(&mut self, config: &Config, key: LineKey) {
        let extension = self.line(key).extension().unwrap_or(ExtensionId::PRIMARY);
        let number = extension.number();
        // Two extensions have different revisions, so that a collector notices the change.
        let revision = config.revision().wrapping_mul(8).wrapping_add(u32::from(number));
        if self.planned == Some(extension) && self.plan.revision() == revision {
            return;
        }
        // A text that is set has been checked: it is a plan.
        let _plan = self.plan.load(config.read(ext::DIAL_PLAN.of(number)));
        for Code { service, keys, .. } in services::codes(config) {
            // A code for which the table has no room is not known; limits::PLAN_ITEMS has room for all.
            let _full = self.plan.add_code(keys, service.number());
        }
        for (digit, setting) in SPEED_DIALS {
            if !config.read(setting).is_empty() {
                let _full = self.plan.add_speed_dial(digit);
            }
        }
        self.plan.allow_ip_dialling(config.read(ext::ENABLE_IP_DIALING.of(number)));
        self.plan.set_revision(revision);
        self.planned = Some(extension);
    }

    /// What prompts for a number: dial tone, or the tone that tells of forwarding or of messages (guide,
    /// Call Progress Tones).
    pub(super) fn dial_tone(&self, config: &Config, key: LineKey) -> Tone {
        let extension = self.line(key).extension().unwrap_or(ExtensionId::PRIMARY);
        let forwards = config.read(phone::CFWD_ALL_SERV) && !config.read(user::CFWD_ALL_DEST).is_empty();
        if forwards && extension == ExtensionId::PRIMARY {
            Tone::Cfwd
        } else if config.read(ext::MESSAGE_WAITING.of(extension.number())) {
            Tone::Stutter
        } else {
            Tone::Dial
        }
    }

    /// Dials a text on a line that dials: the codes before the number one after the other, then the number.
    pub(super) fn dial_text(&mut self, turn: &mut Turn<'_>, key: LineKey, text: &str) {
        let number = self.serve_codes(turn, key, text);
        if !number.is_empty() {
            self.order(turn, key, Call::Whole(number));
        }
    }

    /// Does what the codes say that a text begins with. The number after them; empty when it is not wanted
    /// any more.
    fn serve_codes<'t>(&mut self, turn: &mut Turn<'_>, key: LineKey, text: &'t str) -> &'t str {
        let mut rest = text;
        // A hot line has called already, as a code may do, and one that is refused ends what is dialled.
        while self.line(key).state() == CallState::Dialing {
            let codes = services::codes(turn.config).map(|code| (code.keys, code.service));
            let Some((service, after)) = leading_code(rest, codes) else { return rest };
            rest = after;
            self.serve(turn, key, service);
        }
        ""
    }

    /// Calls the number of a speed dial.
    pub(super) fn speed_dial(&mut self, turn: &mut Turn<'_>, key: LineKey, digit: u8) {
        let setting = SPEED_DIALS.iter().find(|(place, _)| *place == digit).map(|(_, setting)| *setting);
        let number = setting.map(|setting| turn.config.read(setting)).unwrap_or_default();
        let text: heapless::String<{ crate::limits::DIALED_BYTES }> = crate::base::text::shortened(number);
        match self.serve_codes(turn, key, &text) {
            "" => {}
            // A number that is a speed dial digit itself stands for itself: no way round in a circle.
            target if target.len() == 1 => {
                self.order(turn, key, Call::Target { target, by_keys: false });
            }
            number => self.order(turn, key, Call::Whole(number)),
        }
    }
}
