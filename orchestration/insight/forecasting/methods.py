"""Simple methods: each takes the complete days so far and gives a value for each day ahead.

They are the rivals that a model must beat in its own backtest, and often they win.
"""

from collections.abc import Callable

import numpy as np

from orchestration.insight.forecasting.calendars import Calendar, Floats
from orchestration.insight.forecasting.levels import last_shift

Method = Callable[[Floats, Calendar], Floats]
YEAR = 364
"""Whole weeks, so that a weekday falls on its own kind."""
LASTING = 365
"""Days in which a trend has lost two thirds of its slope."""


def _ahead(history: Floats, calendar: Calendar) -> int:
    return calendar.days_ahead(len(history))


def _level(value: float, history: Floats, calendar: Calendar) -> Floats:
    return np.full(_ahead(history, calendar), value)


def last_7_days(history: Floats, calendar: Calendar) -> Floats:
    """Each day costs the mean of the last seven."""
    return _level(float(history[-7:].mean()), history, calendar)


def last_28_days(history: Floats, calendar: Calendar) -> Floats:
    """Each day costs the mean of the last four weeks."""
    return _level(float(history[-28:].mean()), history, calendar)


def last_91_days(history: Floats, calendar: Calendar) -> Floats:
    """Each day costs the mean of the last quarter."""
    return _level(float(history[-91:].mean()), history, calendar)


def since_shift(history: Floats, calendar: Calendar) -> Floats:
    """Each day costs the mean since the last shift of level that the series itself shows."""
    recent = history[-182:]
    return _level(float(recent[last_shift(recent) :].mean()), history, calendar)


def weekdays(history: Floats, calendar: Calendar) -> Floats:
    """Each day costs the mean of the last four of its weekday."""
    week = history[-28:].reshape(-1, 7).mean(axis=0) if len(history) >= 28 else history[-7:]
    return np.resize(week, _ahead(history, calendar))


def same_day_last_month(history: Floats, calendar: Calendar) -> Floats:
    """Each day costs what the last day of the same number did."""
    return _by_day_of_month(history, calendar, 1)


def same_days_three_months(history: Floats, calendar: Calendar) -> Floats:
    """Each day costs the mean of the last three of the same number."""
    return _by_day_of_month(history, calendar, 3)


def same_days_last_year(history: Floats, calendar: Calendar) -> Floats:
    """Each day costs what it did a year ago, scaled by how the last four weeks have grown since."""
    recent, then = history[-28:].sum(), history[-28 - YEAR : -YEAR].sum()
    growth = min(max(recent / then, 0.2), 5.0) if then > 0 and recent > 0 else 1.0
    return np.resize(history[-YEAR:], _ahead(history, calendar)) * growth


def straight_line(history: Floats, calendar: Calendar) -> Floats:
    """Each day lies on the straight line through the last half year, which levels off in a year."""
    recent = history[-182:]
    days = np.arange(len(recent)) - (len(recent) - 1) / 2
    slope = float(days @ recent / (days @ days))
    ahead = np.arange(1, _ahead(history, calendar) + 1)
    reached = slope * LASTING * (1 - np.exp(-ahead / LASTING))
    found: Floats = np.maximum(recent.mean() + slope * days[-1] + reached, 0.0)
    return found


def _by_day_of_month(history: Floats, calendar: Calendar, count: int) -> Floats:
    """Means by day of the month; a number that few months have takes the mean of all."""
    days = calendar.days_of_month[: len(history)][-31 * count :]
    values = history[-31 * count :]
    seen = np.bincount(days, minlength=32)
    sums = np.bincount(days, weights=values, minlength=32)
    means = np.where(seen > 0, sums / np.maximum(seen, 1), values.mean())
    return means[calendar.days_of_month[len(history) :][: _ahead(history, calendar)]]


SIMPLE: dict[str, tuple[Method, int]] = {
    "mean of the last 28 days": (last_28_days, 28),
    "mean of the last 7 days": (last_7_days, 7),
    "mean of the last 91 days": (last_91_days, 91),
    "same weekdays of the last 4 weeks": (weekdays, 28),
    "same day of last month": (same_day_last_month, 31),
    "same days of the last 3 months": (same_days_three_months, 93),
    "mean since the last shift": (since_shift, 14),
    "straight line through the last half year": (straight_line, 91),
    "same days of last year": (same_days_last_year, YEAR + 28),
}
"""Each with the days of history it needs; simpler ones first, since a tie goes to the first."""


def run_rate(history: Floats, calendar: Calendar) -> Floats:
    """What is new costs the mean of its days so far, at most seven.

    Its first day is left out once there is another: it began somewhere within it.
    """
    costly = np.flatnonzero(history)
    if not len(costly):
        return _level(0.0, history, calendar)
    since = history[int(costly[0]) :]
    whole = since[1:] if len(since) > 1 else since
    return _level(float(whole[-7:].mean()), history, calendar)


def is_gone(history: Floats) -> bool:
    """Whether nothing was billed for longer than ever before, and for a week at least.

    A cluster that is made anew every month is not gone between two of its lives.
    """
    costly = np.flatnonzero(history)
    if not len(costly):
        return True
    longest = int(np.diff(costly).max(initial=1)) - 1
    return len(history) - 1 - int(costly[-1]) >= max(7, longest * 1.5)
