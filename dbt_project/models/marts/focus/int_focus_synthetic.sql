with invoices as (
    select * from {{ ref('focus_invoices') }}
),

amounts as (
    select * from {{ ref('int_focus_amounts') }}
),

payments as (
    select * from {{ ref('int_focus_payments') }}
),

refunds as (
    select * from {{ ref('fct_invoice_refunds') }}
),

-- a refund gives back what was paid and changes no invoice: it belongs to the month it was made in
refunded as (
    select
        refunds.invoice_id,
        'refund' as reason,
        coalesce('Refund: ' || refunds.reason, 'Refund') as description,
        'Adjustment' as charge_category,
        {{ cents_in_currency('-refunds.amount_cents', '1') }} as amount,
        cast(coalesce(refunds.created_at, invoices.end_date) as date) as refunded_on
    from refunds
    inner join invoices on refunds.invoice_id = invoices.invoice_id
    where refunds.amount_cents != 0
),

stacked as (
    select
        invoice_id,
        reason,
        description,
        charge_category,
        amount,
        effective_amount,
        cast(null as date) as refunded_on,
        cast(null as string) as paid_currency,
        cast(null as decimal(38, 18)) as paid_nominal
    from amounts
    union all
    select
        invoice_id,
        reason,
        description,
        charge_category,
        amount,
        amount as effective_amount,
        cast(null as date) as refunded_on,
        billing_currency as paid_currency,
        nominal as paid_nominal
    from payments
    union all
    select
        invoice_id,
        reason,
        description,
        charge_category,
        amount,
        amount as effective_amount,
        refunded_on,
        cast(null as string) as paid_currency,
        cast(null as decimal(38, 18)) as paid_nominal
    from refunded
),

joined as (
    select
        stacked.*,
        {{ all_but('invoices', 'invoice_id') }},
        coalesce({{ first_of_month('stacked.refunded_on') }}, invoices.start_date) as period_start,
        coalesce(
            {{ add_days(last_of_month('stacked.refunded_on'), 1) }}, invoices.end_date
        ) as period_end,
        {{ decimal_ratio('stacked.effective_amount', 'invoices.credit_price') }} as nominal_amount
    from stacked
    inner join invoices on stacked.invoice_id = invoices.invoice_id
),

final as (
    select
        case when reason != 'refund' then invoice_id end as invoice_id,
        invoice_id as atlas_invoice_id,
        org_id,
        org_name,
        connection,
        cast(period_start as timestamp) as billing_period_start,
        cast(period_end as timestamp) as billing_period_end,
        cast(start_date as timestamp) as charge_period_start,
        cast(end_date as timestamp) as charge_period_end,
        cast(refunded_on as timestamp) as billed_date_start,
        cast({{ add_days('refunded_on', 1) }} as timestamp) as billed_date_end,
        charge_category,
        case when reason = 'refund' and period_start > start_date then 'Correction' end
            as charge_class,
        'One-Time' as charge_frequency,
        description as charge_description,
        amount as billed_cost,
        effective_amount as effective_cost,
        effective_amount as contracted_cost,
        effective_amount as list_cost,
        {{ nulls_of('decimal(38, 18)', ['contracted_unit_price', 'list_unit_price',
            'pricing_currency_contracted_unit_price']) }},
        coalesce(paid_nominal, nominal_amount, effective_amount) as pricing_currency_effective_cost,
        {{ nulls_of('decimal(38, 18)', ['pricing_currency_list_unit_price', 'pricing_quantity']) }},
        {{ nulls_of('string', ['pricing_unit']) }},
        {{ nulls_of('decimal(38, 18)', ['consumed_quantity']) }},
        {{ nulls_of('string', ['consumed_unit']) }},
        pricing_currency,
        coalesce(paid_currency, billing_currency) as billing_currency,
        case
            when paid_currency is null and credit_price_source != 'unknown' then credit_price
        end as credit_price,
        {{ nulls_of('string', ['contract_applied']) }},
        invoice_issuer,
        {{ nulls_of('string', ['host_provider_name', 'region_id', 'region_name', 'resource_id',
            'resource_name', 'resource_type', 'sku', 'sku_meter', 'sku_price_id',
            'sku_price_details', 'sku_category', 'project_id', 'project_name', 'tags_json']) }},
        'derived' as focus_source,
        reason as synthetic_reason,
        {{ nulls_of('string', ['line_item_id']) }},
        {{ nulls_of('bigint', ['report_row']) }},
        {{ nulls_of('date', ['usage_date']) }},
        {{ nulls_of('string', ['sku_key', 'project_key', 'cluster_key']) }}
    from joined
)

select * from final
