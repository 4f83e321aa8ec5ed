//! What measurements left on disk, put together by work, machine and mode.

use super::group::{Group, ModeResults};
use super::names::tell_apart;
use crate::engine::Mode;
use crate::error::{Error, Flaw, Input, Result};
use crate::files::folders;
use crate::machine::MachineKey;
use crate::record::benchmark::Benchmark;
use crate::record::criterion::{LATEST, Sampled, read};
use crate::record::key::{Key, Work};
use crate::record::names::{Problem, none_of, once};
use crate::record::run::RunRecord;
use crate::record::sessions::latest_session;
use crate::scenario::{SCALING, SCENARIOS};
use std::cmp::Reverse;
use std::path::{Path, PathBuf};

/// Everything that was found.
#[derive(Debug, Clone, Default)]
pub struct Results {
    /// By scenario: those of this crate in their order, then the others by name.
    pub groups: Vec<Group>,
    /// Files that are in no figure, and why. Whoever judges takes [`Results::whole`] ones only.
    pub problems: Vec<Problem>,
    /// What has to be known of the clocks.
    pub remarks: Vec<String>,
}

impl Results {
    /// Reads the latest of everything below a criterion folder. What cannot be used is among the problems, and keeps
    /// nothing else from being read.
    ///
    /// # Errors
    /// Says what to do when there is nothing, and what is wrong with the first file if nothing can be used.
    pub fn read(criterion_folder: &Path) -> Result<Self> {
        let (mut records, mut problems) = (Vec::new(), Vec::new());
        let (mut set_back, mut ahead) = (Vec::new(), Vec::new());
        let mut places: Vec<(Key, PathBuf)> = Vec::new();
        for folder in folders(criterion_folder)? {
            let latest = match latest_session(&folder) {
                Ok(latest) => latest,
                Err(error) => {
                    problems.push(error.into());
                    continue;
                }
            };
            problems.extend(latest.problems);
            let Some(first) = latest.records.first() else { continue };
            let id = first.benchmark.id();
            set_back.extend(latest.remark.map(|remark| format!("{id}: {remark}")));
            if let Some(record) = latest.records.iter().find(|record| record.started_at.is_ahead()) {
                ahead.push(format!(
                    "{id}: measured {}, which is yet to come by this machine's clock",
                    record.started_at
                ));
            }
            let mut told = false;
            for session in std::iter::once(latest.records).chain(latest.others) {
                let Some(first) = session.first() else { continue };
                // A copy of a folder would count every run twice, or mix two sessions.
                let key = first.key();
                if let Some((_, other)) = places.iter().find(|place| place.0 == key) {
                    if !std::mem::replace(&mut told, true) {
                        let what =
                            format!("is of {id}, as {} is, and is left out; move one of them away", other.display());
                        problems.push(Problem::new(&folder, what));
                    }
                    continue;
                }
                places.push((key, folder.clone()));
                records.extend(session);
            }
        }
        let (sampled, unread) = read(criterion_folder, LATEST)?;
        problems.extend(unread);
        let remarks = [set_back, ahead].iter().filter_map(|found| once(found)).collect();
        let results = Self { problems, remarks, ..Self::new(records, sampled) };
        if results.groups.is_empty() {
            none_of(&results.problems)?;
            return Err(Error::file(criterion_folder, Flaw::NoMeasurements));
        }
        Ok(results)
    }

    /// These results if nothing was left out of them: a verdict must not rest on what happened to be readable.
    ///
    /// # Errors
    /// Names the first file that cannot be used.
    pub fn whole(self) -> Result<Self> {
        none_of(&self.problems).map(|()| self)
    }

    /// Puts records and samples together.
    pub fn new(records: Vec<RunRecord>, sampled: Vec<Sampled>) -> Self {
        let mut results = Self::default();
        for record in records {
            results.entry(&record.benchmark, &record.machine.key).runs.push(record);
        }
        for sample in sampled {
            results.entry(&sample.context.benchmark, &sample.context.machine.key).sampled.push(sample);
        }
        let rank = |name: &str| SCENARIOS.iter().position(|scenario| scenario.name == name).unwrap_or(SCENARIOS.len());
        results.groups.sort_by_key(|group| {
            let benchmark = &group.modes[0].benchmark;
            let place = (rank(&group.name), benchmark.scenario.clone(), benchmark.employees, group.name.clone());
            // Of one name, what fresh processes showed goes first, and then the larger machine.
            let sampled_only = group.modes.iter().all(|mode| mode.runs.is_empty());
            (place, sampled_only, Reverse((group.machine.usable_cpus, benchmark.threads)))
        });
        for group in &mut results.groups {
            group.modes.sort_by_key(|results| results.benchmark.mode);
        }
        tell_apart(&mut results.groups);
        results
    }

    fn entry(&mut self, benchmark: &Benchmark, machine: &MachineKey) -> &mut ModeResults {
        let work = Work::of(benchmark);
        let same = |group: &Group| group.machine == *machine && Work::of(&group.modes[0].benchmark) == work;
        let group = self.groups.iter().position(same).unwrap_or_else(|| {
            let name = benchmark.group.clone();
            self.groups.push(Group { name, machine: machine.clone(), modes: Vec::new() });
            self.groups.len() - 1
        });
        let modes = &mut self.groups[group].modes;
        let mode = modes.iter().position(|results| results.benchmark.mode == benchmark.mode);
        let mode = mode.unwrap_or_else(|| {
            let (id, benchmark) = (benchmark.id(), benchmark.clone());
            modes.push(ModeResults { id, benchmark, runs: Vec::new(), sampled: Vec::new() });
            modes.len() - 1
        });
        &mut modes[mode]
    }

    /// Keeps only what is asked for.
    ///
    /// # Errors
    /// When nothing is left, or something asked for is not there; lists what is there.
    pub fn select(mut self, scenarios: &[String], modes: &[Mode]) -> Result<Self> {
        let there = |results: &Self| results.ids().join(", ");
        let wanted = |group: &Group, name: &String| {
            group.name == *name
                || group.modes.iter().any(|m| m.benchmark.scenario == *name || m.benchmark.group == *name)
        };
        self.problems.retain(|problem| may_be_of(&problem.path, scenarios, modes));
        for mode in modes.iter().filter(|mode| !mode.is_built_in()) {
            let there_is = |group: &Group| group.mode(*mode).is_some();
            if !self.groups.iter().any(there_is) {
                none_of(&self.problems)?;
                return Err(Input::NotMeasured { what: format!("mode {mode}"), there: there(&self) }.into());
            }
        }
        for name in scenarios {
            if !self.groups.iter().any(|group| wanted(group, name)) {
                none_of(&self.problems)?;
                let what = format!("scenario {name}");
                return Err(Input::NotMeasured { what, there: there(&self) }.into());
            }
        }
        let all = there(&self);
        if !scenarios.is_empty() {
            self.groups.retain(|group| scenarios.iter().any(|name| wanted(group, name)));
        }
        for group in &mut self.groups {
            group.modes.retain(|results| modes.is_empty() || modes.contains(&results.benchmark.mode));
        }
        self.groups.retain(|group| !group.modes.is_empty());
        if self.groups.is_empty() {
            none_of(&self.problems)?;
            return Err(Input::NotMeasured { what: "these scenarios and modes".into(), there: all }.into());
        }
        Ok(self)
    }

    /// Ids of everything there is.
    pub fn ids(&self) -> Vec<String> {
        self.groups.iter().flat_map(|group| group.modes.iter().map(|results| results.id.clone())).collect()
    }
}

/// Whether a file that cannot be used may belong to what is asked for, as far as the name of its benchmark's folder tells:
/// it is asked for unless the folder is of another mode, or of no such scenario.
pub(crate) fn may_be_of(path: &Path, scenarios: &[String], modes: &[Mode]) -> bool {
    let of_mode = |name: &str| name.rsplit_once('_').and_then(|(_, mode)| Mode::try_from(mode.to_owned()).ok());
    let folder = |name: &str| of_mode(name).is_some();
    let names = path.iter().filter_map(|name| name.to_str());
    let Some(name) = names.rev().find(|name| folder(name)) else { return true };
    // All sizes of a scaling benchmark are in one folder, and all machines of a scenario.
    let of = |scenario: &String| {
        let scenario = scenario.split(' ').next().unwrap_or_default();
        name.starts_with(scenario) || (scenario.starts_with(SCALING) && name.starts_with(SCALING))
    };
    let of_scenario = scenarios.is_empty() || scenarios.iter().any(of);
    of_scenario && (modes.is_empty() || of_mode(name).is_some_and(|mode| modes.contains(&mode)))
}

/// The criterion folder of `folder`, which may be an output folder or the criterion folder itself.
pub fn criterion_folder(folder: &Path) -> PathBuf {
    let inner = folder.join("criterion");
    if inner.is_dir() { inner } else { folder.to_path_buf() }
}
