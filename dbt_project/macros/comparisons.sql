{# A month is compared anew where it, the one before it or the day beside either has other costs. What
   was there on the last days of data may have been gone after all, so the newest two that stand are
   compared anew, too. #}
{% macro is_changed_comparison(month) -%}
    {{ month }} in (
        select changed.usage_month from {{ ref('int_changed_comparisons') }} as changed
    )
{%- endmacro %}

{# A pre-hook: what stands of them goes. #}
{% macro delete_changed_comparisons() -%}
    {%- if is_incremental() -%}
        delete from {{ this }} where {{ is_changed_comparison('usage_month') }}
    {%- endif -%}
{%- endmacro %}

{# The months that a mart holds; none before it is first made. #}
{% macro held_months(mart) -%}
    {%- set held = api.Relation.create(
        database=this.database, schema="marts", identifier=mart, type="table"
    ) -%}
    {%- if execute and load_cached_relation(held) is not none -%}
        select distinct usage_month from {{ held }}
    {%- else -%} select cast(null as date) as usage_month where false
    {%- endif -%}
{%- endmacro %}

{# A post-hook: a question with parameters, as a table function of the published file. Its tables go
   without their catalog, because publishing renames the file. #}
{% macro create_question(name, parameters, sql) -%}
    use {{ this.database }}.{{ this.schema }};
    create or replace macro {{ name }}({{ parameters | join(", ") }}) as table (
        {{ sql | replace('"' ~ this.database ~ '".', "") }}
    );
    use memory.main;
{%- endmacro %}
