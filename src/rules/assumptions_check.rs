//! Limits on assumptions: outside them the integer rules would overflow or contradict themselves.

use crate::error::{Input, Result};
use crate::rules::assumptions::{Assumptions, ByAgeAndIncome};
use crate::rules::units::{BasisPoints, Cents, MILLION, Ppm};

/// Largest money amount an assumption may name: with yearly raises below it, a century of compounding stays in 64 bits.
const MAX_ASSUMED_CENTS: i64 = 1_000_000_000;
/// Largest multiplier or factor.
const MAX_FACTOR: Ppm = Ppm(100 * MILLION);
/// Largest sum of weights: the length of the lookup table that a draw indexes.
const MAX_WEIGHT_SUM: u64 = 100_000;

fn within<T: PartialOrd + Copy + serde::Serialize>(key: &str, value: T, low: T, high: T) -> Result<()> {
    if low <= value && value <= high {
        return Ok(());
    }
    let show = |value: T| serde_json::to_string(&value).unwrap_or_default();
    let (given, least, most) = (show(value), show(low), show(high));
    Err(Input::OutOfBounds { key: key.to_owned(), given, least, most }.into())
}

fn probability(key: &str, value: Ppm) -> Result<()> {
    within(key, value, Ppm(0), Ppm(MILLION))
}

fn factor(key: &str, value: Ppm) -> Result<()> {
    within(key, value, Ppm(0), MAX_FACTOR)
}

fn amount(key: &str, value: Cents) -> Result<()> {
    within(key, value, Cents(0), Cents(MAX_ASSUMED_CENTS))
}

fn rate(key: &str, value: BasisPoints) -> Result<()> {
    within(key, value, BasisPoints(0), BasisPoints(BasisPoints::PER_ONE))
}

fn weights(key: &str, values: impl Iterator<Item = u32>) -> Result<()> {
    within(&format!("{key} (sum)"), values.map(u64::from).sum(), 1, MAX_WEIGHT_SUM)
}

fn by_age_and_income(key: &str, table: &ByAgeAndIncome) -> Result<()> {
    table.by_age.iter().try_for_each(|&p| probability(&format!("{key}.by_age"), p))?;
    table.by_income.iter().try_for_each(|&f| factor(&format!("{key}.by_income"), f))
}

impl Assumptions {
    /// Checks every limit.
    ///
    /// # Errors
    /// Names the first key outside its limits, its value and the limits.
    pub fn validate(&self) -> Result<()> {
        within("workforce.growth", self.workforce.growth, Ppm(-MILLION), Ppm(MILLION))?;
        probability("workforce.termination", self.workforce.termination)?;
        within("workforce.new_hire_termination", self.workforce.new_hire_termination, Ppm(0), Ppm(989_999))?;

        for (index, level) in self.levels.0.iter().enumerate() {
            let key = |name: &str| format!("levels[{index}].{name}");
            amount(&key("pay_min"), level.pay_min)?;
            within(&key("pay_max"), level.pay_max, level.pay_min, Cents(MAX_ASSUMED_CENTS))?;
            probability(&key("merit"), level.merit)?;
            probability(&key("hire_percentile"), level.hire_percentile)?;
            within(&key("hire_market_factor"), level.hire_market_factor, Ppm(0), Ppm(10 * MILLION))?;
            if index > 0 && level.pay_min <= self.levels.0[index - 1].pay_min {
                return Err(Input::NotAboveLevel { key: key("pay_min") }.into());
            }
        }

        weights("hiring.ages", self.hiring.ages.iter().map(|a| a.weight))?;
        for age in &self.hiring.ages {
            within("hiring.ages.age", age.age, 14, 100)?;
        }
        probability("hiring.pay_spread", self.hiring.pay_spread)?;

        let promotion = &self.promotion;
        probability("promotion.base", promotion.base)?;
        promotion.age_multipliers.iter().try_for_each(|&m| factor("promotion.age_multipliers", m))?;
        promotion.tenure_multipliers.iter().try_for_each(|&m| factor("promotion.tenure_multipliers", m))?;
        probability("promotion.level_dampener", promotion.level_dampener)?;
        factor("promotion.run_multiplier", promotion.run_multiplier)?;
        probability("promotion.raise_min", promotion.raise_min)?;
        within("promotion.raise_max", promotion.raise_max, promotion.raise_min, Ppm(MILLION))?;
        probability("promotion.raise_cap", promotion.raise_cap)?;
        amount("promotion.raise_cap_amount", promotion.raise_cap_amount)?;

        probability("raise.cola", self.raise.cola)?;
        self.raise
            .cola_by_year
            .iter()
            .try_for_each(|(year, &p)| probability(&format!("raise.cola_by_year.{year}"), p))?;
        weights("raise.month_weights", self.raise.month_weights.iter().copied())?;
        probability("raise.cap", self.raise.cap)?;
        amount("raise.cap_amount", self.raise.cap_amount)?;

        let enrollment = &self.enrollment;
        by_age_and_income("enrollment.voluntary", &enrollment.voluntary)?;
        by_age_and_income("enrollment.conversion", &enrollment.conversion)?;
        by_age_and_income("enrollment.opt_out", &enrollment.opt_out)?;
        enrollment.proactive.iter().try_for_each(|&p| probability("enrollment.proactive", p))?;
        enrollment.conversion_rates.iter().try_for_each(|&r| rate("enrollment.conversion_rates", r))?;
        enrollment.rates.iter().flatten().try_for_each(|&r| rate("enrollment.rates", r))?;
        rate("enrollment.auto_rate", enrollment.auto_rate)?;
        rate("escalation.increment", self.escalation.increment)?;
        rate("escalation.cap", self.escalation.cap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_valid_and_survive_toml() {
        let defaults = Assumptions::default();
        defaults.validate().unwrap();
        assert_eq!(Assumptions::from_toml(&toml::to_string(&defaults).unwrap()).unwrap(), defaults);
        assert_eq!(Assumptions::from_toml("").unwrap(), defaults);
    }

    #[test]
    fn an_override_changes_only_what_it_names() {
        let changed =
            Assumptions::from_toml("[workforce]\ngrowth = -0.05\n[raise]\ncola_by_year = { 2027 = 0.04 }").unwrap();
        assert_eq!(changed.workforce.growth, Ppm(-50_000));
        assert_eq!(changed.workforce.termination, Ppm(120_000));
        assert_eq!(changed.raise.cola_by_year[&2027], Ppm(40_000));
    }

    #[test]
    fn mistakes_name_the_key_and_the_limit() {
        for (toml, words) in [
            ("[workforce]\ngrowth = 1.5", vec!["workforce.growth", "1.5", "1.0"]),
            ("[workforce]\nnew_hire_termination = 0.99", vec!["workforce.new_hire_termination", "0.989999"]),
            ("[workforce]\ngrowht = 0.1", vec!["growht", "growth"]),
            ("[raise]\ncola = 0.0000001", vec!["six decimals"]),
            ("[raise]\nmonth_weights = [0,0,0,0,0,0,0,0,0,0,0,0]", vec!["raise.month_weights", "0"]),
            ("[promotion]\nraise_min = 0.3", vec!["promotion.raise_max", "0.25"]),
            ("[enrollment]\nproactive = [0.1, 0.2]", vec!["array"]),
        ] {
            let error = Assumptions::from_toml(toml).unwrap_err().to_string();
            for word in words {
                assert!(error.contains(word), "{error:?} does not mention {word:?}");
            }
        }
    }
}
