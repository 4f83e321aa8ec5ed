-- Before the first year the census stands where later on last year's timeline does.

CREATE OR REPLACE TABLE _work.timeline_{YEAR} AS
SELECT employee_id, employee_ssn, draw_key, birth_date, hire_date, level_id AS final_level_id,
       compensation_cents AS final_pay_cents, deferral_bp AS final_deferral_bp, enrollment_date AS final_enrollment_date,
       ever_opted_out AS finally_opted_out, escalation_opt_out, NULL::DATE AS termination_date
FROM census;
