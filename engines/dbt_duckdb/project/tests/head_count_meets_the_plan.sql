-- A year ends with exactly as many people as its plan says.
SELECT simulation_year, target, count(employee_id) AS people
FROM {{ source('planbench', 'plan') }}
LEFT JOIN {{ ref('fct_workforce_snapshot') }} USING (simulation_year)
WHERE simulation_year <= {{ var('simulation_year') }}
GROUP BY ALL
HAVING target <> people
