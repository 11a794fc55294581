with sizes as (
    {{ search_sizes() }}
),

billed as (
    select
        connection,
        org_id,
        project_id,
        max(project_name) as project_name,
        resource_id,
        max(resource_name) as resource_name,
        resource_type,
        pricing_currency,
        cloud_provider,
        atlas_region,
        instance_size,
        max(data_through) as data_through,
        max(window_from) as window_from,
        max(window_to) as window_to,
        max(billed_days) as search_days,
        max(last_day) as last_day,
        sum(cost_cents) as search_cents,
        sum(quantity) as node_hours
    from {{ ref('int_saving_costs') }}
    where resource_type = 'search_nodes' and billed_days > 0
    group by
        connection,
        org_id,
        project_id,
        resource_id,
        resource_type,
        pricing_currency,
        cloud_provider,
        atlas_region,
        instance_size
),

-- the smallest of a class cannot be smaller
priced as (
    select
        billed.*,
        sizes.smaller_size,
        billed.node_hours * prices.cents as other_cents,
        prices.basis as price_basis,
        count(*) over (partition by billed.resource_id) as sizes_billed,
        clusters.search_hours,
        clusters.search_cpu_p95,
        clusters.search_heap_p95,
        clusters.search_gb,
        clusters.measured_from,
        clusters.measured_to,
        coalesce(clusters.search_hours, 0) >= 152 as is_measured
    from billed
    left join sizes on billed.instance_size = sizes.search_size
    left join {{ ref('int_saving_clusters') }} as clusters
        on billed.resource_id = clusters.resource_id || '/search'
    left join {{ ref('int_saving_prices') }} as prices
        on
            billed.org_id = prices.org_id
            and billed.pricing_currency = prices.pricing_currency
            and billed.cloud_provider = prices.cloud_provider
            and billed.atlas_region = prices.atlas_region
            and prices.what = 'search node hour'
            and sizes.smaller_size = prices.instance_size
),

found as (
    select
        *,
        case
            when is_measured then {{ month_of('search_cents - other_cents', 'search_days') }}
        end as monthly_saving_cents
    from priced
    where
        search_days >= {{ saving_least_days() }}
        and last_day >= {{ add_days('data_through', -2) }}
        and sizes_billed = 1
        and smaller_size is not null
        and (not is_measured or (search_cpu_p95 < 20 and coalesce(search_heap_p95 < 40, true)))
)

select
    {{ finding(
        'search_nodes', 'search',
        summary="case when is_measured
            then resource_name || ' are ' || instance_size || ' that ' || smaller_size || ' would do for'
            else resource_name || ' may be larger than search needs' end",
        evidence_rows=[
            ("hours measured", "coalesce(search_hours, 0)", "hours", "measured_from", "measured_to"),
            ("CPU of the busiest search node, 95th percentile of hourly means", "search_cpu_p95", "percent", "measured_from", "measured_to"),
            ("heap used on the fullest search node, 95th percentile", "search_heap_p95", "percent", "measured_from", "measured_to"),
            ("search indexes on a node, which the smaller one must hold", "search_gb", "GB", "measured_from", "measured_to"),
            ("search nodes, as billed", "search_cents", "cents"),
            ("the same hours in the smaller size", "cast(other_cents as double)", "cents"),
        ],
        basis="coalesce(price_basis, 'no invoice has a price of the smaller size')",
        action="'In Atlas, ' || resource_name || ': choose ' || smaller_size || ' after checking that it holds the search indexes; no action of atlas-costs changes search nodes.'",
        undo="'Choose ' || instance_size || ' again.'",
        effort='medium', risk='medium', confidence="'medium'"
    ) }}
from found
