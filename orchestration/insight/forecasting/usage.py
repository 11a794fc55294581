"""Usage by day: every method from every origin, for each part of the bill."""

from collections.abc import Mapping, Sequence

import numpy as np

from orchestration.insight.forecasting import smoothing
from orchestration.insight.forecasting.backtest import MONTHS, Origins, Tried
from orchestration.insight.forecasting.calendars import Calendar, Floats
from orchestration.insight.forecasting.lateness import Shares, completed
from orchestration.insight.forecasting.levels import explained_step, is_deleted, on_new_level
from orchestration.insight.forecasting.methods import SIMPLE, is_gone, run_rate
from orchestration.insight.forecasting.parts import Part

GONE = "no longer billed"
NEW = "daily rate since it began"
USUAL = "mean of the last 28 days"
AVERAGE = "average of the other methods"
MATURE_DAYS = 28
"""Days after which a series is more than new."""
NAMES = (*SIMPLE, smoothing.NAME, AVERAGE)


def tried(parts: Sequence[Part], origins: Origins, shares: Mapping[int, Shares]) -> list[Tried]:
    """Each part's forecasts by every method from every origin, one method chosen.

    Args:
        parts: Parts of usage.
        origins: Where forecasts are made from.
        shares: By origin, how much of a day is billed at which age.
    """
    if not parts:
        return []
    calendar, delay = origins.calendar, origins.delay
    newest = [
        completed(part, shares[origins.as_of], calendar, origins.as_of, delay) for part in parts
    ]
    states = _states(parts, newest, origins)
    found = []
    for number, part in enumerate(parts):
        one = _empty(part, origins)
        for row, day in enumerate(origins.days):
            known = completed(part, shares[day], calendar, day, delay)
            smooth = smoothing.path(states[day], number, day, calendar)
            for name, months in _ahead(part, known, smooth, origins).items():
                one.forecasts[name][row] = months
        _choose(one, part, newest[number])
        one.late = _late(part, newest[number], calendar)
        found.append(one)
    return found


def _late(part: Part, known: Floats, calendar: Calendar) -> float:
    start = max(calendar.month_start(len(known) - 1), 0)
    return float((known - part.final[: len(known)])[start:].sum())


def _empty(part: Part, origins: Origins) -> Tried:
    usable = np.array([day - part.first >= MATURE_DAYS for day in origins.days])
    usable[-1] = False
    rows = len(origins.days)
    return Tried(
        origins.actuals(part.final), usable, {name: np.zeros((rows, MONTHS)) for name in NAMES}
    )


def _states(
    parts: Sequence[Part], newest: Sequence[Floats], origins: Origins
) -> dict[int, smoothing.State]:
    """Smoothed once for the backtest, and once for the forecast with levels as events left them."""
    firsts = [part.first for part in parts]
    whole = np.stack([part.final for part in parts])
    states = smoothing.filtered(whole, firsts, origins.days[:-1])
    levelled = np.stack(
        [
            _levelled(days[:-1], part, origins.as_of)
            for part, days in zip(parts, newest, strict=True)
        ]
    )
    return states | smoothing.filtered(levelled, firsts, origins.days[-1:])


def _levelled(history: Floats, part: Part, day: int) -> Floats:
    step = explained_step(part.steps, day)
    return history if step is None else on_new_level(history, step)


def _ahead(part: Part, known: Floats, smooth: Floats, origins: Origins) -> dict[str, Floats]:
    """By method, the months ahead of the newest day that is known.

    That day may still grow, so it is no part of the history that methods see.
    """
    day, calendar, history = len(known) - 1, origins.calendar, known[:-1]
    # days ahead that are billed already, such as a subscription's, cost that at least
    billed = part.final[day:] if day == origins.as_of else np.zeros(1)
    if part.first >= day or _is_over(part, history):
        # of what began on the newest day, that day is all there is to go by
        rate = known[-1] if part.first == day else 0.0
        path = np.full(calendar.days_ahead(day), rate)
        return dict.fromkeys(NAMES, _months(known, np.maximum(path, billed), calendar))
    history = _levelled(history, part, day)
    new = run_rate(history, calendar)
    paths = {
        name: method(history, calendar) if day - part.first >= needs else new
        for name, (method, needs) in SIMPLE.items()
    }
    paths[smoothing.NAME] = smooth if day - part.first >= smoothing.NEEDS_DAYS else new
    found = {
        name: _months(known, np.maximum(path, billed), calendar) for name, path in paths.items()
    }
    found[AVERAGE] = np.mean(list(found.values()), axis=0)
    return found


def _is_over(part: Part, history: Floats) -> bool:
    return is_gone(history) or is_deleted(part.steps, history)


def _months(known: Floats, path: Floats, calendar: Calendar) -> Floats:
    """Month sums: what is billed of the running month, then the path from the newest day on."""
    newest = len(known) - 1
    days = np.concatenate([known[:-1], path])
    days[newest] = max(days[newest], known[newest])
    start = max(calendar.month_start(newest), 0)
    return calendar.month_sums(days[start:], start)[:MONTHS]


def _choose(one: Tried, part: Part, known: Floats) -> None:
    """One method, or the name of why there is nothing to choose."""
    one.choose(USUAL)
    age = len(known) - 1 - part.first
    if age != 0 and _is_over(part, known[:-1]):
        one.rename(GONE)
    elif age < MATURE_DAYS:
        one.rename(NEW)
