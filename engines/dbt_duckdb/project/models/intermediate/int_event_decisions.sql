{{ config(materialized='ephemeral') }}
-- What happens to everybody in the year, and when ("Events"). On the day of a termination nothing else happens.
WITH looked_up AS (
    SELECT person.*,
           hazard.ppm AS promotion_ppm,
           hazard.threshold AS promotion_threshold,
           promotion_raise_min_ppm + {{ bounded('promotion_raise', 'promotion_raise_choices') }} AS promotion_raise_ppm,
           {{ days_after('month_first_day', bounded('raise_day', 'month_days')) }} AS raise_day_of_year,
           -- The choice is proactive for hires, voluntary for employees in the first year, a conversion later.
           CASE WHEN is_hire THEN proactive_ppm WHEN is_first_year THEN voluntary_ppm ELSE conversion_ppm END AS choice_ppm,
           CASE WHEN is_hire THEN proactive_threshold WHEN is_first_year THEN voluntary_threshold
                ELSE conversion_threshold END AS choice_threshold,
           CASE WHEN is_hire OR is_first_year THEN choice.rate_bp ELSE conversion_rate_bp END AS choice_rate_bp,
           opting_out.ppm AS opt_out_ppm,
           opting_out.threshold AS opt_out_threshold
    FROM {{ ref('int_employee_year') }} AS person
    LEFT JOIN {{ source('planbench', 'levels') }} AS level USING (level_id)
    LEFT JOIN {{ source('planbench', 'promotion') }} AS hazard USING (level_id, age_band, tenure_band)
    LEFT JOIN {{ source('planbench', 'raise_months') }} AS raise_months
        ON raise_months.place = {{ bounded('person.raise_month', 'raise_month_places') }}
    LEFT JOIN {{ ref('stg_months') }} USING (month)
    LEFT JOIN {{ source('planbench', 'enrollment') }} AS choice
        ON choice.age_segment = choice_age_segment AND choice.income_segment = person.income_segment
        AND choice.level_segment = person.level_segment AND choice.tenure_segment = person.tenure_segment
    LEFT JOIN {{ source('planbench', 'opt_out') }} AS opting_out
        ON opting_out.age_segment = auto_age_segment AND opting_out.income_segment = person.income_segment
        AND opting_out.level_segment = person.level_segment AND opting_out.tenure_segment = person.tenure_segment

), decided AS (
    SELECT * EXCLUDE (opt_out),
           opt_out AS opt_out_draw,
           CASE WHEN NOT is_hire AND tenure >= raise_min_tenure AND raise_day_of_year < leaves_on
                THEN raise_day_of_year END AS raise_date,
           NOT is_hire AND level_id < highest_level AND tenure >= promotion_min_tenure AND age <= promotion_max_age
               AND promotion_day < leaves_on AND promotion < promotion_threshold AS is_promoted,
           NOT is_hire AND escalation_enabled AND coalesce(enrollment_date < escalation_enrolled_before, false)
               AND deferral_bp < escalation_cap_bp AND NOT escalation_opt_out
               AND coalesce(hire_date >= escalation_hired_from, true) AND escalation_day < leaves_on AS escalates,
           least(deferral_bp + escalation_increment_bp, escalation_cap_bp) AS escalated_rate_bp,
           -- By choice or else, in its scope, by the plan; of people who are not enrolled and never opted out.
           CASE WHEN enrollment_date IS NOT NULL OR ever_opted_out THEN NULL
                WHEN enrollment < choice_threshold
                THEN CASE WHEN is_hire THEN {{ code('proactive_voluntary') }}
                          WHEN is_first_year THEN {{ code('voluntary_enrollment') }}
                          ELSE {{ code('year_over_year_conversion') }} END
                WHEN hire_date >= CASE WHEN is_hire THEN auto_hires_from ELSE auto_employees_from END
                THEN {{ code('auto_enrollment') }} END AS enrollment_code
    FROM looked_up

), dated AS (
    SELECT *,
           least(CASE enrollment_code
                      WHEN {{ code('proactive_voluntary') }}
                      THEN {{ days_after('hire_date + proactive_first_day', bounded('enrollment_day', 'proactive_days')) }}
                      WHEN {{ code('auto_enrollment') }}
                      THEN CASE WHEN is_hire THEN hire_date + auto_window_days ELSE auto_day END
                      ELSE choice_day END, last_day) AS new_enrollment_date,
           CASE enrollment_code WHEN {{ code('auto_enrollment') }} THEN auto_rate_bp
                                ELSE choice_rate_bp END AS enrollment_rate_bp
    FROM decided

), enrolled AS (
    SELECT *, enrollment_code IS NOT NULL AND new_enrollment_date < leaves_on AS enrolls,
           least(new_enrollment_date + opt_out_grace_days, last_day) AS opt_out_date
    FROM dated
)
SELECT *,
       enrolls AND enrollment_code = {{ code('auto_enrollment') }} AND opt_out_date < leaves_on
           AND opt_out_draw < opt_out_threshold AS opts_out
FROM enrolled
