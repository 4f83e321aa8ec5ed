//! YAML as PlanAlign's loader reads it: one document, anchors and merge keys resolved. Stricter where that loader drops
//! something without a word: a key that stands twice is refused.

use super::node::{Node, Value};
use crate::error::{Error, Flaw, Result};
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Deepest nesting; PlanAlign's own goes to 6.
const DEEPEST: usize = 40;
/// Most values, those that anchors repeat counted each time.
const MOST: usize = 50_000;
/// Largest file, bytes.
const LARGEST: u64 = 4 << 20;

/// Reads a file, which is known as number `file`.
///
/// # Errors
/// Names the file, and the line that cannot be read.
pub(super) fn read(path: &Path, file: usize) -> Result<Node> {
    let data = std::fs::metadata(path).map_err(|e| Error::file(path, e))?;
    if data.len() > LARGEST {
        let what = format!("{} bytes are more than any configuration has", data.len());
        return Err(Error::file(path, Flaw::NotYaml { line: 1, what }));
    }
    let bytes = std::fs::read(path).map_err(|e| Error::file(path, e))?;
    parse(bytes, file).map_err(|(line, what)| Error::file(path, Flaw::NotYaml { line, what }))
}

/// Line and what is wrong there.
type Wrong = (usize, String);

/// Parses the bytes of a file.
fn parse(bytes: Vec<u8>, file: usize) -> Result<Node, Wrong> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        (line, "bytes that are not UTF-8 text; save the file as UTF-8".to_owned())
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut reader = Reader { parser: Parser::new_from_str(text), anchors: BTreeMap::new(), values: 0, file };
    reader.document()
}

struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    anchors: BTreeMap<usize, Node>,
    values: usize,
    file: usize,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<(Event<'a>, usize), Wrong> {
        match self.parser.next() {
            Some(Ok((event, Span { start, .. }))) => Ok((event, start.line())),
            Some(Err(error)) => Err(wrong(&error)),
            None => Ok((Event::StreamEnd, 1)),
        }
    }

    fn document(&mut self) -> Result<Node, Wrong> {
        let mut root = None;
        loop {
            match self.next()? {
                (Event::StreamEnd, line) => {
                    return root.ok_or((line.max(1), "there is nothing but blanks and comments".into()));
                }
                (Event::DocumentStart(_), line) if root.is_some() => {
                    return Err((line, "a second document begins (`---`); give one file for each".into()));
                }
                (Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing, _) => {}
                (event, line) => {
                    let node = self.node(event, line, 0)?;
                    if !matches!(node.value, Value::Map(_)) {
                        return Err((line, format!("holds {}, not keys with values", node.kind())));
                    }
                    root = Some(node);
                }
            }
        }
    }

    fn node(&mut self, event: Event<'a>, line: usize, depth: usize) -> Result<Node, Wrong> {
        self.values += 1;
        if depth > DEEPEST || self.values > MOST {
            return Err((line, format!("more than {MOST} values, or nested deeper than {DEEPEST}")));
        }
        let quoted = matches!(&event, Event::Scalar(_, style, ..) if *style != ScalarStyle::Plain);
        let (anchor, value) = match event {
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor).cloned() else {
                    return Err((line, "an alias (`*name`) inside of what it stands for".into()));
                };
                self.values += size(&node);
                return Ok(node);
            }
            Event::Scalar(text, style, anchor, tag) => (anchor, scalar(&text, style, tag, line)?),
            Event::SequenceStart(anchor, tag) => {
                known(tag, line)?;
                (anchor, Value::List(self.list(depth)?))
            }
            Event::MappingStart(anchor, tag) => {
                known(tag, line)?;
                (anchor, Value::Map(self.map(depth)?))
            }
            other => return Err((line, format!("{other:?} where a value belongs"))),
        };
        let node = Node { file: self.file, line, quoted, value };
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Node>, Wrong> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(items),
                (event, line) => items.push(self.node(event, line, depth + 1)?),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Vec<(String, Node)>, Wrong> {
        let (mut entries, mut names, mut merged) = (Vec::new(), BTreeSet::new(), Vec::new());
        loop {
            let (event, line) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                break;
            }
            let plain = matches!(event, Event::Scalar(_, ScalarStyle::Plain, ..));
            let key = self.node(event, line, depth + 1)?;
            let Value::Text(name) = key.value else {
                return Err((line, format!("{} where a key belongs", key.kind())));
            };
            let (event, at) = self.next()?;
            let node = self.node(event, at, depth + 1)?;
            if plain && name == "<<" {
                merged.push(node);
            } else if names.insert(name.clone()) {
                // The line of the key: a group begins below it.
                entries.push((name, Node { line, ..node }));
            } else {
                return Err((line, format!("key `{}` stands twice in one group", crate::console::one_line(&name))));
            }
        }
        for node in merged {
            let line = node.line;
            let maps = if let Value::List(maps) = node.value { maps } else { vec![node] };
            for map in maps {
                let Value::Map(more) = map.value else {
                    return Err((line, "`<<` stands for groups of keys only".into()));
                };
                entries.extend(more.into_iter().filter(|(name, _)| names.insert(name.clone())));
            }
        }
        Ok(entries)
    }
}

fn wrong(error: &ScanError) -> Wrong {
    (error.marker().line(), format!("no YAML: {}", error.info()))
}

/// Tags of YAML itself say what a reader finds by itself; others mean objects of a program.
fn known(tag: Option<Cow<'_, Tag>>, line: usize) -> Result<(), Wrong> {
    match tag {
        Some(tag) if !tag.is_yaml_core_schema() && tag.handle != "!!" => {
            Err((line, format!("tag `{tag}`, which PlanAlign does not read")))
        }
        _ => Ok(()),
    }
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<Cow<'_, Tag>>, line: usize) -> Result<Value, Wrong> {
    let as_text = tag.as_ref().is_some_and(|tag| tag.suffix == "str");
    known(tag, line)?;
    let null = style == ScalarStyle::Plain && !as_text && ["", "~", "null", "Null", "NULL"].contains(&text);
    Ok(if null { Value::Null } else { Value::Text(text.to_owned()) })
}

fn size(node: &Node) -> usize {
    1 + match &node.value {
        Value::List(items) => items.iter().map(size).sum(),
        Value::Map(entries) => entries.iter().map(|(_, node)| size(node)).sum(),
        _ => 0,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn tree(text: &str) -> Node {
        parse(text.as_bytes().to_vec(), 0).unwrap_or_else(|(line, what)| panic!("line {line}: {what}"))
    }

    #[test]
    fn anchors_and_merge_keys_are_resolved() {
        let root = tree("a: &base {x: 1, y: 2}\nb:\n  <<: *base\n  y: 3\nc: [*base, {<<: [*base, {x: 9, z: 4}]}]\n");
        let b = root.entry("b").unwrap();
        assert_eq!((b.entry("x").unwrap().text(), b.entry("y").unwrap().text()), (Some("1"), Some("3")));
        let Value::List(items) = &root.entry("c").unwrap().value else { panic!("a list") };
        assert_eq!(items[1].entry("x").unwrap().text(), Some("1"));
        assert_eq!(items[1].entry("z").unwrap().text(), Some("4"));
        assert_eq!(root.entry("b").unwrap().line, 2);
    }

    #[test]
    fn nothing_and_quoted_words_are_told_apart() {
        let root = tree("a:\nb: ~\nc: null\nd: \"null\"\ne: ''\nf: !!str null\n");
        assert!(["a", "b", "c"].iter().all(|key| root.entry(key).unwrap().is_null()));
        assert!(["d", "f"].iter().all(|key| root.entry(key).unwrap().text() == Some("null")));
        assert!(root.entry("e").unwrap().is_blank() && !root.entry("e").unwrap().is_null());
    }

    #[test]
    fn what_is_no_configuration_is_refused_by_line() {
        let deep = "a: ".to_owned() + &"[".repeat(100) + &"]".repeat(100);
        let bomb: String = ["a: &a [1,1,1,1,1,1,1,1,1,1]\n".to_owned()]
            .into_iter()
            .chain(('b'..='h').map(|c| {
                let before = char::from(c as u8 - 1);
                format!("{c}: &{c} [{}]\n", vec![format!("*{before}"); 10].join(","))
            }))
            .collect();
        for (text, line, words) in [
            ("a: 1\nb: 2\na: 3\n", 3, "stands twice"),
            ("a: {b: 1, b: 2}\n", 1, "stands twice"),
            ("a: 1\n---\nb: 2\n", 2, "second document"),
            ("a: 1\n\tb: 2\n", 2, "no YAML"),
            ("a: [1, 2\nb: 3\n", 2, "no YAML"),
            ("a: 1\n  b: 2\n", 2, "no YAML"),
            ("", 1, "nothing"),
            ("# only words\n", 1, "nothing"),
            ("- 1\n- 2\n", 1, "a list"),
            ("just words", 1, "just words"),
            ("a: !python/object x\n", 1, "tag"),
            ("? [1, 2]\n: 3\n", 1, "where a key belongs"),
            ("a: *nobody\n", 1, "no YAML"),
            ("a: 1\nb: {<<: 5}\n", 2, "groups of keys"),
            (&deep, 1, "deeper"),
            (&bomb, 5, "more than"),
        ] {
            let (at, what) = parse(text.as_bytes().to_vec(), 0).expect_err(text);
            assert!(what.contains(words), "{text}: {what}");
            assert!(at == line || words == "no YAML" || words == "nothing", "{text}: line {at}, {what}");
        }
        let (line, what) = parse(b"a: 1\nb: \xff\n".to_vec(), 0).expect_err("no text");
        assert!(line == 2 && what.contains("UTF-8"), "{line} {what}");
    }
}
