"""How far off a forecast may be, from how far off it was at the same age of earlier months."""

from dataclasses import dataclass

import numpy as np

from orchestration.insight.forecasting.calendars import Floats

FEWEST = 4
"""Errors without which there is no band."""
LEVELS = (0.80, 0.95)
GROWTH = 0.5
"""The power of the horizon with which errors grow where no error of that horizon is known."""


@dataclass(frozen=True)
class Spread:
    """How errors, as shares of the forecast, spread by months ahead.

    Attributes:
        scales: The usual size of an error of each horizon.
        sizes: Of all horizons together, how many times its scale an error may be at each level.
    """

    scales: Floats
    sizes: tuple[float, ...]


def spread_of(errors: Floats) -> Spread | None:
    """Measured on errors by origin (rows) and horizon; nan where the month is not over yet.

    Horizons share what they tell about the shape of errors: a year of origins has few errors of
    each. None if there are too few.
    """
    counts = (~np.isnan(errors)).sum(axis=0)
    if counts[0] < FEWEST:
        return None
    scales = _scales(errors, counts)
    if not scales.any():
        return Spread(scales, (0.0,) * len(LEVELS))
    standard = np.abs(errors / np.maximum(scales, 1e-12))
    pooled = np.sort(standard[~np.isnan(standard)])
    return Spread(scales, tuple(_quantile(pooled, level, int(counts[0])) for level in LEVELS))


def band(expected: float, ahead: int, spread: Spread, level: int, billed: float) -> tuple[int, int]:
    """From and to, in whole cents; never below what is billed already.

    Args:
        expected: The forecast.
        ahead: Months ahead.
        spread: Of the series.
        level: Which of `LEVELS`.
        billed: What the month costs already.
    """
    width = abs(expected) * float(spread.scales[ahead]) * spread.sizes[level]
    return round(max(expected - width, min(billed, expected))), round(expected + width)


def _scales(errors: Floats, counts: Floats) -> Floats:
    """Root mean squares, growing with the horizon; beyond what is known by a power of it."""
    squares = np.nansum(errors**2, axis=0) / np.maximum(counts, 1)
    known = counts >= FEWEST
    last = int(np.flatnonzero(known)[-1])
    scales: Floats = np.sqrt(squares)
    scales[1 : last + 1] = np.maximum.accumulate(scales[1 : last + 1])
    for ahead in range(last + 1, len(scales)):
        scales[ahead] = scales[last] * ((ahead + 1) / (last + 1)) ** GROWTH
    return scales


def _quantile(sorted_errors: Floats, level: float, origins: int) -> float:
    """The conformal quantile: a little above the plain one, the more so the fewer origins."""
    share = min(level * (1 + 1 / origins), 1.0)
    # as np.quantile has it, which takes ten times as long for so few
    whole, rest = divmod(share * (len(sorted_errors) - 1), 1)
    below = float(sorted_errors[int(whole)])
    above = float(sorted_errors[min(int(whole) + 1, len(sorted_errors) - 1)])
    return below + (above - below) * rest
