{{ config(meta={'dagster': {'ref': {'name': 'fct_costs_daily_by_tag'}}}) }}
-- Costs without a tag: were they dropped instead of counted as (untagged), or counted once per
-- value, a report by tag would not add up to the bill. Of the invoices being built, as by day.
with lines as (
    select sum(cost_cents) as cents from {{ ref('fct_line_items') }}
    where {{ is_changed_by_name(ref('int_changed_invoices')) }}
),

by_tag as (
    select
        tag_basis,
        tag_key,
        sum(cost_cents) as cents
    from {{ ref('fct_costs_daily_by_tag') }}
    where {{ is_changed_by_name(ref('int_changed_invoices')) }}
    group by tag_basis, tag_key
)

select
    by_tag.tag_basis,
    by_tag.tag_key,
    by_tag.cents as by_tag_cents,
    lines.cents
from by_tag
cross join lines
where by_tag.cents != lines.cents
