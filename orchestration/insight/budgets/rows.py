"""Budgets, costs and forecasts become rows of `budgets`."""

from collections.abc import Iterable, Iterator
from datetime import date
from fractions import Fraction

from orchestration.insight.budgets.costs import Expected, Recent, Spent
from orchestration.insight.budgets.days import day_rows
from orchestration.insight.budgets.expecting import Expecting
from orchestration.insight.budgets.measuring import (
    Measured,
    Measuring,
    covered_by,
    covered_by_none,
)
from orchestration.insight.budgets.plan import Plan, Plans
from orchestration.insight.budgets.table import (
    AT_RISK,
    BUDGET_DAYS,
    BUDGETS,
    EXCEEDED,
    NOT_ENOUGH_DATA,
    ON_TRACK,
    UNBUDGETED,
)
from orchestration.insight.months import (
    DAY,
    first_of_month,
    months_between,
    months_on,
    next_month,
    rounded,
)
from orchestration.insight.reach import Reach
from orchestration.insight.tables import Row, Table

MONTHS_AHEAD = 12


def budget_tables(
    plans: Plans,
    spent: Iterable[Spent],
    recent: Iterable[Recent],
    expected: Expected,
    reach: Reach,
) -> dict[Table, list[Row]]:
    """The rows of `budgets`, from the first month of data to twelve after the running one, by day.

    Args:
        plans: In the order in which they were written.
        spent: Costs of every day up to the newest.
        recent: What each leaf cost lately; a leaf without a row here is expected to cost nothing.
        expected: Whole months of leaves; what is not in it is expected to go on as it was.
        reach: How far the data goes.
    """
    if not plans.by_name:
        return {BUDGETS: [], BUDGET_DAYS: []}
    measuring = Measuring(spent, Expecting(recent, expected, reach), reach)
    return {
        BUDGETS: list(_Rows(plans, measuring, reach).all()),
        BUDGET_DAYS: list(day_rows(plans, measuring, reach)),
    }


class _Rows:
    def __init__(self, plans: Plans, measuring: Measuring, reach: Reach) -> None:
        self._plans = plans
        self._measuring = measuring
        self._reach = reach
        self._running = first_of_month(reach.data_through)
        last = months_on(self._running, MONTHS_AHEAD)
        self._months = list(months_between(measuring.first_month, last))
        self._fits = {name for each in measuring.buckets() for name in each.fits}

    def all(self) -> Iterator[Row]:
        for plan in self._plans:
            covers = covered_by(self._plans, plan)
            for month in self._months:
                if self._plans.is_planned(plan, month):
                    yield self._of(plan, month, self._measuring.of(covers, month))
        yield from self._unbudgeted()

    def _of(self, plan: Plan, month: date, measured: Measured) -> Row:
        cents = self._plans.cents(plan, month)
        children = self._plans.children_cents(plan, month)
        status = self._status(plan, month, cents, measured)
        return (
            plan.name,
            plan.owner,
            plan.parent,
            month,
            plan.pricing_currency,
            month == self._running,
            cents,
            measured.actual_cents,
            measured.forecast_cents,
            measured.basis,
            measured.exceeds_on(cents) if status in {EXCEEDED, AT_RISK} else None,
            self._plans.cents_before(plan, month, self._to_date(month)),
            self._by_forecast(month, cents, measured),
            measured.actual_cents / cents if cents else None,
            status,
            children,
            self._warning(plan, cents, children),
            plan.report,
        )

    def _status(self, plan: Plan, month: date, cents: int, measured: Measured) -> str:
        if measured.actual_cents > cents:
            return EXCEEDED
        if self._begins_before_data(plan, month) or measured.forecast_cents is None:
            return NOT_ENOUGH_DATA
        return AT_RISK if measured.forecast_cents > cents else ON_TRACK

    def _begins_before_data(self, plan: Plan, month: date) -> bool:
        """Whether the budget has an amount for days of this month that are not known."""
        first = min(
            max(first, month)
            for first, end in self._plans.periods(plan)
            if first < next_month(month) and end > month
        )
        return first < self._reach.complete_from

    def _to_date(self, month: date) -> date:
        """The day after the last one of a month that is known."""
        return min(next_month(month), max(month, self._reach.data_through + DAY))

    def _by_forecast(self, month: date, cents: int, measured: Measured) -> int | None:
        """None where nothing is expected to be spent: it has no shape."""
        if self._to_date(month) == next_month(month):
            return cents
        if not measured.forecast_cents or measured.forecast_cents < 0:
            return None
        return rounded(Fraction(cents * measured.actual_cents, measured.forecast_cents))

    def _warning(self, plan: Plan, cents: int, children: int | None) -> str | None:
        found = []
        if children is not None and children > cents:
            found.append(
                f"Its children add up to {_amount(children)}, which is more than its own "
                f"{_amount(cents)}."
            )
        if not self._fits.intersection(self._plans.family(plan)):
            found.append("No cost of any month fits its filter.")
        return " ".join(found) or None

    def _unbudgeted(self) -> Iterator[Row]:
        months = [
            month
            for month in self._months
            if any(self._plans.is_planned(each, month) for each in self._plans)
        ]
        for currency in self._measuring.currencies():
            covers = covered_by_none(self._plans, currency)
            for month in months:
                yield self._of_none(currency, month, self._measuring.of(covers, month))

    def _of_none(self, currency: str, month: date, measured: Measured) -> Row:
        row = {
            "budget": UNBUDGETED,
            "month": month,
            "pricing_currency": currency,
            "is_running": month == self._running,
            "actual_cents": measured.actual_cents,
            "forecast_cents": measured.forecast_cents,
            "forecast_basis": measured.basis,
        }
        return tuple(row.get(each.name) for each in BUDGETS.columns)


def _amount(cents: int) -> str:
    whole, part = divmod(cents, 100)
    return f"{whole:,}.{part:02d}"
