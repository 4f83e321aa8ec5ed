-- The rules' arithmetic as macros. All of it is on integers: `//` divides whole numbers, and nothing here is negative.
-- Assumptions are session variables, which v('name') reads; where it names a fact of the year, the driver puts the fact
-- in its place as a literal.

CREATE OR REPLACE TEMP MACRO v(name) AS getvariable(name);

-- (draw * n) >> 32: a whole number in 0 .. n-1.
CREATE OR REPLACE TEMP MACRO bounded(draw, n) AS (draw::BIGINT * n) >> 32;

-- An amount times a rate in parts per million, rounded half up.
CREATE OR REPLACE TEMP MACRO times_ppm(amount, ppm) AS (amount * ppm + 500000) // 1000000;

-- Rank of a person within a group: by draw, then by ordinal, which is the order of employee ids.
CREATE OR REPLACE TEMP MACRO rank_key(draw, ordinal) AS draw::UBIGINT * 4294967296 + ordinal::UBIGINT;

-- Pay after a raise, with its caps as a share of pay and in cents.
CREATE OR REPLACE TEMP MACRO raised_pay(pay, rate_ppm, cap_ppm, cap_cents) AS
    pay + least(times_ppm(pay, rate_ppm), times_ppm(pay, cap_ppm), cap_cents);

-- Pay in force when a day begins, of somebody who may be raised and promoted in the year. Whoever is not promoted or raised
-- has the same pay after it as before.
CREATE OR REPLACE TEMP MACRO pay_before(day, promotion_day, raise_date, pay, early_pay, promoted_pay, final_pay) AS
    CASE WHEN promotion_day < day THEN CASE WHEN raise_date < day THEN final_pay ELSE promoted_pay END
         WHEN raise_date < day THEN early_pay ELSE pay END;

-- Bands and segments, counted from 0: how many lower bounds a value reaches.
CREATE OR REPLACE TEMP MACRO age_band_index(age) AS {AGE_BAND};
CREATE OR REPLACE TEMP MACRO tenure_band_index(tenure) AS {TENURE_BAND};

-- Cells of the enrollment tables, counted from 1: age, income, level and tenure segment together. Where the plan enrolls, other
-- bounds hold for the age.
CREATE OR REPLACE TEMP MACRO choice_cell(age, pay_cents, level_id, tenure) AS
    ({CHOICE_AGE_SEGMENT}) * {GROUPS} + (({INCOME_SEGMENT}) * {LEVEL_SEGMENTS} + {LEVEL_SEGMENT}) * {TENURE_SEGMENTS} + {TENURE_SEGMENT} + 1;
CREATE OR REPLACE TEMP MACRO auto_cell(age, choice_cell) AS ({AUTO_AGE_SEGMENT}) * {GROUPS} + (choice_cell - 1) % {GROUPS} + 1;

-- What a draw must stay below for a chance in parts per million.
CREATE OR REPLACE TEMP MACRO threshold(ppm) AS (ppm << 32) // 1000000;

-- Integers as the exact decimals of the event schema: the value times one unit of the last digit.
CREATE OR REPLACE TEMP MACRO money(cents) AS cents::DECIMAL(16, 0) * 0.01::DECIMAL(2, 2);
CREATE OR REPLACE TEMP MACRO deferral_rate(bp) AS (bp::DECIMAL(5, 0) * 0.0001::DECIMAL(4, 4))::DECIMAL(5, 4);
CREATE OR REPLACE TEMP MACRO probability(ppm) AS (ppm::DECIMAL(7, 0) * 0.000001::DECIMAL(6, 6))::DECIMAL(7, 6);
