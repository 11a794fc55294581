{{ config(meta={'dagster': {'ref': {'name': 'fct_invoice_bridge'}}}) }}
-- A step missing from the bridge, or one with the wrong sign: the steps would still be drawn, and
-- lead from the list price to an amount that Atlas never billed. Compared with the raw header.
with raw_invoices as (
    select
        id as invoice_id,
        coalesce(amountBilledCents, 0) as billed_cents
    from {{ source('atlas', 'invoices') }}
),

bridge as (
    select
        invoice_id,
        sum(case when step in ('list', 'discount') then amount_cents else 0 end)
            as before_credit_cents,
        sum(case when step = 'usage' then amount_cents else 0 end) as usage_cents,
        sum(
            case
                when step in ('usage', 'credit', 'tax', 'starting_balance', 'unexplained')
                    then amount_cents
                else 0
            end
        ) as end_cents
    from {{ ref('fct_invoice_bridge') }}
    group by invoice_id
)

select
    coalesce(raw_invoices.invoice_id, bridge.invoice_id) as invoice_id,
    raw_invoices.billed_cents,
    bridge.end_cents,
    bridge.before_credit_cents,
    bridge.usage_cents
from raw_invoices
full outer join bridge on raw_invoices.invoice_id = bridge.invoice_id
where
    raw_invoices.billed_cents is distinct from bridge.end_cents
    or bridge.before_credit_cents != bridge.usage_cents
