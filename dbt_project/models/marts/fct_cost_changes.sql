{{ config(
    materialized='incremental',
    on_schema_change='fail',
    pre_hook='{{ delete_changed_comparisons() }}',
    post_hook='{{ create_cost_changes() }}',
    parts='months_compared'
) }}

-- depends_on: {{ ref('int_changed_comparisons') }}
{% set pairs = months_to_compare() %}
{% set names = ['org_name', 'project_name', 'resource_name', 'cloud_provider'] %}
with changes as (
    {{ cost_changes(pairs, all_days(), names) }}
)

select
    later_from as usage_month,
    earlier_from as month_before,
    connection,
    org_id,
    max(org_name) as org_name,
    project_id,
    max(project_name) as project_name,
    resource_id,
    max(resource_name) as resource_name,
    max(resource_type) as resource_type,
    sku,
    max(service) as service,
    max(category) as category,
    max(instance_size) as instance_size,
    charge_type,
    is_in_total,
    cloud_provider,
    pricing_currency,
    kind,
    cast(sum(amount_cents) as bigint) as amount_cents
from changes
group by
    later_from,
    earlier_from,
    connection,
    org_id,
    project_id,
    resource_id,
    sku,
    charge_type,
    is_in_total,
    cloud_provider,
    pricing_currency,
    kind
having sum(amount_cents) != 0
order by usage_month
