//! Assumptions multiplied out, once, into the integer tables that the engines look up.

use crate::rules::assumptions::{Assumptions, ByAgeAndIncome};
use crate::rules::units::{MILLION, threshold, times_ppm};
use crate::rules::vocabulary::{AGE_BANDS, AGE_SEGMENTS, INCOME_SEGMENTS, LEVELS, TENURE_BANDS};

/// A probability with the threshold that a draw must stay below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chance {
    /// Probability in parts per million, as reported in `event_probability`.
    pub ppm: i64,
    /// `ppm * 2^32 div 10^6`.
    pub threshold: i64,
}

impl Chance {
    fn new(ppm: i64) -> Self {
        let ppm = ppm.clamp(0, MILLION);
        Self { ppm, threshold: threshold(ppm) }
    }

    /// Whether a draw means that it happens.
    #[inline]
    pub const fn happens(&self, draw: u32) -> bool {
        (draw as i64) < self.threshold
    }
}

/// Pay of a new hire at one level, multiplied out.
#[derive(Debug, Clone, Copy)]
pub struct LevelTerms {
    /// Lowest pay of the range, cents.
    pub pay_min_cents: i64,
    /// Hiring point: percentile of the range times market factor, cents.
    pub hire_point_cents: i64,
    /// Merit part of the raise, ppm.
    pub merit_ppm: i64,
}

/// What one (age segment, income segment) does about the plan.
#[derive(Debug, Clone, Copy)]
pub struct EnrollmentTerms {
    /// Voluntary enrollment in the first year.
    pub voluntary: Chance,
    /// Conversion in a later year.
    pub conversion: Chance,
    /// Proactive enrollment of a new hire.
    pub proactive: Chance,
    /// Auto-enrollment of a new hire who was not proactive; its threshold is never drawn against.
    pub auto_ppm: i64,
    /// Opt-out after auto-enrollment.
    pub opt_out: Chance,
    /// Deferral rate of voluntary and proactive enrollment, basis points.
    pub rate_bp: i32,
    /// Deferral rate of conversion, basis points.
    pub conversion_rate_bp: i32,
}

/// Every lookup table of a run.
#[derive(Debug, Clone)]
pub struct Tables {
    /// Promotion chance at [`promotion_index`].
    pub promotion: Vec<Chance>,
    /// By level, lowest first.
    pub levels: [LevelTerms; LEVELS],
    /// Month (1 to 12) at `bounded(draw, len)`.
    pub raise_month: Vec<i32>,
    /// Age at `bounded(draw, len)`.
    pub hire_age: Vec<i32>,
    /// Terms at [`enrollment_index`].
    pub enrollment: Vec<EnrollmentTerms>,
}

/// Position of a (level 1 to 5, age band, tenure band) in [`Tables::promotion`].
#[inline]
pub const fn promotion_index(level_id: i32, age_band: usize, tenure_band: usize) -> usize {
    ((level_id as usize - 1) * AGE_BANDS.len() + age_band) * TENURE_BANDS.len() + tenure_band
}

/// Position of an (age segment, income segment) in [`Tables::enrollment`].
#[inline]
pub const fn enrollment_index(age_segment: usize, income_segment: usize) -> usize {
    age_segment * INCOME_SEGMENTS.len() + income_segment
}

/// Repeats each value `weight` times: the table that `bounded(draw, sum of weights)` indexes.
fn spread<'a>(weighted: impl Iterator<Item = (i32, &'a u32)>) -> Vec<i32> {
    weighted.flat_map(|(value, &weight)| std::iter::repeat_n(value, weight as usize)).collect()
}

impl Tables {
    /// Multiplies out validated assumptions.
    pub fn new(assumptions: &Assumptions) -> Self {
        let levels = std::array::from_fn(|index| {
            let level = &assumptions.levels.0[index];
            let range = level.pay_max.0 - level.pay_min.0;
            let point = level.pay_min.0 + times_ppm(range, level.hire_percentile.0);
            LevelTerms {
                pay_min_cents: level.pay_min.0,
                hire_point_cents: times_ppm(point, level.hire_market_factor.0),
                merit_ppm: level.merit.0,
            }
        });
        Self {
            promotion: promotion_chances(assumptions),
            levels,
            raise_month: spread((1..).zip(&assumptions.raise.month_weights)),
            hire_age: spread(assumptions.hiring.ages.iter().map(|a| (a.age, &a.weight))),
            enrollment: enrollment_terms(assumptions),
        }
    }

    /// Level of a pay: the highest whose range minimum is at or below it, else 1.
    pub fn level_of_pay(&self, pay_cents: i64) -> i32 {
        self.levels.iter().rposition(|level| level.pay_min_cents <= pay_cents).map_or(1, |index| index as i32 + 1)
    }
}

/// base x tenure x age x max(0, 1 - dampener x (level - 1)) x run multiplier, exact and rounded half up once.
fn promotion_chances(assumptions: &Assumptions) -> Vec<Chance> {
    let rules = &assumptions.promotion;
    let mut chances = Vec::with_capacity(LEVELS * AGE_BANDS.len() * TENURE_BANDS.len());
    for level in 0..LEVELS as i64 {
        let dampened = (MILLION - rules.level_dampener.0 * level).max(0);
        for age in rules.age_multipliers {
            for tenure in rules.tenure_multipliers {
                let product = [rules.base.0, tenure.0, age.0, dampened, rules.run_multiplier.0]
                    .into_iter()
                    .map(i128::from)
                    .product::<i128>();
                let scale = i128::from(MILLION).pow(4);
                chances.push(Chance::new(i64::try_from((product + scale / 2) / scale).unwrap_or(MILLION)));
            }
        }
    }
    chances
}

fn enrollment_terms(assumptions: &Assumptions) -> Vec<EnrollmentTerms> {
    let rules = &assumptions.enrollment;
    let chance = |table: &ByAgeAndIncome, age: usize, income: usize| {
        Chance::new(times_ppm(table.by_age[age].0, table.by_income[income].0))
    };
    let mut terms = Vec::with_capacity(AGE_SEGMENTS.len() * INCOME_SEGMENTS.len());
    for age in 0..AGE_SEGMENTS.len() {
        for income in 0..INCOME_SEGMENTS.len() {
            let proactive = Chance::new(rules.proactive[age].0);
            terms.push(EnrollmentTerms {
                voluntary: chance(&rules.voluntary, age, income),
                conversion: chance(&rules.conversion, age, income),
                proactive,
                auto_ppm: MILLION - proactive.ppm,
                opt_out: chance(&rules.opt_out, age, income),
                rate_bp: rules.rates[age][income].0 as i32,
                conversion_rate_bp: rules.conversion_rates[age].0 as i32,
            });
        }
    }
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_tables_match_the_written_ones() {
        let tables = Tables::new(&Assumptions::default());
        // 0.02 x 1.4 (25-34) x 1.5 (2-4) x 0.85 (level 2) = 0.0357
        assert_eq!(tables.promotion[promotion_index(2, 1, 1)].ppm, 35_700);
        assert_eq!(
            tables.levels.map(|l| l.hire_point_cents),
            [6_446_400, 9_660_000, 13_769_000, 26_391_750, 47_575_000]
        );
        assert_eq!((tables.raise_month.len(), tables.hire_age.len()), (107, 100));
        let mature_executive = tables.enrollment[enrollment_index(2, 3)];
        assert_eq!((mature_executive.voluntary.ppm, mature_executive.rate_bp), (875_000, 1_200));
        let senior_executive = tables.enrollment[enrollment_index(3, 3)];
        assert_eq!(senior_executive.voluntary.threshold, 1 << 32, "80 % x 1.25 is certain");
    }

    #[test]
    fn levels_follow_the_range_minimum() {
        let tables = Tables::new(&Assumptions::default());
        let levels = [0, 5_599_999, 8_099_999, 8_100_000, 27_500_000, 900_000_000].map(|pay| tables.level_of_pay(pay));
        assert_eq!(levels, [1, 1, 1, 2, 5, 5]);
    }
}
