"""What the pages of resources and backups read, beside the marts of conftest.

shop-prod was upgraded from a flex cluster, r-flex; mobile-db is paused; shop-staging has no backup
and no owner; old-db is gone, and one of its snapshots is kept.
"""

RESOURCE_MARTS = """
alter table marts.active_resources add column upgraded_from varchar;
alter table marts.active_resources add column tag_sources map(varchar, varchar[]);
update marts.active_resources set
    upgraded_from = if(resource_name = 'shop-prod', 'r-flex', null),
    tag_sources = map_from_entries(list_transform(map_keys(tags), lambda key: {
        'k': key, 'v': ['bill', 'resource']
    })),
    backup_enabled = resource_name <> 'shop-staging',
    tags = if(resource_name = 'shop-staging', map {'env': ['staging']}, tags);
alter table marts.resource_events add column seen_in varchar;
update marts.resource_events set seen_in = 'inventory';
create table marts.dim_clusters as
    select resource_id as cluster_id, resource_name as cluster_name, resource_type, project_id,
        project_name, org_id, cloud_provider, region, instance_size, nodes, disk_gb,
        mongodb_version, created_at, upgraded_from, null::varchar as upgraded_to,
        true as is_listed, 'default' as connection
    from marts.active_resources where resource_type = 'cluster'
    union all by name
    select 'r-flex' as cluster_id, 'shop-prod' as cluster_name, 'flex_cluster' as resource_type,
        'r-shop-prod' as upgraded_to, false as is_listed;
create table marts.dim_clusters_history as
    select resource_id as cluster_id, resource_id as billed_as, instance_size, 40.0 as disk_gb,
        '8.0.4' as mongodb_version, true as backup_enabled, false as pit_enabled,
        timestamp '2026-05-10 06:00:00' as valid_from, timestamp '2026-05-14 06:00:00' as valid_to,
        'inventory' as seen_in
    from marts.active_resources where resource_type = 'cluster'
    union all by name
    select resource_id as cluster_id, resource_id as billed_as, instance_size, 80.0 as disk_gb,
        '8.0.4' as mongodb_version, true as backup_enabled,
        resource_name = 'shop-prod' as pit_enabled,
        timestamp '2026-05-14 06:00:00' as valid_from, 'inventory' as seen_in
    from marts.active_resources where resource_type = 'cluster'
    union all by name
    select 'r-shop-prod' as cluster_id, 'r-flex' as billed_as, 'FLEX' as instance_size,
        timestamp '2025-03-01 06:00:00' as valid_from, timestamp '2025-04-02 06:00:00' as valid_to,
        'bill' as seen_in;
create table marts.agg_cluster_days as
    select invoice_id, resource_id, usage_date,
        if(usage_date < date '2026-05-09', 'M20', instance_size) as instance_size
    from lines where resource_type = 'cluster' and instance_size is not null;
create table marts.backups as
    select 's-' || n as snapshot_id, 'r-shop-prod' as cluster_id, 'shop-prod' as cluster_name,
        'p-shop' as project_id, 'shop' as project_name, 'o-Acme' as org_id,
        'scheduled' as snapshot_type,
        if(n = 1, 'monthly', 'daily') as frequency, 'completed' as status,
        null::varchar as description, (n * 1073741824)::bigint as storage_bytes,
        if(n = 1, 'EU_WEST_1', null) as copy_regions,
        timestamp '2026-05-01 02:00:00' + interval 1 day * n as created_at,
        created_at + if(n = 1, interval 365 day, interval 7 day) as expires_at
    from range(1, 4) as numbers(n)
    union all by name
    select 's-old' as snapshot_id, 'old-db' as cluster_name, 'p-shop' as project_id,
        'shop' as project_name, 'o-Acme' as org_id, 'onDemand' as snapshot_type,
        'completed' as status,
        1073741824 as storage_bytes, timestamp '2025-05-01 02:00:00' as created_at,
        timestamp '2027-05-01 02:00:00' as expires_at;
create table marts.restore_jobs as
    select * from (values
        ('j-1', 'r-shop-prod', 'shop-prod', 'completed', timestamp '2026-05-03 04:00:00'),
        ('j-2', 'r-shop-prod', 'shop-prod', 'completed', timestamp '2026-04-03 04:00:00'),
        ('j-3', 'r-shop-prod', 'shop-prod', 'failed', timestamp '2026-05-07 04:00:00')
    ) as jobs(restore_job_id, cluster_id, cluster_name, status, finished_at),
    (select 'p-shop' as project_id, 'shop' as project_name, 'automated' as delivery_type,
        timestamp '2026-05-02 02:00:00' as snapshot_at, null::timestamp as scheduled_at,
        'shop' as target_project_name, 'shop-staging' as target_cluster_name);
create table marts.online_archives as
    select 'a-1' as archive_id, 'r-shop-prod' as cluster_id, 'shop-prod' as cluster_name,
        'shop' as project_name, 'shop' as database_name, 'orders' as collection_name,
        'ACTIVE' as state, 'DATE' as criteria_type, 90 as archive_after_days,
        null::bigint as delete_after_days, 'us-east-1' as region;
"""
