{# Lines by day: those of a relation with the columns of fct_line_items that fulfil a condition.
   The relation is named twice because a common table expression that is read twice is a copy in
   memory, which ten million lines should not become, and takes conditions on constants alone. #}
{% macro line_days(lines, condition="true") -%}
-- nearly every line is one day long; kept apart so that a filter on days reaches the table
with single_days as (
    select
        *,
        1 as days,
        0 as day_number,
        usage_date as cost_date
    from {{ lines }}
    where usage_days = 1 and {{ condition }}
),

several_days as (
    select
        *,
        usage_days as days
    from {{ lines }}
    -- a number, because each part of the table on disk knows its highest: most are not read
    where usage_days > 1 and {{ condition }}
),

numbered_days as (
    select
        several_days.*,
        numbered.day_number,
        {{ add_days('several_days.usage_date', 'numbered.day_number') }} as cost_date
    from several_days
    cross join {{ day_numbers('several_days.days') }}
),

line_days as (
    select * from single_days
    union all
    select * from numbered_days
),

shares as (
    select
        *,
        day_number = days - 1 as is_last_day,
        {{ int_div('cost_cents', 'days') }} as cost_share,
        {{ int_div('net_cost_cents', 'days') }} as net_cost_share,
        -- cast, because a case takes the scale of its coarsest branch
        cast({{ decimal_share('list_cost', 'days') }} as decimal(28, 12)) as list_cost_share,
        cast({{ decimal_share('quantity', 'days') }} as decimal(38, 18)) as quantity_share
    from line_days
)

select
    cost_date as usage_date,
    line_item_id,
    invoice_id,
    invoice_month,
    invoice_status,
    org_id,
    org_name,
    project_id,
    project_name,
    cluster_name,
    resource_id,
    resource_name,
    resource_type,
    sku,
    sku_description,
    service,
    category,
    instance_size,
    charge_type,
    is_in_total,
    cloud_provider,
    region,
    atlas_region,
    region_source,
    usage_days,
    billed_date,
    unit,
    unit_price,
    pricing_currency,
    tags,
    tags_first_seen,
    connection,
    cast(
        case when is_last_day then cost_cents - cost_share * (days - 1) else cost_share end
        as bigint
    ) as cost_cents,
    cast(
        case
            when is_last_day then net_cost_cents - net_cost_share * (days - 1)
            else net_cost_share
        end as bigint
    ) as net_cost_cents,
    cast(
        case
            when list_cost is null then null
            when is_last_day
                then list_cost - cast(list_cost_share * (days - 1) as decimal(28, 12))
            else list_cost_share
        end as decimal(28, 12)
    ) as list_cost,
    cast(
        case
            when quantity is null then null
            when is_last_day
                then quantity - cast(quantity_share * (days - 1) as decimal(38, 18))
            else quantity_share
        end as decimal(38, 18)
    ) as quantity,
    -- counted on its first day only, so that counts add up like cents
    cast(case when day_number = 0 then 1 else 0 end as bigint) as line_items
from shares
{%- endmacro %}
