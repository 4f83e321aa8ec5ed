//! Age and tenure bands, and the promotion hazard by band.

use super::importer::{Importer, ppm, shown};
use super::lists::{fields, items};
use super::node::Node;
use crate::error::Result;
use crate::rules::units::Ppm;

/// A band of PlanAlign, from its lower bound up to its upper one, which is not in it.
#[derive(Debug, Clone)]
struct Band {
    label: String,
    from: i32,
    to: i32,
}

/// From here on PlanAlign takes an upper bound for none.
const NO_END: i32 = 999;

impl Importer<'_> {
    pub fn bands(&mut self) -> Result<()> {
        let age = self.bands_of("age_bands", "config_age_bands")?;
        if let Some((bands, source, value)) = age {
            (self.plan.bands.age_from, self.plan.bands.age_labels) = bounds(&bands);
            self.found.took(source, value, format!("bands.age_from = {}", shown(&self.plan.bands.age_from)));
        } else {
            self.found.took("config_age_bands", "not given", "bands.age_from as built in");
            self.plan.bands.age_labels =
                Some(["< 25", "25-34", "35-44", "45-54", "55-64", "65+"].map(String::from).into());
        }
        let tenure = self.bands_of("tenure_bands", "config_tenure_bands")?;
        if let Some((bands, source, value)) = tenure {
            (self.plan.bands.tenure_from, self.plan.bands.tenure_labels) = bounds(&bands);
            self.found.took(source, value, format!("bands.tenure_from = {}", shown(&self.plan.bands.tenure_from)));
        } else {
            self.found.took("config_tenure_bands", "not given", "bands.tenure_from as built in");
            self.plan.bands.tenure_labels = Some(["< 2", "2-4", "5-9", "10-19", "20+"].map(String::from).into());
        }
        self.raises_by_band();
        Ok(())
    }

    /// The bands of the Studio's section, else of the seed table.
    fn bands_of(&mut self, key: &str, table: &str) -> Result<Option<(Vec<Band>, String, String)>> {
        if let Some(node) = self.config.filled(key) {
            self.found.covers(key);
            let items = items(self, key, node)?;
            let mut bands = Vec::new();
            for item in items {
                let known = ["band_id", "band_label", "min_value", "max_value", "display_order"];
                let [label, from, to] = fields(self, key, item, ["band_label", "min_value", "max_value"], &known)?;
                let whole = |node: &Node| {
                    let value = node.number().filter(|value| value.fract() == 0.0 && (0.0..=9_999.0).contains(value));
                    value.map(|value| value as i32).ok_or_else(|| self.config.error(key, node, not_whole(node)))
                };
                bands.push(Band {
                    label: label.text().unwrap_or_default().to_owned(),
                    from: whole(from)?,
                    to: whole(to)?,
                });
            }
            let bands = contiguous(bands).map_err(|what| self.config.error(key, node, what))?;
            return Ok(Some((bands, key.to_owned(), node.shown())));
        }
        let Some(given) = self.seeds.table(table) else { return Ok(None) };
        let mut bands = Vec::new();
        for row in given.rows(["band_label", "min_value", "max_value"])? {
            let (from, to) = (row.whole(1, [0, 9_999])?, row.whole(2, [0, 9_999])?);
            bands.push(Band { label: row.text(0).to_owned(), from, to });
        }
        let bands = contiguous(bands).map_err(|what| given.error(what))?;
        Ok(Some((bands, format!("{table}.csv"), format!("{} rows", given.len()))))
    }

    /// PlanAlign pays a raise only to bands that its termination tables have, too.
    fn raises_by_band(&mut self) {
        for (table, column, labels) in [
            ("config_termination_hazard_age_multipliers", "age_band", &self.plan.bands.age_labels),
            ("config_termination_hazard_tenure_multipliers", "tenure_band", &self.plan.bands.tenure_labels),
        ] {
            let rows = self.seeds.table(table).and_then(|table| table.rows([column]).ok());
            let (Some(rows), Some(labels)) = (rows, labels) else { continue };
            let without: Vec<&str> = labels
                .iter()
                .map(String::as_str)
                .filter(|label| !rows.iter().any(|row| row.text(0) == *label))
                .collect();
            if !without.is_empty() {
                let differs = "PlanAlign pays no raise to people of these bands, which the table does not have";
                self.found.lacks(format!("{table}.csv"), crate::console::one_line(&without.join(", ")), differs);
            }
        }
    }

    pub fn promotion_hazard(&mut self) -> Result<()> {
        let (ages, tenures) = (labels(&self.plan.bands.age_labels), labels(&self.plan.bands.tenure_labels));
        if self.config.find("promotion_hazard").is_some() {
            let (base, dampener) = ("promotion_hazard.base_rate", "promotion_hazard.level_dampener_factor");
            for key in [base, dampener, "promotion_hazard.age_multipliers", "promotion_hazard.tenure_multipliers"] {
                if self.config.filled(key).is_none() {
                    return Err(self.config.missing(key, "which the section promotion_hazard needs"));
                }
            }
            self.plan.promotion.base = self.rate(&[(base, 1.0)], 0.0, [0.0, 1.0], "promotion.base")?;
            self.plan.promotion.level_dampener =
                self.rate(&[(dampener, 1.0)], 0.0, [0.0, 1.0], "promotion.level_dampener")?;
            self.plan.promotion.age_multipliers =
                self.multipliers("promotion_hazard.age_multipliers", "age_band", &ages)?;
            self.plan.promotion.tenure_multipliers =
                self.multipliers("promotion_hazard.tenure_multipliers", "tenure_band", &tenures)?;
            return Ok(());
        }
        if let Some(table) = self.seeds.table("config_promotion_hazard_base") {
            let rows = table.rows(["base_rate", "level_dampener_factor"])?;
            let [row] = &rows[..] else { return Err(table.error(format!("{} rows, and one is taken", rows.len()))) };
            self.plan.promotion.base = ppm(row.number(0, 6, [0.0, 1.0])?);
            self.plan.promotion.level_dampener = ppm(row.number(1, 6, [0.0, 1.0])?);
            let (base, dampener) = (shown(&self.plan.promotion.base), shown(&self.plan.promotion.level_dampener));
            let to = format!("promotion.base = {base}, promotion.level_dampener = {dampener}");
            self.found.took("config_promotion_hazard_base.csv", "1 row", to);
        } else {
            self.found.took(
                "config_promotion_hazard_base",
                "not given",
                "promotion.base, promotion.level_dampener as built in",
            );
        }
        let [age, tenure] = [("age", &ages), ("tenure", &tenures)].map(|(what, labels)| {
            let (name, column) = (format!("config_promotion_hazard_{what}_multipliers"), format!("{what}_band"));
            self.multipliers_of_table(&name, &column, what, labels)
        });
        if let Some(multipliers) = age? {
            self.plan.promotion.age_multipliers = multipliers;
        }
        if let Some(multipliers) = tenure? {
            self.plan.promotion.tenure_multipliers = multipliers;
        }
        Ok(())
    }

    fn multipliers(&mut self, key: &str, column: &'static str, labels: &[String]) -> Result<Vec<Ppm>> {
        let Some(node) = self.config.filled(key) else { return Ok(Vec::new()) };
        self.found.covers(key);
        let mut given = Vec::new();
        for item in items(self, key, node)? {
            let [band, multiplier] = fields(self, key, item, [column, "multiplier"], &[column, "multiplier"])?;
            let value = multiplier.number().filter(|value| (0.0..=100.0).contains(value));
            let wrong =
                || self.config.error(key, multiplier, format!("{} is no number from 0 to 100", multiplier.kind()));
            given.push((band.text().unwrap_or_default().to_owned(), ppm(value.ok_or_else(wrong)?)));
        }
        let multipliers = in_order(&given, labels).map_err(|what| self.config.error(key, node, what))?;
        let to = format!("promotion.{} = {}", key.rsplit('.').next().unwrap_or_default(), shown(&multipliers));
        self.found.took(key, node.shown(), to);
        Ok(multipliers)
    }

    fn multipliers_of_table(
        &mut self,
        name: &str,
        column: &str,
        what: &str,
        labels: &[String],
    ) -> Result<Option<Vec<Ppm>>> {
        let to = format!("promotion.{what}_multipliers");
        let column = if column == "age_band" { "age_band" } else { "tenure_band" };
        let Some(table) = self.seeds.table(name) else {
            let built_in = if what == "age" { 6 } else { 5 };
            if labels.len() != built_in {
                let why =
                    format!("which {} {what} bands need: there are {built_in} multipliers built in", labels.len());
                return Err(self.config.missing(&format!("seed table {name}.csv"), &why));
            }
            self.found.took(name, "not given", format!("{to} as built in"));
            return Ok(None);
        };
        let rows = table.rows([column, "multiplier"])?;
        let mut given = Vec::new();
        for row in &rows {
            given.push((row.text(0).to_owned(), ppm(row.number(1, 6, [0.0, 100.0])?)));
        }
        let multipliers = in_order(&given, labels).map_err(|what| table.error(what))?;
        self.found.took(
            format!("{name}.csv"),
            format!("{} rows", rows.len()),
            format!("{to} = {}", shown(&multipliers)),
        );
        Ok(Some(multipliers))
    }
}

fn not_whole(node: &Node) -> String {
    format!("{} is no whole number from 0 to 9999", node.kind())
}

fn labels(labels: &Option<Vec<String>>) -> Vec<String> {
    labels.clone().unwrap_or_default()
}

/// Bands in order, each beginning where the one before ends; from 0 without end.
fn contiguous(mut bands: Vec<Band>) -> Result<Vec<Band>, String> {
    bands.sort_by_key(|band| band.from);
    for (at, band) in bands.iter().enumerate() {
        let label = crate::console::one_line(&band.label);
        if band.label.is_empty() {
            return Err(format!("the band from {} has no label", band.from));
        }
        if bands[..at].iter().any(|before| before.label == band.label) {
            return Err(format!("two bands are called {label}"));
        }
        if band.to <= band.from {
            return Err(format!("band {label} ends at {} and begins at {}", band.to, band.from));
        }
        let end = if at == 0 { 0 } else { bands[at - 1].to };
        if at > 0 && end >= NO_END || end > band.from {
            return Err(format!(
                "band {label} begins at {}, and the one before it ends at {end}: they overlap",
                band.from
            ));
        }
        if end < band.from {
            return Err(format!("no band holds {end} to {}: there is a gap before band {label}", band.from - 1));
        }
    }
    match bands.last() {
        Some(last) if last.to < NO_END => {
            Err(format!("no band holds {} and more: give the last one the upper bound {NO_END}", last.to))
        }
        Some(_) => Ok(bands),
        None => Err("there are no bands".into()),
    }
}

fn bounds(bands: &[Band]) -> (Vec<i32>, Option<Vec<String>>) {
    (bands.iter().skip(1).map(|band| band.from).collect(), Some(bands.iter().map(|band| band.label.clone()).collect()))
}

/// One multiplier for each band, in the order of the bands.
fn in_order(given: &[(String, Ppm)], labels: &[String]) -> Result<Vec<Ppm>, String> {
    let shown = |text: &str| crate::console::one_line(text);
    if let Some((label, _)) = given.iter().find(|(label, _)| !labels.contains(label)) {
        return Err(format!("there is no band {}; the bands are {}", shown(label), shown(&labels.join(", "))));
    }
    let of = |label: &String| {
        let mut own = given.iter().filter(|(name, _)| name == label).map(|(_, multiplier)| *multiplier);
        match (own.next(), own.next()) {
            (Some(multiplier), None) => Ok(multiplier),
            (None, _) => Err(format!("band {} has no multiplier", shown(label))),
            _ => Err(format!("band {} has two multipliers", shown(label))),
        }
    };
    labels.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_overlaps_and_open_ends_are_refused() {
        let bands = |spans: &[(i32, i32)]| {
            let band = |(at, (from, to)): (usize, &(i32, i32))| Band { label: format!("b{at}"), from: *from, to: *to };
            contiguous(spans.iter().enumerate().map(band).collect()).map(|bands| bounds(&bands).0)
        };
        assert_eq!(bands(&[(30, 999), (0, 30)]), Ok(vec![30]));
        assert_eq!(bands(&[(0, 1_000)]), Ok(vec![]));
        for (spans, words) in [
            (&[(0, 30), (31, 999)][..], "no band holds 30 to 30"),
            (&[(0, 31), (30, 999)], "overlap"),
            (&[(18, 999)], "no band holds 0 to 17"),
            (&[(0, 65)], "65 and more"),
            (&[(0, 999), (999, 1_000)], "overlap"),
            (&[(5, 5)], "ends at 5"),
            (&[], "no bands"),
        ] {
            let what = bands(spans).expect_err(words);
            assert!(what.contains(words), "{what}");
        }
    }
}
