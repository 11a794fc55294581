{{ config(meta={'dagster': {'ref': {'name': 'fct_invoice_bridge'}}}) }}
-- A step missing from the bridge, or one with the wrong sign or another step's cents: it would
-- still be drawn, and lead from the list price to an amount that Atlas never billed or was never
-- paid. Each step is compared with Atlas's raw header, or with what the lines add up to.
with headers as (
    select
        invoices.id as invoice_id,
        sums.list_cents,
        sums.usage_cents,
        sums.net_discount_cents,
        sums.line_items,
        coalesce(invoices.creditsCents, 0) as credits_cents,
        coalesce(invoices.salesTaxCents, 0) as tax_cents,
        -coalesce(invoices.startingBalanceCents, 0) as balance_cents,
        coalesce(invoices.amountBilledCents, 0) as billed_cents,
        coalesce(invoices.amountPaidCents, 0) as paid_cents
    from {{ source('atlas', 'invoices') }} as invoices
    left join {{ ref('agg_invoices') }} as sums on invoices.id = sums.invoice_id
),

bridge as (
    select
        invoice_id,
        {% for step in [
            'list', 'discount', 'discount_not_applied', 'rounding', 'usage',
            'commitment_shortfall', 'credit', 'tax', 'starting_balance', 'unexplained', 'billed',
            'paid'
        ] %}
            sum(case when step = '{{ step }}' then amount_cents end) as {{ step }}_cents,
        {% endfor %}
        count(*) as steps
    from {{ ref('fct_invoice_bridge') }}
    group by invoice_id
)

select
    coalesce(headers.invoice_id, bridge.invoice_id) as invoice_id,
    headers.billed_cents as header_billed_cents,
    bridge.*
from headers
full outer join bridge on headers.invoice_id = bridge.invoice_id
where
    bridge.steps is distinct from 12
    or bridge.list_cents is distinct from coalesce(headers.list_cents, 0)
    or bridge.usage_cents is distinct from coalesce(headers.usage_cents, 0)
    or bridge.tax_cents is distinct from headers.tax_cents
    or bridge.starting_balance_cents is distinct from headers.balance_cents
    or bridge.billed_cents is distinct from headers.billed_cents
    or bridge.paid_cents is distinct from headers.paid_cents
    -- whether credits are subtracted is read from each header
    or bridge.credit_cents not in (0, -headers.credits_cents)
    or bridge.discount_not_applied_cents is distinct from coalesce(headers.net_discount_cents, 0)
    -- a line is rounded by a cent at most
    or abs(bridge.rounding_cents) > coalesce(headers.line_items, 0)
    or bridge.list_cents + bridge.discount_cents + bridge.discount_not_applied_cents
    + bridge.rounding_cents != bridge.usage_cents
    -- what a commitment lacked is all that the header bills beside its amounts, or nothing
    or bridge.commitment_shortfall_cents < 0
    or (bridge.commitment_shortfall_cents > 0 and bridge.unexplained_cents > 0)
    or bridge.usage_cents + bridge.commitment_shortfall_cents + bridge.credit_cents
    + bridge.tax_cents + bridge.starting_balance_cents + bridge.unexplained_cents
    != bridge.billed_cents
