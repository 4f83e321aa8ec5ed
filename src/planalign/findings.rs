//! What became of every key and table: the lists that the importer shows.

use super::catalogue;
use super::config::Config;
use super::fate::Fate;
use super::node::{Node, number};
use crate::error::Result;
use std::collections::BTreeSet;

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The key or the table, perhaps several with `*`.
    pub key: String,
    /// Its value, as it was found.
    pub value: String,
    /// Where it went, why it concerns nothing, or what would differ.
    pub text: String,
}

/// The lists.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// Taken over: where it went.
    pub taken: Vec<Finding>,
    /// Concerns no event of ours: why.
    pub ignored: Vec<Finding>,
    /// Would change events and is not simulated: what would differ.
    pub not_simulated: Vec<Finding>,
    /// Keys and tables that PlanAlign does not know.
    pub unknown: Vec<Finding>,
    covered: BTreeSet<String>,
}

fn finding(key: impl Into<String>, value: impl Into<String>, text: impl Into<String>) -> Finding {
    Finding { key: key.into(), value: value.into(), text: text.into() }
}

impl Findings {
    /// Takes note that somebody looked at a key and says what became of it.
    pub(super) fn covers(&mut self, key: &str) {
        self.covered.insert(key.to_owned());
    }

    pub(super) fn took(&mut self, key: impl Into<String>, value: impl Into<String>, to: impl Into<String>) {
        self.taken.push(finding(key, value, to));
    }

    pub(super) fn ignores(&mut self, key: impl Into<String>, value: impl Into<String>, why: impl Into<String>) {
        self.ignored.push(finding(key, value, why));
    }

    pub(super) fn lacks(&mut self, key: impl Into<String>, value: impl Into<String>, differs: impl Into<String>) {
        self.not_simulated.push(finding(key, value, differs));
    }

    pub(super) fn knows_not(&mut self, key: impl Into<String>, value: impl Into<String>) {
        let what = "unknown to the state of PlanAlign that this importer follows: it may change events";
        self.unknown.push(finding(key, value, what));
    }

    /// Number of settings that would change events, or might.
    pub fn losses(&self) -> usize {
        self.not_simulated.len() + self.unknown.len()
    }

    /// Says of every key that nobody looked at what becomes of it.
    ///
    /// # Errors
    /// Names a value that stands where a group of keys belongs, and a key that is left empty where PlanAlign refuses that.
    pub(super) fn rest(&mut self, config: &Config) -> Result<()> {
        let mut groups: Vec<(&'static str, &'static str, Vec<&Node>)> = Vec::new();
        for (key, node) in config.leaves() {
            if self.covered.contains(&key) {
                continue;
            }
            let is_read = match catalogue::known(&key) {
                Some((_, fate)) => *fate == Fate::Looked,
                None => catalogue::is_group(&key),
            };
            if node.is_null() && is_read && must_be_filled(&key) {
                return Err(config.error(&key, node, EMPTY));
            }
            match catalogue::known(&key) {
                Some((pattern, Fate::NoEvent(why) | Fate::Unread(why))) => {
                    match groups.iter_mut().find(|(known, ..)| known == pattern) {
                        Some((_, _, nodes)) => nodes.push(node),
                        None => groups.push((pattern, why, vec![node])),
                    }
                }
                Some((_, Fate::NotSimulated { differs, harmless })) => {
                    if node.is_blank() || is(node, harmless) {
                        self.ignores(key, node.shown(), "changes nothing");
                    } else {
                        self.lacks(key, node.shown(), *differs);
                    }
                }
                Some((_, Fate::Looked)) if node.is_blank() => self.ignores(key, node.shown(), "says nothing"),
                // Never silently: whoever looks at a key says what became of it.
                Some((_, Fate::Looked)) => self.lacks(key, node.shown(), "not taken over by this importer"),
                None if catalogue::is_group(&key) && (node.is_null() || node.shown() == "0 keys") => {
                    self.ignores(key, node.shown(), "says nothing");
                }
                None if catalogue::is_group(&key) => {
                    return Err(config.error(&key, node, format!("{} where keys with values belong", node.kind())));
                }
                None => self.knows_not(key, node.shown()),
            }
        }
        for (pattern, why, nodes) in groups {
            let value = match nodes[..] {
                [node] => node.shown(),
                _ => format!("{} keys", nodes.len()),
            };
            self.ignores(pattern.replace(".**", ".*"), value, why);
        }
        Ok(())
    }
}

fn is(node: &Node, harmless: &str) -> bool {
    match (node.number(), number(harmless)) {
        (Some(given), Some(harmless)) => given == harmless,
        _ => node.flag().is_some() && node.flag() == Some(harmless == "true"),
    }
}
const EMPTY: &str = "is empty, and PlanAlign refuses that: give it a value, or take the line out";

/// Sections that PlanAlign checks value by value.
const CHECKED: [&str; 7] = [
    "simulation",
    "compensation",
    "workforce",
    "enrollment",
    "eligibility",
    "plan_eligibility",
    "deferral_match_response",
];
/// Keys in them that may be empty, which is as left out.
const OPTIONAL: [&str; 12] = [
    "compensation.promotion_compensation.level_overrides",
    "compensation.promotion_compensation.advanced.market_adjustments",
    "enrollment.auto_enrollment.scope",
    "enrollment.auto_enrollment.hire_date_cutoff",
    "enrollment.auto_enrollment.voluntary_enrollment_rate",
    "enrollment.year_over_year_conversion.enabled",
    "enrollment.year_over_year_conversion.deferral_rates.young",
    "enrollment.year_over_year_conversion.deferral_rates.mid_career",
    "enrollment.year_over_year_conversion.deferral_rates.mature",
    "enrollment.year_over_year_conversion.deferral_rates.senior",
    "eligibility.waiting_period_days",
    "plan_eligibility.minimum_age",
];

/// Whether a key that is there must have a value.
fn must_be_filled(key: &str) -> bool {
    key.split('.').next().is_some_and(|section| CHECKED.contains(&section)) && !OPTIONAL.contains(&key)
}
