{{ config(
    materialized='table',
    post_hook=[
        "{{ delete_from(ledger_of_months(), is_changed_month(this)) }}",
        "insert into {{ ledger_of_months() }} select usage_month, null from {{ this }}"
    ]
) }}
-- A month's costs are those of its invoices, and an invoice with the same signature has the same
-- lines. A split weighs costs of its own month alone, so that no month follows from another; but
-- how costs are told apart, and where cents left over go, follows from all rules together. Without
-- rules no month is allocated, but each that changed is compared with the one before it.
with built as (
    select * from {{ ledger_of_months() }}
),

being_built as (
    select * from {{ ref('int_changed_invoices') }}
),

invoices as (
    select
        invoice_id,
        signature
    from being_built
    union all
    select
        invoice_id,
        signature
    from {{ ledger() }}
    where invoice_id not in (select being_built.invoice_id from being_built)
),

months as (
    select distinct
        usage_month,
        invoice_id
    from {{ ref('agg_costs_monthly') }}
),

written as (
    select {{ in_words([
        "'rule'", 'allocation_key', 'position', 'rules_sha256', 'rule', 'rule_name', 'method',
        'allocation_value', 'dimension', 'basis', 'basis_window', 'basis_scope', 'valid_from',
        'valid_to'
    ]) }} as rule
    from {{ ref('stg_config__allocation_rules') }}
    union all
    select {{ in_words([
        "'condition'", 'allocation_key', 'rule', 'role', 'set_number', 'condition_number',
        'dimension', 'operator', 'operand', 'is_negated'
    ]) }} as rule
    from {{ ref('stg_config__allocation_conditions') }}
    union all
    select {{ in_words([
        "'share'", 'allocation_key', 'rule', 'allocation_value', 'weight'
    ]) }} as rule
    from {{ ref('stg_config__allocation_shares') }}
),

rules as (
    select {{ digest('rule') }} as digest from written
),

signatures as (
    select
        months.usage_month,
        {{ digest(in_words(['months.invoice_id', 'invoices.signature', 'rules.digest'])) }}
            as signature
    from months
    inner join invoices on months.invoice_id = invoices.invoice_id
    cross join rules
    group by months.usage_month
),

changed as (
    select
        coalesce(signatures.usage_month, built.usage_month) as usage_month,
        signatures.signature,
        built.signature as built_signature,
        signatures.usage_month is not null as is_held
    from signatures
    full outer join built on signatures.usage_month = built.usage_month
    where
        signatures.signature is distinct from built.signature
        or signatures.usage_month is null
        or {{ should_full_refresh() }}
)

select * from changed
