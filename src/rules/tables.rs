//! Assumptions multiplied out, once, into the integer tables that the engines look up.

use crate::rules::assumptions::{Assumptions, Chances};
use crate::rules::bands::BandTable;
use crate::rules::calendar::{Day, first_of_year};
use crate::rules::units::{MILLION, threshold, times_ppm};
use crate::rules::vocabulary::{AGE_SEGMENTS, INCOME_SEGMENTS, LEVEL_SEGMENTS, PerLevel, TENURE_SEGMENTS, band};

/// A probability with the threshold that a draw must stay below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chance {
    /// Probability in parts per million, as reported in `event_probability`.
    pub ppm: i64,
    /// `ppm * 2^32 div 10^6`.
    pub threshold: i64,
}

impl Chance {
    /// The chance of a product of four factors in ppm, exact and rounded half up once, at most 1.
    fn product(base: i64, factors: [i64; 3]) -> Self {
        let product: i128 = factors.into_iter().map(i128::from).product::<i128>() * i128::from(base);
        let scale = i128::from(MILLION).pow(3);
        Self::new(i64::try_from((product + scale / 2) / scale).unwrap_or(MILLION))
    }

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

/// What a level pays and grants, multiplied out.
#[derive(Debug, Clone, Copy)]
pub struct LevelTerms {
    /// Lowest pay of the range, cents.
    pub pay_min_cents: i64,
    /// Hiring point: percentile of the range times market factor, cents.
    pub hire_point_cents: i64,
    /// Merit part of the raise, ppm.
    pub merit_ppm: i64,
    /// Lowest raise of a promotion from the level, ppm.
    pub promotion_raise_min_ppm: i64,
    /// How many raises from the lowest on, a ppm apart, there are to choose from.
    pub promotion_raise_choices: i64,
}

/// What the people of one cell ([`Tables::choice_cell`]) do about the plan by choice.
#[derive(Debug, Clone, Copy)]
pub struct EnrollmentTerms {
    /// Voluntary enrollment in the first year.
    pub voluntary: Chance,
    /// Conversion in a later year.
    pub conversion: Chance,
    /// Proactive enrollment of a new hire.
    pub proactive: Chance,
    /// Deferral rate of voluntary and proactive enrollment, basis points.
    pub rate_bp: i32,
    /// Deferral rate of conversion, basis points.
    pub conversion_rate_bp: i32,
}

/// Lower bounds of the segments that enrollment goes by.
#[derive(Debug, Clone)]
pub struct SegmentBounds {
    /// Ages where people enroll by choice.
    pub choice_age: [i32; AGE_SEGMENTS - 1],
    /// Ages where the plan enrolls them.
    pub auto_age: [i32; AGE_SEGMENTS - 1],
    /// Pay, cents.
    pub income_cents: [i64; INCOME_SEGMENTS - 1],
    /// Levels.
    pub level: [i32; LEVEL_SEGMENTS - 1],
    /// Tenure, years.
    pub tenure: [i32; TENURE_SEGMENTS - 1],
}

/// Combinations of income, level and tenure segment: how many cells each age segment has.
pub const GROUPS: usize = INCOME_SEGMENTS * LEVEL_SEGMENTS * TENURE_SEGMENTS;

/// Whom the plan enrolls by itself, by the day of hire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AutoEnrollmentScope {
    /// New hires hired from that day on; `None` for none of them.
    pub hires_from: Option<Day>,
    /// Employees hired from that day on; `None` for none of them.
    pub employees_from: Option<Day>,
}

/// Every lookup table of a run.
#[derive(Debug, Clone)]
pub struct Tables {
    /// Promotion chance at [`Tables::promotion_cell`].
    pub promotion: Vec<Chance>,
    /// By level, lowest first.
    pub levels: Vec<LevelTerms>,
    /// Shares of hires over levels; `None` where they follow the head count.
    pub hire_shares: Option<PerLevel>,
    /// Month (1 to 12) at `bounded(draw, len)`.
    pub raise_month: Vec<i32>,
    /// Age at `bounded(draw, len)`.
    pub hire_age: Vec<i32>,
    /// Bands of age.
    pub age_bands: BandTable,
    /// Bands of tenure.
    pub tenure_bands: BandTable,
    /// Segments.
    pub segments: SegmentBounds,
    /// Terms at [`Tables::choice_cell`].
    pub enrollment: Vec<EnrollmentTerms>,
    /// Opt-out after auto-enrollment, at [`Tables::auto_cell`].
    pub opt_out: Vec<Chance>,
    /// Whom the plan enrolls.
    pub auto_scope: AutoEnrollmentScope,
}

/// Repeats each value `weight` times: the table that `bounded(draw, sum of weights)` indexes.
fn spread<'a>(weighted: impl Iterator<Item = (i32, &'a u32)>) -> Vec<i32> {
    weighted.flat_map(|(value, &weight)| std::iter::repeat_n(value, weight as usize)).collect()
}

impl Tables {
    /// Multiplies out validated assumptions.
    pub fn new(assumptions: &Assumptions) -> Self {
        let levels = (1..).zip(&assumptions.levels.0).map(|(level_id, level)| {
            let range = level.pay_max.0 - level.pay_min.0;
            let point = level.pay_min.0 + times_ppm(range, level.hire_percentile.0);
            let raise = assumptions.promotion.raise_from(level_id);
            LevelTerms {
                pay_min_cents: level.pay_min.0,
                hire_point_cents: times_ppm(point, level.hire_market_factor.0),
                merit_ppm: level.merit.0,
                promotion_raise_min_ppm: raise.min.0,
                promotion_raise_choices: raise.max.0 - raise.min.0 + 1,
            }
        });
        let (bands, segments, enrollment) = (&assumptions.bands, &assumptions.segments, &assumptions.enrollment);
        let hires_from = enrollment.auto_hired_from.map_or(first_of_year(1), |from| from.0);
        Self {
            promotion: promotion_chances(assumptions),
            levels: levels.collect(),
            hire_shares: assumptions
                .hiring
                .level_shares
                .as_ref()
                .map(|shares| std::array::from_fn(|level| shares.get(level).map_or(0, |share| share.0))),
            raise_month: spread((1..).zip(&assumptions.raise.month_weights)),
            hire_age: spread(assumptions.hiring.ages.iter().map(|a| (a.age, &a.weight))),
            age_bands: BandTable::new(&bands.age_from, bands.age_labels.as_ref()),
            tenure_bands: BandTable::new(&bands.tenure_from, bands.tenure_labels.as_ref()),
            segments: SegmentBounds {
                choice_age: segments.choice_age_from,
                auto_age: segments.auto_age_from,
                income_cents: segments.income_from.map(|pay| pay.0),
                level: segments.level_from,
                tenure: segments.tenure_from,
            },
            enrollment: enrollment_terms(assumptions),
            opt_out: cells().map(|cell| chance(&enrollment.opt_out, cell)).collect(),
            auto_scope: AutoEnrollmentScope {
                hires_from: enrollment.auto_enrollment.then_some(hires_from),
                employees_from: enrollment.auto_hired_from.filter(|_| enrollment.auto_enrollment).map(|from| from.0),
            },
        }
    }

    /// Level of a pay: the highest whose range minimum is at or below it, else 1.
    pub fn level_of_pay(&self, pay_cents: i64) -> i32 {
        self.levels.iter().rposition(|level| level.pay_min_cents <= pay_cents).map_or(1, |index| index as i32 + 1)
    }

    /// Position of a (level, age band, tenure band) in [`Tables::promotion`].
    #[inline]
    pub fn promotion_cell(&self, level_id: i32, age_band: usize, tenure_band: usize) -> usize {
        let (ages, tenures) = (self.age_bands.labels.len(), self.tenure_bands.labels.len());
        ((level_id as usize - 1) * ages + age_band) * tenures + tenure_band
    }

    /// Combination of income, level and tenure segment, below [`GROUPS`].
    #[inline]
    pub fn group(&self, pay_cents: i64, level_id: i32, tenure: i32) -> usize {
        let bounds = &self.segments;
        let income = band(pay_cents, &bounds.income_cents);
        (income * LEVEL_SEGMENTS + band(level_id, &bounds.level)) * TENURE_SEGMENTS + band(tenure, &bounds.tenure)
    }

    /// Position in [`Tables::enrollment`].
    #[inline]
    pub fn choice_cell(&self, age: i32, group: usize) -> usize {
        band(age, &self.segments.choice_age) * GROUPS + group
    }

    /// Position in [`Tables::opt_out`].
    #[inline]
    pub fn auto_cell(&self, age: i32, group: usize) -> usize {
        band(age, &self.segments.auto_age) * GROUPS + group
    }

    /// Weights by which a year's hires are split over levels.
    pub fn hire_weights(&self, headcount: PerLevel) -> PerLevel {
        self.hire_shares.unwrap_or(headcount)
    }
}

/// base x tenure x age x max(0, 1 - dampener x (level - 1)) x run multiplier, exact and rounded half up once.
fn promotion_chances(assumptions: &Assumptions) -> Vec<Chance> {
    let rules = &assumptions.promotion;
    let mut chances = Vec::new();
    for level in 0..assumptions.levels.0.len() as i64 {
        let dampened = (MILLION - rules.level_dampener.0 * level).max(0);
        for age in &rules.age_multipliers {
            for tenure in &rules.tenure_multipliers {
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

/// Segments of age, income, level and tenure.
pub type Cell = [usize; 4];

/// Every cell, in the order of its position.
pub fn cells() -> impl Iterator<Item = Cell> {
    (0..AGE_SEGMENTS * GROUPS).map(|position| {
        let (rest, tenure) = (position / TENURE_SEGMENTS, position % TENURE_SEGMENTS);
        let (rest, level) = (rest / LEVEL_SEGMENTS, rest % LEVEL_SEGMENTS);
        [rest / INCOME_SEGMENTS, rest % INCOME_SEGMENTS, level, tenure]
    })
}

fn chance(table: &Chances, [age, income, level, tenure]: Cell) -> Chance {
    Chance::product(
        table.by_age[age].0,
        [table.by_income[income].0, table.by_level[level].0, table.by_tenure[tenure].0],
    )
}

fn enrollment_terms(assumptions: &Assumptions) -> Vec<EnrollmentTerms> {
    let rules = &assumptions.enrollment;
    let terms = |cell: Cell| EnrollmentTerms {
        voluntary: chance(&rules.voluntary, cell),
        conversion: chance(&rules.conversion, cell),
        proactive: chance(&rules.proactive, cell),
        rate_bp: rules.rates[cell[0]][cell[1]].0 as i32,
        conversion_rate_bp: rules.conversion_rates[cell[0]].0 as i32,
    };
    cells().map(terms).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(toml: &str) -> Tables {
        Tables::new(&Assumptions::from_toml(toml).unwrap())
    }

    #[test]
    fn default_tables_match_the_written_ones() {
        let tables = tables("");
        // 0.02 x 1.4 (25-34) x 1.5 (2-4) x 0.85 (level 2) = 0.0357
        assert_eq!(tables.promotion[tables.promotion_cell(2, 1, 1)].ppm, 35_700);
        assert_eq!(
            tables.levels.iter().map(|l| l.hire_point_cents).collect::<Vec<_>>(),
            [6_446_400, 9_660_000, 13_769_000, 26_391_750, 47_575_000]
        );
        assert_eq!((tables.raise_month.len(), tables.hire_age.len()), (107, 100));
        assert_eq!(tables.age_bands.names(), ["< 25", "25-34", "35-44", "45-54", "55-64", "65+"]);
        assert_eq!(tables.tenure_bands.names(), ["< 2", "2-4", "5-9", "10-19", "20+"]);
        // mature (46-55), executive pay, level 5 (manager): 70 % x 1.25 x 1.1
        let manager = tables.enrollment[tables.choice_cell(50, tables.group(30_000_000, 5, 4))];
        assert_eq!((manager.voluntary.ppm, manager.rate_bp), (962_500, 1_200));
        // senior (56+), executive pay, level 5: 80 % x 1.25 x 1.1 is certain
        let senior = tables.enrollment[tables.choice_cell(56, tables.group(30_000_000, 5, 4))];
        assert_eq!(senior.voluntary.threshold, 1 << 32);
        // young by choice and mid_career by the plan at 30; moderate pay, tenure 1 and 5: 3 % x 1.0 x 0.7 and x 1.1
        let groups = [1, 5].map(|tenure| tables.group(7_000_000, 1, tenure));
        let conversion = groups.map(|group| tables.enrollment[tables.choice_cell(30, group)].conversion.ppm);
        assert_eq!(conversion, [21_000, 33_000]);
        assert_eq!(tables.opt_out[tables.auto_cell(30, groups[0])].ppm, 70_000);
    }

    #[test]
    fn every_cell_has_its_place() {
        let tables = tables(
            "[enrollment.opt_out]\nby_age = [0.1, 0.2, 0.3, 0.4]\nby_income = [1.0, 0.5, 0.25, 0.125]\n\
             by_level = [1.0, 0.1, 0.01, 0.001]\nby_tenure = [1.0, 0.2, 0.04]",
        );
        for (age, chance) in [(20, 100_000), (30, 200_000), (45, 300_000), (60, 400_000)] {
            for (pay, income) in [(0, 1), (5_000_000, 2), (10_000_000, 4), (20_000_000, 8)] {
                for (level, dampened) in [(2, 1), (4, 10), (6, 100), (9, 1_000)] {
                    for (tenure, served) in [(1, 1), (4, 5), (5, 25)] {
                        let cell = tables.auto_cell(age, tables.group(pay, level, tenure));
                        let divisor = income * dampened * served;
                        assert_eq!(tables.opt_out[cell].ppm, (2 * chance + divisor) / (2 * divisor));
                    }
                }
            }
        }
    }

    #[test]
    fn levels_follow_the_range_minimum() {
        let tables = tables("");
        let levels = [0, 5_599_999, 8_099_999, 8_100_000, 27_500_000, 900_000_000].map(|pay| tables.level_of_pay(pay));
        assert_eq!(levels, [1, 1, 1, 2, 5, 5]);
    }

    #[test]
    fn the_plan_enrolls_hires_or_everybody_from_a_day_on() {
        let scope = |toml: &str| tables(toml).auto_scope;
        let from = crate::rules::calendar::day(2020, 1, 1);
        let nobody = AutoEnrollmentScope { hires_from: None, employees_from: None };
        assert_eq!(scope("").employees_from, None);
        assert!(scope("").hires_from.is_some_and(|day| day < 0));
        assert_eq!(
            scope("[enrollment]\nauto_hired_from = \"2020-01-01\""),
            AutoEnrollmentScope { hires_from: Some(from), employees_from: Some(from) }
        );
        assert_eq!(scope("[enrollment]\nauto_enrollment = false\nauto_hired_from = \"2020-01-01\""), nobody);
    }
}
