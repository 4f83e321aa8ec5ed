-- Who of the year's hires leaves again before it ends, and when ("Ranked selection", "Day of termination").
SELECT employee_id,
       {{ days_after('hire_date + 1', bounded('new_hire_termination_day', 'last_day - hire_date')) }} AS termination_date,
       new_hire_termination_ppm AS termination_ppm
FROM {{ ref('int_hiring_events') }}
JOIN {{ ref('stg_draws') }} USING (employee_id)
CROSS JOIN {{ ref('int_effective_parameters') }}
QUALIFY row_number() OVER (ORDER BY new_hire_termination_rank, k) <= new_hire_leavers
