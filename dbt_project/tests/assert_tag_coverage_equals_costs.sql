{{ config(meta={'dagster': {'ref': {'name': 'tag_coverage'}}}) }}
-- A share of less than all that was spent looks better than it is. For each basis and key the total
-- is the costs by day, which know no tags.
with coverage as (
    select
        usage_month,
        org_id,
        project_id,
        tag_basis,
        tag_key,
        sum(total_cents) as total_cents
    from {{ ref('tag_coverage') }}
    group by all
),

costs as (
    select
        {{ first_of_month('usage_date') }} as usage_month,
        org_id,
        project_id,
        sum(cost_cents) as cents
    from {{ ref('agg_costs_daily') }}
    where is_in_total
    group by all
),

keys as (
    select
        bases.tag_basis,
        tag_keys.tag_key
    from {{ ref('dim_tag_keys') }} as tag_keys
    cross join (values ('current'), ('first_seen')) as bases (tag_basis)
),

expected as (
    select *
    from costs
    cross join keys
)

select
    expected.usage_month,
    expected.org_id,
    expected.project_id,
    expected.tag_basis,
    expected.tag_key,
    expected.cents,
    coverage.total_cents
from expected
full outer join coverage
    on
        expected.usage_month = coverage.usage_month
        and expected.org_id = coverage.org_id
        and expected.project_id is not distinct from coverage.project_id
        and expected.tag_basis = coverage.tag_basis
        and expected.tag_key = coverage.tag_key
where expected.cents is distinct from coverage.total_cents
