{{ config(
    materialized='incremental',
    on_schema_change='fail',
    pre_hook='{{ delete_changed() }}'
) }}

-- depends_on: {{ ref('int_changed_invoices') }}
with lines as (
    select * from {{ ref('int_line_items_classified') }}
),

discounted as (
    select
        invoice_id,
        cost_cents,
        discount_cents,
        percent_discount,
        try_cast(list_cost * 100 as decimal(20, 8)) as list_cents
    from lines
    where coalesce(discount_cents, 0) != 0 or coalesce(percent_discount, 0) != 0
),

-- a line whose discount is below a cent fits both and so votes for neither
fits as (
    select
        invoice_id,
        abs(list_cents - cost_cents) <= 1 as fits_gross,
        case
            when percent_discount is not null
                then abs(list_cents * (100 - percent_discount) - cost_cents * 100) <= 100
            else abs(list_cents - discount_cents - cost_cents) <= 1
        end as fits_net
    from discounted
),

votes as (
    select
        invoice_id,
        count_if(fits_gross and not fits_net) as gross_votes,
        count_if(fits_net and not fits_gross) as net_votes
    from fits
    group by invoice_id
),

decided as (
    select
        invoice_id,
        gross_votes,
        net_votes,
        case when gross_votes > net_votes then 'gross' else 'net' end as discount_rule
    from votes
)

select * from decided
