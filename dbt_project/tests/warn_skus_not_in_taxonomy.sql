{{ config(severity='warn') }}
-- A billed SKU that no one has reviewed: guessed by a rule, or Unclassified. Its cents are in every
-- total; its service may be wrong until it is added to the taxonomy, or to config/taxonomy.yaml.
select
    sku,
    service,
    classified_by,
    sum(cost_cents) as cents
from {{ ref('fct_line_items') }}
where classified_by not in ('taxonomy', 'override') or service = 'Unclassified'
group by sku, service, classified_by
