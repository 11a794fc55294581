"""What each method would have said on the same day of earlier months, and which one to believe."""

from dataclasses import dataclass, field

import numpy as np

from orchestration.insight.forecasting.calendars import MONTHS_AHEAD, Calendar, Floats

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
    """

    actuals: Floats
    usable: np.ndarray  # type: ignore[type-arg]
    forecasts: dict[str, Floats] = field(default_factory=dict)
    chosen: str = ""

    @property
    def best(self) -> Floats:
        """The chosen method's forecasts."""
        return self.forecasts[self.chosen]

    def choose(self, otherwise: str) -> None:
        """Take the method with the least error; `otherwise` where nothing can be compared.

        Methods are compared in order: one gives way only to one that is worth the change.
        """
        scores = {name: self.score(name) for name in self.forecasts}
        best = otherwise
        for name, score in scores.items():
            if score is None:
                continue
            standing = scores[best]
            if standing is None or score < standing * WORTHWHILE:
                best = name
        self.chosen = best

    def score(self, name: str) -> float | None:
        """Absolute errors of the horizons that count, as shares of what was spent."""
        shares = []
        for ahead in SCORED:
            actual = self.actuals[:, ahead]
            judged = self.usable & ~np.isnan(actual) & ~np.isnan(self.forecasts[name][:, ahead])
            if judged.any():
                weights = FADING ** np.arange(judged.sum())[::-1]
                missed = np.abs(self.forecasts[name][judged, ahead] - actual[judged])
                spent = np.abs(actual[judged])
                shares.append(
                    float((weights * missed).sum()) / max(float((weights * spent).sum()), 1.0)
                )
        return sum(shares) / len(shares) if shares else None
