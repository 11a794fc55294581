with source as (
    select * from {{ source('atlas', 'measurements') }}
),

renamed as (
    select
        groupId as project_id,
        processId as process_id,
        userAlias as user_alias,
        typeName as process_type,
        measuredAt as measured_at,
        MAX_SYSTEM_NORMALIZED_CPU_USER + MAX_SYSTEM_NORMALIZED_CPU_KERNEL as cpu_percent,
        SYSTEM_MEMORY_AVAILABLE as memory_available,
        SYSTEM_MEMORY_AVAILABLE + SYSTEM_MEMORY_USED as memory_total,
        CONNECTIONS as open_connections,
        DB_DATA_SIZE_TOTAL as data_bytes,
        OPCOUNTER_QUERY + OPCOUNTER_INSERT + OPCOUNTER_UPDATE + OPCOUNTER_DELETE as operations,
        MAX_DISK_PARTITION_IOPS_TOTAL as iops,
        DISK_QUEUE_DEPTH as queue_depth,
        MAX_DISK_PARTITION_SPACE_USED as used_bytes,
        MAX_DISK_PARTITION_SPACE_PERCENT_USED as used_percent,
        FTS_PROCESS_NORMALIZED_CPU_USER + FTS_PROCESS_NORMALIZED_CPU_KERNEL as search_cpu_percent,
        100 * JVM_CURRENT_MEMORY / nullif(JVM_MAX_MEMORY, 0) as search_heap_percent,
        FTS_DISK_USAGE as search_bytes,
        _connection as connection,
        _landed_at as landed_at
    from source
    -- two connections may reach the same process
    qualify row_number() over (
        partition by processId, measuredAt order by _landed_at desc, _connection asc
    ) = 1
)

select * from renamed
