{# What FOCUS asks of a row beyond its types, each as the condition that breaks it. Those of 1.3 are
   the last; the validator of the FinOps Foundation knows the others. #}
{% macro focus_rules() -%}
    {%- set priced = "ChargeCategory in ('Usage', 'Purchase') and ChargeClass is null" -%}
    {%- set rules = [
        ("billing_period_is_not_reversed", "BillingPeriodStart >= BillingPeriodEnd"),
        ("charge_period_is_not_reversed", "ChargePeriodStart >= ChargePeriodEnd"),
        ("billing_currency_is_a_currency",
            "not coalesce(" ~ matches("BillingCurrency", "'^[A-Z]{3}$'") ~ ", false)"),
        ("charge_category_is_allowed", "ChargeCategory not in "
            ~ "('Usage', 'Purchase', 'Tax', 'Credit', 'Adjustment')"),
        ("charge_class_is_allowed", "ChargeClass != 'Correction'"),
        ("charge_frequency_is_allowed",
            "ChargeFrequency not in ('One-Time', 'Recurring', 'Usage-Based')"),
        ("purchase_is_not_usage_based",
            "ChargeCategory = 'Purchase' and ChargeFrequency = 'Usage-Based'"),
        ("pricing_category_is_allowed",
            "PricingCategory not in ('Standard', 'Dynamic', 'Committed', 'Other')"),
        ("consumed_only_by_usage", "ChargeCategory != 'Usage' and ConsumedQuantity is not null"),
        ("third_party_is_not_billed", "InvoiceIssuerName != ProviderName and BilledCost != 0"),
        ("credit_is_effective_as_billed", "ChargeCategory = 'Credit' "
            ~ "and InvoiceIssuerName = ProviderName and EffectiveCost != BilledCost"),
        ("json_of_tags", "not json_valid(Tags)"),
        ("json_of_price_details", "not json_valid(SkuPriceDetails)"),
        ("json_of_contract", "not json_valid(ContractApplied)"),
    ] -%}
    {%- for column in [
        "BilledCost", "BillingAccountId", "BillingAccountType", "BillingCurrency",
        "BillingPeriodEnd", "BillingPeriodStart", "ChargeCategory", "ChargeFrequency",
        "ChargePeriodEnd", "ChargePeriodStart", "ContractedCost", "EffectiveCost",
        "InvoiceIssuerName", "ListCost", "PricingCurrency", "PricingCurrencyEffectiveCost",
        "ProviderName", "PublisherName", "ServiceCategory", "ServiceName", "ServiceSubcategory",
        "HostProviderName", "ServiceProviderName"
    ] -%}
        {%- do rules.append((column ~ "_is_there", column ~ " is null")) -%}
    {%- endfor -%}
    {%- for column in [
        "ContractedUnitPrice", "ListUnitPrice", "PricingCategory", "PricingQuantity",
        "PricingCurrencyListUnitPrice", "SkuId", "SkuPriceId"
    ] -%}
        {%- do rules.append(
            (column ~ "_only_beside_tax", "ChargeCategory = 'Tax' and " ~ column ~ " is not null")
        ) -%}
        {%- do rules.append(
            (column ~ "_is_there_of_a_price", priced ~ " and " ~ column ~ " is null")
        ) -%}
    {%- endfor -%}
    {%- for column, other in [
        ("ConsumedUnit", "ConsumedQuantity"), ("PricingUnit", "PricingQuantity"),
        ("RegionName", "RegionId"), ("ResourceType", "ResourceId"),
        ("SubAccountName", "SubAccountId"), ("SubAccountType", "SubAccountId"),
        ("SkuMeter", "SkuId")
    ] -%}
        {%- do rules.append(
            (column ~ "_with_" ~ other, "(" ~ column ~ " is null) != (" ~ other ~ " is null)")
        ) -%}
    {%- endfor -%}
    {%- for price, cost in [
        ("ContractedUnitPrice", "ContractedCost"), ("ListUnitPrice", "ListCost")
    ] -%}
        {%- do rules.append((price ~ "_is_not_negative", price ~ " < 0")) -%}
        {#- a comparison may be a float: nothing is booked from it -#}
        {%- do rules.append((price ~ "_gives_" ~ cost,
            "abs(cast(" ~ price ~ " as double) * PricingQuantity - " ~ cost ~ ")"
            ~ " > 1e-9 * greatest(1, abs(cast(" ~ cost ~ " as double)))")) -%}
    {%- endfor -%}
    {{ return(rules) }}
{%- endmacro %}

{% macro focus_rule_counts() -%}
    {%- for name, broken_by in focus_rules() -%}
        count_if({{ broken_by }}) as {{ name }}{{ ", " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{% macro focus_rule_rows(counted) -%}
    {%- for name, _ in focus_rules() -%}
        select '{{ name }}' as rule, {{ name }} as broken_rows from {{ counted }}
        {{ "union all " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
