{# A total split over levels by largest remainder ("Workforce plan"), all of them 0 if the weights are. #}

{% macro whole_share(total, weight) -%}
    coalesce({{ total }} * {{ weight }} // nullif((sum({{ weight }}) OVER ())::BIGINT, 0), 0)
{%- endmacro %}

{% macro remainder(total, weight) -%}
    coalesce({{ total }} * {{ weight }} % nullif((sum({{ weight }}) OVER ())::BIGINT, 0), 0)
{%- endmacro %}

{# 1 for the levels with the largest remainders, as many as the whole shares leave over. #}
{% macro one_more(total, share, remainder, weight) -%}
    (sum({{ weight }}) OVER () > 0 AND row_number() OVER (ORDER BY {{ remainder }} DESC, level_id)
        <= {{ total }} - sum({{ share }}) OVER ())::INTEGER
{%- endmacro %}
