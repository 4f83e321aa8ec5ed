//! What each layer costs: engines of one's own beside the built-in ones, in one table a scenario, and over the sizes.

use super::model::{LayerRatio, LayerRow, LayerStep, LayerTable, Layers};
use super::row::row;
use crate::engine::Mode;
use crate::record::run::Observation;
use crate::results::comparison::{ModeComparison, base_of, compare_execution, compare_on};
use crate::results::overtaking::overtaking;
use crate::results::{Basis, Group, ModeResults, Results};
use crate::stats::{Estimate, Figure};
use std::collections::BTreeSet;

/// How many steps of an engine are shown.
const LARGEST_STEPS: usize = 5;

/// The layers of results; `None` without an engine of one's own that does the same work as the rest.
pub(super) fn layers(results: &Results, base: Mode) -> Option<Layers> {
    let has_own = |group: &&Group| group.comparable().any(|found| !found.benchmark.mode.is_built_in());
    let scenarios: Vec<LayerTable> = results.groups.iter().filter(has_own).map(|group| table(group, base)).collect();
    (!scenarios.is_empty()).then(|| Layers { scenarios, overtaking: overtaking(results, base) })
}

fn table(group: &Group, base: Mode) -> LayerTable {
    let base_mode = base_of(group, base);
    let rows = group.comparable().map(|found| layer(group, found, base_mode)).collect();
    LayerTable { scenario: group.name.clone(), base_mode, rows }
}

fn layer(group: &Group, found: &ModeResults, base_mode: Option<Mode>) -> LayerRow {
    let (row, mode) = (row(found), found.benchmark.mode);
    let base = base_mode.filter(|base| *base != mode);
    let seen: Vec<&Observation> =
        found.runs.iter().filter(|run| run.success).filter_map(|run| run.observation.as_ref()).collect();
    let start_up: Vec<f64> = seen.iter().filter_map(|seen| start_up(seen)).collect();
    LayerRow {
        mode,
        execution_time: row.execution_time,
        start_up_seconds: Figure::of(&start_up),
        whole_run_seconds: row.batch_seconds,
        peak_memory_bytes: row.peak_memory_bytes,
        memory_of: row.memory_of,
        execution_ratio: base.and_then(|base| compare_execution(group, mode, base)).map(ratio),
        whole_run_ratio: base.and_then(|base| compare_on(group, mode, base, Basis::WholeRun)).map(ratio),
        steps: steps(&seen, row.first_run_seconds.or(row.batch_seconds)),
    }
}

/// Starting the engine and loading its census; of an engine of one's own both are one.
fn start_up(seen: &Observation) -> Option<f64> {
    Some(seen.phases.engine_start? + seen.phases.census_load.unwrap_or(0.0))
}

/// Of a comparison whose slower candidate is the mode: its time over the base's.
fn ratio(compared: ModeComparison) -> LayerRatio {
    LayerRatio {
        ratio: Estimate { value: compared.speedup, interval: compared.speedup_interval },
        basis_words: compared.basis_words,
        paired: compared.paired,
        counts: compared.counts,
    }
}

fn steps(seen: &[&Observation], whole: Option<Figure>) -> Vec<LayerStep> {
    let names: BTreeSet<&String> = seen.iter().flat_map(|seen| seen.step_seconds.keys()).collect();
    let step = |name: &String| {
        let values: Vec<f64> = seen.iter().filter_map(|seen| seen.step_seconds.get(name).copied()).collect();
        let seconds = Figure::of(&values)?;
        let share = whole.filter(|whole| whole.estimate > 0.0).map(|whole| seconds.estimate / whole.estimate);
        Some(LayerStep { name: name.clone(), seconds, share })
    };
    let mut steps: Vec<LayerStep> = names.into_iter().filter_map(step).collect();
    steps.sort_by(|a, b| b.seconds.estimate.total_cmp(&a.seconds.estimate));
    steps.truncate(LARGEST_STEPS);
    steps
}
