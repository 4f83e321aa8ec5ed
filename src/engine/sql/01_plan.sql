-- Head count per level on 1 January, and the position from which on ids sort after those of the year's hires, if any do. The
-- driver splits the plan's leavers and hires over the levels.

SELECT {HEADCOUNT_OF_EACH_LEVEL},
       min(position) FILTER (employee_id >= 'NH_' || v('simulation_year') || '_') AS hires_position
FROM state;
