with invoices as (
    select * from {{ ref('focus_invoices') }}
    where report_rows > 0
),

lines as (
    {{ with_sku_key(ref('fct_line_items')) }}
    where spelled.invoice_id in (select invoices.invoice_id from invoices)
),

-- keys are columns before they are grouped: DuckDB knows then that they are unique, and makes no
-- group for whoever asks for no column of one
keyed as (
    select
        *,
        coalesce(project_id, '') as project_key,
        coalesce(cluster_name, '') as cluster_key
    from lines
),

-- a row of a report has no id: these are all the columns that it shares with the line it is of
grouped as (
    select
        invoice_id,
        usage_date,
        sku_key,
        project_key,
        cluster_key,
        min(sku) as sku,
        count(*) as line_items,
        sum(cost_cents) as cost_cents,
        sum(quantity) as quantity,
        case when count(*) = 1 then min(line_item_id) end as line_item_id,
        case when min(resource_id) = max(resource_id) then min(resource_id) end as resource_id,
        min(resource_name) as resource_name,
        min(resource_type) as resource_type,
        min(charge_type) as charge_type,
        min(service) as service
    from keyed
    group by invoice_id, usage_date, sku_key, project_key, cluster_key
)

select * from grouped
