"""Costs and counts become rows of `unit_costs`."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal
from functools import reduce

from orchestration.insight.months import (
    DAY,
    days_between,
    first_of_month,
    months_between,
    next_month,
)
from orchestration.insight.reach import Reach
from orchestration.insight.tables import Row
from orchestration.insight.unit_costs.table import (
    ALL,
    COSTS_MISSING,
    COSTS_NOT_COMPLETE,
    NO_UNITS,
    OK,
    UNITS_MISSING,
    UNITS_NOT_COMPLETE,
)
from orchestration.insight.unit_costs.units import Cents, Counted, Divisor

EXACT = Context(prec=60)
CENT, UNITS = Decimal("0.01"), Decimal("0.000000001")
UNIT_COST = Decimal("0.000000000001")
DAILY, MONTHLY = "day", "month"


@dataclass(frozen=True)
class _Period:
    """What one row is made of."""

    name: str
    start: date
    divided: int
    undivided: int
    units: Decimal | None
    missing_days: int
    is_part: bool = False


def unit_cost_rows(divisor: Divisor, counted: Counted, costs: Cents, reach: Reach) -> list[Row]:
    """The rows of one metric, from its first count on, as far as costs are known."""
    if not counted:
        return []
    return list(_Rows(divisor, counted, reach).all(costs))


class _Rows:
    def __init__(self, divisor: Divisor, counted: Counted, reach: Reach) -> None:
        self._divisor = divisor
        self._reach = reach
        days = [day for _, day in counted]
        begin = first_of_month(reach.complete_from) if divisor.is_monthly else reach.complete_from
        self._first = max(min(days), begin)
        last = max(days)
        self._through = next_month(last) - DAY if divisor.is_monthly else last
        self._units = _by_label(counted)

    def all(self, costs: Cents) -> Iterator[Row]:
        for label, cents in sorted(self._told_apart(costs).items()):
            units = self._units.get(label, {})
            if self._divisor.is_monthly:
                periods = [*self._counted_by_month(units, cents)]
            else:
                periods = [*self._days(units, cents), *self._months(units, cents)]
            yield from (self._row(label, each) for each in periods if _has_anything(each))

    def _told_apart(self, costs: Cents) -> Mapping[str, dict[date, int]]:
        """Costs of each label that is counted, and of all others together."""
        found: dict[str, dict[date, int]] = {label: defaultdict(int) for label in self._units}
        for (label, day), cents in costs.items():
            name = ALL if label is None else label
            name = name if name in self._units else NO_UNITS
            found.setdefault(name, defaultdict(int))[day] += cents
        return found

    def _days(self, units: Mapping[date, Decimal], cents: Mapping[date, int]) -> Iterator[_Period]:
        for day in days_between(self._first, self._reach.data_through + DAY):
            count, cost = units.get(day), cents.get(day, 0)
            yield _period(
                DAILY, day, cost, count, cost if count is None else 0, int(_lacks(count, cost))
            )

    def _months(
        self, units: Mapping[date, Decimal], cents: Mapping[date, int]
    ) -> Iterator[_Period]:
        for month in months_between(self._first, self._reach.data_through):
            days = self._days_of(month)
            counts = [units[day] for day in days if day in units]
            cost = sum(cents.get(day, 0) for day in days)
            without = sum(cents.get(day, 0) for day in days if day not in units)
            missing = sum(_lacks(units.get(day), cents.get(day, 0)) for day in days)
            total = reduce(EXACT.add, counts) if counts else None
            if total is not None and self._divisor.is_average:
                # what is there every day is there on a day that nobody counted, too
                total, without = (
                    EXACT.divide(total, Decimal(len(counts))).quantize(UNITS, context=EXACT),
                    0,
                )
            yield _period(MONTHLY, month, cost, total, without, missing)

    def _counted_by_month(
        self, units: Mapping[date, Decimal], cents: Mapping[date, int]
    ) -> Iterator[_Period]:
        for month in months_between(self._first, self._reach.data_through):
            cost = sum(cents.get(day, 0) for day in self._days_of(month))
            count = units.get(month)
            is_part = (
                month < self._reach.complete_from
                or next_month(month) > self._reach.data_through + DAY
            )
            without = cost if count is None else 0
            yield _period(MONTHLY, month, cost, count, without, 0, is_part=is_part)

    def _days_of(self, month: date) -> list[date]:
        first = max(month, self._first)
        return list(days_between(first, min(next_month(month), self._reach.data_through + DAY)))

    def _row(self, label: str, period: _Period) -> Row:
        through = self._reach.data_through
        end = period.start + DAY if period.name == DAILY else next_month(period.start)
        return (
            self._divisor.name,
            label,
            period.name,
            period.start,
            self._divisor.pricing_currency,
            period.start <= through < end,
            period.divided,
            period.undivided,
            period.units,
            self._divisor.unit,
            self._divisor.per,
            self._unit_cost(period),
            _status(period),
            period.missing_days,
            self._through,
            max(0, (through - self._through).days),
        )

    def _unit_cost(self, period: _Period) -> Decimal | None:
        if not period.units or not period.divided:
            return None
        amount = period.divided * CENT * self._divisor.per
        return EXACT.divide(amount, period.units).quantize(UNIT_COST, context=EXACT)


def _period(  # noqa: PLR0917  what a row has, in its order
    name: str,
    start: date,
    cost: int,
    units: Decimal | None,
    without: int,
    missing: int,
    *,
    is_part: bool = False,
) -> _Period:
    return _Period(name, start, cost - without, without, units, missing, is_part)


def _by_label(counted: Counted) -> dict[str, dict[date, Decimal]]:
    found: dict[str, dict[date, Decimal]] = {}
    for (label, day), units in counted.items():
        found.setdefault(ALL if label is None else label, {})[day] = units
    return found


def _has_anything(period: _Period) -> bool:
    return period.units is not None or bool(period.divided or period.undivided)


def _lacks(units: Decimal | None, cents: int) -> bool:
    return units is None and cents != 0


def _status(period: _Period) -> str:
    if not period.units:
        return UNITS_MISSING
    if not period.divided:
        return COSTS_MISSING
    if period.is_part:
        return COSTS_NOT_COMPLETE
    return UNITS_NOT_COMPLETE if period.missing_days else OK
