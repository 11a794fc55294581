with lines as (
    select * from {{ ref('int_line_items_classified') }}
),

generations as (
    select * from {{ ref('int_cluster_generations') }}
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

-- what an unlisted name was shows in some of its lines only; its backup and transfer say nothing
unlisted_types as (
    select
        owner_id,
        cluster_name,
        case
            when bool_or(category = 'Flex') then 'flex_cluster'
            when bool_or(service = 'Serverless Instances') then 'serverless_instance'
            else 'cluster'
        end as resource_type
    from matched
    where cluster_name is not null and cluster_id is null
    group by owner_id, cluster_name
),

typed as (
    select
        matched.*,
        case
            when matched.cluster_name is not null
                then coalesce(matched.cluster_id, matched.owner_id || '/' || matched.cluster_name)
        end as cluster_resource_id,
        {{ resource_type(
            'matched', 'coalesce(matched.listed_type, unlisted_types.resource_type)'
        ) }} as resource_type
    from matched
    left join unlisted_types
        on
            matched.owner_id = unlisted_types.owner_id
            and matched.cluster_name = unlisted_types.cluster_name
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
