"""Exponential smoothing with a damped trend and a week's pattern, for all series at once.

Holt-Winters' additive form. Each series is filtered once with every setting of a small grid, and
at each origin the setting counts that has foretold the series best until then; so a backtest from
any number of origins costs one pass over the days, whatever the number of series.
"""

from collections.abc import Iterable, Sequence
from itertools import product

import numpy as np

from orchestration.insight.forecasting.calendars import Calendar, Floats, Ints

NAME = "damped trend and week, exponentially smoothed"
NEEDS_DAYS = 56
WEEK = 7
# Levels follow slowly or fast, there is no trend or a slow or fast one that dies out over a year
# and more, and a week's pattern is learned or none.
GRID = np.array(
    [
        (level, trend, damping, week)
        for level, (trend, damping), week in product(
            (0.02, 0.05, 0.1, 0.2, 0.4), ((0.0, 0.9), (0.02, 0.998), (0.1, 0.998)), (0.0, 0.1)
        )
    ]
)
MEMORY = 0.995
"""A day's weight relative to the next one's where settings are compared."""

State = tuple[Floats, Floats, Floats, Floats]
"""Of each series, with its best setting: level, trend, the week from the next day on, damping."""


def filtered(series: Floats, firsts: Sequence[int], origins: Iterable[int]) -> dict[int, State]:
    """The states after the days before each origin.

    Args:
        series: Days in columns, a series to a row.
        firsts: The day on which each series begins.
        origins: Days of which the states are wanted.
    """
    wanted = set(origins)
    alpha, beta, phi, gamma = (GRID[:, n][None, :] for n in range(4))
    count = len(series), len(GRID)
    level, trend, errors = np.zeros(count), np.zeros(count), np.zeros(count)
    season = np.zeros((WEEK, *count))
    begin = np.asarray(firsts)
    levels_at_start = _first_levels(series, begin)
    states = {}
    for day in range(max(wanted, default=0) + 1):
        if day in wanted:
            states[day] = _best(level, trend, season, errors, day)
        if day >= series.shape[1]:
            break
        if (new := begin == day).any():
            level[new] = levels_at_start[new, None]
        week = season[day % WEEK]
        missed = series[:, day, None] - (level + phi * trend + week)
        missed[begin > day] = 0.0
        level += phi * trend + alpha * missed
        trend = phi * trend + alpha * beta * missed
        week += gamma * missed
        errors = MEMORY * errors + missed**2
    return states


def path(state: State, series: int, position: int, calendar: Calendar) -> Floats:
    """What one series costs on each day from `position` on; never less than nothing."""
    level, trend, season, damping = (part[series] for part in state)
    ahead = np.arange(1, calendar.days_ahead(position) + 1)
    grown = trend * damping * (1 - damping**ahead) / (1 - damping)
    found: Floats = np.maximum(level + grown + np.resize(season, len(ahead)), 0.0)
    return found


def _first_levels(series: Floats, begin: Ints) -> Floats:
    pairs = zip(series, begin, strict=True)
    return np.array([row[at : at + WEEK].mean() if at < len(row) else 0.0 for row, at in pairs])


def _best(level: Floats, trend: Floats, season: Floats, errors: Floats, day: int) -> State:
    rows, best = np.arange(len(level)), errors.argmin(axis=1)
    week = np.roll(season, -(day % WEEK), axis=0)[:, rows, best].T
    return level[rows, best], trend[rows, best], week, GRID[best, 2]
