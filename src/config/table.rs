//! The table of settings: one row each.

use super::value::Field::{self, *};
use super::{Config, Expected, Extension, LineKey, SettingError};
use crate::base::text;

/// A tag, and where in `T` its value is. In a tag, `n` between underscores stands for a number from 1 to 4.
struct Row<T> {
    tag: &'static str,
    field: fn(&mut T) -> Field<'_>,
}

const fn row<T>(tag: &'static str, field: fn(&mut T) -> Field<'_>) -> Row<T> {
    Row { tag, field }
}

const EXTENSION: &[Row<Extension>] = &[
    row("Line_Enable_n_", |ext| Flag(&mut ext.line_enable)),
    row("SIP_Transport_n_", |ext| Transport(&mut ext.sip_transport)),
    row("SIP_Port_n_", |ext| Port(&mut ext.sip_port)),
    row("Proxy_n_", |ext| Text(&mut ext.proxy)),
    row("Use_Outbound_Proxy_n_", |ext| Flag(&mut ext.use_outbound_proxy)),
    row("Outbound_Proxy_n_", |ext| Text(&mut ext.outbound_proxy)),
    row("Use_OB_Proxy_In_Dialog_n_", |ext| Flag(&mut ext.use_ob_proxy_in_dialog)),
    row("Register_n_", |ext| Flag(&mut ext.register)),
    row("Register_Expires_n_", |ext| Seconds(&mut ext.register_expires_s)),
    row("Make_Call_Without_Reg_n_", |ext| Flag(&mut ext.make_call_without_reg)),
    row("Ans_Call_Without_Reg_n_", |ext| Flag(&mut ext.ans_call_without_reg)),
    row("Display_Name_n_", |ext| Text(&mut ext.display_name)),
    row("User_ID_n_", |ext| Text(&mut ext.user_id)),
    row("Password_n_", |ext| Text(&mut ext.password)),
    row("Auth_ID_n_", |ext| Text(&mut ext.auth_id)),
    row("Use_Auth_ID_n_", |ext| Flag(&mut ext.use_auth_id)),
    row("Preferred_Codec_n_", |ext| Codec(&mut ext.preferred_codec)),
    row("Use_Pref_Codec_Only_n_", |ext| Flag(&mut ext.use_pref_codec_only)),
    row("Default_Ring__n__", |ext| Small(&mut ext.default_ring, 1, 10)),
];

const LINE_KEY: &[Row<LineKey>] = &[
    row("Extension_n_", |key| Extension(&mut key.extension)),
    row("Short_Name_n_", |key| Text(&mut key.short_name)),
];

const PHONE: &[Row<Config>] = &[
    row("Max_Forward", |all| Small(&mut all.sip.max_forward, 1, 255)),
    row("Max_Redirection", |all| Small(&mut all.sip.max_redirection, 0, 255)),
    row("Max_Auth", |all| Small(&mut all.sip.max_auth, 0, 255)),
    row("SIP_User_Agent_Name", |all| Name(&mut all.sip.user_agent_name)),
    row("SIP_Server_Name", |all| Name(&mut all.sip.server_name)),
    row("RFC_2543_Call_Hold", |all| Flag(&mut all.sip.rfc_2543_call_hold)),
    row("SIP_T1", |all| Millis(&mut all.sip.t1_ms)),
    row("SIP_T2", |all| Millis(&mut all.sip.t2_ms)),
    row("SIP_T4", |all| Millis(&mut all.sip.t4_ms)),
    row("SIP_Timer_B", |all| Millis(&mut all.sip.timer_b_ms)),
    row("SIP_Timer_F", |all| Millis(&mut all.sip.timer_f_ms)),
    row("SIP_Timer_H", |all| Millis(&mut all.sip.timer_h_ms)),
    row("SIP_Timer_D", |all| Millis(&mut all.sip.timer_d_ms)),
    row("SIP_Timer_J", |all| Millis(&mut all.sip.timer_j_ms)),
    row("INVITE_Expires", |all| Seconds(&mut all.sip.invite_expires_s)),
    row("Reg_Min_Expires", |all| Seconds(&mut all.sip.reg_min_expires_s)),
    row("Reg_Max_Expires", |all| Seconds(&mut all.sip.reg_max_expires_s)),
    row("Reg_Retry_Intvl", |all| Seconds(&mut all.sip.reg_retry_s)),
    row("Reg_Retry_Long_Intvl", |all| Seconds(&mut all.sip.reg_retry_long_s)),
    row("Reg_Retry_Intvl_Cap", |all| Seconds(&mut all.sip.reg_retry_cap_s)),
    row("Retry_Reg_RSC", |all| Text(&mut all.sip.retry_reg_rsc)),
    row("RTP_Port_Min", |all| Port(&mut all.sip.rtp_port_min)),
    row("RTP_Port_Max", |all| Port(&mut all.sip.rtp_port_max)),
    row("RTP_Packet_Size", |all| PacketTime(&mut all.sip.rtp_packet_ms)),
    row("AVT_Dynamic_Payload", |all| Small(&mut all.sip.avt_dynamic_payload, 96, 127)),
    row("Handle_VIA_received", |all| Flag(&mut all.sip.handle_via_received)),
    row("Handle_VIA_rport", |all| Flag(&mut all.sip.handle_via_rport)),
    row("Insert_VIA_received", |all| Flag(&mut all.sip.insert_via_received)),
    row("Insert_VIA_rport", |all| Flag(&mut all.sip.insert_via_rport)),
    row("Send_Resp_To_Src_Port", |all| Flag(&mut all.sip.send_resp_to_src_port)),
    row("EXT_IP", |all| Address(&mut all.sip.ext_ip)),
    row("Interdigit_Long_Timer", |all| Millis(&mut all.regional.interdigit_long_ms)),
    row("Reorder_Delay", |all| Reorder(&mut all.regional.reorder_delay_s)),
    row("CW_Setting", |all| Flag(&mut all.user.cw_setting)),
    row("Preferred_Audio_Device", |all| Device(&mut all.user.preferred_audio_device)),
    row("Ringer_Volume", |all| Small(&mut all.user.ringer_volume, 0, 15)),
    row("Speaker_Volume", |all| Small(&mut all.user.speaker_volume, 0, 15)),
    row("Handset_Volume", |all| Small(&mut all.user.handset_volume, 0, 15)),
    row("Headset_Volume", |all| Small(&mut all.user.headset_volume, 0, 15)),
];

pub(super) fn set(config: &mut Config, tag: &str, value: &str) -> Result<(), SettingError> {
    let failed = |expected| SettingError { tag: text::shortened(tag), expected };
    let taken = |expected| failed(Some(expected));
    if let Some(row) = PHONE.iter().find(|row| row.tag == tag) {
        return set_row(row, config, Config::new, value).map_err(taken);
    }
    let (name, number) = split(tag).ok_or_else(|| failed(None))?;
    let place = usize::from(number).saturating_sub(1);
    if let Some((row, extension)) = find(EXTENSION, name).zip(config.extensions.get_mut(place)) {
        return set_row(row, extension, || Extension::new(number), value).map_err(taken);
    }
    match find(LINE_KEY, name).zip(config.line_keys.get_mut(place)) {
        Some((row, key)) => set_row(row, key, LineKey::new, value).map_err(taken),
        None => Err(failed(None)),
    }
}

/// The empty text brings back the factory's value; two quotes are the empty text.
fn set_row<T>(row: &Row<T>, place: &mut T, factory: impl Fn() -> T, value: &str) -> Result<(), Expected> {
    let field = (row.field)(place);
    match value {
        "" => {
            field.take((row.field)(&mut factory()));
            Ok(())
        }
        "\"\"" => field.set(""),
        _ => field.set(value),
    }
}

fn find<'a, T>(table: &'a [Row<T>], name: (&str, &str)) -> Option<&'a Row<T>> {
    table.iter().find(|row| apart(row.tag, b"_n_") == Some(name))
}

/// A tag with its number taken out: `Proxy_1_` is `Proxy`, nothing, 1; `Default_Ring__1__` is
/// `Default_Ring_`, `_`, 1.
fn split(tag: &str) -> Option<((&str, &str), u8)> {
    [b"_1_", b"_2_", b"_3_", b"_4_"]
        .into_iter()
        .zip(1..)
        .find_map(|(mark, number)| Some((apart(tag, mark)?, number)))
}

/// What stands before and behind the last `mark`. Unlike `rsplit_once` it has no panic in it.
fn apart<'t>(tag: &'t str, mark: &[u8; 3]) -> Option<(&'t str, &'t str)> {
    let at = tag.as_bytes().windows(mark.len()).rposition(|part| part == mark)?;
    let (before, rest) = tag.split_at_checked(at)?;
    Some((before, rest.split_at_checked(mark.len())?.1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn each_row_has_its_own_tag_and_its_own_place() {
        let mut tags: std::vec::Vec<&str> = PHONE.iter().map(|row| row.tag).collect();
        tags.extend(EXTENSION.iter().map(|row| row.tag));
        tags.extend(LINE_KEY.iter().map(|row| row.tag));
        let all = tags.len();
        tags.sort_unstable();
        tags.dedup();
        assert_eq!(tags.len(), all);
        let mut extension = Extension::new(1);
        let mut places = std::collections::BTreeSet::new();
        for row in EXTENSION {
            let place = std::format!(
                "{:p}",
                match (row.field)(&mut extension) {
                    Text(text) => text.as_ptr(),
                    Flag(flag) => core::ptr::from_ref(flag).cast(),
                    Port(port) => core::ptr::from_ref(port).cast(),
                    Small(small, ..) => core::ptr::from_ref(small),
                    Seconds(seconds) => core::ptr::from_ref(seconds).cast(),
                    Codec(codec) => core::ptr::from_ref(codec).cast(),
                    Transport(transport) => core::ptr::from_ref(transport).cast(),
                    Name(_) | Reorder(_) | Millis(_) | PacketTime(_) | Device(_) | Extension(_)
                    | Address(_) => {
                        panic!("{}: no extension has one", row.tag)
                    }
                }
            );
            assert!(places.insert(place), "{} has another row's place", row.tag);
        }
    }

    #[test]
    fn extensions_and_line_keys_are_told_apart_by_their_number() {
        let mut config = Config::new();
        for (tag, value) in
            [("Proxy_2_", "a.example"), ("Extension_4_", "Disabled"), ("Default_Ring__3__", "7")]
        {
            assert_eq!(config.set(tag, value), Ok(()));
        }
        assert_eq!(config.extensions[1].proxy, "a.example");
        assert_eq!(config.extensions[0].proxy, "");
        assert_eq!(config.line_keys[3].extension, None);
        assert_eq!(config.extensions[2].default_ring, 7);
        for unknown in ["Proxy_5_", "Proxy", "Proxy_n_", "Proxy_1", "proxy_1_", "", "_1_", "Max_Forward_1_"] {
            assert_eq!(config.set(unknown, "x").unwrap_err().expected, None, "{unknown}");
        }
    }

    #[test]
    fn an_empty_value_is_the_factory_default_and_two_quotes_are_empty() {
        let mut config = Config::new();
        config.set("SIP_Port_2_", "6000").unwrap();
        config.set("SIP_Port_2_", "").unwrap();
        assert_eq!(config.extensions[1].sip_port, 5_061);
        config.set("SIP_User_Agent_Name", "\"\"").unwrap();
        assert_eq!(config.sip.user_agent_name.as_deref(), Some(""));
        config.set("SIP_User_Agent_Name", "").unwrap();
        assert_eq!(config.sip.user_agent_name, None);
        config.set("User_ID_1_", "101").unwrap();
        config.set("User_ID_1_", "").unwrap();
        assert_eq!(config.extensions[0].user_id, "");
    }

    #[test]
    fn values_are_taken_as_their_type_writes_them() {
        let mut config = Config::new();
        for (tag, value) in [
            ("SIP_T1", "0.25"),
            ("SIP_T2", "4"),
            ("SIP_Timer_B", "1.23456"),
            ("RTP_Packet_Size", "0.020"),
            ("RTP_Port_Min", "0x4000"),
            ("Reorder_Delay", "inf"),
            ("Register_1_", "No"),
            ("SIP_Transport_1_", "tcp"),
            ("Preferred_Codec_1_", "G711a"),
            ("Preferred_Audio_Device", "Headset"),
            ("EXT_IP", "192.0.2.7"),
        ] {
            assert!(config.set(tag, value).is_ok(), "{tag}");
        }
        assert_eq!((config.sip.t1_ms, config.sip.t2_ms, config.sip.timer_b_ms), (250, 4_000, 1_234));
        assert_eq!((config.sip.rtp_packet_ms, config.sip.rtp_port_min), (20, 0x4000));
        assert_eq!(config.regional.reorder_delay_s, 255);
        assert!(!config.extensions[0].register);
        assert_eq!(config.extensions[0].sip_transport, crate::transaction::Transport::Tcp);
        assert!(config.sip.ext_ip.is_some());
        config.set("EXT_IP", "0.0.0.0").unwrap();
        assert_eq!(config.sip.ext_ip, None);
    }

    #[test]
    fn a_refused_value_names_the_tag_and_what_was_expected() {
        let mut config = Config::new();
        for (tag, value, says) in [
            ("Register_1_", "maybe", "Register_1_: expected yes or no"),
            ("SIP_T1", "65", "SIP_T1: expected seconds, 0 to 64"),
            ("SIP_T1", "1.x", "SIP_T1: expected seconds, 0 to 64"),
            ("SIP_T1", ".", "SIP_T1: expected seconds, 0 to 64"),
            ("Max_Forward", "0", "Max_Forward: expected a whole number, 1 to 255"),
            ("RTP_Packet_Size", "0.025", "RTP_Packet_Size: expected 0.01 to 0.16 seconds in steps of 0.01"),
            ("Password_1_", "123456789012345678901234", "Password_1_: expected a text of at most 23 bytes"),
            ("Extension_1_", "5", "Extension_1_: expected 1, 2, 3, 4 or Disabled"),
            ("EXT_IP", "1.2.3", "EXT_IP: expected an IPv4 address"),
            ("Preferred_Codec_1_", "G729a", "Preferred_Codec_1_: expected G711u or G711a"),
        ] {
            assert_eq!(config.set(tag, value).unwrap_err().to_string(), says);
        }
        assert_eq!(config.sip.t1_ms, 500);
    }
}
