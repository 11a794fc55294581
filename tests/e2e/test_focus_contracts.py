"""FOCUS of invoices that ask for less than their usage, or for another's money, from API to rows.

One month is free, one was paid for before, one a marketplace bills and in one a second contract
takes over on the 16th at another price of a credit.
"""

from datetime import date
from decimal import Decimal

import pytest

import sandbox as sandbox_package
from tests.e2e.conftest import control
from tests.e2e.focus_rules import focus_rules_hold

PRICE, LATER = Decimal("0.92"), Decimal("0.85")
MARKETPLACE = "AWS Marketplace"
TERMS = [
    {"invoice_month": "2026-01", "status": "FREE"},
    {"invoice_month": "2026-02", "status": "PREPAID"},
    {"invoice_month": "2026-03", "issuer": MARKETPLACE},
    {"invoice_month": "2026-04", "later_price": str(LATER)},
]
ROWS = """
select InvoiceIssuerName, count(*), sum(BilledCost), sum(EffectiveCost)
from marts.focus_costs where InvoiceId = '{}' group by all
"""
COVERED = """
select ChargeCategory, BilledCost, EffectiveCost from marts.focus_costs
where InvoiceId = '{}' and x_SyntheticReason is not null
"""
USAGE = """
select sum(cost_cents) filter (where extract(day from usage_date) < 16), sum(cost_cents)
from marts.fct_line_items where invoice_id = '{}' and charge_type != 'minimum_charge'
"""


@pytest.fixture
def invoices(world) -> dict[str, str]:
    """Month → the invoice of the organization that pays, all of them read."""
    with sandbox_package.running(seed=2, months=5, today=date(2026, 5, 20)) as atlas:
        found = {each["invoice_month"]: control(atlas, "bill", each) for each in TERMS}
        run = world.run("refresh", ATLAS_COSTS_FOCUS_REPORTS="true", **atlas.environment())
    assert run.code == 0, run.said
    return {month: told["invoice_id"] for month, told in found.items()}


def test_what_an_invoice_does_not_ask_for_is_no_billed_cost(world, invoices):
    usage = {
        invoice: Decimal(cents) / 100 * PRICE
        for invoice, cents in world.query(
            "select invoice_id, line_items_cents from marts.fct_invoices"
        )
    }
    header = {
        invoice: (Decimal(nominal) * PRICE + money) / 100
        for invoice, nominal, money in world.query(
            "select invoice_id, amount_billed_cents - sales_tax_cents + starting_balance_cents, "
            "sales_tax_cents - starting_balance_cents from marts.fct_invoices"
        )
    }

    free = invoices["2026-01"]
    assert usage[free] > 0
    assert world.query(COVERED.format(free)) == [("Credit", -usage[free], -usage[free])]
    [(_, rows, billed, effective)] = world.query(ROWS.format(free))
    assert rows > 1000
    assert (billed, effective) == (0, 0)

    prepaid = invoices["2026-02"]
    assert world.query(COVERED.format(prepaid)) == [("Adjustment", -usage[prepaid], 0)]
    [(_, rows, billed, effective)] = world.query(ROWS.format(prepaid))
    assert (billed, effective) == (0, usage[prepaid])

    sold = invoices["2026-03"]
    [(issuer, rows, billed, effective)] = world.query(ROWS.format(sold))
    assert (issuer, billed, effective) == (MARKETPLACE, 0, header[sold])

    two = invoices["2026-04"]
    [(first, reported)] = world.query(USAGE.format(two))
    [(price, tax, left_out)] = world.query(
        "select credit_price, sales_tax_cents - starting_balance_cents, "
        f"line_items_cents from marts.focus_invoices where invoice_id = '{two}'"
    )
    expected = first * PRICE + (reported - first) * LATER + (left_out - reported) * price + tax
    [(_, rows, billed, effective)] = world.query(ROWS.format(two))
    assert billed == effective == expected / 100 != header[two]

    ties = world.query("select distinct tie from marts.focus_tie_out")
    assert {tie for (tie,) in ties} == {"tied", "left_out_by_atlas"}
    assert focus_rules_hold(world)
