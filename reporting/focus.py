# ruff: noqa: S608  names of our own lists; values are bound
"""Which columns FOCUS has, in its order, and the rows of a billing period."""

from collections.abc import Sequence

from reporting.query import Binder, Query

SPEC_1_3 = (
    *("AllocatedMethodDetails", "AllocatedMethodId", "AllocatedResourceId"),
    *("AllocatedResourceName", "AllocatedTags", "AvailabilityZone", "BilledCost"),
    *("BillingAccountId", "BillingAccountName", "BillingAccountType", "BillingCurrency"),
    *("BillingPeriodEnd", "BillingPeriodStart", "CapacityReservationId"),
    *("CapacityReservationStatus", "ChargeCategory", "ChargeClass", "ChargeDescription"),
    *("ChargeFrequency", "ChargePeriodEnd", "ChargePeriodStart", "CommitmentDiscountCategory"),
    *("CommitmentDiscountId", "CommitmentDiscountName", "CommitmentDiscountQuantity"),
    *("CommitmentDiscountStatus", "CommitmentDiscountType", "CommitmentDiscountUnit"),
    *("ConsumedQuantity", "ConsumedUnit", "ContractApplied", "ContractedCost"),
    *("ContractedUnitPrice", "EffectiveCost", "HostProviderName", "InvoiceId"),
    *("InvoiceIssuerName", "ListCost", "ListUnitPrice", "PricingCategory", "PricingCurrency"),
    *("PricingCurrencyContractedUnitPrice", "PricingCurrencyEffectiveCost"),
    *("PricingCurrencyListUnitPrice", "PricingQuantity", "PricingUnit", "ProviderName"),
    *("PublisherName", "RegionId", "RegionName", "ResourceId", "ResourceName", "ResourceType"),
    *("ServiceCategory", "ServiceName", "ServiceProviderName", "ServiceSubcategory", "SkuId"),
    *("SkuMeter", "SkuPriceDetails", "SkuPriceId", "SubAccountId", "SubAccountName"),
    *("SubAccountType", "Tags"),
)
SINCE_1_3 = frozenset(
    {
        *("AllocatedMethodDetails", "AllocatedMethodId", "AllocatedResourceId"),
        *("AllocatedResourceName", "AllocatedTags", "ContractApplied"),
        *("HostProviderName", "ServiceProviderName"),
    }
)
SPECS = {
    "1.2": tuple(name for name in SPEC_1_3 if name not in SINCE_1_3),
    "1.3": SPEC_1_3,
}
OURS = {
    "x_AtlasSku": "x_AtlasSku",
    "x_BilledDateEnd": "x_BilledDateEnd",
    "x_BilledDateStart": "x_BilledDateStart",
    "x_Connection": "connection",
    "x_FocusSource": "x_FocusSource",
    "x_InvoiceId": "x_InvoiceId",
    "x_LineItemId": "x_LineItemId",
    "x_PricingCurrencyRate": "x_PricingCurrencyRate",
    "x_ReportRow": "x_ReportRow",
    "x_SkuCategory": "x_SkuCategory",
    "x_SyntheticReason": "x_SyntheticReason",
}
# in an order of its own, so that two exports of one bill can be compared
ORDER = """BillingPeriodStart, BillingAccountId, x_InvoiceId, ChargePeriodStart,
            x_SyntheticReason nulls first, SkuId, x_LineItemId, x_ReportRow, BilledCost"""
# A refund without a date is of the month after its invoice's, as in focus_costs.
MONTHS = """
select strftime(invoice_month, '%Y-%m') as month from marts.focus_invoices
union
select strftime(coalesce(created_at, invoice_month + interval 1 month), '%Y-%m')
from marts.fct_invoice_refunds
order by month
"""
# Named one by one, invoices are what the view reads and not all of history; a refund may be of
# any month.
INVOICES = """
select invoice_id from marts.focus_invoices
where strftime(invoice_month, '%Y-%m') in (select unnest($months::varchar[]))
union
select invoice_id from marts.fct_invoice_refunds
"""


def invoices(month: str) -> Query:
    """The invoices that charges of a billing period such as 2026-05 may be on."""
    return Query(INVOICES, (("months", (month,)),))


def charges(month: str, invoice_ids: Sequence[str], spec: str = "1.3") -> Query:
    """The rows of a billing period such as 2026-05.

    Args:
        month: The period.
        invoice_ids: What `invoices` has: named one by one, they are what the view reads.
        spec: FOCUS version.
    """
    bind = Binder()
    pairs = [*((name, name) for name in SPECS[spec]), *OURS.items()]
    columns = ", ".join(f"{column} as {name}" for name, column in pairs)
    named = ", ".join(map(bind, invoice_ids)) or "null"
    return bind.query(f"""select {columns}
from marts.focus_costs
where x_InvoiceId in ({named}) and strftime(BillingPeriodStart, '%Y-%m') = {bind(month)}
order by {ORDER}""")
