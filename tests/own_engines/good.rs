//! Engines that do as they should, also as benchmarks; and engines that are run once and do not.

use crate::common::{check, command};
use crate::shop::{EVENTS, Shop, records_in};
use std::fs;

/// Generates by itself, from what the input folder says, in the folder for its temporary files.
const GENERATE: &str = r#"
fact() { sed -n "s/^ *\"$1\": \"\{0,1\}\([^\",]*\)\"\{0,1\},\{0,1\}$/\1/p" "$input/run.json"; }
events() {
    : > "$TMPDIR/empty.toml"
    "$PROGRAM" --quiet --config "$TMPDIR/empty.toml" generate --mode sql --scenario "$(fact scenario_id)" \
        --seed "$(fact seed)" --threads 1 --force --out "$TMPDIR/made" > "$TMPDIR/said"
    made=$TMPDIR/made
}
"#;

#[test]
fn a_session_and_a_command_agree_with_the_reference_for_every_seed() {
    let shop = Shop::empty();
    let generate =
        "generate() { events && answer generated \",\\\"events\\\":$(sed -n '1s/ events.*//p' \"$TMPDIR/said\")\"; }";
    shop.session("own-session", &format!("{GENERATE}{generate}"), "draws = true");
    shop.once(
        "own-command",
        &format!("{GENERATE}events && copy"),
        "version = ['sh', '-c', 'echo; echo own 1.2; echo more']",
    );
    let both = "--scenarios quick --modes reference own-session own-command";
    shop.check(&format!("parity {both} --seeds 41..42"), 0, &["identical: 2 run(s)"]);
    shop.check(&format!("run {both} --runs 1"), 0, &["quick/own-session", "quick/own-command"]);
    let (session, once) = (shop.record("own-session"), shop.record("own-command"));
    for record in [&session, &once] {
        assert_eq!((&record["success"], &record["parity"]), (&true.into(), &"identical".into()));
        assert_eq!(record["observation"]["events"], EVENTS);
        assert!(record["observation"]["peak_memory_bytes"].as_u64().is_some_and(|bytes| bytes > 0), "{record}");
    }
    assert!(session["observation"]["phases"]["engine_start"].as_f64().is_some_and(|seconds| seconds > 0.0));
    assert!(session["observation"]["wall_seconds"].is_f64() && session["observation"]["whole_seconds"].is_null());
    // What is run once has no execution time.
    assert!(once["observation"]["whole_seconds"].is_f64() && once["observation"]["wall_seconds"].is_null());
    assert_eq!(once["engine"]["versions"]["version"], "own 1.2");
    assert_eq!((&session["engine"]["draws"], &once["engine"]["protocol"]), (&true.into(), &"once".into()));

    // Their records are reported where no settings file knows them.
    let bare = crate::common::folder();
    let report =
        command().args(["report", "--output-dir"]).arg(shop.place().join("out")).current_dir(bare.path()).output();
    check(&report.unwrap(), 0, &["quick/own-session", "quick/own-command"]);
    let only = command()
        .args(["report", "--modes", "own-command", "--output-dir"])
        .arg(shop.place().join("out"))
        .current_dir(bare.path())
        .output();
    assert!(!check(&only.unwrap(), 0, &["quick/own-command"]).contains("own-session"));
}

#[test]
fn benchmarks_of_engines_leave_criterion_files() {
    let shop = Shop::new();
    shop.session("own-session", "", "");
    shop.once("own-command", "copy", "");
    let mut bench = shop.process();
    bench.args(["--bench", "--quick", "--noplot", "quick/own"]).env("BENCHMARK_MODES", "own-session,own-command");
    bench.env("BENCHMARK_SCENARIOS", "quick");
    check(
        &bench.output().unwrap(),
        0,
        &[
            "quick/own-session/wall_time",
            "quick/own-session/cpu_time",
            "quick/own-session/peak_memory",
            "quick/own-command/whole_run",
        ],
    );
    shop.nothing_is_left();
    let has = |engine: &str, function: &str| {
        let group = shop.place().join(format!("out/criterion/quick_{engine}"));
        group.join(function).join("new/estimates.json").is_file()
    };
    for function in ["cpu_time", "peak_memory"] {
        assert!(has("own-session", function) && has("own-command", function), "{function}");
    }
    assert!(has("own-session", "wall_time") && !has("own-session", "whole_run"));
    assert!(has("own-command", "whole_run") && !has("own-command", "wall_time"));
    assert!(records_in(&shop.place().join("out"), "own-session").iter().all(|record| record["success"] == true));
}

#[test]
fn a_benchmark_of_an_engine_that_fails_says_so_and_the_others_stand() {
    let shop = Shop::new();
    shop.session("own-session", "", "");
    shop.session("fails", "generate() { echo 'no luck' >&2; exit 5; }", "");
    shop.once("fails-once", "echo 'no luck' >&2; exit 5", "");
    let mut bench = shop.process();
    bench.args(["--bench", "--test"]).env("BENCHMARK_MODES", "own-session,fails,fails-once");
    bench.env("BENCHMARK_SCENARIOS", "quick");
    check(
        &bench.output().unwrap(),
        2,
        &["engine fails, generate", "no luck", "fails-once", "quick/own-session/wall_time"],
    );
    shop.nothing_is_left();
}

#[test]
fn commands_that_fail_say_why() {
    let shop = Shop::new();
    let cases: [(&str, &str, &str, &[&str]); 6] = [
        ("exits", "echo 'no census' >&2; exit 3", "", &["run: ", "exit status: 3", "no census"]),
        ("killed", "kill -9 $$", "", &["signal: 9 (SIGKILL)"]),
        ("module", "echo \"ModuleNotFoundError: No module named 'polars'\" >&2; exit 1", "", &["'polars'"]),
        (
            "hangs",
            "echo 'thinking' >&2; sleep 600",
            "time_limit_seconds = 1",
            &["within 1 s (time_limit_seconds)", "thinking"],
        ),
        ("idle", "", "", &["no folder simulation_year=2025"]),
        ("child", "copy; sleep 600 &", "", &["left processes behind", "sleep (process "]),
    ];
    for (name, work, settings, _) in &cases {
        shop.once(name, work, settings);
    }
    let flood = "head -c 300000 /dev/zero | tr '\\0' x; head -c 300000 /dev/zero | tr '\\0' x >&2; copy";
    shop.once("talks", flood, "");
    let names = cases.map(|case| case.0).join(" ");
    let text = shop.check(&format!("run --scenarios quick --runs 1 --modes talks {names}"), 2, &["quick/talks"]);
    assert_eq!(shop.record("talks")["parity"], "identical");
    for (name, _, _, words) in &cases {
        let record = shop.record(name);
        let error = record["error"].as_str().unwrap_or_default();
        assert!(record["success"] == false && error.contains(&format!("engine {name}, ")), "{name}: {error}");
        for part in *words {
            assert!(error.contains(part), "{name}: {part:?} not in {error}");
        }
        assert!(text.contains(&format!("quick/{name} run 1: ")), "{name}:\n{text}");
    }
    // There is no answer to wait for.
    assert!(!text.contains("before it had answered"), "{text}");
}

#[test]
fn a_proof_goes_on_without_what_fails() {
    let shop = Shop::new();
    shop.session("crash", "generate() { exit 1; }", "");
    let words = ["crash", "FAILED: engine crash, generate", "NOT proved: 1 failure(s) in 1 run(s)"];
    let text = shop.check("parity --scenarios quick --modes reference crash sql", 2, &words);
    let proved = text.lines().filter(|line| line.contains("457 events")).count();
    assert_eq!(proved, 2, "{text}");
}

#[test]
fn other_rules_are_measured_and_not_compared() {
    let shop = Shop::new();
    let generate = "generate() { answer generated ',\"events\":12'; }";
    let write = "write() { echo 'anything' > \"$output/rows.csv\"; answer written; }";
    shop.session("other", &format!("{generate}\n{write}"), "rules = 'own'");
    shop.check("run --scenarios quick --runs 1 --modes reference other", 0, &["quick/other"]);
    let record = shop.record("other");
    assert_eq!((&record["success"], &record["parity"]), (&true.into(), &"other_rules".into()));
    assert_eq!((&record["observation"]["events"], &record["engine"]["rules"]), (&12.into(), &"own".into()));
    assert!(record["observation"]["fingerprint"].is_null());
    let report = fs::read_to_string(shop.place().join("out/reports/report.json")).unwrap();
    assert!(report.contains("other_rules"), "{report}");
    for line in
        ["parity --scenarios quick --modes reference other", "generate --scenario quick --mode other --out events"]
    {
        shop.check(line, 2, &["engine other follows rules of its own"]);
    }
}
