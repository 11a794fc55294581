with lines as (
    select * from {{ ref('int_line_items_resources') }}
),

focus_groups as (
    select
        *,
        case when is_one_region then first_region_id end as one_region_id,
        case when is_one_region then host_provider end as one_host_provider
    from {{ ref('int_focus_groups') }}
),

focus_matches as (
    select * from {{ ref('int_focus_matches') }}
),

spellings as (
    select * from {{ ref('int_region_spellings') }}
),

cluster_regions as (
    select * from {{ ref('int_cluster_regions') }}
),

reported as (
    select
        lines.*,
        focus_groups.invoice_id is not null as is_in_focus_report,
        coalesce(focus_groups.one_region_id, focus_matches.region_id) as focus_region_id,
        case
            when lines.cloud_provider in ('AWS', 'AZURE', 'GCP') then lines.cloud_provider
            else coalesce(focus_groups.one_host_provider, focus_matches.host_provider, 'any')
        end as provider_scope
    from lines
    left join focus_groups
        on
            lines.invoice_id = focus_groups.invoice_id
            and lines.usage_date = focus_groups.usage_date
            and lines.sku_key = focus_groups.sku_key
            and coalesce(lines.project_id, '') = focus_groups.project_key
            and coalesce(lines.cluster_name, '') = focus_groups.cluster_key
    left join focus_matches on lines.line_item_id = focus_matches.line_item_id
),

sourced as (
    select
        reported.*,
        coalesce(spellings.region, reported.focus_region_id) as focus_region,
        coalesce(spellings.atlas_region, reported.focus_region_id) as focus_atlas_region,
        cluster_regions.region as cluster_region,
        cluster_regions.atlas_region as cluster_atlas_region,
        case
            when reported.focus_region_id is not null then 'focus_report'
            when
                reported.charge_type != 'usage'
                or reported.reviewed_service in (
                    'AI Model APIs', 'Automated Embedding', 'Native Reranking',
                    'Cloud Manager', 'Cloud Manager Standard/Premium'
                )
                or reported.resource_type = 'organization'
                then 'none'
            when cluster_regions.region is not null then 'cluster_config'
            else 'unknown'
        end as region_source
    from reported
    left join spellings
        on
            reported.provider_scope = spellings.provider
            and reported.focus_region_id = spellings.spelling
    left join cluster_regions
        on
            reported.cluster_id = cluster_regions.cluster_id
            and reported.provider_scope = cluster_regions.provider_scope
            and reported.usage_date >= cluster_regions.valid_from
            and reported.usage_date < cluster_regions.valid_to
),

placed as (
    select
        *,
        case region_source
            when 'focus_report' then focus_region
            when 'cluster_config' then cluster_region
            when 'unknown' then 'unknown'
        end as region,
        case region_source
            when 'focus_report' then focus_atlas_region
            when 'cluster_config' then cluster_atlas_region
            when 'unknown' then 'unknown'
        end as atlas_region
    from sourced
)

select * from placed
