//! Lists in a configuration, whose entries are groups of keys.

use super::importer::Importer;
use super::node::{Node, Value};
use crate::error::{Error, Result};

/// The entries of a list.
pub(super) fn items<'n>(importer: &Importer<'_>, key: &str, node: &'n Node) -> Result<&'n [Node]> {
    match &node.value {
        Value::List(items) if !items.is_empty() => Ok(items),
        _ => Err(importer.config.error(key, node, format!("{} where a list with entries belongs", node.kind()))),
    }
}

/// Fields of an entry of a list. Others than the known ones are refused: nobody would look at them.
pub(super) fn fields<'n, const N: usize>(
    importer: &Importer<'_>,
    key: &str,
    item: &'n Node,
    wanted: [&str; N],
    known: &[&str],
) -> Result<[&'n Node; N]> {
    let error = |what: String| -> Error { importer.config.error(key, item, what) };
    let Value::Map(entries) = &item.value else {
        return Err(error(format!("{} where {} belong", item.kind(), known.join(", "))));
    };
    if let Some((name, _)) = entries.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        return Err(error(format!("unknown field {}; known: {}", crate::console::one_line(name), known.join(", "))));
    }
    let mut found = [item; N];
    for (place, name) in found.iter_mut().zip(wanted) {
        *place =
            item.entry(name).filter(|node| !node.is_null()).ok_or_else(|| error(format!("an entry without {name}")))?;
    }
    Ok(found)
}
