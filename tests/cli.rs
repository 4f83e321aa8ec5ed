//! The real binary, end to end.

mod common;

use common::{check, folder, planbench};
use polars::prelude::SerReader;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

fn path(path: &Path) -> &str {
    path.to_str().expect("a UTF-8 path")
}

const HEADER: &str = "employee_id,employee_birth_date,employee_hire_date,employee_gross_compensation";

fn write(folder: &Path, name: &str, lines: &[&str]) -> PathBuf {
    let file = folder.join(name);
    fs::write(&file, lines.join("\n") + "\n").expect("the test can write");
    file
}

#[test]
fn scenarios_are_listed() {
    check(planbench("scenarios"), 0, &["quick", "1kx3", "5kx5", "stress", "58,036", "custom"]);
}

#[test]
fn unknown_names_are_refused_with_the_known() {
    let out = folder();
    let out = path(out.path());
    check(planbench("generate --mode sql --scenario 5kx6 --out").arg(out), 2, &["5kx6", "quick, 1kx3, 5kx5, stress"]);
    check(planbench("generate --mode spark --scenario quick --out").arg(out), 2, &["spark", "sql, polars, reference"]);
    check(planbench("parity --modes sql"), 2, &["two or more"]);
}

#[test]
fn every_engine_writes_the_same_files() {
    let base = folder();
    let mut schemas = Vec::new();
    for mode in ["sql", "polars", "reference"] {
        let out = base.path().join(mode);
        check(
            planbench(&format!("generate --mode {mode} --scenario quick --out")).arg(&out),
            0,
            &["457 events", "deferral_escalation"],
        );
        assert!(out.join("simulation_year=2026/events.parquet").is_file());
        let summary: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(out.join("generation_summary.json")).expect("a summary"))
                .expect("JSON");
        assert_eq!(summary["events"], 457);
        assert_eq!(summary["years"][1]["headcount_end"], 106);
        assert_eq!(summary["mode"], mode);
        schemas.push(read_back(&out));
    }
    assert_eq!(schemas[0], schemas[1], "sql and polars");
    assert_eq!(schemas[0], schemas[2], "sql and reference");
}

/// Schema and rows of an output as DuckDB and as Polars read them.
fn read_back(out: &Path) -> (Vec<(String, String)>, Vec<String>, String) {
    use polars::prelude::*;
    let files = format!("{}/*/events.parquet", out.display());
    let duckdb = duckdb::Connection::open_in_memory().expect("DuckDB");
    let mut statement = duckdb
        .prepare(&format!("DESCRIBE SELECT * FROM read_parquet('{files}', hive_partitioning = true)"))
        .expect("SQL");
    let columns = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .expect("a schema")
        .collect::<Result<Vec<(String, String)>, _>>()
        .expect("rows");
    assert_eq!(columns.len(), 21);
    assert!(columns.contains(&("compensation_amount".into(), "DECIMAL(18,2)".into())));
    let digest: String = duckdb
        .query_row(
            &format!("SELECT md5(string_agg(e::VARCHAR, '' ORDER BY simulation_year, employee_id, event_sequence)) FROM read_parquet('{files}', hive_partitioning = true) e"),
            [],
            |row| row.get(0),
        )
        .expect("a digest");
    let frame = ParquetReader::new(fs::File::open(out.join("simulation_year=2025/events.parquet")).expect("a file"))
        .finish()
        .expect("Polars reads it");
    let dtypes = frame.schema().iter().map(|(name, dtype)| format!("{name} {dtype}")).collect();
    (columns, dtypes, digest)
}

#[test]
fn a_folder_in_use_is_not_overwritten() {
    let out = folder();
    let generate = |extra: &str| {
        let line = format!("generate --mode reference --scenario quick {extra} --out");
        planbench(&line).arg(out.path()).output().unwrap()
    };
    check(&generate(""), 0, &[]);
    check(&generate(""), 2, &["not empty", "--force"]);
    check(&generate("--force"), 0, &[]);
    write(out.path(), "notes.txt", &["mine"]);
    check(&generate("--force"), 2, &["notes.txt"]);
    assert!(out.path().join("notes.txt").is_file());
    fs::remove_file(out.path().join("notes.txt")).expect("it can go");
    // Partitions are named like this by others, too.
    write(&out.path().join("simulation_year=2025"), "other.parquet", &["theirs"]);
    check(&generate("--force"), 2, &["simulation_year=2025", "nothing else"]);
    check(planbench("parity --against").arg(out.path()), 2, &["nothing else"]);
    fs::remove_file(out.path().join("generation_summary.json")).expect("it can go");
    check(&generate("--force"), 2, &["no generation_summary.json"]);
    assert!(out.path().join("simulation_year=2025/other.parquet").is_file());
}

#[test]
fn two_runs_into_one_folder_do_not_mix() {
    let base = folder();
    let out = base.path().join("events");
    let start = |seed: &str| {
        Command::new(env!("CARGO_BIN_EXE_planbench"))
            .args([
                "generate",
                "--mode",
                "reference",
                "--scenario",
                "1kx3",
                "--seed",
                seed,
                "--force",
                "--out",
                path(&out),
            ])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("it starts")
    };
    for _ in 0..5 {
        let both = [start("1"), start("2")];
        let codes = both.map(|mut child| child.wait().expect("it ends").code());
        assert!(codes.contains(&Some(0)), "{codes:?}");
        check(planbench("parity --modes reference --against").arg(&out), 0, &["identical"]);
    }
    assert_eq!(fs::read_dir(base.path()).expect("the folder").count(), 1, "something was left");
}

#[test]
fn a_killed_run_leaves_nothing_half_written() {
    let base = folder();
    for (index, delay) in [100, 300, 600, 1_000].into_iter().enumerate() {
        let out = base.path().join(index.to_string());
        let mut child = Command::new(env!("CARGO_BIN_EXE_planbench"))
            .args([
                "generate",
                "--mode",
                "reference",
                "--employee-count",
                "60000",
                "--start-year",
                "2025",
                "--end-year",
                "2029",
            ])
            .args(["--out", path(&out)])
            .spawn()
            .expect("the binary starts");
        std::thread::sleep(Duration::from_millis(delay));
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
        // The folder appears as a whole, or not at all.
        if out.exists() {
            for year in 2025..=2029 {
                let file =
                    fs::File::open(out.join(format!("simulation_year={year}/events.parquet"))).expect("a whole output");
                polars::prelude::ParquetReader::new(file).finish().expect("and a whole file");
            }
            assert!(out.join("generation_summary.json").is_file());
        }
        check(planbench("generate --mode reference --scenario quick --out").args([path(&out), "--force"]), 0, &[]);
        let left: Vec<_> = fs::read_dir(&out).expect("the folder").flatten().map(|entry| entry.file_name()).collect();
        assert_eq!(left.len(), 3, "{left:?}");
    }
}

#[test]
fn parity_is_proven_and_broken_parity_is_shown() {
    check(
        planbench("parity --scenarios quick --seeds 1..2"),
        0,
        &["identical: 2 run(s)", "reference", "sql", "polars"],
    );

    let out = folder();
    let generated = out.path().join("run");
    check(planbench("generate --mode sql --scenario quick --seed 9 --out").arg(&generated), 0, &[]);
    check(planbench("parity --against").arg(&generated), 0, &["identical"]);

    // Events of another year put in the place of these: rows, not just counts, must be compared.
    let (first, second) =
        (generated.join("simulation_year=2025/events.parquet"), generated.join("simulation_year=2026/events.parquet"));
    fs::copy(second, first).expect("the test can copy");
    let text =
        check(planbench("parity --against").arg(&generated), 1, &["NOT identical", "missing", "first differing rows"]);
    assert!(text.contains("differing value(s) of event_id"), "{text}");

    fs::write(generated.join("simulation_year=2025/events.parquet"), b"PAR1 and then nothing")
        .expect("the test can write");
    check(planbench("parity --against").arg(&generated), 2, &["simulation_year=2025"]);
    check(planbench("parity --against").arg(out.path()), 2, &["generation_summary.json"]);
}

#[test]
fn threads_change_no_event() {
    let fingerprint = |mode: &str, threads: &str| {
        let out = folder();
        let output = planbench(&format!("generate --mode {mode} --scenario 1kx3 --threads"))
            .args([threads, "--out", path(&out.path().join("o"))])
            .output()
            .unwrap();
        check(&output, 0, &[]).lines().next().expect("a line").to_owned()
    };
    let expected = fingerprint("reference", "2");
    for mode in ["reference", "polars", "sql"] {
        for threads in ["1", "2", "8"] {
            assert_eq!(fingerprint(mode, threads), expected, "{mode} with {threads} thread(s)");
        }
    }
}

#[test]
fn a_census_is_refused_cell_by_cell() {
    let base = folder();
    let out = base.path().join("out");
    let bad = write(
        base.path(),
        "bad.csv",
        &[
            HEADER,
            "A,1980-01-01,2010-01-01,60000",
            "A,1980-01-01,2010-01-01,60000",
            "B,1980-13-01,2010-01-01,60000",
            // Hired later, so nobody looks at it.
            "C,1980-01-01,2025-01-01,60000",
            "D,1980-01-01,2010-01-01,-5",
            "E,1980-01-01,2010-01-01,NaN",
            "F,,2010-01-01,60000",
            "NH_2025_000001,1980-01-01,2010-01-01,60000",
        ],
    );
    let output = planbench("generate --mode sql --census")
        .args([path(&bad), "--start-year", "2025", "--end-year", "2026", "--out", path(&out)])
        .output()
        .unwrap();
    check(
        &output,
        2,
        &[
            "bad.csv: 6 unusable value(s)",
            "row 2 (line 3), column employee_id, value \"A\": duplicate id, also in row 1 (line 2)",
            "row 3 (line 4), column employee_birth_date, value \"1980-13-01\"",
            "row 5 (line 6), column employee_gross_compensation, value \"-5\"",
            "row 6 (line 7), column employee_gross_compensation, value \"NaN\"",
            "row 7 (line 8), column employee_birth_date, value \"\": missing value",
            "row 8 (line 9), column employee_id, value \"NH_2025_000001\": reserved",
        ],
    );
    assert!(!out.exists(), "nothing is written");

    let missing = write(base.path(), "missing.csv", &["employee_id,employee_birth_date", "A,1980-01-01"]);
    let run = |file: &Path, extra: &str| {
        let line = format!("parity --start-year 2025 --end-year 2026 {extra} --census");
        planbench(&line).arg(file).output().unwrap()
    };
    check(&run(&missing, ""), 2, &["missing column(s) employee_hire_date, employee_gross_compensation"]);
    check(&run(&base.path().join("absent.csv"), ""), 2, &["absent.csv", "No such file"]);
    check(&run(&write(base.path(), "empty.csv", &[HEADER]), ""), 2, &["no active employee"]);

    for (name, lines, parts) in [
        ("twice.csv", vec!["employee_id,employee_id", "A,A"], ["employee_id stands twice", "header"]),
        (
            "ragged.csv",
            vec![HEADER, "A,1980-01-01,2010-01-01,60000", "B,1980-01-01,2010-01-01"],
            ["row 2 (line 3)", "3 cell(s), the header has 4"],
        ),
        ("quote.csv", vec![HEADER, "A,\"1980-01-01,2010-01-01,60000"], ["row 1 (line 2)", "quote not closed"]),
    ] {
        check(&run(&write(base.path(), name, &lines), ""), 2, &parts);
    }
    let latin = base.path().join("latin.csv");
    fs::write(
        &latin,
        [HEADER.as_bytes(), b"\nA,1980-01-01,2010-01-01,60000\nB\xe9,1980-01-01,2010-01-01,1\n"].concat(),
    )
    .expect("a file");
    check(&run(&latin, ""), 2, &["row 2 (line 3), column employee_id", "UTF-8", "é in Windows-1252"]);
    let blank =
        write(base.path(), "blank.csv", &[&HEADER.replace(',', " , "), "A,1980-01-01,2010-01-01,60000", "", ""]);
    check(&run(&blank, ""), 0, &["1 active", "identical"]);

    let odd =
        write(base.path(), "odd.csv", &[HEADER, "A,1990-05-05,1980-01-01,60000", "B,1980-01-01,2010-01-01,60000"]);
    check(
        &run(&odd, ""),
        0,
        &["1 row(s) hired before birth, kept: row 1 (line 2), A: born 1990-05-05, hired 1980-01-01", "identical"],
    );
    check(&run(&odd, "--strict"), 2, &["refused by --strict"]);
}

#[test]
fn a_census_may_come_in_many_shapes() {
    let base = folder();
    let plain = write(
        base.path(),
        "plain.csv",
        &[HEADER, "A,1980-02-03,2010-01-01,60000", "B,1970-01-01,2015-06-30,125000.55"],
    );
    let shapes = write(
        base.path(),
        "shapes.csv",
        &[
            "region,active,employee_gross_compensation,employee_hire_date,employee_birth_date,employee_id,employee_termination_date,employee_deferral_rate",
            "west,yes,125000.55,2015-06-30 08:00:00,1970-01-01T00:00:00,B,,",
            "east,false,9,2015-06-30,1970-01-01,C,2020-01-01,0.1",
            "east,,9,2015-06-30,1970-01-01,D,2020-01-01,0.1",
            "east,true,\"60000\",2010-01-01,1980-02-03,A,,0",
        ],
    );
    let fingerprints = |file: &Path| {
        let output = planbench("parity --census")
            .args([path(file), "--start-year", "2025", "--end-year", "2027"])
            .output()
            .unwrap();
        let text = check(&output, 0, &["2 people"]);
        text.lines().find(|line| line.contains("reference")).expect("a fingerprint").to_owned()
    };
    assert_eq!(fingerprints(&plain), fingerprints(&shapes), "order, columns and notation do not matter");
    let output = planbench("parity --census")
        .args([path(&plain), "--employee-count", "3", "--start-year", "2025", "--end-year", "2026"])
        .output()
        .unwrap();
    check(&output, 2, &["2 active employee(s), not 3"]);
    // The custom run may be named, as for `run`; a scenario does not take its size.
    let years = "--employee-count 3 --start-year 2025 --end-year 2026";
    let named =
        |name| planbench(&format!("parity --scenarios {name}")).args(years.split_whitespace()).output().unwrap();
    check(&named("custom"), 0, &["identical: 1 run(s)"]);
    check(&named("quick"), 2, &["scenario quick brings its own years"]);
}

#[test]
fn assumptions_are_overridden_and_checked() {
    let base = folder();
    let file = write(base.path(), "a.toml", &["[workforce]", "growth = 0.1"]);
    let out = base.path().join("out");
    let polars = |file: &Path| {
        let line = "generate --mode polars --scenario quick --force --assumptions";
        planbench(line).arg(file).arg("--out").arg(&out).output().unwrap()
    };
    check(&polars(&file), 0, &["2025: 100 -> 110 people"]);
    let file = write(base.path(), "b.toml", &["[workforce]", "growht = 0.1"]);
    check(&polars(&file), 2, &["b.toml", "growht"]);
    let file = write(base.path(), "c.toml", &["[workforce]", "growth = 0.9"]);
    check(&polars(&file), 2, &["2025", "more than the 50 allowed"]);
}

#[test]
fn a_locked_database_names_the_remedy() {
    let base = folder();
    let file = base.path().join("events.duckdb");
    let generate = |out: &str| {
        let out = base.path().join(out);
        planbench("generate --mode sql --scenario quick --database")
            .args([path(&file), "--out", path(&out)])
            .output()
            .unwrap()
    };
    check(&generate("first"), 0, &["457 events"]);
    let holder = duckdb::Connection::open(&file).expect("the database opens");
    let events: i64 =
        holder.query_row("SELECT count(*) FROM events", [], |row| row.get(0)).expect("events are in the file");
    assert_eq!(events, 457);
    check(&generate("second"), 2, &["events.duckdb", "lock", "close it", "--database"]);
    drop(holder);
    check(&generate("third"), 0, &["457 events"]);
    // Somebody's own database is not written to, whatever its tables are called.
    let theirs = base.path().join("theirs.duckdb");
    let connection = duckdb::Connection::open(&theirs).expect("the database opens");
    connection.execute_batch("CREATE TABLE events (mine INTEGER)").expect("a table");
    drop(connection);
    let into = |file: &Path| {
        let out = base.path().join("elsewhere");
        planbench("generate --mode sql --scenario quick --database")
            .args([path(file), "--out", path(&out)])
            .output()
            .unwrap()
    };
    check(&into(&theirs), 2, &["theirs.duckdb", "did not make (events)", "--database"]);
    check(&into(&write(base.path(), "people.csv", &[HEADER])), 2, &["people.csv", "no DuckDB database"]);
}

#[test]
fn limits_that_make_no_sense_are_refused() {
    let out = folder();
    let out = path(out.path());
    check(planbench("generate --mode sql --scenario quick --threads 0 --out").arg(out), 2, &["--threads"]);
    let quick = |extra: &str| {
        planbench(&format!("generate --mode sql --scenario quick {extra} --out")).arg(out).output().unwrap()
    };
    check(&quick("--threads 9999999"), 2, &["1 to 1024"]);
    check(&quick("--memory-limit banana"), 2, &["such as 4GB"]);
    let crowd = ["--employee-count", "99999999999", "--start-year", "2025", "--end-year", "2025", "--out", out];
    let output = planbench("generate --mode sql").args(crowd).output().unwrap();
    check(&output, 2, &["99999999999 employees", "5000000"]);
    check(
        planbench("generate --mode polars --scenario quick --memory-limit 1GB --out").arg(out),
        2,
        &["memory limit", "sql"],
    );
    check(
        planbench("generate --mode sql --scenario stress --memory-limit 30MB --out").arg(out),
        2,
        &["emory", "--memory-limit"],
    );
}

/// A flag is no date and a number is no date, though both would cast to one.
#[test]
fn a_column_of_the_wrong_type_is_refused() {
    use polars::prelude::*;
    let base = folder();
    for (name, births) in [
        ("flags.parquet", Series::new("employee_birth_date".into(), [true, false])),
        ("numbers.parquet", Series::new("employee_birth_date".into(), [3_652i64, 3_653])),
    ] {
        let mut frame = df!(
            "employee_id" => ["A", "B"],
            "employee_hire_date" => ["2010-01-01", "2011-01-01"],
            "employee_gross_compensation" => [60_000.0, 70_000.0],
        )
        .expect("a frame");
        frame.with_column(births.into_column()).expect("a column");
        let file = base.path().join(name);
        ParquetWriter::new(fs::File::create(&file).expect("a file")).finish(&mut frame).expect("Parquet");
        let parity = "parity --start-year 2025 --end-year 2025 --census";
        check(planbench(parity).arg(&file), 2, &[name, "employee_birth_date is of type", "cannot be read as date"]);
    }
}
