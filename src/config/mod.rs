//! The phone's settings by their tags.
//!
//! A setting has the tag that it bears in a profile (`Proxy_1_`: the proxy of extension 1) and a typed value.
//! An empty text brings back the factory default; the empty text itself is written `""`. What is refused
//! changes nothing, and the error says what was expected.
//!
//! ```
//! use deskphone::config::Config;
//! let mut config = Config::new();
//! config.set("Proxy_1_", "pbx.example.com").unwrap();
//! config.set("SIP_T1", ".25").unwrap();
//! assert_eq!(config.sip.t1_ms, 250);
//! assert_eq!(
//!     config.set("SIP_Port_2_", "many").unwrap_err().to_string(),
//!     "SIP_Port_2_: expected a port, 0 to 65535"
//! );
//! assert_eq!(config.set("Coffee", "yes").unwrap_err().to_string(), "Coffee: no such setting");
//! ```

mod table;
pub mod value;

pub use value::{Expected, PreferredDevice, SettingError};

use core::fmt;
use core::net::IpAddr;

use heapless::String;
use zeroize::Zeroize;

use crate::limits;
use crate::sdp::Codec;
use crate::transaction::Transport;

/// All settings.
#[derive(Clone, Debug)]
pub struct Config {
    /// The `SIP` tab.
    pub sip: Sip,
    /// The `Regional` tab.
    pub regional: Regional,
    /// The line keys of the `Phone` tab.
    pub line_keys: [LineKey; limits::LINE_KEYS],
    /// The `Ext` tabs.
    pub extensions: [Extension; limits::EXTENSIONS],
    /// The `User` tab.
    pub user: User,
}

/// The `SIP` tab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sip {
    /// `Max Forward`.
    pub max_forward: u8,
    /// `Max Redirection`.
    pub max_redirection: u8,
    /// `Max Auth`.
    pub max_auth: u8,
    /// `SIP User Agent Name`; `None`: the factory's `$VERSION`.
    pub user_agent_name: Option<String<63>>,
    /// `SIP Server Name`; `None`: the factory's `$VERSION`.
    pub server_name: Option<String<63>>,
    /// `RFC 2543 Call Hold`.
    pub rfc_2543_call_hold: bool,
    /// `SIP T1`.
    pub t1_ms: u32,
    /// `SIP T2`.
    pub t2_ms: u32,
    /// `SIP T4`.
    pub t4_ms: u32,
    /// `SIP Timer B`.
    pub timer_b_ms: u32,
    /// `SIP Timer F`.
    pub timer_f_ms: u32,
    /// `SIP Timer H`.
    pub timer_h_ms: u32,
    /// `SIP Timer D`.
    pub timer_d_ms: u32,
    /// `SIP Timer J`.
    pub timer_j_ms: u32,
    /// `INVITE Expires`.
    pub invite_expires_s: u32,
    /// `Reg Min Expires`.
    pub reg_min_expires_s: u32,
    /// `Reg Max Expires`.
    pub reg_max_expires_s: u32,
    /// `Reg Retry Intvl`.
    pub reg_retry_s: u32,
    /// `Reg Retry Long Intvl`.
    pub reg_retry_long_s: u32,
    /// `Reg Retry Intvl Cap`.
    pub reg_retry_cap_s: u32,
    /// `Retry Reg RSC`.
    pub retry_reg_rsc: String<39>,
    /// `RTP Port Min`.
    pub rtp_port_min: u16,
    /// `RTP Port Max`.
    pub rtp_port_max: u16,
    /// `RTP Packet Size`.
    pub rtp_packet_ms: u16,
    /// `AVT Dynamic Payload`.
    pub avt_dynamic_payload: u8,
    /// `Handle VIA received`.
    pub handle_via_received: bool,
    /// `Handle VIA rport`.
    pub handle_via_rport: bool,
    /// `Insert VIA received`.
    pub insert_via_received: bool,
    /// `Insert VIA rport`.
    pub insert_via_rport: bool,
    /// `Send Resp To Src Port`.
    pub send_resp_to_src_port: bool,
    /// `EXT IP`; `None`: 0.0.0.0.
    pub ext_ip: Option<IpAddr>,
}

/// The `Regional` tab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Regional {
    /// `Interdigit Long Timer`.
    pub interdigit_long_ms: u32,
    /// `Reorder Delay`, seconds; 255 (`inf`): never.
    pub reorder_delay_s: u8,
}

/// A line key of the `Phone` tab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineKey {
    /// `Extension`: the number of the extension that it is an appearance of; `None`: `Disabled`.
    pub extension: Option<u8>,
    /// `Short Name`; empty: the extension's user id.
    pub short_name: String<15>,
}

/// An `Ext` tab.
#[derive(Clone)]
pub struct Extension {
    /// `Line Enable`.
    pub line_enable: bool,
    /// `SIP Transport`.
    pub sip_transport: Transport,
    /// `SIP Port`.
    pub sip_port: u16,
    /// `Proxy`.
    pub proxy: String<63>,
    /// `Use Outbound Proxy`.
    pub use_outbound_proxy: bool,
    /// `Outbound Proxy`.
    pub outbound_proxy: String<63>,
    /// `Use OB Proxy In Dialog`.
    pub use_ob_proxy_in_dialog: bool,
    /// `Register`.
    pub register: bool,
    /// `Register Expires`.
    pub register_expires_s: u32,
    /// `Make Call Without Reg`.
    pub make_call_without_reg: bool,
    /// `Ans Call Without Reg`.
    pub ans_call_without_reg: bool,
    /// `Display Name`.
    pub display_name: String<23>,
    /// `User ID`.
    pub user_id: String<47>,
    /// `Password`.
    pub password: String<23>,
    /// `Auth ID`.
    pub auth_id: String<39>,
    /// `Use Auth ID`.
    pub use_auth_id: bool,
    /// `Preferred Codec`.
    pub preferred_codec: Codec,
    /// `Use Pref Codec Only`.
    pub use_pref_codec_only: bool,
    /// `Default Ring`: 1 to 10.
    pub default_ring: u8,
}

/// The `User` tab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// `CW Setting`.
    pub cw_setting: bool,
    /// `Preferred Audio Device`.
    pub preferred_audio_device: PreferredDevice,
    /// `Ringer Volume`, 0 to 15.
    pub ringer_volume: u8,
    /// `Speaker Volume`, 0 to 15.
    pub speaker_volume: u8,
    /// `Handset Volume`, 0 to 15.
    pub handset_volume: u8,
    /// `Headset Volume`, 0 to 15.
    pub headset_volume: u8,
}

impl Config {
    /// The factory's settings.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            sip: Sip::new(),
            regional: Regional { interdigit_long_ms: 10_000, reorder_delay_s: 5 },
            line_keys: [const { LineKey::new() }; limits::LINE_KEYS],
            extensions: [Extension::new(1), Extension::new(2), Extension::new(3), Extension::new(4)],
            user: User {
                cw_setting: true,
                preferred_audio_device: PreferredDevice::Speaker,
                ringer_volume: 8,
                speaker_volume: 8,
                handset_volume: 12,
                headset_volume: 10,
            },
        }
    }

    /// Gives a setting a value.
    ///
    /// # Errors
    /// There is no such setting, or it does not take such a value; nothing has changed then.
    pub fn set(&mut self, tag: &str, value: &str) -> Result<(), SettingError> {
        table::set(self, tag, value)
    }
}

impl Sip {
    const fn new() -> Self {
        Self {
            max_forward: 70,
            max_redirection: 5,
            max_auth: 2,
            user_agent_name: None,
            server_name: None,
            rfc_2543_call_hold: true,
            t1_ms: 500,
            t2_ms: 4_000,
            t4_ms: 5_000,
            timer_b_ms: 32_000,
            timer_f_ms: 32_000,
            timer_h_ms: 32_000,
            timer_d_ms: 32_000,
            timer_j_ms: 32_000,
            invite_expires_s: 240,
            reg_min_expires_s: 1,
            reg_max_expires_s: 7_200,
            reg_retry_s: 30,
            reg_retry_long_s: 1_200,
            reg_retry_cap_s: 0,
            retry_reg_rsc: String::new(),
            rtp_port_min: 16_384,
            rtp_port_max: 16_482,
            rtp_packet_ms: 30,
            avt_dynamic_payload: 101,
            handle_via_received: false,
            handle_via_rport: false,
            insert_via_received: false,
            insert_via_rport: false,
            send_resp_to_src_port: false,
            ext_ip: None,
        }
    }
}

impl LineKey {
    const fn new() -> Self {
        Self { extension: Some(1), short_name: String::new() }
    }
}

impl Extension {
    /// The factory's settings of an extension by its number: each listens on a port of its own.
    const fn new(number: u8) -> Self {
        let sip_port = match number {
            1 => 5_060,
            2 => 5_061,
            3 => 5_062,
            _ => 5_063,
        };
        Self {
            line_enable: true,
            sip_transport: Transport::Udp,
            sip_port,
            proxy: String::new(),
            use_outbound_proxy: false,
            outbound_proxy: String::new(),
            use_ob_proxy_in_dialog: true,
            register: true,
            register_expires_s: 3_600,
            make_call_without_reg: false,
            ans_call_without_reg: false,
            display_name: String::new(),
            user_id: String::new(),
            password: String::new(),
            auth_id: String::new(),
            use_auth_id: false,
            preferred_codec: Codec::Pcmu,
            use_pref_codec_only: false,
            default_ring: 1,
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Extension {
    fn drop(&mut self) {
        self.password.zeroize();
    }
}

impl fmt::Debug for Extension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Extension")
            .field("user_id", &self.user_id)
            .field("proxy", &self.proxy)
            .finish_non_exhaustive()
    }
}
