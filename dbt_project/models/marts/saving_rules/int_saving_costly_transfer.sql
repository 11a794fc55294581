with costs as (
    select
        resource_id,
        max(observed_days) as observed_days,
        sum(cost_cents) as all_cents
    from {{ ref('int_saving_costs') }}
    group by resource_id
),

-- within a region, between regions, or out of the cloud
transfers as (
    select
        *,
        case
            when
                {{ matches(
                    'sku', "'SAME_REGION|INTER_ZONE|REGIONAL_VNET|AVAILABILITY_ZONE|TRANSFER_GOOGLE'"
                ) }}
                then 'within'
            when {{ matches('sku', "'INTERNET|INTER_CONNECT|AZURE_DATA_TRANSFER$'") }}
                then 'internet'
            else 'between'
        end as way
    from {{ ref('int_saving_costs') }}
    where
        service = 'Data Transfer'
        and category != 'Private endpoint'
        and resource_type = 'cluster'
),

-- nodes in several regions send each other what is written, whoever reads it
avoidable as (
    select
        transfers.resource_id,
        sum(transfers.cost_cents) as avoidable_cents,
        sum(transfers.quantity) as avoidable_gb
    from transfers
    inner join {{ ref('int_saving_clusters') }} as clusters
        on transfers.resource_id = clusters.resource_id
    where transfers.way = 'internet' or (transfers.way = 'between' and clusters.regions = 1)
    group by transfers.resource_id
),

found as (
    select
        clusters.*,
        costs.observed_days,
        costs.all_cents,
        avoidable.avoidable_cents,
        avoidable.avoidable_gb,
        prices.cents as within_cents,
        {{ month_of(
            'avoidable.avoidable_cents - avoidable.avoidable_gb * prices.cents',
            'costs.observed_days'
        ) }} as monthly_saving_cents
    from {{ ref('int_saving_clusters') }} as clusters
    inner join costs on clusters.resource_id = costs.resource_id
    inner join avoidable on clusters.resource_id = avoidable.resource_id
    left join {{ ref('int_saving_prices') }} as prices
        on
            clusters.org_id = prices.org_id
            and clusters.pricing_currency = prices.pricing_currency
            and clusters.atlas_provider = prices.cloud_provider
            and prices.what = 'GB within a region'
    where
        costs.observed_days >= {{ saving_least_days() }}
        -- most pay less than a tenth
        and avoidable.avoidable_cents >= 0.1 * costs.all_cents
)

select
    {{ finding(
        'costly_transfer', 'transfer',
        summary="resource_name || ' sends much of what it sends to other regions or the internet'",
        evidence_rows=[
            ("all of the cluster, as billed", "all_cents", "cents"),
            ("transfer that leaves its region, as billed", "avoidable_cents", "cents"),
            ("transfer that leaves its region", "cast(avoidable_gb as double)", "GB"),
            ("the same within a region", "cast(avoidable_gb * within_cents as double)", "cents"),
        ],
        basis="case when within_cents is null
            then 'no invoice has a price of transfer within a region' else 'your invoices' end",
        action="'Run what reads ' || resource_name || ' in ' || region
            || ', and connect it by a private endpoint or peering; no action of atlas-costs does either.'",
        undo="'Connect as before.'",
        effort='high', risk='medium', confidence="'medium'"
    ) }}
from found
