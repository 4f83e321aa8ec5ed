{{ config(materialized='ephemeral') }}
-- Everybody of the year, employees and hires, with their draws and derived quantities. The columns of
-- int_effective_parameters stand beside each row, so that what follows has them at hand.
WITH everybody AS (
    SELECT *, false AS is_hire FROM {{ ref('int_active_employees_by_year') }}
    UNION ALL
    SELECT employee_id, employee_ssn, birth_date, hire_date, level_id, compensation_cents, 0 AS deferral_bp,
           NULL::DATE AS enrollment_date, false AS ever_opted_out, false AS escalation_opt_out, true AS is_hire
    FROM {{ ref('int_hiring_events') }}

), leaver AS (
    SELECT * FROM {{ ref('int_termination_events') }}
    UNION ALL
    SELECT * FROM {{ ref('int_new_hire_termination_events') }}

), derived AS (
    SELECT *,
           -- Years between two dates as numbers of the calendar: not birthdays.
           date_diff('year', birth_date, first_day)::INTEGER AS age,
           (greatest(first_day - hire_date, 0) * 4 // 1461)::INTEGER AS tenure,
           -- "Employed on a day": before this one.
           coalesce(termination_date, DATE '9999-12-31') AS leaves_on
    FROM everybody
    LEFT JOIN leaver USING (employee_id)
    JOIN {{ ref('stg_draws') }} USING (employee_id)
    CROSS JOIN {{ ref('int_effective_parameters') }}
)
SELECT *,
       {{ bounds_reached('age', var('age_band_from')) }} AS age_band,
       {{ bounds_reached('tenure', var('tenure_band_from')) }} AS tenure_band,
       {{ bounds_reached('age', var('choice_age_from')) }} AS choice_age_segment,
       {{ bounds_reached('age', var('auto_age_from')) }} AS auto_age_segment,
       {{ bounds_reached('compensation_cents', var('income_from_cents')) }} AS income_segment,
       {{ bounds_reached('level_id', var('level_segment_from')) }} AS level_segment,
       {{ bounds_reached('tenure', var('tenure_segment_from')) }} AS tenure_segment
FROM derived
