//! The year's events from the timeline: one narrow selection per kind of event, put in canonical order, then dressed.

use super::expr::{decimal, event_ids, int, lookup, typed};
use super::year::{Year, date};
use crate::events::schema::{EVENT_COLUMNS, Kind};
use crate::rules::identity::EventIds;
use crate::rules::units::MILLION;
use crate::rules::vocabulary::Category;
use polars::prelude::*;

/// One kind of event: whose it is, and its columns. What a kind does not have stays missing.
struct Events {
    happens: Expr,
    category_code: Expr,
    sequence: Expr,
    date: Expr,
    level_id: Expr,
    pay_cents: Expr,
    previous_pay_cents: Option<Expr>,
    /// Previous and new deferral rate.
    rates_bp: Option<(Expr, Expr)>,
    ppm: Expr,
    details: Expr,
}

impl Events {
    fn select(self, timeline: &LazyFrame) -> LazyFrame {
        let or_null = |value: Option<Expr>| value.unwrap_or(lit(NULL).cast(DataType::Int64));
        let (previous_rate, rate) = self.rates_bp.unzip();
        timeline.clone().filter(self.happens).select([
            col("row"),
            self.sequence.cast(DataType::Int32).alias("event_sequence"),
            self.category_code.alias("category_code"),
            self.date.cast(DataType::Int32).cast(DataType::Date).alias("effective_date"),
            self.details.alias("event_details"),
            self.pay_cents.alias("pay_cents"),
            or_null(self.previous_pay_cents).alias("previous_pay_cents"),
            or_null(rate).alias("rate_bp"),
            or_null(previous_rate).alias("previous_rate_bp"),
            self.level_id.cast(DataType::Int32).alias("level_id"),
            self.ppm.alias("ppm"),
        ])
    }
}

fn text(parts: &[Expr]) -> Expr {
    let parts: Vec<Expr> = parts.iter().map(|part| part.clone().cast(DataType::String)).collect();
    concat_str(parts, "", false)
}

/// One text for every row, as an enum of it alone.
fn constant(text: &str) -> PolarsResult<Expr> {
    Ok(lit(text).cast(DataType::from_frozen_categories(FrozenCategories::new([text])?)))
}

/// A lookup of fixed texts as an enum column.
fn enumerated<'a>(texts: impl IntoIterator<Item = &'a str> + Clone, index: Expr) -> PolarsResult<Expr> {
    // The enum's categories must be unique; a text may stand at several indices (event types of categories).
    let mut unique: Vec<&str> = Vec::new();
    for text in texts.clone() {
        if !unique.contains(&text) {
            unique.push(text);
        }
    }
    let dtype = DataType::from_frozen_categories(FrozenCategories::new(unique)?);
    let values: Vec<&str> = texts.into_iter().collect();
    Ok(lit(Series::new(PlSmallStr::EMPTY, values).cast(&dtype)?).gather(index, false))
}

impl Year<'_> {
    /// All events of the year in canonical order, with the columns of the schema.
    ///
    /// `timeline` has the row number in `row`.
    pub fn events(&self, timeline: &LazyFrame, ids: EventIds) -> PolarsResult<LazyFrame> {
        let kinds: Vec<LazyFrame> = self.kinds().into_iter().map(|kind| kind.select(timeline)).collect();
        let order = SortMultipleOptions::default();
        let ordered = concat(kinds, UnionArgs { maintain_order: false, ..UnionArgs::default() })?
            .with_column(
                (col("row").cast(DataType::UInt64) * typed(16u64) + col("event_sequence").cast(DataType::UInt64))
                    .alias("key"),
            )
            .sort(["key"], order);
        let people = timeline
            .clone()
            .select(["employee_id", "employee_ssn", "age", "tenure", "age_band", "tenure_band"].map(col))
            .gather(ordered.clone().select([col("row")]), false);
        let events = concat_lf_horizontal([ordered, people], HConcatOptions::default())?;
        let category = |name: fn(Category) -> &'static str| {
            enumerated(Category::ALL.map(name), col("category_code").cast(DataType::UInt32) - typed(1u32))
        };
        let run = self.run;
        let columns = EVENT_COLUMNS.map(|column| -> PolarsResult<Expr> {
            let value = match column.name {
                "event_id" => event_ids(ids, self.year),
                "scenario_id" => constant(&run.scenario_id)?,
                "plan_design_id" => constant(&run.plan_design_id)?,
                "event_type" => category(Category::event_type)?,
                "event_category" => category(Category::name)?,
                "simulation_year" => typed(self.year),
                "compensation_amount" => col("pay_cents"),
                "previous_compensation" => col("previous_pay_cents"),
                "employee_deferral_rate" => col("rate_bp"),
                "prev_employee_deferral_rate" => col("previous_rate_bp"),
                "employee_age" => col("age").cast(DataType::Int32),
                "employee_tenure" => col("tenure").cast(DataType::Int32),
                "age_band" => enumerated(self.tables.age_bands.names(), col("age_band"))?,
                "tenure_band" => enumerated(self.tables.tenure_bands.names(), col("tenure_band"))?,
                "event_probability" => col("ppm"),
                same_name => col(same_name),
            };
            let value = match column.kind {
                Kind::Decimal { precision, scale } => decimal(value, precision.into(), scale.into()),
                Kind::Text | Kind::Int | Kind::Date => value,
            };
            Ok(value.alias(column.name))
        });
        Ok(events.select(columns.into_iter().collect::<PolarsResult<Vec<_>>>()?))
    }

    fn kinds(&self) -> [Events; 7] {
        let code = |category: Category| typed(category as u8);
        let pay = col("compensation_cents");
        let raises = &self.run.assumptions.raise;
        let raise_details: Vec<String> = self
            .tables
            .levels
            .iter()
            .map(|level| format!("merit {} ppm, COLA {} ppm", level.merit_ppm, raises.cola_ppm(self.year)))
            .collect();
        let escalation_day = date(self.escalation_day());
        // Before the first day of a year, and of hires, nothing has changed.
        let (escalates_later, employees_opt_out) =
            (self.escalation_day() > self.first_day(), self.tables.auto_scope.employees_from.is_some());
        let level_before = |day: Expr| {
            when(col("is_promoted").and(date(self.promotion_day()).lt(day)))
                .then(col("final_level_id"))
                .otherwise(col("level_id"))
        };
        [
            Events {
                happens: col("is_hire"),
                category_code: code(Category::Hiring),
                sequence: int(1),
                date: col("hire_date"),
                level_id: col("level_id"),
                pay_cents: pay.clone(),
                previous_pay_cents: None,
                rates_bp: None,
                ppm: int(MILLION),
                details: text(&[lit("hired at level "), col("level_id")]),
            },
            Events {
                happens: col("escalates"),
                category_code: code(Category::DeferralEscalation),
                sequence: if escalates_later { col("escalation_sequence") } else { int(1) },
                date: escalation_day.clone(),
                level_id: if escalates_later { level_before(escalation_day.clone()) } else { col("level_id") },
                pay_cents: if escalates_later { self.pay_before(escalation_day) } else { pay.clone() },
                previous_pay_cents: None,
                rates_bp: Some((col("deferral_bp"), col("escalated_rate_bp"))),
                ppm: int(MILLION),
                details: text(&[
                    lit("deferral "),
                    col("deferral_bp"),
                    lit(" to "),
                    col("escalated_rate_bp"),
                    lit(" bp"),
                ]),
            },
            Events {
                happens: col("is_promoted"),
                category_code: code(Category::Promotion),
                sequence: col("promotion_sequence"),
                date: date(self.promotion_day()),
                level_id: col("final_level_id"),
                pay_cents: col("promoted_pay_cents"),
                previous_pay_cents: Some(col("early_pay_cents")),
                rates_bp: None,
                ppm: col("promotion_ppm"),
                details: text(&[
                    lit("level "),
                    col("level_id"),
                    lit(" to "),
                    col("final_level_id"),
                    lit(", raise "),
                    col("promotion_raise_ppm"),
                    lit(" ppm"),
                ]),
            },
            Events {
                happens: col("raise_date").is_not_null(),
                category_code: code(Category::Raise),
                sequence: col("raise_sequence"),
                date: col("raise_date"),
                level_id: col("raise_level_id"),
                pay_cents: when(col("raised_early")).then(col("early_pay_cents")).otherwise(col("final_pay_cents")),
                previous_pay_cents: Some(
                    when(col("raised_early")).then(pay.clone()).otherwise(col("promoted_pay_cents")),
                ),
                rates_bp: None,
                ppm: int(MILLION),
                details: lookup(raise_details, col("raise_level_id") - int(1)),
            },
            Events {
                happens: col("enrolls"),
                category_code: col("enrollment_code"),
                sequence: col("enrollment_sequence"),
                date: col("new_enrollment_date"),
                level_id: level_before(col("new_enrollment_date")),
                pay_cents: self.pay_before(col("new_enrollment_date")),
                previous_pay_cents: None,
                rates_bp: Some((col("deferral_bp"), col("enrollment_rate_bp"))),
                ppm: col("enrollment_ppm"),
                details: text(&[lit("enrolled at "), col("enrollment_rate_bp"), lit(" bp")]),
            },
            Events {
                happens: col("opts_out"),
                category_code: code(Category::EnrollmentOptOut),
                sequence: if employees_opt_out { col("opt_out_sequence") } else { int(3) },
                date: col("opt_out_date"),
                level_id: if employees_opt_out { level_before(col("opt_out_date")) } else { col("level_id") },
                pay_cents: if employees_opt_out { self.pay_before(col("opt_out_date")) } else { pay },
                previous_pay_cents: None,
                rates_bp: Some((col("enrollment_rate_bp"), int(0))),
                ppm: col("opt_out_ppm"),
                details: text(&[lit("opted out of "), col("enrollment_rate_bp"), lit(" bp")]),
            },
            Events {
                happens: col("termination_date").is_not_null(),
                category_code: when(col("is_hire"))
                    .then(code(Category::NewHireTermination))
                    .otherwise(code(Category::Termination)),
                sequence: col("termination_sequence"),
                date: col("termination_date"),
                level_id: col("final_level_id"),
                pay_cents: col("final_pay_cents"),
                previous_pay_cents: None,
                rates_bp: None,
                ppm: col("termination_ppm"),
                details: when(col("is_hire"))
                    .then(text(&[lit("left "), col("termination_date") - col("hire_date"), lit(" days after hire")]))
                    .otherwise(text(&[lit("left at level "), col("final_level_id")])),
            },
        ]
    }

    /// Pay in force when a day begins.
    fn pay_before(&self, day: Expr) -> Expr {
        let raised = col("raise_date").lt(day.clone()).fill_null(lit(false));
        let promotion_passed = date(self.promotion_day()).lt(day);
        when(promotion_passed.clone().and(raised.clone()))
            .then(col("final_pay_cents"))
            .when(promotion_passed)
            .then(col("promoted_pay_cents"))
            .when(raised)
            .then(col("early_pay_cents"))
            .otherwise(col("compensation_cents"))
    }
}
