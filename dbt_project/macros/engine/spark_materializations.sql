{# What is built on Spark: Parquet tables. Views and the tables of raw live as long as the session's
   catalog. #}

{# Run once a session (run-operation), because its catalog knows nothing then: the schemas, the
   tables of raw, each a Parquet file in a folder, and what the last build left in another to be
   built on. That is only read: what is kept of it is written anew beside what is built. #}
{% macro sources_of_spark(folder, standing, left) -%}
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
    {%- for node in graph.nodes.values()
        if node.config.materialized == "incremental" and node.schema ~ "." ~ node.name in left -%}
        {%- do run_query(
            "create table " ~ node.schema ~ "." ~ node.name ~ ' using parquet location "'
            ~ standing ~ "/" ~ node.schema ~ ".db/" ~ node.name ~ '"'
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
    {%- set existing = load_cached_relation(this) -%}
    {%- set parts = context[config.get("parts")]() if config.get("parts") else [{}] -%}
    {{ run_hooks(pre_hooks) }}
    {%- set nothing = "select * from (" ~ sql ~ ") where false" -%}
    {%- set first = part_of(sql, parts[0]) if parts else nothing -%}
    {%- set is_new = existing is none or should_full_refresh() -%}
    {%- if is_new -%} {%- do run_query("drop table if exists " ~ this) -%} {%- endif -%}
    {%- call statement("main") -%}
        {%- if is_new -%} create table {{ this }} using parquet as {{ first }}
        {%- else -%} insert into {{ this }} by name {{ first }}
        {%- endif -%}
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

{# A seed's rows; dbt-spark's own makes the text None of what is empty. #}
{% macro spark__load_csv_rows(model, agate_table) -%}
    {%- set types = model.config.column_types -%}
    {%- set rows = [] -%}
    {%- for row in agate_table.rows -%}
        {%- set values = [] -%}
        {%- for name in agate_table.column_names -%}
            {%- set text = "null" if row[name] is none
                else "concat('" ~ row[name] | string | replace("'", "', chr(39), '") ~ "')" -%}
            {%- do values.append("cast(" ~ text ~ " as " ~ types[name] ~ ")") -%}
        {%- endfor -%}
        {%- do rows.append("(" ~ values | join(", ") ~ ")") -%}
    {%- endfor -%}
    {%- set insert = "insert into " ~ this ~ " values " ~ rows | join(", ") -%}
    {%- do run_query(insert) -%}
    {{ return(insert) }}
{%- endmacro %}

{# Contracts name DuckDB's types, and DuckDB checks them. #}
{% macro spark__create_view_as(relation, sql) -%}
    create or replace view {{ relation }} as {{ sql }}
{%- endmacro %}

{# Run once a build: what views say, as Parquet beside the tables. #}
{% macro views_of_spark(folder, schema) -%}
    {%- for node in graph.nodes.values() if node.resource_type == "model"
        and node.schema == schema and node.config.materialized == "view" -%}
        {%- do run_query(
            "insert overwrite directory '" ~ folder ~ "/" ~ node.name ~ "' using parquet select * from "
            ~ node.schema ~ "." ~ node.name
        ) -%}
    {%- endfor -%}
{%- endmacro %}
