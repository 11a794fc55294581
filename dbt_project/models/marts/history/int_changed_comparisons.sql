{{ config(materialized='table') }}

with changed as (
    select * from {{ ref('int_changed_months') }}
    {% if not is_built_here('int_changed_months') %} where false {% endif %}
),

upgrades as (
    select * from {{ ref('int_cluster_upgrades') }}
),

held as (
    {{ held_months('fct_cost_changes') }}
),

-- the days beside the two months of a comparison are of the months before and after them
reached as (
    select {{ add_months('changed.usage_month', 'moved.months') }} as usage_month
    from changed
    cross join {{ numbers([-1, 0, 1, 2], 'months') | replace('numbered', 'moved') }}
    union all
    select {{ add_months(first_of_month('upgrades.upgraded_at'), 'moved.months') }} as usage_month
    from upgrades
    cross join {{ numbers([0, 1], 'months') | replace('numbered', 'moved') }}
    union all
    select held.usage_month from held
    where held.usage_month >= (
        select {{ add_months('max(newest.usage_month)', -1) }} as usage_month
        from held as newest
    )
)

select distinct usage_month from reached
