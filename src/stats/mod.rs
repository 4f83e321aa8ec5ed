//! Statistics of repeated measurements: plain numbers in, estimates with their uncertainty out.
//!
//! Nothing here knows what was measured, reads a clock or a file, or decides a verdict. Every function takes finite
//! `f64` values and answers `None` where the values cannot carry the answer (too few, not finite, out of range); it
//! never panics and never stands in a zero for something unknown. Whatever is random takes its seed as an argument.
//!
//! Two-sample functions take the older side first, and their sign is that of the change: `after - before`.
//!
//! | Question | Module |
//! |---|---|
//! | How do the values lie? | [`describe`], and all at once [`figure`] |
//! | How far may the truth be from the estimate? | [`interval`], [`positive`], [`signed_rank`] |
//! | Could chance alone have done this? | [`hypothesis`], [`signed_rank`], [`multiple`] |
//! | How large is the difference against the noise? | [`effect`] |
//! | How many rounds would settle it? | [`power`] |
//! | When did a history change? | [`change_points`] |
//! | How does the cost grow with the size? | [`scaling`] |
//! | From which size on is the other one faster? | [`crossing`] |

pub mod change_points;
pub mod crossing;
pub mod describe;
mod distribution;
pub mod effect;
pub mod figure;
pub mod hypothesis;
pub mod interval;
pub mod multiple;
mod null;
pub mod positive;
pub mod power;
pub mod scaling;
pub mod signed_rank;
#[cfg(test)]
mod simulation;

pub use change_points::{ChangePoint, ChangePointSearch};
pub use crossing::{Crossing, certain_sign, crossings, on_axis};
pub use describe::{coefficient_of_variation, mean, median, quantile, standard_deviation};
pub use effect::{Magnitude, cohens_d, hedges_g};
pub use figure::{Figure, Statistic};
pub use hypothesis::{TTest, student_t_test, welch_t_test};
pub use interval::{CONFIDENCE, Estimate, Interval, paired_difference, t_interval, welch_difference};
#[cfg(test)]
use multiple::adjusted_p_values;
pub use multiple::benjamini_hochberg;
pub use positive::{geometric_mean, geometric_mean_interval};
pub use power::{minimum_detectable_effect, rounds_needed};
pub use scaling::log_log_slope;
pub use signed_rank::{hodges_lehmann, signed_rank_test};
