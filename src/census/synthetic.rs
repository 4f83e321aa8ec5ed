//! A census drawn from a seed: ages, tenure, levels, pay and deferral rates shaped like a mid-sized company's.
//!
//! Each person's attributes come from that person's own block of the reserved year 0, in integer arithmetic, so a
//! larger census begins with the people of a smaller one, as long as their ids have the same number of digits.

use super::people::{Census, LoadedCensus};
use crate::rules::calendar::{days_in_year, first_of_year};
use crate::rules::draws::{Block, YearDraws, bounded, employee_key};
use crate::rules::run::RunSpec;
use crate::rules::tables::Tables;
use arrow::array::StringBuilder;

/// How careers begin and end: five stages.
const STAGES: usize = 5;
/// Share of people in each stage, of 1,000.
const STAGE_WEIGHTS: [i64; STAGES] = [620, 230, 90, 45, 15];
/// Youngest and oldest age in each stage.
const AGES: [(i64, i64); STAGES] = [(20, 62), (26, 64), (30, 64), (34, 65), (38, 67)];
/// Age before which nobody was hired.
const FIRST_JOB_AGE: i64 = 19;
/// Longest tenure in years.
const MAX_TENURE: i64 = 35;
/// Deferral rate in basis points with its weight, of 1,000; the first are the people not enrolled.
const DEFERRAL: [(i32, i64); 8] =
    [(0, 380), (200, 90), (300, 170), (400, 60), (500, 70), (600, 130), (800, 50), (1_000, 50)];

/// Draws a census of `employee_count` people for a run's seed, start year and pay ranges.
pub fn synthetic(employee_count: usize, run: &RunSpec) -> LoadedCensus {
    let tables = Tables::new(&run.assumptions);
    let mut draws = YearDraws::new(run.seed, 0);
    let width = employee_count.to_string().len().max(6);
    let mut ids = StringBuilder::with_capacity(employee_count, employee_count * (width + 4));
    let mut ssns = StringBuilder::with_capacity(employee_count, employee_count * 13);
    let mut census = Census::default();
    for number in 1..=employee_count {
        let id = format!("EMP_{number:0width$}");
        add_person(&mut census, &draws.block(employee_key(&id)), run, &tables);
        ids.append_value(&id);
        ssns.append_value(format!("SSN-{}", 100_000_000 + number));
    }
    let census = Census { employee_id: ids.finish(), employee_ssn: ssns.finish(), ..census };
    let source = format!("synthetic census of {employee_count}, seed {}", run.seed);
    LoadedCensus {
        census,
        source,
        synthetic: true,
        inactive: 0,
        hired_later: 0,
        alike: Vec::new(),
        warnings: Vec::new(),
    }
}

fn add_person(census: &mut Census, draw: &Block, run: &RunSpec, tables: &Tables) {
    let (stage, within) = pick(draw[0], &STAGE_WEIGHTS);
    let (youngest, oldest) = AGES[stage];
    // The mean of two uniform draws: a triangular distribution around the middle.
    let years = oldest - youngest + 1;
    let age = youngest + (bounded(draw[1], years) + bounded(draw[2], years)) / 2;
    let birth_year = run.start_year - age as i32;
    census.birth_date.push(first_of_year(birth_year) + bounded(draw[3], i64::from(days_in_year(birth_year))) as i32);

    // A uniform share of a uniform share of the working life: many short tenures, a long tail.
    let longest_days = (age - FIRST_JOB_AGE).min(MAX_TENURE) * 365;
    let tenure_days = bounded(draw[4], bounded(draw[5], longest_days) + 1);
    census.hire_date.push(first_of_year(run.start_year) - 1 - tenure_days as i32);

    // The stages, laid over as many levels as there are: with five, each is a level.
    let (weight, levels) = (STAGE_WEIGHTS[stage], run.assumptions.levels.0.len() as i64);
    let level = (stage as i64 * weight + within) * levels / (STAGES as i64 * weight);
    let range = &run.assumptions.levels.0[level as usize];
    let span = range.pay_max.0 - range.pay_min.0 + 1;
    let pay_cents = range.pay_min.0 + (bounded(draw[6], span) + bounded(draw[7], span)) / 2;
    // Pay is agreed in whole hundreds of dollars.
    let pay_cents = (pay_cents - pay_cents % 10_000).max(range.pay_min.0);
    census.compensation_cents.push(pay_cents);
    census.level_id.push(tables.level_of_pay(pay_cents));

    census.deferral_bp.push(DEFERRAL[pick(draw[8], &DEFERRAL.map(|(_, weight)| weight)).0].0);
    census.escalation_opt_out.push(false);
}

/// Index drawn with the given weights, and how far into its weight the draw came.
fn pick(draw: u32, weights: &[i64]) -> (usize, i64) {
    let mut rest = bounded(draw, weights.iter().sum());
    for (index, &weight) in weights.iter().enumerate() {
        if rest < weight {
            return (index, rest);
        }
        rest -= weight;
    }
    unreachable!("a bounded draw stays below the sum of the weights")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::assumptions::Assumptions;
    use crate::rules::calendar::year_of;

    fn run(seed: u64) -> RunSpec {
        RunSpec::new("test", "default", seed, 2025, 2026, Assumptions::default()).unwrap()
    }

    #[test]
    fn the_shape_is_that_of_a_company() {
        let census = synthetic(20_000, &run(7)).census;
        let share = |level: i32| census.level_id.iter().filter(|&&l| l == level).count() as f64 / 20_000.0;
        assert!((0.60..0.64).contains(&share(1)) && (0.01..0.03).contains(&share(5)), "{} {}", share(1), share(5));
        for row in 0..census.len() {
            let age = 2025 - year_of(census.birth_date[row]);
            assert!((20..=67).contains(&age));
            assert!(census.hire_date[row] < first_of_year(2025));
            assert!(year_of(census.hire_date[row]) - year_of(census.birth_date[row]) >= 18);
        }
        let enrolled = census.deferral_bp.iter().filter(|&&bp| bp > 0).count();
        assert!((12_000..12_800).contains(&enrolled), "{enrolled}");
    }

    #[test]
    fn more_people_change_nobody_and_other_seeds_change_everybody() {
        let (small, large) = (synthetic(50, &run(7)).census, synthetic(500, &run(7)).census);
        assert_eq!(small.compensation_cents, large.compensation_cents[..50]);
        assert_eq!(small.birth_date, large.birth_date[..50]);
        assert_ne!(small.birth_date, synthetic(50, &run(8)).census.birth_date);
    }

    #[test]
    fn ids_stay_sorted_past_six_digits() {
        let census = synthetic(1_000_001, &run(1)).census;
        assert_eq!(census.employee_id.value(0), "EMP_0000001");
        assert!(census.employee_id.iter().is_sorted());
    }
}
