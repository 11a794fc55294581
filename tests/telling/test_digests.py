"""Which period a digest is about."""

from datetime import date

import pytest

from orchestration.telling.digests import newest_period


@pytest.mark.parametrize(("every", "through", "first", "end"), [
    ("daily", date(2026, 5, 20), date(2026, 5, 20), date(2026, 5, 21)),
    # 17 May 2026 is a Sunday
    ("weekly", date(2026, 5, 17), date(2026, 5, 11), date(2026, 5, 18)),
    ("weekly", date(2026, 5, 23), date(2026, 5, 11), date(2026, 5, 18)),
    ("monthly", date(2026, 5, 30), date(2026, 4, 1), date(2026, 5, 1)),
    ("monthly", date(2026, 5, 31), date(2026, 5, 1), date(2026, 6, 1)),
    ("monthly", date(2026, 1, 5), date(2025, 12, 1), date(2026, 1, 1)),
])  # fmt: skip
def test_a_period_is_told_once_all_of_its_days_are_posted(every, through, first, end):
    period = newest_period(every, through)
    assert (period.window.start, period.window.end) == (first, end)
    assert period.drawn.end == end
    assert period.drawn.start < first
