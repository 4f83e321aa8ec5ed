//! Criterion's own files: what it measured per iteration. Their layout is an implementation detail of Criterion 0.8, so
//! it is known here and nowhere else; identity comes from `benchmark.json`, never from a path.

use super::benchmark::Context;
use crate::error::{Error, Result};
use crate::files::{folders, read_json};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Name under which Criterion keeps the latest measurement.
pub const LATEST: &str = "new";

/// One measured function of a benchmark group.
#[derive(Debug, Clone, PartialEq)]
pub struct Sampled {
    /// Function name: `wall_time`, `cpu_time` or `peak_memory`.
    pub function: String,
    /// Per sample the value of one iteration: seconds for times, bytes for memory.
    pub values: Vec<f64>,
    /// What was measured, where and how.
    pub context: Context,
}

#[derive(Deserialize)]
struct Identity {
    group_id: String,
    function_id: Option<String>,
}

#[derive(Deserialize)]
struct Sample {
    iters: Vec<f64>,
    times: Vec<f64>,
}

/// What Criterion keeps under a baseline's name ([`LATEST`] for the latest measurement), below its folder. Functions
/// of other suites, or from before contexts were written, are left out.
///
/// # Errors
/// Names a file that is cut off or does not hold what Criterion 0.8 writes.
pub fn read(criterion_folder: &Path, baseline: &str) -> Result<Vec<Sampled>> {
    let mut found = Vec::new();
    for group in folders(criterion_folder)? {
        for function in folders(&group)? {
            let data = function.join(baseline);
            if data.join("benchmark.json").is_file()
                && let Some(sampled) = read_one(&group, &data, baseline)?
            {
                found.push(sampled);
            }
        }
    }
    Ok(found)
}

fn read_one(group: &Path, data: &Path, baseline: &str) -> Result<Option<Sampled>> {
    let file = data.join("benchmark.json");
    let identity: Identity = read_json(&file, "benchmark identity of Criterion")?;
    let Some(function) = identity.function_id else { return Ok(None) };
    let Some(context) = Context::read(group, baseline, &function)? else { return Ok(None) };
    let Some(function) = context.benchmark.measured(&identity.group_id, &function) else {
        let expected = context.benchmark.id();
        let found = format!("{}/{function}", identity.group_id);
        return Err(Error::file(&file, format!("is of {found}, but its context is of {expected}")));
    };
    let file = data.join("sample.json");
    let sample: Sample = read_json(&file, "sample of Criterion")?;
    let whole = sample.iters.len() == sample.times.len() && !sample.iters.is_empty();
    let values: Vec<f64> = sample.times.iter().zip(&sample.iters).map(|(time, iterations)| time / iterations).collect();
    if !whole || values.iter().any(|value| !value.is_finite() || *value <= 0.0) {
        return Err(Error::file(&file, "not a whole sample of Criterion; measure again"));
    }
    // Criterion counts times in nanoseconds; memory is in bytes.
    let unit = if function == "peak_memory" { 1.0 } else { 1e-9 };
    Ok(Some(Sampled { function, values: values.iter().map(|value| value * unit).collect(), context }))
}

/// Keeps the latest measurements of a benchmark group under a baseline's name, as `--save-baseline` would have; the
/// functions kept. What was there under that name is replaced only once the copy is whole.
///
/// # Errors
/// Names the file or folder.
pub fn save_baseline(group: &Path, name: &str) -> Result<Vec<String>> {
    let mut kept = Vec::new();
    for folder in folders(group)? {
        let data = folder.join(LATEST);
        if !data.join("benchmark.json").is_file() {
            continue;
        }
        let Some(sampled) = read_one(group, &data, LATEST)? else { continue };
        copy_folder(&data, &folder.join(name))?;
        let function = name_of(&folder).unwrap_or_default();
        sampled.context.write(group, name, &function)?;
        kept.push(function);
    }
    Ok(kept)
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    let parent = to.parent().unwrap_or(Path::new("."));
    let staging =
        tempfile::Builder::new().prefix(".partial-").tempdir_in(parent).map_err(|e| Error::file(parent, e))?;
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
    for group in folders(criterion_folder)? {
        for function in folders(&group)? {
            for data in folders(&function)? {
                names.extend(name_of(&data).filter(|_| data.join("sample.json").is_file()));
            }
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
    for group in folders(criterion_folder)? {
        for data in folders(&group)?.iter().map(|function| function.join(baseline)) {
            // What is damaged or of something else is not there for Criterion either.
            let identity: Option<Titled> = read_json(&data.join("benchmark.json"), "benchmark identity").ok();
            titles.extend(identity.filter(|_| data.join("sample.json").is_file()).map(|identity| identity.title));
        }
    }
    Ok(titles)
}

fn name_of(folder: &Path) -> Option<String> {
    PathBuf::from(folder).file_name().map(|name| name.to_string_lossy().into_owned())
}
