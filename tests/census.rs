//! A census as it is found: the same people in whatever form they come, and what is refused with which words.
#![expect(clippy::unwrap_used, reason = "a test that cannot prepare its case has failed")]

mod common;

use common::{check, command, folder};
use duckdb::arrow::array::*;
use duckdb::arrow::datatypes::{DataType, Field, Int32Type, IntervalDayTime, Schema, i256};
use duckdb::arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use planalign_bench::census::{self, LoadedCensus};
use planalign_bench::rules::assumptions::Assumptions;
use planalign_bench::rules::run::RunSpec;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;

const HEADER: &str = "employee_id,employee_birth_date,employee_hire_date,employee_gross_compensation";

fn spec() -> RunSpec {
    RunSpec::new("test", "plan", 42, 2025, 2025, Assumptions::default()).unwrap()
}

fn load(file: &Path) -> LoadedCensus {
    census::load(file, &spec(), false).unwrap_or_else(|error| panic!("{error}"))
}

#[track_caller]
fn refused(file: &Path, parts: &[&str]) {
    let error = census::load(file, &spec(), false).expect_err("refused").to_string();
    for part in parts.iter().chain(&[&*file.file_name().unwrap().to_string_lossy()]) {
        assert!(error.contains(part), "{part:?} not in {error}");
    }
}

fn csv(folder: &Path, name: &str, text: &str) -> PathBuf {
    let file = folder.join(name);
    fs::write(&file, text).unwrap();
    file
}

/// Three people; the columns named replace theirs or are added.
fn people(columns: &[(&str, ArrayRef)]) -> RecordBatch {
    let mut all: Vec<(String, ArrayRef)> = [
        ("employee_id", Arc::new(StringArray::from(vec!["1017", "1018", "7"])) as ArrayRef),
        ("employee_birth_date", Arc::new(Date32Array::from(vec![3_652, -10_000, 0]))),
        ("employee_hire_date", Arc::new(Date32Array::from(vec![14_610, 12_000, 13_000]))),
        ("employee_gross_compensation", Arc::new(Float64Array::from(vec![50_000.0, 51_234.5, 61_110.55]))),
        ("employee_deferral_rate", Arc::new(Float64Array::from(vec![0.0, 0.03, 0.065]))),
    ]
    .map(|(name, array)| (name.to_owned(), array))
    .into();
    for (name, array) in columns {
        match all.iter_mut().find(|(known, _)| known == name) {
            Some(column) => column.1 = array.clone(),
            None => all.push(((*name).to_owned(), array.clone())),
        }
    }
    let field = |(name, array): &(String, ArrayRef)| Field::new(name, array.data_type().clone(), true);
    let schema = Schema::new(all.iter().map(field).collect::<Vec<_>>());
    RecordBatch::try_new(Arc::new(schema), all.into_iter().map(|(_, array)| array).collect()).unwrap()
}

fn parquet(file: &Path, batch: &RecordBatch) {
    let mut writer = ArrowWriter::try_new(File::create(file).unwrap(), batch.schema(), None).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

/// With key and value instead of the embedded schema.
fn parquet_with(file: &Path, batch: &RecordBatch, key: &str, value: &str) {
    let entry = KeyValue::new(key.to_owned(), value.to_owned());
    let properties = WriterProperties::builder().set_key_value_metadata(Some(vec![entry])).build();
    let options = ArrowWriterOptions::new().with_skip_arrow_metadata(true).with_properties(properties);
    let mut writer = ArrowWriter::try_new_with_options(File::create(file).unwrap(), batch.schema(), options).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

const AS_TEXT: &str =
    "employee_id,employee_birth_date,employee_hire_date,employee_gross_compensation,employee_deferral_rate
1017,1980-01-01,2010-01-01,50000,0
1018,1942-08-16,2002-11-09,51234.5,0.03
7,1970-01-01,2005-08-05,61110.55,0.065
";

#[test]
fn the_same_people_are_the_same_census_in_every_type() {
    let base = folder();
    let expected = load(&csv(base.path(), "people.csv", AS_TEXT)).census;
    assert_eq!(expected.employee_id.iter().flatten().collect::<Vec<_>>(), ["1017", "1018", "7"]);
    let ids = [1017i64, 1018, 7];
    let wide = |scale: u32| ids.map(|id| i256::from_i128(i128::from(id) * 10i128.pow(scale)));
    let pay = [5_000_000i64, 5_123_450, 6_111_055];
    let rates = [0i64, 300, 650];
    let texts = ["1017", "1018", "7"];
    let seconds = |days: [i64; 3]| days.map(|day| day * 86_400).to_vec();
    // Midnight in New York, in winter and in summer.
    let in_new_york = |days: [i64; 3], ahead: [i64; 3]| {
        let instants: Vec<i64> = days.iter().zip(ahead).map(|(day, hours)| day * 86_400 + hours * 3_600).collect();
        Arc::new(TimestampSecondArray::from(instants).with_timezone("America/New_York")) as ArrayRef
    };
    let cases: Vec<Vec<(&str, ArrayRef)>> = vec![
        vec![],
        vec![("employee_id", Arc::new(Int16Array::from(ids.map(|id| id as i16).to_vec())))],
        vec![("employee_id", Arc::new(Int32Array::from(ids.map(|id| id as i32).to_vec())))],
        vec![("employee_id", Arc::new(Int64Array::from(ids.to_vec())))],
        vec![("employee_id", Arc::new(UInt16Array::from(ids.map(|id| id as u16).to_vec())))],
        vec![("employee_id", Arc::new(UInt32Array::from(ids.map(|id| id as u32).to_vec())))],
        vec![("employee_id", Arc::new(UInt64Array::from(ids.map(|id| id as u64).to_vec())))],
        vec![("employee_id", Arc::new(Float32Array::from(ids.map(|id| id as f32).to_vec())))],
        vec![("employee_id", Arc::new(Float64Array::from(ids.map(|id| id as f64).to_vec())))],
        vec![(
            "employee_id",
            Arc::new(Decimal128Array::from(ids.map(i128::from).to_vec()).with_precision_and_scale(38, 0).unwrap()),
        )],
        vec![(
            "employee_id",
            Arc::new(
                Decimal128Array::from(ids.map(|id| i128::from(id) * 100).to_vec())
                    .with_precision_and_scale(9, 2)
                    .unwrap(),
            ),
        )],
        vec![(
            "employee_id",
            Arc::new(Decimal256Array::from(wide(20).to_vec()).with_precision_and_scale(60, 20).unwrap()),
        )],
        vec![("employee_id", Arc::new(LargeStringArray::from(texts.to_vec())))],
        vec![("employee_id", Arc::new(StringViewArray::from(texts.to_vec())))],
        vec![("employee_id", Arc::new(BinaryArray::from(texts.map(str::as_bytes).to_vec())))],
        vec![("employee_id", Arc::new(texts.into_iter().collect::<DictionaryArray<Int32Type>>()))],
        vec![(
            "employee_birth_date",
            Arc::new(Date64Array::from(seconds([3_652, -10_000, 0]).iter().map(|s| s * 1_000).collect::<Vec<_>>())),
        )],
        vec![("employee_birth_date", Arc::new(TimestampSecondArray::from(seconds([3_652, -10_000, 0]))))],
        vec![(
            "employee_birth_date",
            Arc::new(TimestampNanosecondArray::from(
                seconds([3_652, -10_000, 0]).iter().map(|s| s * 1_000_000_000 + 999_999_999).collect::<Vec<_>>(),
            )),
        )],
        vec![("employee_birth_date", in_new_york([3_652, -10_000, 0], [5, 4, 5]))],
        vec![(
            "employee_birth_date",
            Arc::new(StringArray::from(vec!["1980-01-01T00:00:00Z", "1942-08-16 00:00:00-04:00", " 1970-01-01 "])),
        )],
        vec![(
            "employee_gross_compensation",
            Arc::new(Decimal128Array::from(pay.map(i128::from).to_vec()).with_precision_and_scale(18, 2).unwrap()),
        )],
        vec![(
            "employee_gross_compensation",
            Arc::new(
                Decimal256Array::from(pay.map(|cents| i256::from_i128(i128::from(cents) * 10i128.pow(28))).to_vec())
                    .with_precision_and_scale(70, 30)
                    .unwrap(),
            ),
        )],
        vec![("employee_gross_compensation", Arc::new(StringArray::from(vec!["50000", "5.12345e4", "61110.550"])))],
        vec![(
            "employee_deferral_rate",
            Arc::new(Decimal128Array::from(rates.map(i128::from).to_vec()).with_precision_and_scale(5, 4).unwrap()),
        )],
        vec![("employee_deferral_rate", Arc::new(Float32Array::from(vec![0.0f32, 0.03, 0.065])))],
        vec![("active", Arc::new(BooleanArray::from(vec![true, true, true])))],
        vec![("active", Arc::new(Int8Array::from(vec![Some(1), None, Some(1)])))],
        vec![("active", Arc::new(NullArray::new(3)))],
        // DuckDB gives a column of nothing the type INTEGER.
        vec![("employee_termination_date", Arc::new(Int32Array::from(vec![None, None, None])))],
        // Nobody left: "never", and a day that is long past but beside an explicit flag.
        vec![("employee_termination_date", Arc::new(StringArray::from(vec![Some("9999-12-31"), None, None])))],
        vec![
            ("employee_termination_date", Arc::new(TimestampMicrosecondArray::from(vec![-62_135_596_800_000_000; 3]))),
            ("active", Arc::new(Float64Array::from(vec![1.0; 3]))),
        ],
    ];
    let file = base.path().join("people.parquet");
    for columns in cases {
        parquet(&file, &people(&columns));
        assert!(
            load(&file).census == expected,
            "{:?}",
            columns.iter().map(|(name, array)| (name, array.data_type())).collect::<Vec<_>>()
        );
    }
}

#[test]
fn ids_that_may_be_others_are_refused_by_row() {
    let base = folder();
    let file = base.path().join("people.parquet");
    let doubles = |values: [f64; 3]| -> ArrayRef { Arc::new(Float64Array::from(values.to_vec())) };
    for (columns, parts) in [
        (("employee_id", doubles([1.0, 2.5, 3.0])), ["row 2, column employee_id, value \"2.5\"", "whole number"]),
        (("employee_id", doubles([1.0, 2.0, 9_007_199_254_740_993.0])), ["row 3, column employee_id", "too large"]),
        (("employee_id", doubles([f64::NAN, 2.0, 3.0])), ["row 1, column employee_id, value \"NaN\"", "whole number"]),
        (("employee_ssn", doubles([1.0, 2.0, 0.1])), ["row 3, column employee_ssn, value \"0.1\"", "whole number"]),
        (
            ("employee_id", Arc::new(Float32Array::from(vec![1.0, 16_777_216.0, 2.0]))),
            ["row 2, column employee_id", "too large"],
        ),
        (
            ("employee_id", Arc::new(BinaryArray::from(vec![&b"Zo\xeb"[..], b"B", b"C"]))),
            ["row 1, column employee_id", "not UTF-8"],
        ),
        (
            ("employee_id", Arc::new(BooleanArray::from(vec![true, false, true]))),
            ["column employee_id is of type BOOLEAN", "text or whole number"],
        ),
        (
            ("employee_id", Arc::new(DurationMillisecondArray::from(vec![1, 2, 3]))),
            ["column employee_id is of type", "text or whole number"],
        ),
        (
            ("employee_id", Arc::new(Date32Array::from(vec![1, 2, 3]))),
            ["column employee_id is of type INT32 (Date)", "text or whole number"],
        ),
        (
            ("active", Arc::new(Int32Array::from(vec![1, 0, 2]))),
            ["row 3, column active, value \"2\"", "neither true nor false"],
        ),
        (
            ("active", Arc::new(Date32Array::from(vec![1, 0, 2]))),
            ["column active is of type", "cannot be read as flag"],
        ),
        (
            ("employee_gross_compensation", Arc::new(BooleanArray::from(vec![true, false, true]))),
            ["column employee_gross_compensation is of type", "cannot be read as number"],
        ),
    ] {
        parquet(&file, &people(&[columns]));
        refused(&file, &parts);
    }
    // As text they are what is written, with a word about it.
    let text = AS_TEXT.replace("\n1017,", "\n1017.0,");
    let loaded = load(&csv(base.path(), "people.csv", &text));
    assert_eq!(loaded.census.employee_id.value(0), "1017.0");
    assert!(
        loaded.warnings[0].to_string().starts_with("1 row(s) with an id that looks like a number"),
        "{:?}",
        loaded.warnings
    );
}

#[test]
fn days_that_no_calendar_has_are_named_and_not_moved() {
    let base = folder();
    let file = base.path().join("people.parquet");
    for column in ["employee_birth_date", "employee_hire_date", "employee_termination_date"] {
        for array in [
            Arc::new(Date32Array::from(vec![None, Some(i32::MAX), None])) as ArrayRef,
            Arc::new(Date32Array::from(vec![None, Some(-719_163), None])),
            Arc::new(TimestampSecondArray::from(vec![None, Some(i64::MAX), None])),
            Arc::new(TimestampMillisecondArray::from(vec![None, Some(i64::MIN), None])),
            Arc::new(TimestampMicrosecondArray::from(vec![None, Some(253_402_300_800_000_000), None])),
            Arc::new(StringArray::from(vec![None, Some("0000-12-31"), None])),
        ] {
            parquet(&file, &people(&[(column, array)]));
            refused(&file, &[&format!("row 2, column {column}, value \"")]);
        }
    }
    for (zone, parts) in [("Mars/Olympus", ["time zone", "Mars/Olympus"]), ("+25:00", ["time zone", "+25:00"])] {
        let births = TimestampSecondArray::from(vec![0, 1, 2]).with_timezone(zone);
        parquet(&file, &people(&[("employee_birth_date", Arc::new(births))]));
        refused(&file, &parts);
    }
    // Instants whose zone nobody says: read in UTC, with a word where that may be another day.
    let schema = |zone: &str| {
        let births = TimestampMillisecondArray::from(vec![-7_200_000, 0, 86_400_000]).with_timezone(zone);
        people(&[("employee_birth_date", Arc::new(births))])
    };
    parquet_with(&file, &schema("UTC"), "unrelated", "");
    let loaded = load(&file);
    assert_eq!((loaded.warnings.len(), loaded.warnings[0].rows), (1, 1), "{:?}", loaded.warnings);
    let left = TimestampMillisecondArray::from(vec![None, Some(20_089 * 86_400_000 - 3_600_000), None]);
    let left = people(&[("employee_termination_date", Arc::new(left.with_timezone("UTC")))]);
    parquet_with(&file, &left, "unrelated", "");
    let loaded = load(&file);
    assert_eq!((loaded.census.len(), loaded.inactive), (2, 1));
    assert!(
        loaded.warnings[0].to_string().contains("row 2, column employee_termination_date"),
        "{:?}",
        loaded.warnings
    );
    // What pandas notes is as good as what Arrow embeds.
    let note = r#"{"columns": [{"name": "employee_birth_date", "metadata": {"timezone": "Europe/Berlin"}}]}"#;
    parquet_with(&file, &schema("UTC"), "pandas", note);
    let loaded = load(&file);
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
}

#[test]
fn what_is_not_used_is_not_read_and_what_is_embedded_cannot_break_it() {
    let base = folder();
    let file = base.path().join("people.parquet");
    let expected = load(&csv(base.path(), "people.csv", AS_TEXT)).census;
    let nested = ListArray::from_iter_primitive::<Int32Type, _, _>(vec![Some(vec![Some(1)]), None, Some(vec![])]);
    let odd: [(&str, ArrayRef); 5] = [
        ("interval", Arc::new(IntervalDayTimeArray::from(vec![IntervalDayTime::new(1, 2); 3]))),
        ("wide", Arc::new(Decimal256Array::from(vec![i256::MAX; 3]).with_precision_and_scale(76, 5).unwrap())),
        ("list", Arc::new(nested.clone())),
        ("", Arc::new(BinaryArray::from(vec![&b"\xff\xfe"[..]; 3]))),
        ("duration", Arc::new(DurationSecondArray::from(vec![1; 3]))),
    ];
    let mut batch = people(&odd);
    parquet(&file, &batch);
    assert!(load(&file).census == expected);
    // Names that stand twice matter where they are used.
    let twice = |name: &str| {
        let fields = batch
            .schema()
            .fields()
            .iter()
            .cloned()
            .chain([Arc::new(Field::new(name, DataType::Int32, true))])
            .collect::<Vec<_>>();
        let columns =
            batch.columns().iter().cloned().chain([Arc::new(Int32Array::from(vec![1, 2, 3])) as ArrayRef]).collect();
        RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
    };
    parquet(&file, &twice("list"));
    assert!(load(&file).census == expected);
    parquet(&file, &twice("employee_id"));
    refused(&file, &["column employee_id stands twice"]);
    batch = people(&[("employee_id", Arc::new(nested))]);
    parquet(&file, &batch);
    refused(&file, &["column employee_id is of type", "nested"]);

    for value in ["", "no base64!", "AAAA", "/////3gAAAAQAAAA"] {
        parquet_with(&file, &people(&[]), "ARROW:schema", value);
        assert!(load(&file).census == expected, "{value}");
        parquet_with(&file, &people(&[]), "pandas", value);
        assert!(load(&file).census == expected, "{value}");
    }
    // A schema of other columns, and one that says of a date that it is text.
    let lie = |fields: Vec<Field>| parquet::arrow::encode_arrow_schema(&Schema::new(fields));
    let like = people(&[]).schema();
    let liar = like.fields().iter().map(|field| Field::new(field.name(), DataType::Utf8, true)).collect();
    for value in [lie(vec![Field::new("x", DataType::Int8, true)]), lie(liar)] {
        parquet_with(&file, &people(&[]), "ARROW:schema", &value);
        assert!(load(&file).census == expected);
    }
}

#[test]
fn ghosts_are_ignored_and_lines_are_those_of_an_editor() {
    let base = folder();
    let row = "1980-01-01,2010-01-01,60000";
    let good = csv(base.path(), "ghosts.csv", &format!("\u{feff} {HEADER} ,Notes,Notes,,\r\nA,{row},a,b,,\r\n"));
    assert_eq!(load(&good).census.len(), 1);
    for end in ["\n", "\r\n", "\r"] {
        let text = [
            format!("{HEADER},address"),
            String::new(),
            format!("A,{row},\"1 Main St"),
            "Apt \"\"1\"\"\"".into(),
            String::new(),
            String::new(),
            "B,1980-13-01,2010-01-01,60000,".into(),
            format!("C,{row}"),
            format!("A,{row},"),
            String::new(),
        ]
        .join(end);
        let file = csv(base.path(), "lines.csv", &text);
        refused(
            &file,
            &[
                "row 2 (line 7), column employee_birth_date, value \"1980-13-01\"",
                "row 3 (line 8) has 4 cell(s), the header has 5",
                "row 4 (line 9), column employee_id, value \"A\": duplicate id, also in row 1 (line 3)",
            ],
        );
    }
    // A quote that is not closed would take the people behind it along, in a column that is not even used.
    let file = csv(base.path(), "quote.csv", &format!("{HEADER},notes\nA,{row},\"x\nB,{row},y\n"));
    refused(&file, &["line 2: a quote opens a cell there and is closed nowhere"]);
    let file = csv(base.path(), "quote.csv", &format!("{HEADER},notes\nA,{row},\"x\nB,{row},\"y\"\nC,{row},z\n"));
    refused(&file, &["line 3: text behind the closing quote of a cell that begins on line 2"]);
    // Bytes that are no text do not matter where nobody reads them.
    let file = base.path().join("latin.csv");
    fs::write(&file, [format!("{HEADER},notes\nA,{row},").as_bytes(), b"caf\xe9\n"].concat()).unwrap();
    assert_eq!(load(&file).census.len(), 1);
}

#[test]
fn what_is_wrong_with_the_inactive_is_a_warning() {
    let base = folder();
    let text = format!(
        "{HEADER},active,employee_termination_date\nA,1980-01-01,2010-01-01,60000,true,\nB,1980-01-01,01/02/2020,N/A,false,x\n\
         C,?,2010-01-01,60000,,2020-01-01\nD,,,,no,\n"
    );
    let loaded = load(&csv(base.path(), "inactive.csv", &text));
    assert_eq!((loaded.census.len(), loaded.inactive, loaded.warnings.len(), loaded.warnings[0].rows), (1, 3, 1, 2));
    let told = loaded.warnings[0].to_string();
    for part in [
        "2 row(s) inactive",
        "left out",
        "row 2 (line 3), column employee_hire_date, value \"01/02/2020\"",
        "row 3 (line 4)",
    ] {
        assert!(told.contains(part), "{part:?} not in {told}");
    }
    let strict = census::load(&base.path().join("inactive.csv"), &spec(), true).expect_err("refused").to_string();
    assert!(strict.contains("implausible rows") && strict.contains("01/02/2020"), "{strict}");
    // Whoever may be active is not left out for a cell that cannot be read.
    for (cells, column) in
        [("maybe,", "active"), (",31.12.2020", "employee_termination_date"), ("true,0", "employee_termination_date")]
    {
        let text = format!("{HEADER},active,employee_termination_date\nA,1980-01-01,2010-01-01,60000,{cells}\n");
        refused(&csv(base.path(), "unclear.csv", &text), &[&format!("row 1 (line 2), column {column}")]);
    }
}

#[test]
fn files_of_another_kind_are_called_by_their_name() {
    let base = folder();
    let wide: Vec<u8> = format!("{HEADER}\n").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cases: [(&str, &[u8], &[&str]); 8] = [
        ("a.xlsx", b"PK\x03\x04\x14\0\0\0xl/workbook.xml", &["Excel workbook (.xlsx)", "CSV UTF-8"]),
        ("a.csv.bz2", b"BZh91AY&SY\0", &["bzip2", "unpack"]),
        ("utf16.csv", &wide, &["UTF-16", "CSV UTF-8"]),
        ("bars.csv", &HEADER.replace(',', "|").into_bytes(), &["vertical bars", "semicolons or tabs"]),
        ("a.csv", b"<!DOCTYPE html><html><body>Log in</body></html>", &["HTML"]),
        ("b.csv", b"[{\"employee_id\": \"A\"}]", &["JSON"]),
        ("empty.csv", b"", &["empty file"]),
        ("blank.csv", b"\n\n\n", &["blank lines"]),
    ];
    for (name, bytes, parts) in cases {
        let file = base.path().join(name);
        fs::write(&file, bytes).unwrap();
        refused(&file, parts);
    }
    refused(&csv(base.path(), "header.csv", HEADER), &["no active employee", "header and nothing else"]);
    fs::create_dir(base.path().join("folder")).unwrap();
    refused(&base.path().join("folder"), &["a folder, not a file"]);
    refused(&csv(base.path(), "cut.parquet", "PAR1"), &["not a readable Parquet file"]);
}

/// A cell must not be able to write a line of its own, such as a command to GitHub.
#[test]
fn cells_stay_within_their_line() {
    let base = folder();
    let evil = "\"x\n::error::pwned\r\u{1b}[2J\"";
    for text in [
        format!("{HEADER}\n{evil},1980-01-01,2010-01-01,60000\n{evil},1980-01-01,2010-01-01,60000\n"),
        format!("{HEADER}\nA,{evil},2010-01-01,60000\n"),
        format!("{HEADER}\n{evil},1990-01-01,1980-01-01,60000\n"),
        format!("{evil},{evil}\nA,B\n"),
    ] {
        let file = csv(base.path(), "evil.csv", &text);
        let said = match census::load(&file, &spec(), false) {
            Ok(loaded) => loaded.warnings.iter().map(ToString::to_string).collect(),
            Err(error) => error.to_string(),
        };
        assert!(said.contains("pwned") && !said.contains("\n::error") && !said.contains(['\r', '\u{1b}']), "{said:?}");
    }
}

/// Reading a census starts nobody's threads: how many an engine may have is said later.
#[test]
#[cfg(target_os = "linux")]
fn reading_parquet_starts_no_threads_of_polars() {
    let base = folder();
    let file = base.path().join("people.parquet");
    parquet(&file, &people(&[]));
    assert_eq!(load(&file).census.len(), 3);
    for task in fs::read_dir("/proc/self/task").unwrap() {
        let name = fs::read_to_string(task.unwrap().path().join("comm")).unwrap_or_default();
        assert!(!name.contains("polars"), "{name}");
    }
}

#[cfg(unix)]
fn shell(folder: &Path, script: &str) -> Output {
    let command = command();
    let (binary, scratch) = (command.get_program().to_owned(), folder.join("scratch"));
    fs::create_dir_all(&scratch).unwrap();
    let mut shell = std::process::Command::new("bash");
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell.current_dir(folder).env("PLANBENCH", binary).env("TMPDIR", &scratch).args(["-c", script]);
    shell.output().expect("bash starts")
}

/// What can be read only once is read once, and handed to every process.
#[test]
#[cfg(unix)]
fn a_census_may_come_from_a_pipe() {
    let base = folder();
    let mut text = format!("{HEADER}\n");
    (0..40).for_each(|number| text += &format!("E{number},1980-01-01,2010-01-01,60000\n"));
    csv(base.path(), "people.csv", &text);
    let file = base.path().join("people.parquet");
    parquet(&file, &people(&[]));
    let years = "--start-year 2025 --end-year 2025";
    let measure = format!("\"$PLANBENCH\" run {years} --modes reference,sql --runs 2 --output-dir out --census");
    for (script, parts) in [
        (format!("{measure} <(cat people.csv)"), &["reference", "sql"][..]),
        (format!("mkfifo pipe; cat people.csv > pipe & {measure} pipe"), &["reference"]),
        (format!("{measure} /dev/stdin < people.csv"), &["reference"]),
        (format!("cat people.csv | {measure} /dev/stdin"), &["reference"]),
        (
            format!("\"$PLANBENCH\" parity {years} --seeds 1..3 --census <(cat people.csv)"),
            &["identical: 3 run(s)", "/dev/fd/"],
        ),
        (format!("\"$PLANBENCH\" generate --mode sql {years} --out events --census <(cat people.csv)"), &["40 active"]),
        ("\"$PLANBENCH\" parity --against events --census <(cat people.csv)".to_owned(), &["identical"]),
    ] {
        check(&shell(base.path(), &script), 0, parts);
        let left: Vec<_> = fs::read_dir(base.path().join("scratch")).unwrap().collect();
        assert!(left.is_empty(), "{script}: {left:?}");
    }
    let script = format!("\"$PLANBENCH\" parity {years} --census <(cat people.parquet)");
    check(&shell(base.path(), &script), 0, &["3 active", "identical"]);
    check(
        &shell(base.path(), &format!("\"$PLANBENCH\" parity {years} --census /dev/zero")),
        2,
        &["/dev/zero", "not a census"],
    );
}
