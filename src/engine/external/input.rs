//! The input folder of an engine that is another program (`docs/engines.md`): who is simulated, by which numbers, and the plan of
//! every year. Everything is multiplied out to integers, so that nobody needs 128-bit arithmetic.

use super::draws;
use super::parquet_file::write_parquet;
use crate::census::Census;
use crate::error::{Error, Result};
use crate::rules::RULES_VERSION;
use crate::rules::assumptions::Assumptions;
use crate::rules::calendar::{Day, day, first_of_year, iso, last_of_year, month_span};
use crate::rules::identity::EventIds;
use crate::rules::plan::YearPlan;
use crate::rules::run::RunSpec;
use crate::rules::tables::{Cell, Chance, EnrollmentTerms, Tables, cells};
use crate::rules::units::share_ppm;
use crate::rules::vocabulary::{Category, PROMOTION_AGE_BELOW};
use arrow::array::{ArrayRef, BooleanArray, Date32Array, Int32Array, Int64Array, RecordBatch};
use parquet::basic::Compression;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// Version of the folder's JSON files.
pub(super) const FORMAT_VERSION: u32 = 1;

/// Writes the input of a run into an empty folder.
///
/// # Errors
/// When the plan cannot be met, or a file cannot be written.
pub fn write(folder: &Path, run: &RunSpec, census: &Census, threads: usize, with_draws: bool) -> Result<()> {
    let (tables, plans) = (Tables::new(&run.assumptions), run.plans(census.len())?);
    let json = |name: &str, value: &Value| {
        let file = folder.join(name);
        let text = serde_json::to_string_pretty(value).map_err(|e| Error::file(&file, e))?;
        fs::write(&file, text + "\n").map_err(|e| Error::file(&file, e))
    };
    json("run.json", &run_facts(run, census.len(), threads))?;
    json("assumptions.json", &assumptions(&run.assumptions, &tables))?;
    json("plan.json", &plan(run, &plans))?;
    people(census, &folder.join("census.parquet"))?;
    if with_draws { draws::write(folder, run, census, &plans) } else { Ok(()) }
}

fn run_facts(run: &RunSpec, employees: usize, threads: usize) -> Value {
    let ids = EventIds::new(run.seed, &run.scenario_id, &run.plan_design_id);
    json!({
        "format_version": FORMAT_VERSION,
        "rules_version": RULES_VERSION,
        "scenario_id": run.scenario_id,
        "plan_design_id": run.plan_design_id,
        "seed": run.seed,
        "event_id_key": format!("{:016x}", ids.run_key()),
        "start_year": run.start_year,
        "end_year": run.end_year,
        "employees": employees,
        "threads": threads,
    })
}

fn date(day: Day) -> Value {
    iso(day).into()
}

/// The lookup tables, and the numbers that stand alone.
fn assumptions(assumptions: &Assumptions, tables: &Tables) -> Value {
    let (promotion, raise) = (&assumptions.promotion, &assumptions.raise);
    let (enrollment, escalation) = (&assumptions.enrollment, &assumptions.escalation);
    let categories = Category::ALL.map(|category| {
        json!({ "code": category as u8, "event_type": category.event_type(), "event_category": category.name() })
    });
    let levels = (1..).zip(&tables.levels).map(|(level_id, level): (i32, _)| {
        json!({
            "level_id": level_id,
            "hire_point_cents": level.hire_point_cents,
            "merit_ppm": level.merit_ppm,
            "promotion_raise_min_ppm": level.promotion_raise_min_ppm,
            "promotion_raise_choices": level.promotion_raise_choices,
        })
    });
    let bounds = &tables.segments;
    json!({
        "format_version": FORMAT_VERSION,
        "categories": categories,
        "levels": levels.collect::<Vec<_>>(),
        "hire_level_weights": tables.hire_shares.map(|shares| shares[..tables.levels.len()].to_vec()),
        "hire_ages": tables.hire_age,
        "raise_months": tables.raise_month,
        "pay_spread_ppm": assumptions.hiring.pay_spread.0,
        "age_bands": { "from": tables.age_bands.from, "labels": tables.age_bands.labels },
        "tenure_bands": { "from": tables.tenure_bands.from, "labels": tables.tenure_bands.labels },
        "segments": {
            "choice_age_from": bounds.choice_age,
            "auto_age_from": bounds.auto_age,
            "income_from_cents": bounds.income_cents,
            "level_from": bounds.level,
            "tenure_from": bounds.tenure,
        },
        "promotion": promotion_cells(tables),
        "promotion_max_age": PROMOTION_AGE_BELOW - 1,
        "promotion_min_tenure": 1,
        "raise_min_tenure": 1,
        "promotion_raise_cap_ppm": promotion.raise_cap.0,
        "promotion_raise_cap_cents": promotion.raise_cap_amount.0,
        "raise_cap_ppm": raise.cap.0,
        "raise_cap_cents": raise.cap_amount.0,
        "enrollment": enrollment_cells(&tables.enrollment),
        "opt_out": opt_out_cells(&tables.opt_out),
        "proactive_days": enrollment.proactive_days,
        "auto_enrollment": {
            "hires_from": tables.auto_scope.hires_from.map(date),
            "employees_from": tables.auto_scope.employees_from.map(date),
            "window_days": enrollment.auto_window_days,
            "rate_bp": enrollment.auto_rate.0,
            "opt_out_grace_days": enrollment.opt_out_grace_days,
        },
        "escalation": {
            "enabled": escalation.enabled,
            "increment_bp": escalation.increment.0,
            "cap_bp": escalation.cap.0,
            "hired_from": escalation.hired_from.map(|from| date(from.0)),
        },
    })
}

fn promotion_cells(tables: &Tables) -> Vec<Value> {
    let (ages, tenures) = (tables.age_bands.labels.len(), tables.tenure_bands.labels.len());
    let mut cells = Vec::with_capacity(tables.promotion.len());
    for level_id in 1..=tables.levels.len() {
        for age_band in 0..ages {
            for tenure_band in 0..tenures {
                let chance = tables.promotion[tables.promotion_cell(level_id as i32, age_band, tenure_band)];
                cells.push(json!({
                    "level_id": level_id, "age_band": age_band, "tenure_band": tenure_band,
                    "ppm": chance.ppm, "threshold": chance.threshold,
                }));
            }
        }
    }
    cells
}

fn enrollment_cells(terms: &[EnrollmentTerms]) -> Vec<Value> {
    let cell = |([age, income, level, tenure], terms): (Cell, &EnrollmentTerms)| {
        json!({
            "age_segment": age, "income_segment": income, "level_segment": level, "tenure_segment": tenure,
            "voluntary_ppm": terms.voluntary.ppm, "voluntary_threshold": terms.voluntary.threshold,
            "conversion_ppm": terms.conversion.ppm, "conversion_threshold": terms.conversion.threshold,
            "proactive_ppm": terms.proactive.ppm, "proactive_threshold": terms.proactive.threshold,
            "rate_bp": terms.rate_bp, "conversion_rate_bp": terms.conversion_rate_bp,
        })
    };
    cells().zip(terms).map(cell).collect()
}

fn opt_out_cells(chances: &[Chance]) -> Vec<Value> {
    let cell = |([age, income, level, tenure], chance): (Cell, &Chance)| {
        json!({
            "age_segment": age, "income_segment": income, "level_segment": level, "tenure_segment": tenure,
            "ppm": chance.ppm, "threshold": chance.threshold,
        })
    };
    cells().zip(chances).map(cell).collect()
}

/// Every year's head counts and days.
fn plan(run: &RunSpec, plans: &[YearPlan]) -> Value {
    let mut hired_before = 0;
    let years = run.years().zip(plans).map(|(year, plan)| {
        let first_year = year == run.start_year;
        let by_choice = if first_year { Category::VoluntaryEnrollment } else { Category::YearOverYearConversion };
        let choice_day = if first_year { day(year, 1, 15) } else { day(year, 6, 15) };
        let months = (1..=12).map(|month| {
            let (first, days) = month_span(year, month);
            json!({ "month": month, "first_day": date(first), "days": days })
        });
        let facts = json!({
            "simulation_year": year,
            "headcount": plan.headcount,
            "target": plan.target,
            "leavers": plan.leavers,
            "hires": plan.hires,
            "new_hire_leavers": plan.new_hire_leavers,
            "new_hire_termination_ppm": share_ppm(plan.new_hire_leavers, plan.hires),
            "hired_before": hired_before,
            "first_day": date(first_of_year(year)),
            "last_day": date(last_of_year(year)),
            "promotion_day": date(day(year, 2, 1)),
            "choice_category": by_choice.name(),
            "choice_day": date(choice_day),
            "auto_day": date(day(year, 1, 15)),
            "escalation_day": date(run.assumptions.escalation.day.of(year)),
            "escalation_enrolled_before": date(run.assumptions.escalation.enrolled_before(year)),
            "cola_ppm": run.assumptions.raise.cola_ppm(year),
            "months": months.collect::<Vec<_>>(),
        });
        hired_before += plan.hires;
        facts
    });
    json!({ "format_version": FORMAT_VERSION, "years": years.collect::<Vec<_>>() })
}

/// The state on 1 January of the first year, in order of id.
fn people(census: &Census, file: &Path) -> Result<()> {
    let rows = census.len();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("employee_id", Arc::new(census.employee_id.clone())),
        ("employee_ssn", Arc::new(census.employee_ssn.clone())),
        ("birth_date", Arc::new(Date32Array::from(census.birth_date.clone()))),
        ("hire_date", Arc::new(Date32Array::from(census.hire_date.clone()))),
        ("level_id", Arc::new(Int32Array::from(census.level_id.clone()))),
        ("compensation_cents", Arc::new(Int64Array::from(census.compensation_cents.clone()))),
        ("deferral_bp", Arc::new(Int32Array::from(census.deferral_bp.clone()))),
        ("enrollment_date", Arc::new((0..rows).map(|row| census.enrollment_date(row)).collect::<Date32Array>())),
        ("ever_opted_out", Arc::new(BooleanArray::from(vec![false; rows]))),
        ("escalation_opt_out", Arc::new(BooleanArray::from(census.escalation_opt_out.clone()))),
    ];
    let named = columns.into_iter().map(|(name, array)| (name, array, true));
    let batch = RecordBatch::try_from_iter_with_nullable(named).map_err(|e| Error::failed("census", e))?;
    write_parquet(&batch, file, Compression::SNAPPY)
}
