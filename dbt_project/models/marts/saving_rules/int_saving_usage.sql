with measured as (
    select * from {{ ref('stg_atlas__measurements') }}
    -- routers and config servers say nothing of the tier
    where process_type not in ('SHARD_MONGOS', 'SHARD_CONFIG')
),

clusters as (
    select
        cluster_id,
        project_id,
        {{ json_text('document', 'connectionStrings.standard') }} as hosts,
        substr(cluster_name, 1, 23) || '-shard-' as hosts_begin
    from {{ ref('int_cluster_configurations') }}
    where valid_to is null and resource_type = 'cluster'
),

reach as (
    select * from {{ ref('data_through') }}
),

hours as (
    select
        clusters.cluster_id,
        measured.*
    from measured
    cross join reach
    inner join clusters
        on
            measured.project_id = clusters.project_id
            and (
                {{ contains_text('clusters.hosts', 'measured.user_alias') }}
                -- a connection string does not name every host, and hosts only the beginning
                or {{ starts_with_text('measured.user_alias', 'clusters.hosts_begin') }}
            )
    where
        measured.measured_at >= {{ add_days('reach.data_through', -30) }}
        and measured.measured_at < {{ add_days('reach.data_through', 1) }}
        -- a process that says nothing is no idle one
        and measured.cpu_percent is not null
),

-- the busiest node of each hour stands for the cluster
busiest as (
    select
        cluster_id,
        measured_at,
        max(cpu_percent) as cpu_percent,
        min(100.0 * memory_available / nullif(memory_total, 0)) as memory_free_percent,
        max(iops) as iops,
        max(queue_depth) as queue_depth,
        max(used_bytes) / 1e9 as used_gb,
        max(used_percent) as used_percent,
        max(open_connections) as connections,
        max(data_bytes) / 1e9 as data_gb,
        max(operations) as operations,
        max(search_cpu_percent) as search_cpu_percent,
        max(search_heap_percent) as search_heap_percent,
        max(search_bytes) / 1e9 as search_gb
    from hours
    group by cluster_id, measured_at
),

usage as (
    select
        cluster_id,
        cast(count(distinct cast(measured_at as date)) as integer) as measured_days,
        cast(count(*) as integer) as measured_hours,
        cast(min(measured_at) as date) as measured_from,
        {{ add_days('cast(max(measured_at) as date)', 1) }} as measured_to,
        round({{ percentile('cpu_percent', 0.95) }}, 2) as cpu_p95,
        -- what is free nearly always: the worst hour of twenty
        round({{ percentile('memory_free_percent', 0.05) }}, 2) as memory_free_p5,
        round({{ percentile('iops', 0.95) }}, 2) as iops_p95,
        round({{ percentile('queue_depth', 0.95) }}, 2) as queue_depth_p95,
        round(max(used_gb), 2) as used_gb,
        round(max(used_percent), 2) as used_percent,
        cast(round(max(connections)) as bigint) as connections,
        round(max(data_gb), 2) as data_gb,
        round(max(operations), 2) as operations,
        cast(count(search_cpu_percent) as integer) as search_hours,
        round({{ percentile('search_cpu_percent', 0.95) }}, 2) as search_cpu_p95,
        round({{ percentile('search_heap_percent', 0.95) }}, 2) as search_heap_p95,
        round(max(search_gb), 2) as search_gb
    from busiest
    group by cluster_id
)

select * from usage
