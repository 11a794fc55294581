"""The two forecasts that everybody makes without thinking, as rivals of every total."""

import numpy as np

from orchestration.insight.forecasting.backtest import MONTHS, Origins
from orchestration.insight.forecasting.calendars import Floats
from orchestration.insight.forecasting.parts import Part

LAST_MONTH = "same as last month"
DAILY_RATE = "same daily rate"
RIVALS = (LAST_MONTH, DAILY_RATE)


def rivals(part: Part, origins: Origins) -> dict[str, Floats]:
    """Both forecasts of one part from every origin; they add up like the parts' own."""
    rows = [_at(part.known(day, origins.delay), day, origins) for day in origins.days]
    return {name: np.stack([row[name] for row in rows]) for name in RIVALS}


def _at(known: Floats, day: int, origins: Origins) -> dict[str, Floats]:
    calendar = origins.calendar
    sums = calendar.month_sums(known)
    start = max(calendar.month_start(day), 0)
    rate = sums[-1] / (day + 1 - start)
    lengths = calendar.month_sums(np.ones(len(calendar.months) - start), start)[:MONTHS]
    last = sums[-2] if len(sums) > 1 else np.nan
    return {LAST_MONTH: np.full(MONTHS, last), DAILY_RATE: rate * lengths}
