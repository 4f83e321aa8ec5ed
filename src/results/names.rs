//! Names for people: of machines, and of work that goes by one name and is not the same.

use super::group::Group;
use crate::machine::MachineKey;

/// A machine key in words.
pub fn describe(key: &MachineKey) -> String {
    let model = key.cpu_model.as_deref().unwrap_or("unknown CPU");
    // Whoever has no quota need not hear of one.
    let quota = key.cpu_quota_hundredths.map_or_else(String::new, |_| format!(" with {}", quota(key)));
    format!("{} {model}, {}{quota}, {} memory, {}", key.architecture, cpus(key), memory(key), kind(key))
}

fn cpus(key: &MachineKey) -> String {
    format!("{} {}", key.usable_cpus, if key.usable_cpus == 1 { "CPU" } else { "CPUs" })
}

fn memory(key: &MachineKey) -> String {
    key.memory_bucket_gib.map_or_else(|| "unknown".to_owned(), |gib| format!("{gib} GiB"))
}

fn kind(key: &MachineKey) -> &'static str {
    match key.virtualised {
        Some(true) => "virtual",
        Some(false) => "not virtual",
        None => "virtual or not unknown",
    }
}

/// Gives every group a name of its own: the first of a name keeps it, the others say what differs from it.
pub(super) fn tell_apart(groups: &mut [Group]) {
    let mut taken: Vec<String> = Vec::new();
    for index in 0..groups.len() {
        let (earlier, rest) = groups.split_at_mut(index);
        let group = &mut rest[0];
        let base = group.modes[0].benchmark.group.clone();
        let namesake = earlier.iter().find(|other| other.modes[0].benchmark.group == base);
        let mut name = namesake.map_or_else(|| base.clone(), |first| format!("{base} ({})", differences(first, group)));
        let mut number = 2;
        while taken.contains(&name) {
            name =
                format!("{base} ({}, {number})", namesake.map_or_else(String::new, |first| differences(first, group)));
            number += 1;
        }
        for mode in &mut group.modes {
            mode.id = format!("{name}/{}", mode.benchmark.mode);
        }
        taken.push(name.clone());
        group.name = name;
    }
}

fn quota(key: &MachineKey) -> String {
    key.cpu_quota_hundredths.map_or_else(
        || "no CPU quota".to_owned(),
        |hundredths| format!("a quota of {} CPUs", hundredths as f64 / 100.0),
    )
}

/// What a group's work or machine has that the first one's has not.
fn differences(first: &Group, other: &Group) -> String {
    let (a, b) = (&first.modes[0].benchmark, &other.modes[0].benchmark);
    let (old, new) = (&first.machine, &other.machine);
    // As many threads as CPUs is the default, and goes without saying.
    let threads = a.threads != b.threads && !(a.threads == old.usable_cpus && b.threads == new.usable_cpus);
    let people = a.employees != b.employees;
    let all = [
        (old.usable_cpus != new.usable_cpus, cpus(new)),
        (old.cpu_quota_hundredths != new.cpu_quota_hundredths, quota(new)),
        (threads, format!("{} thread(s)", b.threads)),
        (a.seed != b.seed, format!("seed {}", b.seed)),
        ((a.start_year, a.end_year) != (b.start_year, b.end_year), format!("{}-{}", b.start_year, b.end_year)),
        (people, format!("{} people", b.employees)),
        (!people && a.census_fingerprint != b.census_fingerprint, format!("census {:.8}", b.census_fingerprint)),
        (old.cpu_model != new.cpu_model, new.cpu_model.clone().unwrap_or_else(|| "unknown CPU".into())),
        (old.architecture != new.architecture, new.architecture.clone()),
        (old.memory_bucket_gib != new.memory_bucket_gib, format!("{} memory", memory(new))),
        (old.virtualised != new.virtualised, kind(new).to_owned()),
    ];
    let found: Vec<String> = all.into_iter().filter(|(differs, _)| *differs).map(|(_, words)| words).collect();
    if found.is_empty() { "other".to_owned() } else { found.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_told_where_machines_differ_by_it() {
        let whole = MachineKey { cpu_quota_hundredths: None, ..crate::machine::Machine::current().key };
        let fifth = MachineKey { cpu_quota_hundredths: Some(20), ..whole.clone() };
        assert_ne!(whole, fifth);
        assert!(!describe(&whole).contains("quota") && describe(&fifth).contains("with a quota of 0.2 CPUs"));
    }
}
