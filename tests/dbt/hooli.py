"""Hooli (org4) of the hand-written world: it pays in dollars, and in credits of two contracts.

Its first invoice of April is paid in dollars. The second has 10,000 cents of usage, of which 6,000
credits are paid at 0.90 euros and 4,000 at a dollar. In May a commitment of 500.00 bills more than
its lines of 300.00. All is support of the organization, which is no resource.
"""

from typing import Any

Row = dict[str, Any]


def _invoice(name: str, status: str, start: str, billed: int, **fields: int | str) -> Row:
    return {
        "id": name,
        "orgId": "org4",
        "statusName": status,
        "startDate": start,
        "amountBilledCents": billed,
        "amountPaidCents": billed,
        **fields,
    }


INVOICES: list[Row] = [
    _invoice("hooli-dollars", "PAID", "2026-04-01", 2000, endDate="2026-05-01", subtotalCents=2000),
    _invoice(
        "hooli-two",
        "INVOICED",
        "2026-04-02",
        10150,
        endDate="2026-05-01",
        subtotalCents=10000,
        salesTaxCents=150,
    ),
    _invoice(
        "hooli-committed",
        "INVOICED",
        "2026-05-01",
        50000,
        endDate="2026-06-01",
        subtotalCents=30000,
    ),
]


def _payment(invoice: str, price: str, currency: str, cents: int, tax: int = 0) -> Row:
    return {
        "_invoice_id": invoice,
        "id": f"pay-{invoice}-{currency}",
        "statusName": "PAID",
        "unitPrice": price,
        "currency": currency,
        "amountBilledCents": cents,
        "salesTaxCents": tax,
    }


PAYMENTS: list[Row] = [
    _payment("hooli-dollars", "1", "USD", 2000),
    _payment("hooli-two", "0.9", "EUR", 6100, 100),
    _payment("hooli-two", "1", "USD", 4050, 50),
    _payment("hooli-committed", "0.9", "EUR", 50000),
]
LINES: list[Row] = [
    {
        "_invoice_id": invoice,
        "startDate": day,
        "endDate": f"{day[:8]}{int(day[8:]) + 1:02d}",
        "created": f"{day[:8]}{int(day[8:]) + 1:02d} 03:00",
        "sku": "ATLAS_SUPPORT",
        "totalPriceCents": cents,
        "quantity": "1",
        "unitPriceDollars": f"{cents / 100:.2f}",
    }
    for invoice, day, cents in (
        ("hooli-dollars", "2026-04-20", 2000),
        ("hooli-two", "2026-04-20", 10000),
        ("hooli-committed", "2026-05-02", 30000),
    )
]
