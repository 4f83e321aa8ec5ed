//! That the checks fail where they must: on planted files.

use super::*;

/// Faults of planted files, of rooms `lib`, `a` and `b` from top to bottom.
fn planted(files: &[(&str, &str)]) -> String {
    let root = ("lib.rs", "pub mod a; mod b;");
    let texts = [root].iter().chain(files).map(|(file, text)| (file.to_string(), text.to_string())).collect();
    House::read(&texts).faults(&["lib", "a", "b"]).0.join("\n")
}

#[test]
fn a_step_up_is_seen_however_it_is_written() {
    let up = [
        "use crate::a::Up;",
        "use crate::{b::Own, a::{self, deep::{Up, Other as Name}}};",
        "use super::a::*;",
        "pub use super::a as other;",
        "fn f() -> Vec<crate::a::Up> { Vec::new() }",
        "fn f() { let x = super::a::up(); }",
        "mod inner { use super::super::a::Up; }",
        "mod inner { fn f() { self::super::super::a::up() } }",
        "fn f() { println!(\"{}\", format!(\"{}\", crate::a::up())); }",
        "#[derive(Deserialize)] struct S { #[serde(default = \"crate::a::up\")] field: u8 }",
        "impl crate::a::Up for S {}",
        "use crate::Reexported;",
    ];
    for text in up {
        let said = planted(&[("a.rs", ""), ("b.rs", text)]);
        let expected = if text.contains("Reexported") { "b is below lib" } else { "b is below a and imports it" };
        assert!(said.contains(expected) && said.contains("b.rs -> "), "{text}: {said:?}");
    }
}

#[test]
fn what_runs_down_or_is_for_tests_or_text_is_no_fault() {
    let fine = [
        "#[cfg(test)] use crate::a::Up;",
        "#[cfg(all(test, unix))] mod tests { use crate::a::Up; }",
        "#[cfg(test)] mod tests;",
        "#[cfg(test)] fn f() { crate::a::up() }",
        "struct S; impl S { #[cfg(test)] fn f() { crate::a::up() } }",
        "/// As [`crate::a::Up`].\npub(super) struct S;",
        "fn f() { other::a::up(); let a = 1; println!(\"a::up\"); }",
        "use self::inner::X; mod inner { pub(in super::super) struct X; }",
    ];
    for text in fine {
        let files = [("a.rs", "use crate::b::Down;"), ("b.rs", text), ("b/tests.rs", "use crate::a::Up;")];
        assert_eq!(planted(&files), "", "{text}");
    }
    assert!(planted(&[("a.rs", ""), ("b.rs", "#[cfg(not(test))] use crate::a::Up;")]).contains("b is below a"));
}

#[test]
fn circles_are_named_with_what_ties_them() {
    let rooms = planted(&[("a.rs", "use crate::b::Down;"), ("b.rs", "use crate::a::Up;")]);
    assert!(
        rooms.contains("a circle of a, b:\n    a.rs -> b.rs (crate::b::Down)\n    b.rs -> a.rs (crate::a::Up)"),
        "{rooms}"
    );
    // Within a room: two siblings, and a child that imports what its mod.rs holds or passes on.
    let siblings = [
        ("a.rs", ""),
        ("b/mod.rs", "mod x; mod y; mod z;"),
        ("b/x.rs", "use super::y::Y;"),
        ("b/y.rs", "use crate::b::z::Z;"),
        ("b/z.rs", "fn f() { super::x::f() }"),
    ];
    let said = planted(&siblings);
    assert!(said.starts_with("a circle of b/x.rs, b/y.rs, b/z.rs:\n    b/x.rs -> b/y.rs (crate::b::y::Y)"), "{said}");
    let child =
        [("a.rs", ""), ("b/mod.rs", "mod x; pub use x::X; pub struct Own;"), ("b/x.rs", "use super::{X, Own};")];
    let said = planted(&child);
    assert!(said.contains("b/mod.rs -> b/x.rs (mod x)") && said.contains("(crate::b::Own)"), "{said}");
}

#[test]
fn the_map_and_the_rooms_are_the_same() {
    let texts = [("lib.rs", "mod a; mod c;"), ("a.rs", ""), ("c.rs", "")];
    let house = House::read(&texts.map(|(file, text)| (file.to_owned(), text.to_owned())).into());
    let (faults, counts) = house.faults(&["lib", "a", "b", "a"]);
    let said = ["c is not on the map", "the map has b, which", "the map has a, which"];
    assert!(faults.len() == 3 && said.iter().zip(&faults).all(|(said, fault)| fault.starts_with(said)), "{faults:?}");
    assert_eq!(counts, "3 rooms, 2 arrows, 0 up, 0 circles of rooms, 0 circles of files");
    let page = "# Page\n\n## Rooms\n\nTop to bottom:\n\n```text\nlib  the door\na    a room\n```\n\n```text\nno\n```\n";
    assert_eq!(map_of(page), ["lib", "a"]);
}
