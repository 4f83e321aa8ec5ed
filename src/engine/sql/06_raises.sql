-- The annual raise and, in date order with it, the promotion's: an early raise comes before 1 February, a late one on
-- or after it, and then counts on the level and the pay of the promotion.

WITH raise_dated AS NOT MATERIALIZED (
    SELECT *,
           v('raise_month')[bounded(draw.raise_month, len(v('raise_month'))) + 1] AS month,
           v('month_start')[month] + bounded(draw.raise_day, v('month_days')[month])::INTEGER AS raise_day,
           CASE WHEN tenure >= 1 AND raise_day <= last_worked THEN raise_day END AS raise_date
    FROM promoted
), raised_early AS NOT MATERIALIZED (
    SELECT * EXCLUDE (month, raise_day),
           coalesce(raise_date < v('promotion_day'), false) AS raised_early,
           coalesce(raise_date >= v('promotion_day'), false) AS raised_late,
           CASE WHEN raised_late THEN final_level_id ELSE level_id END AS raise_level_id,
           v('merit_ppm')[raise_level_id] + v('cola_ppm') AS raise_ppm,
           CASE WHEN raised_early THEN raised_pay(compensation_cents, raise_ppm, v('raise_cap_ppm'), v('raise_cap_cents'))
                ELSE compensation_cents END AS early_pay_cents
    FROM raise_dated
), promotion_paid AS NOT MATERIALIZED (
    SELECT *,
           CASE WHEN is_promoted
                THEN raised_pay(early_pay_cents, promotion_raise_ppm, v('promotion_cap_ppm'), v('promotion_cap_cents'))
                ELSE early_pay_cents END AS promoted_pay_cents
    FROM raised_early
)
SELECT * EXCLUDE raise_ppm,
       CASE WHEN raised_late THEN raised_pay(promoted_pay_cents, raise_ppm, v('raise_cap_ppm'), v('raise_cap_cents'))
            ELSE promoted_pay_cents END AS final_pay_cents
FROM promotion_paid
