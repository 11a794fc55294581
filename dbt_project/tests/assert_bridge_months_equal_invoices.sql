{{ config(meta={'dagster': {'ref': {'name': 'agg_bridge_monthly'}}}) }}
-- An invoice lost or counted twice in its month: each invoice would still tie, and the months from
-- list to paid would not. Compared with the raw headers.
with raw_invoices as (
    select
        orgId as org_id,
        {{ first_of_month('cast(startDate as date)') }} as invoice_month,
        count(*) as invoices,
        sum(coalesce(amountBilledCents, 0)) as billed_cents,
        sum(coalesce(amountPaidCents, 0)) as paid_cents
    from {{ source('atlas', 'invoices') }}
    group by all
),

-- of a month in dollars and in credits, both
months as (
    select
        org_id,
        invoice_month,
        sum(invoices) as invoices,
        sum(amount_billed_cents) as amount_billed_cents,
        sum(amount_paid_cents) as amount_paid_cents
    from {{ ref('agg_bridge_monthly') }}
    group by org_id, invoice_month
)

select
    coalesce(raw_invoices.org_id, months.org_id) as org_id,
    coalesce(raw_invoices.invoice_month, months.invoice_month) as invoice_month,
    raw_invoices.billed_cents,
    months.amount_billed_cents
from raw_invoices
full outer join months
    on
        raw_invoices.org_id = months.org_id
        and raw_invoices.invoice_month = months.invoice_month
where
    raw_invoices.invoices is distinct from months.invoices
    or raw_invoices.billed_cents is distinct from months.amount_billed_cents
    or raw_invoices.paid_cents is distinct from months.amount_paid_cents
