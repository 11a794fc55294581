"""Named ranges on the last day that has data, month ends included."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.ranges import RANGES, Window, add_months, previous, resolve, rule

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


@pytest.mark.parametrize(
    ("name", "last", "expected"),
    [
        ("this_month", date(2026, 5, 18), window("2026-04-01", "2026-04-19")),
        ("this_month", date(2026, 3, 31), window("2026-02-01", "2026-03-01")),
        ("this_month", date(2026, 1, 10), window("2025-12-01", "2025-12-11")),
        ("year_to_date", date(2028, 2, 29), window("2027-01-01", "2027-03-01")),
        ("last_month", date(2026, 5, 18), window("2026-03-01", "2026-04-01")),
        ("last_7_days", date(2026, 5, 18), window("2026-05-05", "2026-05-12")),
    ],
)
def test_a_range_is_compared_by_its_rule(name, last, expected):
    assert previous(name, resolve(name, FIRST, last)) == expected


def test_custom_days_are_compared_with_as_many_days_before():
    assert previous(None, window("2026-05-10", "2026-05-13")) == window("2026-05-07", "2026-05-10")


def test_everything_has_nothing_before_it():
    assert previous("all", resolve("all", FIRST, date(2026, 5, 18))) is None
    assert "nothing" in rule("all")


def test_the_rule_of_comparison_is_put_into_words():
    assert "same days of the month before" in rule("this_month")
    assert "whole months" in rule("last_month") == rule("last_3_months")
    assert "equal length" in rule(None) == rule("last_7_days")


@given(DAYS, st.sampled_from(sorted(set(RANGES) - {"all"})))
def test_a_comparison_never_overlaps_its_window(last, name):
    """A day counted on both sides would make every change too small."""
    now = resolve(name, FIRST, last)
    before = previous(name, now)
    assert before is not None
    assert before.start < before.end <= now.start < now.end


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
