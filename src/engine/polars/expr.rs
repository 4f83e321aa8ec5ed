//! Integer arithmetic of the rules as Polars expressions, over 64-bit columns.

use crate::rules::draws::{Slot, YearDraws};
use crate::rules::identity::{EVENT_ID_LEN, EventIds};
use crate::rules::units::MILLION;
use polars::prelude::*;
use rayon::prelude::*;

/// Rows per unit of parallel work inside one column function.
const CHUNK: usize = 4_096;

/// A constant of exactly its Rust type; a bare `lit` would be typed by its surroundings.
pub(super) fn typed(value: impl Into<Scalar>) -> Expr {
    lit(value.into())
}

/// A 64-bit integer constant.
pub(super) fn int(value: i64) -> Expr {
    typed(value)
}

/// A draw as a 64-bit integer.
pub(super) fn draw(slot: Slot) -> Expr {
    col(slot.name()).cast(DataType::Int64)
}

/// `(draw * n) >> 32`.
pub(super) fn bounded(slot: Slot, n: Expr) -> Expr {
    (draw(slot) * n).floor_div(int(1 << 32))
}

/// `(amount * ppm + 500_000) div 1_000_000`.
pub(super) fn times_ppm(amount: Expr, ppm: Expr) -> Expr {
    (amount * ppm + int(MILLION / 2)).floor_div(int(MILLION))
}

/// Index of the band or segment: how many lower bounds the value reaches.
pub(super) fn band<T: Into<Scalar> + Copy>(value: Expr, lower_bounds: &[T]) -> Expr {
    lower_bounds
        .iter()
        .map(|&bound| value.clone().gt_eq(typed(bound)).cast(DataType::Int64))
        .reduce(|sum, reached| sum + reached)
        .unwrap_or_else(|| int(0))
}

/// The value of a table at an index.
pub(super) fn lookup<T, V: AsRef<[T]>>(values: V, index: Expr) -> Expr
where
    Series: NamedFrom<V, [T]>,
{
    lit(Series::new(PlSmallStr::EMPTY, values)).gather(index, false)
}

/// A flag as 0 or 1.
pub(super) fn one_if(flag: Expr) -> Expr {
    flag.cast(DataType::Int64)
}

/// The smaller of two expressions.
pub(super) fn smaller(a: Expr, b: Expr) -> Expr {
    when(a.clone().lt_eq(b.clone())).then(a).otherwise(b)
}

/// The `count`-th smallest value of a key among `members`, as a scalar; 0, below every key, if nobody is wanted.
pub(super) fn nth_smallest(key: Expr, members: Option<Expr>, count: i64) -> Expr {
    if count == 0 {
        return typed(0u64);
    }
    let keys = match members {
        Some(members) => key.filter(members),
        None => key,
    };
    keys.bottom_k(typed(count as u64)).max()
}

/// The sixteen draws of each employee key as one struct column, a field per slot.
pub(super) fn draws(source: YearDraws) -> Expr {
    let fields: Vec<Field> = Slot::ALL.iter().map(|slot| Field::new(slot.name().into(), DataType::UInt32)).collect();
    let dtype = DataType::Struct(fields);
    col("draw_key").map(
        move |keys| draw_columns(&source, &keys),
        move |_, field| Ok(Field::new(field.name().clone(), dtype.clone())),
    )
}

fn draw_columns(source: &YearDraws, keys: &Column) -> PolarsResult<Column> {
    let keys = keys.as_materialized_series().rechunk();
    let keys = keys.u64()?.cont_slice()?;
    let mut columns: [Vec<u32>; 16] = std::array::from_fn(|_| vec![0; keys.len()]);
    let mut parts: Vec<_> = columns.iter_mut().map(|column| column.chunks_mut(CHUNK)).collect();
    let work: Vec<(&[u64], [&mut [u32]; 16])> = keys
        .chunks(CHUNK)
        .map(|keys| (keys, std::array::from_fn(|slot| parts[slot].next().unwrap_or_default())))
        .collect();
    work.into_par_iter().for_each(|(keys, mut columns)| source.clone().fill_columns(keys, &mut columns));
    let series: Vec<Series> = Slot::ALL
        .iter()
        .zip(columns)
        .map(|(slot, values)| UInt32Chunked::from_vec(slot.name().into(), values).into_series())
        .collect();
    Ok(StructChunked::from_series("draws".into(), keys.len(), series.iter())?.into_column())
}

/// The draw address of each employee id.
pub(super) fn employee_keys() -> Expr {
    col("employee_id").map(
        |ids| {
            let keys = ids.str()?.iter().map(|id| id.map(crate::rules::draws::employee_key));
            Ok(keys.collect::<UInt64Chunked>().into_column())
        },
        |_, field| Ok(Field::new(field.name().clone(), DataType::UInt64)),
    )
}

/// Event ids from the columns `employee_id`, `category_code` and `event_sequence`.
pub(super) fn event_ids(ids: EventIds, year: i32) -> Expr {
    col("employee_id").map_many(
        move |columns| {
            let (employees, codes, sequences) = (columns[0].str()?, columns[1].u8()?, columns[2].i32()?);
            let (employees, codes, sequences) = (employees.rechunk(), codes.rechunk(), sequences.rechunk());
            let (employees, codes, sequences) =
                (employees.downcast_as_array(), codes.cont_slice()?, sequences.cont_slice()?);
            let parts: Vec<_> = (0..codes.len())
                .into_par_iter()
                .step_by(CHUNK)
                .map(|start| {
                    let rows = start..(start + CHUNK).min(codes.len());
                    let mut text = [0u8; EVENT_ID_LEN];
                    let mut builder = StringChunkedBuilder::new(PlSmallStr::EMPTY, rows.len());
                    for row in rows {
                        let id = ids.uuid(employees.value(row), year, codes[row], sequences[row] as u8);
                        builder.append_value(id.hyphenated().encode_lower(&mut text));
                    }
                    builder.finish()
                })
                .collect();
            let mut all = StringChunked::full_null(PlSmallStr::EMPTY, 0);
            for part in parts {
                all.append_owned(part)?;
            }
            Ok(all.into_column())
        },
        &[col("category_code"), col("event_sequence")],
        |_, _| Ok(Field::new("event_id".into(), DataType::String)),
    )
}

/// Unscaled integers as an exact decimal.
pub(super) fn decimal(unscaled: Expr, precision: usize, scale: usize) -> Expr {
    unscaled.map(
        move |column| {
            let wide = column.cast(&DataType::Int128)?;
            Ok(wide.i128()?.clone().into_decimal_unchecked(precision, scale).into_column())
        },
        move |_, field| Ok(Field::new(field.name().clone(), DataType::Decimal(precision, scale))),
    )
}
