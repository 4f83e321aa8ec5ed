-- Everybody employed in the year, in the order of employee ids, with draws, age, tenure and last day.
-- The ids of the year's hires share a prefix that nobody else has, so they stand as one block among the others.

WITH everybody AS NOT MATERIALIZED (
    SELECT *, false AS is_hire FROM state WHERE position < v('hires_position')
    UNION ALL
    SELECT *, true AS is_hire FROM _work.hire
    UNION ALL
    SELECT *, false AS is_hire FROM state WHERE position >= v('hires_position')
), drawn AS NOT MATERIALIZED (
    SELECT *, draws(draw_key, v('simulation_year')) AS draw FROM everybody
)
SELECT * EXCLUDE (position),
       -- The day of termination is the last one worked.
       CASE WHEN is_hire
            THEN CASE WHEN rank_key(draw.new_hire_termination_rank, position) <= v('new_hire_cutoff')
                      THEN hire_date + 1 + bounded(draw.new_hire_termination_day, v('last_day') - hire_date)::INTEGER END
            WHEN rank_key(draw.termination_rank, position) <= v('termination_cutoff')[level_id]
            THEN v('first_day') + bounded(draw.termination_day, v('last_day') - v('first_day') + 1)::INTEGER
       END AS termination_date,
       coalesce(termination_date, DATE '9999-12-31') AS last_worked,
       -- Not year(birth_date): DuckDB makes a table of eighty years' days for it, in every statement and thread.
       date_diff('year', birth_date, v('first_day'))::INTEGER AS age,
       (greatest(v('first_day') - hire_date, 0) * 4 // 1461)::INTEGER AS tenure
FROM drawn
