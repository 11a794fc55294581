"""Calendar arithmetic: Atlas bills whole UTC months and stamps every instant with a Z."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

ONE_DAY = timedelta(days=1)


def month_start(day: date) -> date:
    """The first day of the month that `day` lies in."""
    return day.replace(day=1)


def add_months(day: date, count: int) -> date:
    """The first day of the month `count` months after the month of `day`."""
    index = day.year * 12 + day.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)


def days_between(start: date, end: date) -> Iterator[date]:
    """Each day from `start` up to, not including, `end`."""
    for ordinal in range(start.toordinal(), end.toordinal()):
        yield date.fromordinal(ordinal)


def instant(day: date, second_of_day: int = 0) -> str:
    """A UTC instant as Atlas writes it."""
    minutes, seconds = divmod(second_of_day, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{day.isoformat()}T{hours:02}:{minutes:02}:{seconds:02}Z"


def stamp(moment: datetime) -> str:
    """A moment as Atlas writes it."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
