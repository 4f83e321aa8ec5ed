{# Bands and segments, counted from 0: how many lower bounds a value reaches ("Derived quantities"). #}
{% macro bounds_reached(value, bounds) -%}
    (0 {%- for bound in bounds %} + ({{ value }} >= {{ bound }})::INTEGER {%- endfor %})
{%- endmacro %}
