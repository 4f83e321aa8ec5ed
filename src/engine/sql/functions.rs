//! Scalar functions registered with DuckDB, each working a vector at a time: draws, draw addresses, event ids.

use crate::rules::draws::{SLOTS, Slot, YearDraws, employee_key};
use crate::rules::identity::{EVENT_ID_LEN, EventIds};
use duckdb::Connection;
use duckdb::core::{DataChunkHandle, Inserter, LogicalTypeHandle, LogicalTypeId};
use duckdb::ffi::duckdb_string_t;
use duckdb::types::DuckString;
use duckdb::vscalar::{ScalarFunctionSignature, VScalar};
use duckdb::vtab::arrow::WritableVector;
use std::error::Error;

type Invoked = Result<(), Box<dyn Error>>;

/// Registers the functions of one run.
pub(super) fn register(connection: &Connection, seed: u64, ids: EventIds) -> duckdb::Result<()> {
    connection.register_scalar_function::<EmployeeKey>("employee_key")?;
    connection.register_scalar_function_with_state::<Draws>("draws", &seed)?;
    connection.register_scalar_function_with_state::<EventId>("event_id", &ids)
}

/// The values of a fixed-width input column.
///
/// # Safety
/// `T` must be the physical type of the column as declared in the function's signature.
unsafe fn column<T: Copy>(input: &DataChunkHandle, index: usize) -> Vec<T> {
    let vector = input.flat_vector(index);
    // SAFETY: DuckDB hands flat vectors with `len` rows of the declared type.
    unsafe { vector.as_slice_with_len::<T>(input.len()) }.to_vec()
}

/// The texts of an input column.
fn texts(strings: &mut [duckdb_string_t]) -> impl Iterator<Item = Result<&str, std::str::Utf8Error>> {
    strings.iter_mut().map(|string| std::str::from_utf8(DuckString::new(string).as_bytes()))
}

/// `employee_key(employee_id VARCHAR) -> UBIGINT`: the address of an employee's draws.
struct EmployeeKey;

impl VScalar for EmployeeKey {
    type State = ();

    fn invoke(_: &(), input: &mut DataChunkHandle, output: &mut dyn WritableVector) -> Invoked {
        // SAFETY: the signature declares VARCHAR in and UBIGINT out.
        let mut ids = unsafe { column::<duckdb_string_t>(input, 0) };
        let mut output = output.flat_vector();
        // SAFETY: as above.
        let keys = unsafe { output.as_mut_slice_with_len::<u64>(ids.len()) };
        for (key, id) in keys.iter_mut().zip(texts(&mut ids)) {
            *key = employee_key(id?);
        }
        Ok(())
    }

    fn signatures() -> Vec<ScalarFunctionSignature> {
        vec![ScalarFunctionSignature::exact(vec![LogicalTypeId::Varchar.into()], LogicalTypeId::UBigint.into())]
    }
}

/// `draws(draw_key UBIGINT, simulation_year INTEGER) -> STRUCT(one UINTEGER per slot)`.
struct Draws;

impl VScalar for Draws {
    /// The seed.
    type State = u64;

    fn invoke(seed: &u64, input: &mut DataChunkHandle, output: &mut dyn WritableVector) -> Invoked {
        // SAFETY: the signature declares UBIGINT and INTEGER in, and a struct of UINTEGER out.
        let (keys, years) = unsafe { (column::<u64>(input, 0), column::<i32>(input, 1)) };
        let Some(&year) = years.first() else { return Ok(()) };
        if years.iter().any(|&other| other != year) {
            return Err("draws() takes one simulation year per call".into());
        }
        let output = output.struct_vector();
        let mut children: [_; SLOTS] = std::array::from_fn(|slot| output.child(slot, keys.len()));
        // SAFETY: as above; each child is another column.
        let mut columns = children.each_mut().map(|child| unsafe { child.as_mut_slice_with_len::<u32>(keys.len()) });
        YearDraws::new(*seed, year).fill_columns(&keys, &mut columns);
        Ok(())
    }

    fn signatures() -> Vec<ScalarFunctionSignature> {
        let fields = Slot::ALL.map(|slot| (slot.name(), LogicalTypeHandle::from(LogicalTypeId::UInteger)));
        let parameters = vec![LogicalTypeId::UBigint.into(), LogicalTypeId::Integer.into()];
        vec![ScalarFunctionSignature::exact(parameters, LogicalTypeHandle::struct_type(&fields))]
    }
}

/// `event_id(employee_id VARCHAR, simulation_year INTEGER, category_code UTINYINT, event_sequence UTINYINT) -> VARCHAR`.
struct EventId;

impl VScalar for EventId {
    type State = EventIds;

    fn invoke(ids: &EventIds, input: &mut DataChunkHandle, output: &mut dyn WritableVector) -> Invoked {
        // SAFETY: the signature declares VARCHAR, INTEGER, UTINYINT and UTINYINT in.
        let (mut employees, years, codes, sequences) = unsafe {
            (
                column::<duckdb_string_t>(input, 0),
                column::<i32>(input, 1),
                column::<u8>(input, 2),
                column::<u8>(input, 3),
            )
        };
        let output = output.flat_vector();
        let mut text = [0; EVENT_ID_LEN];
        for (row, employee) in texts(&mut employees).enumerate() {
            let id = ids.uuid(employee?, years[row], codes[row], sequences[row]);
            output.insert(row, &*id.hyphenated().encode_lower(&mut text));
        }
        Ok(())
    }

    fn signatures() -> Vec<ScalarFunctionSignature> {
        let parameters =
            [LogicalTypeId::Varchar, LogicalTypeId::Integer, LogicalTypeId::UTinyint, LogicalTypeId::UTinyint];
        vec![ScalarFunctionSignature::exact(parameters.map(Into::into).into(), LogicalTypeId::Varchar.into())]
    }
}
