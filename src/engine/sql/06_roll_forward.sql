-- The state on 1 January of the next year: those who stay, with what the year made of them. It is a view of the year's
-- timeline, so nobody is copied. Ranks need positions only to compare them; a timeline is in the order of employee ids,
-- so its row numbers serve.

CREATE OR REPLACE TEMP VIEW state AS
SELECT rowid AS position, employee_id, employee_ssn, draw_key, birth_date, hire_date, final_level_id AS level_id,
       final_pay_cents AS compensation_cents, final_deferral_bp AS deferral_bp,
       final_enrollment_date AS enrollment_date, finally_opted_out AS ever_opted_out, escalation_opt_out
FROM _work.timeline_{YEAR}
WHERE termination_date IS NULL;
