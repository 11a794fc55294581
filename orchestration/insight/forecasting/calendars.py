"""Days as positions in an array, with what methods ask of a day."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MONTHS_AHEAD = 12
LONGEST = 31 * (MONTHS_AHEAD + 1)


def add_months(day: date, count: int) -> date:
    """The first day of the month `count` months after the one of `day`."""
    index = day.year * 12 + day.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)


@dataclass(frozen=True)
class Calendar:
    """Consecutive days; day 0 is `first`, `until` is the first day no longer covered."""

    first: date
    until: date

    @classmethod
    def ahead_of(cls, first: date, as_of: date) -> "Calendar":
        """From `first` to the end of the last month that is forecast."""
        return cls(first, add_months(as_of, MONTHS_AHEAD + 1))

    def position(self, day: date) -> int:
        """Which day of the calendar it is."""
        return (day - self.first).days

    def day(self, position: int) -> date:
        """The day at a position."""
        return self.first + timedelta(days=position)

    @cached_property
    def _days(self) -> list[date]:
        count = (self.until - self.first).days
        return [self.first + timedelta(days=n) for n in range(count)]

    @cached_property
    def days_of_month(self) -> Ints:
        """1 to 31 for each day."""
        return np.array([day.day for day in self._days], dtype=np.int64)

    @cached_property
    def weekdays(self) -> Ints:
        """0 (Monday) to 6 for each day."""
        return np.array([day.weekday() for day in self._days], dtype=np.int64)

    @cached_property
    def months(self) -> Ints:
        """For each day, how many months after the first one's month."""
        start = self.first.year * 12 + self.first.month
        return np.array([d.year * 12 + d.month - start for d in self._days], dtype=np.int64)

    @cached_property
    def ends_month(self) -> NDArray[np.bool_]:
        """Whether the next day is another month's."""
        return np.array([(d + timedelta(days=1)).day == 1 for d in self._days], dtype=np.bool_)

    def month_sums(self, values: Floats, position: int = 0) -> Floats:
        """Sums by month of values that begin at a position; the first is of that day's month."""
        months = self.months[position : position + len(values)]
        return np.bincount(months - months[0], weights=values).astype(np.float64)

    def days_ahead(self, position: int) -> int:
        """How many days there are from a position on, as far ahead as anything is forecast."""
        return min(len(self.months) - position, LONGEST)

    def month_start(self, position: int) -> int:
        """The position of the first day of a day's month; below 0 before the calendar begins."""
        return position - int(self.days_of_month[position]) + 1

    def same_day_months_ago(self, position: int, count: int) -> int:
        """The day of the same number `count` months earlier, or that month's last day."""
        day = self.day(position)
        month = add_months(day, -count)
        length = (add_months(month, 1) - month).days
        return self.position(month.replace(day=min(day.day, length)))
