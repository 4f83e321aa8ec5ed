//! What the SQL files read as `v('name')`: assumptions are DuckDB session variables, the year's facts literals.

use crate::rules::calendar::{day, first_of_year, iso, last_of_year, month_span};
use crate::rules::plan::YearPlan;
use crate::rules::run::RunSpec;
use crate::rules::tables::{EnrollmentTerms, Tables};
use crate::rules::units::share_ppm;
use crate::rules::vocabulary::{
    AGE_BAND_FROM, AGE_BANDS, AGE_SEGMENT_FROM, Category, INCOME_SEGMENT_FROM_CENTS, INCOME_SEGMENTS, LEVELS,
    TENURE_BAND_FROM, TENURE_BANDS,
};
use std::fmt::Display;
use std::fmt::Write as _;

/// A script of `SET VARIABLE` statements.
#[derive(Default)]
pub(super) struct Variables(String);

impl Variables {
    fn set(&mut self, name: &str, value: impl Display, sql_type: &str) -> &mut Self {
        writeln!(self.0, "SET VARIABLE {name} = {value}::{sql_type};").expect("writing to a string cannot fail");
        self
    }

    fn int(&mut self, name: &str, value: impl Into<i64>) -> &mut Self {
        self.set(name, value.into(), "INTEGER")
    }

    fn bigint(&mut self, name: &str, value: i64) -> &mut Self {
        self.set(name, value, "BIGINT")
    }

    fn bigints(&mut self, name: &str, values: impl IntoIterator<Item = i64>) -> &mut Self {
        self.set(name, list(values), "BIGINT[]")
    }

    fn ints(&mut self, name: &str, values: impl IntoIterator<Item = i32>) -> &mut Self {
        self.set(name, list(values), "INTEGER[]")
    }

    fn vocabulary(&mut self, name: &str, values: &[&str]) -> &mut Self {
        self.set(name, list(values.iter().map(|value| quoted(value))), &format!("{}[]", enum_type(values)))
    }

    /// The script.
    pub fn sql(&self) -> &str {
        &self.0
    }
}

/// Values as an SQL list.
pub(super) fn list(values: impl IntoIterator<Item = impl Display>) -> String {
    let values: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
    format!("[{}]", values.join(", "))
}

/// A text as an SQL literal.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The enum type of a vocabulary; a value may stand in it several times.
pub(super) fn enum_type(values: &[&str]) -> String {
    let mut unique: Vec<String> = Vec::new();
    for value in values.iter().map(|value| quoted(value)) {
        if !unique.contains(&value) {
            unique.push(value);
        }
    }
    format!("ENUM({})", unique.join(", "))
}

/// What is the same in every year of a run.
pub(super) fn of_run(run: &RunSpec, tables: &Tables) -> Variables {
    let mut variables = Variables::default();
    let rules = &run.assumptions;
    let terms = |field: fn(&EnrollmentTerms) -> i64| tables.enrollment.iter().map(field);
    variables
        .vocabulary("event_types", &Category::ALL.map(Category::event_type))
        .vocabulary("event_categories", &Category::ALL.map(Category::name))
        .vocabulary("age_bands", &AGE_BANDS)
        .vocabulary("tenure_bands", &TENURE_BANDS)
        .set("scenario_id", quoted(&run.scenario_id), &enum_type(&[&run.scenario_id]))
        .set("plan_design_id", quoted(&run.plan_design_id), &enum_type(&[&run.plan_design_id]))
        .ints("hire_age", tables.hire_age.iter().copied())
        .bigints("hire_point_cents", tables.levels.iter().map(|level| level.hire_point_cents))
        .bigint("pay_spread_ppm", rules.hiring.pay_spread.0)
        .bigints("promotion_threshold", tables.promotion.iter().map(|chance| chance.threshold))
        .bigints("promotion_ppm", tables.promotion.iter().map(|chance| chance.ppm))
        .bigint("promotion_raise_min_ppm", rules.promotion.raise_min.0)
        .bigint("promotion_raise_choices", rules.promotion.raise_max.0 - rules.promotion.raise_min.0 + 1)
        .bigint("promotion_cap_ppm", rules.promotion.raise_cap.0)
        .bigint("promotion_cap_cents", rules.promotion.raise_cap_amount.0)
        .ints("raise_month", tables.raise_month.iter().copied())
        .bigint("raise_cap_ppm", rules.raise.cap.0)
        .bigint("raise_cap_cents", rules.raise.cap_amount.0)
        .bigints("voluntary_ppm", terms(|t| t.voluntary.ppm))
        .bigints("conversion_ppm", terms(|t| t.conversion.ppm))
        .ints("conversion_rate_bp", tables.enrollment.iter().map(|t| t.conversion_rate_bp))
        .bigints("proactive_threshold", terms(|t| t.proactive.threshold))
        .bigints("proactive_ppm", terms(|t| t.proactive.ppm))
        .set("auto_enrollment", rules.enrollment.auto_enrollment, "BOOLEAN")
        .bigints("auto_ppm", terms(|t| t.auto_ppm))
        .int("auto_rate_bp", rules.enrollment.auto_rate.0)
        .bigints("opt_out_threshold", terms(|t| t.opt_out.threshold))
        .bigints("opt_out_ppm", terms(|t| t.opt_out.ppm))
        .ints("rate_bp", tables.enrollment.iter().map(|t| t.rate_bp))
        .int("escalation_increment_bp", rules.escalation.increment.0)
        .int("escalation_cap_bp", rules.escalation.cap.0);
    variables
}

/// A statement with the closed vocabularies in place of their names: bands, segments, and the codes of categories.
pub(super) fn vocabulary(sql: &str) -> String {
    fn band(value: &str, from: &[impl Display]) -> String {
        let reached: Vec<String> = from.iter().map(|bound| format!("({value} >= {bound})::INTEGER")).collect();
        reached.join(" + ")
    }
    let mut names = vec![
        ("LEVELS".to_owned(), LEVELS.to_string()),
        ("AGE_BANDS".to_owned(), AGE_BANDS.len().to_string()),
        ("TENURE_BANDS".to_owned(), TENURE_BANDS.len().to_string()),
        ("INCOME_SEGMENTS".to_owned(), INCOME_SEGMENTS.len().to_string()),
        ("AGE_BAND".to_owned(), band("age", &AGE_BAND_FROM)),
        ("TENURE_BAND".to_owned(), band("tenure", &TENURE_BAND_FROM)),
        ("AGE_SEGMENT".to_owned(), band("age", &AGE_SEGMENT_FROM)),
        ("INCOME_SEGMENT".to_owned(), band("pay_cents", &INCOME_SEGMENT_FROM_CENTS)),
    ];
    names.extend(Category::ALL.map(|category| (category.name().to_uppercase(), (category as u8).to_string())));
    names.iter().fold(sql.to_owned(), |sql, (name, value)| sql.replace(&format!("{{{name}}}"), value))
}

/// One year's facts by name, each as an SQL literal.
#[derive(Clone)]
pub(super) struct Facts {
    year: i32,
    literals: Vec<(&'static str, String)>,
}

impl Facts {
    /// What is known before the year begins. `hired_before` counts the run's earlier hires.
    pub fn new(year: i32, run: &RunSpec, tables: &Tables, plan: &YearPlan, hired_before: i64) -> Self {
        let cola_ppm = run.assumptions.raise.cola_ppm(year);
        let details = tables.levels.map(|level| quoted(&format!("merit {} ppm, COLA {cola_ppm} ppm", level.merit_ppm)));
        let first_year = year == run.start_year;
        let months: Vec<_> = (1..=12).map(|month| month_span(year, month)).collect();
        let choice_day = if first_year { day(year, 1, 15) } else { day(year, 6, 15) };
        let mut facts = Self { year, literals: Vec::new() };
        facts
            .set("simulation_year", year, "INTEGER")
            .set("first_day", quoted(&iso(first_of_year(year))), "DATE")
            .set("last_day", quoted(&iso(last_of_year(year))), "DATE")
            .set("promotion_day", quoted(&iso(day(year, 2, 1))), "DATE")
            .set("choice_day", quoted(&iso(choice_day)), "DATE")
            .set("month_start", list(months.iter().map(|&(first, _)| quoted(&iso(first)))), "DATE[]")
            .set("month_days", list(months.iter().map(|&(_, days)| days)), "INTEGER[]")
            .bigints("raise_ppm", tables.levels.iter().map(|level| level.merit_ppm + cola_ppm))
            .set("raise_details", list(details), "VARCHAR[]")
            .set("hired_before", hired_before, "BIGINT")
            .set("hires", plan.hires, "BIGINT")
            .set("new_hire_leavers", plan.new_hire_leavers, "BIGINT")
            .bigint("new_hire_termination_ppm", share_ppm(plan.new_hire_leavers, plan.hires));
        let by_choice = if first_year { Category::VoluntaryEnrollment } else { Category::YearOverYearConversion };
        let chance = |terms: &EnrollmentTerms| if first_year { terms.voluntary } else { terms.conversion };
        facts
            .set("choice_code", by_choice as u8, "INTEGER")
            .bigints("choice_threshold", tables.enrollment.iter().map(|terms| chance(terms).threshold));
        facts
    }

    /// The year that the facts are of.
    pub fn year(&self) -> i32 {
        self.year
    }

    /// Adds a fact.
    pub fn set(&mut self, name: &'static str, value: impl Display, sql_type: &str) -> &mut Self {
        self.literals.push((name, format!("({value}::{sql_type})")));
        self
    }

    /// Adds a fact that is a number.
    pub fn bigint(&mut self, name: &'static str, value: i64) -> &mut Self {
        self.set(name, value, "BIGINT")
    }

    /// Adds a fact that is a list of numbers.
    pub fn bigints(&mut self, name: &'static str, values: impl IntoIterator<Item = i64>) -> &mut Self {
        self.set(name, list(values), "BIGINT[]")
    }

    /// The statement with the year in its table's name and the facts in place of their names. A session variable comes to
    /// the same, since DuckDB folds it into the plan, but is a statement of its own to set.
    pub fn put_into(&self, sql: &str) -> String {
        let sql = vocabulary(sql).replace("{YEAR}", &self.year.to_string());
        self.literals.iter().fold(sql, |sql, (name, literal)| sql.replace(&format!("v('{name}')"), literal))
    }
}
