-- The state on 1 January ("State", "Roll forward"): the census, or whoever last year's snapshot holds.
{% if var('simulation_year') == var('start_year') %}
SELECT employee_id, employee_ssn, birth_date, hire_date, level_id, compensation_cents, deferral_bp, enrollment_date,
       ever_opted_out, escalation_opt_out
FROM {{ ref('stg_census') }}
{% else %}
-- By name, since a ref() would close a circle: the snapshot is of the year before.
SELECT employee_id, employee_ssn, birth_date, hire_date, level_id, compensation_cents, deferral_bp, enrollment_date,
       ever_opted_out, escalation_opt_out
FROM {{ target.schema }}.fct_workforce_snapshot
WHERE simulation_year = {{ var('simulation_year') }} - 1
{% endif %}
-- A manifest that was parsed for another year must know of the census, too: depends_on: {{ ref('stg_census') }}
