with lines as (
    select * from {{ ref('int_line_items_classified') }}
),

generations as (
    select * from {{ ref('int_cluster_generations') }}
),

unlisted as (
    select * from {{ ref('int_unlisted_clusters') }}
),

matched as (
    select
        lines.*,
        generations.cluster_id,
        generations.resource_type as listed_type,
        coalesce(lines.project_id, lines.org_id) as owner_id
    from lines
    left join generations
        on
            lines.project_id = generations.project_id
            and lines.cluster_name = generations.cluster_name
            and lines.usage_date >= generations.valid_from
            and lines.usage_date < generations.valid_to
),

typed as (
    select
        matched.*,
        case
            when matched.cluster_name is not null
                then coalesce(matched.cluster_id, matched.owner_id || '/' || matched.cluster_name)
        end as cluster_resource_id,
        {{ resource_type(
            'matched', 'coalesce(matched.listed_type, unlisted.resource_type)'
        ) }} as resource_type
    from matched
    left join unlisted
        on
            matched.owner_id = unlisted.owner_id
            and matched.cluster_name = unlisted.cluster_name
            and matched.cluster_id is null
),

identified as (
    select
        *,
        case
            when cluster_name is not null and resource_type = 'search_nodes'
                then cluster_resource_id || '/search'
            when cluster_name is not null then cluster_resource_id
            when resource_type in ('project', 'organization') then owner_id
            when resource_type = 'app_service'
                then owner_id || '/app_service' || coalesce('/' || stitch_app_name, '')
            else owner_id || '/' || resource_type
        end as resource_id
    from typed
)

select * from identified
