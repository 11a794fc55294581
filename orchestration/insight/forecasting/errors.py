"""How far off forecasts were: one series' errors, their mean, and how often a band held."""

from dataclasses import dataclass

import numpy as np

from orchestration.insight.forecasting.bands import LEVELS, Spread, spread_of
from orchestration.insight.forecasting.calendars import Floats

COVERED = (0, 1, 3)
"""Months ahead whose bands are held against what came."""


@dataclass(frozen=True)
class Judged:
    """A series' past forecasts beside what came; rows are origins without the forecast itself."""

    forecasts: Floats
    actuals: Floats

    @property
    def relative(self) -> Floats:
        """Errors as shares of the forecast; nan where there is nothing to compare."""
        return _shares(self.actuals - self.forecasts, self.forecasts)

    def mape(self, ahead: int) -> float | None:
        """Mean absolute error as a share of what came."""
        missed = np.abs(_shares(self.actuals - self.forecasts, self.actuals)[:, ahead])
        return None if np.isnan(missed).all() else float(np.nanmean(missed))

    @property
    def origins(self) -> int:
        """How many month ends were foretold."""
        return int((~np.isnan(self.actuals[:, 0])).sum())

    def coverage(self) -> tuple[float | None, ...]:
        """By level, how often a band made of all other origins held what came at an origin."""
        errors = self.relative
        held: list[list[bool]] = [[] for _ in LEVELS]
        for row in range(len(errors)):
            spread = spread_of(np.delete(errors, row, axis=0))
            if spread is not None:
                _note(held, errors[row], spread)
        return tuple(round(sum(each) / len(each), 6) if each else None for each in held)


def _note(held: list[list[bool]], errors: Floats, spread: Spread) -> None:
    for ahead in COVERED:
        if not np.isnan(errors[ahead]):
            for level, size in enumerate(spread.sizes):
                width = spread.scales[ahead] * size
                held[level].append(bool(abs(errors[ahead]) <= width + 1e-12))


def _shares(missed: Floats, whole: Floats) -> Floats:
    """Of nothing there is no share, unless nothing is missed."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found = missed / np.abs(whole)
    found[(missed == 0) & (whole == 0)] = 0.0
    found[np.isinf(found)] = np.nan
    return found
