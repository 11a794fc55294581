{{ config(materialized='table') }}

with changed as (
    select * from {{ ref('int_changed_months') }}
    {% if not is_built_here('int_changed_months') %} where false {% endif %}
),

upgrades as (
    {{ upgrades_by_month() }}
),

compared as (
    {{ held_upgrades() }}
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
    -- an upgrade that was not known when they were compared, or no longer is
    select coalesce(upgrades.usage_month, compared.usage_month) as usage_month
    from upgrades
    full outer join compared
        on
            upgrades.usage_month = compared.usage_month
            and upgrades.former_id = compared.former_id
            and upgrades.cluster_id = compared.cluster_id
    where upgrades.cluster_id is null or compared.cluster_id is null
    union all
    select held.usage_month from held
    where held.usage_month >= (
        select {{ add_months('max(newest.usage_month)', -1) }} as usage_month
        from held as newest
    )
)

select distinct usage_month from reached
