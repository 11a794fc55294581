"""What the demo's company plans: the files of config/demo with months of today, made-up counts."""

import csv
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from string import Template

from orchestration import settings

SHIPPED = settings.SHIPPED / "config" / "demo"
MONTHS_AWAY = 12
COUNTED_DAYS = 400
OPENING = date(2020, 1, 1)
# Orders by weekday, Monday first, in percent of an average day.
WEEK = (92, 88, 90, 95, 108, 120, 107)
TENANTS = {"shop": 140, "analytics": 60, "platform": 210}

Row = tuple[object, ...]


def write_demo_config(folder: Path, today: date) -> None:
    """Write the demo's rules, and the counts that its metrics name, over those of the last start.

    Args:
        folder: Where to; made if it is not there.
        today: The newest day that is counted is the one before it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    months = _months(today)
    for file in SHIPPED.glob("*.yaml"):
        (folder / file.name).write_text(Template(file.read_text()).substitute(months))
    days = [today - timedelta(back) for back in range(COUNTED_DAYS, 0, -1)]
    _write(folder / "orders.csv", ("date", "amount"), ((day, _orders(day)) for day in days))
    _write(folder / "stored.csv", ("date", "amount"), ((day, _stored(day)) for day in days))
    _write(folder / "tenants.csv", ("date", "label", "amount"), _tenants(days))


def _months(today: date) -> dict[str, str]:
    """`this_month`, `months_ago_1` and so on to a year, `in_1_month`, `in_2_months` and so on."""
    away = range(1, MONTHS_AWAY + 1)
    ago = {f"months_ago_{n}": f"{months_away(today, -n):%Y-%m}" for n in away}
    ahead = {f"in_{n}_month{'s' * (n > 1)}": f"{months_away(today, n):%Y-%m}" for n in away}
    return {"this_month": f"{today:%Y-%m}"} | ago | ahead


def months_away(day: date, months: int) -> date:
    """The first day of the month that is so many after a day's, or before it where negative."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)


def _orders(day: date) -> int:
    """More every year and on weekends; a day has the same orders whenever the demo starts."""
    average = 3000 + 2 * (day - OPENING).days
    luck = Random(f"orders:{day}").randint(94, 106)  # noqa: S311  made up
    return average * WEEK[day.weekday()] * luck // 10_000


def _stored(day: date) -> int:
    return 900 + (day - OPENING).days


def _tenants(days: Iterable[date]) -> Iterator[Row]:
    for month in sorted({day.replace(day=1) for day in days}):
        for number, (project, first) in enumerate(TENANTS.items()):
            won = (month - OPENING).days * (number + 1) // 60
            yield f"{month:%Y-%m}", project, first + won


def _write(file: Path, header: Row, rows: Iterable[Row]) -> None:
    with file.open("w", newline="") as out:
        csv.writer(out).writerows([header, *rows])
