{{ config(materialized='table') }}

with lines as (
    select
        lines.org_id,
        lines.pricing_currency,
        lines.cloud_provider,
        lines.atlas_region,
        lines.instance_size,
        lines.category,
        lines.resource_id,
        {{ priced_as('lines') }} as what,
        lines.service = 'Storage' as is_disk,
        max(lines.usage_date) as last_day,
        max_by(
            cast(lines.cost_cents / lines.quantity as decimal(18, 9)),
            cast(lines.usage_date as string) || lines.line_item_id
        ) as newest_cents,
        sum(lines.cost_cents) as cost_cents,
        sum(lines.quantity) as quantity
    from {{ ref('fct_line_items') }} as lines
    cross join {{ ref('data_through') }} as reach
    where
        lines.usage_date > {{ add_days('reach.data_through', -60) }}
        and lines.usage_date <= reach.data_through
        and lines.charge_type = 'usage'
        and lines.quantity > 0
        and (
            lines.category in (
                'Dedicated instance', 'Paused instance', 'Backup snapshot', 'Flex', 'Search nodes'
            )
            or lines.service in ('Storage', 'Data Transfer', 'Atlas Data Federation')
        )
    group by all
),

currencies as (
    select
        *,
        first_value(pricing_currency) over (
            partition by org_id order by last_day desc, pricing_currency desc
        ) as newest_currency
    from lines
),

paid as (
    select * from currencies
    where pricing_currency = newest_currency
),

-- as price previews have it: the newest line tells the price of its tier in its region
servers as (
    select
        org_id,
        pricing_currency,
        cloud_provider,
        atlas_region,
        what,
        instance_size,
        max_by(newest_cents, cast(last_day as string) || resource_id) as cents
    from paid
    where
        what in ('server hour', 'search node hour')
        and atlas_region not in ('unknown', 'multi-region')
    group by org_id, pricing_currency, cloud_provider, atlas_region, what, instance_size
),

-- a tier that is not run in a region costs there what it costs elsewhere, in the proportion in
-- which a tier that is run in both does
elsewhere as (
    select
        here.org_id,
        here.pricing_currency,
        here.cloud_provider,
        here.atlas_region,
        there.what,
        there.instance_size,
        cast(there.cents * here.cents / shared.cents as decimal(18, 9)) as cents,
        row_number() over (
            partition by
                here.org_id,
                here.pricing_currency,
                here.cloud_provider,
                here.atlas_region,
                there.what,
                there.instance_size
            order by there.atlas_region asc, here.instance_size asc
        ) as choice
    from servers as here
    inner join servers as shared
        on
            here.org_id = shared.org_id
            and here.pricing_currency = shared.pricing_currency
            and here.cloud_provider = shared.cloud_provider
            and here.what = shared.what
            and here.instance_size = shared.instance_size
            and here.atlas_region != shared.atlas_region
            and shared.cents > 0
    inner join servers as there
        on
            shared.org_id = there.org_id
            and shared.pricing_currency = there.pricing_currency
            and shared.cloud_provider = there.cloud_provider
            and shared.atlas_region = there.atlas_region
            and shared.what = there.what
    left join servers as known
        on
            here.org_id = known.org_id
            and here.pricing_currency = known.pricing_currency
            and here.cloud_provider = known.cloud_provider
            and here.atlas_region = known.atlas_region
            and there.what = known.what
            and there.instance_size = known.instance_size
    where known.cents is null
),

averages as (
    select
        org_id,
        pricing_currency,
        cloud_provider,
        what,
        sum(cost_cents) as cost_cents,
        sum(quantity) as quantity
    from paid
    where what not in ('server hour', 'search node hour')
    group by org_id, pricing_currency, cloud_provider, what
),

-- a cluster that was paused for a day and has paid for no disk
paused as (
    select
        org_id,
        pricing_currency,
        resource_id,
        max(cloud_provider) as cloud_provider
    from paid
    group by org_id, pricing_currency, resource_id
    having bool_or(category = 'Paused instance') and not bool_or(is_disk)
),

prices as (
    select
        org_id,
        pricing_currency,
        cloud_provider,
        atlas_region,
        what,
        instance_size,
        cents,
        'your invoices' as basis
    from servers
    union all
    select
        org_id,
        pricing_currency,
        cloud_provider,
        atlas_region,
        what,
        instance_size,
        cents,
        -- a quote by number: Spark does not read two as one where backslashes are text
        'your invoices, another region' || chr(39) || 's price' as basis
    from elsewhere
    where choice = 1
    union all
    select
        org_id,
        pricing_currency,
        cloud_provider,
        cast(null as string) as atlas_region,
        what,
        cast(null as string) as instance_size,
        cast(cost_cents / quantity as decimal(18, 9)) as cents,
        'your invoices' as basis
    from averages
    union all
    select distinct
        org_id,
        pricing_currency,
        cloud_provider,
        cast(null as string) as atlas_region,
        'included disk of a paused cluster' as what,
        cast(null as string) as instance_size,
        cast(0 as decimal(18, 9)) as cents,
        'your invoices' as basis
    from paused
)

select * from prices
