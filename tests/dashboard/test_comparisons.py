"""What a range is compared with, by hand, and that SQL and pages mean the same by a month's age."""

from dataclasses import replace
from datetime import date, timedelta

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.comparisons import comparison, day_of_life, per_day_change, same_day
from reporting.ranges import ONE_DAY, RANGES, DataDays, Gap, Window, add_months, resolve
from reporting.report import report_of
from reporting.state import Filter, ReportState
from tests.macros import rendered

DAYS = st.dates(date(2018, 1, 1), date(2035, 12, 31))


def window(start: str, end: str, known_by: str | None = None) -> Window:
    known = date.fromisoformat(known_by) if known_by else None
    return Window(date.fromisoformat(start), date.fromisoformat(end), known)


def reaching(through: date, first: date = date(2016, 1, 1)) -> DataDays:
    return DataDays(first, first, through, through + ONE_DAY, through)


def compared(name: str, range_name: str, days: DataDays) -> Window | None:
    return comparison(name, range_name, resolve(range_name, days.first, days.through), days).window


@pytest.mark.parametrize(
    ("range_name", "through", "expected"),
    [
        # a running month: the same days as they were billed a day later
        ("this_month", date(2026, 5, 18), window("2026-04-01", "2026-04-19", "2026-04-19")),
        ("this_month", date(2026, 1, 10), window("2025-12-01", "2025-12-11", "2025-12-11")),
        # its last day beside the last day of the other: both have all of their charges
        ("this_month", date(2026, 3, 31), window("2026-02-01", "2026-03-01", "2026-03-01")),
        ("this_month", date(2026, 11, 30), window("2026-10-01", "2026-11-01", "2026-11-01")),
        # but no day before it
        ("this_month", date(2026, 10, 30), window("2026-09-01", "2026-09-30", "2026-09-30")),
        ("this_month", date(2026, 3, 29), window("2026-02-01", "2026-02-28", "2026-02-28")),
        ("year_to_date", date(2028, 2, 29), window("2027-01-01", "2027-03-01", "2027-03-01")),
        ("year_to_date", date(2026, 5, 18), window("2025-01-01", "2025-05-19", "2025-05-19")),
        ("last_7_days", date(2026, 5, 18), window("2026-05-05", "2026-05-12", "2026-05-12")),
        # what is over is compared with what is over
        ("last_month", date(2026, 5, 18), window("2026-03-01", "2026-04-01")),
        ("last_3_months", date(2026, 5, 18), window("2025-11-01", "2026-02-01")),
    ],
)  # fmt: skip
def test_a_range_still_being_billed_is_compared_like_for_like(range_name, through, expected):
    assert compared("auto", range_name, reaching(through)) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("like_for_like", window("2026-04-01", "2026-04-19", "2026-04-19")),
        ("same_days", window("2026-04-01", "2026-04-19")),
        ("previous", window("2026-04-13", "2026-05-01")),
        ("last_year", window("2025-05-01", "2025-05-19", "2025-05-19")),
        ("none", None),
    ],
)
def test_a_comparison_can_be_chosen(name, expected):
    assert compared(name, "this_month", reaching(date(2026, 5, 18))) == expected


OCTOBER = reaching(date(2026, 11, 28), first=date(2025, 10, 28))


@pytest.mark.parametrize(
    ("asked", "name", "sentence"),
    [
        (window("2025-11-01", "2025-12-01"), "auto", "costs begin on 28 Oct 2025"),
        (window("2026-01-01", "2026-11-29"), "last_year", "costs begin on 28 Oct 2025"),
        (window("2026-12-01", "2027-01-01"), "auto", "costs end on 28 Nov 2026"),
        (window("2026-11-29", "2026-11-30"), "previous", "costs end on 28 Nov 2026"),
    ],
)
def test_missing_costs_are_compared_with_nothing_and_that_is_said(asked, name, sentence):
    found = comparison(name, None, asked, OCTOBER)
    assert found.window is None
    assert found.rule == f"No comparison: {sentence}."


def test_late_usage_before_the_first_invoice_is_no_beginning():
    """Eleven dollars of October on November's invoice are not October."""
    days = DataDays(date(2025, 10, 28), date(2025, 11, 1), date(2026, 11, 28), date(2026, 11, 29),
                    date(2026, 11, 28))  # fmt: skip
    late = comparison("auto", None, window("2025-11-04", "2025-11-08"), days)
    assert late.rule == "No comparison: costs begin on 1 Nov 2025."
    assert comparison("auto", None, window("2025-11-05", "2025-11-09"), days).window


def test_days_of_ones_own_win_and_may_not_be_beyond_the_data():
    own = window("2026-02-01", "2026-03-01")
    asked = window("2026-05-01", "2026-06-01")
    assert comparison("x", None, asked, OCTOBER, custom=own).window == own
    beyond = window("2027-02-01", "2027-03-01")
    assert comparison("x", None, asked, OCTOBER, custom=beyond).window is None


def test_everything_has_nothing_before_it():
    assert compared("auto", "all", OCTOBER) is None


def test_october_against_september_says_thirty_one_days_and_what_a_day_cost():
    """3,100 against 3,000 dollars is +3.33 %, and not a cent a day."""
    found = comparison("auto", None, window("2026-10-01", "2026-11-01"), OCTOBER)
    assert found.window == window("2026-09-01", "2026-10-01")
    assert found.rule == "vs. the month before"
    assert per_day_change(310000, 300000, (31, 30)) == 0
    assert per_day_change(310000, 0, (31, 30)) is None
    assert per_day_change(-200, -100, (1, 1)) == -1


@given(DAYS, st.sampled_from(sorted(set(RANGES) - {"all"})), st.sampled_from(
    ["auto", "like_for_like", "same_days", "previous", "last_year"]))  # fmt: skip
def test_a_comparison_never_overlaps_its_window(last, range_name, name):
    """A day counted on both sides would make every change too small."""
    days = reaching(last, first=date(2010, 1, 1))
    now = resolve(range_name, days.first, last)
    before = compared(name, range_name, days)
    if name == "last_year" and now.months > 12:
        assert before is None
        return
    assert before is not None
    assert before.start < before.end <= now.start < now.end
    if before.known_by:
        assert before.end <= before.known_by < days.posted


def test_sql_means_the_same_by_a_month_s_age():
    """macros/like_for_like.sql over every day of five years, a leap year among them."""
    columns = ", ".join(
        f"{{{{ {name}('day', {months}) }}}} as {name}_{months}"
        for name in ("same_day", "day_of_life")
        for months in (1, 12)
    )
    select = f"""select day, {columns} from (
        select unnest(generate_series(date '2023-01-01', date '2027-12-31', interval 1 day))::date
            as day
    )"""
    sql = rendered(select, "duckdb", "like_for_like")
    with duckdb.connect() as db:
        found = db.execute(sql).fetchall()
    assert len(found) == 1826
    for day, *dates in found:
        ours = [f(day, months) for f in (same_day, day_of_life) for months in (1, 12)]
        assert dates == ours, day


@given(DAYS, st.sampled_from([1, 3, 12]))
def test_a_month_that_is_not_over_is_never_beside_one_that_is(day, months):
    then = day_of_life(day, months)
    assert ((then + ONE_DAY).day == 1) == ((day + ONE_DAY).day == 1)
    assert then.replace(day=1) == add_months(day.replace(day=1), -months)
    assert timedelta(0) <= same_day(day, months) - then <= timedelta(1)


OWN = frozenset({("o1", "Shop Inc.")})
SINCE = Gap("shop", "shop", OWN, date(2026, 5, 16), None)
IMPORTING = Gap("shop", "shop", OWN, None, date(2026, 3, 1))
APRIL = Gap("shop", "shop", OWN, date(2026, 4, 1), date(2026, 5, 1))


@pytest.mark.parametrize(
    ("gap", "range_name", "rule"),
    [
        (SINCE, "this_month", "the costs of shop from 16 May 2026 on could not be read"),
        (SINCE, "last_7_days", "the costs of shop from 16 May 2026 on could not be read"),
        (SINCE, "last_month", None),
        (APRIL, "this_month", "the costs of shop in Apr 2026 are not complete"),
        (APRIL, "last_month", "the costs of shop in Apr 2026 are not complete"),
        (APRIL, "last_7_days", None),
        (IMPORTING, "last_month", None),
        (IMPORTING, "last_3_months", "the costs of shop before 1 Mar 2026 are still being read"),
    ],
)
def test_costs_that_one_side_lacks_are_not_compared(gap, range_name, rule):
    days = replace(reaching(date(2026, 5, 18)), gaps=(gap,))
    found = comparison("auto", range_name, resolve(range_name, days.first, days.through), days)
    assert (found.window is None) == bool(rule)
    if rule:
        assert found.rule == f"No comparison: {rule}."


def test_an_organization_that_both_sides_lack_wholly_changes_nothing():
    days = replace(reaching(date(2026, 7, 18)), gaps=(SINCE,))
    may, june, july = (Window(date(2026, each, 1), date(2026, each, 19)) for each in (5, 6, 7))
    assert comparison("auto", None, july, days, custom=june).window == june
    assert comparison("auto", None, july, days, custom=may).window is None


@pytest.mark.parametrize(
    ("filters", "is_compared"),
    [
        ([], False),
        ([("organization", "is", ("o1",), 1)], False),
        ([("organization", "is", ("Shop Inc.",), 1)], False),
        ([("organization", "is", ("o2",), 1)], True),
        ([("organization", "is_not", ("o2",), 1)], False),
        ([("organization", "is_not", ("Shop Inc.",), 1)], True),
        ([("connection", "is", ("bank",), 1)], True),
        ([("connection", "is", ("bank", "shop"), 1)], False),
        ([("connection", "is_not", ("shop",), 1)], True),
        ([("project", "is", ("p1",), 1)], False),
        ([("organization", "is", ("o2",), 1), ("project", "is", ("p1",), 1)], True),
        ([("organization", "is", ("o2",), 1), ("project", "is", ("p1",), 2)], False),
    ],
)
def test_what_is_missing_of_an_organization_concerns_reports_that_may_show_it(filters, is_compared):
    days = replace(reaching(date(2026, 5, 18)), gaps=(SINCE,))
    state = ReportState(filters=tuple(Filter(*each) for each in filters))
    assert bool(report_of(state, days).compared) == is_compared


def test_of_a_month_whose_invoice_is_missing_some_days_may_be_there():
    days = replace(reaching(date(2026, 5, 18)), gaps=(APRIL,))
    first, second = (
        Window(date(2026, 4, start), date(2026, 4, end)) for start, end in ((1, 15), (15, 29))
    )
    assert comparison("auto", None, second, days, custom=first).window is None
