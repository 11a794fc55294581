"""What each method would have said on the same day of earlier months, and which one to believe."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from orchestration.insight.forecasting.calendars import MONTHS_AHEAD, Calendar, Floats

Bools = NDArray[np.bool_]
MONTHS = MONTHS_AHEAD + 1
MOST_ORIGINS = 24
SCORED = (0, 1, 3)
"""Months ahead whose errors decide: the month's end, the next month, and a quarter on."""
WORTHWHILE = 0.97
"""A less simple method must lower the error at least to this share of a simpler one's."""
FADING = 0.93
"""An origin's weight relative to the next one's."""


@dataclass(frozen=True)
class Origins:
    """Days on which a forecast is made: the same day of earlier months, and last `as_of` itself.

    At the same age of a month as much of it is known, so errors tell how far off this one may be.

    Attributes:
        days: Their positions.
        delay: Days after a day until its usage was posted.
    """

    calendar: Calendar
    days: tuple[int, ...]
    delay: int

    @property
    def as_of(self) -> int:
        """The newest day of the data."""
        return self.days[-1]

    def actuals(self, final: Floats) -> Floats:
        """What each month ahead came to (origins in rows); nan for months that are not over."""
        months = self.calendar.months
        sums = self.calendar.month_sums(final)
        running = int(months[self.as_of])
        found = np.full((len(self.days), MONTHS), np.nan)
        for row, day in enumerate(self.days):
            over = sums[int(months[day]) : running][:MONTHS]
            found[row, : len(over)] = over
        return found


def origins_of(calendar: Calendar, as_of: int, delay: int, least: int) -> Origins:
    """The origins that have at least `least` days of history before them."""
    earlier = (calendar.same_day_months_ago(as_of, n) for n in range(MOST_ORIGINS, 0, -1))
    return Origins(calendar, (*(day for day in earlier if day >= least), as_of), delay)


@dataclass
class Tried:
    """A series' forecasts by method; rows are origins, the last of them the forecast itself.

    Attributes:
        usable: The origins (but the last) at which the series was old enough to judge methods by.
        chosen: The method of the forecast itself.
        best: What was forecast by the method that was best by then: at each origin it is chosen
            anew by what was known there, so that the error told is that of choosing, too.
        late: Cents that the running month's days so far are expected to be billed yet.
    """

    actuals: Floats
    usable: Bools
    forecasts: dict[str, Floats] = field(default_factory=dict)
    chosen: str = ""
    best: Floats = field(default_factory=lambda: np.zeros((0, MONTHS)))
    late: float = 0.0

    @property
    def of_chosen(self) -> Floats:
        """What the chosen method would have forecast all along: bands are made of its errors."""
        return self.forecasts[self.chosen]

    def choose(self, otherwise: str) -> None:
        """Take the method with the least error; `otherwise` where nothing can be compared."""
        names = list(self.forecasts)
        every = np.stack([self.forecasts[name] for name in names])
        wins = winners(every, self.actuals, self.usable, names.index(otherwise))
        self.best = every[wins, np.arange(len(wins))]
        self.chosen = names[wins[-1]]

    def rename(self, name: str) -> None:
        """Say why there was nothing to choose: all methods say the same then."""
        self.forecasts[name] = self.of_chosen
        self.chosen = name


def winners(forecasts: Floats, actuals: Floats, usable: Bools, otherwise: int) -> list[int]:
    """The method to believe at each origin, by the origins before it.

    Methods are compared in order: one gives way only to one that is worth the change.

    Args:
        forecasts: Methods x origins x months ahead.
        actuals: Origins x months ahead; nan where the month is not over at the last origin.
        usable: Which origins count.
        otherwise: The method where nothing can be compared.
    """
    scored = list(SCORED)
    missed = np.abs(forecasts - actuals)[:, :, scored]
    spent = np.abs(actuals)[:, scored]
    counts = usable[:, None] & ~np.isnan(spent)
    missed, spent = np.where(counts, missed, 0.0), np.where(counts, spent, 0.0)
    return [_winner(*_scores(missed, spent, counts, row), otherwise) for row in range(len(usable))]


def _scores(missed: Floats, spent: Floats, counts: Bools, row: int) -> tuple[Floats, bool]:
    """Errors as shares of what was spent, of months that were over at an origin."""
    shares = []
    for column, ahead in enumerate(SCORED):
        over = max(row - ahead, 0)
        if counts[:over, column].any():
            weights = FADING ** np.arange(over)[::-1]
            whole = max(float(weights @ spent[:over, column]), 1.0)
            shares.append(missed[:, :over, column] @ weights / whole)
    # the month's end alone says little about the months after it
    return np.sum(shares, axis=0), len(shares) == len(SCORED)


def _winner(scores: Floats, is_known: bool, otherwise: int) -> int:
    if not is_known:
        return otherwise
    best = otherwise
    for method, score in enumerate(scores):
        if score < scores[best] * WORTHWHILE:
            best = method
    return best
