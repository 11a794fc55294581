with source as (
    select * from {{ source('atlas', 'backup_snapshots') }}
),

-- a flex cluster's snapshot has other names for the same things, and neither type nor size
renamed as (
    select
        id as snapshot_id,
        {{ scope_project('_scope') }} as project_id,
        {{ scope_name('_scope') }} as cluster_name,
        coalesce(nullif(type, ''), 'flex') as cluster_kind,
        coalesce(nullif(snapshotType, ''), 'scheduled') as snapshot_type,
        nullif(frequencyType, '') as frequency,
        nullif(status, '') as status,
        nullif(description, '') as description,
        nullif(cloudProvider, '') as provider,
        nullif(replicaSetName, '') as replica_set_name,
        coalesce(nullif(mongodVersion, ''), nullif(mongoDBVersion, '')) as mongodb_version,
        storageSizeBytes as storage_bytes,
        {{ joined_texts('copyRegions') }} as copy_regions,
        coalesce(createdAt, finishTime, startTime, scheduledTime) as created_at,
        coalesce(expiresAt, expiration) as expires_at,
        _connection as connection,
        _landing_file as landing_file,
        _landed_at as landed_at
    from source
    -- two connections may reach the same snapshot
    qualify row_number() over (partition by id order by _landed_at desc, _connection asc) = 1
)

select * from renamed
