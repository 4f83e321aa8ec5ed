-- The input folder's files as the tables that the project calls sources (models/sources.yml). Types are named, since an empty
-- or missing list has none of its own. The variable 'input' is the folder.

CREATE TABLE census AS SELECT * FROM read_parquet(getvariable('input') || '/census.parquet');

CREATE TABLE run AS
SELECT * FROM read_json(getvariable('input') || '/run.json', columns = {scenario_id: 'VARCHAR', plan_design_id: 'VARCHAR'});

-- A row per year, and one per month of the run.
CREATE TEMP TABLE plan_file AS
SELECT unnest(years) AS year FROM read_json(getvariable('input') || '/plan.json', columns = {years: 'STRUCT(
    simulation_year INTEGER, headcount BIGINT, target BIGINT, leavers BIGINT, hires BIGINT, new_hire_leavers BIGINT,
    hired_before BIGINT, new_hire_termination_ppm BIGINT, first_day DATE, last_day DATE, promotion_day DATE,
    choice_day DATE, choice_category VARCHAR, auto_day DATE, escalation_day DATE, escalation_enrolled_before DATE,
    cola_ppm BIGINT, months STRUCT(month INTEGER, first_day DATE, days INTEGER)[])[]'});

CREATE TABLE plan AS SELECT year.* EXCLUDE months FROM (SELECT year FROM plan_file);

CREATE TABLE months AS
SELECT simulation_year, month.*
FROM (SELECT year.simulation_year, unnest(year.months) AS month FROM plan_file);

CREATE TEMP TABLE assumptions_file AS
SELECT * FROM read_json(getvariable('input') || '/assumptions.json', maximum_object_size = 1073741824, columns = {
    categories: 'STRUCT(code INTEGER, event_type VARCHAR, event_category VARCHAR)[]',
    levels: 'STRUCT(level_id INTEGER, hire_point_cents BIGINT, merit_ppm BIGINT, promotion_raise_min_ppm BIGINT,
                    promotion_raise_choices BIGINT)[]',
    hire_level_weights: 'BIGINT[]',
    hire_ages: 'INTEGER[]',
    raise_months: 'INTEGER[]',
    pay_spread_ppm: 'BIGINT',
    age_bands: 'STRUCT("from" BIGINT[], labels VARCHAR[])',
    tenure_bands: 'STRUCT("from" BIGINT[], labels VARCHAR[])',
    segments: 'STRUCT(choice_age_from BIGINT[], auto_age_from BIGINT[], income_from_cents BIGINT[], level_from BIGINT[],
                      tenure_from BIGINT[])',
    promotion: 'STRUCT(level_id INTEGER, age_band INTEGER, tenure_band INTEGER, ppm BIGINT, threshold BIGINT)[]',
    promotion_max_age: 'INTEGER',
    promotion_min_tenure: 'INTEGER',
    raise_min_tenure: 'INTEGER',
    promotion_raise_cap_ppm: 'BIGINT',
    promotion_raise_cap_cents: 'BIGINT',
    raise_cap_ppm: 'BIGINT',
    raise_cap_cents: 'BIGINT',
    enrollment: 'STRUCT(age_segment INTEGER, income_segment INTEGER, level_segment INTEGER, tenure_segment INTEGER,
                        voluntary_ppm BIGINT, voluntary_threshold BIGINT, conversion_ppm BIGINT,
                        conversion_threshold BIGINT, proactive_ppm BIGINT, proactive_threshold BIGINT, rate_bp INTEGER,
                        conversion_rate_bp INTEGER)[]',
    opt_out: 'STRUCT(age_segment INTEGER, income_segment INTEGER, level_segment INTEGER, tenure_segment INTEGER,
                     ppm BIGINT, threshold BIGINT)[]',
    proactive_days: 'INTEGER[]',
    auto_enrollment: 'STRUCT(hires_from DATE, employees_from DATE, window_days INTEGER, rate_bp INTEGER,
                             opt_out_grace_days INTEGER)',
    escalation: 'STRUCT(enabled BOOLEAN, increment_bp INTEGER, cap_bp INTEGER, hired_from DATE)'
});

-- The assumptions that are no tables, in one row.
CREATE TABLE assumptions AS
SELECT len(levels)::INTEGER AS highest_level, len(hire_ages) AS hire_age_places, len(raise_months) AS raise_month_places,
       pay_spread_ppm, promotion_max_age, promotion_min_tenure, raise_min_tenure, promotion_raise_cap_ppm,
       promotion_raise_cap_cents, raise_cap_ppm, raise_cap_cents,
       proactive_days[1] AS proactive_first_day, proactive_days[2] - proactive_days[1] + 1 AS proactive_days,
       auto_enrollment.hires_from AS auto_hires_from, auto_enrollment.employees_from AS auto_employees_from,
       auto_enrollment.window_days AS auto_window_days, auto_enrollment.rate_bp AS auto_rate_bp,
       auto_enrollment.opt_out_grace_days AS opt_out_grace_days,
       escalation.enabled AS escalation_enabled, escalation.increment_bp AS escalation_increment_bp,
       escalation.cap_bp AS escalation_cap_bp, escalation.hired_from AS escalation_hired_from
FROM assumptions_file;

CREATE TABLE categories AS SELECT unnest(categories, recursive := true) FROM assumptions_file;

CREATE TABLE levels AS
SELECT level.*, hire_level_weights[level.level_id] AS hire_weight_ppm
FROM (SELECT unnest(levels) AS level, hire_level_weights FROM assumptions_file);

CREATE TABLE promotion AS SELECT unnest(promotion, recursive := true) FROM assumptions_file;
CREATE TABLE enrollment AS SELECT unnest(enrollment, recursive := true) FROM assumptions_file;
CREATE TABLE opt_out AS SELECT unnest(opt_out, recursive := true) FROM assumptions_file;

-- Tables that a draw is looked up in, and labels of bands; places count from 0.
CREATE TABLE hire_ages AS
SELECT unnest(range(len(hire_ages))) AS place, unnest(hire_ages) AS age FROM assumptions_file;
CREATE TABLE raise_months AS
SELECT unnest(range(len(raise_months))) AS place, unnest(raise_months) AS month FROM assumptions_file;
CREATE TABLE age_bands AS
SELECT unnest(range(len(age_bands.labels)))::INTEGER AS age_band, unnest(age_bands.labels) AS label FROM assumptions_file;
CREATE TABLE tenure_bands AS
SELECT unnest(range(len(tenure_bands.labels)))::INTEGER AS tenure_band, unnest(tenure_bands.labels) AS label
FROM assumptions_file;
