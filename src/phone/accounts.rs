//! From settings by tag to the plain values that the user agent works with.

use heapless::{String, Vec};

use super::Phone;
use crate::base::text;
use crate::config::catalogue::{ext, sip, user};
use crate::config::{Config, Setting, kind};
use crate::limits;
use crate::sdp::Codec;
use crate::transaction::{Timers, Transport};
use crate::ua::{self, CallerIdHeader, ExtensionId, Redundancy, Srtp};

/// What `$VERSION` stands for in `SIP User Agent Name`.
const VERSION: &str = concat!("deskphone/", env!("CARGO_PKG_VERSION"));

impl Phone {
    /// Gives every layer the settings as they are now.
    pub(super) fn apply(&mut self, now: crate::base::Instant) {
        self.applied = true;
        *self.ua.settings_mut() = user_agent(&self.config);
        for extension in ExtensionId::ALL {
            self.ua.set_account(extension, &account(&self.config, extension.number()));
        }
        self.calls.configure(now, &self.config);
    }
}

/// The `Ext` tab of an extension.
fn account(config: &Config, n: u8) -> ua::Account {
    let mut account = ua::Account::new();
    subscriber(config, n, &mut account);
    servers(config, n, &mut account);
    account.enabled = config.read(ext::LINE_ENABLE.of(n));
    account.call_without_registration = config.read(ext::MAKE_CALL_WITHOUT_REG.of(n));
    account.answer_without_registration = config.read(ext::ANS_CALL_WITHOUT_REG.of(n));
    account.transport = match config.read(ext::SIP_TRANSPORT.of(n)) {
        "TCP" => Transport::Tcp,
        "TLS" => Transport::Tls,
        _ => Transport::Udp,
    };
    account.port = config.read(ext::SIP_PORT.of(n));
    account.auth_invite = config.read(ext::AUTH_INVITE.of(n));
    account.auth_page = config.read(ext::AUTH_PAGE.of(n));
    account.auth_page_realm = text::shortened(config.read(ext::AUTH_PAGE_REALM.of(n)));
    account.auth_page_password = text::shortened(config.read(ext::AUTH_PAGE_PASSWORD.of(n)));
    account.proxy_require = text::shortened(config.read(ext::SIP_PROXY_REQUIRE.of(n)));
    account.remote_party_id = config.read(ext::SIP_REMOTE_PARTY_ID.of(n));
    account.anonymous_with_remote_party_id = config.read(ext::USE_ANONYMOUS_WITH_RPID.of(n));
    account.authenticate_resync = config.read(ext::AUTH_RESYNC_REBOOT.of(n));
    account.reliable_provisional = config.read(ext::SIP_100REL_ENABLE.of(n));
    account.sticky_183 = config.read(ext::STICKY_183.of(n));
    account.referor_bye_delay_s = byte(config.read(ext::REFEROR_BYE_DELAY.of(n)));
    account.referee_bye_delay_s = byte(config.read(ext::REFEREE_BYE_DELAY.of(n)));
    account.refer_target_bye_delay_s = byte(config.read(ext::REFER_TARGET_BYE_DELAY.of(n)));
    account.refer_to_contact = config.read(ext::REFER_TO_TARGET_CONTACT.of(n));
    account.notify_refer_on_1xx = config.read(ext::NTFY_REFER_ON_1XX_TO_INV.of(n));
    account.mailbox = text::shortened(config.read(ext::MAILBOX_ID.of(n)));
    account.subscription_expires_s = config.read(ext::SUBSCRIPTION_EXPIRES.of(n));
    account.codecs = codecs(config, n);
    account
}

fn subscriber(config: &Config, n: u8, account: &mut ua::Account) {
    let user = config.read(ext::USER_ID.of(n));
    let auth_id = if config.read(ext::USE_AUTH_ID.of(n)) { config.read(ext::AUTH_ID.of(n)) } else { user };
    account.user = text::shortened(user);
    account.shared_user = match config.read(ext::SHARE_EXT.of(n)) {
        "shared" | "yes" => text::shortened(config.read(ext::SHARED_USER_ID.of(n))),
        _ => String::new(),
    };
    account.display_name = text::shortened(config.read(ext::DISPLAY_NAME.of(n)));
    account.auth_user = text::shortened(auth_id);
    account.password = text::shortened(config.read(ext::PASSWORD.of(n)));
}

fn servers(config: &Config, n: u8, account: &mut ua::Account) {
    let outbound = config.read(ext::USE_OUTBOUND_PROXY.of(n)).then(|| config.read(ext::OUTBOUND_PROXY.of(n)));
    account.proxy = text::shortened(config.read(ext::PROXY.of(n)));
    account.outbound_proxy = text::shortened(outbound.unwrap_or_default());
    account.outbound_proxy_in_dialog = config.read(ext::USE_OB_PROXY_IN_DIALOG.of(n));
    account.register = config.read(ext::REGISTER.of(n));
    account.register_expires_s = config.read(ext::REGISTER_EXPIRES.of(n));
    account.use_dns_srv = config.read(ext::USE_DNS_SRV.of(n));
    account.dns_srv_auto_prefix = config.read(ext::DNS_SRV_AUTO_PREFIX.of(n));
    account.proxy_fallback_s = config.read(ext::PROXY_FALLBACK_INTVL.of(n));
    account.proxy_redundancy = match config.read(ext::PROXY_REDUNDANCY_METHOD.of(n)) {
        "Based on SRV Port" => Redundancy::SrvPort,
        _ => Redundancy::Normal,
    };
    account.nat_mapping = config.read(ext::NAT_MAPPING_ENABLE.of(n));
    account.keep_alive = config.read(ext::NAT_KEEP_ALIVE_ENABLE.of(n));
    // The catalogue lets no longer message pass than can be sent.
    if let Some(message) = ua::KeepAliveMessage::parse(config.read(ext::NAT_KEEP_ALIVE_MSG.of(n))) {
        account.keep_alive_message = message;
    }
    account.keep_alive_destination = match config.read(ext::NAT_KEEP_ALIVE_DEST.of(n)) {
        "$PROXY" => String::new(),
        destination => text::shortened(destination),
    };
    account.external_port = some_port(config.read(ext::EXT_SIP_PORT.of(n)));
}

/// The codecs in the order of the settings, as far as the phone has them.
fn codecs(config: &Config, n: u8) -> Vec<Codec, { limits::CODECS }> {
    let preferred = codec(config.read(ext::PREFERRED_CODEC.of(n))).unwrap_or(Codec::Pcmu);
    let further = [ext::SECOND_PREFERRED_CODEC, ext::THIRD_PREFERRED_CODEC];
    let further = further.map(|setting| codec(config.read(setting.of(n))));
    // G.711 cannot be disabled.
    ua::preferred_codecs(preferred, further, config.read(ext::USE_PREF_CODEC_ONLY.of(n)), |_| true)
}

fn codec(name: &str) -> Option<Codec> {
    match name {
        "G711u" => Some(Codec::Pcmu),
        "G711a" => Some(Codec::Pcma),
        _ => None,
    }
}

/// The `SIP` tab.
fn user_agent(config: &Config) -> ua::Settings {
    let mut settings = ua::Settings::new();
    settings.timers = Timers {
        t1_ms: config.read(sip::SIP_T1),
        t2_ms: config.read(sip::SIP_T2),
        t4_ms: config.read(sip::SIP_T4),
        b_ms: config.read(sip::SIP_TIMER_B),
        d_ms: config.read(sip::SIP_TIMER_D),
        f_ms: config.read(sip::SIP_TIMER_F),
        h_ms: config.read(sip::SIP_TIMER_H),
        j_ms: config.read(sip::SIP_TIMER_J),
    };
    messages(config, &mut settings);
    retries(config, &mut settings);
    media(config, &mut settings);
    nat(config, &mut settings);
    settings
}

fn messages(config: &Config, settings: &mut ua::Settings) {
    settings.max_forwards = byte(config.read(sip::MAX_FORWARD));
    settings.max_redirection = byte(config.read(sip::MAX_REDIRECTION));
    settings.max_auth = byte(config.read(sip::MAX_AUTH));
    settings.user_agent = product(config, sip::SIP_USER_AGENT_NAME);
    settings.server = product(config, sip::SIP_SERVER_NAME);
    settings.register_user_agent = product(config, sip::SIP_REG_USER_AGENT_NAME);
    settings.accept_language = text::shortened(config.read(sip::SIP_ACCEPT_LANGUAGE));
    settings.remove_last_registration = config.read(sip::REMOVE_LAST_REG);
    settings.compact_headers = config.read(sip::USE_COMPACT_HEADER);
    settings.escape_display_name = config.read(sip::ESCAPE_DISPLAY_NAME);
    settings.caller_id_header = match config.read(sip::CALLER_ID_HEADER) {
        "PAID-FROM" => CallerIdHeader::PaidFrom,
        "RPID-PAID-FROM" => CallerIdHeader::RpidPaidFrom,
        "RPID-FROM" => CallerIdHeader::RpidFrom,
        "FROM" => CallerIdHeader::From,
        _ => CallerIdHeader::PaidRpidFrom,
    };
    settings.talk_package = config.read(sip::TALK_PACKAGE);
    settings.hold_package = config.read(sip::HOLD_PACKAGE);
    settings.rfc2543_hold = config.read(sip::RFC_2543_CALL_HOLD);
}

fn retries(config: &Config, settings: &mut ua::Settings) {
    settings.invite_expires_s = config.read(sip::INVITE_EXPIRES);
    settings.reinvite_expires_s = config.read(sip::REINVITE_EXPIRES);
    settings.register_min_expires_s = config.read(sip::REG_MIN_EXPIRES);
    settings.register_max_expires_s = config.read(sip::REG_MAX_EXPIRES);
    settings.register_retry_s = config.read(sip::REG_RETRY_INTVL);
    settings.register_retry_long_s = config.read(sip::REG_RETRY_LONG_INTVL);
    settings.register_retry_cap_s = config.read(sip::REG_RETRY_INTVL_CAP);
    settings.register_retry_random_s = config.read(sip::REG_RETRY_RANDOM_DELAY);
    settings.register_retry_long_random_s = config.read(sip::REG_RETRY_LONG_RANDOM_DELAY);
    settings.subscribe_min_expires_s = config.read(sip::SUB_MIN_EXPIRES);
    settings.subscribe_max_expires_s = config.read(sip::SUB_MAX_EXPIRES);
    settings.subscribe_retry_s = config.read(sip::SUB_RETRY_INTVL);
    settings.register_retry_statuses = text::shortened(config.text(sip::RETRY_REG_RSC.id()));
    settings.try_backup_statuses = text::shortened(config.text(sip::TRY_BACKUP_RSC.id()));
}

fn media(config: &Config, settings: &mut ua::Settings) {
    settings.rtp_port_min = config.read(sip::RTP_PORT_MIN);
    settings.rtp_port_max = config.read(sip::RTP_PORT_MAX);
    settings.packet_ms = u16::try_from(config.read(sip::RTP_PACKET_SIZE)).unwrap_or(u16::MAX);
    // The other method, x-sipura, begins in a call that stands and in clear.
    settings.srtp = match (config.read(sip::SRTP_METHOD), config.read(user::SECURE_CALL_SETTING)) {
        ("s-descriptor", true) => Srtp::Offered,
        ("s-descriptor", false) => Srtp::Answered,
        _ => Srtp::Off,
    };
    settings.stats_in_bye = config.read(sip::STATS_IN_BYE);
    settings.dtmf_payload_type = Some(byte(config.read(sip::AVT_DYNAMIC_PAYLOAD))).filter(|kind| *kind != 0);
    settings.dtmf_codec_name = text::shortened(config.read(sip::AVT_CODEC_NAME));
    settings.dtmf_relay_type = text::shortened(config.read(sip::DTMF_RELAY_MIME_TYPE));
}

fn nat(config: &Config, settings: &mut ua::Settings) {
    settings.handle_via_received = config.read(sip::HANDLE_VIA_RECEIVED);
    settings.handle_via_rport = config.read(sip::HANDLE_VIA_RPORT);
    settings.substitute_via_address = config.read(sip::SUBSTITUTE_VIA_ADDR);
    settings.respond_to_source_port = config.read(sip::SEND_RESP_TO_SRC_PORT);
    settings.external_address = config.read(sip::EXT_IP).map(Into::into);
    settings.keep_alive_s = u16::try_from(config.read(sip::NAT_KEEP_ALIVE_INTVL)).unwrap_or(u16::MAX);
    if config.read(sip::STUN_ENABLE) {
        settings.stun_server = text::shortened(config.read(sip::STUN_SERVER));
    }
    settings.external_rtp_port_min = some_port(config.read(sip::EXT_RTP_PORT_MIN));
}

/// The name of the product as a setting tells it.
fn product(config: &Config, setting: Setting<kind::Text>) -> String<63> {
    match config.read(setting) {
        "$VERSION" => text::shortened(VERSION),
        name => text::shortened(name),
    }
}

/// Port 0 is none.
fn some_port(port: u16) -> Option<u16> {
    Some(port).filter(|port| *port != 0)
}

/// The catalogue's limits keep such numbers below 256.
fn byte(number: u32) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}
