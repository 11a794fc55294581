with configurations as (
    select * from {{ ref('int_cluster_configurations') }}
),

nodes as (
    select * from {{ ref('int_cluster_nodes') }}
),

-- by day: the last configuration of a day holds for it, the first known for all days before,
-- and the last for all after
days as (
    select
        cluster_id,
        valid_from as configured_at,
        case
            when lag(valid_from) over (partition by cluster_id order by valid_from) is null
                then date '1970-01-01'
            else cast(valid_from as date)
        end as valid_from,
        coalesce(
            lead(cast(valid_from as date)) over (partition by cluster_id order by valid_from),
            date '9999-12-31'
        ) as valid_to
    from configurations
),

scopes as (
    select
        *,
        provider as provider_scope
    from nodes
    union all
    select
        *,
        'any' as provider_scope
    from nodes
),

placed as (
    select
        days.cluster_id,
        scopes.provider_scope,
        case
            when count(distinct scopes.provider || ' ' || scopes.atlas_region) = 1
                then max(scopes.region)
            else 'multi-region'
        end as region,
        case
            when count(distinct scopes.provider || ' ' || scopes.atlas_region) = 1
                then max(scopes.atlas_region)
            else 'multi-region'
        end as atlas_region,
        days.valid_from,
        days.valid_to
    from days
    inner join scopes
        on days.cluster_id = scopes.cluster_id and days.configured_at = scopes.valid_from
    where days.valid_to > days.valid_from
    group by days.cluster_id, days.valid_from, days.valid_to, scopes.provider_scope
),

-- every line looks its region up, so a place that stays the same is one row
compared as (
    select
        *,
        coalesce(
            lag(region || ' ' || atlas_region) over same_scope = region || ' ' || atlas_region
            and lag(valid_to) over same_scope = valid_from,
            false
        ) as continues
    from placed
    window same_scope as (partition by cluster_id, provider_scope order by valid_from)
),

numbered as (
    select
        *,
        sum(case when continues then 0 else 1 end) over (
            partition by cluster_id, provider_scope order by valid_from
            rows between unbounded preceding and current row
        ) as period
    from compared
),

final as (
    select
        cluster_id,
        provider_scope,
        max(region) as region,
        max(atlas_region) as atlas_region,
        min(valid_from) as valid_from,
        max(valid_to) as valid_to
    from numbered
    group by cluster_id, provider_scope, period
)

select * from final
