//! A configuration, with a scenario's changes put over it as PlanAlign does, and its values by key.

use super::node::{Node, Value};
use super::yaml;
use crate::error::{Error, Flaw, Result};
use std::path::{Path, PathBuf};

/// Groups that a scenario replaces as a whole; all others are merged key by key.
const WHOLE: [&str; 3] = ["promotion_hazard", "age_bands", "tenure_bands"];

/// A configuration and the files that it came from.
#[derive(Debug)]
pub(super) struct Config {
    files: Vec<PathBuf>,
    root: Node,
}

impl Config {
    /// Reads a configuration and, over it, a scenario.
    ///
    /// # Errors
    /// Names the file, and the line that cannot be used.
    pub fn read(config: &Path, scenario: Option<&Path>) -> Result<Self> {
        let mut files = vec![config.to_path_buf()];
        let mut root = yaml::read(config, 0)?;
        lower(&mut root).map_err(|(line, key)| {
            let what =
                "stands twice: its names differ only in capitals, which PlanAlign does not tell apart here".into();
            Error::file(config, Flaw::ConfigKey { line, key, what })
        })?;
        if let Some(scenario) = scenario {
            files.push(scenario.to_path_buf());
            merge(&mut root, yaml::read(scenario, 1)?);
        }
        Ok(Self { files, root })
    }

    /// The value of a key such as `workforce.total_termination_rate`; `None` where it is left out or null.
    pub fn find(&self, key: &str) -> Option<&Node> {
        self.leaf(key).filter(|node| !node.is_null())
    }

    /// Likewise, null as well.
    pub fn leaf(&self, key: &str) -> Option<&Node> {
        key.split('.').try_fold(&self.root, |node, name| node.entry(name))
    }

    /// As [`Config::find`], and `None` where a form left a field empty.
    pub fn filled(&self, key: &str) -> Option<&Node> {
        self.find(key).filter(|node| !node.is_blank())
    }

    /// Every value with its key, in the order of the files. Lists are one value.
    pub fn leaves(&self) -> Vec<(String, &Node)> {
        let mut found = Vec::new();
        leaves(&self.root, "", &mut found);
        found
    }

    /// The configuration's file.
    pub fn path(&self) -> &Path {
        &self.files[0]
    }

    /// Names of the files, without their folders.
    pub fn names(&self) -> Vec<String> {
        self.files.iter().map(|file| file_name(file)).collect()
    }

    /// What is wrong with a value, by file, line and key.
    pub fn error(&self, key: &str, node: &Node, what: impl Into<String>) -> Error {
        let flaw = Flaw::ConfigKey { line: node.line, key: key.to_owned(), what: what.into() };
        Error::file(&self.files[node.file], flaw)
    }

    /// A key that must be there and is not.
    pub fn missing(&self, key: &str, why: &str) -> Error {
        // Something else may stand where the key's group belongs.
        let groups = key.match_indices('.').map(|(at, _)| &key[..at]);
        for group in groups {
            if let Some(node) = self.find(group).filter(|node| !matches!(node.value, Value::Map(_))) {
                return self.error(group, node, format!("{} where keys with values belong", node.kind()));
            }
        }
        Error::file(self.path(), Flaw::ConfigLacks { key: key.to_owned(), why: why.to_owned() })
    }
}

/// A file's name without its folder.
pub(super) fn file_name(file: &Path) -> String {
    file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned()
}

/// PlanAlign takes the names of its sections in any case.
fn lower(root: &mut Node) -> Result<(), (usize, String)> {
    let Value::Map(entries) = &mut root.value else { return Ok(()) };
    for (name, _) in entries.iter_mut() {
        *name = name.to_lowercase();
    }
    let twice = |(at, (name, _)): &(usize, &(String, Node))| entries[..*at].iter().any(|(other, _)| other == name);
    match entries.iter().enumerate().find(twice) {
        Some((_, (name, node))) => Err((node.line, name.clone())),
        None => Ok(()),
    }
}

fn merge(base: &mut Node, over: Node) {
    let Value::Map(more) = over.value else { return };
    let Value::Map(entries) = &mut base.value else { return };
    for (name, node) in more {
        match entries.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known))
                if matches!((&known.value, &node.value), (Value::Map(_), Value::Map(_)))
                    && !WHOLE.contains(&name.as_str()) =>
            {
                merge(known, node);
            }
            Some((_, known)) => *known = node,
            None => entries.push((name, node)),
        }
    }
}

fn leaves<'a>(node: &'a Node, prefix: &str, found: &mut Vec<(String, &'a Node)>) {
    let Value::Map(entries) = &node.value else { return };
    for (name, node) in entries {
        // A name with a dot in it is one name, not a path.
        let shown = crate::console::one_line(name);
        let name = if name.contains('.') || shown != *name { format!("\"{shown}\"") } else { shown };
        let key = if prefix.is_empty() { name } else { format!("{prefix}.{name}") };
        match &node.value {
            Value::Map(entries) if !entries.is_empty() => leaves(node, &key, found),
            _ => found.push((key, node)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planalign::yaml::tests::tree;

    #[test]
    fn a_scenario_is_merged_by_key_and_lists_and_seed_sections_are_replaced() {
        let mut root =
            tree("a: {x: 1, y: [1, 2]}\nb: 5\npromotion_hazard: {base_rate: 0.1, level_dampener_factor: 0.2}\n");
        merge(&mut root, tree("a: {y: [3], z: 4}\nb: {c: 6}\npromotion_hazard: {base_rate: 0.3}\nd: ~\n"));
        let config = Config { files: vec!["c.yaml".into()], root };
        let of = |key: &str| config.find(key).map(Node::shown);
        assert_eq!(of("a.x").as_deref(), Some("1"));
        assert_eq!(of("a.y").as_deref(), Some("[3]"));
        assert_eq!(of("a.z").as_deref(), Some("4"));
        assert_eq!(of("b.c").as_deref(), Some("6"));
        assert_eq!(of("promotion_hazard.level_dampener_factor"), None);
        assert_eq!(of("d"), None);
        let keys: Vec<String> = config.leaves().into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["a.x", "a.y", "a.z", "b.c", "promotion_hazard.base_rate", "d"]);
    }

    #[test]
    fn a_dot_in_a_name_is_no_path() {
        let config = Config { files: vec!["c.yaml".into()], root: tree("simulation.start_year: 2025\n") };
        assert!(config.find("simulation.start_year").is_none());
        assert_eq!(config.leaves()[0].0, "\"simulation.start_year\"");
    }
}
