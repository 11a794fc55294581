"""The way in: costs by day go in, the rows of three tables come out."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np

from orchestration.insight.forecasting import fixed, lateness, naive, usage
from orchestration.insight.forecasting.backtest import MONTHS, Origins, Tried, origins_of
from orchestration.insight.forecasting.calendars import Calendar, Floats
from orchestration.insight.forecasting.parts import CostDay, Event, Key, Part, parts_of
from orchestration.insight.forecasting.rows import Told
from orchestration.insight.forecasting.tables import FORECAST_PARTS, FORECAST_QUALITY, FORECASTS
from orchestration.insight.forecasting.told import Forecast
from orchestration.insight.tables import Row, Table

LEAST_DAYS = 28
"""Complete days of costs below which nothing is forecast."""
LEAST_BEFORE_ORIGIN = 56
"""Days of costs before the first origin of the backtest."""


def build(
    rows: Sequence[CostDay], events: Iterable[Event], as_of: date, posted_through: date
) -> dict[Table, list[Row]]:
    """The rows of every table of the forecast; none if there are no costs.

    Args:
        rows: Costs by day and part, what was billed on different days apart.
        events: What happened to resources.
        as_of: The newest day of the data.
        posted_through: The day on which its newest usage was posted.
    """
    found = forecast(rows, events, as_of, posted_through)
    if found is None:
        return {FORECASTS: [], FORECAST_PARTS: [], FORECAST_QUALITY: []}
    told = Told(found, LEAST_DAYS)
    return {
        FORECASTS: list(told.forecasts()),
        FORECAST_PARTS: list(told.parts()),
        FORECAST_QUALITY: list(told.quality()),
    }


def forecast(
    rows: Sequence[CostDay], events: Iterable[Event], as_of: date, posted_through: date
) -> Forecast | None:
    """What each part of a bill will cost; arguments as above."""
    calendar = Calendar.ahead_of(min((row.usage_date for row in rows), default=as_of), as_of)
    counted = [row for row in rows if row.usage_date < calendar.until]
    parts = parts_of(counted, events, calendar)
    if not parts:
        return None
    delay = max((posted_through - as_of).days, 0)
    origins = origins_of(calendar, calendar.position(as_of), delay, LEAST_BEFORE_ORIGIN)
    rivals = [naive.rivals(part, origins) for part in parts]
    return Forecast(parts, _tried(parts, origins), rivals, origins)


def _tried(parts: Sequence[Part], origins: Origins) -> list[Tried]:
    """Usage first: support and minimum charges follow it."""
    metered = [part for part in parts if part.key.charge_type == "usage"]
    shares = {day: lateness.shares_billed(metered, origins.calendar, day) for day in origins.days}
    of_usage = {
        part.key: one
        for part, one in zip(metered, usage.tried(metered, origins, shares), strict=True)
    }
    return [
        of_usage.get(part.key)
        or fixed.tried(part, origins, _usage_followed(part, metered, of_usage, origins))
        for part in parts
    ]


def _usage_followed(
    part: Part, metered: Sequence[Part], tried: Mapping[Key, Tried], origins: Origins
) -> dict[int, tuple[Floats, Floats]]:
    """By origin, complete months and months ahead of the usage that a charge may follow."""
    same = [one for one in metered if _payer(one) == _payer(part)]
    found = {}
    for row, day in enumerate(origins.days):
        days, ahead = np.zeros(day + 1), np.zeros(MONTHS)
        for one in same:
            days += one.known(day, origins.delay)
            ahead += tried[one.key].best[row]
        found[day] = origins.calendar.month_sums(days)[:-1], ahead
    return found


def _payer(part: Part) -> tuple[str, str, str]:
    return part.key.connection, part.key.org_id, part.key.pricing_currency
