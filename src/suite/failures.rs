//! Benchmarks that cannot be measured: they leave no figure, the others go on, and the suite says so in the end.

use crate::error::{Error, Result};
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Travels through Criterion instead of a figure.
struct GivenUp(Error);

/// Leaves a benchmark from inside. Criterion knows no way to say that there is no figure; unwinding past it, which is no
/// panic, leaves nothing written and nothing printed that looks like one.
pub(super) fn give_up(error: Error) -> ! {
    resume_unwind(Box::new(GivenUp(error)))
}

/// Runs a benchmark.
///
/// # Errors
/// What it was given up with.
pub(super) fn attempted(benchmark: impl FnOnce()) -> Result<()> {
    catch_unwind(AssertUnwindSafe(benchmark)).map_err(|cause| match cause.downcast::<GivenUp>() {
        Ok(given_up) => given_up.0,
        Err(panic) => resume_unwind(panic),
    })
}

/// What could not be measured so far.
#[derive(Default)]
pub(super) struct Failures(RefCell<Vec<(String, bool)>>);

impl Failures {
    /// Says why a benchmark could not be measured, and remembers it.
    ///
    /// # Errors
    /// When somebody interrupted: then nothing goes on.
    pub fn note(&self, benchmark: &str, outcome: Result<()>) -> Result<()> {
        match outcome {
            Err(error @ Error::Interrupted) => return Err(error),
            Err(error) => {
                crate::console::error(format!("{benchmark}: {}", error.chain()));
                self.0.borrow_mut().push((benchmark.to_owned(), error.differs()));
            }
            Ok(()) => {}
        }
        Ok(())
    }

    /// The outcome of the whole suite.
    ///
    /// # Errors
    /// Lists what could not be measured; of parity if an output was wrong.
    pub fn conclude(&self) -> Result<()> {
        let failed = self.0.borrow();
        if failed.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = failed.iter().map(|(name, _)| name.as_str()).collect();
        let what = format!("{} benchmark(s) left no figure: {}", names.len(), names.join(", "));
        Err(Error::Runs { what, differs: failed.iter().any(|(_, differs)| *differs) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_benchmark_that_gives_up_leaves_the_others_and_the_outcome() {
        let failures = Failures::default();
        let given_up = attempted(|| give_up(Error::Runs { what: "killed".into(), differs: false }));
        assert!(given_up.as_ref().is_err_and(|error| error.to_string() == "killed"));
        failures.note("a/sql/peak_memory", given_up).expect("the others go on");
        failures.note("a/polars/peak_memory", attempted(|| ())).expect("the others go on");
        let outcome = failures.conclude().expect_err("one is missing");
        assert_eq!(outcome.exit_code(), 2);
        let text = outcome.to_string();
        assert!(
            text.contains("1 benchmark") && text.contains("a/sql/peak_memory") && !text.contains("polars"),
            "{text}"
        );
        let other_rows = Error::Runs { what: "other rows".into(), differs: true };
        failures.note("a/sql/wall_time", Err(other_rows)).expect("the others go on");
        assert_eq!(failures.conclude().expect_err("two are missing").exit_code(), 1);
        assert!(failures.note("a/sql/cpu_time", Err(Error::Interrupted)).is_err(), "nothing goes on");
        assert!(Failures::default().conclude().is_ok());
    }

    #[test]
    fn a_panic_is_not_taken_for_giving_up() {
        let panic = catch_unwind(|| drop(attempted(|| resume_unwind(Box::new("a fault")))));
        assert_eq!(panic.expect_err("it goes on").downcast_ref::<&str>(), Some(&"a fault"));
    }
}
