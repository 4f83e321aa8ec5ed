//! Holds `docs/troubleshooting.md` to the faults: each has an entry there, by its words or by its name.

use super::difference::Difference;
use super::flaw::Flaw;
use super::input::Input;
use super::outside::Outside;

/// Variants of `Error` and `Cause` that are told in the words of somebody else, or with words of their own.
const OTHERS: [&str; 7] = ["System", "Library", "Engine", "Temporary", "Missing", "Runs", "Interrupted"];

/// Shortest piece of a message that is searched for: shorter ones stand anywhere.
const SHORTEST: usize = 12;

/// The longest piece of a message that is the same whatever it is about.
fn fixed_words(message: &str) -> Option<String> {
    let text = message.split('"').nth(1).unwrap_or_default().replace("\\n", " ").replace('\\', " ");
    let pieces = text.split('{').flat_map(|part| part.rsplit('}').next());
    let plain = |piece: &str| piece.split_whitespace().collect::<Vec<_>>().join(" ");
    pieces.map(plain).filter(|piece| piece.len() >= SHORTEST).max_by_key(String::len)
}

fn missing(page: &str, faults: &[(&str, &str)]) -> Vec<String> {
    let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
    let told = |(name, message): &(&str, &str)| {
        page.contains(&format!("| `{name}` |")) || fixed_words(message).is_some_and(|words| page.contains(&words))
    };
    faults.iter().filter(|fault| !told(fault)).map(|(name, message)| format!("{name}: {message}")).collect()
}

#[test]
fn every_fault_has_an_entry_and_every_entry_by_name_a_fault() {
    let page = include_str!("../../docs/troubleshooting.md");
    let others = OTHERS.map(|name| (name, ""));
    let faults = [Input::ALL, Difference::ALL, Flaw::ALL, Outside::ALL, &others].concat();
    assert!(faults.len() > 100, "only {} faults", faults.len());
    let missing = missing(page, &faults);
    assert!(missing.is_empty(), "docs/troubleshooting.md has no entry for\n{}", missing.join("\n"));
    let by_name = page.split("\n## By name\n").nth(1).expect("a section");
    let names = by_name.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |").map(|(name, _)| name));
    for name in names {
        assert!(faults.iter().any(|(known, _)| *known == name), "there is no fault {name}");
    }
}

#[test]
fn a_fault_without_an_entry_is_found() {
    let faults =
        [("Known", "(\"the door is {state} today, \\\n              and ajar\")"), ("New", "(\"{}: {error}\")")];
    assert_eq!(missing("today, and ajar", &faults), ["New: (\"{}: {error}\")"]);
    assert_eq!(missing("| `New` | the door |", &faults).len(), 1);
}
