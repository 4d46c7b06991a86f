//! Dial plans: compiled, dialled by, used on a caller's number.

use core::hint::black_box;
use deskphone::base::Instant;
use deskphone::dialplan::{CodeList, Collector, DialKey, Input, Plan, Rules, Service, Verdict, leading_code};

pub fn dialling() -> bool {
    let mut plan = Plan::new();
    if plan.load(black_box("L:8,(<9,:>1xxx|P5 <:1000>|[2-4]x.|1900!)")).is_err() {
        return false;
    }
    for service in Service::own() {
        if plan.add_code(service.factory_code(), service.number()).is_err() {
            return false;
        }
    }
    plan.allow_ip_dialling(true);
    let mut collector = Collector::new();
    let mut dial = |keys: &str| {
        let mut verdict = collector.step(Instant::ZERO, &plan, &Rules::DEFAULT, Input::Start).verdict;
        for key in black_box(keys).chars().filter_map(DialKey::new) {
            verdict = collector.step(Instant::ZERO, &plan, &Rules::DEFAULT, Input::Key(key)).verdict;
        }
        (verdict, collector.number() == "1234", collector.deadline().is_some())
    };
    let codes = Service::own().map(|service| (service.factory_code(), service));
    dial("91234") == (Verdict::Send, true, false)
        && dial("*69") == (Verdict::Code(Service::CallReturn.number()), false, false)
        && dial("20*0*0*1").2
        && plan.rewrite("912").is_none()
        && Plan::check(black_box("(9[1-|0)")).is_err_and(|fault| fault.position == 5)
        && leading_code(black_box("*67123"), codes) == Some((Service::BlockCallerIdOn, "123"))
        && CodeList::parse(black_box("*72`c`|*67")).is_ok_and(|list| list.codes().count() == 2)
}
