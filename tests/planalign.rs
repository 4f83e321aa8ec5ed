//! `planbench import-planalign` as a user calls it, and scenarios with people and plan of their own.

mod common;

use common::{check, folder, leftovers, planbench_in, read};
use std::fs;
use std::path::Path;

const CONFIG: &str = r#"
scenario_id: our_plan
plan_design_id: "ours 401k"
Simulation: {start_year: 2026, end_year: 2028, random_seed: 7, target_growth_rate: "0.02"}
setup: {census_parquet_path: people.csv, load_seeds: true}
workforce: {total_termination_rate: 0.1, new_hire_termination_rate: 0.2, part_time_new_hire_pct: 0}
compensation:
  cola_rate_percent: 2.5
  merit_budget: 0.04
  promotion_increase_percent: 18
  promotion_compensation: {distribution_range: 0.03, max_cap_pct: 0.4, level_overrides: {1: 0.12}}
promotion_hazard:
  base_rate: 0.05
  level_dampener_factor: 0.1
  age_multipliers: [{age_band: young, multiplier: 1.5}, {age_band: old, multiplier: 0.5}]
  tenure_multipliers: [{tenure_band: new, multiplier: 0.5}, {tenure_band: long, multiplier: 1}]
age_bands:
  - {band_id: 2, band_label: old, min_value: 40, max_value: 999, display_order: 2}
  - {band_id: 1, band_label: young, min_value: 0, max_value: 40, display_order: 1}
tenure_bands:
  - {band_id: 1, band_label: new, min_value: 0, max_value: 3, display_order: 1}
  - {band_id: 2, band_label: long, min_value: 3, max_value: 999, display_order: 2}
new_hire:
  age_distribution: [{age: 30, weight: 0.25}, {age: 40, weight: 0.75}]
  market_scenario: competitive
enrollment:
  auto_enrollment: {enabled: yes, scope: all_eligible_employees, hire_date_cutoff: 2015-06-01, window_days: 60,
                    default_deferral_rate: 0.03, opt_out_grace_period: 20, opt_out_rates: {target: 0.1}}
  proactive_enrollment: {timing_window: {min_days: 5, max_days: 25}}
  voluntary_enrollment: {job_level_multipliers: {individual: 0.8}}
  year_over_year_conversion: {enabled: false}
  match_magnet: {enabled: false, max_deferral_rate: 0.08}
deferral_auto_escalation: {enabled: true, effective_day: "07-01", increment_amount: 0.02, maximum_rate: 0.12,
                           hire_date_cutoff: "2018-01-01", first_escalation_delay_years: 2}
deferral_match_response: {enabled: false}
optimization: {max_workers: 1}
"#;

const PEOPLE: &str =
    "employee_id,employee_birth_date,employee_hire_date,employee_gross_compensation,employee_deferral_rate\n";

/// A place with the configuration, a census and seed tables.
fn place() -> tempfile::TempDir {
    let place = folder();
    let mut people = PEOPLE.to_owned();
    for number in 0..60 {
        let (age, pay) = (1960 + number % 40, 40_000 + number * 3_000);
        let rate = if number % 3 == 0 { "0.04" } else { "0" };
        people += &format!("E{number:03},{age}-05-05,20{:02}-03-03,{pay},{rate}\n", 5 + number % 20);
    }
    put(place.path(), "people.csv", &people);
    put(place.path(), "config.yaml", CONFIG);
    let mut levers = "scenario_id,fiscal_year,job_level,event_type,parameter_name,parameter_value\n".to_owned();
    for year in 2025..=2030 {
        for (level, merit) in [(1, 0.02), (2, 0.04)] {
            levers += &format!("default,{year},{level},RAISE,merit_base,{merit}\n");
            levers += &format!("our_plan,{year},{level},HIRE,compensation_percentile,0.4\n");
            levers += &format!("our_plan,{year},{level},hire,market_adjustment_multiplier,1.0\n");
        }
    }
    put(place.path(), "seeds/comp_levers.csv", &levers);
    let levels = "level_id,name,min_compensation,max_compensation,note\n2,Lead,100000,300000,x\n1,Staff,30000,90000,\n";
    put(place.path(), "seeds/config_job_levels.csv", levels);
    let split = "scenario_id,level_id,distribution_pct,use_fixed_distribution\ndefault,1,0,false\nour_plan,1,0.8,true\nour_plan,2,0.2,true\n";
    put(place.path(), "seeds/config_new_hire_level_distribution.csv", split);
    place
}

fn put(folder: &Path, name: &str, text: &str) {
    let file = folder.join(name);
    fs::create_dir_all(file.parent().expect("a folder")).expect("made");
    fs::write(file, text).expect("written");
}

const IMPORT: &str = "import-planalign config.yaml --seeds seeds --out plan";

#[test]
fn a_configuration_becomes_a_plan_that_all_engines_simulate() {
    let place = place();
    let at = place.path();
    let text = check(planbench_in(at, IMPORT), 0, &["Taken over", "Ignored", "NOT SIMULATED", "How the rules differ"]);
    for (key, to) in [
        ("simulation.target_growth_rate", "workforce.growth = 0.02"),
        ("compensation.cola_rate_percent", "raise.cola = 0.025"),
        ("compensation.merit_budget", "levels.merit = [0.026667, 0.053333]"),
        ("compensation.promotion_increase_percent", "promotion.raise_min = 0.15, promotion.raise_max = 0.21"),
        ("level_overrides.1", "promotion.raise_by_level.1 = 0.12"),
        ("promotion_hazard.base_rate", "promotion.base = 0.05"),
        ("promotion_hazard.age_multipliers", "promotion.age_multipliers = [1.5, 0.5]"),
        ("age_bands", "bands.age_from = [40]"),
        ("tenure_bands", "bands.tenure_from = [3]"),
        ("new_hire.age_distribution", "hiring.ages = 30: 1, 40: 3"),
        ("new_hire.market_scenario", "+5 %"),
        ("comp_levers.csv", "levels.hire_percentile = [0.42, 0.42]"),
        ("config_job_levels.csv", "2 levels"),
        ("config_new_hire_level_distribution.csv", "hiring.level_shares = [0.8, 0.2]"),
        ("hire_date_cutoff", "enrollment.auto_hired_from = 2015-06-01"),
        ("window_days", "enrollment.auto_window_days = 60"),
        ("opt_out_grace_period", "enrollment.opt_out_grace_days = 20"),
        ("default_deferral_rate", "enrollment.auto_rate = 0.03"),
        ("opt_out_rates.target", "by_age = [0.18, 0.11, 0.07, 0.04]"),
        ("timing_window", "enrollment.proactive_days = [5, 24]"),
        ("job_level_multipliers", "by_level = [0.8, 1, 1.1, 1.2]"),
        ("year_over_year_conversion.enabled", "by_age = 0 for everybody"),
        ("max_deferral_rate", "none above 0.08"),
        ("effective_day", "escalation.day = 07-01"),
        ("increment_amount", "escalation.increment = 0.02"),
        ("maximum_rate", "escalation.cap = 0.12"),
        ("deferral_auto_escalation.hire_date_cutoff", "escalation.hired_from = 2018-01-01"),
        ("first_escalation_delay_years", "escalation.delay_years = 2"),
        ("workforce.part_time_new_hire_pct", "changes nothing"),
        ("deferral_match_response", "switched off"),
        ("optimization", "how PlanAlign runs"),
    ] {
        assert!(text.lines().any(|line| line.contains(key) && line.contains(to)), "{key}: {to} not in\n{text}");
    }
    let settings = read(&at.join("plan/planbench.toml"));
    for part in ["name = \"our-plan\"", "seed = 7", "plan_design = \"ours 401k\"", "census = \"../people.csv\"", "2028"]
    {
        assert!(settings.contains(part), "{part}: {settings}");
    }
    let assumptions = read(&at.join("plan/assumptions.toml"));
    assert!(
        !assumptions.contains(&*at.to_string_lossy()) && !settings.contains(&*at.to_string_lossy()),
        "no place of this machine"
    );
    assert!(assumptions.contains("!! NOT SIMULATED") && assumptions.contains("config_job_levels.csv"), "{assumptions}");
    let parity = "parity --config plan/planbench.toml --scenario our-plan";
    check(planbench_in(at, parity), 0, &["our-plan seed 7 2026-2028, 60 people", "identical"]);
    check(planbench_in(at, &format!("{parity} --seed 8")), 0, &["seed 8", "identical"]);
    let generate = "generate --config plan/planbench.toml --scenario our-plan --mode polars --out events";
    check(planbench_in(at, generate), 0, &["events, fingerprint"]);
    let summary = read(&at.join("events/generation_summary.json"));
    assert!(summary.contains("ours 401k") && summary.contains("\"seed\": 7"), "{summary}");
    // The same again changes nothing; other content stays.
    check(planbench_in(at, IMPORT), 0, &["written to"]);
    put(at, "plan/planbench.toml", "mine");
    check(planbench_in(at, IMPORT), 2, &["planbench.toml", "other content", "--force"]);
    assert_eq!(
        (read(&at.join("plan/planbench.toml")).as_str(), read(&at.join("plan/assumptions.toml"))),
        ("mine", assumptions)
    );
    check(planbench_in(at, &format!("{IMPORT} --force")), 0, &["written to"]);
    assert!(read(&at.join("plan/planbench.toml")).contains("our-plan") && leftovers(at).is_empty());
}

#[test]
fn a_scenario_is_put_over_the_configuration() {
    let place = place();
    let over = "scenario_id: quick\nsimulation: {end_year: 2027}\nworkforce: {total_termination_rate: 0.3}\ntenure_bands:\n\
                - {band_id: 1, band_label: all, min_value: 0, max_value: 999, display_order: 1}\n\
                promotion_hazard: {base_rate: 0.1, level_dampener_factor: 0, age_multipliers: [{age_band: old, multiplier: 1}, \
                {age_band: young, multiplier: 2}], tenure_multipliers: [{tenure_band: all, multiplier: 1}]}\n";
    put(place.path(), "over.yaml", over);
    let line = format!("{IMPORT} --scenario over.yaml");
    let parts = [
        "workforce.termination = 0.3",
        "workforce.new_hire_termination = 0.2",
        "end_year = 2027",
        "bands.tenure_from = []",
    ];
    let text = check(planbench_in(place.path(), &line), 0, &parts);
    assert!(text.contains("age_multipliers = [2, 1]") && text.contains("planalign-quick"), "{text}");
    assert!(text.contains("takes the middle of the range"), "no rows of that scenario: {text}");
    check(
        planbench_in(place.path(), "parity --config plan/planbench.toml --scenario planalign-quick"),
        0,
        &["identical"],
    );
    check(planbench_in(place.path(), &format!("{IMPORT} --scenario no.yaml")), 2, &["no.yaml", "--scenario"]);
}

#[test]
fn what_is_lost_is_loud_and_refused_by_strict() {
    let place = place();
    let more = "eligibility: {waiting_period_days: 30, new_hire_ineligible_pct: 0.1}\nmystery: {key: 5}\nenrollment:\n  \
                auto_enrolment: {enabled: true}\n  match_magnet: {enabled: true}\n";
    put(place.path(), "over.yaml", more);
    put(place.path(), "seeds/our_own.csv", "a\n1\n");
    let line = format!("{IMPORT} --scenario over.yaml");
    let parts = [
        "waiting_period_days",
        "new_hire_ineligible_pct",
        "snap_probability",
        "UNKNOWN",
        "mystery.key",
        "auto_enrolment",
        "our_own.csv",
    ];
    check(planbench_in(place.path(), &line), 0, &[&parts[..], &["warning:"]].concat());
    let text = read(&place.path().join("plan/assumptions.toml"));
    for part in parts.iter().filter(|part| **part != "UNKNOWN") {
        assert!(text.lines().any(|line| line.starts_with("#   !! ") && line.contains(part)), "{part}: {text}");
    }
    fs::remove_dir_all(place.path().join("plan")).expect("removed");
    check(
        planbench_in(place.path(), &format!("{line} --strict")),
        2,
        &["not simulated", "nothing was written", "--strict"],
    );
    assert!(!place.path().join("plan").exists());
    put(place.path(), "empty.yaml", "workforce:\n# total_termination_rate: 0.3\n");
    let empty = format!("{IMPORT} --scenario empty.yaml");
    check(planbench_in(place.path(), &empty), 2, &["empty.yaml", "line 1", "key workforce", "is empty"]);
    put(place.path(), "off.yaml", "deferral_auto_escalation: {enabled: }\n");
    let off = format!("{IMPORT} --scenario off.yaml --force");
    check(planbench_in(place.path(), &off), 0, &["left empty, which is off", "escalation.enabled = false"]);
    fs::remove_dir_all(place.path().join("plan")).expect("removed");
    // Without the tables that change with the year and with everything off, nothing is lost.
    put(
        place.path(),
        "plain.yaml",
        "simulation: {start_year: 2025, end_year: 2026}\ncompensation: {}\n\
        enrollment: {match_magnet: {enabled: false}, auto_enrollment: {hire_date_cutoff: \"2021-02-03\"}}\n",
    );
    check(
        planbench_in(place.path(), "import-planalign plain.yaml --out plain --strict"),
        0,
        &["as built in", "2021-02-03"],
    );
    check(
        planbench_in(place.path(), "parity --config plain/planbench.toml --scenario planalign --employee-count 80"),
        0,
        &["identical"],
    );
}

#[test]
fn what_cannot_be_taken_over_is_refused_by_file_line_and_key() {
    let place = place();
    let base = "simulation: {start_year: 2025, end_year: 2026}\ncompensation: {}\n";
    for (text, parts) in [
        (
            format!("{base}workforce:\n  total_termination_rate: 5\n"),
            vec!["line 4", "total_termination_rate", "outside 0 to 1"],
        ),
        (format!("{base}workforce: {{total_termination_rate: lots}}\n"), vec!["line 3", "`lots` is not a number"]),
        (
            format!("{base}enrollment: {{voluntary_enrollment: {{base_rates_by_age: {{young: 30}}}}}}\n"),
            vec!["base_rates_by_age.young", "30 is outside 0 to 1", "0.03 for 3 %"],
        ),
        (format!("{base}dc_plan: {{opt_out_rate_young: 10}}\n"), vec!["opt_out_rate_young", "outside 0 to 1"]),
        (format!("{base}deferral_auto_escalation: {{enabled: \"false\"}}\n"), vec!["enabled", "leave the quotes out"]),
        (format!("{base}workforce: 5\n"), vec!["line 3", "key workforce", "keys with values"]),
        (format!("{base}workforce:\n"), vec!["line 3", "key workforce", "is empty"]),
        (format!("{base}workforce: {{total_termination_rate: }}\n"), vec!["total_termination_rate", "is empty"]),
        (
            format!("{base}enrollment: {{auto_enrollment: {{enabled: }}}}\n"),
            vec!["enrollment.auto_enrollment.enabled", "is empty"],
        ),
        ("simulation: 3\ncompensation: {}\n".into(), vec!["line 1", "key simulation", "keys with values"]),
        (format!("{base}promotion_hazard: 3\n"), vec!["line 3", "key promotion_hazard", "keys with values"]),
        (format!("{base}new_hire: {{age_distribution: []}}\n"), vec!["a list with entries belongs"]),
        (format!("{base}workforce: {{}}\nworkforce: {{}}\n"), vec!["line 4", "stands twice"]),
        (format!("{base}WorkForce: {{}}\nworkforce: {{}}\n"), vec!["workforce", "stands twice"]),
        (format!("{base}\tx: 1\n"), vec!["bad.yaml", "line"]),
        (format!("{base}---\na: 1\n"), vec!["second document"]),
        ("compensation: {}\n".into(), vec!["has no simulation"]),
        ("simulation: {start_year: 2025}\ncompensation: {}\n".into(), vec!["simulation.end_year"]),
        ("simulation: {start_year: 2025, end_year: 2024}\ncompensation: {}\n".into(), vec!["does not fit", "2024"]),
        ("simulation: {start_year: 2025.5, end_year: 2026}\ncompensation: {}\n".into(), vec!["whole number"]),
        (format!("{base}deferral_auto_escalation: {{effective_day: \"02-29\"}}\n"), vec!["effective_day", "02-29"]),
        (format!("{base}enrollment: {{auto_enrollment: {{scope: everybody}}}}\n"), vec!["everybody", "new_hires_only"]),
        (format!("{base}enrollment: {{auto_enrollment: {{enabled: perhaps}}}}\n"), vec!["perhaps", "true nor false"]),
        (format!("{base}enrollment: {{auto_enrollment: {{hire_date_cutoff: 01/02/2020}}}}\n"), vec!["not a date"]),
        (format!("{base}new_hire: {{market_scenario: wild}}\n"), vec!["wild", "competitive"]),
        (
            format!("{base}new_hire: {{age_distribution: [{{age: 5, weight: 1}}]}}\n"),
            vec!["age_distribution", "14 to 100"],
        ),
        (
            format!("{base}new_hire: {{age_distribution: [{{age: 30, wieght: 1}}]}}\n"),
            vec!["wieght", "known: age, weight"],
        ),
        (
            format!(
                "{base}new_hire: {{job_level_compensation: [{{level: 9, min_compensation: 1, max_compensation: 2}}]}}\n"
            ),
            vec!["9", "5 levels"],
        ),
        (
            format!(
                "{base}age_bands: [{{band_label: a, min_value: 0, max_value: 30}}, {{band_label: b, min_value: 31, max_value: 999}}]\n"
            ),
            vec!["age_bands", "no band holds 30"],
        ),
        (format!("{base}promotion_hazard: {{base_rate: 0.1}}\n"), vec!["promotion_hazard.level_dampener_factor"]),
        ("".into(), vec!["bad.yaml", "nothing"]),
    ] {
        put(place.path(), "bad.yaml", &text);
        let shown = check(planbench_in(place.path(), "import-planalign bad.yaml --out plan"), 2, &["error:"]);
        assert!(parts.iter().all(|part| shown.contains(part)), "{parts:?} not in\n{shown}\nof\n{text}");
        assert!(!place.path().join("plan").exists(), "{text}");
    }
    check(planbench_in(place.path(), "import-planalign none.yaml --out plan"), 2, &["none.yaml"]);
    check(planbench_in(place.path(), "import-planalign seeds --out plan"), 2, &["seeds"]);
    check(planbench_in(place.path(), "import-planalign config.yaml --out people.csv"), 2, &["is a file"]);
}

#[test]
fn seed_tables_that_do_not_fit_are_refused_by_line_and_column() {
    for (name, text, parts) in [
        (
            "config_job_levels",
            "level_id,name,min_compensation,max_compensation\n1,A,10,20\n3,B,30,40\n",
            ["level 2", "missing"],
        ),
        (
            "config_job_levels",
            "level_id,name,min_compensation,max_compensation\n12,A,10,20\n",
            ["line 2", "outside 1 to 9"],
        ),
        (
            "config_job_levels",
            "level_id,name,min_compensation,max_compensation\n1,A,50,60\n2,B,40,70\n",
            ["min_compensation", "not above"],
        ),
        ("config_job_levels", "level_id;name\n1;A\n", ["missing column(s)", "commas between cells"]),
        ("config_age_bands", "band_label,min_value,max_value\na,0,30\nb,20,999\n", ["config_age_bands.csv", "overlap"]),
        ("config_tenure_bands", "band_label,min_value,max_value\na,0,5\nb,5,50\n", ["50 and more", "999"]),
        ("config_promotion_hazard_age_multipliers", "age_band,multiplier\n< 25,1\n", ["25-34", "no multiplier"]),
        ("config_promotion_hazard_base", "base_rate,level_dampener_factor\n2,0\n", ["base_rate", "outside 0 to 1"]),
        ("config_new_hire_age_distribution", "scenario_id,hire_age,age_weight\nother,30,1\n", ["scenario", "default"]),
        (
            "config_new_hire_age_distribution",
            "scenario_id,hire_age,age_weight\ndefault,30\n",
            ["config_new_hire_age_distribution.csv", "line 2 has 2 cell(s), the header has 3"],
        ),
        (
            "comp_levers",
            "scenario_id,fiscal_year,job_level,event_type,parameter_name,parameter_value\ndefault,2025,1,RAISE,merit_base,0.1\ndefault,2025,1,raise,merit_base,0.2\n",
            ["line 3", "stands twice"],
        ),
    ] {
        let place = place();
        put(place.path(), "few.yaml", "simulation: {start_year: 2025, end_year: 2026}\ncompensation: {}\n");
        fs::remove_dir_all(place.path().join("seeds")).expect("removed");
        put(place.path(), &format!("seeds/{name}.csv"), text);
        check(planbench_in(place.path(), "import-planalign few.yaml --seeds seeds --out plan"), 2, &parts);
        assert!(!place.path().join("plan").exists());
    }
}

#[test]
fn a_plan_of_its_own_is_simulated_and_not_measured() {
    let place = place();
    let at = place.path();
    let text = read(&at.join("people.csv")).replace("employee_id,", "EMP_ID,");
    put(at, "named.csv", &text);
    put(at, "rates.toml", "[workforce]\ngrowth = 0.1\n");
    let entry = "[[scenario]]\nname = 'own'\nstart_year = 2026\nend_year = 2026\ncensus = 'named.csv'\nseed = 5\n\
                 columns = { employee_id = 'EMP_ID' }\nassumptions = 'rates.toml'\n";
    put(at, "planbench.toml", entry);
    check(planbench_in(at, "parity --scenario own"), 0, &["own seed 5 2026-2026, 60 people", "identical"]);
    check(planbench_in(at, "parity --scenario own --seeds 1..2"), 0, &["seed 1", "seed 2"]);
    check(planbench_in(at, "parity --scenario own --employee-count 5"), 2, &["its own years and head count"]);
    check(planbench_in(at, "scenarios"), 0, &["own", "census"]);
    // Flags go before what the scenario says of its file.
    let other = "parity --scenario own --column employee_id=OTHER";
    check(planbench_in(at, other), 2, &["OTHER", "named.csv"]);
    check(planbench_in(at, "parity --scenario own --date-format MM/DD/YYYY"), 2, &["named.csv", "MM/DD/YYYY"]);
    check(planbench_in(at, "parity --scenario quick --date-format MM/DD/YYYY"), 2, &["give --census"]);
    for (name, flag) in [("named.csv", "--census"), ("rates.toml", "--assumptions")] {
        fs::rename(at.join(name), at.join("away")).expect("moved");
        let text = check(planbench_in(at, "parity --scenario own"), 2, &[name, "check the path", flag]);
        assert!(!text.contains("TMPDIR"), "{text}");
        fs::rename(at.join("away"), at.join(name)).expect("moved");
    }
    for verb in ["run", "baseline-update --yes", "regression-check", "performance-gate"] {
        check(planbench_in(at, &format!("{verb} --scenarios own --modes reference")), 2, &["own", "not measured"]);
    }
    check(planbench_in(at, "run --dry-run --modes reference"), 0, &["left out: scenario own", "quick"]);
    for (line, parts) in [
        ("seed = -1", ["planbench.toml", "seed"]),
        ("date_format = 'MM/DD/YYYY'", ["date_format", "census"]),
        ("assumptions = ''", ["names no file", "own"]),
        ("plan_design = ''", ["plan_design", "empty"]),
        ("", ["no people", "employee_count"]),
    ] {
        put(at, "planbench.toml", &format!("[[scenario]]\nname = 'own'\nstart_year = 2026\nend_year = 2026\n{line}\n"));
        check(planbench_in(at, "scenarios"), 2, &parts);
    }
}
