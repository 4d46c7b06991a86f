//! Settings: given, refused, read as each type, saved, damaged and restored.

use core::fmt::Write;
use core::hint::black_box;
use deskphone::base::Writer;
use deskphone::config::catalogue::{self, ext, phone, regional, sip, system, user};
use deskphone::config::{Config, Restored};

use super::Static;

static CONFIG: Static<Config> = Static::new(Config::new());
static SLOTS: Static<[[u8; 512]; 2]> = Static::new([[0; 512]; 2]);

pub fn settings() -> bool {
    // SAFETY: both are borrowed here only.
    let (config, slots) = unsafe { (CONFIG.borrow(), SLOTS.borrow()) };
    given(config) && read(config) && refused(config) && restored(config, slots)
}

fn given(config: &mut Config) -> bool {
    let all = [
        ("Proxy[2]", "pbx.example.com:5062"),
        ("Password_2_", "secret"),
        ("SIP_T1", ".25"),
        ("Time_Zone", "GMT+01:00"),
        ("Time_Offset__HH_mm_", "-0/30"),
        ("Static_IP", "192.0.2.7"),
        ("Idle_LED", "c=a;p=f"),
        ("Ring3", "n=Own;w=1;c=2"),
        ("Dial_Plan_1_", "(xx.|0)"),
        ("Referral_Services_Codes", "*98|*97"),
        ("Retry_Reg_RSC", "404, 5*"),
        ("DTMF_Playback_Level", "-13.5"),
    ];
    all.into_iter().all(|(tag, value)| config.set(black_box(tag), black_box(value)).is_ok())
        && config.put_number(user::RINGER_VOLUME, black_box(3)).is_ok()
        && config.changed().count() == 13
}

fn read(config: &Config) -> bool {
    config.read(ext::PROXY.of(2)) == "pbx.example.com:5062"
        && config.read(sip::SIP_T1) == 250
        && config.read(ext::SIP_PORT.of(black_box(3))) == 5_062
        && config.read(regional::TIME_ZONE).seconds() == 3_600
        && config.read(regional::TIME_OFFSET__HH_MM).seconds() == -1_800
        && config.read(regional::DAYLIGHT_SAVING_TIME_RULE).is_some()
        && config.read(regional::DTMF_PLAYBACK_LEVEL) == -135
        && config.read(regional::REORDER_DELAY) == Some(5)
        && config.read(regional::CADENCE_2).duration_ms() == Some(60_000)
        && config.read(regional::REFERRAL_SERVICES_CODES).codes().count() == 2
        && config.read(sip::RETRY_REG_RSC).matches(b"503")
        && config.read(system::STATIC_IP).is_some()
        && config.read(phone::IDLE_LED).is_some()
        && config.read(phone::RING3).is_some_and(|ring| ring.name == "Own")
        && config.read(user::RINGER_VOLUME) == 3
}

fn refused(config: &mut Config) -> bool {
    let mut buffer = [0; 96];
    let mut text = Writer::new(&mut buffer);
    let refused = config.set(black_box("Dial_Plan_1_"), black_box("(9[1-|0)"));
    let told = refused.is_err_and(|error| write!(text, "{error}").is_ok());
    let wrong = ["SIP_Port_1_", "Daylight_Saving_Time_Rule", "Transport", "Connection_Type", "Proxy_1_"];
    told && text.written().starts_with(b"Dial_Plan_1_: at character 6")
        && wrong.into_iter().all(|tag| config.set(black_box(tag), black_box("no way")).is_err())
        && catalogue::find(black_box("Default_Ring__2__")).is_some_and(|setting| {
            let mut text = Writer::new(&mut buffer);
            write!(text, "{} {}", setting.tag(), setting.name()).is_ok()
                && text.written() == b"Default_Ring__2__ Default Ring"
        })
}

fn restored(config: &mut Config, [old, new]: &mut [[u8; 512]; 2]) -> bool {
    let saved = config.save(black_box(1), old).is_ok_and(|length| length < 512);
    let again = config.set("Proxy_2_", "").is_ok() && config.save(2, new).is_ok();
    new[30] ^= black_box(1);
    config.reset();
    let empty = config.changed().next().is_none() && config.bytes_used() == 0;
    let whole = Restored { slot: Some(0), sequence: 1, left_out: 0 };
    saved && again && empty && config.restore(&[old, new]) == whole && read(config)
}
