"""What the rest of a month will cost, bucket by bucket: as forecast, else at the last week's rate.

A leaf's forecast divides among its buckets as its costs of the last thirty days do. Whole cents
add up exactly: buckets to leaves where there is a forecast, and to the sum of all rates elsewhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from orchestration.insight.budgets.costs import Bucket, Expected, Leaf, Recent
from orchestration.insight.months import DAY, days_in_month, first_of_month, shared
from orchestration.insight.reach import Reach

FORECAST, RUN_RATE = "forecast", "run rate"
BOTH = f"{FORECAST} and {RUN_RATE}"
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Rest:
    """What is still to come of a month in one bucket, and how that is known."""

    leaf: Leaf
    bucket: Bucket
    cents: int
    basis: str


class Expecting:
    """The rest of each month that is not over."""

    def __init__(self, recent: Iterable[Recent], expected: Expected, reach: Reach) -> None:
        self._leaves = _by_leaf(recent)
        self._expected = expected
        self._reach = reach
        self._known: dict[date, list[Rest]] = {}

    def first_day(self, month: date) -> date:
        """The first day of a month that is still to come."""
        return max(month, self._reach.data_through + DAY)

    def rest(self, month: date) -> list[Rest]:
        """Of a month that is running or to come."""
        if month not in self._known:
            by_forecast, without = [], []
            for leaf, found in self._leaves:
                whole = self._expected.get((leaf, month))
                if whole is None:
                    without += found
                else:
                    by_forecast += self._as_forecast(whole, found, month)
            self._known[month] = by_forecast + self._at_the_rate(without, month)
        return self._known[month]

    def _as_forecast(self, whole: int, found: list[Recent], month: date) -> list[Rest]:
        is_running = month == first_of_month(self._reach.data_through)
        cents = whole - sum(each.month_cents for each in found) * is_running
        weights = _weights(found)
        parts = shared((cents * each for each in weights), sum(weights))
        return [
            Rest(each.leaf, each.bucket, part, FORECAST)
            for each, part in zip(found, parts, strict=True)
        ]

    def _at_the_rate(self, found: list[Recent], month: date) -> list[Rest]:
        """Nothing where there are no seven complete days whose rate could be taken."""
        if self._reach.data_through - WEEK < self._reach.complete_from:
            return []
        days = days_in_month(month) - (self.first_day(month) - month).days
        parts = shared((each.week_cents * days for each in found), 7)
        return [
            Rest(each.leaf, each.bucket, part, RUN_RATE)
            for each, part in zip(found, parts, strict=True)
        ]


def basis_of(rest: Iterable[Rest]) -> str | None:
    """How an expectation is known; None where nothing was expected at all."""
    found = list(rest)
    ways = {each.basis for each in found if each.cents} or {each.basis for each in found}
    return BOTH if len(ways) > 1 else next(iter(ways), None)


def _by_leaf(recent: Iterable[Recent]) -> list[tuple[Leaf, list[Recent]]]:
    """In an order of their own, so that the odd cent falls where it did the last time."""
    in_order = sorted(recent, key=lambda each: (_words(each.leaf), each.bucket))
    return [(leaf, list(found)) for leaf, found in groupby(in_order, key=lambda each: each.leaf)]


def _words(leaf: Leaf) -> tuple[object, ...]:
    """What is absent comes first, and is not empty; a currency's leaves stand together."""
    return (leaf.pricing_currency, *((each is not None, each or "") for each in leaf))


def _weights(found: list[Recent]) -> list[int]:
    """How a leaf divides among its buckets; in equal parts where nothing was spent lately."""
    weights = [abs(each.lately_cents) for each in found]
    return weights if any(weights) else [1] * len(found)
