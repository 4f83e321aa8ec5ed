//! Cost of living, raises, promotions' raises, ages of hires.

use super::importer::{Importer, cents, ppm, shown};
use super::levers::{Levers, listed};
use super::lists::{fields, items};
use super::node::{Node, Value};
use crate::error::Result;
use crate::rules::assumptions::{RaiseRange, WeightedAge};
use crate::rules::units::{Cents, Ppm};

/// PlanAlign's cost of living in years that its table does not have.
const COLA_OUTSIDE: f64 = 0.015;
/// Most decimals of a weight, and the largest sum of weights that an assumption may have.
const WEIGHTS: (u32, u64) = (4, 100_000);

impl Importer<'_> {
    pub fn raises(&mut self, levers: Option<&Levers>) -> Result<()> {
        let keys = [("compensation.cola_rate_percent", 0.01), ("compensation.cola_rate", 1.0)];
        self.plan.raise.cola = self.rate(&keys, 0.02, [0.0, 1.0], "raise.cola")?;
        let outside: Vec<i32> = levers.map_or_else(Vec::new, |levers| {
            (self.start_year..=self.end_year).filter(|year| !levers.years.contains(year)).collect()
        });
        for year in &outside {
            self.plan.raise.cola_by_year.insert(*year, ppm(COLA_OUTSIDE));
        }
        if !outside.is_empty() {
            let to = format!("raise.cola_by_year: {COLA_OUTSIDE}, which PlanAlign takes in years without rows");
            self.found.took("comp_levers.csv", format!("no rows for {}", listed(&outside)), to);
        }
        if let Some(table) = self.seeds.table("config_cola_by_year") {
            let mut there = Vec::new();
            for row in table.rows(["year", "cola_rate"])? {
                there.push(row.whole(0, [1_900, 2_300])?);
                row.number(1, 4, [0.0, 1.0])?;
            }
            let why = "PlanAlign's raises take compensation.cola_rate; of this table only its years count";
            self.found.ignores("config_cola_by_year.csv", format!("{} rows", there.len()), why);
            let without: Vec<i32> = (self.start_year..=self.end_year).filter(|year| !there.contains(year)).collect();
            if !without.is_empty() {
                let differs = "PlanAlign has no raise and no promotion in years that this table does not have";
                self.found.lacks("config_cola_by_year.csv", listed(&without), differs);
            }
        }
        // PlanAlign's own, which no key changes.
        (self.plan.raise.cap, self.plan.raise.cap_amount) = (Ppm(500_000), Cents(25_000_000));
        self.plan.raise.month_weights = [0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0];
        self.found.took("raise timing", "fixed in PlanAlign: 15 July", "raise.month_weights: July alone");
        Ok(())
    }

    pub fn promotion_raises(&mut self) -> Result<()> {
        let multiplier = [("compensation.promotion_rate_multiplier", 1.0)];
        self.plan.promotion.run_multiplier = self.rate(&multiplier, 1.0, [0.0, 5.0], "promotion.run_multiplier")?;
        let base = self.flat_or_nested("promotion_increase", "base_increase_pct", 0.125, 0.20, 1.0)?;
        let range = self.flat_or_nested("promotion_distribution_range", "distribution_range", 0.05, 0.05, 0.2)?;
        let group = "compensation.promotion_compensation";
        let kind = self.text(&[&format!("{group}.distribution_type")])?;
        let deviation = self.number(&[(&format!("{group}.advanced.normal_std_dev"), 1.0)], 0.02, [0.0, 0.2])?;
        let (name, key) = kind.map_or(("uniform", format!("{group}.distribution_type")), |kind| (kind.value, kind.key));
        let spread = match name {
            "uniform" => range.1,
            "normal" => {
                let differs = "PlanAlign spreads raises of promotions by a normal distribution; here all get the base";
                self.found.lacks(key.clone(), format!("normal, standard deviation {}", deviation.value), differs);
                0.0
            }
            "deterministic" => 0.0,
            other => {
                let what = format!(
                    "{} is no distribution; known: uniform, normal, deterministic",
                    crate::console::one_line(other)
                );
                let node = self.config.find(&key);
                return Err(node.map_or_else(
                    || self.config.missing(&key, &what),
                    |node| self.config.error(&key, node, what.clone()),
                ));
            }
        };
        if deviation.written && name != "normal" {
            self.found.ignores(deviation.key, deviation.shown, "counts with a normal distribution alone");
        }
        let (low, high) = (base.1 - spread, base.1 + spread);
        if low < 0.0 {
            let differs = "PlanAlign draws raises below 0 and pays 0 then; here they are drawn from 0 on";
            self.found.lacks("promotion raises", format!("{low:.6} to {high}"), differs);
        }
        if high > 1.0 {
            let why = format!("whose highest, {high}, is above 1");
            return Err(self.config.missing("usable range of promotion raises", &why));
        }
        let promotion = &mut self.plan.promotion;
        (promotion.raise_min, promotion.raise_max) = (ppm(low.max(0.0)), ppm(high));
        let to = format!(
            "promotion.raise_min = {}, promotion.raise_max = {}",
            shown(&promotion.raise_min),
            shown(&promotion.raise_max)
        );
        self.found.took(base.0, base.2, to.clone());
        self.found.took(range.0, range.2, if name == "uniform" { to } else { format!("no spread: {name}") });
        let drawn = match name {
            "uniform" => "raises are drawn evenly between promotion.raise_min and raise_max",
            _ => "promotion.raise_min = raise_max: all raises are the base",
        };
        self.found.took(key, name, drawn);
        self.plan.promotion.raise_cap =
            self.rate(&[(&format!("{group}.max_cap_pct"), 1.0)], 0.3, [0.0, 1.0], "promotion.raise_cap")?;
        let amount = self.number(&[(&format!("{group}.max_cap_amount"), 1.0)], 500_000.0, [0.0, 10_000_000.0])?;
        self.plan.promotion.raise_cap_amount = cents(amount.value);
        self.found.took(amount.key, amount.shown, format!("promotion.raise_cap_amount = {}", amount.value));
        self.raises_by_level(&format!("{group}.level_overrides"))
    }

    /// PlanAlign takes the flat key unless it stands at its default, and the nested one then.
    fn flat_or_nested(
        &mut self,
        flat: &str,
        nested: &str,
        plain: f64,
        default: f64,
        most: f64,
    ) -> Result<(String, f64, String)> {
        let keys = [format!("compensation.{flat}"), format!("compensation.{flat}_percent")];
        let said = self.number(&[(&keys[0], 1.0), (&keys[1], 0.01)], plain, [0.0, 1.0])?;
        let inner =
            self.number(&[(&format!("compensation.promotion_compensation.{nested}"), 1.0)], default, [0.0, most])?;
        if said.value != plain {
            if inner.written {
                self.found.ignores(inner.key, inner.shown, format!("{} goes before it", said.key));
            }
            return Ok((said.key, said.value, said.shown));
        }
        if said.written {
            let why = format!("PlanAlign takes {plain} for left out, and promotion_compensation.{nested} instead");
            self.found.ignores(said.key, said.shown, why);
        }
        Ok((inner.key, inner.value, inner.shown))
    }

    fn raises_by_level(&mut self, key: &str) -> Result<()> {
        let Some(node) = self.config.filled(key) else { return Ok(()) };
        let Value::Map(entries) = &node.value else {
            return Err(self.config.error(key, node, format!("{} where levels with raises belong", node.kind())));
        };
        let highest = self.plan.levels.0.len() as i32;
        self.found.covers(key);
        for (name, entry) in entries {
            let key = format!("{key}.{name}");
            self.found.covers(&key);
            let level = name.parse::<i32>().ok().filter(|level| (1..=highest).contains(level));
            let Some(level) = level else {
                return Err(self.config.error(
                    &key,
                    entry,
                    format!("there is no such level; there are 1 to {highest}"),
                ));
            };
            let raise = entry.number().filter(|raise| (0.0..=1.0).contains(raise));
            let wrong = || self.config.error(&key, entry, format!("{} is no raise from 0 to 1", entry.kind()));
            let raise = ppm(raise.ok_or_else(wrong)?);
            self.plan.promotion.raise_by_level.insert(level, RaiseRange { min: raise, max: raise });
            self.found.took(key, entry.shown(), format!("promotion.raise_by_level.{level} = {}", shown(&raise)));
        }
        Ok(())
    }

    pub fn hires(&mut self) -> Result<()> {
        // PlanAlign's own: 0.91 to 1.09 of the hiring point.
        self.plan.hiring.pay_spread = Ppm(90_000);
        self.found.took("spread of pay of hires", "fixed in PlanAlign: 0.91 to 1.09", "hiring.pay_spread = 0.09");
        let key = "new_hire.age_distribution";
        let (ages, from, value, exact) = if let Some(node) = self.config.filled(key) {
            self.found.covers(key);
            let mut ages = Vec::new();
            for item in items(self, key, node)? {
                let [age, weight] = fields(self, key, item, ["age", "weight"], &["age", "weight"])?;
                let number = |node: &Node, least: f64, most: f64, what: &str| {
                    let value = node.number().filter(|value| (least..=most).contains(value));
                    value.ok_or_else(|| self.config.error(key, node, format!("{} is no {what}", node.kind())))
                };
                let years = number(age, 14.0, 100.0, "age from 14 to 100")?;
                if years.fract() != 0.0 {
                    return Err(self.config.error(key, age, format!("{years} is no whole age")));
                }
                ages.push((years as i32, number(weight, 0.0, 1e6, "weight from 0 on")?));
            }
            let (weights, exact) = weights(&ages).ok_or_else(|| self.config.error(key, node, "all weights are 0"))?;
            (weights, key.to_owned(), node.shown(), exact)
        } else if let Some(table) = self.seeds.table("config_new_hire_age_distribution") {
            let rows = table.rows(["scenario_id", "hire_age", "age_weight"])?;
            let (rows, id) = self.rows_of_scenario(rows, 0)?;
            let mut ages = Vec::new();
            for row in &rows {
                ages.push((row.whole(1, [14, 100])?, row.number(2, 4, [0.0, 9.9999])?));
            }
            let (weights, exact) = weights(&ages).ok_or_else(|| table.error("all weights are 0"))?;
            let value = format!("rows of {}", crate::console::one_line(&id));
            (weights, "config_new_hire_age_distribution.csv".to_owned(), value, exact)
        } else {
            self.found.took("config_new_hire_age_distribution", "not given", "hiring.ages as built in");
            return Ok(());
        };
        let list: Vec<String> = ages.iter().map(|age| format!("{}: {}", age.age, age.weight)).collect();
        let note = if exact { "" } else { " (weights rounded)" };
        self.found.took(from, value, format!("hiring.ages = {}{note}", list.join(", ")));
        self.plan.hiring.ages = ages;
        Ok(())
    }
}

/// Whole weights in the same proportion, and whether they are exactly so; `None` where all are 0.
fn weights(ages: &[(i32, f64)]) -> Option<(Vec<WeightedAge>, bool)> {
    let sum: f64 = ages.iter().map(|(_, weight)| weight).sum();
    let (decimals, most) = WEIGHTS;
    let scale = (0..=decimals).map(|digits| 10f64.powi(digits as i32)).find(|scale| {
        ages.iter().all(|(_, weight)| (weight * scale - (weight * scale).round()).abs() < 1e-6)
            && sum * scale <= most as f64
    });
    // What is not a decimal of few digits is put into parts of the largest sum, less what rounding may add.
    let (scale, exact) = scale.map_or(((most - ages.len() as u64) as f64 / sum, false), |scale| (scale, true));
    let whole: Vec<u64> = ages.iter().map(|(_, weight)| (weight * scale).round() as u64).collect();
    let divisor = whole.iter().copied().fold(0, common_divisor);
    if divisor == 0 {
        return None;
    }
    let weighted = |((age, _), weight): (&(i32, f64), &u64)| {
        Some(WeightedAge { age: *age, weight: u32::try_from(weight / divisor).ok()? })
    };
    Some((ages.iter().zip(&whole).map(weighted).collect::<Option<_>>()?, exact))
}

fn common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_keep_their_proportion() {
        let of = |weights_of: &[f64]| {
            let ages: Vec<_> = weights_of.iter().map(|weight| (30, *weight)).collect();
            weights(&ages).map(|(ages, exact)| (ages.iter().map(|age| age.weight).collect::<Vec<_>>(), exact))
        };
        assert_eq!(of(&[0.05, 0.15, 0.80]), Some((vec![1, 3, 16], true)));
        assert_eq!(of(&[1.0]), Some((vec![1], true)));
        assert_eq!(of(&[5.0, 0.0, 10.0]), Some((vec![1, 0, 2], true)));
        assert_eq!(of(&[0.0, 0.0]), None);
        assert_eq!(of(&[]), None);
        let (thirds, exact) = of(&[1.0 / 3.0, 2.0 / 3.0]).expect("weights");
        assert!(
            !exact && thirds.iter().sum::<u32>() <= 100_000 && thirds[1].abs_diff(2 * thirds[0]) <= 1,
            "{thirds:?}"
        );
        let (large, _) = of(&[999_999.0, 1.0]).expect("weights");
        assert!(large.iter().sum::<u32>() <= 100_000, "{large:?}");
    }
}
