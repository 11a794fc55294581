{# The dimensions that a condition may look at: what they are called, the column with the text that
   reports show, and the column with Atlas's id where there is one; a condition accepts either. #}
{% macro allocation_dimensions() -%}
    {{ return([
        ("service", "service", none),
        ("category", "category", none),
        ("project", "project_name", "project_id"),
        ("resource", "resource_name", "resource_id"),
        ("region", "region", none),
        ("organization", "org_name", "org_id"),
        ("cloud_provider", "cloud_provider", none),
        ("instance_size", "instance_size", none),
        ("sku", "sku", none),
        ("charge_type", "charge_type", none),
        ("invoice", "invoice_id", none),
        ("cluster", "cluster_name", none),
        ("resource_type", "resource_type", none),
        ("connection", "connection", none),
    ]) }}
{%- endmacro %}

{# What a row of allocated_costs_daily is about, whatever the rules look at. #}
{% macro allocation_columns() -%}
    {{ return([
        "usage_date", "invoice_month", "org_id", "org_name", "project_id", "project_name",
        "resource_id", "resource_name", "resource_type", "service", "charge_type",
        "is_in_total", "pricing_currency",
    ]) }}
{%- endmacro %}

{# Whether a text passes one test of a condition. Case and separators count as in a report's
   filters: `is` is exact, contains, starts and ends ignore case. #}
{% macro passes(text, operator, operand) -%}
    case {{ operator }}
        when 'is' then {{ text }} = {{ operand }}
        when 'contains' then {{ contains_text(text, operand) }}
        when 'starts' then {{ starts_with_text(text, operand) }}
        when 'ends' then {{ ends_with_text(text, operand) }}
        when 'regex' then {{ matches(text, operand) }}
        when 'flexible' then {{ flexible_text(text) }} = {{ flexible_text(operand) }}
    end
{%- endmacro %}

{% macro flexible_text(text) -%} {{ replace_all("lower(" ~ text ~ ")", "[ _-]+", "") }} {%- endmacro %}

{# The cents of each cost_id and allocation_key of a relation, divided among its rows by weight: each
   gets its share cut to whole cents, and the cents left over go one each to the largest remainders.
   Where remainders are equal a hash decides: no value is favoured always, and every build decides
   alike. Negative amounts are divided like positive ones. #}
{% macro divided(relation) -%}
    select
        cost_id,
        allocation_key,
        rule,
        allocation_value,
        cast(
            sign(cost_cents) * (cut_cents + case when turn <= left_over then 1 else 0 end) as bigint
        ) as cost_cents
    from (
        select
            *,
            abs(cost_cents) - sum(cut_cents) over (partition by cost_id, allocation_key)
                as left_over,
            row_number() over (
                partition by cost_id, allocation_key
                order by
                    product - cut_cents * total_weight desc,
                    md5(tie_break || allocation_value),
                    allocation_value
            ) as turn
        from (
            select
                *,
                {{ int_div("product", "total_weight") }} as cut_cents
            from (
                select
                    *,
                    {{ wide("abs(cost_cents)") }} * weight as product,
                    sum(weight) over (partition by cost_id, allocation_key) as total_weight
                from {{ relation }}
            ) as weighed
        ) as cut
    ) as ranked
{%- endmacro %}

{# The costs that a split looks at, and the cost that is split, have these two in common. Costs in
   different currencies are never weighed against each other, one organization's as little. #}
{% macro split_window(rule, cost) -%}
    case
        when {{ rule }}.basis_window = 'day' then {{ cost }}.usage_date
        else {{ first_of_month(cost ~ ".usage_date") }}
    end
{%- endmacro %}

{% macro split_scope(rule, cost) -%}
    concat_ws(
        '|',
        {{ cost }}.pricing_currency,
        case when {{ rule }}.basis_scope != 'all' then {{ cost }}.org_id end
    )
{%- endmacro %}

{% macro tie_break(cost) -%}
    concat_ws('|', cast({{ cost }}.usage_date as string), {{ cost }}.resource_id, {{ cost }}.subject)
{%- endmacro %}

{# What tells one row of a statement from another. #}
{% macro statement_columns() -%}
    {{ return([
        "usage_month", "allocation_key", "allocation_value", "org_id", "project_id", "resource_id",
        "charge_type", "pricing_currency",
    ]) }}
{%- endmacro %}
