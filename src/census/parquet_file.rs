//! A census in Parquet. Only columns that are used are read, by their own types and exactly; whatever else the file
//! holds may be of any type.

use super::cell::Cell;
use super::columns::{self, Cells};
use super::format::CensusFormat;
use super::lookalike::Lookalike;
use super::names::NAMES;
use super::parquet_type::{Kind, embedded, kind, name, suits};
use super::problems::Place;
use crate::error::{Error, Flaw, Result};
use duckdb::arrow::datatypes::i256;
use parquet::basic::Repetition;
use parquet::column::reader::ColumnReader;
use parquet::data_type::{ByteArray, FixedLenByteArray, Int96};
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetStatisticsPolicy::SkipAll;
use parquet::file::reader::{FileReader, RowGroupReader};
use parquet::file::serialized_reader::{ReadOptionsBuilder, SerializedFileReader};
use parquet::schema::types::SchemaDescriptor;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Rows that are held at a time.
const BATCH: usize = 4_096;
/// Seconds per day, and the Julian day number of 1970-01-01.
const SECONDS_PER_DAY: i64 = 86_400;
const JULIAN_DAY_OF_1970: i64 = 2_440_588;

/// Reads it all; `take` is given every row. Columns that look like some that the file has not.
pub(super) fn read(
    path: &Path,
    file: File,
    format: &CensusFormat,
    take: impl FnMut(Place, &Cells<'_>) -> Result<()>,
) -> Result<Vec<Lookalike>> {
    contained(|| read_rows(path, file, format, take))
        .unwrap_or_else(|said| Err(Error::file(path, Flaw::Panicked { said })))
}

/// Runs what may panic on a damaged file, in a library; what the panic said.
fn contained<T>(work: impl FnOnce() -> T) -> std::result::Result<T, String> {
    // The words of a panic are for whoever mends the library, and another hook might end the process.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let hook = take_hook();
    set_hook(Box::new(|_| {}));
    let outcome = catch_unwind(AssertUnwindSafe(work));
    set_hook(hook);
    outcome.map_err(|panic| {
        let words = panic.downcast_ref::<String>().map(String::as_str);
        words.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no reason given").to_owned()
    })
}

/// A column that is read.
struct Column {
    /// Index into [`NAMES`].
    of_census: usize,
    /// Index among the file's leaf columns.
    leaf: usize,
    kind: Kind,
    /// What it is and what it should be, where it cannot be used unless it holds nothing.
    unsuitable: Option<(String, &'static str)>,
    required: bool,
}

fn read_rows(
    path: &Path,
    file: File,
    format: &CensusFormat,
    mut take: impl FnMut(Place, &Cells<'_>) -> Result<()>,
) -> Result<Vec<Lookalike>> {
    let failed = |e: ParquetError| Error::file(path, Flaw::Parquet { error: e.into() });
    let damaged = |what: String| Error::file(path, Flaw::Damaged { what });
    // Statistics are not asked for, and those of columns that are not used may be anything.
    let options = ReadOptionsBuilder::new().with_column_stats_policy(SkipAll).with_size_stats_policy(SkipAll);
    let options = options.with_encoding_stats_policy(SkipAll).build();
    let reader = SerializedFileReader::new_with_options(file, options).map_err(failed)?;
    let (columns, alike) = columns_of(&reader, path, format)?;
    let metadata = reader.metadata();
    let mut row = 0;
    for group in 0..reader.num_row_groups() {
        let group = reader.get_row_group(group).map_err(failed)?;
        let mut rows_left = usize::try_from(group.metadata().num_rows())
            .map_err(|_| damaged(format!("{} rows in a row group", group.metadata().num_rows())))?;
        let mut batches = columns
            .iter()
            .map(|column| Batch::open(group.as_ref(), column))
            .collect::<Result<Vec<_>, _>>()
            .map_err(failed)?;
        while rows_left > 0 {
            let rows = rows_left.min(BATCH);
            for (batch, column) in batches.iter_mut().zip(&columns) {
                let found = batch.fill(rows).map_err(failed)?;
                if found != rows {
                    return Err(damaged(format!("column {} ends early", NAMES[column.of_census])));
                }
            }
            for _ in 0..rows {
                row += 1;
                let mut cells = [Cell::Missing; NAMES.len()];
                for (batch, column) in batches.iter_mut().zip(&columns) {
                    let cell = batch.next(column).map_err(damaged)?;
                    if !matches!(cell, Cell::Missing)
                        && let Some((found, wanted)) = &column.unsuitable
                    {
                        return Err(refused(path, column.of_census, found.clone(), wanted));
                    }
                    cells[column.of_census] = cell;
                }
                take(Place { row, line: 0 }, &cells)?;
            }
            rows_left -= rows;
        }
        for (batch, column) in batches.iter_mut().zip(&columns) {
            if batch.fill(1).map_err(failed)? > 0 {
                return Err(damaged(format!("column {} has more rows than its row group", NAMES[column.of_census])));
            }
        }
    }
    let promised = metadata.file_metadata().num_rows();
    if i64::try_from(row) != Ok(promised) {
        return Err(damaged(format!("{row} rows instead of {promised}")));
    }
    Ok(alike)
}

fn refused(path: &Path, column: usize, found: String, wanted: &'static str) -> Error {
    Error::file(path, Flaw::ColumnType { column: NAMES[column], found, wanted })
}

/// Finds the columns and what they hold.
fn columns_of(
    reader: &SerializedFileReader<File>,
    path: &Path,
    format: &CensusFormat,
) -> Result<(Vec<Column>, Vec<Lookalike>)> {
    let file = reader.metadata().file_metadata();
    let schema = file.schema_descr();
    let fields = schema.root_schema().get_fields();
    let header: Vec<String> = fields.iter().map(|field| field.name().trim().to_owned()).collect();
    let (found, alike) = columns::find(path, &header, &format.columns)?;
    let embedded = embedded(file);
    let mut columns = Vec::new();
    for (of_census, index) in found.iter().enumerate() {
        let Some(index) = *index else { continue };
        let field = &fields[index];
        let repetition = field.get_basic_info().repetition();
        let flat = field.is_primitive() && repetition != Repetition::REPEATED;
        let Some(leaf) = leaf_of(schema, index).filter(|_| flat) else {
            let wanted = suits(Kind::Other, of_census, false).err().unwrap_or_default();
            return Err(refused(path, of_census, name(field), wanted));
        };
        let kind = kind(field, &embedded[index]).map_err(|zone| {
            let zone = super::words::printable(&zone).to_string();
            Error::file(path, Flaw::TimeZone { column: NAMES[of_census], zone })
        })?;
        let unsuitable = suits(kind, of_census, format.date_format.is_some()).err().map(|wanted| (name(field), wanted));
        columns.push(Column { of_census, leaf, kind, unsuitable, required: repetition == Repetition::REQUIRED });
    }
    Ok((columns, alike))
}

fn leaf_of(schema: &SchemaDescriptor, field: usize) -> Option<usize> {
    (0..schema.num_columns()).find(|&leaf| schema.get_column_root_idx(leaf) == field)
}

/// Values of some rows of a column.
struct Batch {
    reader: ColumnReader,
    required: bool,
    /// 1 for a row with a value, 0 for one without.
    levels: Vec<i16>,
    values: Values,
    /// Next row and next value.
    row: usize,
    value: usize,
    /// A value that has to be written out.
    text: String,
}

enum Values {
    Flag(Vec<bool>),
    Int32(Vec<i32>),
    Int64(Vec<i64>),
    Int96(Vec<Int96>),
    Single(Vec<f32>),
    Double(Vec<f64>),
    Bytes(Vec<ByteArray>),
    Fixed(Vec<FixedLenByteArray>),
}

impl Batch {
    fn open(group: &dyn RowGroupReader, column: &Column) -> Result<Self, ParquetError> {
        let reader = group.get_column_reader(column.leaf)?;
        let values = match &reader {
            ColumnReader::BoolColumnReader(_) => Values::Flag(Vec::new()),
            ColumnReader::Int32ColumnReader(_) => Values::Int32(Vec::new()),
            ColumnReader::Int64ColumnReader(_) => Values::Int64(Vec::new()),
            ColumnReader::Int96ColumnReader(_) => Values::Int96(Vec::new()),
            ColumnReader::FloatColumnReader(_) => Values::Single(Vec::new()),
            ColumnReader::DoubleColumnReader(_) => Values::Double(Vec::new()),
            ColumnReader::ByteArrayColumnReader(_) => Values::Bytes(Vec::new()),
            ColumnReader::FixedLenByteArrayColumnReader(_) => Values::Fixed(Vec::new()),
        };
        let (levels, text) = (Vec::new(), String::new());
        Ok(Self { reader, required: column.required, levels, values, row: 0, value: 0, text })
    }

    /// Reads the next rows instead of those before; how many there were.
    fn fill(&mut self, rows: usize) -> Result<usize, ParquetError> {
        self.levels.clear();
        (self.row, self.value) = (0, 0);
        let levels = &mut self.levels;
        macro_rules! next {
            ($reader:expr, $values:expr) => {{
                $values.clear();
                let levels = if self.required { None } else { Some(levels) };
                Ok($reader.read_records(rows, levels, None, $values)?.0)
            }};
        }
        match (&mut self.reader, &mut self.values) {
            (ColumnReader::BoolColumnReader(reader), Values::Flag(values)) => next!(reader, values),
            (ColumnReader::Int32ColumnReader(reader), Values::Int32(values)) => next!(reader, values),
            (ColumnReader::Int64ColumnReader(reader), Values::Int64(values)) => next!(reader, values),
            (ColumnReader::Int96ColumnReader(reader), Values::Int96(values)) => next!(reader, values),
            (ColumnReader::FloatColumnReader(reader), Values::Single(values)) => next!(reader, values),
            (ColumnReader::DoubleColumnReader(reader), Values::Double(values)) => next!(reader, values),
            (ColumnReader::ByteArrayColumnReader(reader), Values::Bytes(values)) => next!(reader, values),
            (ColumnReader::FixedLenByteArrayColumnReader(reader), Values::Fixed(values)) => next!(reader, values),
            _ => Err(ParquetError::General("a column of two types".into())),
        }
    }

    /// The cell of the next row.
    fn next(&mut self, column: &Column) -> Result<Cell<'_>, String> {
        let present = self.required || self.levels.get(self.row).is_some_and(|&level| level > 0);
        self.row += 1;
        if !present || column.kind == Kind::Nothing {
            return Ok(Cell::Missing);
        }
        let index = self.value;
        self.value += 1;
        let cell = match &self.values {
            Values::Flag(values) => values.get(index).map(|&flag| Ok(Cell::Flag(flag))),
            Values::Int32(values) => values.get(index).map(|&number| Ok(of_int(i64::from(number), true, column.kind))),
            Values::Int64(values) => values.get(index).map(|&number| Ok(of_int(number, false, column.kind))),
            Values::Int96(values) => values.get(index).map(|value| Ok(of_int96(value, column.kind))),
            Values::Single(values) => values.get(index).map(|&number| Ok(Cell::Single(number))),
            Values::Double(values) => values.get(index).map(|&number| Ok(Cell::Double(number))),
            Values::Bytes(values) => values.get(index).map(|value| of_bytes(value.data(), column.kind, &mut self.text)),
            Values::Fixed(values) => values.get(index).map(|value| of_bytes(value.data(), column.kind, &mut self.text)),
        };
        cell.unwrap_or_else(|| Err(format!("column {} lacks values", NAMES[column.of_census])))
    }
}

/// A 32-bit or 64-bit integer as what its column holds.
fn of_int(number: i64, of_32_bits: bool, kind: Kind) -> Cell<'static> {
    match kind {
        Kind::Date => Cell::Date(number),
        Kind::Instant { per_second, zone } => {
            Cell::Instant(number.div_euclid(per_second), number.rem_euclid(per_second) != 0, zone)
        }
        Kind::Decimal(scale) => Cell::Decimal(i256::from_i128(i128::from(number)), scale),
        Kind::Whole { signed: false } if of_32_bits => Cell::Whole(i128::from(number as u32)),
        Kind::Whole { signed: false } => Cell::Whole(i128::from(number as u64)),
        _ => Cell::Whole(i128::from(number)),
    }
}

/// The nanoseconds of the day and the Julian day number, of 12 bytes.
fn of_int96(value: &Int96, kind: Kind) -> Cell<'static> {
    let Kind::Instant { zone, .. } = kind else { return Cell::Missing };
    let [low, high, julian_day] = [0, 1, 2].map(|index| value.data().get(index).copied().unwrap_or_default());
    let nanoseconds = (i64::from(high) << 32) | i64::from(low);
    // Both are far from the limits of 64 bits, so that nothing wraps.
    let seconds =
        (i64::from(julian_day as i32) - JULIAN_DAY_OF_1970) * SECONDS_PER_DAY + nanoseconds.div_euclid(1_000_000_000);
    Cell::Instant(seconds, nanoseconds.rem_euclid(1_000_000_000) != 0, zone)
}

/// Bytes as what their column holds.
fn of_bytes<'a>(bytes: &'a [u8], kind: Kind, text: &'a mut String) -> Result<Cell<'a>, String> {
    match kind {
        Kind::Decimal(scale) => {
            let unscaled = big_endian(bytes).ok_or_else(|| format!("a decimal number of {} bytes", bytes.len()))?;
            Ok(Cell::Decimal(unscaled, scale))
        }
        Kind::Uuid => {
            let uuid = uuid::Uuid::from_slice(bytes).map_err(|e| e.to_string())?;
            *text = uuid.to_string();
            Ok(Cell::Text(text))
        }
        _ => Ok(Cell::of_bytes(bytes)),
    }
}

/// A signed number of any length, most significant byte first, as long as its value fits.
fn big_endian(bytes: &[u8]) -> Option<i256> {
    let negative = *bytes.first()? & 0x80 != 0;
    let fill = if negative { 0xFF } else { 0 };
    let surplus = bytes.len().saturating_sub(32);
    let kept = &bytes[surplus..];
    if bytes[..surplus].iter().any(|&byte| byte != fill) || (kept[0] & 0x80 != 0) != negative {
        return None;
    }
    let mut whole = [fill; 32];
    whole[32 - kept.len()..].copy_from_slice(kept);
    Some(i256::from_be_bytes(whole))
}

#[cfg(test)]
mod tests {
    use super::super::names::TERMINATION;
    use super::*;
    use crate::rules::calendar::{Day, civil, day, iso, year_of};
    use chrono::{NaiveDate, TimeZone};
    use duckdb::arrow::array::{
        ArrayRef, Date32Array, Date64Array, Float64Array, StringArray, TimestampMicrosecondArray,
        TimestampMillisecondArray, TimestampNanosecondArray, TimestampSecondArray,
    };
    use duckdb::arrow::record_batch::RecordBatch;
    use parquet::arrow::ArrowWriter;
    use parquet::data_type::{ByteArrayType, DoubleType, Int96Type};
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;
    use proptest::prelude::*;
    use std::sync::Arc;

    /// The termination dates of a file.
    fn days(file: &Path) -> Vec<Option<Day>> {
        let mut days = Vec::new();
        read(file, File::open(file).unwrap(), &CensusFormat::default(), |_, cells| {
            days.push(
                cells[TERMINATION]
                    .day(None)
                    .unwrap_or_else(|e| panic!("{}: {e}", cells[TERMINATION]))
                    .map(|found| found.0),
            );
            Ok(())
        })
        .unwrap();
        days
    }

    fn write(file: &Path, terminations: ArrayRef) {
        let rows = terminations.len();
        let ids: ArrayRef = Arc::new(StringArray::from((0..rows).map(|row| format!("A{row}")).collect::<Vec<_>>()));
        let hired: ArrayRef = Arc::new(Date32Array::from(vec![10_000; rows]));
        let pay: ArrayRef = Arc::new(Float64Array::from(vec![60_000.0; rows]));
        let columns = [
            ("employee_id", ids),
            ("employee_birth_date", hired.clone()),
            ("employee_hire_date", hired),
            ("employee_gross_compensation", pay),
            ("employee_termination_date", terminations),
        ];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let mut writer = ArrowWriter::try_new(File::create(file).unwrap(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
    }

    /// As old Hive and Spark write: nanoseconds of the day and Julian day.
    fn write_int96(file: &Path, wall: &[(Day, i64)]) {
        let schema = "message m { required binary employee_id (UTF8); required int96 employee_birth_date;
            required int96 employee_hire_date; required double employee_gross_compensation;
            required int96 employee_termination_date; }";
        let schema = Arc::new(parse_message_type(schema).unwrap());
        let mut writer = SerializedFileWriter::new(File::create(file).unwrap(), schema, Default::default()).unwrap();
        let mut group = writer.next_row_group().unwrap();
        let values: Vec<Int96> = wall
            .iter()
            .map(|&(day, second)| {
                let (nanoseconds, mut value) = (second as u64 * 1_000_000_000, Int96::new());
                let julian_day = (i64::from(day) + JULIAN_DAY_OF_1970) as u32;
                value.set_data(nanoseconds as u32, (nanoseconds >> 32) as u32, julian_day);
                value
            })
            .collect();
        let rows = wall.len();
        let ids: Vec<_> = (0..rows).map(|row| ByteArray::from(format!("A{row}").into_bytes())).collect();
        for column in 0..5 {
            let mut writer = group.next_column().unwrap().unwrap();
            match column {
                0 => writer.typed::<ByteArrayType>().write_batch(&ids, None, None).unwrap(),
                3 => writer.typed::<DoubleType>().write_batch(&vec![6e4; rows], None, None).unwrap(),
                _ => writer.typed::<Int96Type>().write_batch(&values, None, None).unwrap(),
            };
            writer.close().unwrap();
        }
        group.close().unwrap();
        writer.close().unwrap();
    }

    /// The instant of a second of a day on the wall of a zone, by another way than the code under test goes.
    fn instant(zone: &str, day: Day, second: i64) -> Option<i64> {
        let wall = i64::from(day) * SECONDS_PER_DAY + second;
        match zone {
            "" | "UTC" => Some(wall),
            "+05:30" => Some(wall - 19_800),
            _ if year_of(day) > 2099 => {
                Some(i64::from(day) * SECONDS_PER_DAY + 43_200 + if zone.starts_with('A') { 18_000 } else { -50_400 })
            }
            _ => {
                let (year, month, day) = civil(day);
                let local = NaiveDate::from_ymd_opt(year, month as u32, day as u32)?.and_hms_opt(0, 0, 0)?;
                let local = local + chrono::TimeDelta::seconds(second);
                let zone: chrono_tz::Tz = zone.parse().unwrap();
                zone.from_local_datetime(&local).earliest().map(|instant| instant.timestamp())
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

        #[test]
        fn every_day_is_the_same_in_every_type(
            wall in prop::collection::vec((day(1, 1, 1)..=day(9999, 12, 31), 0..SECONDS_PER_DAY), 1..60),
        ) {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("a.parquet");
            let expected: Vec<_> = wall.iter().map(|&(day, _)| Some(day)).collect();
            let dates: Vec<Day> = wall.iter().map(|&(day, _)| day).collect();
            let texts: Vec<String> = dates.iter().map(|&day| iso(day)).collect();
            let milliseconds = |day: &Day| i64::from(*day) * SECONDS_PER_DAY * 1_000;
            for array in [
                Arc::new(Date32Array::from(dates.clone())) as ArrayRef,
                Arc::new(Date64Array::from(dates.iter().map(milliseconds).collect::<Vec<_>>())),
                Arc::new(StringArray::from(texts)),
            ] {
                write(&file, array);
                prop_assert_eq!(days(&file), expected.clone());
            }
            write_int96(&file, &wall);
            prop_assert_eq!(days(&file), expected);

            for zone in ["", "UTC", "America/New_York", "Pacific/Kiritimati", "+05:30"] {
                // A clock that is put forward has no such second on that day.
                let (expected, seconds): (Vec<_>, Vec<_>) = wall
                    .iter()
                    .filter_map(|&(day, second)| Some((Some(day), instant(zone, day, second)?)))
                    .unzip();
                let of = |per_second: i64| seconds.iter().map(|&s| s.checked_mul(per_second)).collect::<Vec<_>>();
                let in_zone = (!zone.is_empty()).then_some(zone);
                let arrays = [
                    Arc::new(TimestampSecondArray::from(of(1)).with_timezone_opt(in_zone)) as ArrayRef,
                    Arc::new(TimestampMillisecondArray::from(of(1_000)).with_timezone_opt(in_zone)),
                    Arc::new(TimestampMicrosecondArray::from(of(1_000_000)).with_timezone_opt(in_zone)),
                ];
                for array in arrays {
                    write(&file, array);
                    prop_assert_eq!(days(&file), expected.clone());
                }
                let nanoseconds = of(1_000_000_000);
                let expected: Vec<_> = expected.into_iter().zip(&nanoseconds).map(|(day, n)| n.and(day)).collect();
                write(&file, Arc::new(TimestampNanosecondArray::from(nanoseconds).with_timezone_opt(in_zone)));
                prop_assert_eq!(days(&file), expected);
            }
        }

        #[test]
        fn a_damaged_file_is_an_error_and_no_panic(at in any::<prop::sample::Index>(), byte: u8, cut in any::<bool>()) {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("a.parquet");
            write(&file, Arc::new(Date32Array::from(vec![1, 2, 3])));
            let mut bytes = std::fs::read(&file).unwrap();
            let at = at.index(bytes.len());
            if cut { bytes.truncate(at) } else { bytes[at] = byte }
            std::fs::write(&file, bytes).unwrap();
            let outcome = read(&file, File::open(&file).unwrap(), &CensusFormat::default(), |_, _| Ok(()));
            prop_assert!(!cut || outcome.is_err_and(|e| e.to_string().contains("not a readable Parquet file")));
        }
    }

    #[test]
    fn panics_of_a_library_are_errors() {
        assert_eq!(contained(|| 1), Ok(1));
        assert_eq!(contained(|| -> i32 { panic!("out of {}", "range") }), Err("out of range".to_owned()));
    }

    #[test]
    fn decimals_of_any_width() {
        let number = |n: i128| i256::from_i128(n);
        assert_eq!(big_endian(&[0x7F]), Some(number(127)));
        assert_eq!(big_endian(&[0xFF, 0xFE]), Some(number(-2)));
        assert_eq!(big_endian(&[[0; 40].as_slice(), &[0x01, 0x00]].concat()), Some(number(256)));
        assert_eq!(big_endian(&[[0xFF; 40].as_slice(), &[0x80, 0x00]].concat()), Some(number(-32_768)));
        assert_eq!(big_endian(&[[1].as_slice(), &[0; 32]].concat()), None);
        assert_eq!(big_endian(&[[0].as_slice(), &[0x80], &[0; 31]].concat()), None);
        assert_eq!(big_endian(&[]), None);
    }
}
