with clusters as (
    select
        invoice_id,
        project_id,
        cluster_name,
        min(first_usage_date) as first_date,
        {{ add_days('max(last_usage_date)', 1) }} as end_date
    from {{ ref('int_invoice_contents') }}
    where cluster_name is not null
    group by invoice_id, project_id, cluster_name
),

generations as (
    select * from {{ ref('int_cluster_generations') }}
),

regions as (
    select * from {{ ref('int_cluster_regions') }}
),

matched as (
    select
        clusters.invoice_id,
        clusters.project_id,
        clusters.cluster_name,
        generations.cluster_id,
        generations.resource_type,
        greatest(clusters.first_date, generations.valid_from) as valid_from,
        least(clusters.end_date, generations.valid_to) as valid_to
    from clusters
    inner join generations
        on
            clusters.project_id = generations.project_id
            and clusters.cluster_name = generations.cluster_name
            and clusters.first_date < generations.valid_to
            and clusters.end_date > generations.valid_from
),

-- clipped to the days of the invoice: what a cluster does today is no matter of last year's
placed as (
    select
        matched.*,
        regions.provider_scope,
        regions.region,
        regions.atlas_region,
        greatest(matched.valid_from, regions.valid_from) as placed_from,
        least(matched.valid_to, regions.valid_to) as placed_to
    from matched
    left join regions
        on
            matched.cluster_id = regions.cluster_id
            and matched.valid_from < regions.valid_to
            and matched.valid_to > regions.valid_from
)

select * from placed
