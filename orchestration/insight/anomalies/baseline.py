"""What a day should cost, by the days before it.

The middle of eight weeks, by weekday where the series has a week's rhythm. Medians, because one odd
day must not move them; the farthest usual day beside the median absolute deviation, because usage
such as transfer is nothing on most days and a lot on some, and a deviation of zero knows no limit.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from orchestration.insight.anomalies.limits import Limits

Cents = npt.NDArray[np.float64]
Days = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

WEEK = 7
# A rhythm takes away half of the deviations, and was seen three times.
RHYTHM, TIMES = 0.5, 3
TO_DEVIATION = 1.4826
# A series that costs something on fewer days is sparse: its middle may be nothing.
DENSE = 0.8


@dataclass(frozen=True)
class Baseline:
    """What was usual before a day.

    Attributes:
        expected: Of each weekday, in cents; the first is that of day 0.
        top: The farthest usual day of each weekday.
        spread: A robust standard deviation.
        days: The days it is made of.
    """

    expected: Cents
    top: Cents
    spread: float
    days: Days
    has_rhythm: bool

    def of(self, day: int) -> float:
        """What a day should cost."""
        return float(self.expected[day % WEEK])

    def is_odd(self, day: int, cents: float, floor: float, limits: Limits) -> bool:
        """Whether a day begins an incident."""
        usual = self.of(day)
        farthest = float(self.top[day % WEEK]) - usual
        least = max(
            floor,
            limits.spreads * self.spread,
            limits.share * usual,
            limits.reach * farthest,
        )
        return cents - usual >= least

    def is_still_odd(self, day: int, cents: float, floor: float, limits: Limits) -> bool:
        """Whether a day belongs to an incident that has begun: half as much is enough."""
        usual = self.of(day)
        least = max(floor / 2, limits.share / 2 * usual)
        return cents - usual >= least and cents > float(self.top[day % WEEK])


def baseline(cents: Cents, usable: Mask, since: int, day: int, limits: Limits) -> Baseline | None:
    """What was usual before a day, or None where too little is known.

    Args:
        cents: The series.
        usable: Its days that were not odd.
        since: The day on which its level began.
        day: The day to be compared.
        limits: How far to look back.
    """
    known = np.flatnonzero(usable[since:day]) + since
    days = known[-limits.window :]
    values = cents[days]
    if not _is_enough(values, since, limits):
        return None
    weekdays = days % WEEK
    by_weekday = [values[weekdays == each] for each in range(WEEK)]
    if min(map(len, by_weekday)) >= TIMES:
        medians = np.array([_median(each) for each in by_weekday])
        beyond = values - medians[weekdays]
        left = np.abs(beyond)
        without = np.abs(values - _median(values)).sum()
        if without > 0 and left.sum() <= RHYTHM * without:
            # of any weekday: eight of one are too few to know how far it reaches
            return Baseline(medians, medians + beyond.max(), _spread(left), days, has_rhythm=True)
    middle = _middle(values)
    farthest = values if _is_dense(values) else cents[known[-limits.window_of_sparse :]]
    expected, top = np.full(WEEK, middle), np.full(WEEK, farthest.max())
    return Baseline(expected, top, _spread(np.abs(values - middle)), days, has_rhythm=False)


def _is_enough(values: Cents, since: int, limits: Limits) -> bool:
    if not since:
        return len(values) >= limits.history
    if len(values) < limits.settling:
        return False
    return len(values) >= limits.history_of_sparse or _is_dense(values)


def _middle(values: Cents) -> float:
    """The median, or of a sparse series the mean: what a day costs in the long run."""
    return _median(values) if _is_dense(values) else float(values.sum()) / len(values)


def _is_dense(values: Cents) -> bool:
    return int(np.count_nonzero(values > 0)) >= DENSE * len(values)


def _median(values: Cents) -> float:
    """As numpy's, which takes five times as long for so few."""
    ordered = np.sort(values)
    return float(ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2


def _spread(deviations: Cents) -> float:
    return TO_DEVIATION * _median(deviations)
