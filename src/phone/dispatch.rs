//! Who gets what: keys and the handset go to the calls, the network to the user agent, and between the two
//! their orders and events until both are at rest.

use heapless::Deque;

use super::{Hook, Input, Key, Network, Phone};
use crate::base::{Instant, Rng, UnixTime};
use crate::calls::{self, AudioDevice, Order};
use crate::limits;
use crate::ua::{self, Event};

/// Orders that wait while those before them are carried out: those of one step, and of what they cause.
type Orders = Deque<Order, { limits::ORDERS * 2 }>;

/// How long the volume stays on the display.
const VOLUME_SHOWN_MS: u64 = 3_000;
/// How long the ringer sounds to show its new volume.
const BURST_MS: u64 = 1_000;

impl Phone {
    pub(super) fn dispatch(&mut self, now: Instant, rng: &mut dyn Rng, input: Input<'_>) {
        match input {
            Input::Network(Network::Up { address }) => {
                self.network(now, rng, ua::Input::Network(Some(address)));
            }
            Input::Network(Network::Down) => self.network(now, rng, ua::Input::Network(None)),
            Input::Message { arrival, bytes } => {
                self.network(now, rng, ua::Input::Message { arrival, bytes });
            }
            Input::Unreachable(hop) => self.network(now, rng, ua::Input::Unreachable(hop)),
            Input::Resolved { ticket, records, ttl_s } => {
                self.network(now, rng, ua::Input::Resolved { ticket, records, ttl_s });
            }
            Input::MediaStatistics { serial, figures } => {
                // A stream may speak once more when its call is over.
                if let Some(session) = self.calls.numbered(serial) {
                    self.network(now, rng, ua::Input::MediaStatistics { session, figures: &figures });
                }
            }
            Input::PortMapped { ticket, seen } => {
                self.network(now, rng, ua::Input::PortMapped { ticket, seen });
            }
            Input::Computed(done) => {
                let step = self.computed(now, rng, done);
                self.rest(now, rng, step);
            }
            Input::Authenticated { serial } => {
                let step = self.authenticated(now, rng, serial);
                self.rest(now, rng, step);
            }
            Input::Clock(time) => self.secure.set_clock(now, time),
            Input::KeyDown(key) => self.key_down(now, rng, key),
            Input::KeyUp(Key::Dial(key)) => self.person(now, rng, calls::Input::DialReleased(key)),
            Input::KeyUp(_) => {}
            Input::Hook(hook) => self.person(now, rng, calls::Input::Handset(hook == Hook::OffHook)),
            Input::Timeout => {
                self.volume_shown.take_due(now);
                self.burst.take_due(now);
                self.network(now, rng, ua::Input::Timeout);
                self.person(now, rng, calls::Input::Timeout);
                while let Some(step) = self.secure_timeout(now, rng) {
                    self.rest(now, rng, step);
                }
            }
        }
        self.settle_secure();
        self.soft_keys.update(&self.calls, &self.config);
        if self.config.revision() != self.revision {
            self.revision = self.config.revision();
            self.notices.settings();
        }
    }

    fn key_down(&mut self, now: Instant, rng: &mut dyn Rng, key: Key) {
        match key {
            Key::Line(line) => self.person(now, rng, calls::Input::Line(line)),
            Key::Dial(key) => self.person(now, rng, calls::Input::Dial(key)),
            Key::Hold => self.person(now, rng, calls::Input::Hold),
            Key::Speaker => self.person(now, rng, calls::Input::Device(AudioDevice::Speaker)),
            Key::Headset => self.person(now, rng, calls::Input::Device(AudioDevice::Headset)),
            Key::Mute => self.person(now, rng, calls::Input::Mute),
            Key::Redial => self.person(now, rng, calls::Input::Action(calls::Action::Redial)),
            Key::VolumeUp => self.turn_volume(now, true),
            Key::VolumeDown => self.turn_volume(now, false),
            Key::Left | Key::Right => self.soft_keys.turn(key),
            Key::Soft1 | Key::Soft2 | Key::Soft3 | Key::Soft4 => {
                if let Some(soft_key) = self.soft_keys.under(key) {
                    self.person(now, rng, calls::Input::Action(soft_key.action()));
                }
            }
            Key::VoiceMail => self.person(now, rng, calls::Input::Action(calls::Action::VoiceMail)),
            // Their features are not there yet.
            Key::Menu | Key::Up | Key::Down | Key::Ok => {}
        }
    }

    fn person(&mut self, now: Instant, rng: &mut dyn Rng, input: calls::Input<'_>) {
        let step = self.calls.step(now, &mut self.config, input);
        self.rest(now, rng, step);
    }

    fn network(&mut self, now: Instant, rng: &mut dyn Rng, input: ua::Input<'_>) {
        // Only a command has an outcome that somebody waits for.
        let _done = self.ua.step(now, rng, input);
        self.rest(now, rng, calls::Step::default());
    }

    /// Orders go down and events come up until there are no more.
    fn rest(&mut self, now: Instant, rng: &mut dyn Rng, step: calls::Step) {
        let mut orders = Orders::new();
        queue(&mut orders, &step);
        loop {
            let step = if let Some(order) = orders.pop_front() {
                // Such an order the calls have carried out themselves.
                let Some(command) = self.calls.command(&self.config, &order) else { continue };
                let outcome = self.ua.step(now, rng, ua::Input::Command(command));
                self.calls.step(now, &mut self.config, calls::Input::Outcome { order, outcome })
            } else if let Some(event) = self.ua.poll_event() {
                self.event(now, rng, event)
            } else {
                return;
            };
            queue(&mut orders, &step);
        }
    }

    fn event(&mut self, now: Instant, rng: &mut dyn Rng, event: Event) -> calls::Step {
        let session = match event {
            Event::Asked { session } => return self.secure_asked(now, rng, session),
            Event::Replied { session, status } => return self.secure_replied(now, rng, session, status),
            Event::Registration(extension) => {
                self.notices.registration(extension);
                let state = self.ua.registration(extension).state;
                crate::note!("extension {}: registration {}", extension.number(), state.name());
                return self.calls.step(
                    now,
                    &mut self.config,
                    calls::Input::Registration { extension, state },
                );
            }
            Event::Incoming(session)
            | Event::Answered(session)
            | Event::Media(session)
            | Event::Party(session)
            | Event::Digit { session, .. }
            | Event::Progress { session, .. }
            | Event::MediaFailed { session, .. }
            | Event::Talk(session)
            | Event::Hold(session)
            | Event::Transferred { session, .. }
            | Event::Referred { by: session, .. }
            | Event::Replaced { by: session, .. }
            | Event::Ended { session, .. } => self.ua.session(session),
            Event::MessageWaiting { .. }
            | Event::Subscribed { .. }
            | Event::SharedLine { .. }
            | Event::Seized { .. }
            | Event::WatchedAnew { .. }
            | Event::Watched { .. } => None,
            Event::Service { extension, service } => {
                self.notices.service(extension, service);
                None
            }
            Event::Clock { unix_seconds } => {
                self.notices.clock(unix_seconds);
                self.secure.set_clock(now, UnixTime(unix_seconds));
                None
            }
        };
        let mut step = self.calls.step(now, &mut self.config, calls::Input::Event { event, session });
        for more in [self.secure_changed(now, &event), self.secure_begins(now, rng, &event)] {
            // An event has no orders of its own for so many places.
            let _full = step.orders.extend_from_slice(&more.orders);
        }
        step
    }

    /// The device that is on becomes louder or quieter; without one the ringer, which then sounds for a
    /// moment.
    fn turn_volume(&mut self, now: Instant, louder: bool) {
        let device = self.calls.path().selected();
        let mut volumes = self.volumes();
        volumes.turn(device, louder);
        self.keep_volumes(volumes);
        self.volume_shown.start(now, VOLUME_SHOWN_MS);
        if device.is_none() {
            self.burst_since = now;
            self.burst.start(now, BURST_MS);
        }
    }
}

fn queue(orders: &mut Orders, step: &calls::Step) {
    for order in &step.orders {
        // An order causes one more at the most, and events come only when all orders are carried out.
        let _full = orders.push_back(*order);
    }
}
