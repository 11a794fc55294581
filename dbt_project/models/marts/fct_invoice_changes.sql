with changes as (
    select * from {{ ref('stg_atlas__invoice_changes') }}
),

invoices as (
    select * from {{ ref('stg_atlas__invoices') }}
),

skus as (
    select * from {{ ref('int_skus_classified') }}
),

projects as (
    select * from {{ ref('dim_projects') }}
),

services as (
    select * from {{ ref('int_listed_services') }}
),

classified as (
    select
        changes.*,
        invoices.org_id,
        {{ first_of_month('invoices.start_date') }} as invoice_month,
        coalesce(skus.service, 'Unclassified') as service,
        coalesce(skus.reviewed_service, 'Unclassified') as reviewed_service,
        coalesce(skus.reviewed_category, 'Unclassified') as reviewed_category,
        organizations.org_name,
        coalesce(changes.project_name, projects.project_name, changes.project_id)
            as known_project_name
    from changes
    left join invoices on changes.invoice_id = invoices.invoice_id
    left join skus on changes.sku = skus.sku
    left join projects on changes.project_id = projects.project_id
    left join {{ ref('int_organizations') }} as organizations
        on invoices.org_id = organizations.org_id
),

typed as (
    select
        *,
        {{ resource_type('classified', "'cluster'") }} as resource_type
    from classified
),

final as (
    select
        typed.invoice_id,
        typed.changed_at,
        typed.usage_date,
        typed.invoice_month,
        typed.org_id,
        typed.project_id,
        typed.known_project_name as project_name,
        typed.cluster_name,
        {{ resource_name(
            'typed', 'typed.known_project_name', 'services.only_name', 'typed.org_name'
        ) }} as resource_name,
        typed.sku,
        typed.service,
        typed.before_cents,
        typed.after_cents,
        typed.after_cents - typed.before_cents as difference_cents,
        coalesce(typed.status_before != 'PENDING', true) as was_closed,
        typed.version_before,
        typed.version_after,
        typed.connection
    from typed
    left join services
        on
            typed.project_id = services.project_id
            and typed.resource_type = services.resource_type
    order by typed.changed_at, typed.invoice_id, typed.usage_date
)

select * from final
