-- Bands and segment of everybody, and who is promoted on 1 February.

SELECT *,
       age_band_index(age) AS age_band,
       tenure_band_index(tenure) AS tenure_band,
       enrollment_segment(age, compensation_cents) + 1 AS segment,
       -- Six age bands to a level, five tenure bands to an age band.
       ((level_id - 1) * 6 + age_band) * 5 + tenure_band + 1 AS cell,
       level_id < 5 AND tenure >= 1 AND age < 65 AND last_worked >= v('promotion_day')
           AND draw.promotion < v('promotion_threshold')[cell] AS is_promoted,
       v('promotion_raise_min_ppm') + bounded(draw.promotion_raise, v('promotion_raise_choices')) AS promotion_raise_ppm,
       level_id + is_promoted::INTEGER AS final_level_id
FROM roster
