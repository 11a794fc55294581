{# The columns of Atlas's FOCUS report that are no text: Atlas's name, ours, and the type. What
   cannot be typed is null, and warn_focus_values_not_typed names it. #}
{% macro focus_typed_columns() -%}
    {%- set amount = "decimal(38, 18)" -%}
    {{ return([
        ("BilledCost", "billed_cost", amount),
        ("ContractedCost", "contracted_cost", amount),
        ("ContractedUnitPrice", "contracted_unit_price", amount),
        ("EffectiveCost", "effective_cost", amount),
        ("ListCost", "list_cost", amount),
        ("ListUnitPrice", "list_unit_price", amount),
        ("PricingCurrencyContractedUnitPrice", "pricing_currency_contracted_unit_price", amount),
        ("PricingCurrencyEffectiveCost", "pricing_currency_effective_cost", amount),
        ("PricingCurrencyListUnitPrice", "pricing_currency_list_unit_price", amount),
        ("x_PricingCurrencyRate", "credit_price", amount),
        ("ConsumedQuantity", "consumed_quantity", amount),
        ("PricingQuantity", "pricing_quantity", amount),
        ("BillingPeriodStart", "billing_period_start", "timestamp"),
        ("BillingPeriodEnd", "billing_period_end", "timestamp"),
        ("ChargePeriodStart", "charge_period_start", "timestamp"),
        ("ChargePeriodEnd", "charge_period_end", "timestamp"),
        ("x_BilledDateStart", "billed_date_start", "timestamp"),
        ("x_BilledDateEnd", "billed_date_end", "timestamp"),
    ]) }}
{%- endmacro %}

{# Atlas's name and ours of the columns that are text. #}
{% macro focus_text_columns() -%}
    {{ return([
        ("BillingAccountId", "org_id"),
        ("BillingAccountName", "org_name"),
        ("SubAccountId", "project_id"),
        ("SubAccountName", "project_name"),
        ("ResourceName", "cluster_name"),
        ("x_AtlasSku", "sku"),
        ("x_SkuCategory", "atlas_category"),
        ("SkuId", "sku_id"),
        ("SkuMeter", "sku_meter"),
        ("SkuPriceId", "sku_price_id"),
        ("SkuPriceDetails", "sku_price_details"),
        ("RegionId", "region_id"),
        ("RegionName", "region_name"),
        ("HostProviderName", "host_provider_name"),
        ("ServiceCategory", "service_category"),
        ("ServiceName", "service_name"),
        ("ServiceProviderName", "service_provider_name"),
        ("InvoiceIssuer", "invoice_issuer"),
        ("ChargeCategory", "charge_category"),
        ("ChargeDescription", "charge_description"),
        ("ContractApplied", "contract_applied"),
        ("ConsumedUnit", "consumed_unit"),
        ("PricingUnit", "pricing_unit"),
        ("PricingCurrency", "pricing_currency"),
        ("BillingCurrency", "billing_currency"),
        ("Tags", "tags_text"),
    ]) }}
{%- endmacro %}

{% macro focus_typed(column, type) -%}
    {%- if type == "timestamp" -%} {{ utc_timestamp("nullif(trim(" ~ column ~ "), '')") }}
    {%- else -%} try_cast(nullif(trim({{ column }}), '') as {{ type }})
    {%- endif -%}
{%- endmacro %}

{# HostProviderName as invoices call the cloud; null for none of the three. #}
{% macro focus_provider(name) -%}
    case
        when {{ name }} like 'AWS%' or {{ name }} like 'Amazon%' then 'AWS'
        when {{ name }} like 'Microsoft%' or upper({{ name }}) like 'AZURE%' then 'AZURE'
        when {{ name }} like 'Google%' or {{ name }} like 'GCP%' then 'GCP'
    end
{%- endmacro %}

{# And as FOCUS readers know it: a known cloud by one spelling, else what Atlas wrote. #}
{% macro focus_host(name) -%}
    case {{ focus_provider(name) }}
        when 'AWS' then 'AWS'
        when 'AZURE' then 'Microsoft'
        when 'GCP' then 'Google Cloud'
        else {{ name }}
    end
{%- endmacro %}

{# Whoever of MongoDB's companies issues, as MongoDB; else the marketplace that bills. #}
{% macro focus_issuer(name) -%}
    case when {{ name }} like 'MongoDB%' then 'MongoDB' else {{ name }} end
{%- endmacro %}

{# FOCUS wants unit price times quantity to be the cost. A line is booked in whole cents, so where
   its price does not give its cost the price is what one unit came to. #}
{% macro price_that_gives(cost, price, quantity) -%}
    case
        when abs({{ list_cost(quantity, price) }} - ({{ cost }})) <= 0.000000001 then {{ price }}
        else coalesce({{ decimal_ratio(cost, quantity) }}, {{ price }})
    end
{%- endmacro %}

{% macro charge_category(charge_type) -%}
    case {{ charge_type }}
        when 'credit' then 'Credit'
        when 'support' then 'Purchase'
        when 'minimum_charge' then 'Purchase'
        when 'consulting' then 'Purchase'
        else 'Usage'
    end
{%- endmacro %}

{% macro charge_frequency(category, is_support) -%}
    case
        when {{ is_support }} then 'Recurring'
        when {{ category }} = 'Usage' then 'Usage-Based'
        else 'One-Time'
    end
{%- endmacro %}

{# A relation with sku_key: a report may spell a SKU otherwise than its invoice. Looked up by SKU,
   because to compute it takes ten seconds for ten million rows. #}
{% macro with_sku_key(relation) -%}
    select
        spelled.*,
        skus.sku_key
    from {{ relation }} as spelled
    left join {{ ref('dim_skus') }} as skus on spelled.sku = skus.sku
{%- endmacro %}

{# A row of a report has no id: these are all the columns that it shares with the line it is of. #}
{% macro same_kind(line, focus_row) -%}
    {{ focus_row }}.invoice_id = {{ line }}.invoice_id
    and {{ focus_row }}.usage_date = {{ line }}.usage_date
    and {{ focus_row }}.sku_key = {{ line }}.sku_key
    and coalesce({{ focus_row }}.project_id, '') = coalesce({{ line }}.project_id, '')
    and coalesce({{ focus_row }}.cluster_name, '') = coalesce({{ line }}.cluster_name, '')
{%- endmacro %}

{# BilledCost of a report's row, by its own price or its invoice's where Atlas leaves it out. #}
{% macro reported_cost(focus_row, invoice) -%}
    coalesce(
        {{ focus_row }}.billed_cost,
        {{ in_currency(
            focus_row ~ ".pricing_currency_effective_cost",
            "coalesce(" ~ focus_row ~ ".credit_price, " ~ invoice ~ ".credit_price)"
        ) }},
        0
    )
{%- endmacro %}

{# A charge's columns, in the order in which the three sources of focus_costs are stacked; the last
   four are what a row of a report shares with the line it is of. #}
{% macro focus_charge_columns() -%}
    {{ return([
        "invoice_id", "atlas_invoice_id", "org_id", "org_name", "connection",
        "billing_period_start", "billing_period_end", "charge_period_start", "charge_period_end",
        "billed_date_start", "billed_date_end",
        "charge_category", "charge_class", "charge_frequency", "charge_description",
        "billed_cost", "effective_cost", "contracted_cost", "list_cost",
        "contracted_unit_price", "list_unit_price",
        "pricing_currency_contracted_unit_price", "pricing_currency_effective_cost",
        "pricing_currency_list_unit_price",
        "pricing_quantity", "pricing_unit", "consumed_quantity", "consumed_unit",
        "pricing_currency", "billing_currency", "credit_price", "contract_applied",
        "invoice_issuer", "host_provider_name", "region_id", "region_name",
        "resource_id", "resource_name", "resource_type",
        "sku", "sku_meter", "sku_price_id", "sku_price_details", "sku_category",
        "project_id", "project_name", "tags_json",
        "focus_source", "synthetic_reason", "line_item_id", "report_row",
        "usage_date", "sku_key", "project_key", "cluster_key",
    ]) }}
{%- endmacro %}

{% macro focus_charges(relation) -%}
    select {{ focus_charge_columns() | join(", ") }} from {{ relation }}
{%- endmacro %}

{# The same columns of a relation, but for those that are known otherwise. #}
{% macro focus_charges_but(relation, known) -%}
    {%- for column in focus_charge_columns() -%}
        {{ known.get(column, relation ~ "." ~ column) }} as {{ column }}{{ ", " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# Where a region is, however many spellings it has. In the words of each that asks, and no model:
   what two of them read, DuckDB makes first, and a view around it then asks for all columns. #}
{% macro locations() -%}
    select
        region,
        max(location) as location
    from {{ ref('dim_regions') }}
    group by region
{%- endmacro %}

{% macro nulls_of(type, names) -%}
    {%- for name in names -%}
        cast(null as {{ type }}) as {{ name }}{{ ", " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# The columns of a row whose text could not be typed, or null. #}
{% macro focus_untyped(row) -%}
    nullif(concat_ws(', '
        {%- for column, name, type in focus_typed_columns() -%}
        , case
            when {{ row }}.{{ column }} != '' and {{ focus_typed(row ~ "." ~ column, type) }} is null
                then '{{ column }}'
        end
        {%- endfor -%}
    ), '')
{%- endmacro %}
