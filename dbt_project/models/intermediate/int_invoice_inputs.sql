{# Whatever a line of fct_line_items may take from elsewhere is named here, or a build keeps what
   was; tests/dbt/test_incremental.py compares the two. So is the price at which its FOCUS rows are
   money: their tests look at the invoices being built. #}
with invoices as (
    select * from {{ ref('stg_atlas__invoices') }}
),

contents as (
    select * from {{ ref('int_invoice_contents') }}
),

skus as (
    select * from {{ ref('int_skus_classified') }}
),

spellings as (
    select {{ digest(in_words(['provider', 'spelling', 'region', 'atlas_region'])) }} as digest
    from {{ ref('int_region_spellings') }}
),

own as (
    select
        invoices.invoice_id,
        {{ in_words([
            "'invoice'", "'" ~ tag_keys_ignore_case() ~ "'", 'invoices.load_id', 'reports.report_id', 'organizations.org_name',
            'pricing.pricing_currency', 'spellings.digest',
            'pricing.credit_price', 'pricing.billing_currency'
        ]) }} as input
    from invoices
    left join {{ ref('stg_atlas__focus_reports') }} as reports
        on invoices.invoice_id = reports.invoice_id
    left join {{ ref('int_organizations') }} as organizations
        on invoices.org_id = organizations.org_id
    left join {{ ref('int_invoice_pricing') }} as pricing
        on invoices.invoice_id = pricing.invoice_id
    cross join spellings
),

classified as (
    select distinct
        contents.invoice_id,
        {{ in_words([
            "'sku'", 'skus.sku', 'skus.sku_description', 'skus.service', 'skus.category',
            'skus.reviewed_service', 'skus.reviewed_category',
            'skus.charge_type', 'skus.instance_size', 'skus.cloud_provider', 'skus.classified_by'
        ]) }} as input
    from contents
    inner join skus on contents.sku = skus.sku
),

-- a line's own name of its project goes first
projects as (
    select distinct
        contents.invoice_id,
        {{ in_words(["'project'", 'projects.project_id', 'projects.project_name']) }} as input
    from contents
    inner join {{ ref('stg_atlas__projects') }} as projects
        on contents.project_id = projects.project_id
    where contents.project_name is null
),

services as (
    select distinct
        contents.invoice_id,
        {{ in_words(["'service'", 'services.resource_id', 'services.only_name']) }} as input
    from contents
    inner join skus on contents.sku = skus.sku
    inner join {{ ref('int_listed_services') }} as services
        on contents.project_id = services.project_id
    where
        contents.cluster_name is null
        and (
            skus.reviewed_service = 'Atlas Data Federation'
            or skus.reviewed_category = 'Stream Processing'
        )
),

clusters as (
    select
        invoice_id,
        {{ in_words([
            "'cluster'", 'project_id', 'cluster_name', 'cluster_id', 'resource_type', 'valid_from',
            'valid_to', 'provider_scope', 'region', 'atlas_region', 'placed_from', 'placed_to'
        ]) }} as input
    from {{ ref('int_invoice_clusters') }}
),

unlisted as (
    select distinct
        contents.invoice_id,
        {{ in_words([
            "'unlisted'", 'unlisted.owner_id', 'unlisted.cluster_name', 'unlisted.resource_type'
        ]) }} as input
    from contents
    inner join invoices on contents.invoice_id = invoices.invoice_id
    inner join {{ ref('int_unlisted_clusters') }} as unlisted
        on
            coalesce(contents.project_id, invoices.org_id) = unlisted.owner_id
            and contents.cluster_name = unlisted.cluster_name
),

final as (
    select * from own
    union all
    select * from classified
    union all
    select * from projects
    union all
    select * from services
    union all
    select * from clusters
    union all
    select * from unlisted
)

select * from final
