{{ config(
    materialized='incremental',
    on_schema_change='fail',
    pre_hook='{{ delete_changed_comparisons() }}'
) }}

-- Built after the comparison: what is noted here, a comparison has seen.
-- depends_on: {{ ref('fct_cost_changes') }}, {{ ref('int_changed_comparisons') }}
with upgrades as (
    {{ upgrades_by_month() }}
)

select * from upgrades
{% if is_incremental() %} where {{ is_changed_comparison('usage_month') }} {% endif %}
