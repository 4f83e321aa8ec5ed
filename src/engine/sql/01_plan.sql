-- The workforce plan: head count, leavers and hires of the year, with exact balance, split over levels.

SET VARIABLE headcount = (
    SELECT [count(*) FILTER (level_id = 1), count(*) FILTER (level_id = 2), count(*) FILTER (level_id = 3),
            count(*) FILTER (level_id = 4), count(*) FILTER (level_id = 5)]
    FROM state
);

-- `recent` people were hired in the year before, during the run.
SET VARIABLE plan = (
    WITH people AS (
        SELECT list_sum(v('headcount'))::BIGINT AS n, v('remaining_hires') AS recent
    ), turnover AS (
        SELECT n,
               (n * (1000000 + v('growth_ppm')) + 500000) // 1000000 AS target,
               ((n - recent) * v('termination_ppm') + recent * v('new_hire_termination_ppm')) // 1000000 AS leavers
        FROM people
    ), balance AS (
        SELECT *, target - (n - leavers) AS net, 1000000 - v('new_hire_termination_ppm') AS staying FROM turnover
    ), hiring AS (
        SELECT *, CASE WHEN net > 0 THEN (net * 1000000 + staying - 1) // staying ELSE 0 END AS hires FROM balance
    )
    SELECT {
        'leavers': (CASE WHEN net > 0 THEN leavers ELSE leavers - net END)::BIGINT,
        'hires': hires::BIGINT,
        'new_hire_leavers': (CASE WHEN net > 0 THEN hires - net ELSE 0 END)::BIGINT
    }
    FROM hiring
);

SET VARIABLE leavers_of_level = split_over_levels(v('plan').leavers, v('headcount'));
SET VARIABLE hires_of_level = split_over_levels(v('plan').hires, v('headcount'));
