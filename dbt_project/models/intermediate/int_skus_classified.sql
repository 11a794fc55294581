with contents as (
    select * from {{ ref('int_invoice_contents') }}
),

listed as (
    select * from {{ ref('stg_atlas__skus') }}
),

reported as (
    select * from {{ ref('int_focus_skus') }}
),

overrides as (
    select * from {{ ref('stg_config__taxonomy_overrides') }}
),

rules as (
    select * from {{ ref('sku_rules') }}
),

taxonomy as (
    select
        *,
        {{ sku_key('sku') }} as sku_key
    from {{ ref('sku_taxonomy') }}
),

skus as (
    select
        sku,
        {{ sku_key('sku') }} as sku_key
    from (
        select sku from contents
        where sku is not null
        union
        select sku from listed
        union
        select sku from reported
        where sku is not null
    ) as named
),

first_overrides as (
    select
        skus.sku,
        min(overrides.position) as position
    from skus
    inner join overrides
        on
            skus.sku_key = overrides.sku_key
            -- with its prefixes, as people copy it from an invoice, or without
            or {{ matches_any_case('skus.sku', 'overrides.pattern') }}
            or {{ matches_any_case('skus.sku_key', 'overrides.pattern') }}
    group by skus.sku
),

first_rules as (
    select
        skus.sku,
        min(rules.position) as position
    from skus
    inner join rules on {{ matches('skus.sku_key', 'rules.pattern') }}
    group by skus.sku
),

classified as (
    select
        skus.sku,
        skus.sku_key,
        listed.sku_description,
        coalesce(taxonomy.service, rules.service, 'Unclassified') as reviewed_service,
        coalesce(taxonomy.family, rules.family, 'Unclassified') as reviewed_category,
        coalesce(overrides.service, taxonomy.service, rules.service, 'Unclassified') as service,
        coalesce(overrides.category, taxonomy.family, rules.family, 'Unclassified') as category,
        coalesce(overrides.charge_type, taxonomy.charge_type, rules.charge_type, 'usage')
            as charge_type,
        case
            when overrides.instance_size is not null then overrides.instance_size
            when taxonomy.sku is not null then taxonomy.instance_size
            when rules.family = 'Flex' then 'FLEX'
            when rules.service in ('Clusters', 'DSC Compute', 'Atlas Stream Processing')
                then coalesce(
                    {{ extract_group(
                        replace_all('skus.sku_key', '_(PAUSED|DSC|INFINITE)$', ''),
                        'INSTANCE_([MRS]P?[0-9]+(_[A-Z0-9_]+)?)', 1
                    ) }},
                    {{ extract_group('skus.sku_key', '^([MR][0-9]+)_INSTANCE', 1) }}
                )
        end as instance_size,
        coalesce(
            taxonomy.cloud_provider,
            {{ extract_group('skus.sku_key', '(^|_)(AWS|AZURE|GCP)(_|$)', 2) }}
        ) as cloud_provider,
        case
            when overrides.position is not null then 'override'
            when taxonomy.sku is not null then 'taxonomy'
            when rules.position is not null then 'rule'
            else 'none'
        end as classified_by,
        overrides.position as override_position
    from skus
    left join taxonomy on skus.sku_key = taxonomy.sku_key
    left join first_overrides on skus.sku = first_overrides.sku
    left join overrides on first_overrides.position = overrides.position
    left join first_rules on skus.sku = first_rules.sku
    left join rules on first_rules.position = rules.position
    left join listed on skus.sku = listed.sku
)

select * from classified
