//! A log replayed: what every log must hold, whatever the plan.

use planalign_bench::census::Census;
use planalign_bench::events::schema::position;
use planalign_bench::events::year::Events;
use planalign_bench::rules::calendar::year_of;
use planalign_bench::rules::run::RunSpec;
use std::collections::HashMap;

/// The order of one person's events on one day, as PlanAlign's own tests have it.
const SAME_DAY: [&str; 7] =
    ["termination", "hire", "enrollment", "enrollment_change", "deferral_escalation", "promotion", "raise"];

/// Where the events of a type stand on their day.
fn priority(event_type: &str) -> usize {
    SAME_DAY.iter().position(|known| *known == event_type).unwrap()
}

/// A person as the log has left them.
#[derive(Clone)]
struct Person {
    hire_date: i64,
    level_id: i64,
    pay_cents: i64,
    deferral_bp: i64,
    enrolled: bool,
    opted_out: bool,
    never_escalates: bool,
}

/// Replays a log: every event must fit the state that the events before it left, and the years must end as planned.
pub fn replay(run: &RunSpec, census: &Census, tables: &[Events]) {
    let mut people: HashMap<String, Person> = (0..census.len())
        .map(|row| {
            let person = Person {
                hire_date: census.hire_date[row].into(),
                level_id: census.level_id[row].into(),
                pay_cents: census.compensation_cents[row],
                deferral_bp: census.deferral_bp[row].into(),
                enrolled: census.deferral_bp[row] > 0,
                opted_out: false,
                never_escalates: census.escalation_opt_out[row],
            };
            (census.employee_id.value(row).to_owned(), person)
        })
        .collect();
    let plans = run.plans(census.len()).unwrap();
    for ((year, events), plan) in run.years().zip(tables).zip(plans) {
        let table = events.rows();
        let text = |name: &str, row: usize| table.text(position(name), row).unwrap_or_default().to_owned();
        let int = |name: &str, row: usize| table.int(position(name), row).map(|value| value as i64);
        let mut last: HashMap<String, (i64, usize, i64)> = HashMap::new();
        let mut gone = Vec::new();
        for row in 0..table.len() {
            let (id, category, date) =
                (text("employee_id", row), text("event_category", row), int("effective_date", row).unwrap());
            assert_eq!(year_of(date as i32), year, "{category} of {id} outside {year}");
            assert!(!gone.contains(&id), "{category} of {id} after termination");
            let sequence = int("event_sequence", row).unwrap();
            let order = (date, priority(&text("event_type", row)), sequence);
            if let Some(before) = last.insert(id.clone(), order) {
                assert!(before < order && sequence == before.2 + 1, "{id} in {year} is out of order");
                let leaves = category.contains("termination");
                assert!(!leaves || before.0 < date, "{id} leaves on a day of {year} on which something else happens");
            } else {
                assert_eq!(sequence, 1, "{id} in {year}");
            }
            if category == "hiring" {
                let person = Person {
                    hire_date: date,
                    level_id: int("level_id", row).unwrap(),
                    pay_cents: int("compensation_amount", row).unwrap(),
                    deferral_bp: 0,
                    enrolled: false,
                    opted_out: false,
                    never_escalates: false,
                };
                assert!(people.insert(id.clone(), person).is_none(), "{id} hired twice");
            }
            let person = people.get_mut(&id).unwrap_or_else(|| panic!("{category} of unknown {id}"));
            assert!(date >= person.hire_date, "{category} of {id} before hire");
            if let Some(previous) = int("previous_compensation", row) {
                assert_eq!(previous, person.pay_cents, "{category} of {id} in {year}");
                person.pay_cents = int("compensation_amount", row).unwrap();
                assert!(person.pay_cents >= previous);
            }
            if let Some(previous) = int("prev_employee_deferral_rate", row) {
                assert_eq!(previous, person.deferral_bp, "{category} of {id} in {year}");
                person.deferral_bp = int("employee_deferral_rate", row).unwrap();
            }
            match category.as_str() {
                "promotion" => person.level_id += 1,
                "enrollment_opt_out" => (person.enrolled, person.opted_out) = (false, true),
                "deferral_escalation" => assert!(person.enrolled && !person.never_escalates, "{id} in {year}"),
                "termination" | "new_hire_termination" => gone.push(id.clone()),
                "hiring" | "raise" => {}
                _ => {
                    assert!(!person.enrolled && !person.opted_out, "{category} of {id}, who cannot enroll");
                    person.enrolled = true;
                }
            }
            assert_eq!(int("level_id", row).unwrap(), person.level_id, "{category} of {id} in {year}");
            assert_eq!(int("compensation_amount", row).unwrap(), person.pay_cents, "{category} of {id} in {year}");
            assert!((0..=1_000_000).contains(&int("event_probability", row).unwrap()));
        }
        for id in gone {
            people.remove(&id);
        }
        assert_eq!(people.len() as i64, plan.target, "head count after {year}");
    }
}
