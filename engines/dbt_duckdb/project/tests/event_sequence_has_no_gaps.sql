-- A person's events of a year are numbered from 1.
SELECT simulation_year, employee_id
FROM {{ ref('fct_yearly_events') }}
GROUP BY ALL
HAVING max(event_sequence) <> count(*)
