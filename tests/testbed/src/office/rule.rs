//! What the office does wrong on purpose, for tests.

use super::Office;
use super::text::{Text, parts, uri_of};
use deskphone::base::Instant;

/// Requests that are treated otherwise than the office would.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Requests with this method.
    pub method: String,
    /// Only for this user (of the Request-URI; for REGISTER of the To header), when given.
    pub user: Option<String>,
    /// Only inside (`true`) or outside a dialog, when given.
    pub in_dialog: Option<bool>,
    /// For the next so many of them; each retransmission of an ignored one counts.
    pub times: u32,
    /// What happens instead.
    pub action: Action,
}

/// What a [`Rule`] does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing: as if it never came.
    Ignore,
    /// Answers with a status and further header lines.
    Answer(u16, Vec<(String, String)>),
}

impl Rule {
    /// Ignores the next requests with this method.
    #[must_use]
    pub fn ignore(method: &str, times: u32) -> Self {
        Self { method: method.to_owned(), user: None, in_dialog: None, times, action: Action::Ignore }
    }

    /// Answers the next requests with this method with a status.
    #[must_use]
    pub fn answer(method: &str, times: u32, status: u16) -> Self {
        Self { action: Action::Answer(status, Vec::new()), ..Self::ignore(method, times) }
    }

    /// The same, but only for this user.
    #[must_use]
    pub fn to(mut self, user: &str) -> Self {
        self.user = Some(user.to_owned());
        self
    }

    /// The same, but only inside or outside a dialog.
    #[must_use]
    pub const fn in_dialog(mut self, inside: bool) -> Self {
        self.in_dialog = Some(inside);
        self
    }

    /// The same, with a further header line in the answer.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        if let Action::Answer(_, fields) = &mut self.action {
            fields.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    fn applies(&self, request: &Text) -> bool {
        let uri =
            if self.method == "REGISTER" { uri_of(request.first("To").unwrap_or("")) } else { request.uri() };
        let user = parts(uri).map_or("", |(user, ..)| user);
        self.times > 0
            && self.method == request.method()
            && self.user.as_ref().is_none_or(|wanted| wanted == user)
            && self.in_dialog.is_none_or(|inside| inside != request.tag("To").is_empty())
    }
}

impl Office {
    /// Treats some requests otherwise from now on. The latest rule counts first.
    pub fn add_rule(&mut self, rule: Rule) {
        self.rules.insert(0, rule);
    }

    /// Forgets all rules.
    pub fn clear_rules(&mut self) {
        self.rules.clear();
    }

    /// Whether a rule took the request.
    pub(super) fn obey_rule(&mut self, now: Instant, server: u64, request: &Text) -> bool {
        let Some(rule) = self.rules.iter_mut().find(|rule| rule.applies(request)) else { return false };
        rule.times -= 1;
        match rule.action.clone() {
            Action::Ignore => self.servers.retain(|found| found.id != server),
            Action::Answer(status, fields) => {
                let fields: Vec<_> =
                    fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                self.reply_with(now, server, status, &fields);
            }
        }
        self.rules.retain(|rule| rule.times > 0);
        true
    }
}
