{# What only FOCUS needs and engines spell differently. Written for DuckDB 2. Amounts are never
   floats; one that fits no decimal is null. #}

{# Cents in the billing currency, at the price of a credit. #}
{% macro cents_in_currency(cents, credit_price) -%}
    try_cast(
        try(
            cast({{ cents }} as decimal(19, 0))
            * cast(0.01 as decimal(2, 2))
            * cast({{ credit_price }} as decimal(17, 9))
        ) as decimal(38, 18)
    )
{%- endmacro %}

{# A decimal amount, or a price, in the billing currency. #}
{% macro in_currency(amount, credit_price) -%}
    case
        when {{ credit_price }} = 1 then try_cast({{ amount }} as decimal(38, 18))
        else try_cast(
            try(
                cast({{ amount }} as decimal(22, 12)) * cast({{ credit_price }} as decimal(16, 9))
            ) as decimal(38, 18)
        )
    end
{%- endmacro %}

{# A quotient with 18 decimals, cut, by whole numbers because DuckDB divides decimals as floats. #}
{% macro decimal_ratio(dividend, divisor) -%}
    try_cast(
        try(
            cast(
                cast(cast({{ dividend }} as decimal(28, 10)) * 10000000000 as hugeint)
                * cast(100000000000000000000 as hugeint)
                // cast(cast({{ divisor }} as decimal(26, 12)) * 1000000000000 as hugeint)
                as decimal(38, 0)
            ) * cast(0.000000000000000001 as decimal(19, 18))
        ) as decimal(38, 18)
    )
{%- endmacro %}

{# -- JSON text -- #}

{# Tags as FOCUS wants them, a value a key; several values are joined as everywhere here. #}
{% macro tags_to_json(tags) -%}
    cast(to_json(map_from_entries(list_transform(
        map_entries({{ tags }}),
        lambda entry: {
            'k': entry.key, 'v': array_to_string(list_sort(list_distinct(entry.value)), ', ')
        }
    ))) as varchar)
{%- endmacro %}

{# The same from Atlas's text, whose values may be lists or single ones; null if it is no object. #}
{% macro tags_text_to_json(text) -%}
    case
        when json_valid({{ text }}) and json_type({{ text }}) = 'OBJECT'
            then cast(to_json(map_from_entries(list_transform(
                map_entries(cast(cast({{ text }} as json) as map(varchar, json))),
                lambda entry: {
                    'k': entry.key,
                    'v': case json_type(entry.value)
                        when 'ARRAY'
                            then array_to_string(
                                list_sort(list_distinct(cast(entry.value as varchar[]))), ', '
                            )
                        else entry.value ->> '$'
                    end
                }
            ))) as varchar)
    end
{%- endmacro %}

{# Text that is no JSON becomes a JSON string of itself. #}
{% macro text_to_json(text) -%}
    case
        when {{ text }} is null or json_valid({{ text }}) then {{ text }}
        else cast(to_json({{ text }}) as varchar)
    end
{%- endmacro %}

{# What a SKU's price depends on, as a JSON object; keys that FOCUS does not define begin with x_. #}
{% macro price_details(instance_size, lower_bound, upper_bound) -%}
    nullif(cast(json_merge_patch('{}', json_object(
        'InstanceType', {{ instance_size }},
        'x_TierLowerBound', {{ lower_bound }},
        'x_TierUpperBound', {{ upper_bound }}
    )) as varchar), '{}')
{%- endmacro %}
