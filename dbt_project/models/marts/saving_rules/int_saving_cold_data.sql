with views as (
    {{ advised('namespaces') }}
),

-- Atlas ranks only the busiest: of a list that long, what is not in it may be in use
rankings as (
    select
        project_id,
        cluster_name,
        count(*) >= 2
        and max({{ json_length('document', 'rankedNamespaces') }}) < 20 as is_complete
    from views
    group by project_id, cluster_name
),

used as (
    select distinct
        project_id,
        cluster_name,
        split_part(namespace, '.', 1) as database_name
    from (
        select
            project_id,
            cluster_name,
            {{ json_texts('document', 'rankedNamespaces') }} as namespace
        from views
    ) as ranked
),

measured as (
    {{ advised('databases') }}
),

points as (
    select
        project_id,
        cluster_name,
        {{ json_text('document', 'processId') }} as process_id,
        {{ json_text('document', 'databaseName') }} as database_name,
        {{ json_items(
            'document', 'measurements',
            '{"name": "VARCHAR", "dataPoints": [{"value": "DOUBLE"}]}'
        ) }} as item
    from measured
),

sizes as (
    select
        project_id,
        cluster_name,
        process_id,
        database_name,
        sum({{ largest_value('item.dataPoints') }}) / 1e9 as size_gb
    from points
    group by project_id, cluster_name, process_id, database_name
),

databases as (
    select
        project_id,
        cluster_name,
        database_name,
        -- a node holds the part of its shard
        max(size_gb) as size_gb
    from sizes
    group by project_id, cluster_name, database_name
),

cold as (
    select
        databases.project_id,
        databases.cluster_name,
        round(sum(databases.size_gb), 2) as cold_gb,
        {{ joined('databases.database_name') }} as names
    from databases
    left join used
        on
            databases.project_id = used.project_id
            and databases.cluster_name = used.cluster_name
            and databases.database_name = used.database_name
    where used.database_name is null and databases.size_gb > 0
    group by databases.project_id, databases.cluster_name
),

asked as (
    select distinct
        measured.project_id,
        measured.cluster_name
    from measured
    inner join rankings
        on
            measured.project_id = rankings.project_id
            and measured.cluster_name = rankings.cluster_name
    where rankings.is_complete
),

gone as (
    select
        clusters.resource_id,
        asked.cluster_name is not null as is_read,
        case when asked.cluster_name is not null then cold.names end as names,
        case when asked.cluster_name is not null then cold.cold_gb end as gone_gb,
        archives.cents as archive_cents
    from {{ ref('int_saving_clusters') }} as clusters
    left join asked
        on clusters.project_id = asked.project_id and clusters.resource_name = asked.cluster_name
    left join cold
        on clusters.project_id = cold.project_id and clusters.resource_name = cold.cluster_name
    left join {{ ref('int_saving_prices') }} as archives
        on
            clusters.org_id = archives.org_id
            and clusters.pricing_currency = archives.pricing_currency
            and clusters.atlas_provider = archives.cloud_provider
            and archives.what = 'GB day of an archive'
),

without as (
    {{ disks_without('gone') }}
),

found as (
    select
        without.*,
        gone.is_read,
        gone.names,
        gone.archive_cents,
        -- an archive is kept once, whatever the cluster's nodes
        without.disk_saving_cents - cast(
            round(without.gone_gb * without.shards * gone.archive_cents * 730 / 24, 0) as bigint
        ) as monthly_saving_cents
    from without
    inner join gone on without.resource_id = gone.resource_id
    where
        (gone.is_read and without.gone_gb >= 10)
        or (without.is_charged and not gone.is_read)
)

select
    {{ finding(
        'cold_data', 'content',
        summary="case when not is_read then resource_name || ': which of its data is in use was not read'
            else resource_name || ' keeps data on its disks that nobody used for a week' end",
        evidence_rows=[
            ("databases that were not used for a week", "names", "databases"),
            ("their size on a node", "gone_gb", "GB"),
            ("largest use of the disk", "used_gb", "GB", "measured_from", "measured_to"),
            ("disk of each node", "disk_gb", "GB"),
            ("disk that would do without them", "target_gb", "GB"),
            ("disks, as billed", "disk_cents", "cents"),
            ("a GB day in an archive", "cast(archive_cents as double)", "cents"),
        ],
        basis="case
            when is_read and is_measured and disk_saving_cents is null
                then 'without it, the disk would cost the same'
            when archive_cents is null then 'no invoice has a price of an archive'
            else 'your invoices' end",
        action="'In Atlas, ' || resource_name || ' / Online Archive: archive what nobody reads, or let a TTL index delete it'
            || case when disk_saving_cents is not null
                then '; then: ' || " ~ command("update_cluster", [
                    ("project", "project_name"), ("name", "resource_name"),
                    ("disk_gb", "cast(cast(target_gb as integer) as string)"),
                ]) ~ " else '; no action of atlas-costs does.' end",
        undo="'Read it from the archive, or copy it back with $merge; what a TTL index deleted is gone.'",
        effort='high', risk='high', confidence="'medium'"
    ) }}
from found
