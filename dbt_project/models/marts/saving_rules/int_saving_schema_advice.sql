with advised as (
    {{ advised('schemaAdvice') }}
),

recommendations as (
    select
        project_id,
        cluster_name,
        {{ json_items(
            'document', 'recommendations',
            '{"recommendation": "VARCHAR", "affectedNamespaces": [{"namespace": "VARCHAR"}]}'
        ) }} as item
    from advised
),

named as (
    select
        project_id,
        cluster_name,
        item.recommendation,
        -- of too many collections, Atlas names none
        coalesce({{ places_of('item.affectedNamespaces') }}, '') as places
    from recommendations
),

advice as (
    select
        project_id,
        cluster_name,
        count(*) as recommendations,
        {{ first_lines(
            "recommendation || case when places = '' then '' else ': ' || places end",
            'recommendation, places', 10
        ) }} as what
    from named
    group by project_id, cluster_name
),

asked as (
    select distinct
        project_id,
        cluster_name
    from advised
),

found as (
    select
        clusters.*,
        asked.cluster_name is not null as is_read,
        advice.recommendations,
        advice.what,
        cast(null as bigint) as monthly_saving_cents
    from {{ ref('int_saving_clusters') }} as clusters
    left join asked
        on clusters.project_id = asked.project_id and clusters.resource_name = asked.cluster_name
    left join advice
        on
            clusters.project_id = advice.project_id
            and clusters.resource_name = advice.cluster_name
    where
        not clusters.is_paused
        and (
            advice.recommendations > 0
            or (asked.cluster_name is null and ({{ is_pressed('clusters') }}))
        )
)

select
    {{ finding(
        'schema_advice', 'servers',
        summary="case when not is_read then resource_name || ' is busy, and advice on its schema was not read'
            else resource_name || ' does more than its data needs: Atlas advises on its schema' end",
        evidence_rows=measured_rows() + [
            ("recommendations of Atlas", "recommendations", "recommendations"),
            ("what they are", "what", "advice"),
            ("what they save in servers", "cast(null as string)", "not measured"),
        ],
        basis="'what another schema saves shows only afterwards'",
        action="'In Atlas, ' || resource_name || ' / Performance Advisor'
            || coalesce(':' || chr(10) || what, ': look at the schema advice.')",
        undo="'As the change was made: keep the former fields until nothing reads them.'",
        effort='high', risk='medium', confidence="'medium'"
    ) }}
from found
