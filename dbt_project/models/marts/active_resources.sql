with projects as (
    select * from {{ ref('dim_projects') }}
),

-- the newest usage day of the data, never the machine's clock: a rebuild changes nothing
as_of as (
    select
        data_through as as_of,
        {{ first_of_month('data_through') }} as month_start,
        {{ days_between('data_through', last_of_month('data_through')) }} as days_left
    from {{ ref('data_through') }}
),

-- the lines of older invoices are left alone
recent as (
    select sums.invoice_id
    from {{ ref('agg_invoices') }} as sums
    cross join as_of
    where sums.last_usage_end_date >= {{ add_days('as_of.as_of', -30) }}
),

line_days as (
    {{ line_days(ref('fct_line_items'), 'invoice_id in (select invoice_id from recent)') }}
),

recent_days as (
    select
        line_days.*,
        coalesce(upgrades.cluster_id, line_days.resource_id) as present_id,
        as_of.month_start,
        as_of.days_left,
        -- what was paid otherwise before is never added to what is paid now
        first_value(line_days.pricing_currency) over (
            partition by coalesce(upgrades.cluster_id, line_days.resource_id)
            order by line_days.usage_date desc, line_days.line_item_id desc
        ) as newest_currency,
        -- the line's id decides between lines of one day, so that a rebuild decides alike
        cast(line_days.usage_date as string) || line_days.line_item_id as recency,
        {{ days_between('line_days.usage_date', 'as_of.as_of') }} as days_ago
    from line_days
    cross join as_of
    left join {{ ref('int_cluster_upgrades') }} as upgrades
        on line_days.resource_id = upgrades.former_id
    where
        line_days.is_in_total
        and line_days.resource_type != 'organization'
        and line_days.usage_date <= as_of.as_of
        and line_days.usage_date >= {{ add_days('as_of.as_of', -30) }}
),

counted as (
    select
        *,
        case when pricing_currency = newest_currency then cost_cents else 0 end as counted_cents
    from recent_days
),

-- the windows reach 31 days back, so the month to date is always inside
costs as (
    select
        present_id as resource_id,
        max_by(resource_name, recency) filter (where resource_name is not null) as resource_name,
        max_by(resource_type, recency) as resource_type,
        max(project_id) as project_id,
        max_by(project_name, recency) filter (where project_name is not null) as project_name,
        max(org_id) as org_id,
        max_by(cloud_provider, recency) filter (where cloud_provider is not null) as cloud_provider,
        max_by(region, recency) filter (where region is not null) as region,
        max_by(instance_size, recency) filter (where instance_size is not null) as instance_size,
        max_by(tags, recency) filter (where tags is not null) as tags,
        max(days_left) as days_left,
        min(days_ago) <= 2 as is_billed_now,
        max(newest_currency) as pricing_currency,
        sum(case when usage_date >= month_start then counted_cents else 0 end) as month_cents,
        sum(case when days_ago < 30 then counted_cents else 0 end) as last_30_days_cents,
        -- the as-of day may still grow; the seven before it are complete
        sum(case when days_ago between 1 and 7 then counted_cents else 0 end) as week_cents
    from counted
    group by present_id
),

resources as (
    select
        coalesce(listed.resource_id, costs.resource_id) as resource_id,
        coalesce(listed.resource_name, costs.resource_name) as resource_name,
        coalesce(listed.resource_type, costs.resource_type) as resource_type,
        coalesce(listed.project_id, costs.project_id) as project_id,
        costs.project_name,
        costs.org_id,
        costs.pricing_currency,
        coalesce(listed.cloud_provider, costs.cloud_provider) as cloud_provider,
        coalesce(nullif(listed.region, 'unknown'), costs.region, listed.region) as region,
        coalesce(listed.instance_size, costs.instance_size) as instance_size,
        listed.state,
        listed.paused,
        listed.nodes,
        listed.disk_gb,
        listed.mongodb_version,
        listed.backup_enabled,
        listed.pit_enabled,
        costs.tags as bill_tags,
        listed.tags as own_tags,
        listed.created_at,
        listed.resource_id is not null as is_listed_resource,
        coalesce(costs.month_cents, 0) as month_cents,
        coalesce(costs.last_30_days_cents, 0) as last_30_days_cents,
        coalesce(costs.week_cents, 0) as week_cents,
        coalesce(costs.days_left, 0) as days_left
    from {{ ref('int_resources_listed') }} as listed
    full outer join costs on listed.resource_id = costs.resource_id
    where listed.resource_id is not null or costs.is_billed_now
),

unreadable as (
    select distinct
        project_id,
        {{ type_of_entity('entity') }} as resource_type
    from {{ ref('stg_atlas__project_access') }}
    where not is_readable
),

-- a linked organization is billed to the one that pays, whose key sees none of its projects
seen_organizations as (
    select org_id from {{ ref('stg_atlas__organizations') }}
    union
    select org_id from projects
    where is_listed
),

-- of a resource that cost nothing lately
newest_currencies as (
    select
        org_id,
        max_by(pricing_currency, cast(start_date as string) || invoice_id) as pricing_currency
    from {{ ref('fct_invoices') }}
    group by org_id
),

final as (
    select
        resources.resource_id,
        coalesce(
            resources.resource_name,
            projects.project_name || case resources.resource_type
                when 'data_federation' then ' / Data Federation'
                else ' / Stream Processing'
            end
        ) as resource_name,
        resources.resource_type,
        resources.project_id,
        coalesce(projects.project_name, resources.project_name) as project_name,
        coalesce(projects.org_id, resources.org_id) as org_id,
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
        {{ merged_tags('bill_tags', 'own_tags', 'projects.tags') }} as tags,
        {{ tag_sources('bill_tags', 'own_tags', 'projects.tags') }} as tag_sources,
        resources.created_at,
        upgrades.former_id as upgraded_from,
        case
            when unreadable.project_id is not null then 'no_project_access'
            when resources.is_listed_resource then 'active'
            -- of these Atlas lists the owner
            when resources.resource_type = 'project' and projects.is_listed then 'active'
            when seen_organizations.org_id is null then 'no_project_access'
            else 'billed_not_listed'
        end as listing_status,
        coalesce(resources.pricing_currency, newest_currencies.pricing_currency)
            as pricing_currency,
        cast(resources.month_cents as bigint) as cost_month_to_date_cents,
        cast(resources.last_30_days_cents as bigint) as cost_last_30_days_cents,
        cast(
            resources.month_cents
            + {{ int_div('resources.week_cents * resources.days_left', 7) }} as bigint
        ) as projected_month_cents
    from resources
    left join projects on resources.project_id = projects.project_id
    left join {{ ref('int_cluster_upgrades') }} as upgrades
        on resources.resource_id = upgrades.cluster_id
    left join unreadable
        on
            resources.project_id = unreadable.project_id
            and resources.resource_type = unreadable.resource_type
    left join seen_organizations
        on coalesce(projects.org_id, resources.org_id) = seen_organizations.org_id
    left join newest_currencies
        on coalesce(projects.org_id, resources.org_id) = newest_currencies.org_id
    -- its list may lag behind an upgrade in place
    where resources.resource_id not in (select former_id from {{ ref('int_cluster_upgrades') }})
)

select * from final
