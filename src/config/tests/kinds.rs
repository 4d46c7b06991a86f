//! Each type of the guide's table (chapter Data Types, 941 p. 46 to 49): what it takes, and what it says.

use super::super::catalogue::{self, ext, phone, regional, sip, system, user};
use super::super::{Config, Kind, kind::Read};
use core::net::Ipv4Addr;
use std::string::ToString;

/// These values are taken.
fn takes(tag: &str, values: &[&str]) {
    for value in values {
        assert_eq!(Config::new().set(tag, value), Ok(()), "{tag}: {value}");
    }
}

/// These are not, and all for the same reason.
fn refuses(tag: &str, reason: &str, values: &[&str]) {
    for value in values {
        let mut config = Config::new();
        let error = config.set(tag, value).unwrap_err();
        assert_eq!(error.to_string(), std::format!("{tag}: expected {reason}"), "{value:?}");
        assert_eq!((config.changed().count(), config.revision()), (0, 0), "nothing has changed");
    }
}

/// A script's fault has a place.
fn faults(tag: &str, cases: &[(&str, &str)]) {
    for (value, fault) in cases {
        let error = Config::new().set(tag, value).unwrap_err();
        assert_eq!(error.to_string(), std::format!("{tag}: {fault}"), "{value:?}");
    }
}

fn with(tag: &str, value: &str) -> Config {
    let mut config = Config::new();
    config.set(tag, value).unwrap();
    config
}

#[test]
fn bool_and_choice() {
    takes("DND_Setting", &["yes", "no", "Yes", "No", "YES", "nO"]);
    refuses("DND_Setting", "yes or no", &["1", "0", "true", "on", "y", " yes"]);
    takes("SIP_Transport_2_", &["UDP", "TCP", "tls"]);
    refuses("SIP_Transport_2_", "UDP, TCP or TLS", &["SCTP", "UDP TCP"]);
}

#[test]
fn uns_is_decimal_or_hexadecimal_without_a_sign() {
    let reason = "a whole number, 1 to 255";
    takes("Max_Forward", &["1", "255", "0x18", "0XfF", "007"]);
    refuses(
        "Max_Forward",
        reason,
        &["0", "256", "0x100", "+5", "-1", "5.0", "0x", "0x+1", "5 ", "4294967297"],
    );
    assert_eq!(with("Max_Forward", "0x18").read(sip::MAX_FORWARD), 24);
    takes("SIP_TOS_DiffServ_Value_1_", &["0x68", "104", "255"]);
    refuses("SIP_TOS_DiffServ_Value_1_", "a whole number, 0 to 255", &["256", "0x1ff"]);
}

#[test]
fn sig_may_have_a_sign() {
    let kind = Kind::Signed(-16, 15);
    for taken in ["-16", "15", "+7", "-0x10", "+0xf", "0", "-0"] {
        assert!(kind.takes(taken).is_ok(), "{taken}");
    }
    for wrong in ["-17", "16", "--1", "+-1", "-", "+", "1.5", ""] {
        assert!(kind.takes(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn further_decimals_of_a_time_are_ignored() {
    takes("INVITE_Expires", &["240", "240.9", "0", ".5", "2147483647"]);
    refuses("INVITE_Expires", "seconds, 0 to 2147483647", &["-1", "+1", "0x10", "2147483648", "1e3", "."]);
    assert_eq!(with("INVITE_Expires", "240.9").read(sip::INVITE_EXPIRES), 240);
    takes("SIP_T1", &[".25", "0.2509", "64", "64.0009", "4."]);
    refuses("SIP_T1", "seconds, 0 to 64", &["64.001", "-.5", "+1", ".", "1,5", "1.5s", "0.25x"]);
    assert_eq!(with("SIP_T1", "0.2509").read(sip::SIP_T1), 250);
    takes("RTP_Packet_Size", &["0.020", ".16", "0.0209", ".01"]);
    refuses("RTP_Packet_Size", "0.01 to 0.16 seconds in steps of 0.01", &["0", ".005", "0.025", ".17", "20"]);
    takes("Reorder_Delay", &["0", "254", "255", "inf", "INF", "5.9"]);
    refuses("Reorder_Delay", "seconds, 0 to 255, or inf", &["256", "-1", "never", "i"]);
    assert_eq!(with("Reorder_Delay", "5.9").read(regional::REORDER_DELAY), Some(5));
    assert_eq!(with("Reorder_Delay", "inf").read(regional::REORDER_DELAY), None);
    assert_eq!(with("Reorder_Delay", "255").read(regional::REORDER_DELAY), None);
}

#[test]
fn a_level_has_one_decimal() {
    takes("DTMF_Playback_Level", &["-13.5", "1.5", "+3", "-16.09", "-.5", "0"]);
    let wrong = ["20.1", "-99.1", "-", "1.5dBm", "--3", "0x10"];
    refuses("DTMF_Playback_Level", "a level in dBm with one decimal", &wrong);
    assert_eq!(with("DTMF_Playback_Level", "-13.59").read(regional::DTMF_PLAYBACK_LEVEL), -135);
}

#[test]
fn addresses_ports_and_hosts() {
    takes("Static_IP", &["192.0.2.1", "255.255.255.255", "0.0.0.0"]);
    refuses("Static_IP", "an IPv4 address", &["256.0.0.1", "1.2.3", "1.2.3.4.5", "a", "1.2.3.4 ", "::1"]);
    assert_eq!(with("Static_IP", "0.0.0.0").read(system::STATIC_IP), None, "none, as a blank one");
    assert_eq!(with("Static_IP", "192.0.2.1").read(system::STATIC_IP), Some(Ipv4Addr::new(192, 0, 2, 1)));
    takes("SIP_Port_1_", &["5060", "0x13C4", "0", "65535"]);
    refuses("SIP_Port_1_", "a port, 0 to 65535", &["65536", "-1", "0x10000", "sip"]);
    assert_eq!(with("SIP_Port_1_", "0x13C5").read(ext::SIP_PORT.of(1)), 5_061);
    let host = "a host name or address, with :port if need be, at most 63 bytes";
    let longest = "h".repeat(63);
    takes("Proxy_1_", &["sip.linksys.com:5060", "109.12.14.12:12345", &longest]);
    refuses("Proxy_1_", host, &["sip:pbx", "a b", "pbx:", "pbx:70000", &"h".repeat(64), "pbx\r\nX: y"]);
}

#[test]
fn texts_have_a_length_and_no_control_characters() {
    let reason = "a text of at most 31 bytes, without control characters";
    takes("Station_Name", &[&"x".repeat(31), &"\u{eb}".repeat(15), "Zo\u{eb}'s; \"desk\""]);
    refuses("Station_Name", reason, &[&"x".repeat(32), &"\u{eb}".repeat(16), "a\nb", "a\0"]);
    takes("Password_1_", &[&"p".repeat(23)]);
    let reason = "a text of at most 23 bytes, without control characters";
    refuses("Password_1_", reason, &[&"p".repeat(24), "a\r\nb"]);
    takes("User_ID_1_", &["jsmith", "+1408", &"u".repeat(47)]);
    refuses("User_ID_1_", "a user id of at most 47 bytes", &["a@b", "a b", &"u".repeat(48)]);
}

#[test]
fn numbers_codes_and_templates() {
    takes("Cfwd_All_Dest", &["14081234567", "*69", "1234@10.10.10.100:5068", "jsmith@linksys.com"]);
    takes("Cfwd_All_Dest", &[&"9".repeat(39)]);
    refuses("Cfwd_All_Dest", "a number or URL of at most 39 bytes", &[&"9".repeat(40), "a b", "zo\u{eb}"]);
    takes("Call_Return_Code", &["*69", "*0172616", "**#1", &"1".repeat(11)]);
    refuses("Call_Return_Code", "at most 11 keys of the dial pad", &[&"1".repeat(12), "*6a", "+1"]);
    takes("SIT1_RSC", &["404, 5*", "61?", "407, 408, 487, 481", &"4".repeat(39)]);
    refuses("SIT1_RSC", "patterns with ? and *, at most 39 bytes", &[&"4".repeat(40)]);
    assert!(with("SIT1_RSC", "404, 5*").read(sip::SIT1_RSC).matches(b"580"));
    takes("Feature_Dial_Services_Codes", &["*72|*74|*67|*82", "*72`c`|*67`p`"]);
    faults("Feature_Dial_Services_Codes", &[("*72|9a", "at 5: expected a key, \"`\" or `|`")]);
    faults("Referral_Services_Codes", &[(&"*".repeat(80), "at 79: expected 79 characters at most")]);
}

#[test]
fn scripts_and_plans_say_where_they_are_wrong() {
    takes("Cadence_1", &["60(2/4)", "60(.2/.2,.2/.2,.2/.2,1/4)"]);
    takes("Dial_Tone", &["350@-19,440@-19;2(.1/.1/1+2);10(*/0/1+2)"]);
    takes("Ring10", &["n=THx;w=4;c=7"]);
    takes("Idle_LED", &["c=a;p=ud;u=.1/.1/.1/.1/.1/.9", "c=o", "\"\""]);
    takes("Dial_Plan_1_", &["( S0 <:12125551234> )", "S:4, ( 00 | 011 xxxxx x. )"]);
    let component = "at 15: expected the number of a component that the script has";
    faults("Dial_Tone", &[("350@-19;10(1/0/2)", component)]);
    faults("Dial_Plan_1_", &[("(9[1-|0)", "at character 6, `|`: expected the digit that ends the range")]);
    for (tag, wrong) in [
        ("Cadence_1", "60(2)"),
        ("Ring1", "n=A;w=9"),
        ("Idle_LED", "c=b"),
        ("Idle_LED", "p=s"),
        ("Caller_ID_Map_1_", "<1:2>"),
    ] {
        let error = Config::new().set(tag, wrong).unwrap_err().to_string();
        assert!(error.starts_with(&std::format!("{tag}: at ")) && error.contains(": expected "), "{error}");
    }
    assert!(with("Idle_LED", "\"\"").read(phone::IDLE_LED).is_none(), "the state's own pattern");
}

/// 941 p. 30.
#[test]
fn the_clocks_settings_say_where_they_are_wrong() {
    takes("Daylight_Saving_Time_Rule", &["start=3/-1/7/2;end=10/-1/7/3:;save=-0:30"]);
    let rules = [
        ("start=13/1/7;end=10/-1/7;save=1", "at 6: expected a month, 1 to 12"),
        ("start=4/1/7;end=10/-1/7", "at 23: expected ; and save="),
        ("yes", "at 0: expected start="),
    ];
    faults("Daylight_Saving_Time_Rule", &rules);
    takes("Time_Zone", &["GMT", "GMT-12:00", "GMT+13:00", "GMT+05:30"]);
    let zones = [("GMT+15:00", "at 4: expected hours, -12 to +14"), ("UTC", "at 0: expected GMT")];
    faults("Time_Zone", &zones);
    takes("Time_Offset__HH_mm_", &["01/30", "-1/30"]);
    faults(
        "Time_Offset__HH_mm_",
        &[("01/60", "at 3: expected minutes, 0 to 59"), ("1", "at 1: expected / and minutes")],
    );
}

/// Every type has words of its own for what it takes.
#[test]
fn types_are_told_in_words() {
    for setting in catalogue::all() {
        let words = super::super::kind::Expected(setting.row().kind).to_string();
        assert!(words.len() > 4 && !words.contains("Kind"), "{}: {words}", setting.tag());
    }
    assert_eq!(user::LCD_CONTRAST.id().default_text(), "0");
    assert_eq!(<super::super::kind::Number as Read>::read("0x1E"), Some(30));
}
