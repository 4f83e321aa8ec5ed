{# The code of an event category ("Events"): the order of events on the same day, and part of the event id. #}
{% macro code(category) -%}
    {{ {
        'termination': 1, 'new_hire_termination': 2, 'hiring': 3, 'voluntary_enrollment': 4,
        'year_over_year_conversion': 5, 'proactive_voluntary': 6, 'auto_enrollment': 7, 'enrollment_opt_out': 8,
        'deferral_escalation': 9, 'promotion': 10, 'raise': 11,
    }[category] }}
{%- endmacro %}

{# A category at its place in a person's year: four bits for each event, the first event lowest. #}
{% macro code_at(code, sequence) -%}
    (({{ code }})::BIGINT << (4 * ({{ sequence }} - 1)))
{%- endmacro %}
