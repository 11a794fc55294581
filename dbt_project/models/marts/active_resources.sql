with clusters as (
    select * from {{ ref('dim_clusters') }}
    where is_listed
),

projects as (
    select * from {{ ref('dim_projects') }}
),

access as (
    select * from {{ ref('stg_atlas__project_access') }}
),

line_days as (
    select * from {{ ref('fct_line_item_days') }}
    where charge_type != 'credit' and resource_type != 'organization'
),

-- the newest usage day of the data, never the machine's clock: a rebuild changes nothing
as_of as (
    select
        data_through as as_of,
        {{ first_of_month('data_through') }} as month_start,
        {{ days_between('data_through', last_of_month('data_through')) }} as days_left
    from {{ ref('data_through') }}
),

recent_days as (
    select
        line_days.*,
        as_of.month_start,
        as_of.days_left,
        -- the line's id decides between lines of one day, so that a rebuild decides alike
        cast(line_days.usage_date as varchar) || line_days.line_item_id as recency,
        {{ days_between('line_days.usage_date', 'as_of.as_of') }} as days_ago
    from line_days
    cross join as_of
    where
        line_days.usage_date <= as_of.as_of
        and line_days.usage_date >= {{ add_days('as_of.as_of', -30) }}
),

-- the windows reach 31 days back, so the month to date is always inside
costs as (
    select
        resource_id,
        max_by(resource_name, recency) filter (where resource_name is not null) as resource_name,
        max(resource_type) as resource_type,
        max(project_id) as project_id,
        max_by(project_name, recency) filter (where project_name is not null) as project_name,
        max(org_id) as org_id,
        max_by(cloud_provider, recency) filter (where cloud_provider is not null) as cloud_provider,
        max_by(region, recency) filter (where region is not null) as region,
        max_by(instance_size, recency) filter (where instance_size is not null) as instance_size,
        max_by(tags, recency) filter (where tags is not null) as tags,
        max(days_left) as days_left,
        min(days_ago) <= 2 as is_billed_now,
        sum(case when usage_date >= month_start then cost_cents else 0 end) as month_cents,
        sum(case when days_ago < 30 then cost_cents else 0 end) as last_30_days_cents,
        -- the as-of day may still grow; the seven before it are complete
        sum(case when days_ago between 1 and 7 then cost_cents else 0 end) as week_cents
    from recent_days
    group by resource_id
),

resources as (
    select
        coalesce(clusters.cluster_id, costs.resource_id) as resource_id,
        coalesce(clusters.cluster_name, costs.resource_name) as resource_name,
        coalesce(clusters.resource_type, costs.resource_type) as resource_type,
        coalesce(clusters.project_id, costs.project_id) as project_id,
        coalesce(clusters.project_name, costs.project_name) as project_name,
        coalesce(clusters.org_id, costs.org_id) as org_id,
        coalesce(clusters.cloud_provider, costs.cloud_provider) as cloud_provider,
        coalesce(clusters.region, costs.region) as region,
        coalesce(clusters.instance_size, costs.instance_size) as instance_size,
        clusters.state,
        clusters.paused,
        clusters.nodes,
        clusters.disk_gb,
        clusters.mongodb_version,
        clusters.backup_enabled,
        clusters.pit_enabled,
        coalesce(clusters.tags, costs.tags, {{ empty_tags() }}) as tags,
        clusters.created_at,
        clusters.cluster_id is not null as is_listed_cluster,
        coalesce(costs.month_cents, 0) as month_cents,
        coalesce(costs.last_30_days_cents, 0) as last_30_days_cents,
        coalesce(costs.week_cents, 0) as week_cents,
        coalesce(costs.days_left, 0) as days_left
    from clusters
    full outer join costs on clusters.cluster_id = costs.resource_id
    where clusters.cluster_id is not null or costs.is_billed_now
),

unreadable as (
    select distinct
        project_id,
        case when entity like 'flex%' then 'flex_cluster' else 'cluster' end as resource_type
    from access
    where not is_readable and entity like '%clusters'
),

-- a linked organization is billed to the one that pays, whose key sees none of its projects
seen_organizations as (
    select org_id from {{ ref('stg_atlas__organizations') }}
    union
    select org_id from projects
    where is_listed
),

final as (
    select
        resources.resource_id,
        resources.resource_name,
        resources.resource_type,
        resources.project_id,
        coalesce(resources.project_name, projects.project_name) as project_name,
        coalesce(resources.org_id, projects.org_id) as org_id,
        resources.cloud_provider,
        resources.region,
        resources.instance_size,
        resources.state,
        resources.paused,
        resources.nodes,
        resources.disk_gb,
        resources.mongodb_version,
        resources.backup_enabled,
        resources.pit_enabled,
        resources.tags,
        resources.created_at,
        case
            when unreadable.project_id is not null then 'no_project_access'
            when resources.is_listed_cluster then 'active'
            -- of these Atlas lists the owner: the project, or the cluster that is searched
            when resources.resource_type = 'project' and projects.is_listed then 'active'
            when searched.cluster_id is not null then 'active'
            when seen_organizations.org_id is null then 'no_project_access'
            else 'billed_not_listed'
        end as listing_status,
        cast(resources.month_cents as bigint) as cost_month_to_date_cents,
        cast(resources.last_30_days_cents as bigint) as cost_last_30_days_cents,
        cast(
            resources.month_cents
            + {{ int_div('resources.week_cents * resources.days_left', 7) }} as bigint
        ) as projected_month_cents
    from resources
    left join projects on resources.project_id = projects.project_id
    left join unreadable
        on
            resources.project_id = unreadable.project_id
            and resources.resource_type = unreadable.resource_type
    left join seen_organizations
        on coalesce(resources.org_id, projects.org_id) = seen_organizations.org_id
    left join clusters as searched on resources.resource_id = searched.cluster_id || '/search'
)

select * from final
