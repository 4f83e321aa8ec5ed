//! Works and machines of one name: nothing is lost, and nothing is compared that is not the same.

use crate::engine::Mode;
use crate::machine::Machine;
use crate::record::benchmark::Benchmark;
use crate::record::run::RunRecord;
use crate::report::model::Report;
use crate::results::comparison::BASE;
use crate::results::examples::{sampled, session};
use crate::results::{Results, scaling, trend};

/// Runs of sql and polars on two CPUs, and of sql on one, as Criterion sampled it in the same folder.
fn of_two_machines() -> Results {
    let mut two = session("two", Some("c"), 0.1);
    let mut polars = session("two", Some("c"), 0.05);
    polars.iter_mut().for_each(|run| run.benchmark.mode = Mode::Polars);
    two.extend(polars);
    let machine = |cpus: usize| {
        let mut machine = Machine::current();
        machine.key.usable_cpus = cpus;
        machine
    };
    two.iter_mut().for_each(|run| run.machine = machine(2));
    let one = Benchmark { threads: 1, ..two[0].benchmark.clone() };
    Results::new(two.clone(), vec![sampled(&two[0].benchmark, &machine(2), 0.1), sampled(&one, &machine(1), 0.2)])
}

#[test]
fn no_row_is_lost_where_two_works_have_one_name() {
    let results = of_two_machines();
    assert_eq!(results.ids(), ["quick/sql", "quick/polars", "quick (1 CPU)/sql"]);
    let report = Report::new(&results, BASE, "planbench report".into());
    let json: serde_json::Value =
        serde_json::from_str(&crate::report::render::json::render(&report).expect("JSON")).expect("JSON");
    let time = |name: &str| {
        json["scenarios_tested"][name]["results_by_mode"]["sql"]["execution_time"]["estimate"].as_f64().expect("one")
    };
    assert!(time("quick") < 0.11 && time("quick (1 CPU)") > 0.19, "{json}");
    assert_eq!(json["scenarios_tested"]["quick (1 CPU)"]["threads"], 1);
    let samples = crate::report::render::csv::samples(&report).expect("CSV");
    assert_eq!(samples.lines().filter(|line| line.starts_with("quick (1 CPU),sql,criterion")).count(), 10);
    for shape in [crate::export::Shape::Bencher, crate::export::Shape::Openmetrics] {
        let text = shape.render(&report, &Default::default()).expect("an export");
        assert!(text.contains("quick (1 CPU)") && text.contains("quick"), "{text}");
    }
    // Two machines are two labels.
    let text = crate::export::Shape::Openmetrics.render(&report, &Default::default()).expect("an export");
    let machines: std::collections::BTreeSet<_> = text.split("machine=").skip(1).map(|rest| &rest[..10]).collect();
    assert_eq!(machines.len(), 2, "{text}");
    let markdown = crate::report::render::template::render("report.md", &report, None).expect("Markdown");
    assert!(markdown.contains("### quick (1 CPU)") && markdown.contains("not compared with each other"), "{markdown}");
    assert!(
        crate::report::render::template::render("report.html", &report, None)
            .is_ok_and(|html| html.contains("quick (1 CPU)"))
    );
}

#[test]
fn only_one_work_on_one_machine_is_compared() {
    let report = Report::new(&of_two_machines(), BASE, "planbench report".into());
    assert_eq!(report.summary.performance_comparison.total_comparisons, 1);
    let compared = report.scenarios[0].comparison.as_ref().expect("both modes");
    assert!((compared.speedup - 2.0).abs() < 1e-9 && report.scenarios[1].comparison.is_none());
    assert!((compared.throughput_ratio.expect("events") - compared.speedup).abs() < 1e-9);
    // The same scenario by its name, whatever else its results are called.
    let chosen = of_two_machines().select(&["quick".into()], &[Mode::Sql]).expect("there");
    assert_eq!(chosen.ids(), ["quick/sql", "quick (1 CPU)/sql"]);
}

#[test]
fn growth_is_within_one_seed_and_number_of_threads() {
    // Four sizes whose times grow with the square, and one more seed and thread count in which they do not.
    let mut records = Vec::new();
    for (name, employees, seconds) in [("a", 100, 1.0), ("b", 200, 4.0), ("c", 400, 16.0)] {
        for (seed, threads, factor) in [(42, 2, 1.0), (7, 2, 50.0), (42, 1, 300.0)] {
            let mut runs = session("s", None, seconds * factor);
            for run in &mut runs {
                run.benchmark.group = format!("{name}-seed{seed}-threads{threads}");
                run.benchmark.scenario = name.into();
                (run.benchmark.employees, run.benchmark.seed, run.benchmark.threads) = (employees, seed, threads);
            }
            records.extend(runs);
        }
    }
    let entries: Vec<_> = records
        .chunks(10)
        .map(|runs| {
            let runs: Vec<&RunRecord> = runs.iter().collect();
            crate::record::baseline::Baseline::from_records("history", &runs[0].benchmark, &runs).expect("an entry")
        })
        .collect();
    let growth = trend::Trend::new(&entries, String::new()).growth;
    let lines = scaling::lines(&Results::new(records, Vec::new()));
    let scaling: Vec<_> = lines.iter().filter_map(scaling::Line::scaling).collect();
    let slopes = growth.iter().map(|g| g.slope.value).chain(scaling.iter().map(|s| s.slope.value));
    let slopes: Vec<f64> = slopes.collect();
    assert_eq!((growth.len(), scaling.len()), (3, 3), "{growth:?} {scaling:?}");
    assert!(slopes.iter().all(|slope| (slope - 2.0).abs() < 1e-6), "{slopes:?}");
    assert!(scaling.iter().any(|s| s.conditions == "seed 7, 2 thread(s)"), "{scaling:?}");
}
