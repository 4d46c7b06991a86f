//! `inspect plan`: each step, the verdict, and the exit status.

use std::process::{Command, Output};

const FACTORY: &str = "(*xx|[3469]11|0|00|[2-9]xxxxxx|1xxx[2-9]xxxxxxS0|xxxxxxxxxxxx.)";

fn inspect(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_inspect")).arg("plan").args(arguments).output().expect("the program")
}

fn verdict(plan: &str, keys: &str) -> String {
    let out = inspect(&[plan, keys]);
    assert_eq!(out.status.code(), Some(0), "{plan} {keys}");
    String::from_utf8_lossy(&out.stdout).lines().last().unwrap_or_default().to_owned()
}

#[test]
fn each_step_is_a_line() {
    let out = inspect(&["(<9,:>12|9xxx)", "912"]);
    let lines =
        "start\topen\tdial\t-\n9\topen\toutside\t10000\n1\topen\t-\t10000\n2\tcomplete\t-\t3000\npending\n";
    assert_eq!(String::from_utf8_lossy(&out.stdout), lines);
}

#[test]
fn the_last_line_is_the_verdict() {
    assert_eq!(verdict(FACTORY, "12125551234"), "send 12125551234");
    assert_eq!(verdict(FACTORY, "5551234,"), "send 5551234");
    assert_eq!(verdict(FACTORY, "5551234"), "pending");
    assert_eq!(verdict(FACTORY, "123."), "as-dialled 123");
    assert_eq!(verdict(FACTORY, "123#"), "as-dialled 123");
    assert_eq!(verdict(FACTORY, "*69"), "service *69");
    assert_eq!(verdict(FACTORY, "*0172616"), "service *0172616");
    assert_eq!(verdict(FACTORY, "10*0*0*1,"), "send 10.0.0.1");
    assert_eq!(verdict("( 1 947 xxxxxxx ! | 1 xxx xxxxxxx )", "19475551212"), "reject");
    assert_eq!(verdict("( S0 <:12125551234> )", ""), "send 12125551234");
    assert_eq!(verdict("( P5 <:1000> | xxxx )", "."), "send 1000");
    assert_eq!(verdict("( P5 <:1000> | xxxx )", "2."), "as-dialled 2");
    assert_eq!(verdict("(12S20|12x)", "12,"), "send 12", "as long as the timer that runs");
    assert_eq!(verdict("L:4,(12xL60x)", "123."), "as-dialled 123");
}

#[test]
fn a_fault_has_its_position() {
    let out = inspect(&["(9[1-|0)", "9"]);
    assert_eq!(out.status.code(), Some(1));
    let text = "inspect: plan: at character 6, `|`: expected the digit that ends the range\n";
    assert_eq!(String::from_utf8_lossy(&out.stderr), text);
    let out = inspect(&[FACTORY, "12a"]);
    assert_eq!(out.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&out.stderr).contains("at character 3, `a`"));
    assert_eq!(inspect(&[]).status.code(), Some(2));
}
