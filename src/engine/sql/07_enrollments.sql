-- Who enrolls how: employees by choice (category 5 in the first year, 6 later), new hires proactively (7) or
-- automatically (8); and who of the last opts out again.

WITH enrolling AS NOT MATERIALIZED (
    SELECT *,
           CASE WHEN NOT is_hire
                THEN CASE WHEN enrollment_date IS NULL AND NOT ever_opted_out
                               AND draw.enrollment < v('choice_threshold')[segment] THEN v('choice_code') END
                WHEN draw.enrollment < v('proactive_threshold')[segment] THEN 7
                WHEN v('auto_enrollment') THEN 8
           END AS enrollment_code,
           CASE enrollment_code
                WHEN 7 THEN least(hire_date + 7 + bounded(draw.enrollment_day, 29)::INTEGER, v('last_day'))
                WHEN 8 THEN least(hire_date + 45, v('last_day'))
                ELSE v('choice_day')
           END AS new_enrollment_date
    FROM raised
)
SELECT *,
       enrollment_code IS NOT NULL AND new_enrollment_date <= last_worked AS enrolls,
       CASE enrollment_code WHEN 6 THEN v('conversion_rate_bp')[segment] WHEN 8 THEN v('auto_rate_bp')
                            ELSE v('rate_bp')[segment] END AS enrollment_rate_bp,
       least(new_enrollment_date + 30, v('last_day')) AS opt_out_date,
       enrolls AND enrollment_code = 8 AND opt_out_date <= last_worked
           AND draw.opt_out < v('opt_out_threshold')[segment] AS opts_out
FROM enrolling
