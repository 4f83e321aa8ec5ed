-- The state on 1 January of the next year: those who stay, with what the year made of them.

CREATE OR REPLACE TEMP TABLE state AS
SELECT employee_id, employee_ssn, draw_key, birth_date, hire_date,
       final_level_id AS level_id,
       final_pay_cents AS compensation_cents,
       (CASE WHEN opts_out THEN 0 WHEN enrolls THEN enrollment_rate_bp WHEN escalates THEN escalated_rate_bp
             ELSE deferral_bp END)::INTEGER AS deferral_bp,
       CASE WHEN opts_out THEN NULL WHEN enrolls THEN new_enrollment_date ELSE enrollment_date END AS enrollment_date,
       ever_opted_out OR opts_out AS ever_opted_out
FROM timeline
WHERE termination_date IS NULL;
