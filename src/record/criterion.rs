//! Criterion's own files: what it measured per iteration. Their layout is an implementation detail of Criterion 0.8, so
//! it is known here and nowhere else; identity and folder come from `benchmark.json`, never from a path that is rebuilt.

use super::baseline::check_name;
use super::benchmark::{Benchmark, MeasuredContext};
use super::names::Problem;
use crate::error::{Error, Flaw, Result};
use crate::files::{PARTIAL, Workspace, folders, read_json, remove_abandoned};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Name under which Criterion keeps the latest measurement.
pub const LATEST: &str = "new";
/// What Criterion says of a measurement.
const IDENTITY: &str = "benchmark.json";
/// Its figures.
const SAMPLE: &str = "sample.json";

/// One measured function of a benchmark group.
#[derive(Debug, Clone, PartialEq)]
pub struct Sampled {
    /// Function name: `wall_time`, `cpu_time` or `peak_memory`.
    pub function: String,
    /// Per sample the value of one iteration: seconds for times, bytes for memory.
    pub values: Vec<f64>,
    /// What was measured, where and how.
    pub context: MeasuredContext,
}

#[derive(Deserialize)]
struct Identity {
    group_id: String,
    function_id: Option<String>,
    /// `<folder of the group>/<folder of the function>`.
    directory_name: String,
}

#[derive(Deserialize)]
struct Sample {
    iters: Vec<f64>,
    times: Vec<f64>,
}

/// What Criterion keeps under a baseline's name ([`LATEST`] for the latest measurement), below its folder. Functions
/// of other suites, or from before contexts were written, are left out. What is cut off, foreign or copied is among the
/// problems, and keeps nothing else from being read.
///
/// # Errors
/// When the folder cannot be read.
pub fn read(criterion_folder: &Path, baseline: &str) -> Result<(Vec<Sampled>, Vec<Problem>)> {
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    for folder in functions(criterion_folder)? {
        match read_one(criterion_folder, &folder, baseline) {
            Ok(sampled) => found.extend(sampled),
            Err(error) => problems.push(error.into()),
        }
    }
    Ok((found, problems))
}

/// The folders of all functions: two below Criterion's.
fn functions(criterion_folder: &Path) -> Result<Vec<PathBuf>> {
    let groups = folders(criterion_folder)?;
    Ok(groups.iter().flat_map(|group| folders(group).unwrap_or_default()).collect())
}

/// The identity of what a function's folder holds under a baseline's name, if it is one of Criterion's.
fn identity(criterion_folder: &Path, folder: &Path, baseline: &str) -> Result<Option<Identity>> {
    let file = folder.join(baseline).join(IDENTITY);
    if !file.is_file() {
        return Ok(None);
    }
    let identity: Identity = read_json(&file, "benchmark identity of Criterion")?;
    let own = criterion_folder.join(&identity.directory_name);
    if own != *folder {
        return Err(Error::file(&file, Flaw::Copy { of: identity.directory_name }));
    }
    Ok(Some(identity))
}

fn read_one(criterion_folder: &Path, folder: &Path, baseline: &str) -> Result<Option<Sampled>> {
    // Folders of other suites are not looked into further than for a context of ours.
    let (Some(group), Some(name)) = (folder.parent(), name_of(folder)) else { return Ok(None) };
    let Some(context) = MeasuredContext::read(group, baseline, &name)? else { return Ok(None) };
    let Some(identity) = identity(criterion_folder, folder, baseline)? else { return Ok(None) };
    let Some(function) = identity.function_id else { return Ok(None) };
    let data = folder.join(baseline);
    let Some(function) = context.benchmark.measured(&identity.group_id, &function) else {
        let expected = context.benchmark.id();
        let found = format!("{}/{function}", identity.group_id);
        return Err(Error::file(data.join(IDENTITY), Flaw::OtherContext { found, expected }));
    };
    let file = data.join(SAMPLE);
    let sample: Sample = read_json(&file, "sample of Criterion")?;
    let whole = sample.iters.len() == sample.times.len() && !sample.iters.is_empty();
    let values: Vec<f64> = sample.times.iter().zip(&sample.iters).map(|(time, iterations)| time / iterations).collect();
    if !whole || values.iter().any(|value| !value.is_finite() || *value <= 0.0) {
        return Err(Error::file(&file, Flaw::NotWholeSample));
    }
    // Criterion counts times in nanoseconds; memory is in bytes.
    let unit = if function == "peak_memory" { 1.0 } else { 1e-9 };
    Ok(Some(Sampled { function, values: values.iter().map(|value| value * unit).collect(), context }))
}

/// Where Criterion keeps one function of a group, and what was there before it was measured. Criterion only prints that
/// it could not save; a figure that is not there must not look like one.
pub struct FunctionPlace {
    criterion_folder: PathBuf,
    benchmark: Benchmark,
    function: String,
    before: Option<Stamp>,
}

/// A file at a moment. Its time is only told apart from another time of the same file, never compared with a clock.
#[derive(PartialEq)]
struct Stamp {
    content: Vec<u8>,
    modified: Option<SystemTime>,
    file: Option<u64>,
}

fn stamp(file: &Path) -> Option<Stamp> {
    let data = std::fs::metadata(file).ok()?;
    #[cfg(unix)]
    let number = Some(std::os::unix::fs::MetadataExt::ino(&data));
    #[cfg(not(unix))]
    let number = None;
    Some(Stamp { content: std::fs::read(file).ok()?, modified: data.modified().ok(), file: number })
}

impl FunctionPlace {
    /// Looks at what is there before `function` is measured.
    pub fn look(criterion_folder: &Path, benchmark: &Benchmark, function: &str) -> Self {
        let (criterion_folder, benchmark) = (criterion_folder.to_path_buf(), benchmark.clone());
        let mut place = Self { criterion_folder, benchmark, function: function.to_owned(), before: None };
        place.before = place.folder().and_then(|folder| stamp(&folder.join(LATEST).join(SAMPLE)));
        place
    }

    /// The folder whose `benchmark.json` says that it is of this function.
    fn folder(&self) -> Option<PathBuf> {
        let group = self.benchmark.criterion_group();
        let is = |folder: &PathBuf| {
            let identity = identity(&self.criterion_folder, folder, LATEST).ok().flatten();
            identity.is_some_and(|i| i.group_id == group && i.function_id.as_deref() == Some(self.function.as_str()))
        };
        // Where it almost always is: nothing else need be read.
        let usual = self.benchmark.folder(&self.criterion_folder).join(&self.function);
        Some(usual).filter(is).or_else(|| functions(&self.criterion_folder).ok()?.into_iter().find(is))
    }

    /// Writes the context beside what Criterion saved since then, under every name that Criterion used: the latest, and
    /// `baseline` if there is one.
    ///
    /// # Errors
    /// Names the file that Criterion did not save whole, or the context that cannot be written.
    pub fn write_context(&self, context: &MeasuredContext, baseline: Option<&str>) -> Result<()> {
        let usual = self.benchmark.folder(&self.criterion_folder).join(&self.function);
        let folder = self.folder().unwrap_or(usual);
        let sample = folder.join(LATEST).join(SAMPLE);
        let not_saved = |file: &Path| Error::file(file, Flaw::NotSaved);
        let now = stamp(&sample).filter(|now| Some(now) != self.before.as_ref() && !now.content.is_empty());
        let Some(now) = now else { return Err(not_saved(&sample)) };
        read_json::<Sample>(&sample, "sample of Criterion").map_err(|_| not_saved(&sample))?;
        let (Some(group), Some(name)) = (folder.parent(), name_of(&folder)) else { return Err(not_saved(&sample)) };
        context.write(group, LATEST, &name)?;
        let Some(baseline) = baseline else { return Ok(()) };
        let copy = folder.join(baseline).join(SAMPLE);
        if std::fs::read(&copy).ok() != Some(now.content) {
            return Err(not_saved(&copy));
        }
        context.write(group, baseline, &name)
    }
}

/// Keeps the latest measurements that are `wanted` under a baseline's name, as `--save-baseline`
/// would have; Criterion's names of those kept. What was there under that name is replaced only once the copy is whole.
///
/// # Errors
/// Names the file or folder.
pub fn save_baseline(
    criterion_folder: &Path,
    name: &str,
    wanted: &dyn Fn(&MeasuredContext) -> bool,
) -> Result<Vec<String>> {
    check_name(name)?;
    let mut kept = Vec::new();
    for folder in functions(criterion_folder)? {
        let context =
            folder.parent().zip(name_of(&folder)).map(|(group, name)| MeasuredContext::read(group, LATEST, &name));
        let Some(context) = context.transpose().ok().flatten().flatten() else { continue };
        if !wanted(&context) {
            continue;
        }
        let Some(sampled) = read_one(criterion_folder, &folder, LATEST)? else { continue };
        copy_folder(&folder.join(LATEST), &folder.join(name))?;
        let (group, function) = (folder.parent().unwrap_or(criterion_folder), name_of(&folder).unwrap_or_default());
        sampled.context.write(group, name, &function)?;
        kept.push(format!("{}/{function}", sampled.context.benchmark.criterion_group()));
    }
    Ok(kept)
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    let parent = to.parent().unwrap_or(Path::new("."));
    remove_abandoned(parent, PARTIAL);
    let staging = Workspace::new(parent, PARTIAL)?;
    let whole = staging.path().join("whole");
    let copy = || -> std::io::Result<()> {
        std::fs::create_dir(&whole)?;
        for entry in std::fs::read_dir(from)? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                std::fs::copy(entry.path(), whole.join(entry.file_name()))?;
            }
        }
        if to.exists() {
            std::fs::rename(to, staging.path().join("replaced"))?;
        }
        std::fs::rename(&whole, to)
    };
    copy().map_err(|e| Error::file(to, e))
}

/// Names of the baselines that Criterion keeps below a folder, apart from its own `new`, `base` and `change`.
///
/// # Errors
/// Names a folder that cannot be read.
pub fn baselines(criterion_folder: &Path) -> Result<Vec<String>> {
    let mut names = BTreeSet::new();
    for function in functions(criterion_folder)? {
        for data in folders(&function).unwrap_or_default() {
            names.extend(name_of(&data).filter(|_| data.join(SAMPLE).is_file()));
        }
    }
    Ok(names.into_iter().filter(|name| ![LATEST, "base", "change"].contains(&name.as_str())).collect())
}

/// Titles of the benchmarks, this suite's and others', of which Criterion keeps figures under a baseline's name.
///
/// # Errors
/// Names a folder that cannot be read.
pub fn kept(criterion_folder: &Path, baseline: &str) -> Result<BTreeSet<String>> {
    #[derive(Deserialize)]
    struct Titled {
        title: String,
    }
    let mut titles = BTreeSet::new();
    for data in functions(criterion_folder)?.iter().map(|function| function.join(baseline)) {
        // What is damaged or of something else is not there for Criterion either.
        let identity: Option<Titled> = read_json(&data.join(IDENTITY), "benchmark identity of Criterion").ok();
        titles.extend(identity.filter(|_| data.join(SAMPLE).is_file()).map(|identity| identity.title));
    }
    Ok(titles)
}

fn name_of(folder: &Path) -> Option<String> {
    folder.file_name()?.to_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::Machine;
    use crate::results::examples::session;
    use std::fs;
    use std::time::{Duration, UNIX_EPOCH};

    /// What Criterion leaves in a folder, under a name.
    fn saved(folder: &Path, name: &str, nanoseconds: f64) {
        let data = folder.join(name);
        fs::create_dir_all(&data).unwrap();
        let identity = serde_json::json!({
            "group_id": "quick/sql", "function_id": "wall_time", "directory_name": "quick_sql/wall_time"
        });
        fs::write(data.join(IDENTITY), identity.to_string()).unwrap();
        let sample = serde_json::json!({ "iters": [1.0], "times": [nanoseconds] });
        fs::write(data.join(SAMPLE), sample.to_string()).unwrap();
    }

    #[test]
    fn a_measurement_is_saved_if_its_file_is_another_whatever_clocks_say() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("quick_sql/wall_time");
        let (benchmark, machine) = (session("s", None, 1.0).remove(0).benchmark, Machine::current());
        let context = MeasuredContext::new("20260528T202640Z-00aa", benchmark.clone(), 459, None, machine);
        let look = || FunctionPlace::look(place.path(), &benchmark, "wall_time");
        let refused = |seen: &FunctionPlace, baseline| {
            let error = seen.write_context(&context, baseline).unwrap_err().to_string();
            assert!(error.contains("Criterion did not save"), "{error}");
        };
        let seen = look();
        refused(&seen, None);
        saved(&folder, LATEST, 5.0);
        seen.write_context(&context, None).unwrap();
        // The same file as before is no measurement, however new its time is.
        let seen = look();
        refused(&seen, None);
        // Another one is, also where the clock of the file system is years behind.
        saved(&folder, LATEST, 4e9);
        let file = fs::File::options().write(true).open(folder.join(LATEST).join(SAMPLE)).unwrap();
        file.set_modified(UNIX_EPOCH + Duration::from_secs(1)).unwrap();
        seen.write_context(&context, None).unwrap();
        // A baseline is saved if it is what was measured.
        saved(&folder, "kept", 5.0);
        refused(&seen, Some("kept"));
        saved(&folder, "kept", 4e9);
        seen.write_context(&context, Some("kept")).unwrap();
        for name in [LATEST, "kept"] {
            let (sampled, problems) = read(place.path(), name).unwrap();
            assert_eq!((sampled.len(), sampled[0].values[0], problems.len()), (1, 4.0, 0));
        }
        fs::write(folder.join(LATEST).join(SAMPLE), "{\"iters\": [1").unwrap();
        refused(&seen, None);
        let (sampled, problems) = read(place.path(), LATEST).unwrap();
        assert!(sampled.is_empty() && problems[0].what.contains("not a whole sample"), "{problems:?}");
        // The name of a folder says nothing: where Criterion puts it is what counts.
        fs::rename(place.path().join("quick_sql"), place.path().join("renamed")).unwrap();
        assert!(read(place.path(), "kept").unwrap().1[0].what.contains("is a copy"));
    }
}
