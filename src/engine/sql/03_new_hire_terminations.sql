-- Who of the year's hires leaves again before it ends: the highest rank that still leaves; nobody's rank is 0.

SELECT coalesce(max(termination_key) FILTER (place = v('new_hire_leavers')), 0)::UBIGINT AS new_hire_cutoff
FROM (SELECT termination_key, row_number() OVER (ORDER BY termination_key) AS place FROM _work.hire);
