{# "Numbers" of docs/event-rules.md. All of it is on integers: `//` divides whole numbers, and nothing here is negative. #}

{# (draw * n) >> 32: a whole number in 0 .. n-1. #}
{% macro bounded(draw, n) -%}
    ((({{ draw }})::BIGINT * ({{ n }})::BIGINT) >> 32)
{%- endmacro %}

{# An amount times a rate in parts per million, rounded half up. #}
{% macro times_ppm(amount, ppm) -%}
    ((({{ amount }}) * ({{ ppm }}) + 500000) // 1000000)
{%- endmacro %}

{# Part of a whole in parts per million, rounded half up; 0 of nothing. #}
{% macro share_ppm(part, whole) -%}
    coalesce((({{ part }}) * 1000000 + ({{ whole }}) // 2) // nullif({{ whole }}, 0), 0)
{%- endmacro %}

{# A day some days later. #}
{% macro days_after(day, days) -%}
    ({{ day }} + ({{ days }})::INTEGER)
{%- endmacro %}

{# Pay after a raise, with its caps as a share of pay and in cents ("Folding"). #}
{% macro raised_pay(pay, rate_ppm, cap_ppm, cap_cents) -%}
    ({{ pay }} + least({{ times_ppm(pay, rate_ppm) }}, {{ times_ppm(pay, cap_ppm) }}, {{ cap_cents }}))
{%- endmacro %}

{# Integers as the exact decimals of the event row: the value times one unit of the last digit. #}
{% macro money(cents) -%}
    (({{ cents }})::DECIMAL(16, 0) * 0.01::DECIMAL(2, 2))::DECIMAL(18, 2)
{%- endmacro %}

{% macro deferral_rate(bp) -%}
    (({{ bp }})::DECIMAL(5, 0) * 0.0001::DECIMAL(4, 4))::DECIMAL(5, 4)
{%- endmacro %}

{% macro probability(ppm) -%}
    (({{ ppm }})::DECIMAL(7, 0) * 0.000001::DECIMAL(6, 6))::DECIMAL(7, 6)
{%- endmacro %}

{# Pay in force when a day begins, of a person of the timeline. Whoever is not raised or promoted has the same pay after it. #}
{% macro pay_before(day) -%}
    CASE WHEN promotion_day < {{ day }} THEN CASE WHEN raise_date < {{ day }} THEN final_pay_cents ELSE promoted_pay_cents END
         WHEN raise_date < {{ day }} THEN early_pay_cents ELSE compensation_cents END
{%- endmacro %}
