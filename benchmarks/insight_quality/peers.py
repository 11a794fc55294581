"""Our smoothing beside statsforecast's MSTL + ETS, on made-up series of every shape a cost takes.

statsforecast is no dependency: it holds pandas below 3 and takes seconds to import. Where it
cannot be imported, its column is left out.
"""

import time
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np

from orchestration.insight.forecasting import methods, smoothing
from orchestration.insight.forecasting.build import build
from orchestration.insight.forecasting.calendars import Calendar, Floats, add_months
from orchestration.insight.forecasting.parts import CostDay, Key
from orchestration.insight.forecasting.tables import FORECAST_PARTS

FIRST = date(2025, 1, 1)
# To the end of a month, and all of the next.
DAYS, AHEAD, EACH = 273, 31, 25
Method = Callable[[Floats, Calendar], Floats]
Shape = Callable[[np.random.Generator, Floats], Floats]


def _weekly(dice: np.random.Generator, days: Floats) -> Floats:
    return 1 + dice.uniform(0.1, 0.5) * (days % 7 < 5)


SHAPES: dict[str, Shape] = {
    "flat": lambda _, days: np.ones(len(days)),
    "weekly": _weekly,
    "growing": lambda dice, days: 1 + days * dice.uniform(0.0005, 0.005),
    "growing, weekly": lambda dice, days: _weekly(dice, days) + days * dice.uniform(0.0005, 0.005),
    "stepping": lambda dice, days: 1 + (days > dice.integers(60, 260)) * dice.uniform(0.3, 1),
    "wandering": lambda dice, days: np.maximum(1 + np.cumsum(dice.normal(0, 0.01, len(days))), 0.1),
}


def _smoothed(history: Floats, calendar: Calendar) -> Floats:
    day = len(history)
    states = smoothing.filtered(history[None, :], [0], [day])
    return smoothing.path(states[day], 0, day, calendar)


def _methods() -> dict[str, Method]:
    found: dict[str, Method] = {
        "last 7 days": methods.last_7_days,
        "last 28 days": methods.last_28_days,
        "same day of last month": methods.same_day_last_month,
        "straight line": methods.straight_line,
        "smoothing": _smoothed,
    }
    try:
        from statsforecast.models import MSTL, AutoETS  # noqa: PLC0415
    except ImportError:
        print("statsforecast is left out: it is not installed.")
        return found
    model = MSTL(season_length=[7], trend_forecaster=AutoETS(model="ZZN"))
    return found | {
        "statsforecast": lambda history, _: np.asarray(model.forecast(y=history, h=AHEAD)["mean"])
    }


def measure() -> bool:
    """Print mean errors of the next month's total, % of it, by shape; there is no target."""
    dice = np.random.default_rng(2026)
    calendar = Calendar(FIRST, FIRST + timedelta(days=DAYS + AHEAD))
    made = [_series(make, dice) for _ in range(EACH) for make in SHAPES.values()]
    came = np.array([series[DAYS:].sum() for series in made])
    print(f"{len(made)} series of {DAYS} days, mean error of the next {AHEAD} days' total, %")
    print(f"{'':24}" + "".join(f"{shape:>17}" for shape in SHAPES) + f"{'all':>8}{'CPU s':>8}")
    for name, method in _methods().items():
        began = time.process_time()
        totals = [method(series[:DAYS], calendar)[:AHEAD].sum() for series in made]
        _show(name, np.array(totals), came, time.process_time() - began)
    began = time.process_time()
    totals = _forecast(made)
    _show("each series' winner", np.array(totals), came, time.process_time() - began)
    return True


def _series(make: Shape, dice: np.random.Generator) -> Floats:
    level = make(dice, np.arange(DAYS + AHEAD, dtype=float))
    return np.rint(100_000 * level * dice.lognormal(0, dice.uniform(0.01, 0.1), len(level)))


def _forecast(made: list[Floats]) -> list[float]:
    """The forecast of the next month as it is published, backtests and all."""
    rows = [
        CostDay(
            Key("", "org", "", f"{number:03}", "Clusters", "usage", "USD"),
            *("org", "", str(number), str(number)),
            FIRST + timedelta(days=day),
            FIRST + timedelta(days=day + 1),
            int(series[day]),
        )
        for number, series in enumerate(made)
        for day in range(DAYS)
    ]
    as_of = FIRST + timedelta(days=DAYS - 1)
    found = build(rows, [], as_of, as_of + timedelta(days=1))[FORECAST_PARTS]
    names = [column.name for column in FORECAST_PARTS.columns]
    month, expected = names.index("month"), names.index("expected_cents")
    ahead = add_months(as_of, 1)
    return [row[expected] for row in found if row[month] == ahead]


def _show(name: str, totals: Floats, came: Floats, seconds: float) -> None:
    missed = 100 * (np.abs(totals - came) / came).reshape(-1, len(SHAPES)).mean(axis=0)
    cells = "".join(f"{each:17.2f}" for each in missed)
    print(f"{name:24}{cells}{missed.mean():8.2f}{seconds:8.2f}")
