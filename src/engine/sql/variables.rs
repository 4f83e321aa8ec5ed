//! What the SQL files read as `v('name')`: assumptions are DuckDB session variables, the year's facts literals.

use crate::rules::calendar::{Day, day, first_of_year, iso, last_of_year, month_span};
use crate::rules::plan::YearPlan;
use crate::rules::run::RunSpec;
use crate::rules::tables::{EnrollmentTerms, GROUPS, LevelTerms, Tables};
use crate::rules::units::share_ppm;
use crate::rules::vocabulary::{Category, LEVEL_SEGMENTS, PROMOTION_AGE_BELOW, TENURE_SEGMENTS};
use std::fmt::Display;
use std::fmt::Write as _;
use std::sync::Arc;

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

    fn day(&mut self, name: &str, day: Day) -> &mut Self {
        self.set(name, quoted(&iso(day)), "DATE")
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
    let levels = |field: fn(&LevelTerms) -> i64| tables.levels.iter().map(field);
    let terms = |field: fn(&EnrollmentTerms) -> i64| tables.enrollment.iter().map(field);
    let [proactive_from, proactive_to] = rules.enrollment.proactive_days;
    // Nobody was hired before the first day, from which on everybody is.
    let everybody = first_of_year(1);
    variables
        .vocabulary("event_types", &Category::ALL.map(Category::event_type))
        .vocabulary("event_categories", &Category::ALL.map(Category::name))
        .vocabulary("age_bands", &tables.age_bands.names())
        .vocabulary("tenure_bands", &tables.tenure_bands.names())
        .set("scenario_id", quoted(&run.scenario_id), &enum_type(&[&run.scenario_id]))
        .set("plan_design_id", quoted(&run.plan_design_id), &enum_type(&[&run.plan_design_id]))
        .ints("hire_age", tables.hire_age.iter().copied())
        .bigints("hire_point_cents", levels(|level| level.hire_point_cents))
        .bigint("pay_spread_ppm", rules.hiring.pay_spread.0)
        .bigints("promotion_threshold", tables.promotion.iter().map(|chance| chance.threshold))
        .bigints("promotion_ppm", tables.promotion.iter().map(|chance| chance.ppm))
        .bigints("promotion_raise_min_ppm", levels(|level| level.promotion_raise_min_ppm))
        .bigints("promotion_raise_choices", levels(|level| level.promotion_raise_choices))
        .bigint("promotion_cap_ppm", rules.promotion.raise_cap.0)
        .bigint("promotion_cap_cents", rules.promotion.raise_cap_amount.0)
        .ints("raise_month", tables.raise_month.iter().copied())
        .bigint("raise_cap_ppm", rules.raise.cap.0)
        .bigint("raise_cap_cents", rules.raise.cap_amount.0)
        .bigints("voluntary_ppm", terms(|t| t.voluntary.ppm))
        .bigints("conversion_ppm", terms(|t| t.conversion.ppm))
        .bigints("proactive_ppm", terms(|t| t.proactive.ppm))
        .int("proactive_from", proactive_from)
        .bigint("proactive_days", i64::from(proactive_to - proactive_from + 1))
        .ints("rate_bp", tables.enrollment.iter().map(|t| t.rate_bp))
        .ints("conversion_rate_bp", tables.enrollment.iter().map(|t| t.conversion_rate_bp))
        .set("auto_hires", tables.auto_scope.hires_from.is_some(), "BOOLEAN")
        .set("auto_employees", tables.auto_scope.employees_from.is_some(), "BOOLEAN")
        .day("auto_hired_from", tables.auto_scope.hires_from.unwrap_or(everybody))
        .int("auto_window_days", rules.enrollment.auto_window_days)
        .int("auto_rate_bp", rules.enrollment.auto_rate.0)
        .int("opt_out_grace_days", rules.enrollment.opt_out_grace_days)
        .bigints("opt_out_ppm", tables.opt_out.iter().map(|chance| chance.ppm))
        .set("escalation", rules.escalation.enabled, "BOOLEAN")
        .day("escalation_hired_from", rules.escalation.hired_from.map_or(everybody, |from| from.0))
        .int("escalation_increment_bp", rules.escalation.increment.0)
        .int("escalation_cap_bp", rules.escalation.cap.0);
    variables
}

/// What stands in statements for names in braces: numbers of bands and levels, how to find a band or segment, and the codes
/// of categories.
#[derive(Clone)]
pub(super) struct Vocabulary(Arc<Vec<(String, String)>>);

impl Vocabulary {
    /// That of a run.
    pub fn new(tables: &Tables) -> Self {
        // How many lower bounds a value reaches.
        fn band(value: &str, from: &[impl Display]) -> String {
            let reached = from.iter().map(|bound| format!("({value} >= {bound})::INTEGER"));
            std::iter::once("0".to_owned()).chain(reached).collect::<Vec<_>>().join(" + ")
        }
        let levels = tables.levels.len();
        let of_each_level =
            |column: &dyn Fn(usize) -> String| -> String { (1..=levels).map(column).collect::<Vec<_>>().join(", ") };
        let below = (1..levels).map(|level| format!("(ordinal > v('hires_up_to_level')[{level}])::INTEGER"));
        let segments = &tables.segments;
        // Nobody reaches a bound above the highest level.
        let reached = &segments.level[..segments.level.partition_point(|&from| from as usize <= levels)];
        let mut names: Vec<(String, String)> = [
            ("LEVELS", levels.to_string()),
            ("PROMOTION_AGE_BELOW", PROMOTION_AGE_BELOW.to_string()),
            ("HEADCOUNT_OF_EACH_LEVEL", of_each_level(&|level| format!("count(*) FILTER (level_id = {level})"))),
            (
                "HIGHEST_KEY_OF_EACH_LEVEL",
                of_each_level(&|level| format!("coalesce(max(key) FILTER (level_id = {level}), 0)")),
            ),
            ("LEVELS_BELOW", std::iter::once("0".to_owned()).chain(below).collect::<Vec<_>>().join(" + ")),
            ("AGE_BANDS", tables.age_bands.labels.len().to_string()),
            ("TENURE_BANDS", tables.tenure_bands.labels.len().to_string()),
            ("AGE_BAND", band("age", &tables.age_bands.from)),
            ("TENURE_BAND", band("tenure", &tables.tenure_bands.from)),
            ("CHOICE_AGE_SEGMENT", band("age", &segments.choice_age)),
            ("AUTO_AGE_SEGMENT", band("age", &segments.auto_age)),
            ("INCOME_SEGMENT", band("pay_cents", &segments.income_cents)),
            ("LEVEL_SEGMENT", band("level_id", reached)),
            ("TENURE_SEGMENT", band("tenure", &segments.tenure)),
            ("LEVEL_SEGMENTS", LEVEL_SEGMENTS.to_string()),
            ("TENURE_SEGMENTS", TENURE_SEGMENTS.to_string()),
            ("GROUPS", GROUPS.to_string()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        names.extend(Category::ALL.map(|category| (category.name().to_uppercase(), (category as u8).to_string())));
        Self(Arc::new(names))
    }

    /// The statement with everything in place of its name.
    pub fn put_into(&self, sql: &str) -> String {
        self.0.iter().fold(sql.to_owned(), |sql, (name, value)| sql.replace(&format!("{{{name}}}"), value))
    }
}

/// One year's facts by name, each as an SQL literal.
#[derive(Clone)]
pub(super) struct Facts {
    year: i32,
    vocabulary: Vocabulary,
    literals: Vec<(&'static str, String)>,
    /// Pieces of statements by their names in braces.
    pieces: Vec<(&'static str, String)>,
}

impl Facts {
    /// What is known before the year begins. `hired_before` counts the run's earlier hires.
    pub fn new(year: i32, run: &RunSpec, tables: &Tables, plan: &YearPlan, hired_before: i64) -> Self {
        let escalation = &run.assumptions.escalation;
        let cola_ppm = run.assumptions.raise.cola_ppm(year);
        let merits = tables.levels.iter().map(|level| level.merit_ppm);
        let details = merits.map(|merit_ppm| quoted(&format!("merit {merit_ppm} ppm, COLA {cola_ppm} ppm")));
        let first_year = year == run.start_year;
        let months: Vec<_> = (1..=12).map(|month| month_span(year, month)).collect();
        let choice_day = if first_year { day(year, 1, 15) } else { day(year, 6, 15) };
        let mut facts = Self { year, vocabulary: Vocabulary::new(tables), literals: Vec::new(), pieces: Vec::new() };
        facts
            .set("simulation_year", year, "INTEGER")
            .set("first_day", quoted(&iso(first_of_year(year))), "DATE")
            .set("last_day", quoted(&iso(last_of_year(year))), "DATE")
            .set("promotion_day", quoted(&iso(day(year, 2, 1))), "DATE")
            .set("choice_day", quoted(&iso(choice_day)), "DATE")
            .set("auto_day", quoted(&iso(day(year, 1, 15))), "DATE")
            .set("escalation_day", quoted(&iso(escalation.day.of(year))), "DATE")
            .set("enrolled_before", quoted(&iso(escalation.enrolled_before(year))), "DATE")
            .set("month_start", list(months.iter().map(|&(first, _)| quoted(&iso(first)))), "DATE[]")
            .set("month_days", list(months.iter().map(|&(_, days)| days)), "INTEGER[]")
            .bigints("raise_ppm", tables.levels.iter().map(|level| level.merit_ppm + cola_ppm))
            .set("raise_details", list(details), "VARCHAR[]")
            .set("hired_before", hired_before, "BIGINT")
            .set("hires", plan.hires, "BIGINT")
            .set("new_hire_leavers", plan.new_hire_leavers, "BIGINT")
            .bigint("new_hire_termination_ppm", share_ppm(plan.new_hire_leavers, plan.hires));
        let by_choice = if first_year { Category::VoluntaryEnrollment } else { Category::YearOverYearConversion };
        // By name: as a list of its own the table would be read and planned in each statement.
        let chances = if first_year { "getvariable('voluntary_ppm')" } else { "getvariable('conversion_ppm')" };
        facts.set("choice_code", by_choice as u8, "INTEGER").set("choice_ppm", chances, "BIGINT[]");
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

    /// Says where the year's hires belong: before the person at a position, or behind everybody, which is the rule. The state
    /// is then named once, as planning it twice takes a millisecond.
    pub fn place_hires(&mut self, position: Option<i64>) -> &mut Self {
        let (before, after) = position.map_or_else(Default::default, |position| {
            let after = format!("UNION ALL\n    SELECT *, false AS is_hire FROM state WHERE position >= {position}");
            (format!("WHERE position < {position}"), after)
        });
        self.pieces.extend([("BEFORE_HIRES", before), ("AND_AFTER_HIRES", after)]);
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
        let sql = self.vocabulary.put_into(sql).replace("{YEAR}", &self.year.to_string());
        let sql = self.pieces.iter().fold(sql, |sql, (name, piece)| sql.replace(&format!("{{{name}}}"), piece));
        self.literals.iter().fold(sql, |sql, (name, literal)| sql.replace(&format!("v('{name}')"), literal))
    }
}
