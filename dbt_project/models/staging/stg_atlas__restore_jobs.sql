with source as (
    select * from {{ source('atlas', 'restore_jobs') }}
),

renamed as (
    select
        id as restore_job_id,
        {{ scope_project('_scope') }} as project_id,
        {{ scope_name('_scope') }} as cluster_name,
        nullif(snapshotId, '') as snapshot_id,
        nullif(deliveryType, '') as delivery_type,
        coalesce(nullif(targetGroupId, ''), nullif(targetProjectId, '')) as target_project_id,
        coalesce(nullif(targetClusterName, ''), nullif(targetDeploymentItemName, ''))
            as target_cluster_name,
        -- only flex clusters' jobs name their status
        case
            when nullif(status, '') is not null then lower(status)
            when failed then 'failed'
            when cancelled then 'cancelled'
            when finishedAt is not null then 'completed'
            when expired then 'expired'
            when deliveryType = 'download' and expiresAt is not null then 'ready'
            else 'running'
        end as status,
        coalesce(timestamp, snapshotFinishedDate) as snapshot_at,
        restoreScheduledDate as scheduled_at,
        coalesce(finishedAt, restoreFinishedDate) as finished_at,
        coalesce(expiresAt, expirationDate) as expires_at,
        _connection as connection,
        _landing_file as landing_file,
        _landed_at as landed_at
    from source
    -- two connections may reach the same job
    qualify row_number() over (partition by id order by _landed_at desc, _connection asc) = 1
)

select * from renamed
