with history as (
    select * from {{ ref('stg_atlas__inventory_history') }}
    where entity in ('clusters', 'flex_clusters', 'serverless_instances')
),

configurations as (
    select
        object_id as cluster_id,
        object_name as cluster_name,
        project_id,
        case entity
            when 'clusters' then 'cluster'
            when 'flex_clusters' then 'flex_cluster'
            else 'serverless_instance'
        end as resource_type,
        document,
        {{ json_text('document', 'mongoDBVersion') }} as mongodb_version,
        try_cast({{ json_text('document', 'diskSizeGB') }} as double) as disk_gb,
        {{ tags_from_list(json_part('document', 'tags')) }} as tags,
        try_cast({{ json_text('document', 'paused') }} as boolean) as paused,
        coalesce(
            try_cast({{ json_text('document', 'backupEnabled') }} as boolean),
            try_cast({{ json_text('document', 'backupSettings.enabled') }} as boolean)
        ) as backup_enabled,
        coalesce(
            try_cast({{ json_text('document', 'pitEnabled') }} as boolean),
            try_cast(
                {{ json_text(
                    'document', 'serverlessBackupOptions.serverlessContinuousBackupEnabled'
                ) }} as boolean
            )
        ) as pit_enabled,
        valid_from,
        valid_to,
        connection
    from history
)

select * from configurations
