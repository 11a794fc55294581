{{ config(
    materialized='incremental',
    on_schema_change='fail',
    pre_hook='{{ delete_changed() }}'
) }}

-- backups outlive their cluster, so they do not say that it is there
with lines as (
    select * from {{ ref('fct_line_items') }}
    where
        {{ is_changed() }}
        and charge_type = 'usage'
        and resource_type in ('cluster', 'flex_cluster', 'serverless_instance')
        and service != 'Backup'
),

days as (
    select
        invoice_id,
        resource_id,
        usage_date,
        max(resource_name) as resource_name,
        max(resource_type) as resource_type,
        max(project_id) as project_id,
        max(project_name) as project_name,
        max(org_id) as org_id,
        max(cloud_provider) as cloud_provider,
        max(region) as region,
        {{ joined('instance_size') }} as instance_size,
        max(connection) as connection
    from lines
    group by invoice_id, resource_id, usage_date
    order by usage_date
)

select * from days
