"""Named ranges on the last day that has data, month ends included."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.ranges import Window, add_months, resolve

FIRST = date(2025, 4, 1)
DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))


def window(start: str, end: str) -> Window:
    return Window(date.fromisoformat(start), date.fromisoformat(end))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("this_month", window("2026-05-01", "2026-05-19")),
        ("last_month", window("2026-04-01", "2026-05-01")),
        ("last_3_days", window("2026-05-16", "2026-05-19")),
        ("last_30_days", window("2026-04-19", "2026-05-19")),
        ("last_3_months", window("2026-02-01", "2026-05-01")),
        ("last_12_months", window("2025-05-01", "2026-05-01")),
        ("year_to_date", window("2026-01-01", "2026-05-19")),
        ("all", window("2025-04-01", "2026-05-19")),
    ],
)
def test_a_named_range_ends_with_the_data(name, expected):
    assert resolve(name, FIRST, date(2026, 5, 18)) == expected


def test_on_the_last_day_of_a_month_the_month_is_whole():
    assert resolve("this_month", FIRST, date(2026, 1, 31)) == window("2026-01-01", "2026-02-01")


@given(DAYS, st.integers(-40, 40))
def test_adding_months_stays_in_the_right_month(day, months):
    found = add_months(day, months)
    assert (found.year - day.year) * 12 + found.month - day.month == months
    assert found.day == day.day or found.day < day.day


@pytest.mark.parametrize(
    ("one", "whole"),
    [
        (window("2026-04-01", "2026-05-01"), True),
        (window("2026-05-01", "2026-05-19"), True),
        (window("2026-05-01", "2026-05-18"), False),
        (window("2026-04-02", "2026-05-01"), False),
    ],
)
def test_a_month_is_whole_when_no_usage_day_is_cut(one, whole):
    assert one.whole_months(date(2026, 5, 19)) is whole
