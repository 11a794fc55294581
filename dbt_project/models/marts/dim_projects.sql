with projects as (
    select * from {{ ref('stg_atlas__projects') }}
),

lines as (
    select * from {{ ref('fct_line_items') }}
),

organizations as (
    select * from {{ ref('stg_atlas__organizations') }}
),

billed as (
    select
        project_id,
        max_by(project_name, cast(usage_date as varchar) || invoice_id) as project_name,
        max_by(org_id, cast(usage_date as varchar) || invoice_id) as org_id,
        min(usage_date) as first_usage_date,
        max(usage_date) as last_usage_date
    from lines
    where project_id is not null
    group by project_id
),

-- a deleted project keeps its bills, so it keeps its row
joined as (
    select
        coalesce(projects.project_id, billed.project_id) as project_id,
        coalesce(projects.project_name, billed.project_name) as project_name,
        coalesce(projects.org_id, billed.org_id) as org_id,
        projects.cluster_count,
        coalesce(projects.tags, {{ empty_tags() }}) as tags,
        projects.created_at,
        billed.first_usage_date,
        billed.last_usage_date,
        projects.project_id is not null as is_listed
    from projects
    full outer join billed on projects.project_id = billed.project_id
),

final as (
    select
        joined.project_id,
        joined.project_name,
        joined.org_id,
        coalesce(organizations.org_name, joined.org_id) as org_name,
        joined.cluster_count,
        joined.tags,
        joined.created_at,
        joined.first_usage_date,
        joined.last_usage_date,
        joined.is_listed
    from joined
    left join organizations on joined.org_id = organizations.org_id
)

select * from final
