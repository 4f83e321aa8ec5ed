//! Name, years, seed, growth and turnover.

use super::importer::Importer;
use crate::error::Result;
use crate::scenario::{CUSTOM, DEFAULT_PLAN_DESIGN, SCALING, SCENARIOS};

/// What the settings file says of the run.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    pub name: String,
    pub plan_design: String,
    pub seed: i64,
}

/// Longest name of a scenario, bytes.
const LONGEST_NAME: usize = 24;
/// Where the configuration names no scenario.
const UNNAMED: &str = "planalign";

impl Importer<'_> {
    pub fn identity(&mut self) -> Result<Identity> {
        let seed = self.whole(&["simulation.random_seed"], 42, [0, 1 << 53])?;
        self.found.took(seed.key, seed.shown, format!("seed = {} of the scenario", seed.value));
        let id = self.text(&["scenario_id"])?;
        let name = scenario_name(id.as_ref().map_or(UNNAMED, |id| id.value));
        let (key, value) = id.map_or(("scenario_id".into(), "left out".into()), |id| (id.key, id.shown));
        self.found.took(key, value, format!("name = {name} of the scenario"));
        let design = self.text(&["plan_design_id"])?;
        let plan_design = design.as_ref().map_or(DEFAULT_PLAN_DESIGN, |design| design.value).to_owned();
        if let Some(design) = design {
            let shown = crate::console::one_line(&plan_design);
            self.found.took(design.key, design.shown, format!("plan_design = {shown} of the scenario"));
        }
        Ok(Identity { name, plan_design, seed: seed.value })
    }

    pub fn workforce(&mut self) -> Result<()> {
        self.plan.workforce.growth =
            self.rate(&[("simulation.target_growth_rate", 1.0)], 0.03, [-1.0, 1.0], "workforce.growth")?;
        self.plan.workforce.termination =
            self.rate(&[("workforce.total_termination_rate", 1.0)], 0.12, [0.0, 1.0], "workforce.termination")?;
        self.plan.workforce.new_hire_termination = self.rate(
            &[("workforce.new_hire_termination_rate", 1.0)],
            0.25,
            [0.0, 0.989_999],
            "workforce.new_hire_termination",
        )?;
        Ok(())
    }
}

/// A name that scenarios may have: lower-case letters, digits and hyphens.
fn scenario_name(id: &str) -> String {
    let usable = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let name: String = id.chars().map(usable).collect();
    let name = name.trim_matches('-');
    let name: String = name.chars().take(LONGEST_NAME).collect();
    let name = name.trim_end_matches('-');
    let taken = [CUSTOM, SCALING].contains(&name) || SCENARIOS.iter().any(|scenario| scenario.name == name);
    match (name.is_empty(), taken) {
        (true, _) => UNNAMED.into(),
        (_, true) => format!("{UNNAMED}-{name}"),
        _ => name.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_usable_ones() {
        for (id, name) in [
            ("ae_all_eligible", "ae-all-eligible"),
            ("Baseline 2025", "baseline-2025"),
            ("core_mode_graded_by_service_integrated", "core-mode-graded-by-serv"),
            ("quick", "planalign-quick"),
            ("custom", "planalign-custom"),
            ("__", "planalign"),
            ("Zoë", "zo"),
        ] {
            assert_eq!(scenario_name(id), name);
            assert!(name.len() <= LONGEST_NAME && !name.starts_with('-'));
        }
    }
}
