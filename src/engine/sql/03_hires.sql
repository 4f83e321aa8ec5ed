-- The year's hires in the order of their ids.

CREATE OR REPLACE TABLE _work.hire AS
WITH seat AS (
    SELECT ordinal,
           1 + {LEVELS_BELOW} AS level_id,
           'NH_' || v('simulation_year') || '_' || lpad(ordinal::VARCHAR, 6, '0') AS employee_id,
           'SSN-' || (900000000 + v('hired_before') + ordinal) AS employee_ssn
    FROM range(1, v('hires') + 1) AS seats(ordinal)
), drawn AS (
    SELECT *, draws(draw_key, v('simulation_year')) AS draw
    FROM (SELECT *, employee_key(employee_id) AS draw_key FROM seat)
), aged AS (
    SELECT *, v('simulation_year') - v('hire_age')[bounded(draw.hire_age, len(v('hire_age'))) + 1] AS birth_year
    FROM drawn
)
SELECT ordinal AS position, employee_id, employee_ssn, draw_key,
       make_date(birth_year, 1, 1)
           + bounded(draw.hire_birthday, make_date(birth_year + 1, 1, 1) - make_date(birth_year, 1, 1))::INTEGER AS birth_date,
       v('first_day') + bounded(draw.hire_day, v('last_day') - v('first_day'))::INTEGER AS hire_date,
       level_id,
       times_ppm(v('hire_point_cents')[level_id],
                 1000000 - v('pay_spread_ppm') + bounded(draw.hire_pay, 2 * v('pay_spread_ppm') + 1)) AS compensation_cents,
       0 AS deferral_bp, NULL::DATE AS enrollment_date, false AS ever_opted_out, false AS escalation_opt_out,
       rank_key(draw.new_hire_termination_rank, ordinal) AS termination_key
FROM aged;
