with payments as (
    select
        *,
        status in ('CANCELLED', 'ERROR', 'FAILED', 'FAILED_AUTHENTICATION') as is_failed
    from {{ ref('stg_atlas__invoice_payments') }}
),

invoices as (
    select * from {{ ref('stg_atlas__invoices') }}
),

-- what failed was tried again as another payment
standing as (
    select *
    from payments
    qualify
        not coalesce(is_failed, false)
        or bool_and(coalesce(is_failed, false)) over (partition by invoice_id)
),

-- Atlas says both: that amountBilledCents is usage, and shows it with tax as a header's is
compared as (
    select
        standing.*,
        sum(standing.amount_billed_cents) over (partition by standing.invoice_id)
        != invoices.amount_billed_cents
        - invoices.sales_tax_cents
        + invoices.starting_balance_cents as is_with_tax
    from standing
    inner join invoices on standing.invoice_id = invoices.invoice_id
),

grouped as (
    select
        invoice_id,
        currency,
        unit_price,
        cast(
            sum(amount_billed_cents - case when is_with_tax then sales_tax_cents else 0 end)
            as bigint
        ) as usage_cents,
        cast(sum(sales_tax_cents) as bigint) as sales_tax_cents,
        cast(sum(amount_billed_cents) as bigint) as amount_billed_cents,
        max(coalesce(created_at, timestamp '1970-01-01')) as paid_at
    from compared
    group by invoice_id, currency, unit_price
),

ranked as (
    select
        *,
        row_number() over (
            partition by invoice_id
            order by
                currency is null or unit_price is null,
                abs(usage_cents) desc,
                paid_at desc,
                unit_price desc,
                currency asc
        ) = 1 as is_main
    from grouped
)

select * from ranked
