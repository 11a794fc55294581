"""What a budget allows on which days: amounts per month, divided among the month's days."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from orchestration.insight.months import days_in_month, first_of_month, next_month, rounded

Period = tuple[date, date]
"""From a day on, up to before another."""

ALWAYS: Period = (date.min, date.max)


@dataclass(frozen=True)
class Step:
    """An amount per month that holds from a day on, up to before another."""

    period: Period
    monthly_cents: int


@dataclass(frozen=True)
class Plan:
    """One budget.

    Attributes:
        valid: The days on which it counts.
        steps: Its amounts; none where it is what its children add up to.
        covers_children_only: Whether it has no costs but its children's.
        report: Parameters of the cost report that show its costs, if they can be said there.
    """

    name: str
    pricing_currency: str
    steps: tuple[Step, ...]
    owner: str | None = None
    parent: str | None = None
    valid: Period = ALWAYS
    covers_children_only: bool = False
    report: str | None = None


class Plans:
    """All budgets, and how they stand to one another."""

    def __init__(self, plans: Iterable[Plan]) -> None:
        self.by_name = {each.name: each for each in plans}
        self._children: dict[str | None, list[Plan]] = {}
        for each in self.by_name.values():
            self._children.setdefault(each.parent, []).append(each)
        self._periods: dict[str, tuple[Period, ...]] = {}

    def __iter__(self) -> Iterator[Plan]:
        """In the order in which they were written."""
        return iter(self.by_name.values())

    def children(self, plan: Plan) -> list[Plan]:
        """Those whose parent it is."""
        return self._children.get(plan.name, [])

    def family(self, plan: Plan) -> Iterator[str]:
        """Names whose costs are its costs: its own, its children's, and theirs."""
        if not plan.covers_children_only:
            yield plan.name
        for each in self.children(plan):
            yield from self.family(each)

    def periods(self, plan: Plan) -> tuple[Period, ...]:
        """The days for which it has an amount."""
        if plan.name not in self._periods:
            mine = [each.period for each in plan.steps]
            theirs = [one for child in self.children(plan) for one in self.periods(child)]
            found = (overlap(plan.valid, each) for each in (mine if plan.steps else theirs))
            self._periods[plan.name] = tuple(each for each in found if each)
        return self._periods[plan.name]

    def of(self, name: str) -> tuple[Period, ...]:
        """The same by name."""
        return self.periods(self.by_name[name])

    def is_planned(self, plan: Plan, month: date) -> bool:
        """Whether it has an amount for any day of a month."""
        return any(overlap(each, _of_month(month)) for each in self.periods(plan))

    def cents(self, plan: Plan, month: date) -> int:
        """What may be spent in a month."""
        return self.cents_before(plan, month, next_month(month))

    def cents_before(self, plan: Plan, month: date, end: date) -> int:
        """What may be spent in a month before one of its days; each day may spend as much.

        A sum of children adds up their whole cents.
        """
        if not plan.steps:
            known = [each for each in self.children(plan) if self.is_planned(each, month)]
            return sum(self.cents_before(each, month, end) for each in known)
        return rounded(sum((_share(plan, each, month, end) for each in plan.steps), Fraction(0)))

    def children_cents(self, plan: Plan, month: date) -> int | None:
        """What its children may spend in a month; None where none of them has an amount for it."""
        found = [
            self.cents(each, month) for each in self.children(plan) if self.is_planned(each, month)
        ]
        return sum(found) if found else None


def overlap(one: Period, other: Period) -> Period | None:
    """The days that two periods have in common, if any."""
    first, end = max(one[0], other[0]), min(one[1], other[1])
    return (first, end) if first < end else None


def is_within(day: date, periods: Iterable[Period]) -> bool:
    """Whether a day is in any of some periods."""
    return any(first <= day < end for first, end in periods)


def between(periods: Iterable[Period]) -> tuple[Period, ...]:
    """The days that none of some periods has."""
    found, reached = [], ALWAYS[0]
    for first, end in sorted(periods):
        if reached < first:
            found.append((reached, first))
        reached = max(reached, end)
    return (*found, (reached, ALWAYS[1])) if reached < ALWAYS[1] else tuple(found)


def _of_month(month: date) -> Period:
    return first_of_month(month), next_month(month)


def _share(plan: Plan, step: Step, month: date, end: date) -> Fraction:
    both = overlap(plan.valid, step.period)
    common = overlap(both, (first_of_month(month), end)) if both else None
    days = (common[1] - common[0]).days if common else 0
    return Fraction(step.monthly_cents * days, days_in_month(month))
