//! Engines that do not keep to the protocol of a session.

use crate::shop::Shop;

/// An engine with a fault: its name, its functions, lines of settings, and words of the error.
type Case = (&'static str, &'static str, &'static str, &'static [&'static str]);

/// One run of each: it failed and says why, and what the others say stands.
fn each_fails(cases: &[Case]) {
    let shop = Shop::new();
    for (name, functions, settings, _) in cases {
        shop.session(name, functions, settings);
    }
    let names: Vec<&str> = cases.iter().map(|case| case.0).collect();
    let text = shop.check(&format!("run --scenarios quick --runs 1 --modes reference {}", names.join(" ")), 2, &[]);
    for (name, _, _, words) in cases {
        let record = shop.record(name);
        let error = record["error"].as_str().unwrap_or_default();
        assert_eq!(record["success"], false, "{name}");
        assert!(record["observation"].is_null() && record["ended_from_outside"] != true, "{name}: {record}");
        assert!(error.contains(&format!("engine {name}, ")), "{name}: {error}");
        for part in *words {
            assert!(error.contains(part), "{name}: {part:?} not in {error}");
        }
        assert!(text.contains(&format!("quick/{name} run 1: ")), "{name}:\n{text}");
    }
    assert_eq!(shop.record("reference")["success"], true);
    assert!(text.contains("written: out/reports/report.json"), "{text}");
}

#[test]
fn programs_that_end_hang_or_never_start() {
    let missing = "echo \"ModuleNotFoundError: No module named 'polars'\" >&2; exit 1";
    each_fails(&[
        ("crash-open", "open() { echo 'no census' >&2; exit 3; }", "", &["open", "exit status: 3", "no census"]),
        (
            "crash-generate",
            "generate() { echo 'level 9?' >&2; exit 1; }",
            "",
            &["generate", "exit status: 1", "level 9?"],
        ),
        ("crash-write", "write() { copy; exit 7; }", "", &["write", "exit status: 7", "its last words: nothing"]),
        ("ends-at-once", "exit 0", "", &["open", "exit status: 0", "before it had answered"]),
        ("killed", "generate() { kill -9 $$; }", "", &["generate", "signal: 9 (SIGKILL)"]),
        ("module", missing, "", &["open", "No module named 'polars'", "exit status: 1"]),
        (
            "hangs",
            "generate() { echo 'thinking' >&2; sleep 600; }",
            "time_limit_seconds = 1",
            &["generate: no answer within 1 s (time_limit_seconds)", "thinking"],
        ),
        ("deaf", "sleep 600", "time_limit_seconds = 1", &["open: no answer within 1 s"]),
        (
            "stays",
            "close() { sleep 600; }",
            "time_limit_seconds = 1",
            &["close: still there 1 s after it was told to end"],
        ),
        ("mute", "generate() { exec >&-; sleep 600; }", "", &["generate", "closed its standard output and went on"]),
        ("bad-end", "close() { echo 'lost it' >&2; exit 4; }", "", &["close: it ended with exit status: 4", "lost it"]),
        (
            "says-failed",
            r#"generate() { printf '{"answer":"failed","id":%s,"error":"no level 9\\nin the plan"}\n' $id; }"#,
            "",
            &["generate: it says that it failed", "no level 9"],
        ),
    ]);
}

#[test]
fn answers_that_are_none() {
    let endless = "generate() { head -c 1100000 /dev/zero | tr '\\0' x; sleep 600; }";
    each_fails(&[
        (
            "greets",
            "open() { echo 'Welcome to Spark'; answer ready; }",
            "",
            &["open", "`Welcome to Spark`", "standard error"],
        ),
        ("talks", "generate() { answer generated ',\"events\":457'; echo 'done!'; }", "", &["write", "`done!`"]),
        ("empty-line", "generate() { echo; answer generated ',\"events\":457'; }", "", &["generate", "an empty line"]),
        (
            "other-id",
            "generate() { id=9; answer generated ',\"events\":457'; }",
            "",
            &["with id 9", "id of the request, 2"],
        ),
        ("no-id", "generate() { echo '{\"answer\":\"generated\",\"events\":457}'; }", "", &["missing field `id`"]),
        ("more-keys", "generate() { answer generated ',\"events\":457,\"rows\":1'; }", "", &["unknown field `rows`"]),
        ("fewer-keys", "generate() { answer generated; }", "", &["missing field `events`", "\"events\": how many"]),
        (
            "other-answer",
            "generate() { answer written; }",
            "",
            &["\"answer\":\"written\"", "\"answer\": \"generated\""],
        ),
        ("twice-key", "generate() { answer generated ',\"events\":457,\"events\":457'; }", "", &["duplicate field"]),
        ("endless", endless, "", &["more than 1048576 bytes without an end of line"]),
        (
            "year-count",
            "generate() { answer generated ',\"events\":457,\"year_seconds\":[0.0]'; }",
            "",
            &["with 1 year_seconds", "one for each of 2 year(s)"],
        ),
        (
            "year-sum",
            "generate() { answer generated ',\"events\":457,\"year_seconds\":[50.5,50]'; }",
            "",
            &["with year_seconds of 100.500 s together"],
        ),
        (
            "step-time",
            "generate() { answer generated ',\"events\":457,\"step_seconds\":{\"a\":-1}'; }",
            "",
            &["with -1 seconds for a year or step"],
        ),
        (
            "fewer",
            "generate() { answer generated ',\"events\":456'; }",
            "",
            &["it generated 456 events, and wrote 457"],
        ),
    ]);
}

#[test]
fn a_second_answer_is_never_taken_for_the_next_ones() {
    let twice = "{ answer generated ',\"events\":457'; answer generated ',\"events\":457'; }";
    // The later it comes, the later the request that it is held against.
    let late = "{ answer generated ',\"events\":457'; (sleep 0.2; answer generated ',\"events\":457') & }";
    each_fails(&[
        ("twice", &format!("generate() {twice}").leak()[..], "", &["write: it answered", "for each request"]),
        (
            "twice-late",
            &format!("generate() {late}\nwrite() {{ sleep 0.4; copy; answer written; }}").leak()[..],
            "",
            &["write: it answered with id 2", "id of the request, 3"],
        ),
        ("twice-open", "open() { answer ready; answer ready; }", "", &["generate: it answered"]),
        ("last-word", "close() { echo 'bye'; exit 0; }", "", &["close: it answered `bye`"]),
    ]);
}

#[test]
fn an_engine_that_talks_much_or_reads_slowly_works() {
    let shop = Shop::new();
    let flood = "generate() { head -c 300000 /dev/zero | tr '\\0' e >&2; answer generated ',\"events\":457'; }";
    shop.session("talks", flood, "");
    shop.session("slow", "sleep 0.3", "");
    shop.session(
        "steps",
        "generate() { answer generated ',\"events\":457,\"year_seconds\":[0,0],\"step_seconds\":{\"events\":0}'; }",
        "",
    );
    shop.check("run --scenarios quick --runs 1 --modes talks slow steps", 0, &["quick/talks", "quick/slow"]);
    let record = shop.record("steps");
    assert_eq!((&record["success"], &record["parity"]), (&true.into(), &"identical".into()));
    assert_eq!(record["observation"]["step_seconds"]["events"], 0.0);
    assert_eq!(record["engine"]["versions"]["shell"], "1.0");
}
