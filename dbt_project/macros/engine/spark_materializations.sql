{# What is built on Spark: Parquet tables, whole. Views and the tables of raw live as long as the
   session's catalog. #}

{# Run once a session (run-operation), because its catalog knows nothing then: the schemas, and the
   tables of raw, each a Parquet file in a folder. #}
{% macro sources_of_spark(folder) -%}
    {%- set schemas = graph.nodes.values() | map(attribute="schema") | unique | list -%}
    {%- for schema in ["main"] + schemas -%}
        {%- do run_query("create database if not exists " ~ schema) -%}
    {%- endfor -%}
    {%- for source in graph.sources.values() -%}
        {%- do run_query(
            "create or replace view main." ~ source.identifier ~ " as select * from parquet.`"
            ~ folder ~ "/" ~ source.identifier ~ ".parquet`"
        ) -%}
    {%- endfor -%}
{%- endmacro %}

{% materialization table, adapter="spark" %}
    {{ run_hooks(pre_hooks) }}
    {%- do run_query("drop table if exists " ~ this) -%}
    {%- call statement("main") -%} create table {{ this }} using parquet as {{ sql }} {%- endcall -%}
    {{ run_hooks(post_hooks) }}
    {{ return({"relations": [this.incorporate(type="table")]}) }}
{% endmaterialization %}

{% materialization incremental, adapter="spark" %}
    {%- set parts = context[config.get("parts")]() if config.get("parts") else [{}] -%}
    {{ run_hooks(pre_hooks) }}
    {%- do run_query("drop table if exists " ~ this) -%}
    {%- set nothing = "select * from (" ~ sql ~ ") where false" -%}
    {%- set first = part_of(sql, parts[0]) if parts else nothing -%}
    {%- call statement("main") -%}
        create table {{ this }} using parquet as {{ first }}
    {%- endcall -%}
    {%- for part in parts[1:] -%}
        {%- do run_query("insert into " ~ this ~ " by name " ~ part_of(sql, part)) -%}
    {%- endfor -%}
    {{ run_hooks(post_hooks) }}
    {{ return({"relations": [this.incorporate(type="table")]}) }}
{% endmaterialization %}

{# Parquet deletes no rows: what is kept is written anew and takes the table's place. #}
{% macro spark_rows_kept(relation, condition) -%}
    {%- if execute -%}
        {%- set kept = relation.incorporate(path={"identifier": relation.identifier ~ "__kept"}) -%}
        {%- do run_query("drop table if exists " ~ kept) -%}
        {%- do run_query(
            "create table " ~ kept ~ " using parquet as select * from " ~ relation
            ~ " as held where not coalesce((" ~ condition ~ "), false)"
        ) -%}
        {%- do run_query("drop table " ~ relation) -%}
        {%- do run_query("alter table " ~ kept ~ " rename to " ~ relation) -%}
    {%- endif -%}
{%- endmacro %}
