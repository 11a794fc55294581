"""Lumps: runs of days with a charge, which come again some months later in the same week.

A week's engagement from the last Monday of every second month lies now within a month, now across
its end: sums of months look erratic where the runs themselves are regular.
"""

from datetime import date, timedelta

import numpy as np

from orchestration.insight.forecasting.calendars import Calendar, Floats, add_months

MOST_DAYS = 0.5
"""Share of days with a charge above which a series is no series of lumps."""
MIDDLE = 15
"""Until this day a run's week counts from the month's beginning, after it from its end."""


def again(history: Floats, calendar: Calendar, every: int) -> Floats:
    """Each month's charge if runs come again every so many months: from the running month on."""
    today = len(history) - 1
    begin = max(calendar.month_start(today), 0)
    days = np.zeros(len(calendar.months))
    if np.count_nonzero(history) <= MOST_DAYS * len(history):
        since = calendar.position(add_months(calendar.day(today), -every))
        for start, end in _runs(history):
            if start >= since:
                _repeat(history[start:end], start, days, calendar, every)
    return calendar.month_sums(days[begin:], begin)


def _runs(history: Floats) -> list[tuple[int, int]]:
    """Where consecutive days with a charge begin and end."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], history != 0, [0]]).astype(np.int8)))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]


def _repeat(run: Floats, start: int, days: Floats, calendar: Calendar, every: int) -> None:
    first = calendar.day(start)
    month = add_months(first, every)
    while (at := calendar.position(_same_week(first, month))) < len(days):
        length = min(len(run), len(days) - at)
        days[at : at + length] += run[:length]
        month = add_months(month, every)


def _same_week(day: date, month: date) -> date:
    """The day of a month with the same weekday and as many of its kind before or after it."""
    if day.day <= MIDDLE:
        shift = (day.weekday() - month.weekday()) % 7
        return month + timedelta(days=shift + (day.day - 1) // 7 * 7)
    after, last = add_months(day, 1), add_months(month, 1) - timedelta(days=1)
    shift = (last.weekday() - day.weekday()) % 7
    return last - timedelta(days=shift + ((after - day).days - 1) // 7 * 7)
