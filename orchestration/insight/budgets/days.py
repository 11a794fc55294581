"""Plans, costs and what is expected of each day become rows of `budget_days`."""

from collections.abc import Iterator
from datetime import date

from orchestration.insight.budgets.measuring import (
    Covers,
    Measured,
    Measuring,
    covered_by,
    covered_by_none,
)
from orchestration.insight.budgets.plan import Plan, Plans
from orchestration.insight.budgets.table import UNBUDGETED
from orchestration.insight.months import (
    DAY,
    days_between,
    first_of_month,
    months_between,
    months_on,
    next_month,
    shared,
)
from orchestration.insight.reach import Reach
from orchestration.insight.tables import Row

MONTHS_BACK = 12


def months_by_day(reach: Reach, first: date) -> list[date]:
    """The running month and the twelve before it, as far as there are costs."""
    running = first_of_month(reach.data_through)
    return list(months_between(max(first, months_on(running, -MONTHS_BACK)), running))


def day_rows(plans: Plans, measuring: Measuring, reach: Reach) -> Iterator[Row]:
    """Each budget by day in the months for which it has an amount, and what no budget covers."""
    months = months_by_day(reach, measuring.first_month)
    days = _Days(plans, measuring, reach)
    for plan in plans:
        covers = covered_by(plans, plan)
        for month in months:
            if plans.is_planned(plan, month):
                yield from days.of(plan.name, plan.pricing_currency, covers, month, plan)
    for currency in measuring.currencies():
        covers = covered_by_none(plans, currency)
        for month in months:
            if any(plans.is_planned(each, month) for each in plans):
                yield from days.of(UNBUDGETED, currency, covers, month)


class _Days:
    def __init__(self, plans: Plans, measuring: Measuring, reach: Reach) -> None:
        self._plans = plans
        self._measuring = measuring
        self._reach = reach

    def of(
        self, name: str, currency: str, covers: Covers, month: date, plan: Plan | None = None
    ) -> Iterator[Row]:
        measured = self._measuring.of(covers, month)
        expected = _expected(measured)
        told = 0
        for day in days_between(month, next_month(month)):
            planned = self._plans.cents_before(plan, month, day + DAY) if plan else None
            yield (
                name,
                currency,
                day,
                None if planned is None else planned - told,
                measured.by_day.get(day, 0) if day <= self._reach.data_through else None,
                expected.get(day),
            )
            told = planned or 0


def _expected(measured: Measured) -> dict[date, int]:
    """Of days to come, in whole cents that add up to what is expected of them together."""
    if not measured.is_known:
        return {}
    cents = shared(measured.rest_by_day.values(), measured.parts)
    return dict(zip(measured.rest_by_day, cents, strict=True))
