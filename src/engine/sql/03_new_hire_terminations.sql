-- Who of the year's hires leaves again before it ends: the highest rank that still leaves; nobody's rank is 0.

SELECT coalesce(max(key) FILTER (place = v('new_hire_leavers')), 0)::UBIGINT AS new_hire_cutoff
FROM (
    SELECT rank_key(draws(draw_key, v('simulation_year')).new_hire_termination_rank, position) AS key,
           row_number() OVER (ORDER BY key) AS place
    FROM _work.hire
);
