-- Everybody's year in one row ("Order and sequence", "Folding"): pay and level after each event, and the events in order.
WITH raised_first AS (
    SELECT person.*,
           -- An early raise comes before the promotion, a late one on its day or after it.
           coalesce(raise_date < promotion_day, false) AS raised_early,
           coalesce(raise_date >= promotion_day, false) AS raised_late,
           level_id + is_promoted::INTEGER AS final_level_id,
           CASE WHEN raise_date < promotion_day
                THEN {{ raised_pay('compensation_cents', 'merit_ppm + cola_ppm', 'raise_cap_ppm', 'raise_cap_cents') }}
                ELSE compensation_cents END AS early_pay_cents
    FROM {{ ref('int_event_decisions') }} AS person
    LEFT JOIN {{ source('planbench', 'levels') }} USING (level_id)

), promoted AS (
    SELECT *,
           CASE WHEN raised_late THEN final_level_id ELSE level_id END AS raise_level_id,
           CASE WHEN is_promoted
                THEN {{ raised_pay('early_pay_cents', 'promotion_raise_ppm', 'promotion_raise_cap_ppm', 'promotion_raise_cap_cents') }}
                ELSE early_pay_cents END AS promoted_pay_cents
    FROM raised_first

-- A late raise counts on the level and the pay of the promotion.
), raised AS (
    SELECT promoted.*, raise_level.merit_ppm,
           CASE WHEN raised_late
                THEN {{ raised_pay('promoted_pay_cents', 'raise_level.merit_ppm + cola_ppm', 'raise_cap_ppm', 'raise_cap_cents') }}
                ELSE promoted_pay_cents END AS final_pay_cents
    FROM promoted
    LEFT JOIN {{ source('planbench', 'levels') }} AS raise_level ON raise_level.level_id = raise_level_id

-- Events are numbered by date, on the same day by category code: enrollment, opt-out, escalation, promotion, raise. Each
-- counts those before it. Only people who are not enrolled enroll, and only people who are escalate.
), numbered AS (
    SELECT *,
           1 + is_hire::INTEGER
             + coalesce(raise_date < new_enrollment_date, false)::INTEGER
             + (is_promoted AND promotion_day < new_enrollment_date)::INTEGER AS enrollment_sequence,
           2 + is_hire::INTEGER
             + coalesce(raise_date < opt_out_date, false)::INTEGER
             + (is_promoted AND promotion_day < opt_out_date)::INTEGER AS opt_out_sequence,
           1 + coalesce(raise_date < escalation_day, false)::INTEGER
             + (is_promoted AND promotion_day < escalation_day)::INTEGER AS escalation_sequence,
           1 + raised_early::INTEGER
             + (escalates AND escalation_day <= promotion_day)::INTEGER
             + (enrolls AND new_enrollment_date <= promotion_day)::INTEGER
             + (opts_out AND opt_out_date <= promotion_day)::INTEGER AS promotion_sequence,
           1 + (is_promoted AND raised_late)::INTEGER
             + coalesce(escalates AND escalation_day <= raise_date, false)::INTEGER
             + coalesce(enrolls AND new_enrollment_date <= raise_date, false)::INTEGER
             + coalesce(opts_out AND opt_out_date <= raise_date, false)::INTEGER AS raise_sequence,
           1 + (is_hire OR escalates)::INTEGER + (raise_date IS NOT NULL)::INTEGER + is_promoted::INTEGER
             + enrolls::INTEGER + opts_out::INTEGER AS termination_sequence
    FROM raised
)
SELECT employee_id, employee_ssn, birth_date, hire_date, level_id, compensation_cents, deferral_bp, escalation_opt_out,
       age, tenure, age_band, tenure_band,
       termination_date, termination_ppm,
       raise_date, raised_early, raise_level_id, merit_ppm, early_pay_cents,
       promotion_ppm, promotion_raise_ppm, promoted_pay_cents,
       escalated_rate_bp,
       new_enrollment_date, enrollment_rate_bp, choice_ppm,
       opt_out_date, opt_out_ppm,
       -- At the end of the year.
       final_level_id, final_pay_cents,
       CASE WHEN opts_out THEN 0 WHEN enrolls THEN enrollment_rate_bp WHEN escalates THEN escalated_rate_bp
            ELSE deferral_bp END AS final_deferral_bp,
       CASE WHEN opts_out THEN NULL WHEN enrolls THEN new_enrollment_date ELSE enrollment_date END AS final_enrollment_date,
       ever_opted_out OR opts_out AS finally_opted_out,
       -- The category codes of the person's events in order.
       termination_sequence - 1 + (termination_date IS NOT NULL)::INTEGER AS event_count,
       CASE WHEN is_hire THEN {{ code('hiring') }} ELSE 0 END
       + CASE WHEN enrolls THEN {{ code_at('enrollment_code', 'enrollment_sequence') }} ELSE 0 END
       + CASE WHEN opts_out THEN {{ code_at(code('enrollment_opt_out'), 'opt_out_sequence') }} ELSE 0 END
       + CASE WHEN escalates THEN {{ code_at(code('deferral_escalation'), 'escalation_sequence') }} ELSE 0 END
       + CASE WHEN is_promoted THEN {{ code_at(code('promotion'), 'promotion_sequence') }} ELSE 0 END
       + CASE WHEN raise_date IS NOT NULL THEN {{ code_at(code('raise'), 'raise_sequence') }} ELSE 0 END
       + CASE WHEN termination_date IS NULL THEN 0
              WHEN is_hire THEN {{ code_at(code('new_hire_termination'), 'termination_sequence') }}
              ELSE {{ code_at(code('termination'), 'termination_sequence') }} END AS event_codes
FROM numbered
