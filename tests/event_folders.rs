//! `parity --against`: what counts in a folder of events is what its files hold, not what can be made of it.

#![expect(clippy::unwrap_used, reason = "a test that cannot prepare its case has failed")]

mod common;

use common::{check, folder, json, planbench};
use duckdb::arrow::array::{
    Array, ArrayRef, AsArray, Date32Array, Decimal128Array, DictionaryArray, Float64Array, Int32Array, Int64Array,
    LargeStringArray, RecordBatch, StringArray, TimestampMicrosecondArray, UInt32Array, new_null_array,
};
use duckdb::arrow::compute::{concat_batches, take_record_batch};
use duckdb::arrow::datatypes::{DataType, Date32Type, Decimal128Type, Field, Int32Type, Schema};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::basic::{Compression, ConvertedType, Encoding, LogicalType};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::file::reader::{FileReader, SerializedFileReader};
use planalign_bench::events::read_parquet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Scenario quick by one engine, below a folder that lives as long as the test.
fn generated(base: &Path, mode: &str) -> PathBuf {
    let out = base.join(mode);
    let output = planbench(&format!("generate --mode {mode} --scenario quick --out")).arg(&out).output().unwrap();
    check(&output, 0, &["457 events"]);
    out
}

fn against(out: &Path) -> std::process::Output {
    planbench("parity --modes reference --against").arg(out).output().expect("it starts")
}

fn file(out: &Path, year: i32) -> PathBuf {
    out.join(format!("simulation_year={year}/events.parquet"))
}

fn read(path: &Path) -> RecordBatch {
    // Polars notes long text beside Parquet's own schema.
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let file = File::open(path).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new_with_options(file, options).unwrap();
    let schema = reader.schema().clone();
    let batches: Vec<RecordBatch> = reader.build().unwrap().map(Result::unwrap).collect();
    concat_batches(&schema, &batches).unwrap()
}

fn write(path: &Path, batch: &RecordBatch, properties: WriterProperties) {
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), Some(properties)).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

fn columns(batch: &RecordBatch) -> Vec<(String, ArrayRef)> {
    let names = batch.schema().fields().iter().map(|field| field.name().clone()).collect::<Vec<_>>();
    names.into_iter().zip(batch.columns().iter().cloned()).collect()
}

fn batch(columns: Vec<(String, ArrayRef)>) -> RecordBatch {
    let fields: Vec<Field> =
        columns.iter().map(|(name, array)| Field::new(name, array.data_type().clone(), true)).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns.into_iter().map(|(_, array)| array).collect()).unwrap()
}

/// The batch with one column replaced.
fn with(source: &RecordBatch, name: &str, change: impl FnOnce(&ArrayRef) -> ArrayRef) -> RecordBatch {
    let mut columns = columns(source);
    let (_, array) = columns.iter_mut().find(|(found, _)| found == name).unwrap();
    *array = change(array);
    batch(columns)
}

fn ints(array: &ArrayRef) -> &Int32Array {
    array.as_primitive::<Int32Type>()
}

fn decimals(array: &ArrayRef) -> &Decimal128Array {
    array.as_primitive::<Decimal128Type>()
}

/// A decimal column as doubles, each moved by a little.
fn doubles(array: &ArrayRef, moved: f64) -> ArrayRef {
    let scale = 10f64.powi(decimals(array).scale().into());
    let values = decimals(array).iter().map(|value| value.map(|value| value as f64 / scale + moved));
    Arc::new(values.collect::<Float64Array>())
}

/// A decimal column of another precision or scale, each unscaled value multiplied.
fn rescaled(array: &ArrayRef, times: i128, precision: u8, scale: i8) -> ArrayRef {
    let values: Decimal128Array = decimals(array).iter().map(|value| value.map(|value| value * times)).collect();
    Arc::new(values.with_precision_and_scale(precision, scale).unwrap())
}

/// One value of a decimal column replaced.
fn one_decimal(array: &ArrayRef, row: usize, changed: Option<i128>) -> ArrayRef {
    let source = decimals(array);
    let values = source.iter().enumerate().map(|(index, value)| if index == row { changed } else { value });
    let values: Decimal128Array = values.collect();
    Arc::new(values.with_precision_and_scale(source.precision(), source.scale()).unwrap())
}

#[test]
fn the_files_of_all_engines_have_the_same_logical_types() {
    let base = folder();
    let mut logical = Vec::new();
    for mode in ["sql", "polars", "reference"] {
        let out = generated(base.path(), mode);
        assert_eq!(read_parquet::schema_differences(&file(&out, 2025)).unwrap(), Vec::<String>::new(), "{mode}");
        let reader = SerializedFileReader::new(File::open(file(&out, 2025)).unwrap()).unwrap();
        let schema = reader.metadata().file_metadata().schema_descr();
        // DuckDB writes the older annotations, Polars both, and an integer of 32 bits needs none.
        let types = schema.columns().iter().map(|column| match (column.logical_type_ref(), column.converted_type()) {
            (Some(LogicalType::String), _) | (None, ConvertedType::UTF8) => format!("{}: text", column.name()),
            (Some(LogicalType::Date), _) | (None, ConvertedType::DATE) => format!("{}: date", column.name()),
            (Some(LogicalType::Integer { bit_width: 32, is_signed: true }), _)
            | (None, ConvertedType::INT_32 | ConvertedType::NONE) => {
                format!("{}: {}", column.name(), column.physical_type())
            }
            (logical, converted) => {
                let digits = (column.type_precision(), column.type_scale());
                assert!(logical.is_some() || converted == ConvertedType::DECIMAL, "{mode}: {}", column.name());
                format!("{}: decimal {digits:?}", column.name())
            }
        });
        logical.push((mode, types.collect::<Vec<_>>()));
    }
    assert_eq!(logical[0].1.len(), 20);
    for (mode, types) in &logical[1..] {
        assert_eq!(*types, logical[0].1, "{mode}");
    }
}

#[test]
fn values_that_a_cast_would_hide_are_differences() {
    let base = folder();
    let out = generated(base.path(), "sql");
    check(&against(&out), 0, &["identical"]);
    let path = file(&out, 2025);
    let original = fs::read(&path).unwrap();
    let rows = read(&path);
    let add = |array: ArrayRef, name: &str| {
        let mut columns = columns(&rows);
        columns.push((name.to_owned(), array));
        batch(columns)
    };
    let year = |year: i32| Arc::new(Int32Array::from(vec![year; rows.num_rows()])) as ArrayRef;
    let text = |array: &ArrayRef| {
        Arc::new(ints(array).iter().map(|n| n.map(|n| n.to_string())).collect::<StringArray>()) as ArrayRef
    };
    let moved = |name: &str, by: f64| with(&rows, name, |array| doubles(array, by));
    let cases: Vec<(&str, &str, RecordBatch)> = vec![
        (
            "event_sequence",
            "64-bit floating-point",
            with(&rows, "event_sequence", |array| {
                Arc::new(ints(array).iter().map(|n| n.map(|n| f64::from(n) + 0.9)).collect::<Float64Array>())
            }),
        ),
        ("compensation_amount", "64-bit floating-point", moved("compensation_amount", 0.0049)),
        ("compensation_amount", "instead of DECIMAL(18,2)", moved("compensation_amount", 0.0)),
        ("event_probability", "instead of DECIMAL(7,6)", moved("event_probability", 4e-7)),
        ("employee_deferral_rate", "instead of DECIMAL(5,4)", moved("employee_deferral_rate", 4e-5)),
        ("simulation_year", "in the folder's name", add(year(1999), "simulation_year")),
        ("simulation_year", "in the folder's name", add(year(2025), "simulation_year")),
        ("employee_age", "text instead of a 32-bit integer", with(&rows, "employee_age", text)),
        ("comment", "not of the event row", add(year(7), "comment")),
        ("Employee_Id", "not of the event row", add(year(7), "Employee_Id")),
        ("level_id", "stands 2 times", add(year(7), "level_id")),
        (
            "effective_date",
            "a timestamp instead of a date",
            with(&rows, "effective_date", |array| {
                let days = array.as_primitive::<Date32Type>();
                Arc::new(
                    days.iter()
                        .map(|day| day.map(|day| i64::from(day) * 86_400_000_000))
                        .collect::<TimestampMicrosecondArray>(),
                )
            }),
        ),
        (
            "effective_date",
            "a 32-bit integer instead of a date",
            with(&rows, "effective_date", |array| {
                Arc::new(array.as_primitive::<Date32Type>().iter().collect::<Int32Array>())
            }),
        ),
        (
            "level_id",
            "a 64-bit integer",
            with(&rows, "level_id", |array| {
                Arc::new(ints(array).iter().map(|n| n.map(i64::from)).collect::<Int64Array>())
            }),
        ),
        (
            "level_id",
            "an unsigned 32-bit integer",
            with(&rows, "level_id", |array| {
                Arc::new(ints(array).iter().map(|n| n.map(|n| n as u32)).collect::<UInt32Array>())
            }),
        ),
        (
            "level_id",
            "a date instead of a 32-bit integer",
            with(&rows, "level_id", |array| Arc::new(ints(array).iter().collect::<Date32Array>())),
        ),
        ("compensation_amount", "DECIMAL(18,4)", with(&rows, "compensation_amount", |a| rescaled(a, 100, 18, 4))),
        ("compensation_amount", "DECIMAL(38,2)", with(&rows, "compensation_amount", |a| rescaled(a, 1, 38, 2))),
        ("employee_ssn", "is ", with(&rows, "employee_ssn", |array| new_null_array(&DataType::Null, array.len()))),
        (
            "event_id",
            "bytes instead of text",
            with(&rows, "event_id", |array| {
                Arc::new(
                    array
                        .as_string::<i32>()
                        .iter()
                        .map(|text| text.map(str::as_bytes))
                        .collect::<duckdb::arrow::array::BinaryArray>(),
                )
            }),
        ),
        ("event_id", "is missing", rows.project(&(1..20).collect::<Vec<_>>()).unwrap()),
        ("event_id", "column 1 is scenario_id instead of event_id", {
            let order: Vec<usize> = [1, 0].into_iter().chain(2..20).collect();
            rows.project(&order).unwrap()
        }),
    ];
    for (column, words, changed) in cases {
        write(&path, &changed, WriterProperties::default());
        let text = check(&against(&out), 1, &["NOT identical", "simulation_year=2025", column, words]);
        assert!(!text.contains("Some(") && !text.contains("panicked"), "{text}");
    }
    fs::write(&path, original).unwrap();
    check(&against(&out), 0, &["identical"]);
}

#[test]
fn values_of_the_right_type_count_one_by_one() {
    let base = folder();
    let out = generated(base.path(), "reference");
    let path = file(&out, 2026);
    let rows = read(&path);
    let money = "compensation_amount";
    let last = rows.num_rows() - 1;
    let pay = decimals(rows.column_by_name(money).unwrap()).value(last);
    let cases: Vec<(&str, RecordBatch)> = vec![
        (money, with(&rows, money, |array| one_decimal(array, last, Some(pay + 1)))),
        (money, with(&rows, money, |array| one_decimal(array, last, None))),
        ("event_probability", with(&rows, "event_probability", |array| one_decimal(array, 0, Some(1)))),
        (
            "employee_age",
            with(&rows, "employee_age", |array| {
                Arc::new(ints(array).iter().enumerate().map(|(row, n)| n.filter(|_| row != 5)).collect::<Int32Array>())
            }),
        ),
        (
            "employee_ssn",
            with(&rows, "employee_ssn", |array| {
                let texts = array.as_string::<i32>().iter().enumerate();
                Arc::new(texts.map(|(row, text)| if row == 5 { Some("") } else { text }).collect::<StringArray>())
            }),
        ),
        (
            "effective_date",
            with(&rows, "effective_date", |array| {
                let days = array.as_primitive::<Date32Type>().iter().enumerate();
                Arc::new(days.map(|(row, day)| if row == 5 { Some(i32::MAX) } else { day }).collect::<Date32Array>())
            }),
        ),
    ];
    for (column, changed) in cases {
        write(&path, &changed, WriterProperties::default());
        let text = check(&against(&out), 1, &["NOT identical", "differing value(s)", column]);
        assert!(!text.contains("Some("), "{text}");
    }

    // Beyond what 64 bits hold, though the type says eighteen digits: nothing wraps, nothing becomes null.
    write(
        &path,
        &with(&rows, money, |array| one_decimal(array, 3, Some(i128::from(i64::MAX) * 4))),
        WriterProperties::default(),
    );
    check(&against(&out), 1, &["NOT identical"]);

    // Rows in another order, twice, without a key, too few.
    let reordered = |order: Vec<u64>| {
        let order = duckdb::arrow::array::UInt64Array::from(order);
        write(&path, &take_record_batch(&rows, &order).unwrap(), WriterProperties::default());
        let text = check(&against(&out), 1, &["NOT identical"]);
        assert!(!text.contains("Some(") && !text.contains("None"), "{text}");
        text
    };
    let all = 0..rows.num_rows() as u64;
    let text = reordered(all.clone().rev().collect());
    assert!(text.contains("not in canonical order") && text.contains("in row 2, event "), "{text}");
    let text = reordered([0].into_iter().chain(all.clone()).collect());
    assert!(text.contains("stands twice"), "{text}");
    let text = reordered(all.clone().skip(1).collect());
    assert!(text.contains("1 missing "), "{text}");
    let nobody = with(&rows, "employee_id", |array| {
        let texts = array.as_string::<i32>().iter().enumerate();
        Arc::new(texts.map(|(row, text)| text.filter(|_| row != 5)).collect::<StringArray>())
    });
    write(&path, &nobody, WriterProperties::default());
    check(&against(&out), 1, &["NOT identical", "event 1 of somebody without employee_id"]);
}

#[test]
fn how_values_are_stored_is_free() {
    let base = folder();
    let out = generated(base.path(), "polars");
    let path = file(&out, 2025);
    let rows = read(&path);
    let plain = || WriterProperties::builder().set_compression(Compression::UNCOMPRESSED);
    let dictionary = with(&rows, "event_type", |array| {
        let texts: DictionaryArray<Int32Type> = array.as_string::<i32>().iter().collect();
        Arc::new(texts)
    });
    let large =
        with(&rows, "employee_id", |array| Arc::new(array.as_string::<i32>().iter().collect::<LargeStringArray>()));
    // Required columns say no more than that there is a value in every row.
    let required: Vec<Field> = rows
        .schema()
        .fields()
        .iter()
        .zip(rows.columns())
        .map(|(field, array)| field.as_ref().clone().with_nullable(array.null_count() > 0))
        .collect();
    let required = RecordBatch::try_new(Arc::new(Schema::new(required)), rows.columns().to_vec()).unwrap();
    for (what, rows, properties) in [
        ("required columns", &required, plain().build()),
        ("row groups of seven", &rows, plain().set_max_row_group_row_count(Some(7)).build()),
        ("no dictionary", &rows, plain().set_dictionary_enabled(false).set_encoding(Encoding::PLAIN).build()),
        ("pages of version 2", &rows, plain().set_writer_version(WriterVersion::PARQUET_2_0).build()),
        ("Snappy, no statistics", &rows, {
            let builder = WriterProperties::builder().set_compression(Compression::SNAPPY);
            builder.set_statistics_enabled(EnabledStatistics::None).build()
        }),
        ("an Arrow schema with a dictionary", &dictionary, plain().build()),
        ("an Arrow schema with long text", &large, plain().build()),
    ] {
        write(&path, rows, properties);
        println!("{what}");
        check(&against(&out), 0, &[]);
    }
}

#[test]
fn damage_is_an_error_and_never_a_panic() {
    let base = folder();
    let out = generated(base.path(), "sql");
    let path = file(&out, 2025);
    let whole = fs::read(&path).unwrap();
    let mut damaged: Vec<Vec<u8>> =
        [0, 4, 12, whole.len() / 2, whole.len() - 1].map(|end| whole[..end].to_vec()).to_vec();
    damaged.push(b"PAR1 and then nothing".to_vec());
    damaged.push(b"employee_id,event_id\n".to_vec());
    for bytes in damaged {
        fs::write(&path, bytes).unwrap();
        let text = check(&against(&out), 2, &["error: ", "simulation_year=2025"]);
        assert!(!text.contains("panicked"), "{text}");
    }
    // One byte after the other is wrong, in the data and in the footer: an error or a difference, or not part of a value.
    for at in (4..whole.len()).step_by(whole.len() / 400) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        fs::write(&path, bytes).unwrap();
        match read_parquet::read(&path, 2025) {
            Ok(table) => assert!(table.len() <= 222, "byte {at}"),
            Err(error) => assert!(error.to_string().contains("simulation_year=2025"), "byte {at}: {error}"),
        }
    }
}

#[test]
fn a_summary_must_be_of_its_files() {
    let base = folder();
    let out = generated(base.path(), "sql");
    let file = out.join("generation_summary.json");
    let whole = fs::read_to_string(&file).unwrap();
    type Change = fn(&mut serde_json::Value);
    let cases: [(&str, i32, Change); 14] = [
        ("events 460", 1, |summary| summary["events"] = 460.into()),
        ("fingerprint 2:0", 1, |summary| summary["fingerprint"] = format!("2:{:032}", 0).into()),
        ("no fingerprint", 2, |summary| summary["fingerprint"] = "0".into()),
        ("years", 1, |summary| summary["years"][0]["headcount_end"] = 1.into()),
        ("events_by_category", 1, |summary| summary["events_by_category"]["raise"] = 1.into()),
        ("events_by_type", 1, |summary| summary["events_by_type"]["raise"] = 1.into()),
        ("says mode Junk", 1, |summary| summary["mode"] = "Junk".into()),
        ("version 1 of the event rules", 2, |summary| summary["versions"]["rules"] = 1.into()),
        ("not the census", 2, |summary| summary["census"]["employees"] = 101.into()),
        ("more than the 5000000", 2, |summary| summary["census"]["employees"] = 99_999_999_999_u64.into()),
        ("simulation_year=2025", 2, |summary| summary["start_year"] = 2026.into()),
        ("outside", 2, |summary| summary["end_year"] = i32::MAX.into()),
        ("newer version", 2, |summary| {
            summary["format_version"] = 2.into();
            summary["what_is_new"] = 1.into();
        }),
        ("not a whole generation summary", 2, |summary| summary["events"] = "many".into()),
    ];
    for (words, code, change) in cases {
        let mut summary: serde_json::Value = serde_json::from_str(&whole).unwrap();
        change(&mut summary);
        fs::write(&file, summary.to_string()).unwrap();
        check(&against(&out), code, &[words]);
    }
    check(&against(&base.path().join("nowhere")), 2, &["no such folder"]);
    check(&against(&out.join("simulation_year=2025")), 2, &["holds no generation_summary.json"]);
    check(&against(&file), 2, &["generation_summary.json"]);
    fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    check(&against(&out), 2, &["not a whole generation summary"]);
    // Another number of threads made the same events.
    let mut summary: serde_json::Value = serde_json::from_str(&whole).unwrap();
    summary["threads"] = 64.into();
    fs::write(&file, summary.to_string()).unwrap();
    check(&against(&out), 0, &["identical"]);
    assert_eq!(json(&file)["threads"], 64);
}
