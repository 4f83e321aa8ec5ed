//! Histories, comparisons and the calibration, through the real binary.
#![allow(clippy::unwrap_used)] // helpers of tests: a panic says where

mod common;

use common::{check, folder, json, leftovers, planbench_in, read};
use std::path::Path;

/// A history of one benchmark: a real entry, copied with other dates, commits and times.
fn history(place: &Path, factors: &[f64]) {
    let run = "run --quick --modes reference --runs 2 --history seed -q";
    check(planbench_in(place, run), 0, &[]);
    let seed = std::fs::read_dir(place.join("seed")).unwrap().next().unwrap().unwrap().path();
    let entry = json(&seed);
    std::fs::create_dir_all(place.join("history")).unwrap();
    for (index, factor) in factors.iter().enumerate() {
        let mut entry = entry.clone();
        let session = format!("202601{:02}T{:02}0000Z-1", 1 + index / 24, index % 24);
        entry["session"] = session.clone().into();
        entry["timestamp"] = format!("2026-01-{:02}T{:02}:00:00Z", 1 + index / 24, index % 24).into();
        entry["git_commit"] = format!("c{index:039}").into();
        entry["samples"]["execution_time_seconds"] = vec![0.1 * factor, 0.1 * factor].into();
        entry["samples"]["peak_memory_bytes"] = vec![3e7, 3e7].into();
        let text = serde_json::to_string(&entry).unwrap();
        std::fs::write(place.join(format!("history/{session}_quick_reference.json")), text).unwrap();
    }
}

/// Noise of about one percent, the same each time.
fn noise(index: usize) -> f64 {
    1.0 + 0.012 * (((index * 7_919) % 101) as f64 / 50.0 - 1.0)
}

#[test]
fn a_step_is_found_between_its_commits() {
    let place = folder();
    let step: Vec<f64> = (0..40).map(|index| noise(index) * if index < 25 { 1.0 } else { 1.05 }).collect();
    history(place.path(), &step);
    let text =
        check(planbench_in(place.path(), "trend"), 0, &["quick/reference", "WORSE", "written: out/reports/trend.html"]);
    let trend = json(&place.path().join("out/reports/trend.json"));
    let time = &trend["series"][0];
    let changes = time["changes"].as_array().expect("judged");
    assert_eq!(changes.len(), 1, "{text}");
    let index = changes[0]["index"].as_u64().unwrap();
    assert!((24..=26).contains(&index), "{index}");
    let (before, after) = (index - 1, index);
    assert_eq!(changes[0]["last_before"]["commit"], format!("c{before:039}"));
    assert_eq!(changes[0]["first_after"]["commit"], format!("c{after:039}"));
    assert_eq!(trend["series"][1]["changes"].as_array().expect("judged").len(), 0, "memory did not change");
    let html = read(&place.path().join("out/reports/trend.html"));
    assert_eq!(html.matches("<svg").count(), 2);
    assert!(leftovers(place.path()).is_empty());
}

#[test]
fn a_history_that_is_missing_short_or_broken_is_said_to_be() {
    let place = folder();
    check(planbench_in(place.path(), "trend"), 2, &["history", "no sessions there", "--history DIR"]);
    history(place.path(), &[1.0, 1.0, 1.0]);
    check(planbench_in(place.path(), "trend"), 0, &["too few sessions"]);
    check(planbench_in(place.path(), "trend --scenarios 5kx5"), 2, &["no sessions of these"]);
    let broken = place.path().join("history/20260101T010000Z-1_quick_reference.json");
    let whole = read(&broken);
    std::fs::write(&broken, &whole[..100]).unwrap();
    check(planbench_in(place.path(), "trend"), 2, &["20260101T010000Z-1_quick_reference.json"]);
}

#[test]
fn writers_at_the_same_time_do_not_meet() {
    let place = folder();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let run = "run --quick --modes reference --runs 2 --history h -q";
                check(planbench_in(place.path(), run), 0, &[]);
            });
        }
    });
    assert_eq!(std::fs::read_dir(place.path().join("h")).unwrap().count(), 4);
    check(planbench_in(place.path(), "trend --history h"), 0, &["4 session(s)"]);
}

#[test]
fn a_history_widens_what_a_stored_baseline_proves() {
    let place = folder();
    let days: Vec<f64> = (0..12).map(|day| [0.8, 1.0, 1.25][day % 3]).collect();
    history(place.path(), &days);
    let update = "baseline-update --scenarios quick --modes reference --runs 4 --no-criterion --yes";
    check(planbench_in(place.path(), update), 0, &[]);
    let arguments = "regression-check --scenarios quick --modes reference --runs 4 --time-threshold 900";
    check(planbench_in(place.path(), arguments), vec![0, 1, 3], &[]);
    let checked = json(&place.path().join("out/reports/check.json"));
    let time = &checked["benchmarks"][0]["judgements"][0];
    assert_eq!(time["between_days"], true);
    let interval = &time["ratio_interval"];
    let width = interval["upper"].as_f64().unwrap() / interval["lower"].as_f64().unwrap();
    assert!(width > 2.0, "days differ by a quarter: {interval}");
}

/// What the daily monitor adds to the history before it checks is not what the check is held against.
#[test]
fn a_day_is_not_its_own_yardstick() {
    let place = folder();
    let run = "run --quick --modes reference --runs 6 --history history -q";
    check(planbench_in(place.path(), run), 0, &[]);
    let history = place.path().join("history");
    let today = std::fs::read_dir(&history).unwrap().next().unwrap().unwrap().path();
    let entry = json(&today);
    let other = |session: &str, factor: f64| {
        let mut entry = entry.clone();
        entry["session"] = session.into();
        entry["git_commit"] = format!("{session:0>40}").into();
        let times = entry["samples"]["execution_time_seconds"].as_array().unwrap();
        let times: Vec<f64> = times.iter().map(|time| time.as_f64().unwrap() * factor).collect();
        entry["samples"]["execution_time_seconds"] = times.into();
        serde_json::to_string(&entry).unwrap()
    };
    let baselines = place.path().join("target-baselines");
    std::fs::create_dir_all(&baselines).unwrap();
    let verdict = |factor: f64, code: i32| {
        std::fs::write(baselines.join("quick_reference.json"), other("20260101T000000Z-1", factor)).unwrap();
        for day in 0..10 {
            let session = format!("202602{:02}T000000Z-1", day + 1);
            let text = other(&session, factor * noise(day));
            std::fs::write(history.join(format!("{session}_quick_reference.json")), text).unwrap();
        }
        let arguments = "regression-check --from out --scenarios quick --modes reference";
        check(planbench_in(place.path(), arguments), code, &["quick/reference"]);
        json(&place.path().join("out/reports/check.json"))["benchmarks"][0].clone()
    };
    // Today takes a hundred times as long as ten quiet days: more than any noise of this machine.
    let slow = verdict(0.01, 1);
    assert_eq!((slow["judgements"][0]["between_days"].as_bool(), slow["verdict"].as_str()), (Some(true), Some("fail")));
    assert_eq!(slow["judgements"][1]["figure"], "throughput");
    assert_eq!(slow["judgements"][1]["verdict"], "fail");
    assert_eq!(slow["decided_by"], serde_json::json!(["throughput"]));
    // And a hundredth as long as they: no regression.
    assert_eq!(verdict(100.0, 0)["judgements"][0]["between_days"], true);
}

#[test]
fn a_planted_slow_down_is_proven_round_by_round() {
    let place = folder();
    let own = env!("CARGO_BIN_EXE_planbench");
    // A scenario that only this folder knows; the sides work in folders of their own.
    let settings = "[[scenario]]\nname = 'ours'\nemployee_count = 30\nstart_year = 2025\nend_year = 2025\npurpose = 'head count'\n";
    std::fs::write(place.path().join("planbench.toml"), settings).unwrap();
    // Sizes that no noise reaches; the usual ones are the calibration's business.
    let compare = |more: &str| {
        let line =
            format!("compare --time-threshold 300 --throughput-threshold 75 --modes reference --scenarios {more}");
        planbench_in(place.path(), &line).arg("--").arg(own).output().unwrap()
    };
    let plain = compare("ours");
    check(&plain, vec![0, 3], &[]);
    assert!(String::from_utf8_lossy(&plain.stdout).contains("ours-30x2025-2025/reference"));
    let text = String::from_utf8_lossy(&compare("quick --pad-head reference:time=3000").stdout).into_owned();
    // A machine too noisy to judge says so, and never passes this.
    assert!(text.contains("FAIL          quick/reference (") && text.contains("20 rounds"), "{text}");
    assert!(text.contains("this program against") && !text.contains(": PASS"), "{text}");
    assert_eq!(text.matches("\nestimate: Hodges-Lehmann").count(), 1, "how it is made, once: {text}");
    let written = json(&place.path().join("out/reports/compare.json"));
    assert_eq!(written["benchmarks"][0]["rounds"].as_array().unwrap().len(), 20);
    for judged in written["benchmarks"][0]["judgements"].as_array().unwrap() {
        let of = |key: &str| judged[key].as_f64().unwrap();
        assert!((of("head") / of("base") / of("ratio") - 1.0).abs() < 1e-9, "{judged}");
    }
    assert!(read(&place.path().join("out/reports/compare.md")).contains("FAIL"));
    let slow_base = compare("quick --pad-base reference:time=3000");
    check(&slow_base, vec![0, 3], &[]); // faster is no regression
    check(&compare("quick --max-time 0s"), 2, &["--max-time"]);
    check(&compare("quick --runs 3"), 2, &["--runs", "unexpected"]);
    check(&compare("quick --max-time 0.001"), 3, &["out of time after 0 round(s)"]);
    let short = compare("quick --max-time 1ms");
    check(&short, 3, &["INCONCLUSIVE", "out of time after 0 round(s)"]);
    check(planbench_in(place.path(), "compare no-such-thing"), 2, &["no-such-thing"]);
    check(planbench_in(place.path(), "compare /bin/true"), 2, &["is no planbench"]);
}

#[test]
fn a_head_with_other_output_or_a_crash_is_the_headline() {
    let place = folder();
    let script = |name: &str, body: &str| {
        let file = place.path().join(name);
        std::fs::write(&file, format!("#!/bin/sh\n{body}\n")).unwrap();
        assert_cmd::Command::new("chmod").arg("755").arg(&file).assert().success();
        file.display().to_string()
    };
    let own = env!("CARGO_BIN_EXE_planbench");
    let version = "[ \"$1\" = --version ] && { echo planbench 9; exit 0; }";
    let crashing = script("crashing", &format!("{version}; echo no memory >&2; exit 7"));
    let seeded = format!("{version}; exec {own} \"$@\" && exit 0");
    let changed = script(
        "changed",
        &format!(
            "{version}; {own} \"$@\" || exit; sed -i 's/\"fingerprint\": \"2:../\"fingerprint\": \"2:00/' report.json"
        ),
    );
    let same = script("same", &seeded);
    let older = script("older", &format!("{version}; unset PLANBENCH_TURNS; exec {own} \"$@\""));
    let compare = |head: &str| {
        planbench_in(place.path(), "compare")
            .args([own, head, "--scenarios", "quick", "--modes", "reference"])
            .output()
            .unwrap()
    };
    check(&compare(&crashing), 1, &["FAIL", "critical", "the head does not run", "no memory"]);
    check(&compare(&changed), 1, &["OUTPUT CHANGED"]);
    check(&compare(&same), vec![0, 3], &[]);
    check(&compare(&older), 2, &["does not take turns"]);
    check(
        planbench_in(place.path(), "compare").args([&older, own, "--scenarios", "quick", "--modes", "reference"]),
        2,
        &["does not take turns"],
    );
}

#[test]
fn a_process_that_dies_beside_the_others_is_blamed_only_if_it_dies_alone() {
    let place = folder();
    let own = env!("CARGO_BIN_EXE_planbench");
    let count = place.path().join("count");
    // Counts its starts, so that it can choose when to die.
    let script = |name: &str, body: &str| {
        let file = place.path().join(name);
        let start = format!(
            "#!/bin/bash\n[ \"$1\" = --version ] && {{ echo planbench 9; exit 0; }}\n\
             n=$(cat {0} 2>/dev/null || echo 0); n=$((n + 1)); echo $n > {0}\n{body}\nexec {own} \"$@\"\n",
            count.display()
        );
        std::fs::write(&file, start).unwrap();
        assert_cmd::Command::new("chmod").arg("755").arg(&file).assert().success();
        file.display().to_string()
    };
    let compare = |head: &str, more: &[&str]| {
        let _ = std::fs::remove_file(&count);
        let quick = "--scenarios quick --modes reference".split_whitespace();
        planbench_in(place.path(), "compare").args([own, head]).args(quick).args(more).output().unwrap()
    };
    let in_turn =
        "exec 3<>/dev/tcp/${PLANBENCH_TURNS%:*}/${PLANBENCH_TURNS#*:}; read -r -n1 -u3; echo in its turn >&2; exit 9";
    check(&compare(&script("in-turn", in_turn), &[]), 1, &["critical", "the head does not run", "in its turn"]);
    // Killed once beside the others, as by a lack of memory; from then on they run one after the other.
    let once = compare(&script("once", "[ $n = 1 ] && kill -9 $$"), &[]);
    check(&once, vec![0, 3], &[]);
    let rounds = json(&place.path().join("out/reports/compare.json"))["benchmarks"][0]["rounds"].clone();
    assert!(rounds.as_array().is_some_and(|rounds| rounds.len() >= 10));
    assert!(String::from_utf8_lossy(&once.stdout).contains("failed beside the others"), "it is said");
    // Dies after the first look, which has figures.
    let late = compare(&script("late", "[ $n -gt 12 ] && exit 9"), &["--pad-head", "reference:time=900"]);
    check(&late, 1, &["critical", "the head does not run"]);
}

#[test]
fn a_calibration_goes_on_where_it_stopped() {
    let place = folder();
    let calibrate = |plain: &str| {
        let line = format!("calibrate --scenarios quick --modes reference --plain {plain} --per-level 0 --to page.md");
        planbench_in(place.path(), &line).output().unwrap()
    };
    check(planbench_in(place.path(), "calibrate --report-only"), 2, &["no trials there"]);
    check(&calibrate("1"), 0, &["1 run(s) against itself", "page.md"]);
    let trial = place.path().join("calibration/none_001.json");
    let first = read(&trial);
    let text = check(&calibrate("2"), 0, &["2 run(s) against itself"]);
    assert_eq!(text.matches("nothing (A/A)").count(), 1, "only what was missing: {text}");
    assert_eq!(read(&trial), first);
    let page = read(&place.path().join("page.md"));
    assert!(page.contains("2 runs,") && page.contains("quick/reference | execution_time"), "{page}");
    assert!(page.contains("Program: planalign-bench"), "{page}");
    // Two at once would disturb each other.
    let other = std::fs::File::open(place.path().join("calibration")).unwrap();
    other.lock().unwrap();
    check(&calibrate("3"), 2, &["calibration", "another calibration writes its trials there"]);
    drop(other);
    // Trials of other work are not counted as this work's.
    let polars = "calibrate --scenarios quick --modes polars --plain 2 --per-level 0";
    check(planbench_in(place.path(), polars), 2, &["none_001.json", "other scenarios or modes", "--trials"]);
    std::fs::write(&trial, &first[..100]).unwrap();
    check(&calibrate("2"), 2, &["none_001.json", "not a whole trial", "move it away"]);
}
