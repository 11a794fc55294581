-- Costs by day, summed over whatever no rule looks at: rules that name only projects and services
-- need not tell SKUs apart. Of the months that are allocated now, and so is what follows.
with rules as (
    select * from {{ ref('stg_config__allocation_rules') }}
),

conditions as (
    select * from {{ ref('stg_config__allocation_conditions') }}
),

-- no row where there are no rules
looked_at as (
    select
        {{ listed('dimension', 'dimension is not null') }} as dimensions,
        {{ listed('substr(dimension, 5)', "dimension like 'tag:%'") }} as tag_keys,
        {{ listed('substr(dimension, 16)', "dimension like 'tag_first_seen:%'") }} as first_keys
    from (
        select dimension from conditions
        union
        select dimension from rules
    ) as named
    having count(*) > 0
),

line_days as (
    select * from {{ ref('fct_line_item_days') }}
    where {{ is_in_changed_months('usage_date') }}
),

grouped as (
    select
        {% for column in allocation_columns() %}
            line_days.{{ column }},
        {% endfor %}
        {% for dimension, text, id in allocation_dimensions() if text not in allocation_columns() %}
            case
                when {{ is_in("'" ~ dimension ~ "'", 'looked_at.dimensions') }}
                    then line_days.{{ text }}
            end as {{ text }},
        {% endfor %}
        looked_at.dimensions,
        looked_at.tag_keys,
        {{ tag_values('line_days.tags', 'looked_at.tag_keys') }} as tag_texts,
        looked_at.first_keys,
        {{ tag_values('line_days.tags_first_seen', 'looked_at.first_keys') }} as first_texts,
        cast(sum(line_days.cost_cents) as bigint) as cost_cents
    from line_days
    cross join looked_at
    group by all
),

{% set named = [] %}
{% for dimension, text, id in allocation_dimensions() %}
    {% do named.append(attribute(dimension, "coalesce(" ~ text ~ ", '(none)')", false)) %}
    {% if id %} {% do named.append(attribute(dimension, id, true)) %} {% endif %}
{% endfor %}
final as (
    select
        {{ row_id() }} as cost_id,
        {% for column in allocation_columns() %}
            {{ column }},
        {% endfor %}
        {{ attributes(
            named, 'dimensions', 'tag_keys', 'tag_texts', 'first_keys', 'first_texts'
        ) }} as subject,
        cost_cents
    from grouped
)

select * from final
