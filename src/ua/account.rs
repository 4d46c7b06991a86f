//! What the user agent must know of an extension and of the phone, as plain values.

use core::fmt;
use core::net::IpAddr;
use heapless::{String, Vec};
use zeroize::Zeroize;

use super::challenge::Identity;
use super::identity::CallerIdHeader;
use super::nat::KeepAliveMessage;
use crate::sdp::Codec;

/// One extension, from the settings of its `Ext` tab. The default is a disabled one.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// `Line Enable`.
    pub enabled: bool,
    /// `Register`: keep a binding at the registrar.
    pub register: bool,
    /// `Register Expires`, seconds.
    pub register_expires_s: u32,
    /// `Make Call Without Reg`.
    pub call_without_registration: bool,
    /// `Ans Call Without Reg`.
    pub answer_without_registration: bool,
    /// `Proxy`: host, optionally `:port`. Also the domain of the address-of-record.
    pub proxy: String<63>,
    /// `Outbound Proxy` when `Use Outbound Proxy` is on, else empty.
    pub outbound_proxy: String<63>,
    /// `Use OB Proxy In Dialog`.
    pub outbound_proxy_in_dialog: bool,
    /// `User ID`.
    pub user: String<47>,
    /// `Shared User ID` of an extension that is shared with other stations: whose line it is; empty: the user
    /// id's.
    pub shared_user: String<63>,
    /// `Display Name`.
    pub display_name: String<23>,
    /// The name that credentials go under: `Auth ID` when `Use Auth ID` is on, else the user id.
    pub auth_user: String<47>,
    /// `Password`.
    pub password: String<23>,
    /// `SIP Transport`.
    pub transport: crate::transaction::Transport,
    /// `SIP Port`: the local port that the extension sends from and listens on.
    pub port: u16,
    /// `Auth INVITE`: a caller has to know our password.
    pub auth_invite: bool,
    /// `Auth Page`: a caller who wants to be answered by itself has to know a password.
    pub auth_page: bool,
    /// `Auth Page Realm`: what that password is asked for; empty: the proxy, as for other requests.
    pub auth_page_realm: String<31>,
    /// `Auth Page Password`; empty: our own.
    pub auth_page_password: String<31>,
    /// `SIP Proxy-Require`: what a proxy must support; empty: no Proxy-Require header.
    pub proxy_require: String<31>,
    /// `SIP Remote-Party-ID`: say who we are in Remote-Party-ID too.
    pub remote_party_id: bool,
    /// `Use Anonymous With RPID`: From is anonymous too when a call hides us.
    pub anonymous_with_remote_party_id: bool,
    /// `Mailbox ID`: the user or URI whose mailbox is subscribed to while the extension is registered; empty:
    /// it may tell unasked.
    pub mailbox: String<63>,
    /// `Subscription Expires`, seconds.
    pub subscription_expires_s: u32,
    /// `Referor Bye Delay`, seconds: how long the far end may take to tell how a transfer goes.
    pub referor_bye_delay_s: u8,
    /// `Referee Bye Delay`, seconds: how long a call stays that sent us to another which stands now.
    pub referee_bye_delay_s: u8,
    /// `Refer Target Bye Delay`, seconds: how long a call stays that another has taken the place of.
    pub refer_target_bye_delay_s: u8,
    /// `Refer-To Target Contact`: an attended transfer names the target's Contact, not its address.
    pub refer_to_contact: bool,
    /// `Ntfy Refer On 1xx-To-Inv`: who sent us elsewhere hears of ringing, too.
    pub notify_refer_on_1xx: bool,
    /// `Auth Resync-Reboot`: a NOTIFY that wants the phone to resync or reboot must show the password.
    pub authenticate_resync: bool,
    /// `SIP 100REL Enable`: provisional responses are sent reliably to who can take them, and asked for
    /// (RFC 3262).
    pub reliable_provisional: bool,
    /// `Sticky 183`: after the first 183, ringing (180) is not told any more.
    pub sticky_183: bool,
    /// `Use DNS SRV`: names of proxies without a port are looked up as services.
    pub use_dns_srv: bool,
    /// `DNS SRV Auto Prefix`: `_sip._udp.` and the like are put before the name.
    pub dns_srv_auto_prefix: bool,
    /// `Proxy Fallback Intvl`, seconds: how long a server that failed is put aside.
    pub proxy_fallback_s: u32,
    /// `Proxy Redundancy Method`.
    pub proxy_redundancy: Redundancy,
    /// `NAT Mapping Enable`: the address that others see of us stands in Contact and session descriptions.
    pub nat_mapping: bool,
    /// `NAT Keep Alive Enable`.
    pub keep_alive: bool,
    /// `NAT Keep Alive Msg`.
    pub keep_alive_message: KeepAliveMessage,
    /// `NAT Keep Alive Dest`: a host, optionally with a port; empty: `$PROXY`, the current server.
    pub keep_alive_destination: String<63>,
    /// `EXT SIP Port`: the port to show instead of our own.
    pub external_port: Option<u16>,
    /// The codecs to offer, best first; [`preferred_codecs`](super::preferred_codecs) makes the list of the
    /// settings.
    pub codecs: Vec<Codec, { crate::limits::CODECS }>,
}

/// Keys of SRTP in session descriptions (RFC 4568). They stand there in clear: the signalling has to be
/// protected for them to be worth anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Srtp {
    /// Plain RTP only; an offer of SRTP is refused.
    Off,
    /// Who offers SRTP gets it; our own calls are plain.
    Answered,
    /// Our own calls offer SRTP and nothing else.
    Offered,
}

/// `Proxy Redundancy Method`: which servers of a service stand in for each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redundancy {
    /// All of them.
    Normal,
    /// Those with the port of the first one.
    SrvPort,
}

impl Account {
    /// A disabled account with the defaults of the reference phone.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            enabled: false,
            register: true,
            register_expires_s: 3_600,
            call_without_registration: false,
            answer_without_registration: false,
            proxy: String::new(),
            outbound_proxy: String::new(),
            outbound_proxy_in_dialog: true,
            user: String::new(),
            shared_user: String::new(),
            display_name: String::new(),
            auth_user: String::new(),
            password: String::new(),
            transport: crate::transaction::Transport::Udp,
            port: 5_060,
            auth_invite: false,
            auth_page: false,
            auth_page_realm: String::new(),
            auth_page_password: String::new(),
            proxy_require: String::new(),
            remote_party_id: true,
            anonymous_with_remote_party_id: true,
            mailbox: String::new(),
            subscription_expires_s: 3_600,
            referor_bye_delay_s: 4,
            referee_bye_delay_s: 0,
            refer_target_bye_delay_s: 0,
            refer_to_contact: false,
            notify_refer_on_1xx: true,
            authenticate_resync: true,
            reliable_provisional: false,
            sticky_183: false,
            use_dns_srv: false,
            dns_srv_auto_prefix: false,
            proxy_fallback_s: 3_600,
            proxy_redundancy: Redundancy::Normal,
            nat_mapping: false,
            keep_alive: false,
            keep_alive_message: KeepAliveMessage::Notify,
            keep_alive_destination: String::new(),
            external_port: None,
            codecs: Vec::new(),
        }
    }

    /// Whose name and password answer challenges.
    pub(super) fn identity(&self) -> Identity<'_> {
        Identity { user: &self.auth_user, password: &self.password }
    }

    /// The account as the shared line's other stations and its server know it.
    pub(super) fn shared(&self) -> Self {
        let mut shared = self.clone();
        if let Some(user) = crate::base::text::exact(&self.shared_user).filter(|user| !user.is_empty()) {
            shared.user = user;
        }
        shared
    }

    /// Where requests go first: the outbound proxy, or the proxy.
    pub(super) fn server(&self) -> &str {
        if self.outbound_proxy.is_empty() { &self.proxy } else { &self.outbound_proxy }
    }

    /// The domain of the address-of-record: the proxy, without the labels of a service.
    pub(super) fn domain(&self) -> &str {
        let labels = ["_sip._udp.", "_sip._tcp.", "_sips._tcp."];
        let named = labels.into_iter().find_map(|labels| self.proxy.strip_prefix(labels));
        named.unwrap_or(&self.proxy)
    }

    /// Whether a binding is to be kept at the registrar.
    pub(super) fn wants_binding(&self) -> bool {
        self.register && self.can_register()
    }

    /// Whether a binding of `other` would be one of ours too: the same address-of-record at the same server,
    /// asked for in the same words.
    pub(super) fn binds_as(&self, other: &Self) -> bool {
        self.proxy == other.proxy
            && self.outbound_proxy == other.outbound_proxy
            && self.user == other.user
            && self.display_name == other.display_name
            && self.auth_user == other.auth_user
            && self.password == other.password
            && self.transport == other.transport
            && self.port == other.port
            && self.use_dns_srv == other.use_dns_srv
            && self.dns_srv_auto_prefix == other.dns_srv_auto_prefix
            && self.proxy_redundancy == other.proxy_redundancy
            && self.nat_mapping == other.nat_mapping
            && self.external_port == other.external_port
            && self.register_expires_s == other.register_expires_s
    }

    /// Whether both speak of the same address-of-record at the same server.
    pub(super) fn is_same_party(&self, other: &Self) -> bool {
        self.user == other.user
            && self.proxy == other.proxy
            && self.outbound_proxy == other.outbound_proxy
            && self.auth_user == other.auth_user
            && self.password == other.password
    }

    /// Whether there is anything to register, and anywhere.
    pub(super) fn can_register(&self) -> bool {
        self.enabled && !self.user.is_empty() && !self.proxy.is_empty()
    }
}

impl Default for Account {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        self.password.zeroize();
        self.auth_page_password.zeroize();
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("enabled", &self.enabled)
            .field("user", &self.user)
            .field("proxy", &self.proxy)
            .finish_non_exhaustive()
    }
}

/// What all extensions share, from the `SIP` tab.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `SIP T1` to `SIP Timer J`.
    pub timers: crate::transaction::Timers,
    /// `Max Forward`.
    pub max_forwards: u8,
    /// `Max Redirection`: 3xx answers that one call follows.
    pub max_redirection: u8,
    /// `Max Auth`: challenges that one request answers.
    pub max_auth: u8,
    /// `SIP User Agent Name`; empty: no User-Agent header.
    pub user_agent: String<63>,
    /// `SIP Server Name`; empty: no Server header.
    pub server: String<63>,
    /// `SIP Reg User Agent Name`: the User-Agent of REGISTER; empty: as in other requests.
    pub register_user_agent: String<63>,
    /// `SIP Accept Language`; empty: no Accept-Language header.
    pub accept_language: String<31>,
    /// `Use Compact Header`: our requests have compact header names.
    pub compact_headers: bool,
    /// `Remove Last Reg`: a binding that a change leaves behind is removed first.
    pub remove_last_registration: bool,
    /// `Caller ID Header`: what says who calls.
    pub caller_id_header: CallerIdHeader,
    /// `Escape Display Name`: our name is always between quotes.
    pub escape_display_name: bool,
    /// `INVITE Expires`, seconds; 0: no Expires header.
    pub invite_expires_s: u32,
    /// `ReINVITE Expires`, seconds; 0: no Expires header in a re-INVITE, and no such limit.
    pub reinvite_expires_s: u32,
    /// The session interval that we ask for by ourselves (RFC 4028), seconds; 0: only the peer asks. The
    /// reference phone has no setting for it.
    pub session_expires_s: u32,
    /// The shortest session interval that we accept, seconds; 90 at least (RFC 4028 §5).
    pub session_expires_min_s: u32,
    /// `Reg Min Expires`, seconds.
    pub register_min_expires_s: u32,
    /// `Reg Max Expires`, seconds.
    pub register_max_expires_s: u32,
    /// `Reg Retry Intvl`, seconds.
    pub register_retry_s: u32,
    /// `Reg Retry Long Intvl`, seconds; 0: do not retry.
    pub register_retry_long_s: u32,
    /// `Reg Retry Intvl Cap`, seconds: the short interval doubles with each failure up to this; 0: it does
    /// not.
    pub register_retry_cap_s: u32,
    /// `Retry Reg RSC`, a template of statuses (`404, 5*`) that are retried after the short interval.
    pub register_retry_statuses: String<39>,
    /// `Reg Retry Random Delay`, seconds: up to so much is added to the short interval by chance.
    pub register_retry_random_s: u32,
    /// `Reg Retry Long Random Delay`, seconds: the same for the long one.
    pub register_retry_long_random_s: u32,
    /// `Try Backup RSC`, a template of statuses after which a request goes on to the next server.
    pub try_backup_statuses: String<39>,
    /// `Sub Min Expires`, seconds.
    pub subscribe_min_expires_s: u32,
    /// `Sub Max Expires`, seconds.
    pub subscribe_max_expires_s: u32,
    /// `Sub Retry Intvl`, seconds.
    pub subscribe_retry_s: u32,
    /// `RFC 2543 Call Hold`: hold offers carry `c=0.0.0.0`.
    pub rfc2543_hold: bool,
    /// `SRTP Method` and `Secure Call Setting`: whether audio is SRTP with keys in session descriptions.
    pub srtp: Srtp,
    /// `RTP Port Min`.
    pub rtp_port_min: u16,
    /// `RTP Port Max`.
    pub rtp_port_max: u16,
    /// `RTP Packet Size`, milliseconds.
    pub packet_ms: u16,
    /// `Stats In BYE`: the end of a call says how it sounded.
    pub stats_in_bye: bool,
    /// `AVT Dynamic Payload`: telephone events in our offers; `None`: no such offer.
    pub dtmf_payload_type: Option<u8>,
    /// `AVT Codec Name`: what our descriptions call telephone events; empty: `telephone-event`.
    pub dtmf_codec_name: String<31>,
    /// `DTMF Relay MIME Type`: the body of our INFO requests with digits; empty: `application/dtmf-relay`.
    pub dtmf_relay_type: String<31>,
    /// `Talk Package`: NOTIFY `Event: talk` answers and resumes.
    pub talk_package: bool,
    /// `Hold Package`: NOTIFY `Event: hold` holds.
    pub hold_package: bool,
    /// `Handle VIA received`: learn from responses at which address others see us.
    pub handle_via_received: bool,
    /// `Handle VIA rport`: learn from responses at which port others see us.
    pub handle_via_rport: bool,
    /// `Substitute VIA Addr`: the address that others see stands in our Via too.
    pub substitute_via_address: bool,
    /// `Send Resp To Src Port`: answer to the port that a request came from even if its sender did not ask.
    pub respond_to_source_port: bool,
    /// `EXT IP`: the address to show instead of our own.
    pub external_address: Option<IpAddr>,
    /// `STUN Server` when `STUN Enable` is on, else empty: a host, optionally with a port.
    pub stun_server: String<63>,
    /// `NAT Keep Alive Intvl`, seconds; 0: none.
    pub keep_alive_s: u16,
    /// `EXT RTP Port Min`: the port that others see as `RTP Port Min`; the other ports follow it.
    pub external_rtp_port_min: Option<u16>,
}

impl Settings {
    /// The defaults of the reference phone.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            timers: crate::transaction::Timers::RFC_3261,
            max_forwards: 70,
            max_redirection: 5,
            max_auth: 2,
            user_agent: String::new(),
            server: String::new(),
            register_user_agent: String::new(),
            accept_language: String::new(),
            compact_headers: false,
            remove_last_registration: false,
            caller_id_header: CallerIdHeader::PaidRpidFrom,
            escape_display_name: false,
            invite_expires_s: 240,
            reinvite_expires_s: 30,
            session_expires_s: 0,
            session_expires_min_s: 90,
            register_min_expires_s: 1,
            register_max_expires_s: 7_200,
            register_retry_s: 30,
            register_retry_long_s: 1_200,
            register_retry_cap_s: 0,
            register_retry_statuses: String::new(),
            register_retry_random_s: 0,
            register_retry_long_random_s: 0,
            try_backup_statuses: String::new(),
            subscribe_min_expires_s: 10,
            subscribe_max_expires_s: 7_200,
            subscribe_retry_s: 10,
            rfc2543_hold: true,
            srtp: Srtp::Off,
            rtp_port_min: 16_384,
            rtp_port_max: 16_482,
            packet_ms: 30,
            stats_in_bye: false,
            dtmf_payload_type: Some(101),
            dtmf_codec_name: String::new(),
            dtmf_relay_type: String::new(),
            talk_package: false,
            hold_package: false,
            handle_via_received: false,
            handle_via_rport: false,
            substitute_via_address: false,
            respond_to_source_port: false,
            external_address: None,
            external_rtp_port_min: None,
            stun_server: String::new(),
            keep_alive_s: 15,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::new()
    }
}
