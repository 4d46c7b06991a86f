//! What a key costs in a dial plan, and what compiling one costs, beside `regex-automata` on the same
//! sequences.
//!
//! `cargo bench --bench dialplan` measures; before that it prints memory. `-- instructions` counts them by
//! valgrind instead: it runs itself twice, and the difference is that of the repetitions.
//!
//! A matcher is asked after each key what the phone has to know, and so is each engine: is a sequence
//! complete, and can one still become so. Each begins anew for each number. The collector does all that a
//! phone does for a key: timers, tone and verdict; what its beginning takes has a row of its own and is taken
//! off. PikeVM has no such step; it is given each whole number once. The lazy DFA is measured warm (its cache
//! has seen the number) and cold (as the first number after power-up finds it).
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "a bench that cannot run says so by panicking"
)]

use std::hint::black_box;
use std::process::Command;
use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput};
use deskphone::base::Instant;
use deskphone::dialplan::{Collector, DialKey, Input as Dial, Matcher, Plan, Rules};
use regex_automata::dfa::{Automaton, dense};
use regex_automata::hybrid::dfa::{Cache, DFA as Lazy};
use regex_automata::nfa::thompson::{NFA, pikevm::PikeVM};
use regex_automata::util::start::Config as Start;
use regex_automata::{Anchored, Input};

const FACTORY: &str = "(*xx|[3469]11|0|00|[2-9]xxxxxx|1xxx[2-9]xxxxxxS0|xxxxxxxxxxxx.)";
const FEW: u32 = 100;
const MANY: u32 = 600;

struct Case {
    name: &'static str,
    script: String,
    number: &'static str,
}

fn cases() -> [Case; 2] {
    let mut long = String::from("(0|00|[3469]11");
    let mut area = 201;
    while long.len() < 1_980 {
        long.push_str(&format!("|1{area}[2-9]xxxxxx"));
        area += 3;
    }
    long.push_str("|011xxx.)");
    [
        Case { name: "factory", script: FACTORY.to_owned(), number: "12125551234" },
        Case { name: "long", script: long, number: "14145551234" },
    ]
}

/// Each sequence as a regular expression.
fn expressions(script: &str) -> Vec<String> {
    let body = script.trim_start_matches('(').trim_end_matches(')').replace("S0", "");
    let element = |symbol: char| match symbol {
        'x' => "[0-9]".to_owned(),
        '*' => "\\*".to_owned(),
        '.' => "*".to_owned(),
        other => other.to_string(),
    };
    body.split('|').map(|sequence| sequence.chars().map(element).collect()).collect()
}

struct Engines {
    nfa: NFA,
    dense: dense::DFA<Vec<u32>>,
    lazy: Lazy,
}

fn nfa(script: &str) -> NFA {
    NFA::compiler().build_many(&expressions(script)).expect("an NFA")
}

fn dense(nfa: &NFA) -> dense::DFA<Vec<u32>> {
    let config = dense::Config::new().start_kind(regex_automata::dfa::StartKind::Anchored);
    dense::Builder::new().configure(config).build_from_nfa(nfa).expect("a DFA")
}

fn lazy(nfa: &NFA) -> Lazy {
    Lazy::builder().build_from_nfa(nfa.clone()).expect("a lazy DFA")
}

impl Engines {
    fn new(script: &str) -> Self {
        let nfa = nfa(script);
        Self { dense: dense(&nfa), lazy: lazy(&nfa), nfa }
    }
}

fn dial_keys(number: &str) -> Vec<DialKey> {
    number.chars().filter_map(DialKey::new).collect()
}

fn by_matcher(matcher: &mut Matcher, plan: &Plan, keys: &[DialKey]) -> u32 {
    let mut said = u32::from(black_box(matcher.start(plan)).open);
    for &key in keys {
        let standing = matcher.step(plan, key);
        said += u32::from(black_box(standing.complete)) + u32::from(black_box(standing.open));
    }
    said
}

/// A whole number, from the dial tone on.
fn by_collector(collector: &mut Collector, plan: &Plan, keys: &[DialKey]) -> u32 {
    let mut open = u32::from(begin(collector, plan));
    for &key in keys {
        let step = collector.step(Instant::ZERO, plan, &Rules::DEFAULT, Dial::Key(key));
        open += u32::from(black_box(step).tone.is_none());
    }
    open
}

fn begin(collector: &mut Collector, plan: &Plan) -> bool {
    black_box(collector.step(Instant::ZERO, plan, &Rules::DEFAULT, Dial::Start)).tone.is_some()
}

fn by_dense(dfa: &dense::DFA<Vec<u32>>, number: &str) -> u32 {
    let mut state = dfa.start_state(&Start::new().anchored(Anchored::Yes)).expect("a start");
    let mut said = 0;
    for byte in number.bytes() {
        state = dfa.next_state(state, byte);
        let complete = dfa.is_match_state(dfa.next_eoi_state(state));
        said += u32::from(black_box(complete)) + u32::from(black_box(dfa.is_dead_state(state)));
    }
    said
}

fn by_lazy(dfa: &Lazy, cache: &mut Cache, number: &str) -> u32 {
    let start = Start::new().anchored(Anchored::Yes);
    let mut state = dfa.start_state(cache, &start).expect("a start");
    let mut said = 0;
    for byte in number.bytes() {
        state = dfa.next_state(cache, state, byte).expect("room");
        let end = dfa.next_eoi_state(cache, state).expect("room");
        said += u32::from(black_box(end.is_match())) + u32::from(black_box(state.is_dead()));
    }
    said
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [first, engine, case, times, ..] = arguments.as_slice()
        && first == "repeat"
    {
        return repeat(engine, case, times.parse().expect("a number"));
    }
    if arguments.iter().any(|argument| argument == "instructions") {
        return instructions();
    }
    memory();
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    for case in cases() {
        keys(&mut criterion, &case);
        compiling(&mut criterion, &case);
    }
    criterion.final_summary();
}

fn keys(criterion: &mut Criterion, case: &Case) {
    let (plan, engines) = (Plan::parse(&case.script).expect("a plan"), Engines::new(&case.script));
    let number = case.number;
    let mut group = criterion.benchmark_group(format!("a key, {} plan", case.name));
    group.throughput(Throughput::Elements(u64::try_from(number.len()).unwrap_or(1)));
    let keys = dial_keys(number);
    let (mut matcher, mut collector) = (Matcher::new(), Collector::new());
    group.bench_function("matcher", |bencher| {
        bencher.iter(|| by_matcher(&mut matcher, black_box(&plan), black_box(&keys)));
    });
    group.bench_function("collector, with its beginning", |bencher| {
        bencher.iter(|| by_collector(&mut collector, black_box(&plan), black_box(&keys)));
    });
    group.bench_function("dense DFA", |bencher| bencher.iter(|| by_dense(&engines.dense, black_box(number))));
    let mut cache = engines.lazy.create_cache();
    group.bench_function("lazy DFA, warm", |bencher| {
        bencher.iter(|| by_lazy(&engines.lazy, &mut cache, black_box(number)));
    });
    group.bench_function("lazy DFA, cold", |bencher| {
        let prepared = || engines.lazy.create_cache();
        let run = |cache: &mut Cache| by_lazy(&engines.lazy, cache, black_box(number));
        bencher.iter_batched_ref(prepared, run, BatchSize::SmallInput);
    });
    let vm = PikeVM::new_from_nfa(engines.nfa.clone()).expect("a PikeVM");
    let mut cache = vm.create_cache();
    group.bench_function("PikeVM, whole number", |bencher| {
        bencher.iter(|| vm.is_match(&mut cache, Input::new(black_box(number)).anchored(Anchored::Yes)));
    });
    group.finish();
}

fn compiling(criterion: &mut Criterion, case: &Case) {
    let mut group = criterion.benchmark_group(format!("compile, {} plan", case.name));
    let mut plan = Plan::new();
    group.bench_function("plan", |bencher| bencher.iter(|| plan.load(black_box(&case.script)).is_ok()));
    let plan = Plan::parse(&case.script).expect("a plan");
    let mut collector = Collector::new();
    group.bench_function("collector start", |bencher| {
        bencher.iter(|| begin(&mut collector, black_box(&plan)));
    });
    group.bench_function("NFA for PikeVM", |bencher| bencher.iter(|| nfa(black_box(&case.script))));
    group.bench_function("lazy DFA", |bencher| bencher.iter(|| lazy(&nfa(black_box(&case.script)))));
    group.bench_function("dense DFA", |bencher| bencher.iter(|| dense(&nfa(black_box(&case.script)))));
    group.finish();
}

fn memory() {
    for case in cases() {
        let (plan, engines) = (Plan::parse(&case.script).expect("a plan"), Engines::new(&case.script));
        let mut cache = engines.lazy.create_cache();
        by_lazy(&engines.lazy, &mut cache, case.number);
        let vm = PikeVM::new_from_nfa(engines.nfa.clone()).expect("a PikeVM");
        println!("{} plan, {} characters, bytes:", case.name, case.script.len());
        println!("  plan: {} used, {} reserved", 2 * plan.len(), size_of::<Plan>());
        println!("  matcher: {}; collector, with one: {}", size_of::<Matcher>(), size_of::<Collector>());
        println!("  dense DFA: {}", engines.dense.memory_usage());
        println!(
            "  lazy DFA: {}",
            engines.lazy.memory_usage() + cache.memory_usage() + engines.nfa.memory_usage()
        );
        println!("  PikeVM: {}", engines.nfa.memory_usage() + vm.create_cache().memory_usage());
    }
}

const ENGINES: [&str; 11] = [
    "matcher",
    "collector",
    "dense",
    "lazy",
    "lazy-cold",
    "pikevm",
    "compile",
    "start",
    "compile-nfa",
    "compile-lazy",
    "compile-dense",
];

/// What valgrind runs.
fn repeat(engine: &str, case: &str, times: u32) {
    let case = cases().into_iter().find(|found| found.name == case).expect("a plan");
    let (mut plan, engines) = (Plan::parse(&case.script).expect("a plan"), Engines::new(&case.script));
    let (keys, number) = (dial_keys(case.number), case.number);
    let (mut matcher, mut collector) = (Matcher::new(), Collector::new());
    let mut cache = engines.lazy.create_cache();
    let cold = engines.lazy.create_cache();
    let vm = PikeVM::new_from_nfa(engines.nfa.clone()).expect("a PikeVM");
    let mut threads = vm.create_cache();
    for _ in 0..times {
        match engine {
            "matcher" => drop(black_box(by_matcher(&mut matcher, black_box(&plan), black_box(&keys)))),
            "collector" => drop(black_box(by_collector(&mut collector, black_box(&plan), black_box(&keys)))),
            "dense" => drop(black_box(by_dense(&engines.dense, black_box(number)))),
            "lazy" => drop(black_box(by_lazy(&engines.lazy, &mut cache, black_box(number)))),
            "lazy-cold" => drop(black_box(by_lazy(&engines.lazy, &mut cold.clone(), black_box(number)))),
            "pikevm" => {
                let whole = Input::new(black_box(number)).anchored(Anchored::Yes);
                black_box(vm.is_match(&mut threads, whole));
            }
            "compile" => drop(black_box(plan.load(black_box(&case.script)))),
            "start" => drop(black_box(begin(&mut collector, black_box(&plan)))),
            "compile-nfa" => drop(black_box(nfa(black_box(&case.script)))),
            "compile-lazy" => drop(black_box(lazy(&nfa(black_box(&case.script))))),
            "compile-dense" => drop(black_box(dense(&nfa(black_box(&case.script))))),
            other => panic!("no engine {other}"),
        }
    }
}

/// Instructions a key, and for compiling, as a table.
fn instructions() {
    println!("| what | factory plan | long plan |\n| --- | ---: | ---: |");
    for engine in ENGINES {
        let mut row = format!("| {engine} |");
        for case in cases() {
            let heavy = engine.starts_with("compile-");
            let (few, many) = if heavy { (2, 6) } else { (FEW, MANY) };
            let each = |engine| {
                (count(engine, case.name, many) - count(engine, case.name, few)) / u64::from(many - few)
            };
            let whole = if engine == "collector" { each(engine) - each("start") } else { each(engine) };
            let keys = if engine.starts_with("compile") || engine == "start" { 1 } else { case.number.len() };
            let each = whole / u64::try_from(keys).unwrap_or(1);
            row.push_str(&format!(" {each} |"));
        }
        println!("{row}");
    }
}

fn count(engine: &str, case: &str, times: u32) -> u64 {
    let output = Command::new("valgrind")
        .args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"])
        .arg(std::env::current_exe().expect("this program"))
        .args(["repeat", engine, case, &times.to_string()])
        .output()
        .expect("valgrind");
    let text = String::from_utf8_lossy(&output.stderr);
    let line = text.lines().find(|line| line.contains("refs:")).expect("its count");
    line.rsplit(':').next().unwrap_or_default().trim().replace(',', "").parse().expect("a number")
}
