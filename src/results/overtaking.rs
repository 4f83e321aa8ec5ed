//! From which size on one mode overtakes another: where the ratio of their times crosses one.

use super::comparison::{ModeComparison, compare_on};
use super::group::{Basis, Group};
use super::names::describe;
use super::reading::Results;
use crate::engine::Mode;
use crate::figures::count;
use crate::record::benchmark::Benchmark;
use crate::record::key::Conditions;
use crate::scenario::SCALING;
use crate::stats::{Crossing, Estimate, Interval, certain_sign, crossings, on_axis};
use serde::Serialize;

/// Which time is compared over the sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Timed {
    /// Generation alone.
    ExecutionTime,
    /// Everything from the start of the engine to its written files.
    WholeRun,
}

/// Two modes over the sizes that both were measured at, under one set of conditions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overtaking {
    /// Which time.
    pub time: Timed,
    /// Seed, threads, and where the people came from, in words: the same for all sizes.
    pub conditions: String,
    /// What the times are.
    pub basis: Basis,
    /// `basis` in words.
    pub basis_words: &'static str,
    /// The two modes; ratios are the first one's time over the second one's.
    pub modes: [Mode; 2],
    /// Smallest first.
    pub sizes: Vec<Size>,
    /// Where one overtakes the other, smallest first.
    pub crossings: Vec<Overtakes>,
    /// The mode that is faster at every size, if one certainly is.
    pub faster_everywhere: Option<Mode>,
    /// All of it in words.
    pub words: String,
}

/// The ratio of two modes' times at one size.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Size {
    /// Name of the group.
    pub scenario: String,
    /// Employees on 1 January of the start year.
    pub people: usize,
    /// Employees times years.
    pub person_years: f64,
    /// The first mode's time over the second one's, with its 95 % interval.
    pub ratio: Estimate,
    /// The faster mode, if the interval excludes a tie.
    pub faster: Option<Mode>,
}

/// A size at which one mode overtakes the other.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overtakes {
    /// The faster one below it.
    pub faster_below: Mode,
    /// The faster one above it.
    pub faster_above: Mode,
    /// The size in employees times years.
    pub person_years: Estimate,
    /// The size in employees; absent where the sizes in employees are not in the same order.
    pub people: Option<Estimate>,
}

/// Every pair of modes that have two or more sizes in common, by execution time and by whole run; the base first in its
/// pairs.
pub fn overtaking(results: &Results, base: Mode) -> Vec<Overtaking> {
    let mut sets: Vec<(Conditions, Vec<&Group>)> = Vec::new();
    for group in &results.groups {
        // The mode is what differs here.
        let alike = Benchmark { mode: base, ..group.modes[0].benchmark.clone() };
        let Some(conditions) = Conditions::of(&alike, &group.machine) else { continue };
        match sets.iter_mut().find(|(known, _)| *known == conditions) {
            Some((_, groups)) => groups.push(group),
            None => sets.push((conditions, vec![group])),
        }
    }
    sets.retain(|(_, groups)| groups.len() > 1);
    let of = |conditions: &Conditions, groups: &[&Group]| match groups[0].modes[0].benchmark.scenario.as_str() {
        SCALING => format!("{SCALING}, {}", conditions.words()),
        _ => conditions.words(),
    };
    let all_words: Vec<String> = sets.iter().map(|(conditions, groups)| of(conditions, groups)).collect();
    let mut found = Vec::new();
    for (conditions, groups) in &mut sets {
        groups.sort_by(|a, b| person_years(a).total_cmp(&person_years(b)));
        // Of two works of one size neither is the larger: the one that is named first stands for it.
        groups.dedup_by(|later, first| person_years(later) == person_years(first));
        let mut words = of(conditions, groups);
        if all_words.iter().filter(|other| **other == words).count() > 1 {
            words = format!("{words}, {}", describe(&conditions.machine));
        }
        for time in [Timed::ExecutionTime, Timed::WholeRun] {
            for modes in pairs(groups, base) {
                found.extend(over(groups, modes, time, &words));
            }
        }
    }
    found
}

fn person_years(group: &Group) -> f64 {
    group.modes[0].benchmark.person_years()
}

fn pairs(groups: &[&Group], base: Mode) -> Vec<[Mode; 2]> {
    let mut modes: Vec<Mode> =
        groups.iter().flat_map(|group| group.comparable().map(|results| results.benchmark.mode)).collect();
    modes.sort_by_key(|mode| (*mode != base, *mode));
    modes.dedup();
    modes.iter().enumerate().flat_map(|(index, a)| modes[index + 1..].iter().map(move |b| [*a, *b])).collect()
}

/// Two modes over sizes in rising order, on the best basis that two or more sizes have; `None` if there is none.
fn over(groups: &[&Group], modes: [Mode; 2], time: Timed, conditions: &str) -> Option<Overtaking> {
    let bases: &[Basis] = match time {
        Timed::ExecutionTime => &Basis::OF_EXECUTION,
        Timed::WholeRun => &[Basis::WholeRun],
    };
    let on = |basis: &Basis| {
        let found = groups.iter().filter_map(|group| Some((*group, compare_on(group, modes[0], modes[1], *basis)?)));
        let found: Vec<(&Group, ModeComparison)> = found.collect();
        (found.len() >= 2).then_some((*basis, found))
    };
    let (basis, found) = bases.iter().find_map(on)?;
    let sizes: Vec<Size> = found.iter().map(|(group, compared)| size(group, compared)).collect();
    let logs: Vec<Estimate> = sizes.iter().map(|size| logarithm(&size.ratio)).collect();
    let found = crossings(&logs);
    let all = |mode: Mode| sizes.iter().all(|size| size.faster == Some(mode)).then_some(mode);
    let mut overtaking = Overtaking {
        time,
        conditions: conditions.to_owned(),
        basis,
        basis_words: basis.words(),
        modes,
        crossings: found.iter().filter_map(|crossing| overtakes(crossing, modes, &sizes)).collect(),
        faster_everywhere: all(modes[0]).or(all(modes[1])),
        words: String::new(),
        sizes,
    };
    let open = |index: usize| {
        let within = |crossing: &Crossing| crossing.between.0 < index && index < crossing.between.1;
        certain_sign(&logs[index]).is_none() && !found.iter().any(within)
    };
    let open: Vec<usize> = (0..logs.len()).filter(|index| open(*index)).collect();
    overtaking.words = overtaking.in_words(&open);
    Some(overtaking)
}

fn logarithm(ratio: &Estimate) -> Estimate {
    Estimate { value: ratio.value.ln(), interval: ratio.interval.and_then(|interval| interval.map(f64::ln)) }
}

fn size(group: &Group, compared: &ModeComparison) -> Size {
    let benchmark = &group.modes[0].benchmark;
    Size {
        scenario: group.name.clone(),
        people: benchmark.employees,
        person_years: benchmark.person_years(),
        ratio: Estimate { value: compared.speedup, interval: compared.speedup_interval },
        faster: compared.winner,
    }
}

fn overtakes(crossing: &Crossing, modes: [Mode; 2], sizes: &[Size]) -> Option<Overtakes> {
    // A ratio that falls from above one: the first mode was the slower one.
    let [faster_above, faster_below] = if crossing.falls { modes } else { [modes[1], modes[0]] };
    let on = |axis: &[f64]| -> Option<Estimate> {
        let interval = Interval::new(on_axis(axis, crossing.interval.lower)?, on_axis(axis, crossing.interval.upper)?)?;
        Some(Estimate { value: on_axis(axis, crossing.position)?, interval: Some(interval) })
    };
    let people: Vec<f64> = sizes.iter().map(|size| size.people as f64).collect();
    let person_years = on(&sizes.iter().map(|size| size.person_years).collect::<Vec<_>>())?;
    let people = if people.is_sorted() { on(&people) } else { None };
    Some(Overtakes { faster_below, faster_above, person_years, people })
}

impl Overtaking {
    /// `open` are the sizes that do not decide, apart from those that a crossing lies among.
    fn in_words(&self, open: &[usize]) -> String {
        if let Some(mode) = self.faster_everywhere {
            return format!("{mode} is faster at every measured size, {}", self.span(0, self.sizes.len() - 1));
        }
        let mut parts: Vec<String> = self.crossings.iter().map(Overtakes::words).collect();
        if self.crossings.is_empty() {
            // All that is certain is certain on one side.
            let certain: Vec<usize> = (0..self.sizes.len()).filter(|at| self.sizes[*at].faster.is_some()).collect();
            let runs = certain.chunk_by(|a, b| a + 1 == *b).map(|run| self.span(run[0], run[run.len() - 1]));
            if let Some(mode) = certain.first().and_then(|at| self.sizes[*at].faster) {
                parts.push(format!("{mode} is faster at {}", runs.collect::<Vec<_>>().join(" and ")));
            }
        }
        for run in open.chunk_by(|a, b| a + 1 == *b) {
            let between = if run.len() > 1 { "between" } else { "at" };
            let span = self.span(run[0], run[run.len() - 1]).replace(" to ", " and ");
            parts.push(format!("undecided {between} {span}"));
        }
        parts.join("; ")
    }

    /// Sizes in words: in people, or where the years differ in person-years, for then people alone are no size.
    fn span(&self, first: usize, last: usize) -> String {
        let years = |size: &Size| size.person_years / size.people.max(1) as f64;
        let same_years = self.sizes.iter().all(|size| years(size) == years(&self.sizes[0]));
        let unit = if same_years { "people" } else { "person-years" };
        let of = |at: usize| {
            let size = &self.sizes[at];
            count(if same_years { size.people as f64 } else { size.person_years })
        };
        if first == last { format!("{} {unit}", of(first)) } else { format!("{} to {} {unit}", of(first), of(last)) }
    }
}

impl Overtakes {
    fn words(&self) -> String {
        let of = |estimate: &Estimate, unit: &str| {
            let interval =
                estimate.interval.map_or_else(String::new, |i| format!(" ({} to {})", count(i.lower), count(i.upper)));
            format!("{} {unit}{interval}", count(estimate.value))
        };
        let people = self.people.as_ref().map_or_else(String::new, |people| format!("{}, ", of(people, "people")));
        let years = of(&self.person_years, "person-years");
        format!("{} overtakes {} at {people}{years}", self.faster_above, self.faster_below)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::examples::session;

    fn own() -> Mode {
        crate::results::examples::own("ours")
    }

    /// Two modes at sizes: people, and the times of both.
    fn results(sizes: &[(usize, f64, f64)]) -> Results {
        let mut records = Vec::new();
        for (employees, sql, ours) in sizes {
            for (mode, seconds) in [(Mode::Sql, sql), (own(), ours)] {
                for mut run in session("s", None, *seconds) {
                    run.benchmark.group = format!("scaling-{employees}");
                    run.benchmark.scenario = "scaling".into();
                    (run.benchmark.employees, run.benchmark.mode) = (*employees, mode);
                    // The two do not waver together.
                    let phase = if mode == Mode::Sql { 0 } else { 2 };
                    let factor = 1.0 + 0.01 * f64::from((run.run_number + phase) % 5);
                    let seen = run.observation.as_mut().unwrap();
                    seen.warm_wall_seconds.iter_mut().for_each(|time| *time = seconds * factor);
                    seen.wall_seconds = seen.wall_seconds.map(|_| seconds * factor);
                    records.push(run);
                }
            }
        }
        Results::new(records, Vec::new())
    }

    fn execution(sizes: &[(usize, f64, f64)]) -> Overtaking {
        let mut found = overtaking(&results(sizes), Mode::Sql);
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(found[1].time, Timed::WholeRun);
        found.remove(0)
    }

    #[test]
    fn a_planted_crossing_is_where_it_was_put() {
        // Ratios 4 and a quarter: their geometric mean is one, and so is that of the sizes.
        let found = execution(&[(100, 0.4, 0.1), (10_000, 1.0, 4.0)]);
        assert_eq!(found.modes, [Mode::Sql, own()]);
        let one = &found.crossings[0];
        assert_eq!((one.faster_below, one.faster_above), (own(), Mode::Sql));
        let (people, years) = (one.people.unwrap(), one.person_years);
        assert!((people.value / 1_000.0 - 1.0).abs() < 0.02 && (years.value / 2_000.0 - 1.0).abs() < 0.02, "{one:?}");
        let interval = people.interval.unwrap();
        assert!(interval.contains(1_000.0) && interval.lower > 900.0 && interval.upper < 1_100.0, "{interval:?}");
        assert!(
            found.words.starts_with("sql overtakes ours at ") && found.words.contains(" people ("),
            "{}",
            found.words
        );
        // The other mode as the base: the same size.
        let turned = &overtaking(&results(&[(100, 0.4, 0.1), (10_000, 1.0, 4.0)]), own())[0];
        assert_eq!(turned.modes, [own(), Mode::Sql]);
        assert_eq!(turned.crossings[0].faster_above, Mode::Sql);
        assert!((turned.crossings[0].people.unwrap().value / people.value - 1.0).abs() < 1e-9);
    }

    #[test]
    fn without_a_crossing_words_say_what_is_known() {
        let faster = execution(&[(100, 0.4, 0.1), (1_000, 1.0, 0.2), (10_000, 4.0, 3.0)]);
        assert_eq!(faster.faster_everywhere, Some(own()));
        assert_eq!(faster.words, "ours is faster at every measured size, 100 to 10,000 people");
        let open = execution(&[(100, 0.1, 0.1), (1_000, 0.2, 0.2)]);
        assert_eq!((&*open.words, open.faster_everywhere), ("undecided between 100 and 1,000 people", None));
        let partly = execution(&[(100, 0.4, 0.1), (1_000, 0.2, 0.2), (5_000, 0.3, 0.3), (10_000, 4.0, 3.0)]);
        assert_eq!(
            partly.words,
            "ours is faster at 100 people and 10,000 people; undecided between 1,000 and 5,000 people"
        );
        let crossed = execution(&[(100, 0.4, 0.1), (1_000, 0.2, 0.2), (5_000, 0.3, 0.4), (10_000, 4.0, 4.0)]);
        assert!(crossed.words.ends_with("; undecided at 10,000 people"), "{}", crossed.words);
        let interval = crossed.crossings[0].people.unwrap().interval.unwrap();
        assert!(interval.lower >= 100.0 && interval.upper <= 5_000.0, "{interval:?}");
    }

    #[test]
    fn only_sizes_under_the_same_conditions_are_put_together() {
        let mut found = results(&[(100, 0.4, 0.1), (10_000, 1.0, 4.0)]);
        let other = |results: &mut Results| {
            for mode in &mut results.groups[1].modes {
                mode.benchmark.seed += 1;
            }
        };
        assert_eq!(overtaking(&found, Mode::Sql).len(), 2);
        other(&mut found);
        assert_eq!(overtaking(&found, Mode::Sql), vec![]);
    }
}
