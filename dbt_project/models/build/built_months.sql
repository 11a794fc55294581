{{ config(
    materialized='incremental',
    on_schema_change='fail',
    pre_hook="{% if is_built_here('int_changed_months') %}
        {{- delete_from(this, is_changed_month()) }}{% endif %}"
) }}

-- Built after all allocation and comparison and their tests, as built_invoices is, and after that
-- one: a month is not signed while an invoice of it is not, whose lines may be older than its
-- signature says.
-- depends_on: {{ ref('allocated_costs_daily') }}, {{ ref('fct_cost_changes') }}
{% set is_whole = is_whole_build("int_changed_months") %}
with changed as (
    select * from {{ ref('int_changed_months') }}
    {% if not is_built_here('int_changed_months') %} where false {% endif %}
),

unsigned as (
    select distinct months.usage_month
    from {{ ref('agg_costs_monthly') }} as months
    left join {{ ref('built_invoices') }} as invoices on months.invoice_id = invoices.invoice_id
    where invoices.signature is null
),

signed as (
    select
        usage_month,
        is_held,
        case when usage_month not in (select unsigned.usage_month from unsigned) then signature end
            as signature
    from changed
)

select
    usage_month,
    {% if is_whole %} signature {% else %} cast(null as string) as signature {% endif %}
from signed
{% if is_whole %} where is_held {% endif %}
