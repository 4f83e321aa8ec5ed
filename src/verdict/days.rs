//! Which sessions of a history tell how days differ by themselves, when nothing has changed.
//!
//! What is judged must not be its own yardstick: a doubling that is counted into the spread between days explains itself.
//! So neither the session that is judged nor any other of its build is counted (the daily monitor adds the day's figures
//! to the history before it checks), nor the session that is the baseline, which is the other side of the comparison.

use super::stored::{ENOUGH_SESSIONS, day_to_day};
use crate::machine::Build;
use crate::record::baseline::{Baseline, Samples};
use crate::record::run::RunRecord;
use crate::stats::geometric_mean;

/// The sessions of one work on one machine, sorted out.
pub(super) struct Days<'a> {
    /// Those that tell, each once.
    telling: Vec<&'a Baseline>,
    /// How many more there are that are part of the comparison.
    compared: usize,
}

impl<'a> Days<'a> {
    /// The sessions of `history` that are of the baseline's work and machine; `judged` is one of the runs under judgement.
    pub(super) fn of(history: &'a [Baseline], baseline: &Baseline, judged: &RunRecord) -> Self {
        let mut days = Self { telling: Vec::new(), compared: 0 };
        let mut seen: Vec<&str> = Vec::new();
        for entry in history.iter().filter(|entry| entry.key() == baseline.key()) {
            // A copy of a file is no further session.
            if seen.contains(&entry.session.as_str()) {
                continue;
            }
            seen.push(&entry.session);
            let of_a_side = entry.session == judged.session || entry.session == baseline.session;
            if of_a_side || same_build(entry, &judged.build) {
                days.compared += 1;
            } else {
                days.telling.push(entry);
            }
        }
        days
    }

    /// [`day_to_day`] of a figure that is positive.
    pub(super) fn spread(&self, figure: impl Fn(&Samples) -> &[f64]) -> Option<f64> {
        let values: Vec<f64> = self.telling.iter().filter_map(|entry| geometric_mean(figure(&entry.samples))).collect();
        day_to_day(&values)
    }

    /// Why there may be no spread.
    pub(super) fn words(&self) -> String {
        let more = match self.compared {
            0 => String::new(),
            some => {
                format!(" ({some} more of the build or session judged, or of the baseline's session, do not count)")
            }
        };
        format!(
            "the history holds {} session(s) of this work that tell it, and {ENOUGH_SESSIONS} are needed{more}",
            self.telling.len()
        )
    }
}

/// Whether an entry is of that build, as far as the records say: without a commit nobody knows.
fn same_build(entry: &Baseline, judged: &Build) -> bool {
    // As the entry names the commit.
    let of_entry = Build { git_commit: entry.git_commit.clone(), ..entry.build.program() };
    judged.git_commit.is_some() && of_entry == judged.program()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::Results;
    use crate::results::examples::session;
    use crate::verdict::Verdict;
    use crate::verdict::check::{BenchmarkCheck, against_baseline};
    use crate::verdict::thresholds::Thresholds;

    fn entry(records: &[RunRecord]) -> Baseline {
        let records: Vec<&RunRecord> = records.iter().collect();
        Baseline::from_records("main", &records[0].benchmark, &records).expect("a baseline")
    }

    /// Ten quiet nights, each of its own commit, two percent apart.
    fn quiet() -> Vec<Baseline> {
        let night = |night: u32| {
            let factor = 1.0 + 0.02 * (f64::from(night % 3) - 1.0);
            entry(&session(&format!("night-{night}"), Some(&format!("c{night}")), 0.1 * factor))
        };
        (0..10).map(night).collect()
    }

    fn checked(baseline: &Baseline, judged: &[RunRecord], history: &[Baseline]) -> BenchmarkCheck {
        let results = Results::new(judged.to_vec(), Vec::new());
        against_baseline(baseline, &results.groups[0].modes[0], &Thresholds::default(), false, history)
    }

    #[test]
    fn a_doubling_does_not_explain_itself() {
        let baseline = entry(&session("base", Some("c0"), 0.1));
        let judged = session("today", Some("new"), 0.2);
        let monitored = entry(&session("this-morning", Some("new"), 0.2));
        let nights = quiet();
        // Today's own session, another of the same build, either of them twice, and the baseline's.
        for added in [
            vec![],
            vec![entry(&judged)],
            vec![monitored.clone()],
            vec![entry(&judged), monitored.clone(), monitored, baseline.clone(), baseline.clone()],
        ] {
            let history = [nights.clone(), added].concat();
            let check = checked(&baseline, &judged, &history);
            assert_eq!(check.verdict, Verdict::Fail, "{check:?}");
            assert!(check.judgements.iter().all(|judgement| judgement.between_days), "{check:?}");
            let interval = check.judgements[0].ratio_interval.expect("one");
            assert!(interval.lower > 1.8 && interval.upper < 2.25, "{interval:?}");
            // And the same nights followed by one like them.
            let like = session("today", Some("new"), 0.101);
            assert_eq!(checked(&baseline, &like, &history).verdict, Verdict::Pass);
        }
    }

    #[test]
    fn ten_sessions_are_counted_of_what_is_left() {
        let baseline = entry(&session("base", Some("c0"), 0.1));
        let judged = session("today", Some("new"), 0.2);
        let mut history = quiet();
        history[0] = entry(&session("night-0", Some("new"), 0.1));
        history.extend([baseline.clone(), entry(&judged), history[5].clone()]);
        let check = checked(&baseline, &judged, &history);
        assert!(check.judgements.iter().all(|judgement| !judgement.between_days));
        let said = check.remarks.join("\n");
        assert!(said.contains("holds 9 session(s)") && said.contains("(3 more of the build"), "{said}");
        // Without a commit the build is unknown, and only the session itself is left out.
        let unknown = session("today", None, 0.1);
        let nights: Vec<Baseline> = (0..10).map(|night| entry(&session(&format!("n{night}"), None, 0.1))).collect();
        assert!(checked(&baseline, &unknown, &nights).judgements.iter().all(|judgement| judgement.between_days));
    }

    #[test]
    fn days_that_differ_prove_less() {
        let baseline = entry(&session("base", Some("c0"), 0.1));
        let judged = session("today", Some("new"), 0.125);
        let wild = |night: u32| {
            let seconds = 0.1 * [0.8, 1.0, 1.25][night as usize % 3];
            entry(&session(&format!("night-{night}"), Some(&format!("c{night}")), seconds))
        };
        assert_eq!(checked(&baseline, &judged, &quiet()).verdict, Verdict::Fail);
        let history: Vec<Baseline> = (0..12).map(wild).collect();
        assert_eq!(checked(&baseline, &judged, &history).verdict, Verdict::Inconclusive);
    }
}
