with advised as (
    {{ advised('dropIndexSuggestions') }}
),

indexes as (
    {% for why in ("unusedIndexes", "redundantIndexes", "hiddenIndexes") %}
        select
            project_id,
            cluster_name,
            {{ json_items(
                'document', why,
                '{"namespace": "VARCHAR", "name": "VARCHAR", "sizeBytes": "DOUBLE", "index": "JSON"}'
            ) }} as item
        from advised
        {{ "union all" if not loop.last }}
    {% endfor %}
),

-- one that is redundant is often unused, too
distinct_indexes as (
    select
        project_id,
        cluster_name,
        item.namespace,
        item.name,
        max(item.sizeBytes) as size_bytes,
        max({{ index_keys('item.index') }}) as keys
    from indexes
    group by project_id, cluster_name, item.namespace, item.name
),

droppable as (
    select
        project_id,
        cluster_name,
        count(*) as indexes,
        sum(size_bytes) / 1e9 as index_gb,
        {{ first_lines(
            shell_collection('namespace') ~ " || '.dropIndex(' || " ~ json_quoted('name') ~ " || ')'",
            'size_bytes desc nulls last, namespace, name', 5
        ) }} as drops,
        {{ first_lines(
            shell_collection('namespace') ~ " || '.createIndex(' || keys || ', {name: ' || "
                ~ json_quoted('name') ~ " || '})'",
            'size_bytes desc nulls last, namespace, name', 5
        ) }} as creations
    from distinct_indexes
    group by project_id, cluster_name
),

asked as (
    select distinct
        project_id,
        cluster_name
    from advised
),

-- a shard holds its part of each
gone as (
    select
        clusters.resource_id,
        asked.cluster_name is not null as is_read,
        droppable.indexes,
        droppable.drops,
        droppable.creations,
        round(droppable.index_gb / clusters.shards, 2) as gone_gb
    from {{ ref('int_saving_clusters') }} as clusters
    left join asked
        on clusters.project_id = asked.project_id and clusters.resource_name = asked.cluster_name
    left join droppable
        on
            clusters.project_id = droppable.project_id
            and clusters.resource_name = droppable.cluster_name
),

without as (
    {{ disks_without('gone') }}
),

found as (
    select
        without.*,
        gone.is_read,
        gone.indexes,
        gone.drops,
        gone.creations,
        without.disk_saving_cents as monthly_saving_cents
    from without
    inner join gone on without.resource_id = gone.resource_id
    where gone.indexes > 0 or (without.is_charged and not gone.is_read)
)

select
    {{ finding(
        'unused_indexes', 'content',
        summary="case when not is_read then resource_name || ': its unused indexes were not read'
            else resource_name || ' stores indexes that nobody needs: ' || indexes end",
        evidence_rows=[
            ("indexes to drop", "indexes", "indexes"),
            ("their size on a node", "gone_gb", "GB"),
            ("largest use of the disk", "used_gb", "GB", "measured_from", "measured_to"),
            ("disk of each node", "disk_gb", "GB"),
            ("disk that would do without them", "target_gb", "GB"),
            ("disks, as billed", "disk_cents", "cents"),
        ],
        basis="case when monthly_saving_cents is null and indexes > 0 and is_measured
            then 'without them, the disk would cost the same' else 'your invoices' end",
        action="coalesce('In mongosh, hide each for a week (hideIndex), then:' || chr(10) || drops
            || case when indexes > 5 then chr(10) || 'and those that Atlas names besides' else '' end
            || case when disk_saving_cents is not null
                then chr(10) || 'then: ' || " ~ command("update_cluster", [
                    ("project", "project_name"), ("name", "resource_name"),
                    ("disk_gb", "cast(cast(target_gb as integer) as string)"),
                ]) ~ " else '' end,
            'In Atlas, ' || resource_name || ' / Performance Advisor: look at the indexes to drop.')",
        undo="coalesce('In mongosh:' || chr(10) || creations, 'Create them again.')",
        effort='medium', risk='medium', confidence="'medium'"
    ) }}
from found
