-- Head count per level, and the plan's leavers and hires split over the levels. The plan's totals (`leavers`, `hires`,
-- `new_hire_leavers`) are the same for every engine and bound by the driver.

SET VARIABLE headcount = (
    SELECT [count(*) FILTER (level_id = 1), count(*) FILTER (level_id = 2), count(*) FILTER (level_id = 3),
            count(*) FILTER (level_id = 4), count(*) FILTER (level_id = 5)]
    FROM state
);

SET VARIABLE leavers_of_level = split_over_levels(v('leavers'), v('headcount'));
SET VARIABLE hires_of_level = split_over_levels(v('hires'), v('headcount'));
