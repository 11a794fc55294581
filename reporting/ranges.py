"""Named date ranges, resolved on the last day that has data; days are UTC, ends exclusive.

The anchor is the data and not the wall clock: on the morning of the 1st, before any usage of
the new month exists, "this month" is still the month that the reader can see.
"""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

RANGES = {
    "this_month": "This month",
    "last_month": "Last month",
    "last_3_days": "Last 3 days",
    "last_7_days": "Last 7 days",
    "last_14_days": "Last 14 days",
    "last_30_days": "Last 30 days",
    "last_3_months": "Last 3 full months",
    "last_6_months": "Last 6 full months",
    "last_12_months": "Last 12 full months",
    "year_to_date": "Year to date",
    "all": "All",
}
BINS = ("day", "week", "month", "quarter", "cumulative")
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Window:
    """Usage days from `start` up to, not including, `end`."""

    start: date
    end: date

    @property
    def days(self) -> int:
        """How many days the window holds."""
        return (self.end - self.start).days

    def whole_months(self, data_end: date) -> bool:
        """Whether no month is cut: an end beyond the last usage day cuts nothing."""
        return self.start.day == 1 and (self.end.day == 1 or self.end >= data_end)


def add_months(day: date, months: int) -> date:
    """The same day some months on, or that month's last day where it is shorter."""
    year, index = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, index + 1)[1]
    return date(year, index + 1, min(day.day, last))


def resolve(name: str, first_day: date, last_day: date) -> Window:
    """The window of a named range, given the first and last usage day of the data."""
    end = last_day + ONE_DAY
    this_month = last_day.replace(day=1)
    if name == "all":
        return Window(first_day, end)
    if name == "year_to_date":
        return Window(date(last_day.year, 1, 1), end)
    if name == "this_month":
        return Window(this_month, end)
    count = 1 if name == "last_month" else int(name.split("_")[1])
    if name.endswith("_days"):
        return Window(end - timedelta(days=count), end)
    return Window(add_months(this_month, -count), this_month)


def previous(name: str | None, window: Window) -> Window | None:
    """What a window is compared with; `all` has nothing before it.

    A month to date is compared with the same days of the month before, a year to date with the
    same days of the year before, whole months with as many whole months before, and anything
    else with as many days before.
    """
    if name == "all":
        return None
    if name == "year_to_date":
        return _earlier(window, 12)
    if name == "this_month":
        return _earlier(window, 1)
    if window.start.day == 1 and window.end.day == 1:
        months = (window.end.year - window.start.year) * 12 + window.end.month - window.start.month
        return Window(add_months(window.start, -months), window.start)
    return Window(window.start - timedelta(days=window.days), window.start)


def _earlier(window: Window, months: int) -> Window:
    """The same days earlier; a shorter month ends the window at its own last day."""
    last = add_months(window.end - ONE_DAY, -months)
    return Window(add_months(window.start, -months), last + ONE_DAY)


def rule(name: str | None) -> str:
    """The rule of comparison in words, shown beside each comparison."""
    if name and name.startswith("last_") and "month" in name:
        return "compared with as many whole months before"
    return {
        "this_month": "compared with the same days of the month before",
        "year_to_date": "compared with the same days of the year before",
        "all": "nothing earlier to compare with",
    }.get(name or "", "compared with the period of equal length just before")
