{# On DuckDB everything is built in the attached file that profiles.yml calls warehouse. #}
{% macro generate_database_name(custom_database_name=none, node=none) -%}
    {%- if target.type == "duckdb" -%} warehouse
    {%- else -%} {{ custom_database_name or target.database }}
    {%- endif -%}
{%- endmacro %}
