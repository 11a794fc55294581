{# dbt's own ask DuckDB about indexes, foreign keys, grants and what an earlier build left under
   other names, none of which we have. What is built here replaces what stood in one transaction,
   so that a build that is killed leaves either; and a release, which alone changes columns, starts
   from an empty file: no model's on_schema_change is ever needed, though dbt asks for one. #}

{% materialization table, adapter="duckdb" %}
    {%- set sql = as_spark_made(sql) -%}
    {%- set existing = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks) }}
    {%- call statement("main") -%} {{ table_replaced(existing, sql) }} {%- endcall -%}
    {{ run_hooks(post_hooks) }}
    {%- do adapter.commit() -%}
    {{ return({"relations": [this.incorporate(type="table")]}) }}
{% endmaterialization %}

{% materialization incremental, adapter="duckdb" %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set has_parts = config.get("parts") and not spark_marts() -%}
    {%- set parts = context[config.get("parts")]() if has_parts else [{}] -%}
    {%- set sql = as_spark_made(sql) -%}
    {{ run_hooks(pre_hooks) }}
    {%- set first = part_of(sql, parts[0]) if parts else "select * from (" ~ sql ~ ") where false" -%}
    {%- call statement("main") -%}
        {%- if existing is none or should_full_refresh() -%} {{ table_replaced(existing, first) }}
        {%- else -%} insert into {{ this }} by name ({{ first }})
        {%- endif -%}
    {%- endcall -%}
    {%- for part in parts[1:] -%}
        {%- do run_query("insert into " ~ this ~ " by name (" ~ part_of(sql, part) ~ ")") -%}
    {%- endfor -%}
    {{ run_hooks(post_hooks) }}
    {%- do adapter.commit() -%}
    {{ return({"relations": [this.incorporate(type="table")]}) }}
{% endmaterialization %}

{# Where Spark has built the marts, DuckDB's file is made of its Parquet: the folder, else none. #}
{% macro spark_marts() -%}
    {{ return(env_var("ATLAS_COSTS_SPARK_MARTS", "")) }}
{%- endmacro %}

{% macro as_spark_made(sql) -%}
    {%- if not spark_marts() -%} {{ return(sql) }} {%- endif -%}
    select
        {%- for column in model.columns.values() %}
        {%- set name = adapter.quote(column.name) %}
        cast({{ name }} as {{ column.data_type }}) as {{ name }}{{ "," if not loop.last }}
        {%- endfor %}
    from read_parquet('{{ spark_marts() }}/{{ this.identifier }}/*.parquet')
{%- endmacro %}

{# Columns are compared with the contract when a table is first made: later ones are made alike. #}
{% macro table_replaced(existing, sql) -%}
    {%- if not config.get("contract").enforced -%} create or replace table {{ this }} as ({{ sql }})
    {%- else -%}
        {%- if existing is none -%} {{ get_assert_columns_equivalent(sql) }} {%- endif -%}
        create or replace table {{ this }} {{ get_table_columns_and_constraints() }};
        insert into {{ this }} {{ get_column_names() }} ({{ get_select_subquery(sql) }})
    {%- endif -%}
{%- endmacro %}

{# A model that would take more memory than there is has marks where a build's parts differ, and its
   config names the macro that lists the parts: what to put in the place of each mark. All months of
   ten million lines compared at once took 14 GiB. #}
{% macro part_of(sql, part) -%}
    {%- set made = namespace(sql=sql) -%}
    {%- for mark, text in part.items() -%} {%- set made.sql = made.sql | replace(mark, text) -%} {%- endfor -%}
    {{ return(made.sql) }}
{%- endmacro %}
