{# dbt's own ask DuckDB about indexes, foreign keys, grants and what an earlier build left under
   other names, none of which we have. What is built here replaces what stood in one transaction,
   so that a build that is killed leaves either; and a release, which alone changes columns, starts
   from an empty file: no model's on_schema_change is ever needed, though dbt asks for one. #}

{% materialization table, adapter="duckdb" %}
    {%- set existing = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks) }}
    {%- call statement("main") -%} {{ table_replaced(existing, sql) }} {%- endcall -%}
    {{ run_hooks(post_hooks) }}
    {%- do adapter.commit() -%}
    {{ return({"relations": [this.incorporate(type="table")]}) }}
{% endmaterialization %}

{% materialization incremental, adapter="duckdb" %}
    {%- set existing = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks) }}
    {%- call statement("main") -%}
        {%- if existing is none or should_full_refresh() -%} {{ table_replaced(existing, sql) }}
        {%- else -%} insert into {{ this }} by name ({{ sql }})
        {%- endif -%}
    {%- endcall -%}
    {{ run_hooks(post_hooks) }}
    {%- do adapter.commit() -%}
    {{ return({"relations": [this.incorporate(type="table")]}) }}
{% endmaterialization %}

{# Columns are compared with the contract when a table is first made: later ones are made alike. #}
{% macro table_replaced(existing, sql) -%}
    {%- if not config.get("contract").enforced -%} create or replace table {{ this }} as ({{ sql }})
    {%- else -%}
        {%- if existing is none -%} {{ get_assert_columns_equivalent(sql) }} {%- endif -%}
        create or replace table {{ this }} {{ get_table_columns_and_constraints() }};
        insert into {{ this }} {{ get_column_names() }} ({{ get_select_subquery(sql) }})
    {%- endif -%}
{%- endmacro %}
