with shapes as (
    select * from {{ ref('int_cluster_shapes') }}
),

-- all that costs or is asked about; the state is not part of it
described as (
    select
        *,
        concat_ws(
            '|',
            resource_type,
            coalesce(cluster_name, '-'),
            coalesce(cloud_provider, '-'),
            regions,
            coalesce(instance_size, '-'),
            coalesce(cast(nodes as string), '-'),
            coalesce(cast(disk_gb as string), '-'),
            coalesce(mongodb_version, '-'),
            coalesce(cast(paused as string), '-'),
            coalesce(cast(backup_enabled as string), '-'),
            coalesce(cast(pit_enabled as string), '-'),
            cast(tags as string)
        ) as description
    from shapes
),

compared as (
    select
        *,
        coalesce(
            lag(description) over (partition by cluster_id order by valid_from) = description
            and lag(valid_to) over (partition by cluster_id order by valid_from) = valid_from,
            false
        ) as continues
    from described
),

numbered as (
    select
        *,
        sum(case when continues then 0 else 1 end) over (
            partition by cluster_id order by valid_from
            rows between unbounded preceding and current row
        ) as period
    from compared
),

ended as (
    select
        *,
        last_value(valid_to) over (
            partition by cluster_id, period order by valid_from
            rows between unbounded preceding and unbounded following
        ) as period_end
    from numbered
),

periods as (
    select
        cluster_id,
        cluster_name,
        resource_type,
        project_id,
        cloud_provider,
        region,
        regions,
        instance_size,
        nodes,
        disk_gb,
        mongodb_version,
        paused,
        backup_enabled,
        pit_enabled,
        tags,
        valid_from,
        period_end as valid_to,
        period_end is null as is_current,
        connection
    from ended
    where not continues
)

select * from periods
