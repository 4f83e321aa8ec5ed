-- The annual raise and, in date order with it, the promotion's: an early raise comes before 1 February, a late one on
-- or after it, and then counts on the level and the pay of the promotion.

CREATE OR REPLACE TEMP VIEW raise_dated AS
SELECT * EXCLUDE cell,
       make_date(v('simulation_year'), v('raise_month')[bounded(draw.raise_month, len(v('raise_month'))) + 1], 1) AS month,
       month + bounded(draw.raise_day, day(last_day(month)))::INTEGER AS raise_day,
       CASE WHEN tenure >= 1 AND raise_day <= last_worked THEN raise_day END AS raise_date
FROM promoted;

CREATE OR REPLACE TEMP VIEW raised_early AS
SELECT * EXCLUDE (month, raise_day),
       coalesce(raise_date < v('promotion_day'), false) AS raised_early,
       coalesce(raise_date >= v('promotion_day'), false) AS raised_late,
       CASE WHEN raised_late THEN final_level_id ELSE level_id END AS raise_level_id,
       v('merit_ppm')[raise_level_id] + v('cola_ppm') AS raise_ppm,
       CASE WHEN raised_early THEN raised_pay(compensation_cents, raise_ppm, v('raise_cap_ppm'), v('raise_cap_cents'))
            ELSE compensation_cents END AS early_pay_cents
FROM raise_dated;

CREATE OR REPLACE TEMP VIEW promotion_paid AS
SELECT *,
       CASE WHEN is_promoted
            THEN raised_pay(early_pay_cents, promotion_raise_ppm, v('promotion_cap_ppm'), v('promotion_cap_cents'))
            ELSE early_pay_cents END AS promoted_pay_cents
FROM raised_early;

CREATE OR REPLACE TEMP VIEW raised AS
SELECT * EXCLUDE raise_ppm,
       CASE WHEN raised_late THEN raised_pay(promoted_pay_cents, raise_ppm, v('raise_cap_ppm'), v('raise_cap_cents'))
            ELSE promoted_pay_cents END AS final_pay_cents
FROM promotion_paid;
