"""What a change makes of the costs that it is about, month by month."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from orchestration.insight.budgets.costs import Leaf
from orchestration.insight.months import days_between, days_in_month, next_month

HOURS = 24
SATURDAY = 5


@dataclass(frozen=True)
class Hours:
    """When clusters run: not on weekends, or not from one hour to another, in UTC."""

    weekends: bool = True
    pause_from: int | None = None
    pause_to: int | None = None

    def share(self, month: date) -> Fraction:
        """The part of a month's hours in which they run."""
        days = list(days_between(month, next_month(month)))
        hours = sum(self._on(day) for day in days)
        return Fraction(hours, HOURS * len(days))

    def _on(self, day: date) -> int:
        """A night that begins on a day belongs to the two days that it is on."""
        if not self.weekends and day.weekday() >= SATURDAY:
            return 0
        if self.pause_from is None or self.pause_to is None:
            return HOURS
        return HOURS - (self.pause_to - self.pause_from) % HOURS


@dataclass(frozen=True)
class Effect:
    """One change of a scenario.

    Attributes:
        number: What its costs' buckets call it.
        first_month: The first with the change.
        last_month: The last, if it ends.
        ratios: What costs of each kind are multiplied by; those of others stay.
        hours: When clusters still run.
        growth: What costs grow by in each month, as a fraction of the month before.
        paused_hour_cents: What an hour that a cluster is paused costs, by its leaf.
        basis: Where prices are from.
    """

    number: str
    name: str
    first_month: date
    last_month: date | None = None
    ratios: Mapping[str, Fraction] = field(default_factory=dict)
    hours: Hours | None = None
    growth: Fraction | None = None
    paused_hour_cents: Mapping[Leaf, Fraction] = field(default_factory=dict)
    basis: str | None = None

    def is_on(self, month: date) -> bool:
        """Whether anything is changed in a month."""
        return self.first_month <= month and (self.last_month is None or month <= self.last_month)

    def factor(self, kind: str, month: date) -> Fraction:
        """What costs of a kind are multiplied by in a month."""
        found = self.ratios.get(kind, Fraction(1))
        if self.hours is not None:
            found *= self.hours.share(month)
        if self.growth is not None:
            found *= (1 + self.growth) ** (_months_apart(self.first_month, month) + 1)
        return found

    def paused_cents(self, leaf: Leaf, month: date, days: int) -> Fraction:
        """What a leaf costs besides, in so many days of a month, for being paused."""
        if self.hours is None or leaf not in self.paused_hour_cents:
            return Fraction(0)
        return self.paused_hour_cents[leaf] * HOURS * days * (1 - self.hours.share(month))


def days_of(month: date, first: date) -> int:
    """The days of a month from one of them on."""
    return days_in_month(month) - (first - month).days


def _months_apart(one: date, other: date) -> int:
    return (other.year - one.year) * 12 + other.month - one.month
