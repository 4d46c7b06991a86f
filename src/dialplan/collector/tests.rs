use super::*;

#[test]
fn an_empty_plan_rejects_the_first_key() {
    let (plan, mut collector) = (Plan::new(), Collector::new());
    let start = collector.step(Instant::ZERO, &plan, &Rules::DEFAULT, Input::Start);
    assert_eq!(start, Step { tone: Some(Prompt::First), verdict: Verdict::Collecting });
    let key = Input::Key(DialKey::new('1').unwrap());
    let step = collector.step(Instant::ZERO, &plan, &Rules::DEFAULT, key);
    assert_eq!(step, Step { tone: None, verdict: Verdict::Rejected });
}
