{{ config(materialized='table') }}

with configurations as (
    select * from {{ ref('int_cluster_configurations') }}
    where valid_to is null and resource_type = 'cluster'
    -- an edition billed by use has no tier of its own
    and coalesce({{ json_text('document', 'effectiveDatabaseEdition') }}, '') != 'INFINITE'
    and coalesce({{ json_text('document', 'databaseEdition') }}, '') != 'INFINITE'
),

regions as (
    select
        cluster_id,
        {{ region_configs('document') }} as config
    from configurations
),

nodes as (
    select
        cluster_id,
        count(distinct config.providerName || ' ' || config.regionName) as regions,
        count(*) as places,
        cast(coalesce(sum(config.analyticsSpecs.nodeCount), 0) as bigint) as analytics_nodes,
        max(config.analyticsSpecs.instanceSize) as analytics_size,
        cast(coalesce(sum(config.electableSpecs.nodeCount), 0) as bigint) as electable_nodes
    from regions
    group by cluster_id
),

clusters as (
    select * from {{ ref('dim_clusters') }}
    where is_listed and resource_type = 'cluster'
    {{ newest_of_a_name() }}
),

described as (
    select
        clusters.cluster_id as resource_id,
        clusters.cluster_name as resource_name,
        'cluster' as resource_type,
        clusters.project_id,
        coalesce(clusters.project_name, clusters.project_id) as project_name,
        clusters.org_id,
        clusters.connection,
        clusters.cluster_type,
        clusters.cloud_provider,
        clusters.region,
        clusters.instance_size,
        clusters.state,
        coalesce(clusters.paused, false) as is_paused,
        clusters.nodes,
        clusters.disk_gb,
        coalesce(clusters.backup_enabled, false) as backup_enabled,
        coalesce(clusters.pit_enabled, false) as pit_enabled,
        clusters.created_at,
        {{ environment('resources.tags') }} as environment,
        resources.pricing_currency,
        greatest(
            cast({{ json_length('configurations.document', 'replicationSpecs') }} as integer), 1
        ) as shards,
        nodes.regions,
        nodes.places,
        nodes.analytics_nodes,
        nodes.analytics_size,
        nodes.electable_nodes,
        {%- set first = 'replicationSpecs[0].regionConfigs[0].' %}
        {%- set compute = first ~ 'autoScaling.compute.' %}
        {{ json_text('configurations.document', first ~ 'providerName') }} as atlas_provider,
        {{ json_text('configurations.document', first ~ 'regionName') }} as atlas_region,
        coalesce(
            {{ json_text('configurations.document', compute ~ 'enabled') }}
            = 'true', false
        ) as is_autoscaled,
        coalesce(
            {{ json_text('configurations.document', compute ~ 'scaleDownEnabled') }}
            = 'true', false
        ) as scales_down,
        {{ json_text('configurations.document', compute ~ 'minInstanceSize') }}
            as smallest_size,
        {{ json_text('configurations.document', compute ~ 'maxInstanceSize') }}
            as largest_size,
        try_cast(
            {{ json_text('configurations.document', first ~ 'electableSpecs.diskIOPS') }} as double
        ) as disk_iops,
        {{ json_text('configurations.document', first ~ 'electableSpecs.ebsVolumeType') }}
            as volume_type,
        coalesce(
            {{ json_text('configurations.document', 'biConnector.enabled') }} = 'true', false
        ) as has_bi_connector,
        coalesce({{ json_text('configurations.document', 'encryptionAtRestProvider') }}, 'NONE')
        != 'NONE' as has_own_keys
    from clusters
    inner join configurations on clusters.cluster_id = configurations.cluster_id
    inner join nodes on clusters.cluster_id = nodes.cluster_id
    inner join {{ ref('active_resources') }} as resources
        on clusters.cluster_id = resources.resource_id
    -- an M0 costs nothing
    where {{ matches('clusters.instance_size', "'^[MR][1-9][0-9]+'") }}
),

final as (
    select
        described.*,
        {{ is_production('described.environment') }} as is_production,
        {{ saving_window_from('reach.data_through') }} as window_from,
        {{ saving_window_to('reach.data_through') }} as window_to,
        reach.data_through,
        usage.measured_days,
        usage.measured_hours,
        usage.measured_from,
        usage.measured_to,
        usage.cpu_p95,
        usage.memory_free_p5,
        usage.iops_p95,
        usage.queue_depth_p95,
        usage.used_gb,
        usage.used_percent,
        usage.connections,
        usage.data_gb,
        usage.operations,
        usage.search_hours,
        usage.search_cpu_p95,
        usage.search_heap_p95,
        usage.search_gb
    from described
    cross join {{ ref('data_through') }} as reach
    left join {{ ref('int_saving_usage') }} as usage on described.resource_id = usage.cluster_id
)

select * from final
