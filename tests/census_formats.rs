//! A census as payroll exports it: other names, dates, separators and compression, and the same people in all of them.
#![expect(clippy::unwrap_used, reason = "a test that cannot prepare its case has failed")]

mod common;

use chrono::NaiveDate;
use common::{check, folder, json, planbench_in};
use duckdb::arrow::array::*;
use duckdb::arrow::record_batch::RecordBatch;
use flate2::{Compression, write::GzEncoder};
use parquet::arrow::ArrowWriter;
use planalign_bench::census::{self, Census, CensusFile, CensusFormat, LoadedCensus};
use planalign_bench::rules::assumptions::Assumptions;
use planalign_bench::rules::run::RunSpec;
use proptest::prelude::*;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const NAMES: [&str; 8] = [
    "employee_id",
    "employee_birth_date",
    "employee_hire_date",
    "employee_gross_compensation",
    "employee_ssn",
    "employee_deferral_rate",
    "active",
    "auto_escalation_opt_out",
];
const THEIRS: [&str; 8] =
    ["EMP; ID", "Date, of Birth", "HIRED", "Pay\tgross", "Soc \"Sec\"", "Rate", "Still here", "No\nraise"];
const HEADER: &str = "employee_id,employee_birth_date,employee_hire_date,employee_gross_compensation";

fn spec() -> RunSpec {
    RunSpec::new("test", "plan", 42, 2025, 2025, Assumptions::default()).unwrap()
}

fn load(file: &Path, format: &CensusFormat, strict: bool) -> Result<LoadedCensus, String> {
    let file = CensusFile::open(file).unwrap().read_as(format.clone());
    file.load(&spec(), strict).map_err(|error| error.to_string())
}

fn put(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let file = folder.join(name);
    fs::write(&file, bytes).unwrap();
    file
}

/// Id, days of birth and hire, cents, social security number, basis points, active, opted out.
type Person = (String, i32, i32, i64, Option<String>, i32, bool, bool);

fn people() -> impl Strategy<Value = Vec<Person>> {
    let text = "[a-zA-Z0-9äß€',;\t\"|=. \n-]{0,12}";
    let person = (
        text,
        -62_000i32..19_000,
        -62_000i32..20_088,
        0i64..1_000_000_000,
        prop::option::of(text),
        0i32..=10_000,
        prop::bool::weighted(0.9),
        any::<bool>(),
    );
    let named = |(number, person): (usize, Person)| {
        // White space at the ends of text is dropped, and an id of nothing is missing.
        let text = |text: &str| text.trim().to_owned();
        let ssn = person.4.as_deref().map(text).filter(|ssn| !ssn.is_empty());
        (
            format!("{number}{}x", person.0),
            person.1,
            person.2,
            person.3,
            ssn,
            person.5,
            person.6 || number == 0,
            person.7,
        )
    };
    prop::collection::vec(person, 1..20).prop_map(move |all| all.into_iter().enumerate().map(named).collect())
}

fn date(day: i32) -> NaiveDate {
    NaiveDate::default() + chrono::TimeDelta::days(day.into())
}

fn parquet(file: &Path, people: &[Person]) {
    let text = |cell: fn(&Person) -> Option<String>| -> ArrayRef {
        Arc::new(people.iter().map(cell).collect::<StringArray>())
    };
    let days =
        |cell: fn(&Person) -> i32| -> ArrayRef { Arc::new(Date32Array::from_iter_values(people.iter().map(cell))) };
    let decimals = |cell: fn(&Person) -> i64, scale: i8| -> ArrayRef {
        let values = Decimal128Array::from_iter_values(people.iter().map(|person| i128::from(cell(person))));
        Arc::new(values.with_precision_and_scale(18, scale).unwrap())
    };
    let flags = |cell: fn(&Person) -> bool| -> ArrayRef {
        Arc::new(people.iter().map(|person| Some(cell(person))).collect::<BooleanArray>())
    };
    let columns = [
        text(|person| Some(person.0.clone())),
        days(|person| person.1),
        days(|person| person.2),
        decimals(|person| person.3, 2),
        text(|person| person.4.clone()),
        decimals(|person| person.5.into(), 4),
        flags(|person| person.6),
        flags(|person| person.7),
    ];
    let batch =
        RecordBatch::try_from_iter_with_nullable(NAMES.into_iter().zip(columns).map(|(n, c)| (n, c, true))).unwrap();
    let mut writer = ArrowWriter::try_new(File::create(file).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

/// How a program writes a file.
#[derive(Debug, Clone)]
struct Style {
    separator: char,
    says_separator: bool,
    line_end: &'static str,
    date: Option<&'static str>,
    comma: bool,
    names: [&'static str; 8],
    extra: bool,
    packed: usize,
}

fn style() -> impl Strategy<Value = Style> {
    let upper = NAMES.map(|name| &*name.to_uppercase().leak());
    (
        prop::sample::select(vec![',', ';', '\t']),
        any::<bool>(),
        prop::sample::select(vec!["\n", "\r\n", "\r", "\n\n"]),
        prop::sample::select(vec![
            None,
            Some("%m/%d/%Y"),
            Some("%d.%m.%Y"),
            Some("%Y%m%d"),
            Some("%d-%b-%Y"),
            Some("%B %e, %Y"),
        ]),
        any::<bool>(),
        prop::sample::select(vec![NAMES, THEIRS, upper]),
        any::<bool>(),
        0usize..6,
    )
        .prop_map(|(separator, says_separator, line_end, date, comma, names, extra, packed)| Style {
            separator,
            says_separator,
            line_end,
            date,
            comma: comma && separator != ',',
            names,
            extra,
            packed,
        })
}

impl Style {
    fn text(&self, people: &[Person]) -> String {
        let quoted = |cell: &str| format!("\"{}\"", cell.replace('"', "\"\""));
        let row = |cells: Vec<String>| {
            let mut cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
            if self.extra {
                cells.extend(["\"x,y;z\t\"".to_owned(), String::new(), String::new()]);
            }
            cells.join(&self.separator.to_string()) + self.line_end
        };
        let number = |unscaled: i64, scale: usize| {
            let digits = format!("{unscaled:0>width$}", width = scale + 1);
            let (whole, fraction) = digits.split_at(digits.len() - scale);
            format!("{whole}{}{fraction}", if self.comma { ',' } else { '.' })
        };
        let day = |day: i32| date(day).format(self.date.unwrap_or("%Y-%m-%d")).to_string();
        let mut text =
            if self.says_separator { format!("sep={}{}", self.separator, self.line_end) } else { String::new() };
        text += &row(self.names.map(str::to_owned).into());
        for person in people {
            text += &row(vec![
                person.0.clone(),
                day(person.1),
                day(person.2),
                number(person.3, 2),
                person.4.clone().unwrap_or_default(),
                number(person.5.into(), 4),
                if person.6 { "yes" } else { "NO" }.into(),
                u8::from(person.7).to_string(),
            ]);
        }
        text
    }

    fn bytes(&self, people: &[Person]) -> Vec<u8> {
        let text = self.text(people);
        let (first, second) = text.as_bytes().split_at(text.len() / 3);
        let gzip = |bytes: &[u8]| {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        };
        let zstd = |bytes: &[u8]| zstd::encode_all(bytes, 1).unwrap();
        let wide =
            |text: &str| -> Vec<u8> { format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect() };
        match self.packed {
            0 => text.into_bytes(),
            1 => format!("\u{feff}{text}").into_bytes(),
            2 => wide(&text),
            3 => [gzip(first), gzip(second)].concat(),
            // A frame to be skipped goes before the others.
            4 => [b"\x50\x2a\x4d\x18\x02\0\0\0ab".to_vec(), zstd(first), zstd(second)].concat(),
            _ => gzip(&wide(&text)),
        }
    }

    fn format(&self) -> CensusFormat {
        let theirs = if self.names == THEIRS { &THEIRS[..] } else { &[] };
        let pairs = NAMES.iter().zip(theirs).map(|(ours, theirs)| ((*ours).to_owned(), (*theirs).to_owned()));
        CensusFormat {
            columns: census::ColumnNames::new(pairs).unwrap(),
            date_format: self.date.map(|format| format.parse().unwrap()),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn the_same_people_are_the_same_census_however_they_are_written(people in people(), style in style()) {
        let base = folder();
        let file = base.path().join("people.parquet");
        parquet(&file, &people);
        let expected = load(&file, &CensusFormat::default(), false).unwrap();
        let found = load(&put(base.path(), "people", style.bytes(&people)), &style.format(), false);
        let found = found.unwrap_or_else(|error| panic!("{error}\n{}", style.text(&people)));
        prop_assert_eq!(&found.census, &expected.census);
        prop_assert_eq!((found.inactive, found.hired_later), (expected.inactive, 0));
        prop_assert_eq!(people.iter().filter(|person| person.6).count(), found.census.len());
    }
}

fn csv_of(rows: &str, separator: char) -> String {
    format!("{}\n{rows}", HEADER.replace(',', &separator.to_string()))
}

fn only(census: &Census) -> Vec<&str> {
    census.employee_id.iter().flatten().collect()
}

#[test]
fn who_is_hired_later_is_left_out_and_counted() {
    let base = folder();
    let text = format!(
        "{HEADER},active,employee_deferral_rate\nA,1980-01-01,2024-12-31,60000,true,\nB,1980-01-01,2025-01-01,60000,,\n\
         A,1980-01-01,2025-03-01,,true,\nNH_2025_000001,1980-01-01,2025-06-01,60000,,\nC,1980-01-01,2030-01-01,60000,false,\n\
         D,?,2026-01-01,-5,maybe,7\n"
    );
    let file = put(base.path(), "later.csv", text);
    let loaded = load(&file, &CensusFormat::default(), false).unwrap();
    assert_eq!((only(&loaded.census), loaded.inactive, loaded.hired_later), (vec!["A"], 1, 4));
    let told: Vec<String> = loaded.warnings.iter().map(ToString::to_string).collect();
    assert!(
        told.len() == 1 && told[0].starts_with("1 row(s) hired later and with an unusable value, left out: row 6"),
        "{told:?}"
    );
    let strict = load(&file, &CensusFormat::default(), true).unwrap_err();
    assert!(strict.contains("4 row(s) hired on or after") && strict.contains("row 2 (line 3)"), "{strict}");
    let nobody = put(base.path(), "nobody.csv", csv_of("B,1980-01-01,2025-01-01,60000\n", ','));
    let error = load(&nobody, &CensusFormat::default(), false).unwrap_err();
    assert!(error.contains("no active employee among 1 row(s), 1 of them hired on or after 1 January 2025"), "{error}");

    let years = "--start-year 2025 --end-year 2025";
    let told = ["1 active employees, 1 inactive rows left out, 4 hired on or after 1 January 2025 left out"];
    check(
        planbench_in(base.path(), &format!("generate --mode reference --out events --census later.csv {years}")),
        0,
        &told,
    );
    assert_eq!(json(&base.path().join("events/generation_summary.json"))["census"]["hired_later"], 4);
    check(planbench_in(base.path(), "parity --against events --census later.csv"), 0, &["identical", told[0]]);
    check(planbench_in(base.path(), &format!("parity --strict --census later.csv {years}")), 2, &["implausible rows"]);
}

#[test]
fn a_file_that_cannot_be_told_is_refused_in_words() {
    let base = folder();
    let row = "A,1980-01-01,2010-01-01,60000\n";
    let gz = |bytes: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let whole = csv_of(&row.repeat(200).replace('A', "ÄÖ"), ',').into_bytes();
    let (packed, frame) = (gz(&whole), zstd::encode_all(&whole[..], 1).unwrap());
    let damaged = [&packed[..packed.len() - 8], &[1, 2, 3, 4, 5, 6, 7, 8]].concat();
    let mut tar = vec![b'p'; 512];
    tar[257..262].copy_from_slice(b"ustar");
    for (bytes, words) in [
        (packed[..packed.len() / 2].to_vec(), &["compressed with gzip", "cut short or damaged"][..]),
        (damaged, &["compressed with gzip", "cut short or damaged"]),
        (b"\x1f\x8b\x08\0\0".to_vec(), &["compressed with gzip", "cut short"]),
        (frame[..frame.len() / 2].to_vec(), &["compressed with zstd", "cut short or damaged"]),
        ([&frame[..], b"rest"].concat(), &["compressed with zstd", "cut short or damaged"]),
        (gz(b"PAR1\x15\x04"), &["compressed with gzip", "Parquet", "unpack"]),
        (gz(&packed), &["compressed with gzip", "unpack"]),
        (gz(b"PK\x03\x04\x14\0\0\0xl/workbook.xml"), &["compressed with gzip", "Excel"]),
        (gz(&tar), &["compressed with gzip", "tar archive"]),
        (gz(b""), &["compressed with gzip", "empty file"]),
        (b"\xff\xfeA".to_vec(), &["UTF-16", "cut short or damaged"]),
        (
            csv_of("A;1980-01-01;2010-01-01;60,000\n", ';').into_bytes(),
            &["row 1 (line 2)", "60,000", "thousands or decimals"],
        ),
        (
            csv_of("A;1980-01-01;2010-01-01;60.000\n", ';').into_bytes(),
            &["row 1 (line 2)", "60.000", "thousands or decimals"],
        ),
        (csv_of("A;1980-01-01;2010-01-01;1.234,56\n", ';').into_bytes(), &["row 1 (line 2)", "point before decimals"]),
        (
            csv_of("A,1980-01-01,2010-01-01,\"60000,00\"\n", ',').into_bytes(),
            &["row 1 (line 2)", "point before decimals"],
        ),
        (
            csv_of("A\t1980-01-01\t2010-01-01\t60000\t00\n", '\t').into_bytes(),
            &["row 1 (line 2) has 5 cell(s)", "a tab too much"],
        ),
        (
            format!("{HEADER},Employee_ID \nA,1980-01-01,2010-01-01,60000,B\n").into_bytes(),
            &["employee_id stands twice"],
        ),
    ] {
        let error = load(&put(base.path(), "people.csv", bytes), &CensusFormat::default(), false).unwrap_err();
        for word in words.iter().chain(&["people.csv"]) {
            assert!(error.contains(word), "{word} not in {error}");
        }
    }
}

/// What a file may need is said as it is to be typed, and then it is read, by every process that reads it.
#[test]
fn what_is_suggested_is_enough_and_reaches_every_process() {
    let base = folder();
    let rows: String = (10..50).map(|n| format!("E{n};02/{:02}/1980;03/24/2011;{n}000,5\n", n % 28 + 1)).collect();
    put(base.path(), "people.csv", format!("EMP_ID;DOB;Hire Date;SALARY\n{rows}"));
    let years = "--start-year 2025 --end-year 2025";
    let line = |more: &str| format!("parity {years} --modes reference sql --census people.csv {more}");
    let columns =
        "--column employee_id=EMP_ID --column employee_birth_date=DOB --column employee_gross_compensation=SALARY";
    let hired = "'employee_hire_date=Hire Date'";
    check(planbench_in(base.path(), &line("")), 2, &["missing column(s)", "give --column employee_id=EMP_ID", hired]);
    let with = |line: &str, arguments: &[&str]| {
        let mut command = planbench_in(base.path(), line);
        command.args(["--column", "employee_hire_date=Hire Date"]).args(arguments);
        command
    };
    let fits = "if all dates of the file are written so, give --date-format MM/DD/YYYY";
    check(with(&line(columns), &[]), 2, &["row 1 (line 2)", "these dates fit MM/DD/YYYY", fits]);
    let format = ["--date-format", "MM/DD/YYYY"];
    check(with(&line(columns), &format), 0, &["identical", "40 active"]);
    // A column that may decide who is active is not passed over in silence.
    put(base.path(), "left.csv", format!("{HEADER},TERM_DATE\nA,1980-01-01,2010-01-01,60000,2020-01-01\n"));
    let left = format!("parity {years} --modes reference sql --census left.csv");
    let said = "nothing is read from column TERM_DATE; if it is employee_termination_date, give --column \
                employee_termination_date=TERM_DATE";
    check(planbench_in(base.path(), &left), 0, &["1 active", said]);
    let left = format!("{left} --column employee_termination_date=TERM_DATE");
    check(planbench_in(base.path(), &left), 2, &["no active employee among 1 row(s)"]);
    let measure = format!("run {years} --modes reference --runs 2 --census people.csv {columns}");
    check(with(&measure, &format), 0, &["custom-40x2025-2025"]);
    let by_variable = planbench_in(base.path(), &line("")).env("BENCHMARK_COLUMNS", "employee_id=EMP_ID").run_err();
    // What is simulated comes from one source: a flag for the file is not mixed with a variable for its columns.
    assert!(by_variable.contains("missing column(s) employee_id"), "{by_variable}");
    let mut all = planbench_in(base.path(), "parity --modes reference sql");
    all.env("BENCHMARK_CENSUS", "people.csv").env("BENCHMARK_START_YEAR", "2025").env("BENCHMARK_END_YEAR", "2025");
    let names =
        "employee_id=EMP_ID; employee_birth_date=DOB; employee_hire_date=Hire Date\nemployee_gross_compensation=SALARY";
    all.env("BENCHMARK_COLUMNS", names).env("BENCHMARK_DATE_FORMAT", "%m/%d/%Y");
    check(all, 0, &["identical", "40 active"]);

    for (more, words) in [
        ("--column id=EMP_ID", &["unknown column of a census `id`", "employee_id"][..]),
        ("--column employee_id", &["names no column", "employee_id=EMP_ID"]),
        ("--column employee_id=PERSON", &["there is no column PERSON", "EMP_ID", "correct --column"]),
        ("--column employee_id=EMP_ID --column employee_ssn=emp_id", &["given for employee_id and for employee_ssn"]),
        ("--column employee_id=EMP_ID --column employee_id=DOB", &["two names, EMP_ID and DOB"]),
        ("--date-format MM/DD/YY", &["century"]),
        ("--date-format %m/%Y", &["no day of the month"]),
    ] {
        check(planbench_in(base.path(), &line(more)), 2, words);
    }
    let alone = planbench_in(base.path(), "parity --scenario quick --date-format MM/DD/YYYY");
    check(alone, 2, &["about a census file", "give --census"]);
}

trait RunErr {
    fn run_err(&mut self) -> String;
}

impl RunErr for assert_cmd::Command {
    fn run_err(&mut self) -> String {
        String::from_utf8_lossy(&self.output().unwrap().stderr).into_owned()
    }
}
