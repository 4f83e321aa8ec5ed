-- Who of the people of 1 January leaves: per level, the quota with the lowest draws. This is the highest rank of each
-- level that still leaves; nobody's rank is 0.

WITH ranked AS (
    SELECT level_id,
           rank_key(draws(draw_key, v('simulation_year')).termination_rank, position) AS key,
           row_number() OVER (PARTITION BY level_id ORDER BY key) AS place
    FROM state
), last_leaver AS (
    SELECT level_id, key FROM ranked WHERE place = v('leavers_of_level')[level_id]
)
SELECT list(coalesce(key, 0)::UBIGINT ORDER BY levels.level_id)::VARCHAR AS termination_cutoff
FROM range(1, 6) AS levels(level_id) LEFT JOIN last_leaver ON last_leaver.level_id = levels.level_id;
