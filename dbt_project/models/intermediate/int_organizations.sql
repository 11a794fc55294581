{{ config(materialized='table') }}

-- Atlas names an organization to its own key alone; a linked one's name is in its FOCUS reports
with organizations as (
    select * from {{ ref('stg_atlas__organizations') }}
),

invoices as (
    select * from {{ ref('stg_atlas__invoices') }}
),

known as (
    select
        org_id,
        bool_and(is_nested) as is_linked
    from invoices
    group by org_id
    union all
    select
        projects.org_id,
        false as is_linked
    from {{ ref('stg_atlas__projects') }} as projects
    union all
    select
        organizations.org_id,
        false as is_linked
    from organizations
),

every_one as (
    select
        org_id,
        bool_and(is_linked) as is_linked
    from known
    where org_id is not null
    group by org_id
),

-- of those without a name alone: reports have millions of rows
unnamed as (
    select
        invoices.invoice_id,
        invoices.org_id,
        invoices.start_date
    from invoices
    left join organizations on invoices.org_id = organizations.org_id
    where organizations.org_name is null
),

reported as (
    select
        unnamed.org_id,
        -- the newest report may have no row yet
        max_by(
            focus_rows.org_name, cast(unnamed.start_date as string) || unnamed.invoice_id
        ) as org_name
    from unnamed
    inner join {{ ref('stg_atlas__focus_report_rows') }} as focus_rows
        on
            unnamed.invoice_id = focus_rows.invoice_id
            and unnamed.org_id = focus_rows.org_id
    where focus_rows.org_name is not null
    group by unnamed.org_id
),

named as (
    select
        every_one.org_id,
        coalesce(
            organizations.org_name,
            reported.org_name,
            case when every_one.is_linked then 'Linked organization ' else 'Organization ' end
            || every_one.org_id
        ) as org_name
    from every_one
    left join organizations on every_one.org_id = organizations.org_id
    left join reported on every_one.org_id = reported.org_id
)

select * from named
