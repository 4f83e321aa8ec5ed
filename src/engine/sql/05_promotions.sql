-- Who is promoted on 1 February.

CREATE OR REPLACE TEMP VIEW promoted AS
WITH chance AS (
    -- Six age bands to a level, five tenure bands to an age band.
    SELECT *, ((level_id - 1) * 6 + age_band) * 5 + tenure_band + 1 AS cell FROM roster
)
SELECT *,
       level_id < 5 AND tenure >= 1 AND age < 65 AND last_worked >= v('promotion_day')
           AND draw.promotion < v('promotion_threshold')[cell] AS is_promoted,
       v('promotion_ppm')[cell] AS promotion_ppm,
       v('promotion_raise_min_ppm') + bounded(draw.promotion_raise, v('promotion_raise_choices')) AS promotion_raise_ppm
FROM chance;
