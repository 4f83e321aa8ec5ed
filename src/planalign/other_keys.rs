//! Keys of PlanAlign's configurations about the employer's contributions, and about running it.

use super::fate::Fate::{Looked, NoEvent, Unread};
use super::fate::Known;

const CONTRIBUTIONS: &str = "contributions of the employer are no events";
const OWN_DRAWS: &str = "its draws are not ours: seeds of the same number draw other people";
const SPEED: &str = "how PlanAlign runs, not what it simulates";
const MATCHING: &str = "contributions of the employer are no events; nobody's deferral follows the match here";
const DOCUMENTED: &str = "PlanAlign reads it nowhere";
const STUDIO: &str = "a field of PlanAlign's Studio, which its engine does not read";

/// Match and core contributions. What decides how high a match reaches is looked at: deferrals may follow it.
pub(super) const EMPLOYER: &[Known] = &[
    ("employer_match.active_formula", Looked),
    ("employer_match.formulas.**", Looked),
    ("employer_match.employer_match_status", Looked),
    ("employer_match.tenure_match_tiers", Looked),
    ("employer_match.points_match_tiers", Looked),
    ("employer_match.tenure_graded_bands", Looked),
    ("employer_match.apply_eligibility", NoEvent(CONTRIBUTIONS)),
    ("employer_match.eligibility.**", NoEvent(CONTRIBUTIONS)),
    ("deferral_match_response.**", Looked),
    ("dc_plan.deferral_match_response.**", Looked),
    ("dc_plan.match_template", Looked),
    ("dc_plan.match_tiers", Looked),
    ("dc_plan.match_status", Looked),
    ("dc_plan.match_graded_schedule", Looked),
    ("dc_plan.tenure_match_tiers", Looked),
    ("dc_plan.points_match_tiers", Looked),
    ("dc_plan.tenure_graded_bands", Looked),
    ("dc_plan.match_enabled", NoEvent(MATCHING)),
    ("dc_plan.match_cap_percent", NoEvent(MATCHING)),
    ("dc_plan.match_percent", Unread(STUDIO)),
    ("dc_plan.match_limit_percent", Unread(STUDIO)),
    ("dc_plan.vesting_schedule", Unread(STUDIO)),
    ("dc_plan.match_min_tenure_years", NoEvent(CONTRIBUTIONS)),
    ("dc_plan.match_require_year_end_active", NoEvent(CONTRIBUTIONS)),
    ("dc_plan.match_min_hours_annual", NoEvent(CONTRIBUTIONS)),
    ("dc_plan.match_allow_new_hires", NoEvent(CONTRIBUTIONS)),
    ("dc_plan.match_allow_terminated_new_hires", NoEvent(CONTRIBUTIONS)),
    ("dc_plan.match_allow_experienced_terminations", NoEvent(CONTRIBUTIONS)),
    ("dc_plan.core_enabled", NoEvent(CONTRIBUTIONS)),
    ("dc_plan.core_status", NoEvent(CONTRIBUTIONS)),
    ("dc_plan.core_contribution_rate", NoEvent(CONTRIBUTIONS)),
    ("dc_plan.core_contribution_rate_percent", NoEvent(CONTRIBUTIONS)),
    ("dc_plan.core_graded_schedule", NoEvent(CONTRIBUTIONS)),
    ("dc_plan.core_points_schedule", NoEvent(CONTRIBUTIONS)),
    ("dc_plan.core_age_schedule", NoEvent(CONTRIBUTIONS)),
    ("dc_plan.core_integration_enabled", NoEvent(CONTRIBUTIONS)),
    ("dc_plan.core_integration_level_mode", NoEvent(CONTRIBUTIONS)),
    ("dc_plan.core_integration_level_value", NoEvent(CONTRIBUTIONS)),
    ("dc_plan.core_integration_disparity_rate", NoEvent(CONTRIBUTIONS)),
    ("dc_plan.core_min_tenure_years", NoEvent(CONTRIBUTIONS)),
    ("dc_plan.core_require_year_end_active", NoEvent(CONTRIBUTIONS)),
    ("dc_plan.core_min_hours_annual", NoEvent(CONTRIBUTIONS)),
    ("dc_plan.core_allow_new_hires", NoEvent(CONTRIBUTIONS)),
    ("dc_plan.core_allow_terminated_new_hires", NoEvent(CONTRIBUTIONS)),
    ("dc_plan.core_allow_experienced_terminations", NoEvent(CONTRIBUTIONS)),
    ("employer_core_contribution.**", NoEvent(CONTRIBUTIONS)),
];

/// Everything about running PlanAlign.
pub(super) const MACHINERY: &[Known] = &[
    ("setup.clear_tables", NoEvent(SPEED)),
    ("setup.clear_mode", NoEvent(SPEED)),
    ("setup.clear_table_patterns", NoEvent(SPEED)),
    ("setup.load_seeds", NoEvent(SPEED)),
    ("setup.run_staging_models", NoEvent(SPEED)),
    ("setup.validate_results", NoEvent(SPEED)),
    ("setup.fail_on_validation_error", NoEvent(SPEED)),
    ("setup.enforce_contracts", NoEvent(SPEED)),
    ("data_sources.census_parquet_path", Unread("PlanAlign reads setup.census_parquet_path")),
    ("optimization.**", NoEvent(SPEED)),
    ("orchestrator.**", NoEvent(SPEED)),
    ("multi_year.**", NoEvent(SPEED)),
    ("corporate_network.**", NoEvent(SPEED)),
    ("production_safety.**", NoEvent(SPEED)),
    ("storage.**", NoEvent(SPEED)),
    ("advanced.**", Unread(STUDIO)),
    ("ops.**", Unread(DOCUMENTED)),
    ("ensemble.thresholds.**", NoEvent(SPEED)),
    ("ensemble.frozen_subsystem_seeds.**", NoEvent(OWN_DRAWS)),
];
