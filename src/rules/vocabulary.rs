//! The small closed vocabularies of the event log: categories with their types, bands and segments.

/// Most levels that a plan may have; they are counted from 1.
pub const MAX_LEVELS: usize = 9;

/// A number for each level, lowest first; 0 beyond the plan's levels.
pub type PerLevel = [i64; MAX_LEVELS];

macro_rules! categories {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $event_type:literal / $category:literal;)*) => {
        /// What an event is. The code is also the order of events that fall on one person's same day.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Category { $($(#[$doc])* $name = $code),* }

        impl Category {
            /// Every category, in same-day order.
            pub const ALL: [Category; 11] = [$(Category::$name),*];

            /// Value of the `event_category` column.
            pub const fn name(self) -> &'static str {
                match self { $(Category::$name => $category),* }
            }

            /// Value of the `event_type` column.
            pub const fn event_type(self) -> &'static str {
                match self { $(Category::$name => $event_type),* }
            }
        }
    };
}

categories! {
    /// Somebody employed on 1 January leaves.
    Termination = 1, "termination" / "termination";
    /// Somebody hired this year leaves.
    NewHireTermination = 2, "termination" / "new_hire_termination";
    /// A person joins.
    Hiring = 3, "hire" / "hiring";
    /// First simulated year: an employee enrolls by choice.
    VoluntaryEnrollment = 4, "enrollment" / "voluntary_enrollment";
    /// Later years: an employee who had not enrolled does.
    YearOverYearConversion = 5, "enrollment" / "year_over_year_conversion";
    /// A new hire enrolls before auto-enrollment would.
    ProactiveVoluntary = 6, "enrollment" / "proactive_voluntary";
    /// The plan enrolls a person.
    AutoEnrollment = 7, "enrollment" / "auto_enrollment";
    /// Somebody auto-enrolled this year leaves the plan.
    EnrollmentOptOut = 8, "enrollment_change" / "enrollment_opt_out";
    /// The deferral rate of somebody enrolled in an earlier year goes up.
    DeferralEscalation = 9, "deferral_escalation" / "deferral_escalation";
    /// A person moves up one level.
    Promotion = 10, "promotion" / "promotion";
    /// The annual merit and cost-of-living raise.
    Raise = 11, "raise" / "raise";
}

/// Highest age, tenure or level that a bound between bands or segments may name.
pub const MAX_YEARS: i32 = 150;

/// Whoever has this age on 1 January or is older is not promoted.
pub const PROMOTION_AGE_BELOW: i32 = 65;

/// Segments of age that enrollment goes by: young, mid_career, mature, senior.
pub const AGE_SEGMENTS: usize = 4;
/// Segments of pay that enrollment goes by: low_income, moderate, high, executive.
pub const INCOME_SEGMENTS: usize = 4;
/// Segments of levels that enrollment goes by: individual, senior, manager, executive.
pub const LEVEL_SEGMENTS: usize = 4;
/// Segments of tenure that enrollment goes by: new_employee, established, veteran.
pub const TENURE_SEGMENTS: usize = 3;

/// Index of the band or segment a value falls in: how many lower bounds it reaches.
#[inline]
pub fn band<T: PartialOrd>(value: T, lower_bounds: &[T]) -> usize {
    lower_bounds.iter().filter(|&bound| value >= *bound).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_include_their_lower_bound() {
        assert_eq!([-3, 24, 25, 34, 64, 65, 120].map(|age| band(age, &[25, 35, 65])), [0, 0, 1, 1, 2, 3, 3]);
        assert_eq!(band(7, &[]), 0);
    }

    #[test]
    fn category_codes_are_their_position() {
        for (index, category) in Category::ALL.into_iter().enumerate() {
            assert_eq!(category as usize, index + 1);
        }
    }
}
