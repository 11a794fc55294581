"""One series, day by day: where an incident begins, how long it lasts, and what is usual after."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from orchestration.insight.anomalies.baseline import WEEK, Baseline, Cents, Days, Mask, baseline
from orchestration.insight.anomalies.limits import Limits

WEEKS = 8


@dataclass(frozen=True)
class Spell:
    """Days of one series that cost more than is usual, by their numbers.

    Attributes:
        expected: Of each day from the first to the last.
        reference: The days that say what is usual.
        is_at_event: Whether an event of the resource explains its beginning.
        is_new_level: Whether it lasted so long that it is the usual level from then on.
    """

    first: int
    last: int
    expected: Cents
    reference: Days
    is_at_event: bool
    is_new_level: bool

    @property
    def length(self) -> int:
        """From its first to its last day."""
        return self.last - self.first + 1


def scan(cents: Cents, floors: Cents, has_event: Mask, limits: Limits) -> Iterator[Spell]:
    """The spells of a series, oldest first.

    Args:
        cents: What each day costs, without a gap.
        floors: What an incident that begins on a day must cost.
        has_event: Whether an event explains a step on that day.
        limits: What is odd.
    """
    usable = np.ones(len(cents), dtype=bool)
    day_floors = limits.day_share * floors
    if not np.any(cents >= day_floors):
        return
    may_begin = _may_begin(cents, day_floors, limits)
    since, day, watched_until = 0, limits.history, 0
    while day < len(cents):
        is_worth_a_look = may_begin[day] or (since <= day < watched_until)
        usual = (
            baseline(cents, usable, since, day, limits)
            if is_worth_a_look and cents[day] >= day_floors[day]
            else None
        )
        if usual is None or not usual.is_odd(day, cents[day], day_floors[day], limits):
            day += 1
            continue
        spell = _followed(
            cents, usual, day, limits, day_floor=day_floors[day], is_at_event=bool(has_event[day])
        )
        yield spell
        watched_until = spell.last + limits.window + 1
        day = spell.last + 1
        if spell.is_at_event and spell.length >= limits.settling:
            since, day = spell.first, spell.first + 1
        elif spell.is_new_level:
            since = spell.first
        elif cents[spell.first : day].sum() - spell.expected.sum() >= floors[spell.first]:
            # less is noise, which belongs to what is usual
            usable[spell.first : day] = False


def _followed(
    cents: Cents,
    usual: Baseline,
    first: int,
    limits: Limits,
    *,
    day_floor: float,
    is_at_event: bool,
) -> Spell:
    """An incident from its first day to its last one."""
    end = min(first + limits.new_level, len(cents))
    last = day = first
    while day < end and day - last <= limits.gap + 1:
        if usual.is_still_odd(day, cents[day], day_floor, limits):
            last = day
        day += 1
    expected = np.array([usual.of(each) for each in range(first, last + 1)])
    is_new_level = last - first + 1 >= limits.new_level
    return Spell(first, last, expected, usual.days, is_at_event, is_new_level)


def _may_begin(cents: Cents, day_floors: Cents, limits: Limits) -> Mask:
    """Days worth a closer look: dearer than all before, or than all before of their weekday.

    Whatever else is odd lies behind an incident, where each day is looked at.
    """
    before = _highest_before(cents, limits.window, 1)
    same_weekday = _highest_before(cents, WEEKS, WEEK)
    found: Mask = cents >= np.minimum(before, same_weekday) + day_floors
    return found


def _highest_before(cents: Cents, count: int, step: int) -> Cents:
    """The highest of the `count` days before each, `step` days apart."""
    highest = np.zeros(len(cents))
    for number in range(1, count + 1):
        back = number * step
        if back >= len(cents):
            break
        highest[back:] = np.maximum(highest[back:], cents[:-back])
    return highest
