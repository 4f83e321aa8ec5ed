//! Limits on assumptions: outside them the integer rules would overflow or contradict themselves.

use super::by_year::ByYear;
use super::enrollment::Chances;
use super::whole::Assumptions;
use crate::error::{Error, Input, Result};
use crate::rules::units::{BasisPoints, Cents, MILLION, Ppm};
use crate::rules::vocabulary::{MAX_LEVELS, MAX_YEARS};

/// Largest money amount an assumption may name: with yearly raises below it, a century of compounding stays in 64 bits.
const MAX_ASSUMED_CENTS: i64 = 1_000_000_000;
/// Largest multiplier or factor.
const MAX_FACTOR: Ppm = Ppm(100 * MILLION);
/// Largest sum of weights: the length of the lookup table that a draw indexes.
const MAX_WEIGHT_SUM: u64 = 100_000;
/// Most bounds between bands.
const MAX_BOUNDS: usize = 19;
/// Most days that a window of a year may have.
const DAYS: i32 = 365;
/// Longest label of a band, bytes.
const MAX_LABEL_LEN: usize = 40;

fn within<T: PartialOrd + Copy + serde::Serialize>(key: &str, value: T, low: T, high: T) -> Result<()> {
    if low <= value && value <= high {
        return Ok(());
    }
    let show = |value: T| serde_json::to_string(&value).unwrap_or_default();
    let (given, least, most) = (show(value), show(low), show(high));
    Err(Input::OutOfBounds { key: key.to_owned(), given, least, most }.into())
}

/// A fraction; whoever writes 3 for 3 % is told how.
fn fraction(key: &str, value: Ppm, low: Ppm, high: Ppm) -> Result<()> {
    within(key, value, low, high).map_err(|error| match error {
        Error::Input(Input::OutOfBounds { key, given, least, most }) if (high.0..=high.0 * 100).contains(&value.0) => {
            Input::OutOfBounds { key, given, least, most: format!("{most}, for it is a fraction: 0.03 for 3 %") }.into()
        }
        other => other,
    })
}

fn probability(key: &str, value: Ppm) -> Result<()> {
    fraction(key, value, Ppm(0), Ppm(MILLION))
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

fn chances(key: &str, table: &Chances) -> Result<()> {
    table.by_age.iter().try_for_each(|&p| probability(&format!("{key}.by_age"), p))?;
    table.by_income.iter().try_for_each(|&f| factor(&format!("{key}.by_income"), f))?;
    table.by_level.iter().try_for_each(|&f| factor(&format!("{key}.by_level"), f))?;
    table.by_tenure.iter().try_for_each(|&f| factor(&format!("{key}.by_tenure"), f))
}

/// Lower bounds must rise, or a group between two of them would be empty or upside down.
fn rising<T: PartialOrd + Copy + serde::Serialize>(key: &str, bounds: &[T], low: T, high: T) -> Result<()> {
    bounds.iter().try_for_each(|&bound| within(key, bound, low, high))?;
    if bounds.windows(2).all(|pair| pair[0] < pair[1]) {
        return Ok(());
    }
    Err(Input::NotRising { key: key.to_owned() }.into())
}

/// As many entries as there are groups.
fn one_each(key: &str, given: usize, wanted: usize, of: &'static str) -> Result<()> {
    if given == wanted {
        return Ok(());
    }
    Err(Input::OneEach { key: key.to_owned(), given, wanted, of }.into())
}

fn labels(key: &str, labels: &Option<Vec<String>>, groups: usize) -> Result<()> {
    let Some(labels) = labels else { return Ok(()) };
    one_each(key, labels.len(), groups, "band")?;
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let usable = |label: &String| label.len() <= MAX_LABEL_LEN && !label.trim().is_empty() && !label.contains(breaks);
    let twice = |(index, label): (usize, &String)| labels[..index].contains(label);
    if labels.iter().all(usable) && !labels.iter().enumerate().any(twice) {
        return Ok(());
    }
    Err(Input::Labels { key: key.to_owned(), most: MAX_LABEL_LEN }.into())
}

fn by_year(key: &str, rates: &ByYear, low: Ppm, high: Ppm) -> Result<()> {
    rates.iter().try_for_each(|(year, &rate)| fraction(&format!("{key}.{year}"), rate, low, high))
}

impl Assumptions {
    /// Checks every limit.
    ///
    /// # Errors
    /// Names the first key outside its limits, its value and the limits.
    pub fn validate(&self) -> Result<()> {
        self.check_workforce()?;
        self.check_groups()?;
        self.check_promotions()?;
        self.check_raises()?;
        self.check_enrollment()?;
        self.check_escalation()
    }

    fn check_workforce(&self) -> Result<()> {
        let workforce = &self.workforce;
        for (key, rate, by_years, low, high) in [
            ("growth", workforce.growth, &workforce.growth_by_year, Ppm(-MILLION), Ppm(MILLION)),
            ("termination", workforce.termination, &workforce.termination_by_year, Ppm(0), Ppm(MILLION)),
            (
                "new_hire_termination",
                workforce.new_hire_termination,
                &workforce.new_hire_termination_by_year,
                Ppm(0),
                Ppm(989_999),
            ),
        ] {
            fraction(&format!("workforce.{key}"), rate, low, high)?;
            by_year(&format!("workforce.{key}_by_year"), by_years, low, high)?;
        }

        let levels = &self.levels.0;
        within("levels (number)", levels.len(), 1, MAX_LEVELS)?;
        for (index, level) in levels.iter().enumerate() {
            let key = |name: &str| format!("levels[{index}].{name}");
            amount(&key("pay_min"), level.pay_min)?;
            within(&key("pay_max"), level.pay_max, level.pay_min, Cents(MAX_ASSUMED_CENTS))?;
            probability(&key("merit"), level.merit)?;
            probability(&key("hire_percentile"), level.hire_percentile)?;
            within(&key("hire_market_factor"), level.hire_market_factor, Ppm(0), Ppm(10 * MILLION))?;
            if index > 0 && level.pay_min <= levels[index - 1].pay_min {
                return Err(Input::NotAboveLevel { key: key("pay_min") }.into());
            }
        }

        weights("hiring.ages", self.hiring.ages.iter().map(|a| a.weight))?;
        for age in &self.hiring.ages {
            within("hiring.ages.age", age.age, 14, 100)?;
        }
        probability("hiring.pay_spread", self.hiring.pay_spread)?;
        if let Some(shares) = &self.hiring.level_shares {
            one_each("hiring.level_shares", shares.len(), levels.len(), "level")?;
            shares.iter().try_for_each(|&share| probability("hiring.level_shares", share))?;
            if shares.iter().all(|share| share.0 == 0) {
                return Err(Input::NothingShared { key: "hiring.level_shares".into() }.into());
            }
        }
        Ok(())
    }

    fn check_groups(&self) -> Result<()> {
        let bands = &self.bands;
        for (key, bounds, names) in
            [("age", &bands.age_from, &bands.age_labels), ("tenure", &bands.tenure_from, &bands.tenure_labels)]
        {
            within(&format!("bands.{key}_from (number)"), bounds.len(), 0, MAX_BOUNDS)?;
            rising(&format!("bands.{key}_from"), bounds, 0, MAX_YEARS)?;
            labels(&format!("bands.{key}_labels"), names, bounds.len() + 1)?;
        }
        let segments = &self.segments;
        rising("segments.choice_age_from", &segments.choice_age_from, 0, MAX_YEARS)?;
        rising("segments.auto_age_from", &segments.auto_age_from, 0, MAX_YEARS)?;
        rising("segments.income_from", &segments.income_from, Cents(0), Cents(MAX_ASSUMED_CENTS))?;
        rising("segments.level_from", &segments.level_from, 1, MAX_YEARS)?;
        rising("segments.tenure_from", &segments.tenure_from, 0, MAX_YEARS)
    }

    fn check_promotions(&self) -> Result<()> {
        let promotion = &self.promotion;
        probability("promotion.base", promotion.base)?;
        let (ages, tenures) = (self.bands.age_from.len() + 1, self.bands.tenure_from.len() + 1);
        one_each("promotion.age_multipliers", promotion.age_multipliers.len(), ages, "age band")?;
        one_each("promotion.tenure_multipliers", promotion.tenure_multipliers.len(), tenures, "tenure band")?;
        promotion.age_multipliers.iter().try_for_each(|&m| factor("promotion.age_multipliers", m))?;
        promotion.tenure_multipliers.iter().try_for_each(|&m| factor("promotion.tenure_multipliers", m))?;
        probability("promotion.level_dampener", promotion.level_dampener)?;
        factor("promotion.run_multiplier", promotion.run_multiplier)?;
        probability("promotion.raise_min", promotion.raise_min)?;
        within("promotion.raise_max", promotion.raise_max, promotion.raise_min, Ppm(MILLION))?;
        for (&level, range) in &promotion.raise_by_level {
            let key = format!("promotion.raise_by_level.{level}");
            within(&format!("{key} (level)"), level, 1, self.levels.0.len() as i32)?;
            probability(&format!("{key}.min"), range.min)?;
            within(&format!("{key}.max"), range.max, range.min, Ppm(MILLION))?;
        }
        probability("promotion.raise_cap", promotion.raise_cap)?;
        amount("promotion.raise_cap_amount", promotion.raise_cap_amount)
    }

    fn check_raises(&self) -> Result<()> {
        probability("raise.cola", self.raise.cola)?;
        by_year("raise.cola_by_year", &self.raise.cola_by_year, Ppm(0), Ppm(MILLION))?;
        weights("raise.month_weights", self.raise.month_weights.iter().copied())?;
        probability("raise.cap", self.raise.cap)?;
        amount("raise.cap_amount", self.raise.cap_amount)
    }

    fn check_enrollment(&self) -> Result<()> {
        let enrollment = &self.enrollment;
        chances("enrollment.voluntary", &enrollment.voluntary)?;
        chances("enrollment.conversion", &enrollment.conversion)?;
        chances("enrollment.proactive", &enrollment.proactive)?;
        chances("enrollment.opt_out", &enrollment.opt_out)?;
        enrollment.conversion_rates.iter().try_for_each(|&r| rate("enrollment.conversion_rates", r))?;
        enrollment.rates.iter().flatten().try_for_each(|&r| rate("enrollment.rates", r))?;
        rate("enrollment.auto_rate", enrollment.auto_rate)?;
        let [first, last] = enrollment.proactive_days;
        within("enrollment.proactive_days (first)", first, 0, DAYS)?;
        within("enrollment.proactive_days (last)", last, first, DAYS)?;
        within("enrollment.auto_window_days", enrollment.auto_window_days, 0, DAYS)?;
        within("enrollment.opt_out_grace_days", enrollment.opt_out_grace_days, 0, DAYS)
    }

    fn check_escalation(&self) -> Result<()> {
        rate("escalation.increment", self.escalation.increment)?;
        rate("escalation.cap", self.escalation.cap)?;
        within("escalation.delay_years", self.escalation.delay_years, 0, 100)
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
    fn a_list_of_chances_by_age_is_a_table_without_factors() {
        let list = Assumptions::from_toml("[enrollment]\nproactive = [0.1, 0.2, 0.3, 0.4]").unwrap();
        let table = Assumptions::from_toml("[enrollment]\nproactive = { by_age = [0.1, 0.2, 0.3, 0.4] }").unwrap();
        assert_eq!(list, table);
        assert_eq!(list.enrollment.proactive.by_tenure, [Ppm(MILLION); 3]);
    }

    #[test]
    fn dates_may_be_text_or_dates_of_toml() {
        let [text, date] = ["\"2020-01-01\"", "2020-01-01"]
            .map(|day| Assumptions::from_toml(&format!("[escalation]\nhired_from = {day}")).unwrap());
        assert_eq!(text, date);
        assert_eq!(Assumptions::from_toml(&toml::to_string(&date).unwrap()).unwrap(), date);
    }

    #[test]
    fn mistakes_name_the_key_and_the_limit() {
        for (toml, words) in [
            ("[workforce]\ngrowth = 1.5", vec!["workforce.growth", "1.5", "1.0"]),
            ("[workforce]\nnew_hire_termination = 0.99", vec!["workforce.new_hire_termination", "0.989999"]),
            ("[workforce]\ntermination = 3", vec!["workforce.termination", "3.0", "0.03 for 3 %"]),
            ("[workforce]\ngrowht = 0.1", vec!["growht", "growth"]),
            ("[raise]\ncola = 0.0000001", vec!["six decimals"]),
            ("[raise]\nmonth_weights = [0,0,0,0,0,0,0,0,0,0,0,0]", vec!["raise.month_weights", "0"]),
            ("[promotion]\nraise_min = 0.3", vec!["promotion.raise_max", "0.25"]),
            ("[enrollment]\nproactive = [0.1, 0.2]", vec!["array"]),
            ("[enrollment]\nproactive = [0.1, 0.2, 0.3, 0.4, 0.5]", vec!["array of 4", "5"]),
            ("[enrollment]\nproactive_days = [7, 35, 90]", vec!["array of 2", "3"]),
            ("[enrollment]\nopt_out = { by_age = [0.1, 0.1, 0.1, 0.1, 0.1] }", vec!["array of 4", "5"]),
            ("[enrollment]\nconversion_rates = [0.1, 0.1, 0.1, 0.1, 0.1]", vec!["array of 4", "5"]),
            ("[enrollment]\nrates = [[0.1], [0.1], [0.1], [0.1]]", vec!["array of 4", "1"]),
            ("[segments]\ntenure_from = [2, 5, 10]", vec!["array of 2", "3"]),
            ("[segments]\nincome_from = [1, 2, 3, 4]", vec!["array of 3", "4"]),
            ("[raise]\nmonth_weights = [1,1,1,1,1,1,1,1,1,1,1,1,1]", vec!["array of 12", "13"]),
            ("[raise]\ncola = \"three\"", vec!["a number", "three"]),
            ("[raise]\ncola_by_year = { soon = 0.1 }", vec!["soon", "whole number"]),
            ("[[hiring.ages]]\nage = 30\nweight = -1", vec!["whole number"]),
            ("[promotion]\nraise_by_level = { 1 = 0.1 }", vec!["a table with min and max"]),
            ("[enrollment]\nproactive = 0.3", vec!["array of 4", "by_age"]),
            ("[enrollment]\nproactive_days = [9, 8]", vec!["enrollment.proactive_days (last)", "8", "9"]),
            ("[enrollment]\nauto_hired_from = \"2020-02-30\"", vec!["2020-02-30", "YYYY-MM-DD"]),
            ("[escalation]\nday = \"02-29\"", vec!["02-29", "every year"]),
            ("[bands]\nage_from = [25, 25, 35]", vec!["bands.age_from", "rise"]),
            ("[bands]\nage_from = [40]", vec!["promotion.age_multipliers", "6", "2 age bands"]),
            ("[bands]\ntenure_labels = [\"new\"]", vec!["bands.tenure_labels", "5 bands"]),
            ("[bands]\ntenure_labels = [\"a\", \"b\", \"c\", \"d\", \"a\"]", vec!["bands.tenure_labels", "differ"]),
            ("[segments]\nincome_from = [5, 4, 6]", vec!["segments.income_from", "rise"]),
            ("levels = []", vec!["levels (number)", "0", "9"]),
            ("[hiring]\nlevel_shares = [1.0, 0.0]", vec!["hiring.level_shares", "5 levels"]),
            ("[hiring]\nlevel_shares = [0.0, 0.0, 0.0, 0.0, 0.0]", vec!["hiring.level_shares", "above 0"]),
            ("[promotion]\nraise_by_level = { 6 = { min = 0.1, max = 0.1 } }", vec!["raise_by_level.6", "5"]),
            ("[workforce]\ngrowth_by_year = { 2026 = 2.0 }", vec!["workforce.growth_by_year.2026"]),
        ] {
            let error = Assumptions::from_toml(toml).unwrap_err().to_string();
            for word in words {
                assert!(error.contains(word), "{error:?} does not mention {word:?}");
            }
        }
    }
}
