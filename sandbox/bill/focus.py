"""Atlas's own FOCUS 1.3 report of an invoice: its usage as CSV, one row a line.

What Atlas leaves out is left out: tax, refunds and commitment shortfalls. Costs in the billing
currency are credits times the price of a credit, unrounded.
"""

import csv
import io
import json
from datetime import date
from decimal import Decimal

from sandbox.bill.books import Invoice
from sandbox.bill.ledger import Line
from sandbox.bill.regions import cloud_id, place
from sandbox.estate.resources import Cluster, Project
from sandbox.estate.tags import LineTags, line_tags
from sandbox.months import ONE_DAY, instant

COLUMNS = (
    "BilledCost",
    "BillingAccountId",
    "BillingAccountName",
    "BillingCurrency",
    "BillingPeriodStart",
    "BillingPeriodEnd",
    "ChargeCategory",
    "ChargeDescription",
    "ChargePeriodStart",
    "ChargePeriodEnd",
    "ConsumedQuantity",
    "ConsumedUnit",
    "ContractApplied",
    "ContractedCost",
    "ContractedUnitPrice",
    "EffectiveCost",
    "ListCost",
    "ListUnitPrice",
    "HostProviderName",
    "InvoiceIssuer",
    "PricingCurrency",
    "PricingCurrencyContractedUnitPrice",
    "PricingCurrencyEffectiveCost",
    "PricingCurrencyListUnitPrice",
    "PricingQuantity",
    "PricingUnit",
    "RegionId",
    "RegionName",
    "ResourceName",
    "ServiceCategory",
    "ServiceName",
    "ServiceProviderName",
    "SkuId",
    "SkuMeter",
    "SkuPriceDetails",
    "SkuPriceId",
    "SubAccountId",
    "SubAccountName",
    "Tags",
    "x_AtlasSku",
    "x_BilledDateStart",
    "x_BilledDateEnd",
    "x_PricingCurrencyRate",
    "x_SkuCategory",
)
CATEGORIES = {"usage": "Usage", "credit": "Credit"}
HOSTS = {"AWS": "AWS", "AZURE": "Microsoft", "GCP": "Google Cloud"}
LEFT_OUT = "minimum_charge"
Row = dict[str, str]


def csv_of(invoice: Invoice, today: date) -> bytes:
    """The report as UTF-8 CSV with `COLUMNS` as its header; tags are those of `today`."""
    tags: dict[tuple[Project | None, Cluster | None], LineTags] = {}
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    account = _account(invoice)
    for line in invoice.lines:
        if line.product.charge_type == LEFT_OUT:
            continue
        holder = (line.project, line.cluster)
        if holder not in tags:
            tags[holder] = line_tags(*holder, today)
        row = _place(line) | _prices(line, invoice.contract.price_on(line.start))
        writer.writerow(account | _charge(line) | row | {"Tags": json.dumps(tags[holder])})
    return text.getvalue().encode()


def _account(invoice: Invoice) -> Row:
    """What every row of an invoice says."""
    contract = invoice.contract
    is_sold = contract.pricing_currency != "USD"
    return {
        "BillingAccountId": invoice.org.id,
        "BillingAccountName": invoice.org.name,
        "BillingCurrency": contract.currency,
        "BillingPeriodStart": instant(invoice.month),
        "BillingPeriodEnd": instant(invoice.end),
        "ContractApplied": '["Prepaid"]' if is_sold else "",
        "InvoiceIssuer": contract.issuer,
        "PricingCurrency": contract.pricing_currency,
        "ServiceCategory": "Databases",
        "ServiceName": "MongoDB Atlas",
        "ServiceProviderName": "MongoDB",
    }


def _charge(line: Line) -> Row:
    product = line.product
    is_usage = product.charge_type == "usage"
    return {
        "ChargeCategory": CATEGORIES.get(product.charge_type, "Purchase"),
        "ChargeDescription": product.description,
        "ChargePeriodStart": instant(line.start),
        "ChargePeriodEnd": instant(line.end),
        "ConsumedQuantity": _plain(line.quantity) if is_usage else "",
        "ConsumedUnit": product.unit if is_usage else "",
        "PricingQuantity": _plain(line.quantity),
        "PricingUnit": product.unit,
        "SkuId": product.sku,
        "SkuMeter": product.service,
        "SkuPriceId": f"{product.sku}:{_plain(line.price)}",
        "SkuPriceDetails": json.dumps(_tier(line)) if line.tier else "",
        "x_AtlasSku": product.sku,
        "x_BilledDateStart": instant(line.posted),
        "x_BilledDateEnd": instant(line.posted + ONE_DAY),
        "x_SkuCategory": product.service,
    }


def _tier(line: Line) -> dict[str, int]:
    lower, upper = line.tier or (0, None)
    return {"TierLowerBound": lower} | ({"TierUpperBound": upper} if upper is not None else {})


def _place(line: Line) -> Row:
    return {
        "HostProviderName": HOSTS.get(line.provider, "Not Applicable"),
        "RegionId": cloud_id(line.region) if line.region else "",
        "RegionName": place(line.region) if line.region else "",
        "ResourceName": line.cluster.name if line.cluster else "",
        "SubAccountId": line.project.id if line.project else "",
        "SubAccountName": line.project.name if line.project else "",
    }


def _prices(line: Line, rate: Decimal) -> Row:
    cost = Decimal(line.cents).scaleb(-2)
    price = _plain(line.price)
    billed, billed_price = _plain(cost * rate), _plain(line.price * rate)
    return {
        "BilledCost": billed,
        "ContractedCost": billed,
        "ContractedUnitPrice": billed_price,
        "EffectiveCost": billed,
        "ListCost": _plain(line.quantity * line.price * rate),
        "ListUnitPrice": billed_price,
        "PricingCurrencyContractedUnitPrice": price,
        "PricingCurrencyEffectiveCost": _plain(cost),
        "PricingCurrencyListUnitPrice": price,
        "x_PricingCurrencyRate": str(rate),
    }


def _plain(number: Decimal) -> str:
    """Digits and a point, never an exponent."""
    return f"{number:f}"
