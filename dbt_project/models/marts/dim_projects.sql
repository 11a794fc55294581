with projects as (
    select * from {{ ref('stg_atlas__projects') }}
),

contents as (
    select * from {{ ref('int_invoice_contents') }}
    where project_id is not null
),

invoices as (
    select * from {{ ref('stg_atlas__invoices') }}
),

organizations as (
    select * from {{ ref('int_organizations') }}
),

named as (
    select
        contents.*,
        invoices.org_id,
        coalesce(contents.project_name, contents.project_id) as billed_name,
        cast(contents.last_usage_date as string) || contents.invoice_id as recency
    from contents
    inner join invoices on contents.invoice_id = invoices.invoice_id
),

billed as (
    select
        project_id,
        -- of two names of one day in one invoice, the last by name
        max_by(billed_name, recency || billed_name) as project_name,
        max_by(org_id, recency) as org_id,
        min(first_usage_date) as first_usage_date,
        max(last_usage_date) as last_usage_date
    from named
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
        organizations.org_name,
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
