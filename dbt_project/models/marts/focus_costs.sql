{{ config(materialized='view') }}

with charges as (
    select * from {{ ref('int_focus_charges') }}
),

-- whom FOCUS asks about quantity and price, and what of them it allows
ruled as (
    select
        *,
        charge_category in ('Usage', 'Purchase') as is_priced,
        charge_category = 'Usage' and consumed_quantity is not null as is_consumed,
        charge_category != 'Tax' and pricing_quantity is not null as is_counted,
        invoice_issuer != 'MongoDB' as is_third_party,
        resource_id is not null
        and resource_type not in ('project', 'organization') as has_resource
    from charges
),

final as (
    select
        {{ nulls_of('string', ['AllocatedMethodDetails', 'AllocatedMethodId',
            'AllocatedResourceId', 'AllocatedResourceName', 'AllocatedTags',
            'AvailabilityZone']) }},
        -- what a marketplace is paid, its own bill asks for
        case when is_third_party then 0 else billed_cost end as BilledCost,
        org_id as BillingAccountId,
        org_name as BillingAccountName,
        'Organization' as BillingAccountType,
        billing_currency as BillingCurrency,
        billing_period_end as BillingPeriodEnd,
        billing_period_start as BillingPeriodStart,
        {{ nulls_of('string', ['CapacityReservationId', 'CapacityReservationStatus']) }},
        charge_category as ChargeCategory,
        charge_class as ChargeClass,
        charge_description as ChargeDescription,
        charge_frequency as ChargeFrequency,
        charge_period_end as ChargePeriodEnd,
        charge_period_start as ChargePeriodStart,
        {{ nulls_of('string', ['CommitmentDiscountCategory', 'CommitmentDiscountId',
            'CommitmentDiscountName']) }},
        {{ nulls_of('decimal(38, 18)', ['CommitmentDiscountQuantity']) }},
        {{ nulls_of('string', ['CommitmentDiscountStatus', 'CommitmentDiscountType',
            'CommitmentDiscountUnit']) }},
        case when is_consumed then consumed_quantity end as ConsumedQuantity,
        case when is_consumed then consumed_unit end as ConsumedUnit,
        contract_applied as ContractApplied,
        contracted_cost as ContractedCost,
        case when is_priced and contracted_unit_price >= 0 then contracted_unit_price end
            as ContractedUnitPrice,
        effective_cost as EffectiveCost,
        coalesce(host_provider_name, 'Not Applicable') as HostProviderName,
        invoice_id as InvoiceId,
        invoice_issuer as InvoiceIssuerName,
        list_cost as ListCost,
        case when is_priced and list_unit_price >= 0 then list_unit_price end as ListUnitPrice,
        case when is_priced then 'Standard' end as PricingCategory,
        pricing_currency as PricingCurrency,
        case
            when is_priced and pricing_currency_contracted_unit_price >= 0
                then pricing_currency_contracted_unit_price
        end as PricingCurrencyContractedUnitPrice,
        pricing_currency_effective_cost as PricingCurrencyEffectiveCost,
        case
            when is_priced and pricing_currency_list_unit_price >= 0
                then pricing_currency_list_unit_price
        end as PricingCurrencyListUnitPrice,
        case when is_counted then pricing_quantity end as PricingQuantity,
        case when is_counted then pricing_unit end as PricingUnit,
        'MongoDB' as ProviderName,
        'MongoDB' as PublisherName,
        region_id as RegionId,
        case when region_id is not null then coalesce(region_name, region_id) end
            as RegionName,
        case when has_resource then resource_id end as ResourceId,
        case when has_resource then resource_name end as ResourceName,
        case when has_resource then resource_type end as ResourceType,
        'Databases' as ServiceCategory,
        'MongoDB Atlas' as ServiceName,
        'MongoDB' as ServiceProviderName,
        'NoSQL Databases' as ServiceSubcategory,
        sku as SkuId,
        case when sku is not null then sku_meter end as SkuMeter,
        case when sku is not null then sku_price_details end as SkuPriceDetails,
        case when sku is not null then coalesce(sku_price_id, sku) end as SkuPriceId,
        project_id as SubAccountId,
        case when project_id is not null then coalesce(project_name, project_id) end
            as SubAccountName,
        case when project_id is not null then 'Project' end as SubAccountType,
        tags_json as Tags,
        sku as x_AtlasSku,
        billed_date_start as x_BilledDateStart,
        billed_date_end as x_BilledDateEnd,
        focus_source as x_FocusSource,
        atlas_invoice_id as x_InvoiceId,
        line_item_id as x_LineItemId,
        credit_price as x_PricingCurrencyRate,
        report_row as x_ReportRow,
        sku_category as x_SkuCategory,
        synthetic_reason as x_SyntheticReason,
        connection
    from ruled
)

select * from final
