//! Engines in the settings file: what is refused there, and which names there are.

use crate::shop::Shop;

#[test]
fn a_settings_file_with_an_engine_that_cannot_be_is_refused_by_name() {
    let program = "command = ['sh']";
    for (settings, words) in [
        ("name = 'sql'\ncommand = ['sh']", &["engine", "`sql` is taken"][..]),
        ("name = 'all'\ncommand = ['sh']", &["`all` is taken"]),
        ("name = 'Mine'\ncommand = ['sh']", &["`Mine` is no name of an engine", "small letters"]),
        ("name = 'own'\ncommand = ['sh']\ndraw = true", &["unknown field `draw`", "draws"]),
        ("name = 'own'\ncommand = ['sh']\n[[engine]]\nname = 'own'\ncommand = ['sh']", &["engine own", "taken"]),
        ("name = 'own'\nprotocol = 'once'\ncommand = ['sh', '{output}']", &["engine own", "{input} and {output}"]),
        ("name = 'own'\ncommand = ['sh', '{input}']", &["engine own", "once"]),
        ("name = 'own'", &["missing field `command`"]),
        ("name = 'own'\ncommand = []", &["engine own: command names no program"]),
        ("name = 'own'\ncommand = ['sh']\ntime_limit_seconds = 0", &["engine own: time_limit_seconds = 0"]),
        ("name = 'own'\ncommand = ['sh']\nprotocol = 'rest'", &["unknown variant `rest`", "session"]),
    ] {
        let shop = Shop::empty();
        shop.settings(&format!("[[engine]]\n{settings}"));
        let words = [&["planbench.toml"], words].concat();
        shop.check("parity --scenarios quick --modes reference sql", 2, &words);
        assert!(settings.contains(program) || words.len() > 1);
    }
}

#[test]
fn names_of_engines_are_known_and_all_is_every_one() {
    let shop = Shop::new();
    shop.session("own", "", "");
    shop.once("own-once", "copy", "");
    for line in [
        "run --dry-run --modes spark",
        "parity --modes reference spark",
        "generate --mode spark --scenario quick --out x",
    ] {
        shop.check(line, 2, &["unknown mode `spark`", "sql, polars, reference, own, own-once"]);
    }
    let text = shop.check("run --dry-run --scenarios quick --modes all", 0, &[]);
    for mode in ["sql", "polars", "reference", "own", "own-once"] {
        assert!(text.contains(&format!("quick/{mode}: ")), "{text}");
    }
    // Who names none means the built-in ones.
    let text = shop.check("run --dry-run --scenarios quick", 0, &["quick/sql"]);
    assert!(!text.contains("quick/own"), "{text}");
    shop.check("parity --scenarios quick --modes all", 0, &["identical: 1 run(s), 457 events, 5 modes"]);
    shop.settings("");
    // What the file itself names is looked at when it is read.
    let other = Shop::empty();
    other.settings("modes = ['reference', 'spark']\n[[engine]]\nname = 'own'\ncommand = ['sh']");
    other.check("run --dry-run", 2, &["planbench.toml", "modes", "unknown mode `spark`", "own"]);
}
