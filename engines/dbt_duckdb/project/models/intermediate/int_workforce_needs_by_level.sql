-- The year's plan split over levels ("Workforce plan"), by largest remainder.
WITH counted AS (
    SELECT level_id, count(*) AS people FROM {{ ref('int_active_employees_by_year') }} GROUP BY level_id

), weighted AS (
    SELECT level_id, coalesce(people, 0) AS headcount, coalesce(hire_weight_ppm, people, 0) AS hire_weight,
           leavers AS all_leavers, hires AS all_hires
    FROM {{ source('planbench', 'levels') }}
    LEFT JOIN counted USING (level_id)
    CROSS JOIN {{ ref('int_effective_parameters') }}

), whole_shares AS (
    SELECT level_id, headcount, hire_weight, all_leavers, all_hires,
           {{ whole_share('all_leavers', 'headcount') }} AS leavers_share,
           {{ remainder('all_leavers', 'headcount') }} AS leavers_remainder,
           {{ whole_share('all_hires', 'hire_weight') }} AS hires_share,
           {{ remainder('all_hires', 'hire_weight') }} AS hires_remainder
    FROM weighted

), split AS (
    SELECT level_id, headcount,
           leavers_share + {{ one_more('all_leavers', 'leavers_share', 'leavers_remainder', 'headcount') }} AS leavers,
           hires_share + {{ one_more('all_hires', 'hires_share', 'hires_remainder', 'hire_weight') }} AS hires
    FROM whole_shares
)
SELECT level_id, headcount, leavers, hires,
       -- Hires are numbered level by level.
       (sum(hires) OVER (ORDER BY level_id))::BIGINT AS hires_up_to_level,
       {{ share_ppm('leavers', 'headcount') }} AS termination_ppm
FROM split
