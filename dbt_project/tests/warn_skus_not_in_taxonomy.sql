{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'dim_skus'}}}) }}
-- A billed SKU that no one has reviewed: guessed by a rule, or Unclassified. Its cents are in every
-- total; its service may be wrong until it is added to the taxonomy, or to config/taxonomy.yaml.
select
    costs.sku,
    skus.service,
    skus.classified_by,
    sum(costs.cost_cents) as cents
from {{ ref('agg_costs_monthly') }} as costs
inner join {{ ref('dim_skus') }} as skus on costs.sku = skus.sku
where skus.classified_by not in ('taxonomy', 'override') or skus.service = 'Unclassified'
group by costs.sku, skus.service, skus.classified_by
