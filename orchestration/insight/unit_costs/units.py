"""What is counted, and the costs that it divides."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

Label = str | None
"""None where a metric has no labels."""

Counted = Mapping[tuple[Label, date], Decimal]
"""Units by label and day, or by the first day of the month."""

Cents = Mapping[tuple[Label, date], int]
"""Costs by label and day."""


@dataclass(frozen=True)
class Divisor:
    """A metric.

    Attributes:
        per: The unit cost is that of so many units.
        is_monthly: Counted by month, not by day.
        is_average: A month's units are the average of its days: what is there, not what happens.
    """

    name: str
    unit: str
    pricing_currency: str
    per: int = 1
    is_monthly: bool = False
    is_average: bool = False
