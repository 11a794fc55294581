-- what an unlisted name was shows in some of its lines only; its backup and transfer say nothing
with contents as (
    select * from {{ ref('int_invoice_contents') }}
    where cluster_name is not null
),

invoices as (
    select * from {{ ref('stg_atlas__invoices') }}
),

skus as (
    select * from {{ ref('int_skus_classified') }}
),

-- from its first cluster on, a name always means one
listed as (
    select
        project_id,
        cluster_name,
        min(valid_from) as listed_from
    from {{ ref('int_cluster_generations') }}
    group by project_id, cluster_name
),

unlisted as (
    select
        coalesce(contents.project_id, invoices.org_id) as owner_id,
        contents.cluster_name,
        case
            when bool_or(skus.reviewed_category = 'Flex') then 'flex_cluster'
            when bool_or(skus.reviewed_service = 'Serverless Instances') then 'serverless_instance'
            else 'cluster'
        end as resource_type
    from contents
    inner join invoices on contents.invoice_id = invoices.invoice_id
    left join skus on contents.sku = skus.sku
    left join listed
        on
            contents.project_id = listed.project_id
            and contents.cluster_name = listed.cluster_name
    where listed.listed_from is null or contents.first_usage_date < listed.listed_from
    group by owner_id, contents.cluster_name
)

select * from unlisted
