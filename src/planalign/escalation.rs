//! Escalation of deferral rates, and what of the employer's match changes deferrals.

use super::importer::{Importer, basis_points, rounded, shown};
use super::node::Node;
use crate::error::Result;
use crate::rules::assumptions::{IsoDay, MonthDay};
use crate::rules::calendar::{first_of_year, iso};
use crate::rules::units::BasisPoints;

/// A smaller step is none in PlanAlign.
const SMALLEST_STEP: f64 = 0.001;
/// Since when PlanAlign takes people of the census for enrolled, where no key says otherwise.
const CENSUS_ENROLLED: &str = "2024-12-31";

impl Importer<'_> {
    pub fn escalation(&mut self) -> Result<()> {
        let group = "deferral_auto_escalation";
        let key = format!("{group}.enabled");
        for key in ["dc_plan.auto_escalation", &key] {
            if let Some(node) = self.config.find(key).filter(|node| node.quoted && node.flag() == Some(false)) {
                let what = format!(
                    "{} is text, which PlanAlign takes for true whatever it says; leave the quotes out",
                    node.kind()
                );
                return Err(self.config.error(key, node, what));
            }
        }
        let empty = self.config.leaf(&key).is_some_and(Node::is_blank);
        let mut enabled = self.flag(&["dc_plan.auto_escalation", &key], !empty)?;
        if empty && !enabled.written {
            // PlanAlign asks whether there is anything in it.
            (enabled.key, enabled.shown) = (key.clone(), "left empty, which is off".to_owned());
            self.found.covers(&key);
        }
        let keys = [("dc_plan.escalation_rate_percent", 0.01), (&*format!("{group}.increment_amount"), 1.0)];
        let step = self.number(&keys, 0.01, [0.0, 1.0])?;
        let keys = [("dc_plan.escalation_cap_percent", 0.01), (&*format!("{group}.maximum_rate"), 1.0)];
        let cap = self.number(&keys, 0.10, [0.0, 1.0])?;
        let delay = self.whole(
            &["dc_plan.escalation_delay_years", &format!("{group}.first_escalation_delay_years")],
            1,
            [0, 100],
        )?;
        let plan = &mut self.plan.escalation;
        plan.enabled = enabled.value && step.value >= SMALLEST_STEP;
        (plan.increment, plan.cap) = (basis_points(step.value), basis_points(cap.value));
        plan.delay_years = delay.value as i32;
        let plan = plan.clone();
        let why = if enabled.value && !plan.enabled { ", for PlanAlign takes no step below 0.001" } else { "" };
        self.found.took(enabled.key, enabled.shown, format!("escalation.enabled = {}{why}", plan.enabled));
        self.found.took(
            step.key,
            step.shown,
            format!(
                "escalation.increment = {}{}",
                shown(&plan.increment),
                rounded(plan.increment.0, step.value, BasisPoints::PER_ONE)
            ),
        );
        self.found.took(
            cap.key,
            cap.shown,
            format!("escalation.cap = {}{}", shown(&plan.cap), rounded(plan.cap.0, cap.value, BasisPoints::PER_ONE)),
        );
        self.found.took(delay.key, delay.shown, format!("escalation.delay_years = {}", plan.delay_years));
        self.escalation_day()?;
        self.escalation_cutoff()?;
        self.census_enrolled(plan.enabled, delay.value)
    }

    fn escalation_day(&mut self) -> Result<()> {
        let keys = ["dc_plan.escalation_effective_day", "deferral_auto_escalation.effective_day"];
        let Some(said) = self.text(&keys)? else {
            self.plan.escalation.day = MonthDay { month: 1, day_of_month: 1 };
            self.found.took(keys[1], "left out: 01-01", "escalation.day = 01-01");
            return Ok(());
        };
        let Some(day) = MonthDay::parse(said.value) else {
            let what = format!("{} is no day that every year has, of the form MM-DD, such as 01-01", said.shown);
            let node = self.config.find(&said.key);
            return Err(node.map_or_else(
                || self.config.missing(&said.key, &what),
                |node| self.config.error(&said.key, node, what.clone()),
            ));
        };
        self.plan.escalation.day = day;
        self.found.took(said.key, said.shown, format!("escalation.day = {}", shown(&day)));
        Ok(())
    }

    fn escalation_cutoff(&mut self) -> Result<()> {
        let (studio, plain) = ("dc_plan.escalation_hire_date_cutoff", "deferral_auto_escalation.hire_date_cutoff");
        // An empty field of the Studio takes the other away.
        if let Some(node) = self.config.leaf(studio).filter(|node| node.is_blank()) {
            self.found.covers(studio);
            self.found.took(studio, node.shown(), "escalation.hired_from is left out: everybody");
            if let Some(node) = self.config.filled(plain) {
                self.found.covers(plain);
                self.found.ignores(plain, node.shown(), format!("{studio} goes before it"));
            }
            return Ok(());
        }
        if let Some(said) = self.date(&[studio, plain])? {
            self.plan.escalation.hired_from = Some(said.value);
            self.found.took(said.key, said.shown, format!("escalation.hired_from = {}", iso(said.value.0)));
        }
        Ok(())
    }

    /// PlanAlign takes people of the census for enrolled since the end of the plan year, here since their hire.
    fn census_enrolled(&mut self, enabled: bool, delay: i64) -> Result<()> {
        let key = "setup.plan_year_end_date";
        let said = self.date(&[key])?;
        let (value, end) = match said {
            Some(said) => (said.shown, said.value),
            None => (format!("left out: {CENSUS_ENROLLED}"), IsoDay::parse(CENSUS_ENROLLED).unwrap_or(IsoDay(0))),
        };
        let year: i32 = iso(end.0).get(..4).and_then(|year| year.parse().ok()).unwrap_or_default();
        if enabled && end.0 >= first_of_year(self.start_year) {
            let differs = "PlanAlign then escalates nobody who was enrolled in the census; here they escalate";
            self.found.lacks(key, value, differs);
        } else if enabled && delay > i64::from(self.start_year - year) {
            let differs = "PlanAlign lets people enrolled in the census wait from this day on; here their hire counts";
            self.found.lacks(key, value, differs);
        } else {
            self.found.ignores(key, value, "changes nothing");
        }
        Ok(())
    }

    /// The magnet, by which people who enroll by choice defer as much as is matched; the response, by which employees do.
    pub fn matching(&mut self) -> Result<()> {
        let magnet = self.flag(&["dc_plan.match_magnet_enabled", "enrollment.match_magnet.enabled"], true)?;
        let keys = [("dc_plan.match_magnet_probability", 1.0), ("enrollment.match_magnet.snap_probability", 1.0)];
        let chance = self.number(&keys, 0.45, [0.0, 1.0])?;
        let draws = magnet.value && chance.value > 0.0;
        if draws {
            let differs =
                "PlanAlign raises the rate of this share of those who enroll by choice to what is fully matched";
            self.found.lacks("enrollment.match_magnet.enabled", magnet.shown, differs);
            self.found.lacks("enrollment.match_magnet.snap_probability", chance.shown, differs);
        } else {
            self.found.ignores(magnet.key, magnet.shown, "the magnet is off");
            self.found.ignores(chance.key, chance.shown, "the magnet is off");
        }
        let mut follows = draws;
        for group in ["deferral_match_response", "dc_plan.deferral_match_response"] {
            let below = self.below(group);
            let Some(first) = below.first().cloned() else { continue };
            // The Studio's own is on where it does not say that it is off.
            let default = group.starts_with("dc_plan");
            let on = self.flag(&[&format!("{group}.enabled")], default)?.value;
            below.iter().for_each(|(key, _)| self.found.covers(key));
            let value = if below.len() == 1 { first.1.shown() } else { format!("enabled: {on}, {} keys", below.len()) };
            let key = format!("{group}.*");
            if on {
                follows = true;
                let differs = "PlanAlign lets employees change their rate towards what is matched, in the first year";
                self.found.lacks(key, value, differs);
            } else {
                self.found.ignores(key, value, "switched off");
            }
        }
        for group in [
            "employer_match.active_formula",
            "employer_match.formulas",
            "employer_match.employer_match_status",
            "employer_match.tenure_match_tiers",
            "employer_match.points_match_tiers",
            "employer_match.tenure_graded_bands",
            "dc_plan.match_template",
            "dc_plan.match_tiers",
            "dc_plan.match_status",
            "dc_plan.match_graded_schedule",
            "dc_plan.tenure_match_tiers",
            "dc_plan.points_match_tiers",
            "dc_plan.tenure_graded_bands",
        ] {
            let below = self.below(group);
            below.iter().for_each(|(key, _)| self.found.covers(key));
            let value = match &below[..] {
                [] => continue,
                [(_, node)] => node.shown(),
                more => format!("{} keys", more.len()),
            };
            if follows {
                let differs =
                    "decides up to which rate deferrals follow the match in PlanAlign (magnet or response above)";
                self.found.lacks(group, value, differs);
            } else {
                self.found.ignores(
                    group,
                    value,
                    "contributions of the employer are no events, and no deferral follows the match",
                );
            }
        }
        Ok(())
    }

    /// The values at a key and below it that say something.
    fn below(&self, group: &str) -> Vec<(String, Node)> {
        let is_below = |key: &str| key == group || key.strip_prefix(group).is_some_and(|rest| rest.starts_with('.'));
        let leaves = self.config.leaves().into_iter();
        leaves.filter(|(key, node)| is_below(key) && !node.is_null()).map(|(key, node)| (key, node.clone())).collect()
    }
}
