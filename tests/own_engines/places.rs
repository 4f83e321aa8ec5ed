//! Programs that are not there, and places with all kinds of names.

use crate::common::check;
use crate::shop::{Shop, records_in};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

#[test]
fn programs_that_cannot_be_started_are_named() {
    let shop = Shop::empty();
    fs::write(shop.place().join("plain.sh"), "#!/bin/sh\n").unwrap();
    let engine = |name: &str, settings: &str| shop.settings(&format!("[[engine]]\nname = '{name}'\n{settings}"));
    engine("plain", "command = ['./plain.sh']");
    engine("plain-once", "command = ['./plain.sh', '{input}', '{output}']\nprotocol = 'once'");
    engine("missing", "command = ['./nobody']");
    engine("bare", "command = ['no-such-program-here']");
    engine("folderless", "command = ['sh']\nfolder = 'nowhere'");
    for (name, words) in [
        ("plain", ["`./plain.sh` cannot be started", "Permission denied"]),
        ("plain-once", ["`./plain.sh` cannot be started", "Permission denied"]),
        ("missing", ["`./nobody` cannot be started", "No such file or directory"]),
        ("bare", ["`no-such-program-here` cannot be started", "No such file or directory"]),
        ("folderless", ["`sh` cannot be started", "nowhere: No such file or directory"]),
    ] {
        let words = [&*format!("engine {name}, "), words[0], words[1], "settings file"];
        shop.check(&format!("parity --scenarios quick --modes reference {name}"), 2, &words);
    }
    let run = "run --scenarios quick --runs 1 --modes reference plain missing plain-once";
    shop.check(run, 2, &["quick/plain run 1", "quick/missing run 1", "written: out/reports/report.json"]);
    assert_eq!(shop.record("reference")["success"], true);
    assert_eq!(shop.record("missing")["success"], false);
}

#[test]
fn names_of_folders_may_have_blanks_and_accents_and_be_no_text() {
    let shop = Shop::new();
    shop.session("own", "", "");
    shop.once("own-once", "copy", "");
    let modes = "--scenarios quick --modes reference own own-once";
    let temporary = shop.place().join("zeitweilig à côté 'x'");
    fs::create_dir(&temporary).unwrap();
    let mut parity = shop.planbench(&format!("parity {modes}"));
    check(parity.env("TMPDIR", &temporary), 0, &["identical"]);
    assert_eq!(fs::read_dir(&temporary).unwrap().count(), 0);
    for name in [OsStr::new("été à la mer"), OsStr::from_bytes(b"caf\xe9")] {
        let out = shop.place().join(name);
        let mut run = shop.planbench(&format!("run {modes} --runs 1"));
        check(run.env("BENCHMARK_OUTPUT_DIR", &out), 0, &["quick/own", "quick/own-once"]);
        shop.nothing_is_left();
        assert!(["own", "own-once"].iter().all(|name| records_in(&out, name)[0]["success"] == true));
    }
    // So may that of the settings file, in which engines run.
    let elsewhere = shop.place().join(OsStr::from_bytes(b"ann\xe9e"));
    fs::create_dir(&elsewhere).unwrap();
    for name in ["planbench.toml", "own.sh", "own-once.sh"] {
        fs::copy(shop.place().join(name), elsewhere.join(name)).unwrap();
    }
    check(
        shop.planbench(&format!("run {modes} --runs 1")).current_dir(&elsewhere),
        0,
        &["quick/own", "quick/own-once"],
    );
    // Where the only place for temporary files is no text, that is said.
    let latin = shop.place().join(OsStr::from_bytes(b"tmp\xe9"));
    fs::create_dir(&latin).unwrap();
    let mut parity = shop.planbench("parity --scenarios quick --modes reference own");
    check(parity.env("TMPDIR", &latin), 2, &["temporary files in ", "not UTF-8"]);
    assert_eq!(fs::read_dir(&latin).unwrap().count(), 0);
}
