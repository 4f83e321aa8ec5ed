//! How the rules differ from PlanAlign's, whatever a configuration says.

/// One line each. `docs/planalign.md` says the same at more length.
pub const DIFFERS: [&str; 14] = [
    "draws: the same seed draws other people, so compare sums, not persons",
    "raises: PlanAlign's fall on 15 July; here on a random day of July",
    "enrollment by choice: PlanAlign offers it every January and on the day of hire; here in the first year, and to hires once",
    "conversion in June: in PlanAlign in the first year, too",
    "who opted out: PlanAlign's plan enrolls people again the next year where its scope reaches them; here never",
    "opt-out of employees enrolled on 15 January: on 15 June in PlanAlign; here after the days of grace",
    "levels by pay: between two ranges and above the highest PlanAlign takes level 1; here the level below",
    "levels by pay: where two ranges overlap PlanAlign takes the lower level; here the higher",
    "hires over levels with fixed shares: PlanAlign leaves out levels at which nobody is; here they get theirs",
    "termination of hires: PlanAlign waits up to 90 days where there is time; here from the day after hire on",
    "a raise after the promotion of one year: on the pay of 1 January in PlanAlign; here on the promoted pay",
    "a last step of escalation below 0.001: none in PlanAlign; here it is taken",
    "census column eligibility_override: PlanAlign enrolls nobody whose flag is false; here it is not read",
    "probabilities: PlanAlign draws in steps of 1/1000; here of 1/1,000,000",
];
