"""The periods of a report over time, and which of them do not show all of their costs."""

from datetime import date
from enum import StrEnum

from reporting.ranges import ONE_DAY, DataDays, Window, add_months

_MONTHS = {"month": 1, "quarter": 3}


class Partial(StrEnum):
    """Why a period does not show all of its costs."""

    CUT = "cut by the range"
    OPEN = "still being billed"


def whole(period: date, step: str) -> Window:
    """The days of the period that begins on a day."""
    if months := _MONTHS.get(step):
        return Window(period, add_months(period, months))
    return Window(period, period + ONE_DAY * (7 if step == "week" else 1))


def shown(period: date, step: str, window: Window) -> Window:
    """The days of a period that a report shows."""
    days = whole(period, step)
    return Window(max(days.start, window.start), min(days.end, window.end))


def partial(period: date, step: str, window: Window, days: DataDays) -> Partial | None:
    """Why a period does not show all of its costs; None where it does.

    The last day of the data and all after it are still being billed.
    """
    if whole(period, step).end > days.through:
        return Partial.OPEN
    return None if shown(period, step, window) == whole(period, step) else Partial.CUT
