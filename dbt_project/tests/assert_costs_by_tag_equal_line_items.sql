{{ config(meta={'dagster': {'ref': {'name': 'fct_costs_daily_by_tag'}}}) }}
-- Costs without a tag: were they dropped instead of counted as (untagged), or counted once per
-- value, a report by tag would not add up to the bill; or cents under another value, day, service.
-- Of the invoices being built, as by day; held to the two aggregates, which are held to the lines.
with keys as (
    select
        bases.tag_basis,
        tag_keys.tag_key
    from {{ ref('dim_tag_keys') }} as tag_keys
    cross join (
        values ('current'), ('first_seen')
    ) as bases (tag_basis)
),

monthly as (
    select * from {{ ref('agg_costs_monthly') }}
    where {{ is_changed_by_name(ref('int_changed_invoices')) }}
),

daily as (
    select * from {{ ref('agg_costs_daily') }}
    where {{ is_changed_by_name(ref('int_changed_invoices')) }}
),

by_tag as (
    select
        tag_basis,
        tag_key,
        invoice_id,
        tag_value,
        usage_date,
        service,
        sum(cost_cents) as cents
    from {{ ref('fct_costs_daily_by_tag') }}
    where {{ is_changed_by_name(ref('int_changed_invoices')) }}
    group by tag_basis, tag_key, invoice_id, tag_value, usage_date, service
),

-- what both sides have adds up to nothing
balance as (
    select
        'by value' as compared,
        keys.tag_basis,
        keys.tag_key,
        monthly.invoice_id,
        case keys.tag_basis
            when 'current' then {{ tag_value('monthly.tags', 'keys.tag_key') }}
            else {{ tag_value('monthly.tags_first_seen', 'keys.tag_key') }}
        end as tag_value,
        cast(null as date) as usage_date,
        monthly.service,
        monthly.cost_cents as cents
    from monthly
    cross join keys
    union all
    select
        'by day' as compared,
        keys.tag_basis,
        keys.tag_key,
        daily.invoice_id,
        cast(null as string) as tag_value,
        daily.usage_date,
        daily.service,
        daily.cost_cents as cents
    from daily
    cross join keys
    union all
    select
        compared.compared,
        by_tag.tag_basis,
        by_tag.tag_key,
        by_tag.invoice_id,
        case when compared.compared = 'by value' then by_tag.tag_value end as tag_value,
        case when compared.compared = 'by day' then by_tag.usage_date end as usage_date,
        by_tag.service,
        -by_tag.cents as cents
    from by_tag
    cross join (
        values ('by value'), ('by day')
    ) as compared (compared)
)

select
    compared,
    tag_basis,
    tag_key,
    invoice_id,
    tag_value,
    usage_date,
    service,
    sum(cents) as missing_cents
from balance
group by compared, tag_basis, tag_key, invoice_id, tag_value, usage_date, service
having sum(cents) != 0
