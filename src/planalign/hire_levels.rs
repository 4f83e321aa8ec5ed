//! What a configuration says of hires by level: the market, pay ranges of their own, and shares of the levels.

use super::importer::{Importer, ppm, shown};
use super::levels::HIGHEST_PAY;
use super::lists::{fields, items};
use crate::error::Result;
use crate::rules::units::{MILLION, Ppm};

impl Importer<'_> {
    /// The market as a share that is added, from the name of a scenario of it.
    pub fn market(&mut self) -> Result<f64> {
        let key = "new_hire.market_scenario";
        let Some(said) = self.text(&[key])? else { return Ok(0.0) };
        let known = [("conservative", -0.05), ("baseline", 0.0), ("competitive", 0.05), ("aggressive", 0.1)];
        let Some((_, share)) = known.iter().find(|(name, _)| *name == said.value) else {
            let names = known.map(|(name, _)| name).join(", ");
            let node = self.config.find(key).into_iter().next();
            let what = format!("{} is no market scenario; known: {names}", said.shown);
            return Err(
                node.map_or_else(|| self.config.missing(key, &what), |node| self.config.error(key, node, what.clone()))
            );
        };
        self.found.took(
            said.key,
            said.shown,
            format!("levels.hire_percentile, {:+} % of the place in the range", share * 100.0),
        );
        Ok(*share)
    }

    /// Pay ranges that PlanAlign takes for hires alone.
    pub fn hire_ranges(&mut self) -> Result<Option<Vec<(f64, f64)>>> {
        let key = "new_hire.job_level_compensation";
        let Some(node) = self.config.filled(key) else { return Ok(None) };
        self.found.covers(key);
        let levels = &self.plan.levels.0;
        let mut ranges: Vec<(f64, f64)> =
            levels.iter().map(|level| (level.pay_min.0 as f64 / 100.0, level.pay_max.0 as f64 / 100.0)).collect();
        let mut seen = Vec::new();
        for item in items(self, key, node)? {
            let known = ["level", "name", "min_compensation", "max_compensation"];
            let [level, low, high] =
                fields(self, key, item, ["level", "min_compensation", "max_compensation"], &known)?;
            let pay = |node: &super::node::Node| {
                let value = node.number().filter(|value| (0.0..=HIGHEST_PAY).contains(value));
                let wrong =
                    || self.config.error(key, node, format!("{} is no pay from 0 to {HIGHEST_PAY}", node.kind()));
                value.ok_or_else(wrong)
            };
            let (low_pay, high_pay) = (pay(low)?, pay(high)?);
            if high_pay < low_pay {
                return Err(self.config.error(key, high, format!("{high_pay} is below the lowest pay, {low_pay}")));
            }
            let number =
                level.number().filter(|value| value.fract() == 0.0 && (1.0..=ranges.len() as f64).contains(value));
            let wrong =
                || self.config.error(key, level, format!("{} is none of the {} levels", level.kind(), ranges.len()));
            let number = number.ok_or_else(wrong)? as usize;
            if seen.contains(&number) {
                return Err(self.config.error(key, level, format!("level {number} stands twice")));
            }
            seen.push(number);
            ranges[number - 1] = (low_pay, high_pay);
        }
        let to =
            "levels.hire_percentile and hire_market_factor: the same pay of hires, by the ranges of config_job_levels";
        self.found.took(key, node.shown(), to);
        Ok(Some(ranges))
    }

    pub fn level_shares(&mut self) -> Result<()> {
        let name = "config_new_hire_level_distribution";
        let Some(table) = self.seeds.table(name) else {
            self.found.took(name, "not given", "hiring.level_shares: as the head count");
            return Ok(());
        };
        let rows = table.rows(["scenario_id", "level_id", "distribution_pct", "use_fixed_distribution"])?;
        let (rows, id) = self.rows_of_scenario(rows, 0)?;
        let (name, value) = (format!("{name}.csv"), format!("rows of {}", crate::console::one_line(&id)));
        let mut fixed = false;
        let mut shares = vec![None; self.plan.levels.0.len()];
        for row in &rows {
            fixed |= row.flag(3)?;
            let level = row.whole(1, [1, shares.len() as i32])? as usize;
            if shares[level - 1].replace(row.number(2, 4, [0.0, 1.0])?).is_some() {
                return Err(row.error(1, format!("level {level} stands twice")));
            }
        }
        if !fixed {
            self.found.took(name, value, "hiring.level_shares: none is fixed, so as the head count");
            return Ok(());
        }
        // Who joins rows with levels, as PlanAlign does, hires nobody at a level without one.
        let absent: Vec<String> =
            (1..).zip(&shares).filter(|(_, share)| share.is_none()).map(|(level, _)| level.to_string()).collect();
        let note =
            if absent.is_empty() { String::new() } else { format!(" (no row, no hires: level {})", absent.join(", ")) };
        let mut shares: Vec<Ppm> = shares.into_iter().map(|share| share.map_or(Ppm(0), ppm)).collect();
        if shares.iter().all(|share| share.0 == 0) {
            shares.fill(Ppm(MILLION));
        }
        self.found.took(name, value, format!("hiring.level_shares = {}{note}", shown(&shares)));
        self.plan.hiring.level_shares = Some(shares);
        Ok(())
    }
}
