{# A view in marts outlives the name its file was attached under: publishing renames the file, and
   a view that said warehouse.marts.fct_line_items would then find nothing. So a view names tables
   of its own schema without catalog and schema, which DuckDB resolves beside the view. #}
{% macro duckdb__create_view_as(relation, sql) -%}
    {% if config.get("contract").enforced %}
        {{ get_assert_columns_equivalent(sql) }}
    {%- endif %}
    create view {{ relation }} as (
        {{ sql | replace(relation.without_identifier() ~ ".", "") }}
    );
{%- endmacro %}
