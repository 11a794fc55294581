with advised as (
    {{ advised('suggestedIndexes') }}
),

items as (
    select
        project_id,
        cluster_name,
        {{ json_items(
            'document', 'suggestedIndexes',
            '{"namespace": "VARCHAR", "weight": "DOUBLE", "index": "JSON"}'
        ) }} as item
    from advised
),

suggested as (
    select
        project_id,
        cluster_name,
        count(*) as indexes,
        max(item.weight) / 1e6 as weight_mb,
        {{ first_lines(
            shell_collection('item.namespace') ~ " || '.createIndex(' || "
                ~ index_keys('item.index') ~ " || ')'",
            'item.weight desc nulls last, item.namespace', 5
        ) }} as creations,
        {{ first_lines(
            shell_collection('item.namespace') ~ " || '.dropIndex(' || "
                ~ index_keys('item.index') ~ " || ')'",
            'item.weight desc nulls last, item.namespace', 5
        ) }} as drops
    from items
    group by project_id, cluster_name
),

asked as (
    select distinct
        project_id,
        cluster_name
    from advised
),

-- an index is worth money where a larger tier would be next
found as (
    select
        clusters.*,
        asked.cluster_name is not null as is_read,
        suggested.indexes,
        suggested.weight_mb,
        suggested.creations,
        suggested.drops,
        cast(null as bigint) as monthly_saving_cents
    from {{ ref('int_saving_clusters') }} as clusters
    left join asked
        on clusters.project_id = asked.project_id and clusters.resource_name = asked.cluster_name
    left join suggested
        on
            clusters.project_id = suggested.project_id
            and clusters.resource_name = suggested.cluster_name
    where
        not clusters.is_paused
        and ({{ is_pressed('clusters') }})
        and (suggested.indexes > 0 or asked.cluster_name is null)
)

select
    {{ finding(
        'suggested_indexes', 'servers',
        summary="case when not is_read then resource_name || ' is busy, and what indexes would help was not read'
            else resource_name || ' is busy and lacks indexes: ' || indexes || ' before a larger tier' end",
        evidence_rows=measured_rows() + [
            ("indexes that Atlas suggests", "indexes", "indexes"),
            ("read from disk less by each query, at most", "weight_mb", "MB"),
            ("what that saves in servers", "cast(null as string)", "not measured"),
        ],
        basis="'what an index saves shows only afterwards'",
        action="coalesce('In mongosh:' || chr(10) || creations,
            'In Atlas, ' || resource_name || ' / Performance Advisor: look at the suggested indexes.')",
        undo="coalesce('In mongosh:' || chr(10) || drops, 'Drop them again.')",
        effort='medium', risk='low', confidence="'medium'"
    ) }}
from found
