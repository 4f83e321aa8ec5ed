-- Everybody's year in one row, computed once: what happens, and in which order.
--
-- Each step adds the columns that follow from those of the step before, and never refers to a column of its own: DuckDB
-- copies the expression behind such a name, binds it again and computes it again (docs/performance.md). Nothing is
-- materialized on the way: what is materialized is read back by several threads, out of order.

CREATE OR REPLACE TABLE _work.timeline_{YEAR} AS
-- Employees and hires in the order of employee ids. The ids of the year's hires share a prefix that nobody else has, so
-- they stand as one block among the others, mostly behind all of them.
WITH everybody AS NOT MATERIALIZED (
    SELECT *, false AS is_hire FROM state {BEFORE_HIRES}
    UNION ALL
    SELECT * EXCLUDE termination_key, true AS is_hire FROM _work.hire
    {AND_AFTER_HIRES}

), drawn AS NOT MATERIALIZED (
    SELECT *, draws(draw_key, v('simulation_year')) AS draw FROM everybody

-- What follows from draws and state alone. The draws that are left over get names of their own.
), started AS NOT MATERIALIZED (
    SELECT * EXCLUDE (position, draw),
           -- Not year(birth_date): DuckDB makes a table of eighty years' days for it, in every statement and thread.
           date_diff('year', birth_date, v('first_day'))::INTEGER AS age,
           (greatest(v('first_day') - hire_date, 0) * 4 // 1461)::INTEGER AS tenure,
           CASE WHEN is_hire
                THEN CASE WHEN rank_key(draw.new_hire_termination_rank, position) <= v('new_hire_cutoff')
                          THEN hire_date + 1 + bounded(draw.new_hire_termination_day, v('last_day') - hire_date)::INTEGER END
                WHEN rank_key(draw.termination_rank, position) <= v('termination_cutoff')[level_id]
                THEN v('first_day') + bounded(draw.termination_day, v('last_day') - v('first_day') + 1)::INTEGER
           END AS termination_date,
           draw.promotion AS promotion_draw,
           v('promotion_raise_min_ppm')[level_id] + bounded(draw.promotion_raise, v('promotion_raise_choices')[level_id])
               AS promotion_raise_ppm,
           v('raise_month')[bounded(draw.raise_month, len(v('raise_month'))) + 1] AS raise_month,
           draw.raise_day AS raise_day_draw,
           draw.enrollment AS enrollment_draw,
           hire_date + v('proactive_from') + bounded(draw.enrollment_day, v('proactive_days'))::INTEGER AS proactive_date,
           draw.opt_out AS opt_out_draw,
           -- Deferral rates go up for everybody who has been enrolled for long enough, up to a cap.
           v('escalation') AND coalesce(enrollment_date < v('enrolled_before'), false) AND NOT escalation_opt_out
               AND deferral_bp < v('escalation_cap_bp') AND hire_date >= v('escalation_hired_from') AS may_escalate,
           least(deferral_bp + v('escalation_increment_bp'), v('escalation_cap_bp')) AS escalated_rate_bp
    FROM drawn

), grouped AS NOT MATERIALIZED (
    SELECT * EXCLUDE (raise_month, raise_day_draw),
           -- On the day of a termination nothing else happens.
           coalesce(termination_date, DATE '9999-12-31') AS leaves_on,
           age_band_index(age) AS age_band,
           tenure_band_index(tenure) AS tenure_band,
           -- Only people who may still enroll are asked.
           CASE WHEN is_hire OR (enrollment_date IS NULL AND NOT ever_opted_out)
                THEN choice_cell(age, compensation_cents, level_id, tenure) END AS choice_cell,
           v('month_start')[raise_month] + bounded(raise_day_draw, v('month_days')[raise_month])::INTEGER AS raise_day
    FROM started

), asked AS NOT MATERIALIZED (
    SELECT * EXCLUDE (raise_day, enrollment_draw, may_escalate),
           ((level_id - 1) * {AGE_BANDS} + age_band) * {TENURE_BANDS} + tenure_band + 1 AS cell,
           may_escalate AND v('escalation_day') < leaves_on AS escalates,
           CASE WHEN tenure >= 1 AND raise_day < leaves_on THEN raise_day END AS raise_date,
           -- By choice (new hires proactively, employees voluntarily in the first year, as a conversion later), or else by
           -- the plan.
           CASE WHEN choice_cell IS NULL THEN NULL
                WHEN is_hire
                THEN CASE WHEN enrollment_draw < threshold(v('proactive_ppm')[choice_cell]) THEN {PROACTIVE_VOLUNTARY}
                          WHEN v('auto_hires') AND hire_date >= v('auto_hired_from') THEN {AUTO_ENROLLMENT} END
                WHEN enrollment_draw < threshold(v('choice_ppm')[choice_cell]) THEN v('choice_code')
                WHEN v('auto_employees') AND hire_date >= v('auto_hired_from') THEN {AUTO_ENROLLMENT}
           END AS enrollment_code
    FROM grouped

), decided AS NOT MATERIALIZED (
    SELECT * EXCLUDE (promotion_draw, proactive_date),
           level_id < {LEVELS} AND tenure >= 1 AND age < {PROMOTION_AGE_BELOW} AND v('promotion_day') < leaves_on
               AND promotion_draw < v('promotion_threshold')[cell] AS is_promoted,
           -- An early raise comes before the promotion, a late one on its day or after it.
           coalesce(raise_date < v('promotion_day'), false) AS raised_early,
           coalesce(raise_date >= v('promotion_day'), false) AS raised_late,
           CASE enrollment_code WHEN {PROACTIVE_VOLUNTARY} THEN least(proactive_date, v('last_day'))
                                WHEN {AUTO_ENROLLMENT} THEN CASE WHEN is_hire THEN least(hire_date + v('auto_window_days'), v('last_day'))
                                                                 ELSE v('auto_day') END
                                ELSE v('choice_day') END AS new_enrollment_date,
           CASE enrollment_code WHEN {AUTO_ENROLLMENT} THEN v('auto_rate_bp')
                                WHEN {PROACTIVE_VOLUNTARY} THEN v('rate_bp')[choice_cell]
                                WHEN {VOLUNTARY_ENROLLMENT} THEN v('rate_bp')[choice_cell]
                                WHEN {YEAR_OVER_YEAR_CONVERSION} THEN v('conversion_rate_bp')[choice_cell] END AS enrollment_rate_bp
    FROM asked

), raised_first AS NOT MATERIALIZED (
    SELECT *,
           level_id + is_promoted::INTEGER AS final_level_id,
           CASE WHEN raised_early
                THEN raised_pay(compensation_cents, v('raise_ppm')[level_id], v('raise_cap_ppm'), v('raise_cap_cents'))
                ELSE compensation_cents END AS early_pay_cents,
           enrollment_code IS NOT NULL AND new_enrollment_date < leaves_on AS enrolls,
           least(new_enrollment_date + v('opt_out_grace_days'), v('last_day')) AS opt_out_date
    FROM decided

), promoted AS NOT MATERIALIZED (
    SELECT * EXCLUDE (leaves_on, opt_out_draw),
           -- A late raise counts on the level and the pay of the promotion.
           CASE WHEN raised_late THEN final_level_id ELSE level_id END AS raise_level_id,
           CASE WHEN is_promoted
                THEN raised_pay(early_pay_cents, promotion_raise_ppm, v('promotion_cap_ppm'), v('promotion_cap_cents'))
                ELSE early_pay_cents END AS promoted_pay_cents,
           CASE WHEN enrolls AND enrollment_code = {AUTO_ENROLLMENT} AND opt_out_date < leaves_on
                THEN opt_out_draw < threshold(v('opt_out_ppm')[auto_cell(age, choice_cell)])
                ELSE false END AS opts_out,
           is_promoted AND v('promotion_day') < new_enrollment_date AS promoted_before_enrollment
    FROM raised_first

-- Events are numbered by date, on the same day by category code: enrollment, opt-out, escalation, promotion, raise. Only
-- people who are not enrolled enroll, and only people who are escalate.
), numbered AS NOT MATERIALIZED (
    SELECT *,
           CASE WHEN raised_late
                THEN raised_pay(promoted_pay_cents, v('raise_ppm')[final_level_id], v('raise_cap_ppm'), v('raise_cap_cents'))
                ELSE promoted_pay_cents END AS final_pay_cents,
           1 + (escalates AND v('escalation_day') <= v('promotion_day'))::INTEGER + raised_early::INTEGER
               + (enrolls AND new_enrollment_date <= v('promotion_day'))::INTEGER
               + (v('auto_employees') AND opts_out AND opt_out_date <= v('promotion_day'))::INTEGER AS promotion_sequence,
           1 + coalesce(escalates AND v('escalation_day') <= raise_date, false)::INTEGER
               + (is_promoted AND raised_late)::INTEGER
               + coalesce(enrolls AND new_enrollment_date <= raise_date, false)::INTEGER
               + coalesce(v('auto_employees') AND opts_out AND opt_out_date <= raise_date, false)::INTEGER AS raise_sequence,
           1 + is_hire::INTEGER + coalesce(raise_date < new_enrollment_date, false)::INTEGER
               + promoted_before_enrollment::INTEGER AS enrollment_sequence,
           1 + (escalates OR is_hire)::INTEGER + (raise_date IS NOT NULL)::INTEGER + is_promoted::INTEGER + enrolls::INTEGER
               + opts_out::INTEGER AS termination_sequence
    FROM promoted
)
SELECT employee_id, employee_ssn, draw_key, birth_date, hire_date, level_id, compensation_cents, deferral_bp,
       age, tenure, age_band, tenure_band, cell, choice_cell, termination_date, promotion_raise_ppm,
       final_level_id, raise_date, raised_early, raise_level_id, early_pay_cents, promoted_pay_cents, final_pay_cents,
       new_enrollment_date, enrollment_rate_bp, opt_out_date, escalated_rate_bp,
       -- Enrollment at the end of the year.
       CASE WHEN opts_out THEN 0 WHEN enrolls THEN enrollment_rate_bp WHEN escalates THEN escalated_rate_bp
            ELSE deferral_bp END AS final_deferral_bp,
       CASE WHEN opts_out THEN NULL WHEN enrolls THEN new_enrollment_date ELSE enrollment_date END
           AS final_enrollment_date,
       ever_opted_out OR opts_out AS finally_opted_out, escalation_opt_out,
       termination_sequence - 1 + (termination_date IS NOT NULL)::INTEGER AS event_count,
       -- The category codes of the person's events in order, four bits each, the first event lowest.
       CASE WHEN is_hire THEN {HIRING} WHEN escalates THEN {DEFERRAL_ESCALATION}::BIGINT << 4 * (
             coalesce(raise_date < v('escalation_day'), false)::INTEGER
             + (is_promoted AND v('promotion_day') < v('escalation_day'))::INTEGER) ELSE 0 END
       + CASE WHEN is_promoted THEN {PROMOTION}::BIGINT << (4 * (promotion_sequence - 1)) ELSE 0 END
       + CASE WHEN raise_date IS NOT NULL THEN {RAISE}::BIGINT << (4 * (raise_sequence - 1)) ELSE 0 END
       + CASE WHEN enrolls THEN enrollment_code::BIGINT << (4 * (enrollment_sequence - 1)) ELSE 0 END
       + CASE WHEN opts_out THEN {ENROLLMENT_OPT_OUT}::BIGINT << 4 * (
             1 + is_hire::INTEGER + coalesce(v('auto_employees') AND raise_date < opt_out_date, false)::INTEGER
             + (v('auto_employees') AND is_promoted AND v('promotion_day') < opt_out_date)::INTEGER) ELSE 0 END
       + CASE WHEN termination_date IS NULL THEN 0
              WHEN is_hire THEN {NEW_HIRE_TERMINATION}::BIGINT << (4 * (termination_sequence - 1))
              ELSE {TERMINATION}::BIGINT << (4 * (termination_sequence - 1)) END AS event_codes
FROM numbered;
