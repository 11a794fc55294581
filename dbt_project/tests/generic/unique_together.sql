{# No two rows are alike in all of these columns; nulls count as alike. Each engine's own quotes,
   because "at" is a text on Spark, and alike in every row. #}
{% test unique_together(model, columns) %}
{%- set quoted = [] -%}
{%- for each in columns -%} {%- do quoted.append(adapter.quote(each)) -%} {%- endfor %}
select {{ quoted | join(', ') }}
from {{ model }}
group by {{ quoted | join(', ') }}
having count(*) > 1
{% endtest %}
