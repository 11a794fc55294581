"""Changes and what is expected become rows of `scenarios`."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from orchestration.insight.budgets.costs import Expected, Leaf, Recent
from orchestration.insight.budgets.expecting import Expecting, Rest, basis_of
from orchestration.insight.months import (
    first_of_month,
    in_whole_cents,
    months_between,
    months_on,
)
from orchestration.insight.reach import Reach
from orchestration.insight.scenarios.effects import Effect, days_of
from orchestration.insight.scenarios.table import TOTAL
from orchestration.insight.tables import Row

MONTHS_AHEAD = 12


@dataclass(frozen=True)
class WhatIf:
    """A scenario: its changes, all of one currency."""

    name: str
    pricing_currency: str
    effects: tuple[Effect, ...]


@dataclass(frozen=True)
class _Part:
    """What is expected of some costs, and what it becomes."""

    rest: Rest
    changed_cents: int


def scenario_rows(
    scenarios: Iterable[WhatIf], recent: Sequence[Recent], expected: Expected, reach: Reach
) -> list[Row]:
    """The rows of `scenarios`; none where nothing can be expected.

    Args:
        scenarios: In the order in which they were written.
        recent: What each leaf cost lately, in buckets of the changes that fit.
        expected: Whole months of leaves; what is not in it is expected to go on as it was.
        reach: How far the data goes.
    """
    expecting = Expecting(recent, expected, reach)
    running = first_of_month(reach.data_through)
    found: list[Row] = []
    for month in months_between(running, months_on(running, MONTHS_AHEAD)):
        rest = expecting.rest(month)
        days = days_of(month, expecting.first_day(month))
        spent = recent if month == running else ()
        for each in scenarios:
            found += _of(each, month, _parts(each, rest, month, days), spent)
    return sorted(found, key=lambda row: row[0])


def _parts(scenario: WhatIf, rest: Sequence[Rest], month: date, days: int) -> list[_Part]:
    """The scenario's currency alone, in whole cents that add up."""
    mine = [each for each in rest if each.bucket.pricing_currency == scenario.pricing_currency]
    touched = [number for number, each in enumerate(mine) if _is_touched(scenario, each, month)]
    paused = _Paused(month, days)
    changed = in_whole_cents(
        _changed(scenario, mine[number], month) + paused.besides(scenario, mine[number])
        for number in touched
    )
    cents = dict(zip(touched, changed, strict=True))
    return [_Part(each, cents.get(number, each.cents)) for number, each in enumerate(mine)]


def _is_touched(scenario: WhatIf, rest: Rest, month: date) -> bool:
    fits = rest.bucket.fits
    return any(each.number in fits and each.is_on(month) for each in scenario.effects)


def _changed(scenario: WhatIf, rest: Rest, month: date) -> Fraction:
    """All changes that fit, one after another."""
    cents = Fraction(rest.cents)
    for each in scenario.effects:
        if each.number in rest.bucket.fits and each.is_on(month):
            cents *= each.factor(rest.bucket.kind, month)
    return cents


class _Paused:
    """What pausing costs besides: a leaf's disks once, however many kinds of servers it has."""

    def __init__(self, month: date, days: int) -> None:
        self._month = month
        self._days = days
        self._counted: set[tuple[str, Leaf]] = set()

    def besides(self, scenario: WhatIf, rest: Rest) -> Fraction:
        cents = Fraction(0)
        for each in scenario.effects:
            is_on = each.number in rest.bucket.fits and each.is_on(self._month)
            if is_on and (each.number, rest.leaf) not in self._counted:
                self._counted.add((each.number, rest.leaf))
                cents += each.paused_cents(rest.leaf, self._month, self._days)
        return cents


def _of(
    scenario: WhatIf, month: date, parts: Sequence[_Part], spent: Sequence[Recent]
) -> Iterator[Row]:
    if not parts:
        return
    for each in scenario.effects:
        yield _row(scenario, month, parts, spent, each)
    yield _row(scenario, month, parts, spent, None)


def _row(
    scenario: WhatIf,
    month: date,
    parts: Sequence[_Part],
    spent: Sequence[Recent],
    effect: Effect | None,
) -> Row:
    is_about = _scope(scenario, effect)
    known = sum(each.month_cents for each in spent if is_about(each))
    mine = [each for each in parts if is_about(each.rest)]
    baseline = known + sum(each.rest.cents for each in mine)
    changed = known + sum(each.changed_cents for each in mine)
    return (
        scenario.name,
        month,
        effect.name if effect else TOTAL,
        scenario.pricing_currency,
        bool(spent),
        baseline,
        changed,
        changed - baseline,
        basis_of(each.rest for each in mine),
        effect.basis if effect else None,
    )


def _scope(scenario: WhatIf, effect: Effect | None) -> Callable[[Recent | Rest], bool]:
    if effect is None:
        currency = scenario.pricing_currency
        return lambda each: each.bucket.is_in_total and each.bucket.pricing_currency == currency
    return lambda each: effect.number in each.bucket.fits
