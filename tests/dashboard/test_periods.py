"""Which periods of a report do not show all of their costs."""

from datetime import date

import pytest

from reporting.periods import Partial, partial, shown
from reporting.ranges import DataDays, Window

THROUGH = date(2026, 11, 28)
DAYS = DataDays(date(2025, 11, 1), date(2025, 11, 1), THROUGH, date(2026, 11, 29), THROUGH)
MAY_ON = Window(date(2026, 5, 1), date(2026, 11, 29))


@pytest.mark.parametrize(
    ("period", "step", "expected"),
    [
        (date(2026, 4, 27), "week", Partial.CUT),
        (date(2026, 5, 4), "week", None),
        (date(2026, 11, 23), "week", Partial.OPEN),
        (date(2026, 10, 1), "month", None),
        (date(2026, 11, 1), "month", Partial.OPEN),
        (date(2026, 4, 1), "quarter", Partial.CUT),
        (date(2026, 7, 1), "quarter", None),
        (date(2026, 10, 1), "quarter", Partial.OPEN),
        (date(2026, 11, 27), "day", None),
        (date(2026, 11, 28), "day", Partial.OPEN),
    ],
)
def test_a_period_is_partial_where_days_are_cut_or_still_being_billed(period, step, expected):
    assert partial(period, step, MAY_ON, DAYS) is expected


def test_a_cut_period_shows_the_days_of_its_range():
    assert shown(date(2026, 4, 27), "week", MAY_ON) == Window(date(2026, 5, 1), date(2026, 5, 4))
