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

-- Bands and segments, counted from 0: how many lower bounds a value reaches.
CREATE OR REPLACE TEMP MACRO age_band_index(age) AS {AGE_BAND};
CREATE OR REPLACE TEMP MACRO tenure_band_index(tenure) AS {TENURE_BAND};

-- Position (from 0) of age segment and income segment in the enrollment tables.
CREATE OR REPLACE TEMP MACRO enrollment_segment(age, pay_cents) AS
    {INCOME_SEGMENTS} * ({AGE_SEGMENT}) + {INCOME_SEGMENT};

-- Integers as the exact decimals of the event schema: the value times one unit of the last digit.
CREATE OR REPLACE TEMP MACRO money(cents) AS cents::DECIMAL(16, 0) * 0.01::DECIMAL(2, 2);
CREATE OR REPLACE TEMP MACRO deferral_rate(bp) AS (bp::DECIMAL(5, 0) * 0.0001::DECIMAL(4, 4))::DECIMAL(5, 4);
CREATE OR REPLACE TEMP MACRO probability(ppm) AS (ppm::DECIMAL(7, 0) * 0.000001::DECIMAL(6, 6))::DECIMAL(7, 6);
