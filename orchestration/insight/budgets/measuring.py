"""A budget's costs of a month, by day: what was spent, and what is expected of the rest."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache

from orchestration.insight.budgets.costs import Bucket, Spent
from orchestration.insight.budgets.expecting import Expecting, Rest, basis_of
from orchestration.insight.budgets.plan import Period, Plan, Plans, between, is_within, overlap
from orchestration.insight.months import DAY, days_between, first_of_month, next_month, rounded
from orchestration.insight.reach import Reach

Covers = Callable[[Bucket], tuple[Period, ...]]
"""When what is measured covers costs of a bucket: on days of any of these periods."""


@dataclass(frozen=True)
class Measured:
    """Costs of one month.

    Attributes:
        by_day: Cents of the days that are known.
        rest_by_day: Of those to come, in parts of a cent, so that each day has as many.
        parts: How many of them are a cent.
        basis: How the rest is known; None where there is none.
        is_known: Whether enough was known to expect anything of the rest.
    """

    by_day: dict[date, int]
    rest_by_day: dict[date, int]
    parts: int
    basis: str | None
    is_known: bool

    @property
    def actual_cents(self) -> int:
        """What was spent."""
        return sum(self.by_day.values())

    @property
    def forecast_cents(self) -> int | None:
        """What will have been spent by the end of the month."""
        if not self.is_known:
            return None
        return self.actual_cents + rounded(Fraction(sum(self.rest_by_day.values()), self.parts))

    def exceeds_on(self, cents: int) -> date | None:
        """The day from which on the costs are above an amount; None where they do not stay so."""
        rest = {} if self.actual_cents > cents else self.rest_by_day
        so_far, last_within = 0, None
        days = sorted(self.by_day.keys() | rest.keys())
        for day in days:
            so_far += self.by_day.get(day, 0) * self.parts + rest.get(day, 0)
            if so_far <= cents * self.parts:
                last_within = day
        later = [day for day in days if last_within is None or day > last_within]
        return later[0] if later else None


class Measuring:
    """Everything that was spent and is expected, to be looked at budget by budget."""

    def __init__(self, spent: Iterable[Spent], expecting: Expecting, reach: Reach) -> None:
        self._by_month: dict[date, dict[Bucket, dict[date, int]]] = {}
        for each in spent:
            month = self._by_month.setdefault(first_of_month(each.usage_date), {})
            days = month.setdefault(each.bucket, defaultdict(int))
            days[each.usage_date] += each.cents
        self._expecting = expecting
        self._reach = reach

    @property
    def first_month(self) -> date:
        """The first with any costs."""
        return min(self._by_month, default=first_of_month(self._reach.data_through))

    def buckets(self) -> set[Bucket]:
        """Every one that has had costs."""
        return {bucket for month in self._by_month.values() for bucket in month}

    def currencies(self) -> list[str]:
        """Those that costs were priced in."""
        return sorted({each.pricing_currency for each in self.buckets()})

    def of(self, covers: Covers, month: date) -> Measured:
        """What is covered of a month."""
        by_day: dict[date, int] = defaultdict(int)
        for bucket, days in self._by_month.get(month, {}).items():
            if periods := covers(bucket):
                for day, cents in days.items():
                    if is_within(day, periods):
                        by_day[day] += cents
        if next_month(month) <= self._reach.data_through + DAY:
            return Measured(by_day, {}, 1, None, is_known=True)
        found = self._expecting.rest(month)
        return self._with_rest(by_day, found, covers, month)

    def _with_rest(
        self, by_day: dict[date, int], found: list[Rest], covers: Covers, month: date
    ) -> Measured:
        days = list(days_between(self._expecting.first_day(month), next_month(month)))
        by_bucket: dict[Bucket, int] = defaultdict(int)
        for each in found:
            by_bucket[each.bucket] += each.cents
        rest = dict.fromkeys(days, 0)
        covered: set[Bucket] = set()
        for bucket, cents in by_bucket.items():
            for day in _within(days, covers(bucket)):
                rest[day] += cents
                covered.add(bucket)
        basis = basis_of(each for each in found if each.bucket in covered)
        return Measured(by_day, rest, len(days), basis, is_known=bool(found))


def covered_by(plans: Plans, plan: Plan) -> Covers:
    """Costs of a budget or of any of its children, on days for which both have an amount."""
    family = frozenset(plans.family(plan))

    @cache
    def covers(bucket: Bucket) -> tuple[Period, ...]:
        theirs = [one for name in family.intersection(bucket.fits) for one in plans.of(name)]
        both = (overlap(one, mine) for one in theirs for mine in plans.periods(plan))
        return tuple(each for each in both if each)

    return covers


def covered_by_none(plans: Plans, pricing_currency: str) -> Covers:
    """Costs in the total that are in no budget on their day."""
    own = {each.name for each in plans if not each.covers_children_only}

    @cache
    def covers(bucket: Bucket) -> tuple[Period, ...]:
        if not bucket.is_in_total or bucket.pricing_currency != pricing_currency:
            return ()
        return between([one for name in own.intersection(bucket.fits) for one in plans.of(name)])

    return covers


def _within(days: list[date], periods: tuple[Period, ...]) -> list[date]:
    return [day for day in days if is_within(day, periods)] if periods else []
