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
        {{ delete_from(this, is_changed_comparison('usage_month')) }}
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

{# The months whose comparison an upgrade in place is in. #}
{% macro upgrades_by_month() -%}
    select
        {{ add_months(first_of_month('upgrades.upgraded_at'), 'moved.months') }} as usage_month,
        upgrades.former_id,
        upgrades.cluster_id
    from {{ ref('int_cluster_upgrades') }} as upgrades
    cross join {{ numbers([0, 1], 'months') | replace('numbered', 'moved') }}
{%- endmacro %}

{# The upgrades that were in comparisons when these were made; none before. #}
{% macro held_upgrades() -%}
    {%- set held = api.Relation.create(
        database=this.database, schema="history", identifier="int_compared_upgrades", type="table"
    ) -%}
    {%- if execute and load_cached_relation(held) is not none -%} select * from {{ held }}
    {%- else -%}
        select
            cast(null as date) as usage_month,
            cast(null as string) as former_id,
            cast(null as string) as cluster_id
        where false
    {%- endif -%}
{%- endmacro %}

{# A post-hook: a question with parameters, as a table function of the published file. Its tables go
   without their catalog, because publishing renames the file. #}
{% macro create_question(name, parameters, sql) -%}
    {%- if target.type == "duckdb" -%}
        use {{ this.database }}.{{ this.schema }};
        create or replace macro {{ name }}({{ parameters | join(", ") }}) as table (
            {{ sql | replace('"' ~ this.database ~ '".', "") }}
        );
        use memory.main;
    {%- endif -%}
{%- endmacro %}

{# Stand in fct_cost_changes where each part of a build has its own months and days. #}
{% macro all_months() -%} (true /* months of each part */) {%- endmacro %}

{% macro all_days() -%} (true /* days of each part */) {%- endmacro %}

{% macro months_to_compare() -%}
    select * from {{ ref('int_month_pairs') }}
    where {{ all_months() }}
    {%- if is_incremental() %} and {{ is_changed_comparison('later_from') }} {%- endif -%}
{%- endmacro %}

{# The months compared in this build, as many at a time as a million lines have. #}
{% macro months_compared() -%}
    {%- set parts = [] -%}
    {%- set changed = is_changed_comparison("later_from") if is_incremental() else "true" -%}
    {%- set query -%}
        with pairs as (
            select * from {{ ref("int_month_pairs") }} where {{ changed }}
        ),

        sized as (
            select
                pairs.later_from,
                coalesce(sum(costs.line_items), 0) as lines
            from pairs
            left join {{ ref("agg_costs_daily") }} as costs
                on {{ first_of_month("costs.usage_date") }} = pairs.later_from
            group by pairs.later_from
        ),

        parted as (
            select
                later_from,
                {{ int_div("sum(lines) over (order by later_from)", 1000000) }} as part
            from sized
        )

        select
            cast(min(later_from) as string),
            cast(max(later_from) as string),
            cast({{ add_days(add_months('min(later_from)', -1), -1) }} as string),
            cast({{ next_month('max(later_from)') }} as string)
        from parted
        group by part
        order by part
    {%- endset -%}
    {%- for row in run_query(query).rows -%}
        {%- do parts.append({
            all_months(): "later_from between date '" ~ row[0] ~ "' and date '" ~ row[1] ~ "'",
            all_days(): "line_days.usage_date between date '" ~ row[2] ~ "' and date '" ~ row[3]
                ~ "'",
        }) -%}
    {%- endfor -%}
    {{ return(parts) }}
{%- endmacro %}
