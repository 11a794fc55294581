-- Atlas names no predecessor, so what is known of both decides; docs/decisions.md says how.
with clusters as (
    select * from {{ ref('int_clusters') }}
),

recorded as (
    select
        bool_or(action = 'delete_cluster') as is_deletion,
        case action
            when 'delete_cluster' then {{ json_text('atlas_ids', 'cluster_id') }}
            else {{ json_text('atlas_ids', 'former_cluster_id') }}
        end as former_id
    from {{ ref('stg_atlas__actions') }}
    where applied and action in ('update_cluster', 'delete_cluster') and outcome != 'failed'
    group by former_id
),

named as (
    select
        *,
        lag(cluster_id) over same_name as former_id,
        lag(instance_size) over same_name as former_size,
        lag(created_at) over same_name as former_created_at,
        lag(gone_at) over same_name as former_gone_at,
        row_number() over same_name = 1 as is_first
    from clusters
    window same_name as (
        partition by project_id, cluster_name
        order by created_at asc nulls first, cluster_id asc
    )
),

dedicated as (
    select * from named
    where
        resource_type = 'cluster'
        and created_at is not null
        and not coalesce({{ is_small('instance_size') }}, false)
),

-- the inventory saw both: no refresh found the name without a cluster
inventoried as (
    select
        dedicated.former_id,
        dedicated.cluster_id,
        dedicated.created_at as upgraded_at
    from dedicated
    left join recorded on dedicated.former_id = recorded.former_id
    where
        {{ is_small('dedicated.former_size') }}
        -- one without a date may as well have come later
        and dedicated.former_created_at is not null
        and case
            when recorded.former_id is not null then not recorded.is_deletion
            else coalesce(dedicated.former_gone_at >= dedicated.created_at, true)
        end
),

billed as (
    select
        resource_id,
        max(usage_date) as last_billed_on,
        -- late usage puts one day on two invoices
        max_by(
            instance_size, cast(usage_date as string) || invoice_id
        ) filter (where instance_size is not null) as last_size
    from {{ ref('agg_cluster_days') }}
    group by resource_id
),

-- only the bill shows the former one: it was billed until the new one was there
invoiced as (
    select
        billed.resource_id as former_id,
        dedicated.cluster_id,
        dedicated.created_at as upgraded_at
    from dedicated
    inner join billed
        on billed.resource_id = dedicated.project_id || '/' || dedicated.cluster_name
    where
        dedicated.is_first
        and {{ is_small('billed.last_size') }}
        and {{ add_days('billed.last_billed_on', 1) }} >= cast(dedicated.created_at as date)
),

upgrades as (
    select * from inventoried
    union all
    select * from invoiced
)

select * from upgrades
