-- One row per event, in canonical order: each person's row is repeated once per event, and every column says what it
-- is for which category. Codes: 1 hiring, 2 deferral escalation, 3 promotion, 4 raise, 5 voluntary enrollment,
-- 6 year-over-year conversion, 7 proactive, 8 auto-enrollment, 9 opt-out, 10 new-hire termination, 11 termination.

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
    CASE code WHEN 4 THEN raise_date WHEN 2 THEN v('first_day') WHEN 1 THEN hire_date WHEN 11 THEN termination_date
              WHEN 3 THEN v('promotion_day') WHEN 9 THEN opt_out_date WHEN 10 THEN termination_date
              ELSE new_enrollment_date END AS effective_date,
    CASE code WHEN 4 THEN v('raise_details')[raise_level_id]
              WHEN 2 THEN concat('deferral ', deferral_bp, ' to ', escalated_rate_bp, ' bp')
              WHEN 1 THEN concat('hired at level ', level_id)
              WHEN 11 THEN concat('left at level ', final_level_id)
              WHEN 3 THEN concat('level ', level_id, ' to ', final_level_id, ', raise ', promotion_raise_ppm, ' ppm')
              WHEN 9 THEN concat('opted out of ', enrollment_rate_bp, ' bp')
              WHEN 10 THEN concat('left ', termination_date - hire_date, ' days after hire')
              ELSE concat('enrolled at ', enrollment_rate_bp, ' bp') END AS event_details,
    money(CASE code WHEN 4 THEN CASE WHEN raised_early THEN early_pay_cents ELSE final_pay_cents END
                    WHEN 3 THEN promoted_pay_cents
                    -- 15 January is before the promotions, 15 June after them.
                    WHEN 5 THEN CASE WHEN raise_date <= new_enrollment_date THEN early_pay_cents
                                     ELSE compensation_cents END
                    WHEN 6 THEN CASE WHEN raise_date <= new_enrollment_date THEN final_pay_cents
                                     ELSE promoted_pay_cents END
                    WHEN 11 THEN final_pay_cents
                    ELSE compensation_cents END) AS compensation_amount,
    money(CASE code WHEN 4 THEN CASE WHEN raised_early THEN compensation_cents ELSE promoted_pay_cents END
                    WHEN 3 THEN early_pay_cents
                    END) AS previous_compensation,
    deferral_rate(CASE code WHEN 2 THEN escalated_rate_bp WHEN 5 THEN enrollment_rate_bp WHEN 6 THEN enrollment_rate_bp
                            WHEN 7 THEN enrollment_rate_bp WHEN 8 THEN enrollment_rate_bp WHEN 9 THEN 0
                            END) AS employee_deferral_rate,
    deferral_rate(CASE code WHEN 2 THEN deferral_bp WHEN 5 THEN deferral_bp WHEN 6 THEN deferral_bp
                            WHEN 7 THEN deferral_bp WHEN 8 THEN deferral_bp WHEN 9 THEN enrollment_rate_bp
                            END) AS prev_employee_deferral_rate,
    age AS employee_age,
    tenure AS employee_tenure,
    CASE code WHEN 4 THEN raise_level_id WHEN 3 THEN final_level_id WHEN 6 THEN final_level_id WHEN 11 THEN final_level_id ELSE level_id END AS level_id,
    v('age_bands')[age_band + 1] AS age_band,
    v('tenure_bands')[tenure_band + 1] AS tenure_band,
    probability(CASE code WHEN 3 THEN v('promotion_ppm')[cell]
                          WHEN 5 THEN v('voluntary_ppm')[segment] WHEN 6 THEN v('conversion_ppm')[segment]
                          WHEN 7 THEN v('proactive_ppm')[segment] WHEN 8 THEN v('auto_ppm')[segment]
                          WHEN 9 THEN v('opt_out_ppm')[segment]
                          WHEN 10 THEN v('new_hire_termination_ppm') WHEN 11 THEN v('termination_ppm')[level_id]
                          ELSE 1000000 END) AS event_probability,
    event_sequence
FROM event;
