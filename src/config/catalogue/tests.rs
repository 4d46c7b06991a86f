use super::super::Config;
use super::super::kind::Kind;
use super::super::setting::{Access, Tab};
use super::*;
use std::collections::BTreeSet;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

/// The tags of a real phone's profile with the values found there; `n` is an extension's number.
const APPENDIX: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/appendix_a.tsv"));

/// The tabs' sources, in which the names of the constants are.
const SOURCES: [&str; 7] = [
    include_str!("system.rs"),
    include_str!("sip.rs"),
    include_str!("provisioning.rs"),
    include_str!("regional.rs"),
    include_str!("phone.rs"),
    include_str!("ext.rs"),
    include_str!("user.rs"),
];

#[test]
fn every_tag_of_a_real_profile_is_there_and_takes_the_value_found() {
    let mut tags = BTreeSet::new();
    for line in APPENDIX.lines() {
        let (tag, value) = line.split_once('\t').unwrap();
        assert!(tags.insert(tag), "{tag} twice");
        let numbered: Vec<String> = match tag.split_once("_n_") {
            Some((before, after)) => ["1", "2", "3", "4"].map(|n| format!("{before}_{n}_{after}")).to_vec(),
            None => [tag.to_string()].to_vec(),
        };
        for tag in numbered {
            let setting = find(&tag).unwrap_or_else(|| panic!("{tag}: no such setting"));
            assert_eq!(setting.tag().to_string(), tag);
            assert!(value.is_empty() || setting.row().kind.takes(value).is_ok(), "{tag}: {value}");
            assert_eq!(Config::new().set(&tag, value), Ok(()));
        }
    }
    assert_eq!(tags.len(), 439);
}

#[test]
fn settings_that_a_real_profile_leaves_out_are_there() {
    let tags = "Restricted_Access_Domains Phone-UI-readonly NSE_Dynamic_Payload NSE_Codec_Name \
                Second_Dial_Tone GPP_A GPP_P GPP_SA GPP_SD Extension_1_ Short_Name_2_ \
                Share_Call_Appearance_3_ Extended_Function_4_";
    for tag in tags.split_whitespace() {
        assert!(find(tag).is_some(), "{tag}");
    }
    assert_eq!(rows().count(), 465);
}

#[test]
fn every_default_is_a_value_of_its_own_type_and_comes_back() {
    let mut config = Config::new();
    for setting in all() {
        let (tag, default) = (setting.tag().to_string(), setting.default_text());
        let kind = setting.row().kind;
        assert!(default.is_empty() || kind.takes(default).is_ok(), "{tag}: {default}");
        assert_eq!(kind.canonical(default), default, "{tag}: the catalogue writes it as it is kept");
        config.set(&tag, default).unwrap();
        assert_eq!(config.text(setting), default, "{tag}");
        let other = other(kind, default);
        config.set(&tag, other).unwrap();
        assert_eq!(config.text(setting), other, "{tag}");
        assert_eq!(config.changed().collect::<Vec<_>>(), [(setting, other)], "{tag}");
        config.set(&tag, default).unwrap();
        assert_eq!((config.text(setting), config.changed().count()), (default, 0), "{tag}");
    }
}

/// A value that differs from the factory's.
pub(in crate::config) fn other(kind: Kind, default: &'static str) -> &'static str {
    let choices: &'static [&'static str] = match kind {
        Kind::Bool => &["yes", "no"],
        Kind::Choice(choices) => choices,
        Kind::Number(..) => &["2", "3", "97", "98"],
        Kind::Signed(..) | Kind::Delay => &["3", "4"],
        Kind::Seconds(..) => &["61", "62"],
        Kind::Millis(..) => &["0.25", "1.5"],
        Kind::PacketTime => &["0.02"],
        Kind::Power => &["-13.5"],
        Kind::Ip => &["192.0.2.1"],
        Kind::Port => &["5070"],
        Kind::Text(_) | Kind::Secret(_) | Kind::UserId(_) => &["3a"],
        Kind::Fqdn => &["pbx.example.com:5062"],
        Kind::Phone => &["1234@192.0.2.7:5068"],
        Kind::ActCode => &["*1234"],
        Kind::Pattern => &["5*"],
        Kind::CodeList => &["*98|*97`c`"],
        Kind::Cadence => &["60(1/3)"],
        Kind::Tone => &["425@-10;30(.5/.5/1)"],
        Kind::Ring => &["n=Own;w=1;c=1"],
        Kind::Led => &["c=a;p=f"],
        Kind::DialPlan => &["(xx.)"],
        Kind::NumberMap => &["(<+:00>xx.)"],
        Kind::Daylight => &["start=3/-1/7/2;end=10/-1/7/2;save=1"],
        Kind::TimeZone => &["GMT+01:00"],
        Kind::TimeOffset => &["-00/30"],
    };
    choices.iter().find(|choice| **choice != default && kind.takes(choice).is_ok()).copied().unwrap()
}

#[test]
fn a_setting_is_found_by_its_tag_and_by_the_form_of_the_guide() {
    let (mut tags, mut ids) = (BTreeSet::new(), BTreeSet::new());
    for setting in all() {
        let tag = setting.tag().to_string();
        assert_eq!(find(&tag), Some(setting), "{tag}");
        assert!(tags.insert(tag.clone()) && ids.insert(setting), "{tag} twice");
        if let Some((before, _)) = apart(setting.row().tag) {
            let bracketed = format!("{}[{}]", before.trim_end_matches('_'), setting.number());
            assert_eq!(find(&bracketed), Some(setting), "{bracketed}");
        }
    }
    assert_eq!(tags.len(), 465 + 3 * rows().filter(|row| apart(row.tag).is_some()).count());
    for tag in
        ["Proxy_n_", "Proxy_0_", "Proxy_5_", "Proxy[5]", "Proxy", "Proxy_1", "Log_Missed_Calls_for_EXT", ""]
    {
        assert_eq!(find(tag), None, "{tag}");
    }
    let missed = find("Log_Missed_Calls_for_EXT_2").unwrap();
    assert_eq!((missed.number(), missed.tag().to_string().as_str()), (2, "Log_Missed_Calls_for_EXT_2"));
    assert_eq!(missed, user::LOG_MISSED_CALLS_FOR_EXT.of(2).id());
}

#[test]
fn each_tab_names_a_setting_once() {
    let mut names = BTreeSet::new();
    for (row, place) in rows().zip(0..) {
        let name = Id::new(place, 0).name().to_string();
        assert!(names.insert((row.group.tab, name.clone())), "{name} twice");
    }
    assert_eq!(names.len(), 465);
}

#[test]
fn constants_are_named_as_their_tags_in_capitals() {
    let mut constants = BTreeSet::new();
    let mut all = rows();
    for source in SOURCES {
        for line in source.lines() {
            let mut words = line.split_whitespace();
            let (Some(constant), Some(how), Some(tag)) = (words.next(), words.next(), words.next()) else {
                continue;
            };
            if !matches!(how, "one" | "each") {
                continue;
            }
            let tag = tag.split('"').nth(1).unwrap();
            assert_eq!(all.next().unwrap().tag, tag, "rows stand as in the source");
            let numbered = apart(tag);
            assert_eq!(numbered.is_some(), how == "each", "{tag}");
            let name = numbered.map_or(tag, |(before, _)| before).trim_end_matches('_');
            let name: String = name
                .chars()
                .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' })
                .collect();
            assert_eq!(constant, name);
            assert!(constants.insert(constant), "{constant} twice");
        }
    }
    assert!(all.next().is_none());
    assert_eq!(sip::SIP_T1.id(), find("SIP_T1").unwrap());
    assert_eq!(user::LCD_CONTRAST.id(), find("Lcd_Contrast").unwrap(), "the last row");
    assert_eq!(ext::AUTH_RESYNC_REBOOT.of(4).id(), find("Auth_Resync-Reboot_4_").unwrap());
}

/// Where guides and real phones disagree, the catalogue has one of them.
#[test]
fn conflicts_between_the_sources_are_settled() {
    let settled = [
        ("SIP_Timer_B", "32"),
        ("SIP_Timer_F", "32"),
        ("SIP_Timer_H", "32"),
        ("SIP_Timer_D", "32"),
        ("SIP_Timer_J", "32"),
        ("INVITE_Expires", "240"),
        ("RTP_Packet_Size", "0.030"),
        ("RTP_Port_Min", "16384"),
        ("RTP_Port_Max", "16482"),
        ("Symmetric_RTP", "no"),
        ("Dial_Plan_1_", "(*xx|[3469]11|0|00|[2-9]xxxxxx|1xxx[2-9]xxxxxxS0|xxxxxxxxxxxx.)"),
        ("Reorder_Delay", "5"),
        ("Ring10", "n=Office;w=4;c=1"),
        ("Block_CID_Deact_Code", "*68"),
        ("SIP_Remote-Party-ID_1_", "yes"),
        ("Auth_Resync-Reboot_1_", "yes"),
        ("DTMF_Playback_Level", "-16"),
        ("SIP_TOS_DiffServ_Value_1_", "0x68"),
        ("Retry_Reg_RSC", ""),
        ("Holding_Tone", "600@-19;*(.1/.1/1,.1/.1/1,.1/9.5/1)"),
        ("Call_Back_Active_LED", "c=g;p=s"),
        ("Resync_Periodic", "3600"),
        ("Cfwd_Busy_Serv", "yes"),
        ("SIP_Port_1_", "5060"),
        ("SIP_Port_4_", "5063"),
    ];
    for (tag, value) in settled {
        assert_eq!(find(tag).unwrap().default_text(), value, "{tag}");
    }
    assert_eq!(find("Retry_Reg_RSC").unwrap().row().kind, Kind::Pattern);
    let mut config = Config::new();
    for (given, kept) in [("yes", "yes"), ("No", "no"), ("Shared", "shared"), ("private", "private")] {
        config.set("Share_Call_Appearance_2_", given).unwrap();
        config.set("Share_Ext_2_", given).unwrap();
        assert_eq!(config.read(phone::SHARE_CALL_APPEARANCE.of(2)), kept);
        assert_eq!(config.read(ext::SHARE_EXT.of(2)), kept);
    }
}

#[test]
fn names_are_those_of_the_web_pages() {
    for (tag, name) in [
        ("Proxy_1_", "Proxy"),
        ("SIP-B_Enable", "SIP-B Enable"),
        ("Default_Ring__2__", "Default Ring"),
        ("Set_Local_Date__mm_dd_", "Set Local Date (mm/dd)"),
        ("Set_Local_Time__HH_mm_", "Set Local Time (HH/mm)"),
        ("Time_Offset__HH_mm_", "Time Offset (HH/mm)"),
        ("SIP_TOS_DiffServ_Value_1_", "SIP TOS/DiffServ Value"),
        ("SIP_Remote-Party-ID_1_", "SIP Remote-Party-ID"),
        ("Ntfy_Refer_On_1xx-To-Inv_1_", "Ntfy Refer On 1xx-To-Inv"),
        ("Call_Back_Active_LED", "Call Back Active"),
        ("Ring7", "Ring 7"),
        ("Lcd_Contrast", "LCD Contrast"),
        ("Phone-UI-readonly", "Phone-UI-readonly"),
    ] {
        assert_eq!(find(tag).unwrap().name().to_string(), name, "{tag}");
    }
}

#[test]
fn secrets_are_shown_to_nobody_and_the_users_tab_is_the_users() {
    let secrets: Vec<&str> = rows().filter(|row| row.kind.is_secret()).map(|row| row.tag).collect();
    assert_eq!(
        secrets,
        [
            "Admin_Passwd",
            "User_Password",
            "PPPoE_Login_Password",
            "GPP_SA",
            "GPP_SB",
            "GPP_SC",
            "GPP_SD",
            "Auth_Page_Password_n_",
            "Password_n_",
            "SRTP_Private_Key_n_",
        ]
    );
    for row in rows() {
        assert!(row.group.tab != Tab::User || row.access == Access::User, "{}", row.tag);
    }
    let access = |tag| find(tag).unwrap().row().access;
    assert_eq!(access("Default_Ring__1__"), Access::User);
    assert_eq!(access("Connection_Type"), Access::User);
    assert_eq!(access("Enable_Web_Server"), Access::Admin);
    assert_eq!(access("Admin_Passwd"), Access::Admin);
}
