//! The phone itself: it registers, dials and is called, with everything that a host reads in between.

use super::{Static, Xorshift};
use core::hint::black_box;
use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use deskphone::base::{Instant, Writer};
use deskphone::phone::{CallState, DialKey, Hook, Input, Key, Network, Output, Phone};
use deskphone::sip::{Message, Method, Status, compose};
use deskphone::transaction::{Hop, Transport};

static PHONE: Static<Phone> = Static::new(Phone::new());

const SERVER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

struct Host {
    phone: &'static mut Phone,
    now: Instant,
    dice: Xorshift,
    /// Requests that the server saw, and how the phone answered its own.
    registered: u32,
    invited: u32,
    last_status: u16,
}

pub fn a_call_each_way() -> bool {
    // SAFETY: borrowed here only.
    let phone = unsafe { PHONE.borrow() };
    let mut host =
        Host { phone, now: Instant::ZERO, dice: Xorshift(7), registered: 0, invited: 0, last_status: 0 };
    let mut set = true;
    for (tag, value) in [("Proxy_1_", "192.0.2.1"), ("User_ID_1_", "101"), ("Password_1_", "pw101")] {
        set &= host.phone.set(host.now, black_box(tag), black_box(value)).is_ok();
    }
    host.step(Input::Network(Network::Up { address: black_box(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 101))) }));
    host.wait_ms(2_000);
    host.step(Input::Hook(Hook::OffHook));
    for key in "600#".chars().filter_map(DialKey::new) {
        host.step(Input::KeyDown(black_box(Key::Dial(key))));
        host.step(Input::KeyUp(Key::Dial(key)));
    }
    host.wait_ms(1_000);
    let calling = host.states().any(|state| matches!(state, CallState::Calling | CallState::Proceeding));
    host.step(Input::Hook(Hook::OnHook));
    host.wait_ms(40_000);
    host.call();
    let ringing = host.states().any(|state| state == CallState::Ringing);
    host.step(Input::Hook(Hook::OffHook));
    host.wait_ms(1_000);
    let answered = host.last_status == 200;
    host.step(Input::KeyDown(Key::Hold));
    host.step(Input::Network(Network::Down));
    host.wait_ms(120_000);
    set && host.registered > 0 && host.invited > 0 && calling && ringing && answered
}

impl Host {
    fn step(&mut self, input: Input<'_>) {
        self.phone.step(self.now, &mut self.dice, input);
        // An answer is an input itself; a bound keeps a fault from turning for ever.
        for _ in 0..64 {
            let mut reply = [0; 1_024];
            let Some((hop, length)) = self.carry_out(&mut reply) else { break };
            if let Some(bytes) = reply.get(..length).filter(|bytes| !bytes.is_empty()) {
                self.phone.step(self.now, &mut self.dice, Input::Message { arrival: hop, bytes });
            }
        }
        black_box(self.phone.view());
    }

    /// Takes one output; what the server answers to it is put into `reply`.
    fn carry_out(&mut self, reply: &mut [u8]) -> Option<(Hop, usize)> {
        let (hop, bytes) = match self.phone.poll()? {
            Output::Transmit { hop, bytes } => (hop, bytes),
            Output::Resolve { .. } | Output::MapPort(_) | Output::Compute(_) | Output::Notice(_) => {
                return self.carry_out(reply);
            }
        };
        let Ok(message) = Message::parse(bytes) else { return Some((hop, 0)) };
        let Some(method) = message.method() else {
            self.last_status = message.status().map_or(0, Status::code);
            return Some((hop, 0));
        };
        let status = match method {
            Method::Register => {
                self.registered += 1;
                Status::OK
            }
            Method::Invite => {
                self.invited += 1;
                Status::RINGING
            }
            Method::Ack => return Some((hop, 0)),
            _ => Status::OK,
        };
        let mut out = Writer::new(reply);
        let answer = compose::Reply { status, to_tag: Some(b"server"), source: None };
        compose::respond(&mut out, &message, &answer);
        if let Some(contact) = message.raw(deskphone::sip::HeaderName::Contact) {
            compose::header(&mut out, deskphone::sip::HeaderName::Contact, contact);
        }
        compose::finish_without_body(&mut out);
        Some((hop, out.finish().unwrap_or(0)))
    }

    /// A call comes in.
    fn call(&mut self) {
        let text = b"INVITE sip:101@192.0.2.101 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK9\r\n\
            Max-Forwards: 70\r\nFrom: \"Anna\" <sip:600@192.0.2.1>;tag=1\r\nTo: <sip:101@192.0.2.1>\r\n\
            Call-ID: in\r\nCSeq: 1 INVITE\r\nContact: <sip:600@192.0.2.1>\r\n\
            Content-Type: application/sdp\r\nContent-Length: 99\r\n\r\n\
            v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
            m=audio 4000 RTP/AVP 0\r\na=sendrecv\r\n";
        let remote = SocketAddr::new(SERVER, 5_060);
        let arrival = Hop { transport: Transport::Udp, remote, local_port: 5_060, connection: None };
        self.step(Input::Message { arrival, bytes: black_box(text) });
    }

    fn wait_ms(&mut self, ms: u64) {
        let end = self.now.plus_ms(ms);
        for _ in 0..10_000 {
            let Some(deadline) = self.phone.deadline().filter(|deadline| *deadline <= end) else { break };
            self.now = self.now.max(deadline);
            self.step(Input::Timeout);
        }
        self.now = end;
    }

    fn states(&self) -> impl Iterator<Item = CallState> {
        self.phone.view().lines.map(|line| line.state).into_iter()
    }
}
