{{ config(materialized='table') }}

-- lines and rows of one kind, day and cluster in several regions: in order of size, as many of each
with split_groups as (
    select * from {{ ref('int_focus_groups') }}
    where not is_one_region and first_region_id is not null
),

lines as (
    select * from {{ ref('int_line_items_classified') }}
),

focus_rows as (
    select
        reported.*,
        skus.sku_key,
        coalesce(reported.consumed_quantity, reported.pricing_quantity) as quantity
    from {{ ref('stg_atlas__focus_report_rows') }} as reported
    inner join {{ ref('int_skus_classified') }} as skus on reported.sku = skus.sku
    where {{ is_changed() }}
),

numbered_lines as (
    select
        split_groups.group_number,
        split_groups.focus_rows,
        lines.line_item_id,
        lines.quantity,
        count(*) over (partition by split_groups.group_number) as line_items,
        row_number() over (
            partition by split_groups.group_number
            order by
                round(lines.quantity, 6) desc nulls last,
                lines.cost_cents desc,
                lines.unit_price desc nulls last,
                lines.line_item_id asc
        ) as number
    from lines
    inner join split_groups
        on
            lines.invoice_id = split_groups.invoice_id
            and lines.usage_date = split_groups.usage_date
            and lines.sku_key = split_groups.sku_key
            and coalesce(lines.project_id, '') = split_groups.project_key
            and coalesce(lines.cluster_name, '') = split_groups.cluster_key
),

numbered_rows as (
    select
        split_groups.group_number,
        focus_rows.region_id,
        {{ focus_provider('focus_rows.host_provider_name') }} as host_provider,
        focus_rows.quantity,
        row_number() over (
            partition by split_groups.group_number
            order by
                round(focus_rows.quantity, 6) desc nulls last,
                focus_rows.pricing_currency_effective_cost desc nulls last,
                focus_rows.pricing_currency_list_unit_price desc nulls last,
                focus_rows.report_row asc
        ) as number
    from focus_rows
    inner join split_groups
        on
            focus_rows.invoice_id = split_groups.invoice_id
            and focus_rows.usage_date = split_groups.usage_date
            and focus_rows.sku_key = split_groups.sku_key
            and coalesce(focus_rows.project_id, '') = split_groups.project_key
            and coalesce(focus_rows.cluster_name, '') = split_groups.cluster_key
),

matches as (
    select
        numbered_lines.line_item_id,
        numbered_rows.region_id,
        numbered_rows.host_provider
    from numbered_lines
    inner join numbered_rows
        on
            numbered_lines.group_number = numbered_rows.group_number
            and numbered_lines.number = numbered_rows.number
    where
        numbered_lines.line_items = numbered_lines.focus_rows
        and numbered_rows.region_id is not null
        and (
            abs(numbered_lines.quantity - numbered_rows.quantity) <= 0.000001
            or (numbered_lines.quantity is null and numbered_rows.quantity is null)
        )
)

select * from matches
