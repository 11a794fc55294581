{{ config(
    materialized='table',
    post_hook=[
        "{{ delete_from(ledger(), is_changed(this)) }}",
        "insert into {{ ledger() }} select invoice_id, null from {{ this }}"
    ]
) }}

with built as (
    select * from {{ ledger() }}
),

inputs as (
    select * from {{ ref('int_invoice_inputs') }}
),

signatures as (
    select
        invoice_id,
        {{ digest('input') }} as signature
    from inputs
    group by invoice_id
),

changed as (
    select
        coalesce(signatures.invoice_id, built.invoice_id) as invoice_id,
        signatures.signature,
        built.signature as built_signature,
        signatures.invoice_id is not null as is_held
    from signatures
    full outer join built on signatures.invoice_id = built.invoice_id
    where
        signatures.signature is distinct from built.signature
        or signatures.invoice_id is null
        or {{ should_full_refresh() }}
)

select * from changed
