with split_groups as (
    select * from {{ ref('int_focus_groups') }}
    where is_split
),

lines as (
    select * from {{ ref('int_line_items_classified') }}
),

focus_rows as (
    select * from {{ ref('stg_atlas__focus_report_rows') }}
),

-- lines and rows of the same kind and day in several regions: in order of size, as many of each
numbered_lines as (
    select
        split_groups.invoice_id,
        split_groups.usage_date,
        split_groups.sku,
        split_groups.project_key,
        split_groups.cluster_key,
        split_groups.focus_rows,
        lines.line_item_id,
        lines.quantity,
        count(*) over same_group as line_items,
        row_number() over (
            same_group
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
            and lines.sku = split_groups.sku
            and coalesce(lines.project_id, '') = split_groups.project_key
            and coalesce(lines.cluster_name, '') = split_groups.cluster_key
    window same_group as (
        partition by
            split_groups.invoice_id,
            split_groups.usage_date,
            split_groups.sku,
            split_groups.project_key,
            split_groups.cluster_key
    )
),

numbered_rows as (
    select
        split_groups.invoice_id,
        split_groups.usage_date,
        split_groups.sku,
        split_groups.project_key,
        split_groups.cluster_key,
        focus_rows.region_id,
        {{ focus_provider('focus_rows.host_provider_name') }} as host_provider,
        coalesce(focus_rows.consumed_quantity, focus_rows.pricing_quantity) as quantity,
        row_number() over (
            partition by
                split_groups.invoice_id,
                split_groups.usage_date,
                split_groups.sku,
                split_groups.project_key,
                split_groups.cluster_key
            order by
                round(coalesce(focus_rows.consumed_quantity, focus_rows.pricing_quantity), 6)
                desc nulls last,
                focus_rows.pricing_currency_effective_cost desc nulls last,
                focus_rows.pricing_currency_list_unit_price desc nulls last,
                focus_rows.report_row asc
        ) as number
    from focus_rows
    inner join split_groups
        on
            focus_rows.invoice_id = split_groups.invoice_id
            and focus_rows.usage_date = split_groups.usage_date
            and focus_rows.sku = split_groups.sku
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
            numbered_lines.invoice_id = numbered_rows.invoice_id
            and numbered_lines.usage_date = numbered_rows.usage_date
            and numbered_lines.sku = numbered_rows.sku
            and numbered_lines.project_key = numbered_rows.project_key
            and numbered_lines.cluster_key = numbered_rows.cluster_key
            and numbered_lines.number = numbered_rows.number
    where
        numbered_lines.line_items = numbered_lines.focus_rows
        and (
            abs(numbered_lines.quantity - numbered_rows.quantity) <= 0.000001
            or (numbered_lines.quantity is null and numbered_rows.quantity is null)
        )
        and numbered_rows.region_id is not null
)

select * from matches
