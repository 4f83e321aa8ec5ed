//! Properties of the rules, over random people, seeds, horizons and assumptions, checked on every engine.

#![expect(clippy::unwrap_used, reason = "a test that cannot prepare its case has failed")]

mod plans;
mod replayed;

use planalign_bench::census::{self, Census};
use planalign_bench::engine::{EngineOptions, Mode, open};
use planalign_bench::events::schema::position;
use planalign_bench::events::year::Events;
use planalign_bench::parity::compare_modes;
use planalign_bench::rules::assumptions::{Assumptions, Workforce};
use planalign_bench::rules::run::RunSpec;
use planalign_bench::rules::units::Ppm;
use planalign_bench::scenario::SCENARIOS;
use plans::{Attributes, census_of};
use proptest::prelude::*;
use replayed::replay;
use std::collections::BTreeMap;

fn people() -> impl Strategy<Value = Vec<Attributes>> {
    let anybody = (15i32..80, 0i32..15_000, 30_000i64..900_000, prop_oneof![Just(0i32), 0i32..1_800]);
    let one_level = (20i32..60, 0i32..9_000, 90_000i64..110_000, Just(0i32));
    let sixty_four = (Just(64i32), 0i32..9_000, 30_000i64..500_000, 0i32..1_000);
    let hired_yesterday = (20i32..60, Just(0i32), 30_000i64..500_000, Just(300i32));
    prop_oneof![
        prop::collection::vec(anybody.clone(), 0..3),
        prop::collection::vec(anybody.clone(), 3..40),
        prop::collection::vec(anybody, 300..500),
        prop::collection::vec(one_level, 20..80),
        prop::collection::vec(sixty_four, 20..80),
        prop::collection::vec(hired_yesterday, 20..80),
    ]
}

fn reference_tables(run: &RunSpec, census: &Census) -> Vec<Events> {
    let mut engine = open(Mode::Reference, run, census, &EngineOptions::default()).unwrap();
    let log = engine.generate().unwrap();
    log.years().map(Result::unwrap).collect()
}

fn assert_identical(run: &RunSpec, census: &Census) {
    let report = compare_modes(&Mode::BUILT_IN, run, census, &EngineOptions::default()).unwrap();
    let shown: String = report.differences.iter().map(ToString::to_string).collect();
    assert!(report.is_identical(), "seed {} {}..{}\n{shown}", run.seed, run.start_year, run.end_year);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn all_engines_agree_and_the_log_rebuilds_the_state(
        people in people(), assumptions in plans::named(), seed in any::<u64>(), start in 2019i32..2030, years in 1i32..4,
    ) {
        let run = RunSpec::new("property", "plan", seed, start, start + years - 1, assumptions).unwrap();
        let census = census_of(&people, &run);
        // A tiny company cannot always hire what the plan wants; that must be refused alike, before any work.
        match run.plans(census.len()) {
            Err(_) => for mode in Mode::BUILT_IN {
                prop_assert!(open(mode, &run, &census, &EngineOptions::default()).is_err());
            },
            Ok(_) => {
                assert_identical(&run, &census);
                replay(&run, &census, &reference_tables(&run, &census));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: random_plans(), max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn all_engines_agree_over_random_plans(
        people in people(), assumptions in plans::any_plan(), seed in any::<u64>(), start in 2019i32..2030, years in 1i32..4,
    ) {
        let mut run = RunSpec::new("property", "plan", seed, start, start + years - 1, assumptions).unwrap();
        let census = census_of(&people, &run);
        if run.plans(census.len()).is_err() {
            run.assumptions.workforce = Workforce { growth: Ppm(-20_000), termination: Ppm(10_000), ..Workforce::default() };
        }
        if run.plans(census.len()).is_ok() {
            assert_identical(&run, &census);
            replay(&run, &census, &reference_tables(&run, &census));
        }
    }
}

/// How many plans are drawn; `RANDOM_PLANS` asks for more.
fn random_plans() -> u32 {
    std::env::var("RANDOM_PLANS").ok().map_or(300, |number| number.parse().unwrap())
}

/// A run of one person, and the events as category, date and level, pay, rate after them.
fn one_person(toml: &str) -> Vec<(i32, String)> {
    let run = RunSpec::new("one", "plan", 3, 2025, 2027, Assumptions::from_toml(toml).unwrap()).unwrap();
    let census = census_of(&[(40, 3_000, 60_000, 0)], &run);
    assert_identical(&run, &census);
    let tables = reference_tables(&run, &census);
    replay(&run, &census, &tables);
    let events = run.years().zip(&tables).flat_map(|(year, events)| {
        let (rows, category) = (events.rows(), position("event_category"));
        (0..rows.len()).map(move |row| (year, rows.text(category, row).unwrap().to_owned())).collect::<Vec<_>>()
    });
    events.collect()
}

/// Nobody comes or goes; promotion is certain, raises come in February, the plan enrolls everybody.
const EVERYTHING: &str = "\
[workforce]
growth = 0.0
termination = 0.0
[promotion]
base = 1.0
level_dampener = 0.0
age_multipliers = [1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
tenure_multipliers = [1.0, 1.0, 1.0, 1.0, 1.0]
[raise]
month_weights = [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
[enrollment]
auto_hired_from = \"2010-01-01\"
opt_out_grace_days = 17
voluntary = { by_age = [0.0, 0.0, 0.0, 0.0] }
conversion = { by_age = [0.0, 0.0, 0.0, 0.0] }
opt_out = { by_age = [OPT_OUT, OPT_OUT, OPT_OUT, OPT_OUT] }
[escalation]
day = \"02-01\"
";

#[test]
fn one_person_with_every_rule_switched_on_at_once() {
    let years = |list: [&[&str]; 3]| -> Vec<(i32, String)> {
        (2025..).zip(list).flat_map(|(year, names)| names.iter().map(move |name| (year, (*name).to_owned()))).collect()
    };
    let pay = ["promotion", "raise"];
    let enrolled = [
        &["auto_enrollment", "promotion", "raise"][..],
        &["deferral_escalation", "promotion", "raise"],
        &["deferral_escalation", "promotion", "raise"],
    ];
    assert_eq!(one_person(&EVERYTHING.replace("OPT_OUT", "0.0")), years(enrolled));
    // The opt-out falls on the day of the promotion, and comes first.
    let left = [&["auto_enrollment", "enrollment_opt_out", "promotion", "raise"][..], &pay, &pay];
    assert_eq!(one_person(&EVERYTHING.replace("OPT_OUT", "1.0")), years(left));
    let off = EVERYTHING.replace("OPT_OUT", "0.0") + "enabled = false\n";
    assert_eq!(one_person(&off), years([enrolled[0], &pay, &pay]));
}

#[test]
fn twenty_years_over_leap_years_and_a_century() {
    for (start, end) in [(2025, 2044), (2096, 2104)] {
        let run = RunSpec::new("long", "plan", 7, start, end, Assumptions::default()).unwrap();
        let loaded = census::synthetic(300, &run);
        assert_identical(&run, &loaded.census);
        replay(&run, &loaded.census, &reference_tables(&run, &loaded.census));
    }
}

#[test]
fn every_category_occurs_in_the_production_scenario() {
    let scenario = &SCENARIOS[2];
    let run = scenario.run_spec(42, Assumptions::default()).unwrap();
    let loaded = census::synthetic(scenario.employee_count.expect("a head count"), &run);
    let tables = reference_tables(&run, &loaded.census);
    replay(&run, &loaded.census, &tables);
    for category in planalign_bench::rules::vocabulary::Category::ALL {
        let mut counts = BTreeMap::new();
        tables.iter().for_each(|events| events.count_values("event_category", &mut counts));
        let found = counts.contains_key(category.name());
        assert!(found, "no {} event", category.name());
    }
}

#[test]
fn golden_scenarios_stand() {
    for scenario in SCENARIOS {
        let run = scenario.run_spec(42, Assumptions::default()).unwrap();
        let loaded = census::synthetic(scenario.employee_count.expect("a head count"), &run);
        let report = compare_modes(&Mode::BUILT_IN, &run, &loaded.census, &EngineOptions::default()).unwrap();
        assert!(report.is_identical());
        for (mode, outcome) in report.outcomes {
            assert_eq!(
                (outcome.events, outcome.fingerprint),
                scenario.golden.map(|golden| (golden.events, golden.fingerprint)).unwrap(),
                "{}/{mode}",
                scenario.name
            );
        }
    }
}

#[test]
fn an_engine_generates_the_same_again() {
    let run = SCENARIOS[0].run_spec(3, Assumptions::default()).unwrap();
    let loaded = census::synthetic(100, &run);
    for mode in Mode::BUILT_IN {
        let mut engine = open(mode, &run, &loaded.census, &EngineOptions::default()).unwrap();
        let first: Vec<_> = {
            let log = engine.generate().unwrap();
            log.years().map(Result::unwrap).collect()
        };
        let log = engine.generate().unwrap();
        let second: Vec<_> = log.years().map(Result::unwrap).collect();
        assert!(first == second, "{}", mode.name());
        assert_eq!(log.event_count().unwrap(), first.iter().map(|table| table.len() as u64).sum::<u64>());
    }
}

#[test]
fn a_difference_is_found_counted_and_shown() {
    // The same people under two seeds: nearly everything differs, and the report must say so.
    let run = SCENARIOS[0].run_spec(1, Assumptions::default()).unwrap();
    let other = SCENARIOS[0].run_spec(2, Assumptions::default()).unwrap();
    let loaded = census::synthetic(100, &run);
    let mut left = open(Mode::Reference, &run, &loaded.census, &EngineOptions::default()).unwrap();
    let mut right = open(Mode::Polars, &other, &loaded.census, &EngineOptions::default()).unwrap();
    let (left, right) = (left.generate().unwrap(), right.generate().unwrap());
    let logs = [("left".to_owned(), left.as_ref()), ("right".to_owned(), right.as_ref())];
    let report = planalign_bench::parity::compare_logs(&logs).unwrap();
    assert!(!report.is_identical());
    let shown = report.differences[0].to_string();
    for part in [
        "right differs from left",
        "missing termination",
        "extra",
        "value(s) of effective_date in raise",
        "first differing rows",
    ] {
        assert!(shown.contains(part), "{part:?} not in\n{shown}");
    }
}

/// Large enough that DuckDB scans, joins and writes with several threads, and that Polars has several chunks.
#[test]
fn order_survives_parallel_work() {
    let run = RunSpec::new("large", "plan", 11, 2025, 2026, Assumptions::default()).unwrap();
    let loaded = census::synthetic(260_000, &run);
    assert_identical(&run, &loaded.census);
}

/// Threads decide who works, not what comes out; Polars' pool is made once per process, so its turn is in `tests/cli.rs`.
#[test]
fn the_log_is_the_same_for_any_number_of_threads() {
    let run = RunSpec::new("threads", "plan", 5, 2025, 2027, Assumptions::default()).unwrap();
    let loaded = census::synthetic(130_000, &run);
    let expected = reference_tables(&run, &loaded.census);
    for threads in [1, 2, 8] {
        let options = EngineOptions { threads, ..EngineOptions::default() };
        for mode in [Mode::Sql, Mode::Reference] {
            let mut engine = open(mode, &run, &loaded.census, &options).unwrap();
            let log = engine.generate().unwrap();
            let found: Vec<Events> = log.years().map(Result::unwrap).collect();
            assert!(found == expected, "{} with {threads} thread(s)", mode.name());
        }
    }
}
