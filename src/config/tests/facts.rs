//! What the guide says of all settings (chapter Parameters, 941 p. 44 to 46).

use super::super::catalogue::{self, ext, regional, sip, user};
use super::super::{Config, SettingError, Wrong};
use std::format;
use std::string::ToString;
use std::vec::Vec;

#[test]
fn names_are_case_sensitive() {
    for tag in ["Proxy_1_", "Proxy[1]", "RTP_Packet_Size", "DND_Act_Code"] {
        assert!(catalogue::find(tag).is_some(), "{tag}");
    }
    for tag in ["proxy_1_", "PROXY[1]", "Rtp_Packet_Size", "dnd_act_code"] {
        let error = Config::new().set(tag, "").unwrap_err();
        assert_eq!((error.tag.as_str(), error.wrong), (tag, Wrong::Tag));
    }
}

#[test]
fn the_name_in_brackets_is_the_tag_of_a_profile() {
    let mut config = Config::new();
    for (bracketed, tag) in [
        ("Proxy[4]", "Proxy_4_"),
        ("SIP_Remote-Party-ID[1]", "SIP_Remote-Party-ID_1_"),
        ("Default_Ring[2]", "Default_Ring__2__"),
        ("Short_Name[3]", "Short_Name_3_"),
    ] {
        assert_eq!(catalogue::find(bracketed), catalogue::find(tag), "{tag}");
        assert_eq!(catalogue::find(bracketed).unwrap().tag().to_string(), tag);
    }
    config.set("Proxy[4]", "a.example").unwrap();
    assert_eq!(config.read(ext::PROXY.of(4)), "a.example");
    assert_eq!(config.read(ext::PROXY.of(1)), "", "each extension has its own");
}

/// What a tag cannot carry is an underscore in it.
#[test]
fn tags_carry_no_brackets_and_slashes() {
    for (name, tag) in [
        ("Time Offset (HH/mm)", "Time_Offset__HH_mm_"),
        ("Set Local Date (mm/dd)", "Set_Local_Date__mm_dd_"),
        ("SIP TOS/DiffServ Value", "SIP_TOS_DiffServ_Value_1_"),
        ("Auth Resync-Reboot", "Auth_Resync-Reboot_1_"),
        ("Blind Attn-Xfer Enable", "Blind_Attn-Xfer_Enable_1_"),
        ("G726-16 Enable", "G726-16_Enable_1_"),
        ("Refer-To Target Contact", "Refer-To_Target_Contact_1_"),
        ("SIP-B Enable", "SIP-B_Enable"),
    ] {
        assert_eq!(catalogue::find(tag).unwrap().name().to_string(), name);
    }
    let of_xml = |tag: &str| tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    assert!(catalogue::all().all(|setting| of_xml(&setting.tag().to_string())));
}

#[test]
fn what_a_profile_does_not_name_keeps_its_value() {
    let mut config = Config::new();
    config.set("User_ID_1_", "101").unwrap();
    for (tag, value) in [("Proxy_1_", "pbx"), ("User_ID_2_", "102"), ("Proxy_1_", "")] {
        config.set(tag, value).unwrap();
        assert_eq!(config.read(ext::USER_ID.of(1)), "101");
    }
}

#[test]
fn an_empty_value_is_the_factorys_and_quotation_marks_are_the_empty_text() {
    let mut config = Config::new();
    config.set("Proxy_2_", "a.example").unwrap();
    config.set("SIP_Port_2_", "6000").unwrap();
    assert_eq!(config.changed().count(), 2);
    config.set("SIP_Port_2_", "").unwrap();
    assert_eq!(config.read(ext::SIP_PORT.of(2)), 5_061);
    config.set("Proxy_2_", "\"\"").unwrap();
    assert_eq!(config.read(ext::PROXY.of(2)), "");
    assert_eq!(config.changed().count(), 0, "nothing differs from the factory's");
    config.set("SIP_User_Agent_Name", "\"\"").unwrap();
    assert_eq!(config.read(sip::SIP_USER_AGENT_NAME), "", "the factory's is $VERSION");
    assert_eq!(config.changed().count(), 1);
    config.set("SIP_User_Agent_Name", "").unwrap();
    assert_eq!(config.read(sip::SIP_USER_AGENT_NAME), "$VERSION");
    for (tag, value) in [("DND_Act_Code", "\"\""), ("Idle_LED", "\"\""), ("Call_Return_Code", "\"\"")] {
        config.set(tag, value).unwrap();
        assert_eq!(config.text(catalogue::find(tag).unwrap()), "", "{tag}: a code without keys, no pattern");
    }
}

#[test]
fn a_type_without_an_empty_text_refuses_it() {
    let mut config = Config::new();
    for tag in ["SIP_T1", "DND_Setting", "Time_Zone", "Daylight_Saving_Time_Rule", "Dial_Tone"] {
        assert!(config.set(tag, "\"\"").is_err(), "{tag}");
    }
    assert_eq!(config.read(sip::SIP_T1), 500);
    for tag in ["EXT_SIP_Port_1_", "EXT_IP", "Reg_Retry_Random_Delay", "Time_Offset__HH_mm_"] {
        config.set(tag, "\"\"").unwrap();
        assert_eq!(config.text(catalogue::find(tag).unwrap()), "", "{tag}: blank from the factory");
    }
    assert_eq!(config.read(ext::EXT_SIP_PORT.of(1)), 0);
    assert_eq!((config.read(sip::REG_RETRY_RANDOM_DELAY), config.read(sip::EXT_IP)), (0, None));
}

#[test]
fn the_last_definition_of_a_profile_wins() {
    let mut config = Config::new();
    for value in ["1", "2", "3"] {
        config.set("SIP_T2", value).unwrap();
    }
    assert_eq!((config.read(sip::SIP_T2), config.changed().count()), (3_000, 1));
    config.set("SIP_T2", "none").unwrap_err();
    assert_eq!(config.read(sip::SIP_T2), 3_000, "what is refused changes nothing");
    config.set("SIP_T2", "4").unwrap();
    assert_eq!(config.changed().count(), 0, "the factory's value, given as any other");
}

#[test]
fn values_are_case_sensitive_where_they_are_texts() {
    let mut config = Config::new();
    for (tag, given, kept) in [
        ("DND_Setting", "YES", "yes"),
        ("SIP_Transport_1_", "tcp", "TCP"),
        ("Preferred_Codec_1_", "g711A", "G711a"),
        ("Connection_Type", "static ip", "Static IP"),
        ("User_ID_1_", "Alice", "Alice"),
        ("Password_1_", "SecreT", "SecreT"),
    ] {
        config.set(tag, given).unwrap();
        assert_eq!(config.text(catalogue::find(tag).unwrap()), kept, "{tag}");
    }
}

#[test]
fn templates_are_tried_in_order() {
    let mut config = Config::new();
    config.set("SIT1_RSC", "5*, 503").unwrap();
    assert_eq!(config.read(sip::SIT1_RSC).position(b"503"), Some(0), "the first match, not the closest");
}

#[test]
fn a_full_store_refuses_and_keeps_what_it_has() {
    let mut config = Config::new();
    let long = "x".repeat(255);
    let texts = catalogue::all().filter(|id| id.row().kind.takes(&long).is_ok());
    let refused = texts.filter_map(|id| config.put(id, &long).err().map(|wrong| (id, wrong)));
    let refused: Vec<_> = refused.collect();
    assert!(!refused.is_empty() && refused.iter().all(|(_, wrong)| *wrong == Wrong::Full));
    let (before, revision) = (config.clone(), config.revision());
    let tag = refused[0].0.tag().to_string();
    let error = config.set(&tag, &long).unwrap_err();
    assert_eq!(error.to_string(), format!("{tag}: no room for one more setting of one's own"));
    assert!(config.changed().eq(before.changed()));
    assert_eq!(config.revision(), revision);
    let kept = config.changed().next().map(|(setting, _)| setting).unwrap();
    config.put(kept, "").unwrap();
    config.put(refused[0].0, &long).unwrap();
}

#[test]
fn a_secret_is_in_no_debug_text_and_no_error() {
    let secret = "hunter2hunter2";
    let mut config = Config::new();
    for setting in catalogue::all().filter(|id| id.row().kind.is_secret()) {
        config.put(setting, secret).unwrap();
        let too_long: SettingError = config.set(&setting.tag().to_string(), &secret.repeat(60)).unwrap_err();
        let control = config.set(&setting.tag().to_string(), &format!("{secret}\r\n")).unwrap_err();
        for error in [too_long, control] {
            let told = format!("{error:?} {error}");
            assert!(told.contains(&setting.tag().to_string()) && !told.contains("hunter"), "{told}");
        }
        assert!(!format!("{setting:?} {:?}", setting.row()).contains("hunter"));
    }
    let told = format!("{config:?} {:#?} {:?}", config.clone(), ext::PASSWORD.of(1));
    assert!(!told.contains("hunter"), "{told}");
    assert!(told.contains("changed: 19"), "{told}");
}

/// 941 p. 30: the time of a server is Greenwich's; zone, offset and summer time are added.
#[test]
fn the_settings_of_the_clock_have_types() {
    let mut config = Config::new();
    assert_eq!(config.read(regional::TIME_ZONE).seconds(), -8 * 3_600);
    assert_eq!(config.read(regional::TIME_OFFSET__HH_MM).seconds(), 0);
    let rule = config.read(regional::DAYLIGHT_SAVING_TIME_RULE).unwrap();
    assert_eq!((rule.save_s(), rule.to_string().as_str()), (3_600, "start=4/1/7;end=10/-1/7;save=1"));
    config.set("Time_Offset__HH_mm_", "-00/30").unwrap();
    assert_eq!(config.read(regional::TIME_OFFSET__HH_MM).seconds(), -1_800);
    config.put_number(user::LCD_CONTRAST, 30).unwrap();
    assert_eq!(config.read(user::LCD_CONTRAST), 30);
    config.put_number(user::LCD_CONTRAST, 31).unwrap_err();
}
