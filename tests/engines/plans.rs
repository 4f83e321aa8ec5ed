//! People and plans at random.

use planalign_bench::census::Census;
use planalign_bench::rules::assumptions::{
    Assumptions, Bands, Chances, Enrollment, Escalation, Hiring, IsoDay, Level, Levels, MonthDay, Promotion, Raise,
    RaiseRange, Segments, WeightedAge, Workforce,
};
use planalign_bench::rules::calendar::{first_of_year, month_span};
use planalign_bench::rules::run::RunSpec;
use planalign_bench::rules::tables::Tables;
use planalign_bench::rules::units::{BasisPoints, Cents, Ppm};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// A person's attributes before ids are given out: age, tenure in days, pay in dollars, deferral rate in basis points.
pub type Attributes = (i32, i32, i64, i32);

pub fn census_of(people: &[Attributes], run: &RunSpec) -> Census {
    let tables = Tables::new(&run.assumptions);
    let start = first_of_year(run.start_year);
    let (mut ids, mut ssns) = (Vec::new(), Vec::new());
    let mut census = Census::default();
    for (number, &(age, tenure_days, pay, deferral_bp)) in people.iter().enumerate() {
        // Some ids sort after the hires', some before; some people have no social security number.
        let prefix = ["EMP", "ZED"][number * 2 / people.len().max(1)];
        ids.push(format!("{prefix}_{number:05}"));
        ssns.push((number % 7 != 3).then_some("SSN-1"));
        census.birth_date.push(first_of_year(run.start_year - age) + number as i32 % 360);
        census.hire_date.push(start - 1 - tenure_days);
        census.level_id.push(tables.level_of_pay(pay * 100));
        census.compensation_cents.push(pay * 100);
        census.deferral_bp.push(deferral_bp);
        census.escalation_opt_out.push(number % 5 == 2);
    }
    Census { employee_id: ids.into(), employee_ssn: ssns.into(), ..census }
}

/// Assumptions that were trouble, or that leave something out.
pub fn named() -> impl Strategy<Value = Assumptions> {
    prop_oneof![
        3 => Just(""),
        1 => Just("[workforce]\ngrowth = -0.08"),
        1 => Just("[workforce]\ngrowth = 0.0\ntermination = 0.0"),
        1 => Just("[workforce]\ngrowth = 0.2\nnew_hire_termination = 0.1"),
        1 => Just("[workforce]\ntermination = 1.0\ngrowth = -1.0"),
        1 => Just("[enrollment]\nauto_enrollment = false\nproactive = [0.0, 0.0, 0.0, 0.0]\nvoluntary = { by_age = [0.0, 0.0, 0.0, 0.0], by_income = [1.0, 1.0, 1.0, 1.0] }\nconversion = { by_age = [0.0, 0.0, 0.0, 0.0], by_income = [1.0, 1.0, 1.0, 1.0] }"),
        1 => Just("[promotion]\nbase = 0.6\nraise_cap = 0.16\n[raise]\ncap_amount = 900\nmonth_weights = [1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]\ncola_by_year = { 2025 = 0.1 }"),
        1 => Just("[escalation]\nincrement = 0.03\ncap = 0.06\n[enrollment]\nopt_out = { by_age = [1.0, 1.0, 1.0, 1.0], by_income = [1.0, 1.0, 1.0, 1.0] }"),
    ]
    .prop_map(|toml| Assumptions::from_toml(toml).unwrap())
}

fn ppm(range: std::ops::RangeInclusive<i64>) -> impl Strategy<Value = Ppm> + Clone {
    // Zero and one are where a comparison goes wrong.
    let (low, high) = range.clone().into_inner();
    prop_oneof![4 => range, 1 => Just(0i64.clamp(low, high)), 1 => Just(1_000_000i64.clamp(low, high))].prop_map(Ppm)
}

fn chance() -> impl Strategy<Value = Ppm> + Clone {
    ppm(0..=1_000_000)
}

fn by_year(range: std::ops::RangeInclusive<i64>) -> impl Strategy<Value = BTreeMap<i32, Ppm>> {
    prop::collection::btree_map(2019i32..2033, ppm(range), 0..3)
}

/// Some numbers in ascending order, each once.
fn rising<T: Ord + Copy + std::fmt::Debug>(
    values: impl Strategy<Value = T>,
    number: impl Into<prop::collection::SizeRange>,
) -> impl Strategy<Value = Vec<T>> {
    prop::collection::btree_set(values, number).prop_map(|set: BTreeSet<T>| set.into_iter().collect())
}

fn workforce() -> impl Strategy<Value = Workforce> {
    let rates = || -250_000i64..=200_000;
    (ppm(rates()), by_year(rates()), ppm(0..=400_000), by_year(0..=400_000), ppm(0..=600_000), by_year(0..=600_000))
        .prop_map(|(growth, growths, termination, terminations, new_hire_termination, new_hires)| Workforce {
            growth,
            growth_by_year: growths,
            termination,
            termination_by_year: terminations,
            new_hire_termination,
            new_hire_termination_by_year: new_hires,
        })
}

fn levels() -> impl Strategy<Value = Levels> {
    let level = (0i64..20_000_000, ppm(0..=100_000), chance(), ppm(500_000..=1_500_000));
    (rising(20_000i64..400_000, 1..=9), prop::collection::vec(level, 9)).prop_map(|(pay, terms)| {
        let level = |(&dollars, &(width, merit, percentile, factor)): (&i64, &(i64, Ppm, Ppm, Ppm))| Level {
            name: "level".into(),
            pay_min: Cents(dollars * 100),
            pay_max: Cents(dollars * 100 + width),
            merit,
            hire_percentile: percentile,
            hire_market_factor: factor,
        };
        Levels(pay.iter().zip(&terms).map(level).collect())
    })
}

fn segments() -> impl Strategy<Value = Segments> {
    let array = |bounds: Vec<i32>| -> [i32; 3] { bounds.try_into().unwrap() };
    (
        rising(16i32..80, 3..=3),
        rising(16i32..80, 3..=3),
        rising(3_000_000i64..40_000_000, 3..=3),
        rising(1i32..10, 3..=3),
        rising(0i32..30, 2..=2),
    )
        .prop_map(move |(choice, auto, income, level, tenure)| Segments {
            choice_age_from: array(choice),
            auto_age_from: array(auto),
            income_from: <[i64; 3]>::try_from(income).unwrap().map(Cents),
            level_from: array(level),
            tenure_from: tenure.try_into().unwrap(),
        })
}

fn hiring(levels: usize) -> impl Strategy<Value = Hiring> {
    let age = (14i32..80, 1u32..50).prop_map(|(age, weight)| WeightedAge { age, weight });
    let shares = prop::collection::vec(0i64..=1_000_000, levels).prop_map(|mut shares| {
        shares[0] += i64::from(shares.iter().sum::<i64>() == 0);
        shares.into_iter().map(Ppm).collect::<Vec<_>>()
    });
    (prop::collection::vec(age, 1..6), ppm(0..=300_000), prop::option::of(shares))
        .prop_map(|(ages, pay_spread, level_shares)| Hiring { ages, pay_spread, level_shares })
}

fn range() -> impl Strategy<Value = RaiseRange> {
    (0i64..300_000, 0i64..200_000).prop_map(|(min, more)| RaiseRange { min: Ppm(min), max: Ppm(min + more) })
}

fn promotion(levels: usize, ages: usize, tenures: usize) -> impl Strategy<Value = Promotion> {
    (
        chance(),
        prop::collection::vec(ppm(0..=3_000_000), ages),
        prop::collection::vec(ppm(0..=3_000_000), tenures),
        ppm(0..=400_000),
        range(),
        prop::collection::btree_map(1..=levels as i32, range(), 0..=levels.min(3)),
        (ppm(50_000..=600_000), 10_000i64..20_000_000),
    )
        .prop_map(|(base, age_multipliers, tenure_multipliers, level_dampener, raise, raise_by_level, cap)| {
            Promotion {
                base,
                age_multipliers,
                tenure_multipliers,
                level_dampener,
                raise_min: raise.min,
                raise_max: raise.max,
                raise_by_level,
                raise_cap: cap.0,
                raise_cap_amount: Cents(cap.1),
                ..Promotion::default()
            }
        })
}

fn raise() -> impl Strategy<Value = Raise> {
    (ppm(0..=100_000), by_year(0..=200_000), prop::collection::vec(0u32..4, 12), ppm(0..=500_000), 0i64..5_000_000)
        .prop_map(|(cola, cola_by_year, mut months, cap, cap_cents)| {
            // January, February and June are where other events are.
            months[1] += 1;
            let month_weights = months.try_into().unwrap();
            Raise { cola, cola_by_year, month_weights, cap, cap_amount: Cents(cap_cents) }
        })
}

fn chances() -> impl Strategy<Value = Chances> {
    let factor = || ppm(0..=1_600_000);
    (
        prop::array::uniform4(chance()),
        prop::array::uniform4(factor()),
        prop::array::uniform4(factor()),
        prop::array::uniform3(factor()),
    )
        .prop_map(|(by_age, by_income, by_level, by_tenure)| Chances { by_age, by_income, by_level, by_tenure })
}

fn days() -> impl Strategy<Value = i32> {
    // 17 days after 15 January is the day of promotions.
    prop_oneof![4 => 0i32..120, 1 => Just(17), 1 => Just(365)]
}

fn hired_from() -> impl Strategy<Value = Option<IsoDay>> {
    prop::option::of((1990i32..2031).prop_map(|year| IsoDay(first_of_year(year) + 40)))
}

fn enrollment() -> impl Strategy<Value = Enrollment> {
    let rate = || (0i64..2_000).prop_map(BasisPoints);
    (
        (chances().boxed(), chances().boxed(), chances().boxed(), chances().boxed()),
        (prop::array::uniform4(rate()), prop::array::uniform4(prop::array::uniform4(rate())), rate()),
        (0i32..60, 0i32..60, days(), days()),
        (prop::bool::weighted(0.8), hired_from()),
    )
        .prop_map(|(chances, rates, days, auto)| Enrollment {
            voluntary: chances.0,
            conversion: chances.1,
            proactive: chances.2,
            opt_out: chances.3,
            conversion_rates: rates.0,
            rates: rates.1,
            auto_rate: rates.2,
            proactive_days: [days.0, days.0 + days.1],
            auto_window_days: days.2,
            opt_out_grace_days: days.3,
            auto_enrollment: auto.0,
            auto_hired_from: auto.1,
        })
}

fn escalation() -> impl Strategy<Value = Escalation> {
    let any_day = (1i32..=12, 0i32..31)
        .prop_map(|(month, day)| MonthDay { month, day_of_month: 1 + day % month_span(2023, month).1 });
    let promotion_day = MonthDay { month: 2, day_of_month: 1 };
    let day = prop_oneof![any_day, Just(promotion_day), Just(MonthDay { month: 1, day_of_month: 1 })];
    (prop::bool::weighted(0.8), day, 0i64..500, 0i64..2_000, hired_from(), 0i32..4).prop_map(
        |(enabled, day, increment, cap, hired_from, delay_years)| Escalation {
            enabled,
            day,
            increment: BasisPoints(increment),
            cap: BasisPoints(cap),
            hired_from,
            delay_years,
        },
    )
}

/// Any plan that the rules can express, with what is interesting made likely.
pub fn any_plan() -> impl Strategy<Value = Assumptions> {
    (levels().boxed(), rising(0i32..90, 0..=8), rising(0i32..40, 0..=6)).prop_flat_map(
        |(levels, age_from, tenure_from)| {
            let (number, ages, tenures) = (levels.0.len(), age_from.len() + 1, tenure_from.len() + 1);
            let bands = Bands { age_from, tenure_from, ..Bands::default() };
            // Boxed, or the trees of values outgrow a test's stack.
            (
                (Just(levels), Just(bands), workforce().boxed(), segments().boxed()),
                (
                    hiring(number).boxed(),
                    promotion(number, ages, tenures).boxed(),
                    raise().boxed(),
                    enrollment().boxed(),
                    escalation().boxed(),
                ),
            )
                .prop_map(
                    |((levels, bands, workforce, segments), (hiring, promotion, raise, enrollment, escalation))| {
                        Assumptions {
                            workforce,
                            levels,
                            bands,
                            segments,
                            hiring,
                            promotion,
                            raise,
                            enrollment,
                            escalation,
                        }
                    },
                )
        },
    )
}
