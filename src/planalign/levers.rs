//! `comp_levers.csv`: pay parameters by scenario, year and level.

use super::importer::Importer;
use crate::error::Result;
use std::collections::{BTreeMap, BTreeSet};

/// What the table says.
#[derive(Debug, Default)]
pub(super) struct Levers {
    /// By scenario, parameter, year and level.
    values: BTreeMap<(String, &'static str, i32, i32), f64>,
    /// Years with a row for level 1, of any scenario.
    pub years: BTreeSet<i32>,
}

/// Event and name of the parameters that concern events.
const PARAMETERS: [(&str, &str); 3] =
    [("RAISE", "merit_base"), ("HIRE", "compensation_percentile"), ("HIRE", "market_adjustment_multiplier")];

impl Levers {
    /// Reads the table, if it was given.
    ///
    /// # Errors
    /// Names the cell that cannot be used, and a parameter that stands twice.
    pub fn read(importer: &Importer<'_>) -> Result<Option<Self>> {
        let Some(table) = importer.seeds.table("comp_levers") else { return Ok(None) };
        let columns = ["scenario_id", "fiscal_year", "job_level", "event_type", "parameter_name", "parameter_value"];
        let mut levers = Self::default();
        for row in table.rows(columns)? {
            let (year, level) = (row.whole(1, [1_900, 2_300])?, row.whole(2, [1, 99])?);
            if level == 1 {
                levers.years.insert(year);
            }
            let event = row.text(3).to_uppercase();
            let known = PARAMETERS.iter().find(|(of, name)| *of == event && *name == row.text(4));
            // As PlanAlign: a row without a value does not count.
            let Some((_, name)) = known.filter(|_| !row.text(5).is_empty()) else { continue };
            let value = row.number(5, 4, [0.0, 100.0])?;
            let key = (row.text(0).to_owned(), *name, year, level);
            if levers.values.insert(key, value).is_some() {
                return Err(row.error(4, format!("{name} of level {level} in {year} stands twice")));
            }
        }
        Ok(Some(levers))
    }

    /// A value of a scenario, for a year and a level.
    pub fn value(&self, scenario: &str, name: &'static str, year: i32, level: i32) -> Option<f64> {
        self.values.get(&(scenario.to_owned(), name, year, level)).copied()
    }

    /// All values of a parameter in a year.
    pub fn all(&self, scenario: &str, name: &str, year: i32) -> Vec<f64> {
        let of = |((id, parameter, of_year, _), _): &(&(String, &str, i32, i32), &f64)| {
            id == scenario && *parameter == name && *of_year == year
        };
        self.values.iter().filter(of).map(|(_, value)| *value).collect()
    }
}

/// What holds in most of the years, the earliest where several do in as many; and the years in which something else does.
pub(super) fn most<T: PartialEq + Clone>(by_year: &[(i32, T)]) -> Option<(T, Vec<i32>)> {
    let count = |value: &T| by_year.iter().filter(|(_, other)| other == value).count();
    let mut best: Option<&T> = None;
    for (_, value) in by_year {
        if best.is_none_or(|best| count(value) > count(best)) {
            best = Some(value);
        }
    }
    let best = best?.clone();
    let others = by_year.iter().filter(|(_, value)| *value != best).map(|(year, _)| *year).collect();
    Some((best, others))
}

/// Years as text.
pub(super) fn listed(years: &[i32]) -> String {
    years.iter().map(i32::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_years_win_and_the_earliest_of_equals() {
        assert_eq!(most(&[(1, 'a'), (2, 'b'), (3, 'b')]), Some(('b', vec![1])));
        assert_eq!(most(&[(1, 'a'), (2, 'b')]), Some(('a', vec![2])));
        assert_eq!(most::<char>(&[]), None);
    }
}
