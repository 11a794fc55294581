{{ config(meta={'dagster': {'ref': {'name': 'fct_line_items'}}}) }}
-- A line lost or doubled between raw and fct_line_items, or its cents under another invoice, day,
-- SKU, project or cluster. All invoices, those too that this build did not touch: 10 million lines
-- are summed by them in less than dbt takes to ask.
with invoices as (
    select * from {{ ref('stg_atlas__invoices') }}
),

raw_lines as (
    select * from {{ ref('stg_atlas__invoice_line_items') }}
),

-- what both sides have adds up to nothing
balance as (
    select
        raw_lines.invoice_id,
        {{ usage_date('raw_lines', 'invoices') }} as usage_date,
        raw_lines.sku,
        raw_lines.project_id,
        raw_lines.cluster_name,
        1 as line_items,
        raw_lines.cost_cents as cents
    from raw_lines
    left join invoices on raw_lines.invoice_id = invoices.invoice_id
    union all
    select
        invoice_id,
        usage_date,
        sku,
        project_id,
        cluster_name,
        -1 as line_items,
        -cost_cents as cents
    from {{ ref('fct_line_items') }}
)

select
    invoice_id,
    usage_date,
    sku,
    project_id,
    cluster_name,
    sum(line_items) as missing_line_items,
    sum(cents) as missing_cents
from balance
group by grouping sets (  -- noqa: PRS
    (invoice_id, usage_date, sku), (invoice_id, project_id, cluster_name)
)
having sum(line_items) != 0 or sum(cents) != 0
