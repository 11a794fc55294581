"""What was spent and what is expected, told apart by the budgets whose filters fit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

Fits = tuple[str, ...]
"""Names of the budgets whose filter, charge types and currency fit a cost, sorted."""


class Leaf(NamedTuple):
    """What a forecast is made for."""

    connection: str
    org_id: str
    project_id: str | None
    resource_id: str | None
    service: str
    charge_type: str
    pricing_currency: str


Expected = Mapping[tuple[Leaf, date], int]
"""Cents that a leaf is expected to cost in a month, all of it, by the month's first day.

A leaf that has cost nothing in two months fits nothing that is known, and is left out.
"""


class Bucket(NamedTuple):
    """Costs that no plan tells apart.

    Attributes:
        kind: What else they are told apart by, where anybody asks.
    """

    pricing_currency: str
    fits: Fits
    is_in_total: bool
    kind: str = ""


@dataclass(frozen=True)
class Spent:
    """What costs of one kind came to on one day."""

    usage_date: date
    bucket: Bucket
    cents: int


@dataclass(frozen=True)
class Recent:
    """What a leaf's costs of one kind came to lately.

    Attributes:
        month_cents: In the running month, up to the newest day of data.
        week_cents: On the last seven complete days.
        lately_cents: On the last thirty days: how a leaf's forecast divides among its kinds.
    """

    leaf: Leaf
    bucket: Bucket
    month_cents: int
    week_cents: int
    lately_cents: int
