-- Everybody employed in the year, in the order of employee ids, with age, tenure and last day.
-- The ids of the year's hires share a prefix that nobody else has, so they stand as one block among the others.
-- (`leaving_staff` is read twice, and not materialized: what is materialized is read back by several threads, out of
-- order.)

CREATE OR REPLACE TEMP VIEW roster AS
WITH leaving_staff AS NOT MATERIALIZED (
    SELECT *, false AS is_hire,
           CASE WHEN rank_key(draw.termination_rank, ordinal) <= v('termination_cutoff')[level_id]
                THEN v('first_day') + bounded(draw.termination_day, v('last_day') - v('first_day') + 1)::INTEGER
           END AS termination_date,
           share_ppm(v('leavers_of_level')[level_id], v('headcount')[level_id]) AS termination_ppm
    FROM staff
), everybody AS (
    SELECT * FROM leaving_staff WHERE employee_id < 'NH_' || v('simulation_year') || '_'
    UNION ALL
    SELECT *, true AS is_hire,
           CASE WHEN rank_key(draw.new_hire_termination_rank, ordinal) <= v('new_hire_cutoff')
                THEN hire_date + 1 + bounded(draw.new_hire_termination_day, v('last_day') - hire_date)::INTEGER
           END AS termination_date,
           share_ppm(v('new_hire_leavers'), v('hires')) AS termination_ppm
    FROM hire
    UNION ALL
    SELECT * FROM leaving_staff WHERE employee_id >= 'NH_' || v('simulation_year') || '_'
)
SELECT * EXCLUDE (birth_date, ordinal),
       birth_date,
       v('simulation_year') - year(birth_date)::INTEGER AS age,
       (greatest(v('first_day') - hire_date, 0) * 4 // 1461)::INTEGER AS tenure,
       -- The day of termination is the last one worked.
       coalesce(termination_date, DATE '9999-12-31') AS last_worked
FROM everybody;
