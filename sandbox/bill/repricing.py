"""A SKU that costs more or less from a day on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sandbox.bill.ledger import HUNDRED, Line, to_cents


@dataclass(frozen=True, slots=True)
class Repricing:
    """From usage day `since` on, a SKU's list price is `factor` times what it was."""

    sku: str
    since: date
    factor: Decimal

    def holds_for(self, line: Line) -> bool:
        """Whether a line is billed at the new price."""
        return line.product.sku == self.sku and line.start >= self.since


def priced(lines: Iterable[Line], repricings: Iterable[Repricing]) -> list[Line]:
    """The lines at the prices of their days."""
    found = list(lines)
    for one in repricings:
        found = [_dearer(line, one.factor) if one.holds_for(line) else line for line in found]
    return found


def _dearer(line: Line, factor: Decimal) -> Line:
    price = line.price * factor
    cents = to_cents(line.quantity * price)
    percent = line.project.percent_discount if line.project and line.discount_cents else None
    discount = to_cents(cents * percent / HUNDRED / HUNDRED) if percent else 0
    return line._replace(price=price, cents=cents, discount_cents=discount)
