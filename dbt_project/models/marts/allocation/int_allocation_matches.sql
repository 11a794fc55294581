with attributes as (
    select * from {{ ref('int_allocation_attributes') }}
),

conditions as (
    select * from {{ ref('stg_config__allocation_conditions') }}
),

tested as (
    select
        attributes.subject,
        conditions.allocation_key,
        conditions.rule,
        conditions.role,
        conditions.set_number,
        conditions.condition_number,
        conditions.is_negated,
        bool_or(
            {{ passes('attributes.attribute_text', 'conditions.operator', 'conditions.operand') }}
        ) as is_any
    from attributes
    inner join conditions
        on
            attributes.dimension = conditions.dimension
            -- 24 hexadecimal digits contain "ad" by chance: an id is tested whole, or not at all
            and (not attributes.is_id or conditions.operator in ('is', 'flexible'))
    group by all
),

sets as (
    select
        subject,
        allocation_key,
        rule,
        role,
        set_number,
        bool_and(is_any != is_negated) as is_met
    from tested
    group by subject, allocation_key, rule, role, set_number
),

met as (
    select distinct
        subject,
        allocation_key,
        rule,
        role
    from sets
    where is_met
)

select * from met
