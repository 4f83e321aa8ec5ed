//! Properties of the rules, over random people, seeds, horizons and assumptions, checked on every engine.

#![expect(clippy::unwrap_used, reason = "a test that cannot prepare its case has failed")]

use planalign_bench::census::{self, Census};
use planalign_bench::engine::{EngineOptions, Mode, open};
use planalign_bench::events::schema::position;
use planalign_bench::events::year::Events;
use planalign_bench::parity::compare_modes;
use planalign_bench::rules::assumptions::Assumptions;
use planalign_bench::rules::calendar::{first_of_year, year_of};
use planalign_bench::rules::run::RunSpec;
use planalign_bench::rules::tables::Tables;
use planalign_bench::scenario::SCENARIOS;
use proptest::prelude::*;
use std::collections::{BTreeMap, HashMap};

/// A person's attributes before ids are given out: age, tenure in days, pay in dollars, deferral rate in basis points.
type Attributes = (i32, i32, i64, i32);

fn census_of(people: &[Attributes], run: &RunSpec) -> Census {
    let tables = Tables::new(&run.assumptions);
    let start = first_of_year(run.start_year);
    let (mut ids, mut ssns) = (Vec::new(), Vec::new());
    let mut census = Census::default();
    for (number, &(age, tenure_days, pay, deferral_bp)) in people.iter().enumerate() {
        // Some ids sort after the hires', some before; some people have no social security number.
        let prefix = ["EMP", "ZED"][number * 2 / people.len().max(1)];
        ids.push(format!("{prefix}_{number:05}"));
        ssns.push((number % 7 != 3).then_some("SSN-1"));
        census.birth_date.push(first_of_year(run.start_year - age) + number as i32 % 360);
        census.hire_date.push(start - 1 - tenure_days);
        census.level_id.push(tables.level_of_pay(pay * 100));
        census.compensation_cents.push(pay * 100);
        census.deferral_bp.push(deferral_bp);
        census.escalation_opt_out.push(false);
    }
    Census { employee_id: ids.into(), employee_ssn: ssns.into(), ..census }
}

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

fn assumptions() -> impl Strategy<Value = Assumptions> {
    prop_oneof![
        3 => Just(""),
        1 => Just("[workforce]\ngrowth = -0.08"),
        1 => Just("[workforce]\ngrowth = 0.0\ntermination = 0.0"),
        1 => Just("[workforce]\ngrowth = 0.2\nnew_hire_termination = 0.1"),
        1 => Just("[workforce]\ntermination = 1.0\ngrowth = -1.0"),
        1 => Just("[enrollment]\nauto_enrollment = false\nproactive = [0.0, 0.0, 0.0, 0.0]\nvoluntary = { by_age = [0.0, 0.0, 0.0, 0.0], by_income = [1.0, 1.0, 1.0, 1.0] }\nconversion = { by_age = [0.0, 0.0, 0.0, 0.0], by_income = [1.0, 1.0, 1.0, 1.0] }"),
        1 => Just("[promotion]\nbase = 0.6\nraise_cap = 0.16\n[raise]\ncap_amount = 900\nmonth_weights = [1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]\ncola_by_year = { 2025 = 0.1 }"),
        1 => Just("[escalation]\nincrement = 0.03\ncap = 0.06\n[enrollment]\nopt_out = { by_age = [1.0, 1.0, 1.0, 1.0], by_income = [1.0, 1.0, 1.0, 1.0] }"),
    ]
    .prop_map(|toml| Assumptions::from_toml(toml).unwrap())
}

/// A person as the log has left them.
#[derive(Clone)]
struct Person {
    hire_date: i64,
    level_id: i64,
    pay_cents: i64,
    deferral_bp: i64,
    enrolled: bool,
    opted_out: bool,
}

/// Replays a log: every event must fit the state that the events before it left, and the years must end as planned.
fn replay(run: &RunSpec, census: &Census, tables: &[Events]) {
    let mut people: HashMap<String, Person> = (0..census.len())
        .map(|row| {
            let person = Person {
                hire_date: census.hire_date[row].into(),
                level_id: census.level_id[row].into(),
                pay_cents: census.compensation_cents[row],
                deferral_bp: census.deferral_bp[row].into(),
                enrolled: census.deferral_bp[row] > 0,
                opted_out: false,
            };
            (census.employee_id.value(row).to_owned(), person)
        })
        .collect();
    let plans = run.plans(census.len()).unwrap();
    for ((year, events), plan) in run.years().zip(tables).zip(plans) {
        let table = events.rows();
        let text = |name: &str, row: usize| table.text(position(name), row).unwrap_or_default().to_owned();
        let int = |name: &str, row: usize| table.int(position(name), row).map(|value| value as i64);
        let mut last: HashMap<String, (i64, i64)> = HashMap::new();
        let mut gone = Vec::new();
        for row in 0..table.len() {
            let (id, category, date) =
                (text("employee_id", row), text("event_category", row), int("effective_date", row).unwrap());
            assert_eq!(year_of(date as i32), year, "{category} of {id} outside {year}");
            assert!(!gone.contains(&id), "{category} of {id} after termination");
            let sequence = int("event_sequence", row).unwrap();
            let (last_date, last_sequence) = last.insert(id.clone(), (date, sequence)).unwrap_or((date, 0));
            assert!(last_date <= date && sequence == last_sequence + 1, "{id} in {year} is out of order");
            if category == "hiring" {
                let person = Person {
                    hire_date: date,
                    level_id: int("level_id", row).unwrap(),
                    pay_cents: int("compensation_amount", row).unwrap(),
                    deferral_bp: 0,
                    enrolled: false,
                    opted_out: false,
                };
                assert!(people.insert(id.clone(), person).is_none(), "{id} hired twice");
            }
            let person = people.get_mut(&id).unwrap_or_else(|| panic!("{category} of unknown {id}"));
            assert!(date >= person.hire_date, "{category} of {id} before hire");
            if let Some(previous) = int("previous_compensation", row) {
                assert_eq!(previous, person.pay_cents, "{category} of {id} in {year}");
                person.pay_cents = int("compensation_amount", row).unwrap();
                assert!(person.pay_cents >= previous);
            }
            if let Some(previous) = int("prev_employee_deferral_rate", row) {
                assert_eq!(previous, person.deferral_bp, "{category} of {id} in {year}");
                person.deferral_bp = int("employee_deferral_rate", row).unwrap();
            }
            match category.as_str() {
                "promotion" => person.level_id += 1,
                "enrollment_opt_out" => (person.enrolled, person.opted_out) = (false, true),
                "deferral_escalation" => assert!(person.enrolled),
                "termination" | "new_hire_termination" => gone.push(id.clone()),
                "hiring" | "raise" => {}
                _ => {
                    assert!(!person.enrolled && !person.opted_out, "{category} of {id}, who cannot enroll");
                    person.enrolled = true;
                }
            }
            assert_eq!(int("level_id", row).unwrap(), person.level_id, "{category} of {id} in {year}");
            assert_eq!(int("compensation_amount", row).unwrap(), person.pay_cents, "{category} of {id} in {year}");
            assert!((0..=1_000_000).contains(&int("event_probability", row).unwrap()));
        }
        for id in gone {
            people.remove(&id);
        }
        assert_eq!(people.len() as i64, plan.target, "head count after {year}");
    }
}

fn reference_tables(run: &RunSpec, census: &Census) -> Vec<Events> {
    let mut engine = open(Mode::Reference, run, census, &EngineOptions::default()).unwrap();
    let log = engine.generate().unwrap();
    log.years().map(Result::unwrap).collect()
}

fn assert_identical(run: &RunSpec, census: &Census) {
    let report = compare_modes(&Mode::ALL, run, census, &EngineOptions::default()).unwrap();
    let shown: String = report.differences.iter().map(ToString::to_string).collect();
    assert!(report.is_identical(), "seed {} {}..{}\n{shown}", run.seed, run.start_year, run.end_year);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn all_engines_agree_and_the_log_rebuilds_the_state(
        people in people(), assumptions in assumptions(), seed in any::<u64>(), start in 2019i32..2030, years in 1i32..4,
    ) {
        let run = RunSpec::new("property", "plan", seed, start, start + years - 1, assumptions).unwrap();
        let census = census_of(&people, &run);
        // A tiny company cannot always hire what the plan wants; that must be refused alike, before any work.
        match run.plans(census.len()) {
            Err(_) => for mode in Mode::ALL {
                prop_assert!(open(mode, &run, &census, &EngineOptions::default()).is_err());
            },
            Ok(_) => {
                assert_identical(&run, &census);
                replay(&run, &census, &reference_tables(&run, &census));
            }
        }
    }
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
    let loaded = census::synthetic(scenario.employee_count, &run);
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
        let loaded = census::synthetic(scenario.employee_count, &run);
        let report = compare_modes(&Mode::ALL, &run, &loaded.census, &EngineOptions::default()).unwrap();
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
    for mode in Mode::ALL {
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
