//! What engines write: read exactly or refused, by name.

use crate::shop::Shop;
use duckdb::arrow::array::{Array, ArrayRef, Int32Array, Int64Array, RecordBatch};
use duckdb::arrow::compute::{concat_batches, take_record_batch};
use duckdb::arrow::datatypes::{Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn file(made: &Path, year: i32) -> PathBuf {
    made.join(format!("simulation_year={year}/events.parquet"))
}

fn read(path: &Path) -> RecordBatch {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let schema = reader.schema().clone();
    let batches: Vec<RecordBatch> = reader.build().unwrap().map(Result::unwrap).collect();
    concat_batches(&schema, &batches).unwrap()
}

fn write(path: &Path, batch: &RecordBatch) {
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), None).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

/// The events of scenario quick, with a change to the first year's rows.
fn changed(shop: &Shop, name: &str, change: impl FnOnce(&RecordBatch) -> RecordBatch) {
    let (from, to) = (shop.made("quick"), shop.made(name));
    for year in [2025, 2026] {
        fs::create_dir_all(file(&to, year).parent().unwrap()).unwrap();
        fs::copy(file(&from, year), file(&to, year)).unwrap();
    }
    write(&file(&to, 2025), &change(&read(&file(&from, 2025))));
}

fn of_columns(columns: Vec<(String, ArrayRef)>) -> RecordBatch {
    let field = |(name, array): &(String, ArrayRef)| Field::new(name, array.data_type().clone(), true);
    let fields: Vec<Field> = columns.iter().map(field).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns.into_iter().map(|(_, array)| array).collect()).unwrap()
}

fn columns(batch: &RecordBatch) -> Vec<(String, ArrayRef)> {
    let names: Vec<String> = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
    names.into_iter().zip(batch.columns().iter().cloned()).collect()
}

/// Every value of a column of integers, made another.
fn integers(batch: &RecordBatch, name: &str, change: impl FnOnce(&Int32Array) -> ArrayRef) -> RecordBatch {
    let mut columns = columns(batch);
    let (_, array) = columns.iter_mut().find(|(found, _)| found == name).unwrap();
    let changed = change(array.as_any().downcast_ref().unwrap());
    *array = changed;
    of_columns(columns)
}

fn rows(batch: &RecordBatch, rows: impl Iterator<Item = usize>) -> RecordBatch {
    take_record_batch(batch, &rows.map(|row| row as i32).collect::<Int32Array>()).unwrap()
}

#[test]
fn rows_in_any_order_and_in_any_number_of_files_are_the_same_events() {
    let shop = Shop::new();
    changed(&shop, "any", |batch| rows(batch, (0..batch.num_rows()).rev()));
    let made = shop.made("any");
    let second = read(&file(&made, 2026));
    let half = second.num_rows() / 2;
    write(&file(&made, 2026), &second.slice(half, second.num_rows() - half));
    write(&file(&made, 2026).with_file_name("part-1.snappy.parquet"), &second.slice(0, half));
    fs::write(made.join("simulation_year=2025/_SUCCESS"), "").unwrap();
    fs::write(made.join("simulation_year=2025/.events.parquet.crc"), "x").unwrap();
    shop.session("any", "write() { cp -r ../made/any/. \"$output\"; touch \"$output/_SUCCESS\"; answer written; }", "");
    shop.once("any-once", "cp -r ../made/any/. \"$output\"; echo 'Welcome'; echo 'to Spark' >&2", "");
    shop.check("parity --scenarios quick --modes reference any any-once", 0, &["identical: 1 run(s), 457 events"]);
}

/// An output that is no output of a run: an engine, what it does with the copy, words of the error.
#[test]
fn folders_that_are_not_whole_are_refused() {
    let shop = Shop::new();
    let cases: [(&str, &str, &[&str]); 7] = [
        (
            "half-a-file",
            "f=$output/simulation_year=2026/events.parquet; head -c 2000 \"$f\" > \"$f.half\"; mv \"$f.half\" \"$f\"",
            &["simulation_year=2026/events.parquet", "Parquet"],
        ),
        ("empty-file", ": > \"$output/simulation_year=2026/b.parquet\"", &["simulation_year=2026/b.parquet"]),
        ("no-year", "rm -r \"$output/simulation_year=2026\"", &["no folder simulation_year=2026"]),
        ("other-year", "mkdir \"$output/simulation_year=2027\"", &["simulation_year=2027", "and nothing else"]),
        ("foreign-file", "touch \"$output/notes.txt\"", &["notes.txt", "and nothing else"]),
        (
            "foreign-in-year",
            "touch \"$output/simulation_year=2025/notes.txt\"",
            &["simulation_year=2025/notes.txt", "only files with names in .parquet"],
        ),
        ("nothing", "rm -r \"$output\"/*", &["no folder simulation_year=2025"]),
    ];
    for (name, work, _) in &cases {
        shop.session(name, &format!("write() {{ copy; {work}; answer written; }}"), "");
        shop.once(&format!("{name}-once"), &format!("copy; {work}"), "");
    }
    for (name, _, words) in &cases {
        for name in [(*name).to_owned(), format!("{name}-once")] {
            let line = format!("parity --scenarios quick --modes reference {name}");
            let begins = format!("engine {name}, output: ");
            let words = [&[&*begins], *words].concat();
            let text = shop.check(&line, 2, &words);
            // That folder is gone when somebody reads this.
            assert!(!text.contains(&*shop.tmp().to_string_lossy()), "{text}");
        }
    }
}

#[test]
fn other_columns_and_other_values_are_another_output() {
    let shop = Shop::new();
    let last = |batch: &RecordBatch| columns(batch).len() - 1;
    changed(&shop, "no-column", |batch| {
        let mut columns = columns(batch);
        columns.pop();
        of_columns(columns)
    });
    changed(&shop, "other-type", |batch| {
        integers(batch, "employee_age", |ages| {
            Arc::new(ages.iter().map(|age| age.map(i64::from)).collect::<Int64Array>())
        })
    });
    changed(&shop, "other-order", |batch| {
        let mut columns = columns(batch);
        columns.swap(0, last(batch));
        of_columns(columns)
    });
    changed(&shop, "one-value", |batch| {
        let change = |(row, age): (usize, Option<i32>)| age.map(|age| if row == 3 { age + 1 } else { age });
        integers(batch, "employee_age", |ages| Arc::new(ages.iter().enumerate().map(change).collect::<Int32Array>()))
    });
    changed(&shop, "twice", |batch| rows(batch, (0..batch.num_rows()).chain([5])));
    changed(&shop, "one-fewer", |batch| batch.slice(1, batch.num_rows() - 1));
    changed(&shop, "of-next-year", |batch| {
        let next = read(&file(&shop.made("quick"), 2026));
        let mut some: Vec<RecordBatch> =
            vec![batch.slice(0, 1), next.slice(1, 1), batch.slice(2, batch.num_rows() - 2)];
        some.iter_mut().for_each(|some| *some = of_columns(columns(some)));
        concat_batches(&some[0].schema(), &some).unwrap()
    });
    let cases: [(&str, i64, &[&str]); 7] = [
        ("no-column", 0, &["simulation_year=2025/events.parquet: column ", "is missing"]),
        ("other-type", 0, &["column employee_age is a 64-bit integer instead of a 32-bit integer"]),
        ("other-order", 0, &["the order differs"]),
        ("one-value", 0, &["employee_age"]),
        ("twice", 1, &["twice: "]),
        ("one-fewer", -1, &["reference", "456 events"]),
        ("of-next-year", 0, &["NOT identical"]),
    ];
    for (name, more, words) in &cases {
        let events = 457 + more;
        let functions = format!(
            "generate() {{ answer generated ',\"events\":{events}'; }}\nwrite() {{ cp -r ../made/{name}/. \"$output\"; answer written; }}"
        );
        shop.session(name, &functions, "");
        let words = [*words, &[name, "NOT identical: 1 of 1 run(s) differ"]].concat();
        shop.check(&format!("parity --scenarios quick --modes reference {name}"), 1, &words);
    }
    let run = "run --scenarios quick --runs 1 --modes reference one-value";
    shop.check(run, 1, &["quick/one-value run 1: output mismatch, expected 457 events"]);
    let record = shop.record("one-value");
    assert_eq!((&record["success"], &record["parity"]), (&false.into(), &"different".into()));
    assert_eq!(shop.record("reference")["success"], true);
}
