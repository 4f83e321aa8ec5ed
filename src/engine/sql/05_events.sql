-- One row per event, in canonical order: each person's row is repeated once per event, and every column says what it
-- is for which category. {CATEGORY} is a category's code.

INSERT INTO events
WITH numbered AS (
    SELECT *, unnest(range(1, event_count + 1)) AS event_sequence FROM _work.timeline_{YEAR}
), event AS (
    SELECT *, ((event_codes >> (4 * (event_sequence - 1))) & 15)::UTINYINT AS code FROM numbered
)
SELECT
    event_id(employee_id, v('simulation_year'), code, event_sequence::UTINYINT) AS event_id,
    v('scenario_id') AS scenario_id,
    v('plan_design_id') AS plan_design_id,
    employee_id,
    employee_ssn,
    v('event_types')[code] AS event_type,
    v('event_categories')[code] AS event_category,
    v('simulation_year') AS simulation_year,
    CASE code WHEN {RAISE} THEN raise_date WHEN {DEFERRAL_ESCALATION} THEN v('escalation_day') WHEN {HIRING} THEN hire_date WHEN {TERMINATION} THEN termination_date
              WHEN {PROMOTION} THEN v('promotion_day') WHEN {ENROLLMENT_OPT_OUT} THEN opt_out_date WHEN {NEW_HIRE_TERMINATION} THEN termination_date
              ELSE new_enrollment_date END AS effective_date,
    CASE code WHEN {RAISE} THEN v('raise_details')[raise_level_id]
              WHEN {DEFERRAL_ESCALATION} THEN concat('deferral ', deferral_bp, ' to ', escalated_rate_bp, ' bp')
              WHEN {HIRING} THEN concat('hired at level ', level_id)
              WHEN {TERMINATION} THEN concat('left at level ', final_level_id)
              WHEN {PROMOTION} THEN concat('level ', level_id, ' to ', final_level_id, ', raise ', promotion_raise_ppm, ' ppm')
              WHEN {ENROLLMENT_OPT_OUT} THEN concat('opted out of ', enrollment_rate_bp, ' bp')
              WHEN {NEW_HIRE_TERMINATION} THEN concat('left ', termination_date - hire_date, ' days after hire')
              ELSE concat('enrolled at ', enrollment_rate_bp, ' bp') END AS event_details,
    money(CASE code WHEN {RAISE} THEN CASE WHEN raised_early THEN early_pay_cents ELSE final_pay_cents END
                    WHEN {PROMOTION} THEN promoted_pay_cents
                    WHEN {TERMINATION} THEN final_pay_cents
                    WHEN {HIRING} THEN compensation_cents
                    WHEN {NEW_HIRE_TERMINATION} THEN compensation_cents
                    WHEN {DEFERRAL_ESCALATION} THEN pay_before(v('escalation_day'), v('promotion_day'), raise_date, compensation_cents, early_pay_cents, promoted_pay_cents, final_pay_cents)
                    WHEN {ENROLLMENT_OPT_OUT} THEN pay_before(opt_out_date, v('promotion_day'), raise_date, compensation_cents, early_pay_cents, promoted_pay_cents, final_pay_cents)
                    ELSE pay_before(new_enrollment_date, v('promotion_day'), raise_date, compensation_cents, early_pay_cents, promoted_pay_cents, final_pay_cents) END) AS compensation_amount,
    money(CASE code WHEN {RAISE} THEN CASE WHEN raised_early THEN compensation_cents ELSE promoted_pay_cents END
                    WHEN {PROMOTION} THEN early_pay_cents
                    END) AS previous_compensation,
    deferral_rate(CASE code WHEN {DEFERRAL_ESCALATION} THEN escalated_rate_bp WHEN {VOLUNTARY_ENROLLMENT} THEN enrollment_rate_bp WHEN {YEAR_OVER_YEAR_CONVERSION} THEN enrollment_rate_bp
                            WHEN {PROACTIVE_VOLUNTARY} THEN enrollment_rate_bp WHEN {AUTO_ENROLLMENT} THEN enrollment_rate_bp WHEN {ENROLLMENT_OPT_OUT} THEN 0
                            END) AS employee_deferral_rate,
    deferral_rate(CASE code WHEN {DEFERRAL_ESCALATION} THEN deferral_bp WHEN {VOLUNTARY_ENROLLMENT} THEN deferral_bp WHEN {YEAR_OVER_YEAR_CONVERSION} THEN deferral_bp
                            WHEN {PROACTIVE_VOLUNTARY} THEN deferral_bp WHEN {AUTO_ENROLLMENT} THEN deferral_bp WHEN {ENROLLMENT_OPT_OUT} THEN enrollment_rate_bp
                            END) AS prev_employee_deferral_rate,
    age AS employee_age,
    tenure AS employee_tenure,
    CASE code WHEN {RAISE} THEN raise_level_id
              WHEN {DEFERRAL_ESCALATION} THEN CASE WHEN v('promotion_day') < v('escalation_day') THEN final_level_id ELSE level_id END
              -- These are on 15 January, or of hires.
              WHEN {VOLUNTARY_ENROLLMENT} THEN level_id
              WHEN {AUTO_ENROLLMENT} THEN level_id
              WHEN {ENROLLMENT_OPT_OUT} THEN CASE WHEN v('promotion_day') < opt_out_date THEN final_level_id ELSE level_id END
              ELSE final_level_id END AS level_id,
    v('age_bands')[age_band + 1] AS age_band,
    v('tenure_bands')[tenure_band + 1] AS tenure_band,
    probability(CASE code WHEN {PROMOTION} THEN v('promotion_ppm')[cell]
                          WHEN {VOLUNTARY_ENROLLMENT} THEN v('choice_ppm')[choice_cell] WHEN {YEAR_OVER_YEAR_CONVERSION} THEN v('choice_ppm')[choice_cell]
                          WHEN {PROACTIVE_VOLUNTARY} THEN v('proactive_ppm')[choice_cell]
                          WHEN {AUTO_ENROLLMENT} THEN 1000000 - CASE WHEN hire_date >= v('first_day') THEN v('proactive_ppm')[choice_cell] ELSE v('choice_ppm')[choice_cell] END
                          WHEN {ENROLLMENT_OPT_OUT} THEN v('opt_out_ppm')[auto_cell(age, choice_cell)]
                          WHEN {NEW_HIRE_TERMINATION} THEN v('new_hire_termination_ppm') WHEN {TERMINATION} THEN v('termination_ppm')[level_id]
                          ELSE 1000000 END) AS event_probability,
    event_sequence
FROM event;
