//! `inspect setting`: what a setting is, what a value means, and the exit status.

use std::process::{Command, Output};

fn inspect(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_inspect")).arg("setting").args(arguments).output().expect("the program")
}

fn lines(arguments: &[&str]) -> Vec<String> {
    let out = inspect(arguments);
    assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).lines().map(str::to_owned).collect()
}

#[test]
fn a_setting_is_told_in_words() {
    let of_port = [
        "tag\tSIP_Port_2_",
        "name\tSIP Port",
        "tab\tExt 2",
        "group\tSIP Settings",
        "type\ta port, 0 to 65535",
        "default\t5061",
        "changed by\tadministrator",
    ];
    assert_eq!(lines(&["SIP_Port[2]"]), of_port);
    assert_eq!(lines(&["Short_Name_3_"])[2..4], ["tab\tPhone (3)", "group\tLine Key"]);
    assert_eq!(
        lines(&["DND_Setting"])[4..],
        ["type\tyes or no", "default\tno", "changed by\tuser and administrator"]
    );
}

#[test]
fn a_value_is_told_as_the_phone_takes_it() {
    for (tag, value, told) in [
        ("SIP_T1", "0.2509", ["kept\t0.2509", "means\t250 ms", "is default\tno"]),
        ("SIP_T1", "", ["kept\t.5", "means\t500 ms", "is default\tyes"]),
        ("SIP_Transport_1_", "tcp", ["kept\tTCP", "means\tTCP", "is default\tno"]),
        ("SIP_TOS_DiffServ_Value_1_", "0x68", ["kept\t0x68", "means\t104", "is default\tyes"]),
        ("Reorder_Delay", "inf", ["kept\tinf", "means\tnever", "is default\tno"]),
        ("DTMF_Playback_Level", "-13.59", ["kept\t-13.59", "means\t-13.5 dBm", "is default\tno"]),
        ("Cadence_8", "60(0.250/9.75)", ["kept\t60(0.250/9.75)", "means\t60(.25/9.75)", "is default\tno"]),
        ("Time_Zone", "GMT+1:00", ["kept\tGMT+1:00", "means\tGMT+01:00", "is default\tno"]),
        ("DND_Act_Code", "\"\"", ["kept\t", "means\tnone", "is default\tno"]),
        ("Static_IP", "0.0.0.0", ["kept\t0.0.0.0", "means\tnone", "is default\tno"]),
    ] {
        assert_eq!(lines(&[tag, value])[7..], told, "{tag} {value}");
    }
}

#[test]
fn a_secret_is_not_shown() {
    let told = lines(&["Password_1_", "hunter2"]).join("\n");
    assert!(told.contains("default\t(not shown)") && told.contains("kept\t(not shown)"), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
    let out = inspect(&["Password_1_", "hunter2 hunter2 hunter2 hunter2"]);
    assert_eq!(out.status.code(), Some(1));
    assert!(!String::from_utf8_lossy(&out.stderr).contains("hunter2"));
}

#[test]
fn what_is_refused_is_named_with_its_place() {
    for (arguments, told) in [
        (&["Coffee"][..], "Coffee: no such setting"),
        (&["proxy_1_", "a"], "proxy_1_: no such setting"),
        (&["SIP_Port_1_", "70000"], "SIP_Port_1_: expected a port, 0 to 65535"),
        (&["Time_Offset__HH_mm_", "01/60"], "Time_Offset__HH_mm_: at 3: expected minutes, 0 to 59"),
        (
            &["Dial_Plan_1_", "(9[1-|0)"],
            "Dial_Plan_1_: at character 6, `|`: expected the digit that ends the range",
        ),
    ] {
        let out = inspect(arguments);
        assert_eq!(out.status.code(), Some(1), "{arguments:?}");
        assert_eq!(String::from_utf8_lossy(&out.stderr), format!("inspect: setting: {told}\n"));
    }
    assert_eq!(inspect(&[]).status.code(), Some(2));
}
