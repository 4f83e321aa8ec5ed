//! What all parts of the importer share: a value by its key, within limits, with what the lists say of it.

use super::config::Config;
use super::findings::Findings;
use super::node::Node;
use super::table::{Cells, Seeds};
use crate::error::Result;
use crate::rules::assumptions::{Assumptions, IsoDay};
use crate::rules::units::{BasisPoints, Cents, MILLION, Ppm};
use serde::Serialize;

/// An import under way.
pub(super) struct Importer<'a> {
    pub config: &'a Config,
    pub seeds: &'a Seeds,
    pub found: Findings,
    /// What was taken over.
    pub plan: Assumptions,
    /// By which PlanAlign looks for rows of its seed tables.
    pub scenario_id: String,
    pub start_year: i32,
    pub end_year: i32,
}

/// A key, and by how much its value is multiplied: percents have 0.01.
pub(super) type Key<'k> = (&'k str, f64);

/// A value and what was said.
#[derive(Debug, Clone)]
pub(super) struct Said<T> {
    pub value: T,
    pub key: String,
    pub shown: String,
    /// Whether a key says it, and not PlanAlign's default.
    pub written: bool,
}

impl<T> Said<T> {
    fn default(key: &str, value: T, shown: impl std::fmt::Display) -> Self {
        Self { value, key: key.to_owned(), shown: format!("left out: {shown}"), written: false }
    }
}

impl<'a> Importer<'a> {
    /// The value that counts of several keys, those of the Studio first; all are looked at.
    fn first(&mut self, keys: &[Key<'_>]) -> Option<(String, f64, &'a Node)> {
        let config = self.config;
        let mut chosen: Option<(String, f64, &Node)> = None;
        for (key, scale) in keys {
            let Some(node) = config.filled(key) else { continue };
            self.found.covers(key);
            match &chosen {
                None => chosen = Some(((*key).to_owned(), *scale, node)),
                Some((before, ..)) => self.found.ignores(*key, node.shown(), format!("{before} goes before it")),
            }
        }
        chosen
    }

    /// A number, or PlanAlign's default. Limits are those of the value after multiplication.
    pub fn number(&mut self, keys: &[Key<'_>], default: f64, [least, most]: [f64; 2]) -> Result<Said<f64>> {
        let Some((key, scale, node)) = self.first(keys) else {
            return Ok(Said::default(keys[keys.len() - 1].0, default, default));
        };
        let wrong = |what: String| self.config.error(&key, node, what);
        let given = node.number().ok_or_else(|| wrong(format!("{} is not a number", node.kind())))?;
        let value = given * scale;
        // A percent of a hundredth may be off by the last bit.
        let value = if scale == 1.0 { value } else { (value * 1e12).round() / 1e12 };
        if !(least..=most).contains(&value) {
            let show = |limit: f64| (limit / scale * 1e6).round() / 1e6;
            // Whoever writes 30 for 30 % is told how.
            let percent = scale == 1.0 && most <= 1.0 && (least..=most).contains(&(value / 100.0));
            let hint = if percent { ", for it is a fraction: 0.03 for 3 %" } else { "" };
            return Err(wrong(format!("{} is outside {} to {}{hint}", node.shown(), show(least), show(most))));
        }
        Ok(Said { value, shown: node.shown(), key, written: true })
    }

    /// A whole number.
    pub fn whole(&mut self, keys: &[&str], default: i64, limits: [i64; 2]) -> Result<Said<i64>> {
        let keys: Vec<Key<'_>> = keys.iter().map(|key| (*key, 1.0)).collect();
        let said = self.number(&keys, default as f64, limits.map(|limit| limit as f64))?;
        let value = said.value as i64;
        if value as f64 != said.value {
            let node = self.config.find(&said.key).into_iter().next();
            let error =
                node.map(|node| self.config.error(&said.key, node, format!("{} is not a whole number", node.shown())));
            return Err(error.unwrap_or_else(|| self.config.missing(&said.key, "a whole number")));
        }
        Ok(Said { value, key: said.key, shown: said.shown, written: said.written })
    }

    /// True or false.
    pub fn flag(&mut self, keys: &[&str], default: bool) -> Result<Said<bool>> {
        let keys: Vec<Key<'_>> = keys.iter().map(|key| (*key, 1.0)).collect();
        let Some((key, _, node)) = self.first(&keys) else {
            return Ok(Said::default(keys[keys.len() - 1].0, default, default));
        };
        let wrong = || self.config.error(&key, node, format!("{} is neither true nor false", node.kind()));
        Ok(Said { value: node.flag().ok_or_else(wrong)?, shown: node.shown(), key, written: true })
    }

    /// Text, if there is any.
    pub fn text(&mut self, keys: &[&str]) -> Result<Option<Said<&'a str>>> {
        let keys: Vec<Key<'_>> = keys.iter().map(|key| (*key, 1.0)).collect();
        let Some((key, _, node)) = self.first(&keys) else { return Ok(None) };
        let wrong = || self.config.error(&key, node, format!("{} is no text", node.kind()));
        Ok(Some(Said { value: node.text().ok_or_else(wrong)?, shown: node.shown(), key, written: true }))
    }

    /// A date, if there is any.
    pub fn date(&mut self, keys: &[&str]) -> Result<Option<Said<IsoDay>>> {
        let keys: Vec<Key<'_>> = keys.iter().map(|key| (*key, 1.0)).collect();
        let Some((key, _, node)) = self.first(&keys) else { return Ok(None) };
        let wrong = || self.config.error(&key, node, format!("{} is not a date of the form 2020-01-31", node.kind()));
        Ok(Some(Said { value: node.date().ok_or_else(wrong)?, shown: node.shown(), key, written: true }))
    }

    /// A number for each of some names below one key.
    pub fn each<const N: usize>(
        &mut self,
        group: &str,
        names: [&str; N],
        defaults: [f64; N],
        limits: [f64; 2],
    ) -> Result<Said<[f64; N]>> {
        let mut all = Said { value: defaults, key: format!("{group}.*"), shown: String::new(), written: false };
        for (at, name) in names.iter().enumerate() {
            let one = self.number(&[(&format!("{group}.{name}"), 1.0)], defaults[at], limits)?;
            all.value[at] = one.value;
            all.written |= one.written;
        }
        let values = all.value.map(|value| value.to_string()).join(", ");
        all.shown = if all.written { values } else { format!("left out: {values}") };
        Ok(all)
    }

    /// A rate that goes to a place of the assumptions as it is.
    pub fn rate(&mut self, keys: &[Key<'_>], default: f64, limits: [f64; 2], to: &str) -> Result<Ppm> {
        let said = self.number(keys, default, limits)?;
        let rate = ppm(said.value);
        self.found.took(
            said.key,
            said.shown,
            format!("{to} = {}{}", shown(&rate), rounded(rate.0, said.value, MILLION)),
        );
        Ok(rate)
    }

    /// Of a seed table the rows of the run's scenario, or where there are none those of the default one.
    pub fn rows_of_scenario<'t, const N: usize>(
        &self,
        rows: Vec<Cells<'t, N>>,
        at: usize,
    ) -> Result<(Vec<Cells<'t, N>>, String)> {
        for id in [self.scenario_id.as_str(), "default"] {
            let own: Vec<_> = rows.iter().filter(|row| row.text(at) == id).cloned().collect();
            if !own.is_empty() {
                return Ok((own, id.to_owned()));
            }
        }
        let what = format!("no row is of scenario {} or default", crate::console::one_line(&self.scenario_id));
        Err(rows[0].error(at, what))
    }
}

/// A rate in parts per million, rounded to nearest.
pub(super) fn ppm(value: f64) -> Ppm {
    Ppm((value * MILLION as f64).round() as i64)
}

/// A deferral rate in basis points, rounded to nearest.
pub(super) fn basis_points(value: f64) -> BasisPoints {
    BasisPoints((value * BasisPoints::PER_ONE as f64).round() as i64)
}

/// Dollars in cents, rounded to nearest.
pub(super) fn cents(value: f64) -> Cents {
    Cents((value * Cents::PER_ONE as f64).round() as i64)
}

/// Says so where rounding changed something.
pub(super) fn rounded(units: i64, value: f64, per_one: i64) -> &'static str {
    let exact = (value * per_one as f64 - units as f64).abs() <= 1e-6 * (units.abs() as f64).max(1.0) * 1e-3 + 1e-6;
    if exact { "" } else { " (rounded)" }
}

/// A value as the file of assumptions writes it.
pub(super) fn shown(value: &impl Serialize) -> String {
    serde_json::to_string(value)
        .unwrap_or_default()
        .replace(',', ", ")
        .replace('"', "")
        .replace(".0,", ",")
        .replace(".0]", "]")
}
