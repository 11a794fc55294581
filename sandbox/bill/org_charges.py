"""Charges of an organization that belong to no project: support, credits, minimums, consulting."""

from datetime import date, timedelta
from decimal import Decimal

from sandbox.bill import catalog
from sandbox.bill.ledger import Line, Meter

MONDAY, FRIDAY = 0, 4
# Divides evenly by no month's length, so that spreading it leaves a remainder.
PLAN_FEE = Decimal("799.01")
CONSULTING_HOURLY = Decimal("250.01")


def meter_paying_organization(seed: int, meter: Meter) -> list[Line]:
    """The paying organization's own charges of a day."""
    _daily_support(meter)
    _credits(meter)
    _consulting(meter)
    if meter.is_month_end:
        first = meter.day.replace(day=1)
        meter.add(catalog.SUPPORT_PLAN, "ATLAS", 1, PLAN_FEE, start=first, note="Support plan fee")
        if (meter.day.month + seed) % 3 == 0:
            _minimum_charge(meter)
    return meter.lines


def meter_linked_organization(_seed: int, meter: Meter) -> list[Line]:
    """A linked organization pays support on its own usage and nothing else."""
    meter.add(catalog.SUPPORT_PLAN, "AWS", 1, meter.amount(5, 9, places=2))
    return meter.lines


def meter_small_organization(_seed: int, meter: Meter) -> list[Line]:
    """A small organization pays support once a month: each another amount."""
    if meter.is_month_end:
        first = meter.day.replace(day=1)
        fee = meter.amount(20, 90, places=2)
        meter.add(catalog.SUPPORT_PLAN, "ATLAS", 1, fee, start=first, note="Support plan fee")
    return meter.lines


def _daily_support(meter: Meter) -> None:
    """Support is a share of each cloud's usage, so it comes split by cloud."""
    for provider, low, high in (("AWS", 18, 26), ("AZURE", 4, 8), ("GCP", 6, 11)):
        meter.add(catalog.SUPPORT_PLAN, provider, 1, meter.amount(low, high, places=2))


def _credits(meter: Meter) -> None:
    if meter.day.day == 15:
        amount = -meter.amount(20, 90, places=2)
        meter.add(catalog.CREDIT, "", 1, amount, note="Promotional credit applied")
    if meter.day.day == 3 and meter.day.month % 4 == 1:
        meter.add(catalog.COUPON, "", 1, Decimal("-25.00"), note="Coupon")


def _minimum_charge(meter: Meter) -> None:
    shortfall = meter.amount(20, 120, places=2)
    meter.add(catalog.MINIMUM_CHARGE, "ATLAS", 1, shortfall, note="Monthly minimum not reached")


def _consulting(meter: Meter) -> None:
    """A week's engagement in every second month, from its last Monday; it may cross into the next.

    It is metered on its Friday: one line over five days.
    """
    monday = meter.day - timedelta(days=FRIDAY)
    if meter.day.weekday() == FRIDAY and monday.month % 2 == 0 and _is_last_monday(monday):
        hours = Decimal(3)
        meter.add(catalog.CONSULTING, "ATLAS", hours, CONSULTING_HOURLY, start=monday)


def _is_last_monday(monday: date) -> bool:
    return (monday + timedelta(weeks=1)).month != monday.month
