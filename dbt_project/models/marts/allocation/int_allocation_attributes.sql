with subjects as (
    select distinct subject from {{ ref('int_allocation_costs') }}
),

unpacked as (
    select
        subject,
        {{ attribute_rows('subject') }} as attribute
    from subjects
),

attributes as (
    select
        subject,
        attribute.dimension,
        attribute.text as attribute_text,
        attribute.is_id
    from unpacked
)

select * from attributes
