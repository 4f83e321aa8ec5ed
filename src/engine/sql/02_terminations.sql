-- The people of 1 January with their draws, and who of them leaves: per level, the quota with the lowest draws.

CREATE OR REPLACE TEMP TABLE staff AS
SELECT *, rowid + 1 AS ordinal, draws(draw_key, v('simulation_year')) AS draw
FROM state;

-- Per level, the highest rank that still leaves; nobody's rank is 0.
SET VARIABLE termination_cutoff = (
    WITH ranked AS (
        SELECT level_id, rank_key(draw.termination_rank, ordinal) AS key,
               row_number() OVER (PARTITION BY level_id ORDER BY rank_key(draw.termination_rank, ordinal)) AS place
        FROM staff
    ), last_leaver AS (
        SELECT level_id, key FROM ranked WHERE place = v('leavers_of_level')[level_id]
    )
    SELECT list(coalesce(key, 0)::UBIGINT ORDER BY levels.level_id)
    FROM range(1, 6) AS levels(level_id) LEFT JOIN last_leaver ON last_leaver.level_id = levels.level_id
);
