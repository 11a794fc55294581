"""What is charged for a month and not by day: support, minimum charges, consulting.

Support and the minimum charge follow usage, so they are forecast from what usage is; consulting
comes in lumps. Which of the ways fits is again for the backtest to say.
"""

from collections.abc import Mapping

import numpy as np

from orchestration.insight.forecasting import lumps
from orchestration.insight.forecasting.backtest import MONTHS, Origins, Tried
from orchestration.insight.forecasting.calendars import Calendar, Floats
from orchestration.insight.forecasting.parts import Part

USUAL = "mean of the last 12 months"
EVERY = (1, 2, 3, 6, 12)
"""Months after which a lump may come again."""
SHARES = (1, 3, 12)
"""Months over which the share of usage is taken."""

Ways = dict[str, Floats]
"""By method, what each month ahead is charged."""


def tried(part: Part, origins: Origins, usage: Mapping[int, tuple[Floats, Floats]]) -> Tried:
    """A part's forecasts by every method from every origin, one method chosen.

    Args:
        part: Of a charge type other than usage.
        origins: Where forecasts are made from.
        usage: By origin, its organization's usage of each complete month so far, and ahead.
    """
    started = int(origins.calendar.months[min(part.first, len(origins.calendar.months) - 1)])
    rows = []
    for day in origins.days:
        known = part.known(day, origins.delay)
        sums = origins.calendar.month_sums(known)
        found_ways = ways(sums[:-1], *usage[day]) | _lumps(known, origins.calendar)
        billed = np.zeros(MONTHS)
        billed[0] = sums[-1]
        if day == origins.as_of:
            billed = origins.calendar.month_sums(part.final)[len(sums) - 1 :]
        rows.append({name: np.maximum(ahead, billed) for name, ahead in found_ways.items()})
    months_before = [int(origins.calendar.months[day]) for day in origins.days]
    usable = np.array([before - started >= 2 for before in months_before])
    usable[-1] = False
    found = Tried(
        origins.actuals(part.final),
        usable,
        {name: np.stack([row[name] for row in rows]) for name in rows[0]},
    )
    found.choose(USUAL)
    return found


def ways(past: Floats, usage_past: Floats, usage_ahead: Floats) -> Ways:
    """Each method's months ahead, from complete months alone."""
    found = {USUAL: _flat(past[-12:]), "same as last month": _flat(past[-1:])}
    for months in SHARES:
        name = f"share of usage over {months} month{'s' if months > 1 else ''}"
        found[name] = _share(past[-months:], usage_past[-months:]) * usage_ahead
    found["what usage leaves of the monthly minimum"] = _shortfall(past, usage_past, usage_ahead)
    return found


def _flat(past: Floats) -> Floats:
    return np.full(MONTHS, past.mean() if len(past) else 0.0)


def _share(past: Floats, usage_past: Floats) -> float:
    return float(past.sum() / usage_past.sum()) if usage_past.sum() > 0 else 0.0


def _shortfall(past: Floats, usage_past: Floats, usage_ahead: Floats) -> Floats:
    """The minimum is what usage and charge came to together where there was a charge."""
    charged = past > 0
    if not charged.any():
        return np.zeros(MONTHS)
    minimum = float(np.median((past + usage_past)[charged][-6:]))
    return np.maximum(minimum - usage_ahead, 0.0)


def _lumps(known: Floats, calendar: Calendar) -> Ways:
    return {
        f"the same week every {every} months": lumps.again(known, calendar, every)[:MONTHS]
        for every in EVERY
    }
