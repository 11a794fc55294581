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
    "last_24_months": "Last 24 full months",
    "last_36_months": "Last 36 full months",
    "year_to_date": "Year to date",
    "all": "All",
}
# Nothing is billed in them yet: what a report shows is expected.
AHEAD = {
    "next_month": "Next month",
    "next_3_months": "Next 3 months",
    "next_6_months": "Next 6 months",
    "next_12_months": "Next 12 months",
}
BINS = ("day", "week", "month", "quarter", "cumulative")
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Gap:
    """Days of which a connection's costs are missing, or some of them.

    Attributes:
        name: The connection's, or its organization's where there is but one.
        connection: As filters name it.
        organizations: Each that it reads, by id and name.
        start: None where it is not known how far back: they are still being read.
        end: The first day after them, or None where none was read since.
    """

    name: str
    connection: str
    organizations: frozenset[tuple[str, str]]
    start: date | None
    end: date | None

    def is_in(self, window: "Window") -> bool:
        """Whether it is about any day of the window."""
        return (self.start or date.min) < window.end and window.start < (self.end or date.max)

    def holds(self, window: "Window") -> bool:
        """Whether all of them lack all of its costs; of a month that is missing, some are there."""
        if self.start and self.end:
            return False
        return (self.start or date.min) <= window.start and window.end <= (self.end or date.max)


@dataclass(frozen=True)
class DataDays:
    """How far the costs reach.

    Attributes:
        first: The first day with any cost.
        complete_from: The first day whose costs can all be there; late usage may stand before it.
        through: The last day whose usage Atlas has posted.
        posted: The day on which Atlas posted it.
        last: The last day with any cost; a subscription may reach beyond `through`.
        gaps: What is known to be missing.
    """

    first: date
    complete_from: date
    through: date
    posted: date
    last: date
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True)
class Window:
    """Usage days from `start` up to, not including, `end`.

    Attributes:
        known_by: Only what Atlas had billed by this day counts; all of it where it is None.
    """

    start: date
    end: date
    known_by: date | None = None

    @property
    def days(self) -> int:
        """How many days the window holds."""
        return (self.end - self.start).days

    @property
    def months(self) -> int:
        """How many calendar months the window touches."""
        last = self.end - ONE_DAY
        return (last.year - self.start.year) * 12 + last.month - self.start.month + 1

    @property
    def is_of_whole_months(self) -> bool:
        """Whether it begins and ends with a calendar month."""
        return self.start.day == 1 and self.end.day == 1

    def whole_months(self, data_end: date) -> bool:
        """Whether no month is cut: an end beyond the last usage day cuts nothing."""
        return self.start.day == 1 and (self.end.day == 1 or self.end >= data_end)


def add_months(day: date, months: int) -> date:
    """The same day some months on, or that month's last day where it is shorter."""
    year, index = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, index + 1)[1]
    return date(year, index + 1, min(day.day, last))


def last_of_month(day: date) -> date:
    """The last day of a day's month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


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
    count = 1 if name in ("last_month", "next_month") else int(name.split("_")[1])
    if name in AHEAD:
        return Window(add_months(this_month, 1), add_months(this_month, 1 + count))
    if name.endswith("_days"):
        return Window(end - timedelta(days=count), end)
    return Window(add_months(this_month, -count), this_month)
