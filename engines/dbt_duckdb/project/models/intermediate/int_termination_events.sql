-- Who of the people of 1 January leaves, and when ("Ranked selection", "Day of termination"): per level, the quota with the
-- lowest draws.
SELECT employee_id,
       {{ days_after('first_day', bounded('termination_day', 'last_day - first_day + 1')) }} AS termination_date,
       needs.termination_ppm
FROM {{ ref('int_active_employees_by_year') }}
JOIN {{ ref('stg_draws') }} USING (employee_id)
JOIN {{ ref('int_workforce_needs_by_level') }} AS needs USING (level_id)
CROSS JOIN {{ ref('int_effective_parameters') }}
QUALIFY row_number() OVER (PARTITION BY level_id ORDER BY termination_rank, employee_id) <= needs.leavers
