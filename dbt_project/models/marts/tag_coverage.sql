with monthly as (
    select * from {{ ref('agg_costs_monthly') }}
),

tag_keys as (
    select * from {{ ref('dim_tag_keys') }}
),

-- a month has few sets of tags: keys are taken apart after the rows that share one are added up
costs as (
    select
        usage_month,
        org_id,
        coalesce(project_id, '') as project_id,
        max(project_name) as project_name,
        pricing_currency,
        tags,
        tags_first_seen,
        sum(cost_cents) as cost_cents
    from monthly
    where is_in_total
    group by all
),

keyed as (
    select
        *,
        'current' as tag_basis,
        tags as basis_tags,
        {{ tag_keys('tags') }} as tag_key
    from costs
    union all
    select
        *,
        'first_seen' as tag_basis,
        tags_first_seen as basis_tags,
        {{ tag_keys('tags_first_seen') }} as tag_key
    from costs
),

tagged as (
    select
        usage_month,
        org_id,
        project_id,
        pricing_currency,
        tag_basis,
        tag_key,
        sum(cost_cents) as tagged_cents,
        sum(case when {{ has_several_values('basis_tags', 'tag_key') }} then cost_cents else 0 end)
            as several_values_cents
    from keyed
    where {{ tag_value('basis_tags', 'tag_key') }} != '(untagged)'
    group by all
),

totals as (
    select
        usage_month,
        org_id,
        project_id,
        max(project_name) as project_name,
        pricing_currency,
        sum(cost_cents) as total_cents
    from costs
    group by all
),

bases as (
    select 'current' as tag_basis
    union all
    select 'first_seen' as tag_basis
),

final as (
    select
        totals.usage_month,
        totals.org_id,
        nullif(totals.project_id, '') as project_id,
        totals.project_name,
        totals.pricing_currency,
        bases.tag_basis,
        tag_keys.tag_key,
        cast(coalesce(tagged.tagged_cents, 0) as bigint) as tagged_cents,
        cast(coalesce(tagged.several_values_cents, 0) as bigint) as several_values_cents,
        cast(totals.total_cents as bigint) as total_cents,
        case
            when totals.total_cents != 0
                then cast(coalesce(tagged.tagged_cents, 0) as double) / totals.total_cents
        end as tagged_share
    from totals
    cross join tag_keys
    cross join bases
    left join tagged
        on
            totals.usage_month = tagged.usage_month
            and totals.org_id = tagged.org_id
            and totals.project_id = tagged.project_id
            and totals.pricing_currency is not distinct from tagged.pricing_currency
            and bases.tag_basis = tagged.tag_basis
            and tag_keys.tag_key = tagged.tag_key
    order by totals.usage_month, totals.org_id, totals.project_id, tag_keys.tag_key
)

select * from final
