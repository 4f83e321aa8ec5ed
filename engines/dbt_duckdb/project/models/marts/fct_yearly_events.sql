-- One row per event ("Reported values", "event_details", "Event row"). Each person's row is repeated once per event, and
-- every column says what it is for which category.
WITH numbered AS (
    SELECT *, unnest(range(1, event_count + 1))::INTEGER AS event_sequence FROM {{ ref('int_timeline') }}

), coded AS (
    SELECT *, ((event_codes >> (4 * (event_sequence - 1))) & 15)::INTEGER AS code FROM numbered

), dated AS (
    SELECT *,
           CASE code WHEN {{ code('hiring') }} THEN hire_date
                     WHEN {{ code('raise') }} THEN raise_date
                     WHEN {{ code('promotion') }} THEN promotion_day
                     WHEN {{ code('deferral_escalation') }} THEN escalation_day
                     WHEN {{ code('enrollment_opt_out') }} THEN opt_out_date
                     WHEN {{ code('termination') }} THEN termination_date
                     WHEN {{ code('new_hire_termination') }} THEN termination_date
                     ELSE new_enrollment_date END AS effective_date
    FROM coded
    CROSS JOIN {{ ref('int_effective_parameters') }}

), reported AS (
    SELECT *,
           CASE code WHEN {{ code('raise') }} THEN CASE WHEN raised_early THEN early_pay_cents ELSE final_pay_cents END
                     WHEN {{ code('promotion') }} THEN promoted_pay_cents
                     ELSE {{ pay_before('effective_date') }} END AS pay_cents,
           CASE code WHEN {{ code('raise') }} THEN CASE WHEN raised_early THEN compensation_cents ELSE promoted_pay_cents END
                     WHEN {{ code('promotion') }} THEN early_pay_cents END AS previous_pay_cents,
           CASE WHEN code = {{ code('raise') }} THEN raise_level_id
                WHEN code = {{ code('promotion') }} OR promotion_day < effective_date THEN final_level_id
                ELSE level_id END AS level_in_force,
           CASE event_type WHEN 'enrollment' THEN enrollment_rate_bp
                           WHEN 'enrollment_change' THEN 0
                           WHEN 'deferral_escalation' THEN escalated_rate_bp END AS new_rate_bp,
           CASE event_type WHEN 'enrollment' THEN deferral_bp
                           WHEN 'enrollment_change' THEN enrollment_rate_bp
                           WHEN 'deferral_escalation' THEN deferral_bp END AS old_rate_bp,
           CASE code WHEN {{ code('promotion') }} THEN promotion_ppm
                     WHEN {{ code('voluntary_enrollment') }} THEN choice_ppm
                     WHEN {{ code('year_over_year_conversion') }} THEN choice_ppm
                     WHEN {{ code('proactive_voluntary') }} THEN choice_ppm
                     WHEN {{ code('auto_enrollment') }} THEN 1000000 - choice_ppm
                     WHEN {{ code('enrollment_opt_out') }} THEN opt_out_ppm
                     WHEN {{ code('termination') }} THEN termination_ppm
                     WHEN {{ code('new_hire_termination') }} THEN termination_ppm
                     ELSE 1000000 END AS chance_ppm
    FROM dated
    LEFT JOIN {{ source('planbench', 'categories') }} USING (code)
)
SELECT
    event_id(employee_id, simulation_year, code, event_sequence) AS event_id,
    scenario_id,
    plan_design_id,
    employee_id,
    employee_ssn,
    event_type,
    event_category,
    simulation_year,
    effective_date,
    CASE code WHEN {{ code('hiring') }} THEN concat('hired at level ', level_id)
              WHEN {{ code('raise') }} THEN concat('merit ', merit_ppm, ' ppm, COLA ', cola_ppm, ' ppm')
              WHEN {{ code('promotion') }}
              THEN concat('level ', level_id, ' to ', final_level_id, ', raise ', promotion_raise_ppm, ' ppm')
              WHEN {{ code('deferral_escalation') }} THEN concat('deferral ', deferral_bp, ' to ', escalated_rate_bp, ' bp')
              WHEN {{ code('enrollment_opt_out') }} THEN concat('opted out of ', enrollment_rate_bp, ' bp')
              WHEN {{ code('termination') }} THEN concat('left at level ', final_level_id)
              WHEN {{ code('new_hire_termination') }} THEN concat('left ', termination_date - hire_date, ' days after hire')
              ELSE concat('enrolled at ', enrollment_rate_bp, ' bp') END AS event_details,
    {{ money('pay_cents') }} AS compensation_amount,
    {{ money('previous_pay_cents') }} AS previous_compensation,
    {{ deferral_rate('new_rate_bp') }} AS employee_deferral_rate,
    {{ deferral_rate('old_rate_bp') }} AS prev_employee_deferral_rate,
    age AS employee_age,
    tenure AS employee_tenure,
    level_in_force AS level_id,
    age_bands.label AS age_band,
    tenure_bands.label AS tenure_band,
    {{ probability('chance_ppm') }} AS event_probability,
    event_sequence
FROM reported
LEFT JOIN {{ source('planbench', 'age_bands') }} AS age_bands USING (age_band)
LEFT JOIN {{ source('planbench', 'tenure_bands') }} AS tenure_bands USING (tenure_band)
