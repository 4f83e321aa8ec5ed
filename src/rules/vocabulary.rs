//! The small closed vocabularies of the event log: categories with their types, bands and segments.

/// Levels run from 1 (Staff) to 5 (VP).
pub const LEVELS: usize = 5;

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
    /// A person joins.
    Hiring = 1, "hire" / "hiring";
    /// The deferral rate of somebody enrolled in an earlier year goes up.
    DeferralEscalation = 2, "deferral_escalation" / "deferral_escalation";
    /// A person moves up one level.
    Promotion = 3, "promotion" / "promotion";
    /// The annual merit and cost-of-living raise.
    Raise = 4, "raise" / "raise";
    /// First simulated year: an employee enrolls by choice.
    VoluntaryEnrollment = 5, "enrollment" / "voluntary_enrollment";
    /// Later years: an employee who had not enrolled does.
    YearOverYearConversion = 6, "enrollment" / "year_over_year_conversion";
    /// A new hire enrolls before auto-enrollment would.
    ProactiveVoluntary = 7, "enrollment" / "proactive_voluntary";
    /// A new hire is enrolled by the plan.
    AutoEnrollment = 8, "enrollment" / "auto_enrollment";
    /// Somebody auto-enrolled this year leaves the plan.
    EnrollmentOptOut = 9, "enrollment_change" / "enrollment_opt_out";
    /// Somebody hired this year leaves.
    NewHireTermination = 10, "termination" / "new_hire_termination";
    /// Somebody employed on 1 January leaves.
    Termination = 11, "termination" / "termination";
}

/// Lowest age of each age band after the first.
pub const AGE_BAND_FROM: [i32; 5] = [25, 35, 45, 55, 65];
/// Labels of the age bands.
pub const AGE_BANDS: [&str; 6] = ["< 25", "25-34", "35-44", "45-54", "55-64", "65+"];
/// Lowest tenure in years of each tenure band after the first.
pub const TENURE_BAND_FROM: [i32; 4] = [2, 5, 10, 20];
/// Labels of the tenure bands.
pub const TENURE_BANDS: [&str; 5] = ["< 2", "2-4", "5-9", "10-19", "20+"];
/// Lowest age of each enrollment age segment after the first.
pub const AGE_SEGMENT_FROM: [i32; 3] = [30, 45, 60];
/// Names of the enrollment age segments.
pub const AGE_SEGMENTS: [&str; 4] = ["young", "mid_career", "mature", "senior"];
/// Lowest annual pay, in cents, of each enrollment income segment after the first.
pub const INCOME_SEGMENT_FROM_CENTS: [i64; 3] = [5_000_000, 10_000_000, 20_000_000];
/// Names of the enrollment income segments.
pub const INCOME_SEGMENTS: [&str; 4] = ["low_income", "moderate", "high", "executive"];

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
        assert_eq!(
            [24, 25, 34, 64, 65, 120].map(|age| AGE_BANDS[band(age, &AGE_BAND_FROM)]),
            ["< 25", "25-34", "25-34", "55-64", "65+", "65+"]
        );
        assert_eq!(AGE_BANDS[band(-3, &AGE_BAND_FROM)], "< 25");
        assert_eq!(TENURE_BANDS[band(20, &TENURE_BAND_FROM)], "20+");
        assert_eq!(INCOME_SEGMENTS[band(4_999_999, &INCOME_SEGMENT_FROM_CENTS)], "low_income");
    }

    #[test]
    fn category_codes_are_their_position() {
        for (index, category) in Category::ALL.into_iter().enumerate() {
            assert_eq!(category as usize, index + 1);
        }
    }
}
