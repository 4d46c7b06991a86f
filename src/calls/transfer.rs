//! Transfer: the person sends the far end of one call to somebody else (guide, Attended Call Transfer, Blind
//! Call Transfer; RFC 5589 §6, §7).
//!
//! ```text
//!   xfer:  Connected ──► Held, another line dials ──► rings or answers ──► xfer: both "Transferring"
//!   bxfer: Connected ──► Held, another line asks for a number ──► complete: "Transferring"; park: the same
//!          "Transferring" ──► done: idle   or failed: Held, "Transfer failed"
//!   xferLx: one held call ──► as the second xfer; several ──► a line key says which (choice.rs)
//! ```
//! The call on hold is always the one that is sent, the other one is where it is sent to. Until the far end
//! is gone the held call stays as it is, so that nothing has to be repaired when the transfer fails.

use core::fmt::Write;

use heapless::String;

use super::appearance::{self, Input as Call, Served};
use super::choice::{Choice, Partner};
use super::{CallState, Calls, Line, LineKey, Order, Tone, Turn, services};
use crate::base::text;
use crate::config::Config;
use crate::config::catalogue::{ext, phone};
use crate::dialplan::Service;
use crate::limits;
use crate::ua::{ExtensionId, SessionId};

/// Whether a call's far end is being sent to somebody else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transfer {
    /// No.
    #[default]
    None,
    /// It is on its way.
    Asked,
    /// It did not go, or did not arrive; the call is as it was.
    Failed,
}

/// The transfer of one call, as its line keeps it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Mark {
    #[default]
    None,
    /// REFER is ordered; with the call that ends with this one.
    Asked { other: Option<SessionId> },
    /// The far end of another call is on its way to this one's.
    Awaited,
    /// It failed while the call was in this state; shown until that changes.
    Failed(CallState),
}

/// A transfer or conference that the person has begun: whom, and the line that is for the other one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Begun {
    pub(super) held: LineKey,
    pub(super) line: LineKey,
    pub(super) aim: Choice,
}

impl Mark {
    pub(super) const fn shown(self) -> Transfer {
        match self {
            Self::None => Transfer::None,
            Self::Asked { .. } | Self::Awaited => Transfer::Asked,
            Self::Failed(_) => Transfer::Failed,
        }
    }

    /// What is left of it in a call that is in this state now.
    pub(super) fn settled(self, state: CallState) -> Self {
        let over = match self {
            Self::None => false,
            Self::Asked { .. } | Self::Awaited => {
                !matches!(state, CallState::Connected | CallState::Held | CallState::Calling)
            }
            Self::Failed(then) => then != state,
        };
        if over { Self::None } else { self }
    }
}

impl Calls {
    /// Whether `xfer` does something: begins a transfer, or completes the one that is begun.
    #[must_use]
    pub fn can_transfer(&self, config: &Config) -> bool {
        let offered = config.read(phone::ATTN_TRANSFER_SERV) && !self.is_emergency(config);
        let begun = || self.begun_pair().map(|pair| pair.aim == Choice::Transfer);
        offered && begun().unwrap_or_else(|| self.can_consult())
    }

    /// Whether `xferLx` does something: there are held calls that the active one can be for.
    #[must_use]
    pub fn can_transfer_held(&self, config: &Config) -> bool {
        let offered = config.read(phone::ATTN_TRANSFER_SERV) && !self.is_emergency(config);
        offered && self.partner(Choice::Transfer).is_some()
    }

    /// Whether `bxfer` does something.
    #[must_use]
    pub fn can_transfer_blind(&self, config: &Config) -> bool {
        config.read(phone::BLIND_TRANSFER_SERV) && self.can_consult() && !self.is_emergency(config)
    }

    /// Whether `park` does something: there is a code that parks.
    #[must_use]
    pub fn can_park(&self, config: &Config) -> bool {
        let has_code = !services::keys_of(config, Service::Park).is_empty();
        has_code && self.can_consult() && !self.is_emergency(config)
    }

    /// The `xfer` soft key: the conversation is put on hold and another line gives second dial tone; pressed
    /// again, the held one is sent to that line's.
    pub(super) fn transfer(&mut self, turn: &mut Turn<'_>) {
        if !self.can_transfer(turn.config) {
            return;
        }
        match self.begun_pair() {
            Some(pair) => self.complete(turn, pair),
            None => self.consult(turn, Tone::Second, Choice::Transfer),
        }
    }

    /// The `xferLx` soft key: the one held call is sent to the active one's far end; of several, the one that
    /// a line key says.
    pub(super) fn transfer_held(&mut self, turn: &mut Turn<'_>) {
        match self.partner(Choice::Transfer).filter(|_| self.can_transfer_held(turn.config)) {
            Some(Partner::One(pair)) => self.complete(turn, pair),
            Some(Partner::Several(pair)) => self.ask(turn, pair.line, Choice::Transfer),
            None => {}
        }
    }

    /// The `bxfer` and `park` soft keys: the conversation is put on hold and another line asks for a number.
    pub(super) fn transfer_blind(&mut self, turn: &mut Turn<'_>, service: Service) {
        let parks = service == Service::Park;
        if !(if parks { self.can_park(turn.config) } else { self.can_transfer_blind(turn.config) }) {
            return;
        }
        self.consult(turn, Tone::Prompt, Choice::Transfer);
        if let Some(begun) = self.begun
            && self.line(begun.line).state() == CallState::Dialing
        {
            let asks = Served::Prompt { purpose: Some(service), tone: Some(Tone::Prompt) };
            self.order(turn, begun.line, Call::Served(asks));
        }
    }

    /// A code for a blind transfer was dialled: it means the call that was put on hold last. Whether there is
    /// one.
    pub(super) fn begin_blind(&mut self, line: LineKey) -> bool {
        let already = self.begun.filter(|begun| begun.line == line && self.is_sendable(begun.held));
        let held = LineKey::ALL.into_iter().filter(|&key| self.is_sendable(key));
        let last = held.max_by_key(|&key| self.line(key).held_since());
        self.begun = already.or_else(|| last.map(|held| Begun { held, line, aim: Choice::Transfer }));
        self.begun.is_some()
    }

    /// The number after such a code is complete.
    pub(super) fn blind(&mut self, turn: &mut Turn<'_>, line: LineKey, service: Service, number: &str) {
        let Some(held) = self.begun.filter(|begun| begun.line == line).map(|begun| begun.held) else {
            return self.order(turn, line, Call::Served(Served::Reject));
        };
        // `Referral Services Codes`, `Call Park Code`: the code and the number are called as one.
        let referral = matches!(service, Service::Referral(_) | Service::Park);
        let code = if referral { services::keys_of(turn.config, service) } else { "" };
        let extension = self.line(line).extension();
        let target = target_on(turn.config, [code, number], extension, self.line(held).extension());
        let Some(target) = target.filter(|_| self.is_sendable(held)) else {
            return self.order(turn, line, Call::Served(Served::Reject));
        };
        self.order(turn, line, Call::Release);
        self.send(turn, held, target);
    }

    /// What came of the REFER and of the call that it asked for.
    pub(super) fn transferred(&mut self, turn: &mut Turn<'_>, session: SessionId, status: u16) {
        let Some(key) = self.line_of(session) else { return };
        let other = match self.line(key).mark() {
            Mark::Asked { other } => other,
            Mark::None | Mark::Awaited | Mark::Failed(_) => None,
        };
        if status >= 300 {
            return self.transfer_failed(key);
        }
        for key in [Some(key), other.and_then(|other| self.line_of(other))].into_iter().flatten() {
            self.order(turn, key, Call::Transferred);
        }
    }

    /// The calls go on as they were before.
    pub(super) fn transfer_failed(&mut self, key: LineKey) {
        let other = match self.line(key).mark() {
            Mark::Asked { other } => other.and_then(|other| self.line_of(other)),
            Mark::None | Mark::Awaited | Mark::Failed(_) => None,
        };
        for key in [Some(key), other].into_iter().flatten() {
            let state = self.line(key).state();
            self.line_mut(key).set_mark(Mark::Failed(state));
        }
    }

    /// Whether the end of a session is a part of a transfer: the far end leaves when it has got there.
    pub(super) fn leaves_by_transfer(&self, session: SessionId) -> Option<LineKey> {
        let key = self.line_of(session)?;
        (self.line(key).mark().shown() == Transfer::Asked).then_some(key)
    }

    /// A transfer that is begun is forgotten when one of its calls is over; nobody is awaited when whoever
    /// was sent is gone.
    pub(super) fn settle_transfer(&mut self) {
        let lasts = |begun: &Begun| [begun.held, begun.line].into_iter().all(|key| self.is_in_use(key));
        self.begun = self.begun.filter(lasts);
        for key in LineKey::ALL {
            let (mark, session) = (self.line(key).mark(), self.line(key).session());
            let sent = |sent: &Line| sent.mark() == Mark::Asked { other: session };
            if mark == Mark::Awaited && !self.lines.iter().any(sent) {
                self.line_mut(key).set_mark(Mark::None);
            }
        }
    }

    /// Hold the active call and take a line for another one.
    pub(super) fn consult(&mut self, turn: &mut Turn<'_>, tone: Tone, aim: Choice) {
        let Some(held) = self.active() else { return };
        let Some(line) = self.line_beside(turn.config, held) else { return };
        self.take_line(turn, line, tone);
        self.begun = Some(Begun { held, line, aim });
    }

    /// Sends the held call to the active one's far end: into our place there when that has answered
    /// (RFC 5589 §7.3), else, and with `Blind Attn-Xfer Enable`, our own call is ended first and the number
    /// given (RFC 5589 §7.6).
    pub(super) fn complete(&mut self, turn: &mut Turn<'_>, pair: Begun) {
        let (held, active) = (self.line(pair.held), self.line(pair.line));
        let (Some(session), Some(other)) = (held.session(), active.session()) else { return };
        let number = held.extension().map_or(1, ExtensionId::number);
        let blind = turn.config.read(ext::BLIND_ATTN_XFER_ENABLE.of(number));
        if matches!(active.state(), CallState::Connected | CallState::Held) && !blind {
            self.line_mut(pair.held).set_mark(Mark::Asked { other: Some(other) });
            self.line_mut(pair.line).set_mark(Mark::Awaited);
            self.begun = None;
            return push(turn, pair.held, appearance::Order::TransferTo(session, other));
        }
        let appearance = active.appearance();
        let number = if appearance.is_incoming() { &active.party().number } else { appearance.target() };
        let target = target_on(turn.config, ["", number], active.extension(), held.extension());
        let Some(target) = target else { return self.transfer_failed(pair.held) };
        push(turn, pair.line, appearance::Order::End(other));
        self.order(turn, pair.line, Call::Left);
        self.send(turn, pair.held, target);
    }

    fn send(&mut self, turn: &mut Turn<'_>, held: LineKey, target: Target) {
        let Some(session) = self.line(held).session() else { return };
        self.begun = None;
        self.refer_to = target;
        self.line_mut(held).set_mark(Mark::Asked { other: None });
        push(turn, held, appearance::Order::Transfer(session));
    }

    /// The transfer that is begun, when it can be completed: one call on hold, the other one active and
    /// ringing or answered.
    pub(super) fn begun_pair(&self) -> Option<Begun> {
        let begun = self.begun?;
        let pairs = [begun, Begun { held: begun.line, line: begun.held, ..begun }];
        pairs.into_iter().find(|pair| self.is_pair(*pair))
    }

    pub(super) fn is_pair(&self, pair: Begun) -> bool {
        self.conference().is_none()
            && self.is_sendable(pair.held)
            && self.is_free_to_go(pair.line)
            && matches!(self.line(pair.line).state(), CallState::Proceeding | CallState::Connected)
    }

    pub(super) fn can_consult(&self) -> bool {
        let alone = self.conference().is_none();
        let talks =
            |key: &LineKey| self.line(*key).state() == CallState::Connected && self.is_free_to_go(*key);
        alone && self.active().filter(talks).is_some() && self.lowest(CallState::Idle).is_some()
    }

    pub(super) fn is_sendable(&self, key: LineKey) -> bool {
        self.line(key).state() == CallState::Held && self.is_free_to_go(key)
    }

    /// No transfer of it is under way.
    pub(super) fn is_free_to_go(&self, key: LineKey) -> bool {
        self.line(key).mark().shown() != Transfer::Asked
    }

    pub(super) fn is_in_use(&self, key: LineKey) -> bool {
        let state = self.line(key).state();
        state == CallState::Held || (state.is_active() && state != CallState::Invalid)
    }

    /// The line for another call beside the active one: of the same extension, else of one with the same
    /// proxy, else the first idle one (guide, Line and Audio Device Selection).
    pub(super) fn line_beside(&self, config: &Config, active: LineKey) -> Option<LineKey> {
        let idle = || LineKey::ALL.into_iter().filter(|&key| self.line(key).state() == CallState::Idle);
        let extension = self.line(active).extension();
        let proxy = |key: LineKey| {
            self.line(key).extension().map(|extension| config.read(ext::PROXY.of(extension.number())))
        };
        let same_extension = idle().find(|&key| self.line(key).extension() == extension);
        let same_proxy = || idle().find(|&key| proxy(key) == proxy(active));
        same_extension.or_else(same_proxy).or_else(|| idle().next())
    }
}

/// Where a far end is sent to, in the words of `ua::Command::Transfer`.
pub(super) type Target = String<{ limits::NUMBER_BYTES }>;

/// A number that was dialled on one extension, as it is named on another: with the proxy it belongs to.
pub(super) fn target_on(
    config: &Config,
    parts: [&str; 2],
    dialled: Option<ExtensionId>,
    sent: Option<ExtensionId>,
) -> Option<Target> {
    let [code, number] = parts;
    let mut target = text::exact::<{ limits::NUMBER_BYTES }>(code)?;
    target.push_str(number).ok()?;
    let proxy = |extension: ExtensionId| config.read(ext::PROXY.of(extension.number()));
    if let (Some(dialled), Some(sent)) = (dialled, sent)
        && proxy(dialled) != proxy(sent)
        && !target.contains(['@', ':'])
    {
        write!(target, "@{}", proxy(dialled)).ok()?;
    }
    Some(target).filter(|target| !target.is_empty())
}

pub(super) fn push(turn: &mut Turn<'_>, key: LineKey, wish: appearance::Order) {
    let _full = turn.orders.push(Order { line: Some(key), wish });
}
