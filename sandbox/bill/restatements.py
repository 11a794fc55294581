"""Restating a closed invoice: one line of it costs something else from now on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from sandbox.bill.ledger import HUNDRED, Line

# Nine places keep the cents exact, and the float that JSON carries still within 15 digits.
PLACES = Decimal("0.000000001")


@dataclass(frozen=True, slots=True)
class Restatement:
    """Which line changed, by how many cents, and the `updated` it gave (none: left as it was)."""

    position: int
    cents: int
    updated: str | None


def find(lines: Sequence[Line], cents: int, day: date | None) -> int:
    """The position of the first line that can change by `cents`, on `day` if one is given.

    It must be plain usage, so that quantity and price still explain what is booked. ValueError if
    there is none.
    """
    for position, line in enumerate(lines):
        if day in (None, line.start) and _is_plain(line) and line.cents + cents > 0:
            return position
    when = f" on {day}" if day else ""
    raise ValueError(f"no usage line{when} that can change by {cents} cents")


def apply(lines: list[Line], restatements: Sequence[Restatement]) -> list[Line]:
    """The lines as restated, in their old order."""
    found = list(lines)
    for one in restatements:
        line = found[one.position]
        found[one.position] = _costing(line, line.cents + one.cents)
    return found


def _is_plain(line: Line) -> bool:
    is_usage = line.product.charge_type == "usage" and line.cluster is not None
    return is_usage and line.cents > 0 and not line.discount_cents and line.tier is None


def _costing(line: Line, cents: int) -> Line:
    quantity = (cents / HUNDRED / line.price).quantize(PLACES, ROUND_HALF_UP)
    return line._replace(cents=cents, quantity=quantity)
