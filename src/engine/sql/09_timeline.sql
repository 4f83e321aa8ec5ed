-- Everybody's year in one row, computed once: what happens, and in which order. The order of a person's events is by
-- date, on the same day by category code; only the raise's place among the others varies.

CREATE OR REPLACE TABLE _work.timeline_{YEAR} AS
WITH {STEPS}, numbered AS (
    SELECT *,
           1 + (escalates OR is_hire)::INTEGER AS first_free,
           is_promoted AND enrolls AND v('promotion_day') <= new_enrollment_date AS promoted_before_enrollment,
           first_free + (is_promoted AND raised_late)::INTEGER
               + coalesce(enrolls AND new_enrollment_date < raise_date, false)::INTEGER AS raise_sequence,
           first_free + raised_early::INTEGER + (enrolls AND new_enrollment_date < v('promotion_day'))::INTEGER
               AS promotion_sequence,
           first_free + coalesce(raise_date <= new_enrollment_date, false)::INTEGER + promoted_before_enrollment::INTEGER
               AS enrollment_sequence,
           first_free + (raise_date IS NOT NULL)::INTEGER + is_promoted::INTEGER + enrolls::INTEGER + opts_out::INTEGER
               AS termination_sequence
    FROM escalated
)
SELECT employee_id, employee_ssn, draw_key, birth_date, hire_date, level_id, compensation_cents, deferral_bp,
       age, tenure, age_band, tenure_band, cell, segment, termination_date, promotion_raise_ppm,
       final_level_id, raise_date, raised_early, raise_level_id, early_pay_cents, promoted_pay_cents, final_pay_cents,
       new_enrollment_date, enrollment_rate_bp, opt_out_date, escalated_rate_bp,
       -- Enrollment at the end of the year.
       CASE WHEN opts_out THEN 0 WHEN enrolls THEN enrollment_rate_bp WHEN escalates THEN escalated_rate_bp
            ELSE deferral_bp END AS final_deferral_bp,
       CASE WHEN opts_out THEN NULL WHEN enrolls THEN new_enrollment_date ELSE enrollment_date END
           AS final_enrollment_date,
       ever_opted_out OR opts_out AS finally_opted_out,
       termination_sequence - 1 + (termination_date IS NOT NULL)::INTEGER AS event_count,
       -- The category codes of the person's events in order, four bits each, the first event lowest.
       CASE WHEN is_hire THEN 1 WHEN escalates THEN 2 ELSE 0 END
       + CASE WHEN is_promoted THEN 3::BIGINT << (4 * (promotion_sequence - 1)) ELSE 0 END
       + CASE WHEN raise_date IS NOT NULL THEN 4::BIGINT << (4 * (raise_sequence - 1)) ELSE 0 END
       + CASE WHEN enrolls THEN enrollment_code::BIGINT << (4 * (enrollment_sequence - 1)) ELSE 0 END
       + CASE WHEN opts_out THEN 9::BIGINT << 8 ELSE 0 END
       + CASE WHEN termination_date IS NULL THEN 0
              WHEN is_hire THEN 10::BIGINT << (4 * (termination_sequence - 1))
              ELSE 11::BIGINT << (4 * (termination_sequence - 1)) END AS event_codes
FROM numbered;
