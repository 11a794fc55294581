"""Invoices as Atlas writes them in JSON."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sandbox.bill.books import Invoice, Totals
from sandbox.bill.contracts import LATER_CONTRACT_FROM
from sandbox.bill.ledger import Line
from sandbox.estate.inventory import API, link
from sandbox.estate.resources import Cluster, Project
from sandbox.estate.tags import LineTags, line_tags
from sandbox.identity import object_id
from sandbox.months import instant

Document = dict[str, Any]
PAYMENT_STATUS = {"PAID": "PAID", "INVOICED": "INVOICED"}


def metadata_document(invoice: Invoice, base: str, *, with_linked: bool = True) -> Document:
    """BillingInvoiceMetadata: the header alone, as the list gives it."""
    document = _header(invoice, base)
    if with_linked:
        document["linkedInvoices"] = [metadata_document(one, base) for one in invoice.linked]
    return document


def invoice_document(
    invoice: Invoice, base: str, today: date, *, with_linked: bool = True
) -> Document:
    """BillingInvoice: header, lines, payments, refunds and linked invoices."""
    tags: dict[tuple[Project | None, Cluster | None], LineTags] = {}
    lines, linked = [], invoice.linked if with_linked else ()
    for line in invoice.lines:
        holder = (line.project, line.cluster)
        if holder not in tags:
            tags[holder] = line_tags(*holder, today)
        lines.append(line_document(line, tags[holder]))
    return {
        **_header(invoice, base),
        "lineItems": lines,
        "linkedInvoices": [invoice_document(one, base, today) for one in linked],
        "payments": _payments(invoice),
        "refunds": _refunds(invoice),
    }


def line_document(line: Line, tags: LineTags) -> Document:
    """InvoiceLineItem.

    Decimals become floats only here: Python writes a float in its shortest form, which up to 15
    digits is the decimal it was made from.
    """
    document: Document = {
        "created": line.created,
        "endDate": instant(line.end),
        "quantity": float(line.quantity),
        "sku": line.product.sku,
        "startDate": instant(line.start),
        "totalPriceCents": line.cents,
        "unit": line.product.unit,
        "unitPriceDollars": float(line.price),
    }
    if line.project:
        document |= {"groupId": line.project.id, "groupName": line.project.name, "tags": tags}
    if line.cluster:
        document["clusterName"] = line.cluster.name
    return document | _exceptional_fields(line)


def _exceptional_fields(line: Line) -> Document:
    """Fields that Atlas leaves out where they do not apply."""
    found: Document = {}
    if line.provider:
        found["cloudProvider"] = line.provider
    if line.discount_cents and line.project:
        found["discountCents"] = line.discount_cents
        found["percentDiscount"] = float(line.project.percent_discount or 0)
    if line.tier:
        found["tierLowerBound"] = float(line.tier[0])
        if line.tier[1] is not None:
            found["tierUpperBound"] = float(line.tier[1])
    if line.app:
        found["stitchAppName"] = line.app
    if line.note:
        found["note"] = line.note
    return found


def _header(invoice: Invoice, base: str) -> Document:
    organization = f"{base}{API}/orgs/{invoice.org.id}"
    return {
        **_totals(invoice.totals),
        "created": invoice.created,
        "endDate": instant(invoice.end),
        "id": invoice.id,
        "links": [
            link(f"{organization}/invoices/{invoice.id}"),
            link(organization, "https://cloud.mongodb.com/org"),
        ],
        "orgId": invoice.org.id,
        "startDate": instant(invoice.month),
        "statusName": invoice.status,
        "updated": invoice.updated,
    }


def _totals(totals: Totals) -> dict[str, int]:
    return {
        "amountBilledCents": totals.billed,
        "amountPaidCents": totals.paid,
        "creditsCents": totals.credits,
        "salesTaxCents": totals.sales_tax,
        "startingBalanceCents": totals.starting_balance,
        "subtotalCents": totals.subtotal,
    }


def _payments(invoice: Invoice) -> list[Document]:
    """One payment, or two that add up to the invoice: one a contract, or three and two fifths."""
    if invoice.status not in PAYMENT_STATUS:
        return []
    totals = invoice.totals
    amounts = {
        "amountBilledCents": totals.billed,
        "amountPaidCents": totals.paid,
        "salesTaxCents": totals.sales_tax,
        "subtotalCents": totals.subtotal,
    }
    contract, share = invoice.contract, _first_share(invoice)
    first = {name: int(cents * share) for name, cents in amounts.items()}
    rest = {name: cents - first[name] for name, cents in amounts.items()}
    is_split = invoice.is_split or contract.later_price is not None
    prices = (contract.credit_price, contract.later_price or contract.credit_price)
    return [
        _payment(invoice, number, part, price)
        for number, (part, price) in enumerate(
            zip([first, rest] if is_split else [amounts], prices, strict=False)
        )
    ]


def _first_share(invoice: Invoice) -> Fraction:
    """Of an invoice, what the first of two payments is for."""
    contract = invoice.contract
    if contract.later_price is None:
        return Fraction(3, 5)
    first = [line.cents for line in invoice.lines if line.start.day < LATER_CONTRACT_FROM]
    return Fraction(sum(first), sum(line.cents for line in invoice.lines))


def _payment(
    invoice: Invoice, number: int, amounts: dict[str, int], credit_price: Decimal
) -> Document:
    return {
        **amounts,
        "created": instant(invoice.end, 4 * 3600 + 314 + number),
        "currency": invoice.contract.currency,
        "id": _payment_id(invoice, number),
        "statusName": PAYMENT_STATUS[invoice.status],
        "unitPrice": str(credit_price),
        "updated": invoice.updated,
    }


def _payment_id(invoice: Invoice, number: int = 0) -> str:
    return object_id(invoice.id, "payment", *([number] if number else []))


def _refunds(invoice: Invoice) -> list[Document]:
    if not invoice.refund_cents:
        return []
    return [
        {
            "amountCents": invoice.refund_cents,
            "created": invoice.updated,
            "paymentId": _payment_id(invoice),
            "reason": "Service credit for an incident",
        }
    ]
