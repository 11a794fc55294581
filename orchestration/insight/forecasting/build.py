"""The way in: costs by day go in, the rows of three tables come out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from orchestration.insight.forecasting import fixed, lateness, naive, usage
from orchestration.insight.forecasting.backtest import MONTHS, Origins, Tried, origins_of
from orchestration.insight.forecasting.calendars import Calendar, Floats
from orchestration.insight.forecasting.parts import CostDay, Event, Part, parts_of

LEAST_DAYS = 28
"""Complete days of costs below which nothing is forecast."""
LEAST_BEFORE_ORIGIN = 56


@dataclass
class Forecast:
    """Each part with what was tried on it, and the naive rivals of each.

    Attributes:
        tried: Of each part, in the order of the parts.
        rivals: By name of a naive forecast, each part's months by origin.
    """

    parts: list[Part]
    tried: list[Tried]
    rivals: list[dict[str, Floats]]
    origins: Origins

    @property
    def history_days(self) -> int:
        """Complete days of costs."""
        return self.origins.as_of


def forecast(
    rows: Sequence[CostDay], events: Iterable[Event], as_of: date, posted_through: date
) -> Forecast | None:
    """What each part of a bill will cost; None if there is none.

    Args:
        rows: Costs by day and part.
        events: What happened to resources.
        as_of: The newest day of the data.
        posted_through: The day on which its newest usage was posted.
    """
    calendar = Calendar.ahead_of(min((row.usage_date for row in rows), default=as_of), as_of)
    counted = [row for row in rows if row.usage_date < calendar.until]
    parts = parts_of(counted, events, calendar)
    if not parts:
        return None
    delay = max((posted_through - as_of).days, 0)
    origins = origins_of(calendar, calendar.position(as_of), delay, LEAST_BEFORE_ORIGIN)
    return Forecast(
        parts,
        _tried(parts, origins),
        [naive.rivals(part, origins) for part in parts],
        origins,
    )


def _tried(parts: Sequence[Part], origins: Origins) -> list[Tried]:
    """Usage first: support and minimum charges follow it."""
    metered = [part for part in parts if part.key.charge_type == "usage"]
    shares = {
        day: lateness.shares_billed(metered, origins.calendar, day) for day in origins.days
    }
    of_usage = dict(
        zip((p.key for p in metered), usage.tried(metered, origins, shares), strict=True)
    ) if metered else {}
    return [
        of_usage.get(part.key)
        or fixed.tried(part, origins, _usage_of(part, metered, of_usage, origins))
        for part in parts
    ]


def _usage_of(
    part: Part, metered: Sequence[Part], tried: dict, origins: Origins  # type: ignore[type-arg]
) -> dict[int, tuple[Floats, Floats]]:
    """By origin, complete months and months ahead of the usage that a charge may follow."""
    same = [
        one
        for one in metered
        if (one.key.connection, one.key.org_id, one.key.pricing_currency)
        == (part.key.connection, part.key.org_id, part.key.pricing_currency)
    ]
    found = {}
    for row, day in enumerate(origins.days):
        days = sum((one.known(day, origins.delay) for one in same), np.zeros(day + 1))
        ahead = sum((tried[one.key].best[row] for one in same), np.zeros(MONTHS))
        found[day] = (origins.calendar.month_sums(days)[:-1], ahead)
    return found
