-- Everybody who is employed when the year ends ("Roll forward"): the state of the next 1 January.
SELECT {{ var('simulation_year') }} AS simulation_year, employee_id, employee_ssn, birth_date, hire_date,
       final_level_id AS level_id, final_pay_cents AS compensation_cents, final_deferral_bp AS deferral_bp,
       final_enrollment_date AS enrollment_date, finally_opted_out AS ever_opted_out, escalation_opt_out
FROM {{ ref('int_timeline') }}
WHERE termination_date IS NULL
