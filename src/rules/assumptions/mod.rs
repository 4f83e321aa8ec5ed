//! Assumptions of a simulation: one typed structure with the documented defaults, overridable from a TOML file.
//!
//! Every key may be left out (the default stands); an unknown key is refused. The defaults are the published rates of
//! the Fidelity PlanAlign Engine, as listed in `docs/event-rules.md`, "Tables".

mod by_year;
mod check;
mod dates;
mod enrollment;
mod exact;
mod groups;
mod pay;
mod people;
mod whole;

pub use by_year::ByYear;
pub use dates::{IsoDay, MonthDay};
pub use enrollment::{Chances, Enrollment, Escalation};
pub use groups::{Bands, Segments};
pub use pay::{Promotion, Raise, RaiseRange};
pub use people::{Hiring, Level, Levels, WeightedAge, Workforce, YearRates};
pub use whole::Assumptions;
