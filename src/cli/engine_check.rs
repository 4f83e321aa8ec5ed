//! `planbench engine check`: the protocol and the rules, step by step, on inputs so small that a difference can be followed by
//! hand.

use super::context::{Context, FAILED, PASS};
use crate::census::{self, Census};
use crate::console;
use crate::engine::external::{self, Rules, Spec};
use crate::engine::{Engine, EngineOptions, EventLog, Mode, open};
use crate::error::Result;
use crate::figures;
use crate::files::temporary_workspace;
use crate::parity::{ParityReport, compare_logs};
use crate::rules::assumptions::Assumptions;
use crate::rules::run::RunSpec;
use crate::scenario::DEFAULT_PLAN_DESIGN;
use std::time::Instant;

/// A small run.
struct Case {
    name: &'static str,
    people: usize,
    years: (i32, i32),
    seed: u64,
    /// What differs from the default assumptions.
    assumptions: &'static str,
}

/// From what can hardly go wrong to what nobody thinks of.
const CASES: [Case; 8] = [
    Case { name: "one person", people: 1, years: (2025, 2025), seed: 1, assumptions: "" },
    Case {
        name: "nobody leaves",
        people: 20,
        years: (2025, 2026),
        seed: 2,
        assumptions: "[workforce]\ngrowth = 0.0\ntermination = 0.0\nnew_hire_termination = 0.0",
    },
    Case { name: "a leap year", people: 40, years: (2027, 2029), seed: 3, assumptions: "" },
    Case {
        name: "as many hires as there may be",
        people: 40,
        years: (2025, 2027),
        seed: 4,
        assumptions: "[workforce]\ngrowth = 0.0\ntermination = 0.35\nnew_hire_termination = 0.3",
    },
    Case {
        name: "everybody leaves, and a year without anybody",
        people: 20,
        years: (2025, 2026),
        seed: 5,
        assumptions: "[workforce]\ngrowth = -1.0\ntermination = 1.0",
    },
    Case {
        name: "other levels, bands and rates",
        people: 200,
        years: (2025, 2027),
        seed: 18_446_744_073_709_551_615,
        assumptions: r#"
[workforce]
growth_by_year = { 2026 = -0.1 }
[[levels]]
name = "one"
pay_min = 30000
pay_max = 70000
merit = 0.02
hire_percentile = 0.5
hire_market_factor = 1.0
[[levels]]
name = "two"
pay_min = 70000
pay_max = 300000
merit = 0.03
hire_percentile = 0.5
hire_market_factor = 1.1
[hiring]
level_shares = [0.7, 0.3]
[bands]
age_from = [40]
tenure_from = []
[promotion]
base = 0.4
age_multipliers = [1.0, 0.5]
tenure_multipliers = [1.0]
raise_by_level = { 1 = [0.05, 0.25] }
raise_cap_amount = 9000
[raise]
cola_by_year = { 2027 = 0.0 }
cap_amount = 2500
"#,
    },
    Case {
        name: "the plan enrolls everybody",
        people: 200,
        years: (2025, 2027),
        seed: 7,
        assumptions: "[enrollment]\nauto_hired_from = \"2010-01-01\"\nopt_out_grace_days = 0\nproactive_days = [0, 365]\n\
                      auto_window_days = 365\n[escalation]\nday = \"07-01\"\nhired_from = \"2012-01-01\"\ndelay_years = 2",
    },
    Case { name: "a hundred people", people: 100, years: (2025, 2026), seed: 42, assumptions: "" },
];

/// Sections of `docs/event-rules.md` by the columns whose values they decide.
const SECTIONS: [(&str, &str); 9] = [
    ("event_id", "Event id"),
    ("effective_date", "Events, Day of termination"),
    ("event_details", "event_details"),
    ("compensation_amount", "Folding"),
    ("previous_compensation", "Folding, Reported values"),
    ("employee_age", "Derived quantities"),
    ("employee_tenure", "Derived quantities"),
    ("event_probability", "Reported values, Tables"),
    ("event_sequence", "Order and sequence"),
];

/// Checks an engine.
///
/// # Errors
/// What the engine did that the protocol does not allow.
pub(super) fn check(mode: Mode, threads: usize, context: &Context) -> Result<u8> {
    let spec = context.file.engines().spec(mode)?;
    let options = EngineOptions { threads, engines: context.file.engines().only(mode), ..EngineOptions::default() };
    match external::version(spec) {
        Ok(version) => version.iter().for_each(|version| console::result(&format!("version: {version}"))),
        // Measurements go on without, too.
        Err(error) => console::warning(error.chain()),
    }
    let mut differing = 0;
    for (index, case) in CASES.iter().enumerate() {
        let years = match case.years {
            (first, last) if first == last => first.to_string(),
            (first, last) => format!("{first} to {last}"),
        };
        console::result(&format!("{}: {} people, {years}", case.name, case.people));
        let run = RunSpec::new(
            "check",
            DEFAULT_PLAN_DESIGN,
            case.seed,
            case.years.0,
            case.years.1,
            Assumptions::from_toml(case.assumptions)?,
        )?;
        let people = census::synthetic(case.people, &run).census;
        // Once is enough to see that a run leaves nothing to the next one.
        let again = index == 0 || index + 1 == CASES.len();
        match run_case(mode, spec, &run, &people, &options, again) {
            Ok(true) => {}
            Ok(false) => differing += 1,
            Err(error) => {
                // What does not keep the protocol in one case will not in the next.
                console::result("  FAILED");
                println!("{}: FAILED in case {} of {}, {}", spec.name, index + 1, CASES.len(), case.name);
                return Err(error);
            }
        }
    }
    if differing > 0 {
        println!("{}: NOT identical in {differing} of {} cases", spec.name, CASES.len());
        return Ok(FAILED);
    }
    match spec.rules {
        Rules::Planalign => println!("{}: identical in {} cases", spec.name, CASES.len()),
        Rules::Own => println!(
            "{}: the protocol is kept in {} cases; its rules are its own, so no row was looked at",
            spec.name,
            CASES.len()
        ),
    }
    Ok(PASS)
}

/// Runs one case; whether the rows are the reference's.
fn run_case(
    mode: Mode,
    spec: &Spec,
    run: &RunSpec,
    people: &Census,
    options: &EngineOptions,
    again: bool,
) -> Result<bool> {
    let follows_the_rules = spec.rules == Rules::Planalign;
    let mut reference = open(Mode::Reference, run, people, options)?;
    let expected = reference.generate()?;
    let step = |name: &str, clock: Instant, more: &str| {
        let took = figures::seconds(clock.elapsed().as_secs_f64());
        console::result(&format!("  {name:<9} ok  {took:>8}{more}"));
    };
    let clock = Instant::now();
    let mut engine = open(mode, run, people, options)?;
    step("open", clock, &versions(engine.as_ref()));
    let mut same = true;
    for round in 0..if again { 2 } else { 1 } {
        let clock = Instant::now();
        let log = engine.generate()?;
        let which = if round > 0 { ", again" } else { "" };
        step("generate", clock, &format!("  {} events{which}", log.event_count()?));
        if log.whole_run().is_none() {
            let place = temporary_workspace()?;
            let clock = Instant::now();
            log.persist(&run.years().collect::<Vec<_>>(), place.path(), options.threads)?;
            step("write", clock, "");
            if follows_the_rules {
                same &= compare(expected.as_ref(), log.as_ref(), spec)?;
            }
        } else if follows_the_rules {
            same &= compare(expected.as_ref(), log.as_ref(), spec)?;
        }
    }
    let clock = Instant::now();
    engine.close()?;
    step("close", clock, "");
    Ok(same)
}

fn versions(engine: &dyn Engine) -> String {
    let known: Vec<String> = engine.versions().iter().map(|(name, version)| format!("{name} {version}")).collect();
    if known.is_empty() { String::new() } else { format!("  {}", known.join(", ")) }
}

/// Holds the rows against the reference's, and says where they differ and where the rule stands.
fn compare(expected: &dyn EventLog, found: &dyn EventLog, spec: &Spec) -> Result<bool> {
    let clock = Instant::now();
    let names = |name: &str| name.to_owned();
    let report = match compare_logs(&[(names("reference"), expected), (names(&spec.name), found)]) {
        // Rows that cannot be held against others differ.
        Err(error) if error.differs() => {
            console::result(&format!("  rows      DIFFER: {error}"));
            return Ok(false);
        }
        report => report?,
    };
    if report.is_identical() {
        console::result(&format!("  rows      ok  {:>8}  identical", figures::seconds(clock.elapsed().as_secs_f64())));
        return Ok(true);
    }
    console::result("  rows      DIFFER:");
    for difference in &report.differences {
        console::result(&difference.to_string());
    }
    for section in sections(&report) {
        console::result(&format!("  see docs/event-rules.md: {section}"));
    }
    Ok(false)
}

/// Where the rules of the differing columns stand.
fn sections(report: &ParityReport) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for column in report.differences.iter().flat_map(|difference| difference.columns()) {
        let section = SECTIONS.iter().find(|(name, _)| *name == column);
        let line = section.map(|(name, section)| format!("{section} (of {name})"));
        if let Some(line) = line.filter(|line| !found.contains(line)) {
            found.push(line);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::schema::EVENT_COLUMNS;

    #[test]
    fn cases_are_what_their_names_say() {
        for case in &CASES {
            let assumptions = Assumptions::from_toml(case.assumptions).expect(case.name);
            let run = RunSpec::new("check", "d", case.seed, case.years.0, case.years.1, assumptions).expect(case.name);
            let plans = run.plans(case.people).expect(case.name);
            match case.name {
                "nobody leaves" => assert!(plans.iter().all(|plan| plan.leavers + plan.hires == 0)),
                "as many hires as there may be" => {
                    assert!(plans.iter().all(|plan| plan.hires >= plan.headcount * 9 / 20))
                }
                "everybody leaves, and a year without anybody" => assert_eq!(plans[1].headcount, 0),
                "a leap year" => assert!((case.years.0..=case.years.1).contains(&2028)),
                _ => assert!(plans[0].headcount > 0),
            }
        }
    }

    #[test]
    fn sections_are_of_columns_and_stand_in_the_page() {
        let page = include_str!("../../docs/event-rules.md");
        for (column, sections) in SECTIONS {
            assert!(EVENT_COLUMNS.iter().any(|known| known.name == column), "{column}");
            for section in sections.split(", ") {
                assert!(page.contains(&format!("# {section}\n")), "{section}");
            }
        }
    }
}
