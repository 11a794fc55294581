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
