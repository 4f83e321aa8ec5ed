-- Who of the people of 1 January leaves: per level, the quota with the lowest draws. These are the highest ranks of the
-- levels that still leave; nobody's rank is 0.

WITH ranked AS (
    SELECT level_id, key, row_number() OVER (PARTITION BY level_id ORDER BY key) AS place
    FROM (SELECT level_id, rank_key(draws(draw_key, v('simulation_year')).termination_rank, position) AS key FROM state)
)
SELECT {HIGHEST_KEY_OF_EACH_LEVEL}
FROM ranked
WHERE place = v('leavers_of_level')[level_id];
