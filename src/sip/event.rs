//! Subscriptions (RFC 6665 §8.2): Event, Subscription-State, Allow-Events.
//!
//! ```text
//! Event              = event-type *( SEMI event-param )
//! Subscription-State = substate-value *( SEMI subexp-params )
//! ```

use super::grammar::{params, token, whole};
use super::timing::delta_seconds;
use super::{HeaderName, Message, Params, ParseError};

/// What a subscription is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event<'a> {
    /// The event package with its templates.
    pub package: &'a [u8],
    /// Its parameters; `id` tells two subscriptions of one dialog apart.
    pub params: Params<'a>,
}

/// Where a subscription stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubscriptionState<'a> {
    /// The state.
    pub state: State,
    /// reason, expires, retry-after.
    pub params: Params<'a>,
}

/// The states of RFC 6665 §4.1.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Accepted and authorised.
    Active,
    /// Received, not yet decided.
    Pending,
    /// Over.
    Terminated,
    /// A state that this phone does not know.
    Other,
}

impl<'a> Event<'a> {
    /// Reads the value.
    ///
    /// ```
    /// use deskphone::sip::event::Event;
    /// let event = Event::parse(b"refer;id=93809824")?;
    /// assert_eq!((event.package, event.id()), (&b"refer"[..], Some(&b"93809824"[..])));
    /// # Ok::<(), deskphone::sip::ParseError>(())
    /// ```
    ///
    /// # Errors
    /// What was expected, and at which byte of the value.
    pub fn parse(value: &'a [u8]) -> Result<Self, ParseError> {
        let split = token(value).and_then(|(rest, package)| {
            params(rest).map(|(rest, found)| (rest, Self { package, params: Params::new(found) }))
        });
        whole(value, split)
    }

    /// The id parameter.
    #[must_use]
    pub fn id(&self) -> Option<&'a [u8]> {
        self.params.get(b"id")
    }

    /// Whether two values name the same subscription: package and id byte by byte (RFC 6665 §8.2.1).
    #[must_use]
    pub fn matches(&self, other: &Event<'_>) -> bool {
        self.package == other.package && self.id() == other.id()
    }
}

impl<'a> SubscriptionState<'a> {
    /// Reads the value.
    ///
    /// # Errors
    /// What was expected, and at which byte of the value.
    pub fn parse(value: &'a [u8]) -> Result<Self, ParseError> {
        let Event { package, params } = Event::parse(value)?;
        let named = |name: &[u8]| package.eq_ignore_ascii_case(name);
        let state = if named(b"active") {
            State::Active
        } else if named(b"pending") {
            State::Pending
        } else if named(b"terminated") {
            State::Terminated
        } else {
            State::Other
        };
        Ok(Self { state, params })
    }

    /// Seconds that the subscription still lasts.
    #[must_use]
    pub fn expires(&self) -> Option<u32> {
        self.params.get(b"expires").and_then(delta_seconds)
    }

    /// Why it ended.
    #[must_use]
    pub fn reason(&self) -> Option<&'a [u8]> {
        self.params.get(b"reason")
    }

    /// Seconds to wait before the next SUBSCRIBE.
    #[must_use]
    pub fn retry_after(&self) -> Option<u32> {
        self.params.get(b"retry-after").and_then(delta_seconds)
    }
}

impl<'a> Message<'a> {
    /// Event.
    #[must_use]
    pub fn event(&self) -> Option<Event<'a>> {
        Event::parse(self.raw(HeaderName::Event)?).ok()
    }

    /// Subscription-State.
    #[must_use]
    pub fn subscription_state(&self) -> Option<SubscriptionState<'a>> {
        SubscriptionState::parse(self.raw(HeaderName::SubscriptionState)?).ok()
    }

    /// The packages of Allow-Events.
    pub fn allow_events(&self) -> impl Iterator<Item = &'a [u8]> + '_ {
        self.values(HeaderName::AllowEvents)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc6665_4_1_3_states() {
        let state = SubscriptionState::parse(b"terminated;reason=probation;retry-after=5").unwrap();
        assert_eq!(
            (state.state, state.reason(), state.retry_after()),
            (State::Terminated, Some(&b"probation"[..]), Some(5))
        );
        assert_eq!(SubscriptionState::parse(b"Active ;expires=9").unwrap().expires(), Some(9));
        assert_eq!(SubscriptionState::parse(b"x").unwrap().state, State::Other);
    }

    #[test]
    fn rfc6665_8_2_1_the_id_is_part_of_the_name() {
        let event = |text: &'static str| Event::parse(text.as_bytes()).unwrap();
        assert!(event("refer;id=1").matches(&event("refer ; x=2;id=1")));
        assert!(!event("refer;id=1").matches(&event("refer")));
        assert!(!event("Refer").matches(&event("refer")));
    }
}
