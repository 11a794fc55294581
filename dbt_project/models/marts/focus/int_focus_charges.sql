with charges as (
    {{ focus_charges(ref('int_focus_reported')) }}
    union all
    {{ focus_charges(ref('int_focus_derived')) }}
    union all
    {{ focus_charges(ref('int_focus_synthetic')) }}
),

line_groups as (
    select * from {{ ref('int_focus_line_groups') }}
),

{% set category -%}
    coalesce(charges.charge_category, {{ charge_category('line_groups.charge_type') }})
{%- endset %}
{% set known = {
    "charge_category": category,
    "charge_frequency":
        "coalesce(charges.charge_frequency, " ~ charge_frequency(category, "false") ~ ")",
    "resource_id": "coalesce(line_groups.resource_id, charges.resource_id)",
    "resource_name": "coalesce(charges.resource_name, line_groups.resource_name)",
    "resource_type": "coalesce(line_groups.resource_type, charges.resource_type)",
    "line_item_id": "coalesce(charges.line_item_id, line_groups.line_item_id)",
} %}
-- what reports lack and lines know. DuckDB leaves out a join that no column is asked of, and a sum
-- of costs then groups no lines, but only the one join that stands here: not within the union, and
-- not beside another. tests/dbt/test_incremental.py looks whether it does
final as (
    select {{ focus_charges_but("charges", known) }}
    from charges
    left join line_groups
        on
            charges.atlas_invoice_id = line_groups.invoice_id
            and charges.usage_date = line_groups.usage_date
            and charges.sku_key = line_groups.sku_key
            and charges.project_key = line_groups.project_key
            and charges.cluster_key = line_groups.cluster_key
)

select * from final
