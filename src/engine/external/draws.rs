//! Draws as files, for engines that do not compute them: sixteen words for everybody who can be employed in a year.

use super::parquet_file::write_parquet;
use crate::census::Census;
use crate::error::{Error, Result};
use crate::rules::draws::{SLOTS, Slot, YearDraws, employee_key};
use crate::rules::identity::hire_id;
use crate::rules::plan::YearPlan;
use crate::rules::run::RunSpec;
use arrow::array::{ArrayRef, RecordBatch, StringArray, UInt32Array};
use parquet::basic::Compression;
use std::path::Path;
use std::sync::Arc;

/// Writes `draws/simulation_year=YYYY.parquet` for every year of the run.
///
/// # Errors
/// Names the file that cannot be written.
pub(super) fn write(folder: &Path, run: &RunSpec, census: &Census, plans: &[YearPlan]) -> Result<()> {
    let folder = folder.join("draws");
    std::fs::create_dir(&folder).map_err(|e| Error::file(&folder, e))?;
    let mut people: Vec<(String, u64)> = (0..census.len())
        .map(|row| {
            let id = census.employee_id.value(row).to_owned();
            let key = employee_key(&id);
            (id, key)
        })
        .collect();
    for (year, plan) in run.years().zip(plans) {
        people.extend((1..=plan.hires).map(|number| {
            let id = hire_id(year, number);
            let key = employee_key(&id);
            (id, key)
        }));
        people.sort_unstable();
        let keys: Vec<u64> = people.iter().map(|(_, key)| *key).collect();
        let mut words = vec![vec![0u32; keys.len()]; SLOTS];
        {
            let mut rest = words.iter_mut();
            let mut columns: [&mut [u32]; SLOTS] =
                std::array::from_fn(|_| rest.next().map_or(&mut [][..], |column| column.as_mut_slice()));
            YearDraws::new(run.seed, year).fill_columns(&keys, &mut columns);
        }
        let ids: StringArray = people.iter().map(|(id, _)| Some(id.as_str())).collect();
        let mut columns: Vec<(&str, ArrayRef)> = vec![("employee_id", Arc::new(ids))];
        columns.extend(Slot::ALL.iter().zip(words).map(|(slot, words)| {
            let words: ArrayRef = Arc::new(UInt32Array::from(words));
            (slot.name(), words)
        }));
        let batch = RecordBatch::try_from_iter(columns).map_err(|e| Error::failed("draws", e))?;
        // Random words do not compress.
        write_parquet(&batch, &folder.join(format!("simulation_year={year}.parquet")), Compression::UNCOMPRESSED)?;
    }
    Ok(())
}
