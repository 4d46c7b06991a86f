//! From settings by tag to the plain values that calls and the user agent work with.

use heapless::Vec;

use super::Phone;
use crate::base::{bounded, text};
use crate::calls::{self, AudioDevice};
use crate::config::{self, Config, PreferredDevice};
use crate::limits;
use crate::sdp::Codec;
use crate::transaction::Timers;
use crate::ua::{self, ExtensionId};

/// What `$VERSION` stands for in `SIP User Agent Name`.
const VERSION: &str = concat!("deskphone/", env!("CARGO_PKG_VERSION"));

/// `Reorder Delay` at this many seconds is `inf`.
const NEVER_S: u8 = u8::MAX;

impl Phone {
    /// Gives every layer the settings as they are now.
    pub(super) fn apply(&mut self, now: crate::base::Instant) {
        self.applied = true;
        *self.ua.settings_mut() = user_agent(&self.config);
        for (id, extension) in ExtensionId::ALL.into_iter().zip(&self.config.extensions) {
            self.ua.set_account(id, &account(extension));
        }
        self.calls.configure(now, calls(&self.config));
    }
}

fn account(extension: &config::Extension) -> ua::Account {
    let auth_id = if extension.use_auth_id { extension.auth_id.as_str() } else { extension.user_id.as_str() };
    let outbound = if extension.use_outbound_proxy { extension.outbound_proxy.as_str() } else { "" };
    let mut account = ua::Account::new();
    account.enabled = extension.line_enable;
    account.register = extension.register;
    account.register_expires_s = extension.register_expires_s;
    account.call_without_registration = extension.make_call_without_reg;
    account.answer_without_registration = extension.ans_call_without_reg;
    account.proxy = extension.proxy.clone();
    account.outbound_proxy = text::shortened(outbound);
    account.outbound_proxy_in_dialog = extension.use_ob_proxy_in_dialog;
    account.user = extension.user_id.clone();
    account.display_name = extension.display_name.clone();
    account.auth_user = text::shortened(auth_id);
    account.password = extension.password.clone();
    account.transport = extension.sip_transport;
    account.port = extension.sip_port;
    account.codecs = codecs(extension);
    account
}

/// The preferred codec first, and the others unless it is to be the only one.
fn codecs(extension: &config::Extension) -> Vec<Codec, { limits::CODECS }> {
    let preferred = extension.preferred_codec;
    let others = Codec::ALL.into_iter().filter(|codec| *codec != preferred && !extension.use_pref_codec_only);
    bounded::filled(core::iter::once(preferred).chain(others))
}

fn user_agent(config: &Config) -> ua::Settings {
    let sip = &config.sip;
    let name = |name: &Option<heapless::String<63>>| match name {
        Some(name) => name.clone(),
        None => text::shortened(VERSION),
    };
    ua::Settings {
        timers: Timers {
            t1_ms: sip.t1_ms,
            t2_ms: sip.t2_ms,
            t4_ms: sip.t4_ms,
            b_ms: sip.timer_b_ms,
            d_ms: sip.timer_d_ms,
            f_ms: sip.timer_f_ms,
            h_ms: sip.timer_h_ms,
            j_ms: sip.timer_j_ms,
        },
        max_forwards: sip.max_forward,
        max_redirection: sip.max_redirection,
        max_auth: sip.max_auth,
        user_agent: name(&sip.user_agent_name),
        server: name(&sip.server_name),
        invite_expires_s: sip.invite_expires_s,
        register_min_expires_s: sip.reg_min_expires_s,
        register_max_expires_s: sip.reg_max_expires_s,
        register_retry_s: sip.reg_retry_s,
        register_retry_long_s: sip.reg_retry_long_s,
        register_retry_cap_s: sip.reg_retry_cap_s,
        register_retry_statuses: sip.retry_reg_rsc.clone(),
        rfc2543_hold: sip.rfc_2543_call_hold,
        rtp_port_min: sip.rtp_port_min,
        rtp_port_max: sip.rtp_port_max,
        packet_ms: sip.rtp_packet_ms,
        dtmf_payload_type: Some(sip.avt_dynamic_payload),
        handle_via_received: sip.handle_via_received,
        handle_via_rport: sip.handle_via_rport,
        insert_via_rport: sip.insert_via_rport,
        respond_to_source_port: sip.send_resp_to_src_port,
        external_address: sip.ext_ip,
        // Those that have no tag yet.
        ..ua::Settings::new()
    }
}

fn calls(config: &Config) -> calls::Settings {
    let mut settings = calls::Settings::new();
    for (line, key) in settings.lines.iter_mut().zip(&config.line_keys) {
        let extension = key.extension.and_then(ExtensionId::new).and_then(|id| {
            config.extensions.get(id.index()).filter(|extension| extension.line_enable).map(|ext| (id, ext))
        });
        let Some((id, extension)) = extension else { continue };
        line.extension = Some(id);
        line.label = if key.short_name.is_empty() {
            text::shortened(&extension.user_id)
        } else {
            key.short_name.clone()
        };
    }
    let free = settings.call_without_registration.iter_mut().zip(&mut settings.ring);
    for ((free, ring), extension) in free.zip(&config.extensions) {
        *free = extension.make_call_without_reg;
        *ring = extension.default_ring;
    }
    settings.call_waiting = config.user.cw_setting;
    settings.preferred_device = match config.user.preferred_audio_device {
        PreferredDevice::Speaker => AudioDevice::Speaker,
        PreferredDevice::Headset => AudioDevice::Headset,
    };
    settings.timing = calls::Timing {
        interdigit_long_ms: config.regional.interdigit_long_ms,
        reorder_delay_ms: match config.regional.reorder_delay_s {
            NEVER_S => None,
            delay_s => Some(u32::from(delay_s).saturating_mul(1_000)),
        },
    };
    settings
}
