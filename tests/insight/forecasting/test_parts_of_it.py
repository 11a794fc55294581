"""The small pieces of the forecast, each with an answer worked out by hand."""

from datetime import date

import numpy as np
import pytest

from orchestration.insight.forecasting import fixed, lumps, methods, smoothing
from orchestration.insight.forecasting.backtest import MONTHS, origins_of, winners
from orchestration.insight.forecasting.bands import band, spread_of
from orchestration.insight.forecasting.calendars import Calendar, add_months
from orchestration.insight.forecasting.errors import Judged
from orchestration.insight.forecasting.levels import (
    explained_step,
    is_deleted,
    last_shift,
    on_new_level,
)

nan = float("nan")


def calendar_from(first: date, as_of: date) -> Calendar:
    return Calendar.ahead_of(first, as_of)


# calendars


def test_months_are_counted_over_the_year():
    assert add_months(date(2026, 11, 30), 3) == date(2027, 2, 1)
    assert add_months(date(2026, 1, 5), -1) == date(2025, 12, 1)


def test_a_calendar_ends_with_the_twelfth_month_ahead():
    calendar = calendar_from(date(2026, 1, 30), date(2026, 2, 3))
    assert calendar.day(len(calendar.months) - 1) == date(2027, 2, 28)
    ones = np.ones(len(calendar.months))
    assert calendar.month_sums(ones)[:3].tolist() == [2, 28, 31]
    assert calendar.month_sums(ones[29:], 29)[:2].tolist() == [1, 31]


def test_origins_are_the_same_day_of_earlier_months():
    calendar = calendar_from(date(2026, 1, 1), date(2026, 5, 31))
    origins = origins_of(calendar, calendar.position(date(2026, 5, 31)), 1, 56)
    days = [calendar.day(day).isoformat() for day in origins.days]
    assert days == ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]


# levels


@pytest.mark.parametrize(
    ("steps", "origin", "expected"),
    [
        ([], 50, None),
        ([(10, "created")], 50, None),
        ([(10, "tier changed")], 50, 10),
        ([(10, "tier changed"), (20, "deleted")], 50, 10),
        ([(60, "tier changed")], 50, None),
        ([(10, "paused"), (12, "resumed")], 50, 12),
        ([(n, "paused") for n in (10, 17, 24)], 50, None),
    ],
)
def test_only_events_that_are_no_rhythm_explain_a_step(steps, origin, expected):
    assert explained_step(steps, origin) == expected


@pytest.mark.parametrize(
    ("steps", "costs", "over"),
    [
        ([], [1, 1, 0], False),
        ([(1, "deleted")], [1, 1, 0], True),
        ([(3, "deleted")], [1, 1, 1], True),
        ([(1, "deleted")], [1, 1, 1], False),
        ([(1, "deleted"), (3, "created")], [1, 1, 0], False),
        ([(0, "deleted"), (1, "created"), (1, "deleted")], [1, 1, 0], False),
    ],
)
def test_deleted_is_what_costs_nothing_since_and_never_came_again(steps, costs, over):
    assert is_deleted(steps, np.array(costs, dtype=float)) is over


def test_days_before_a_step_keep_their_shape_at_the_new_level():
    history = np.array([10.0, 20.0] * 7 + [99.0] + [30.0, 60.0] * 4)
    found = on_new_level(history, 14)
    since = np.array([30.0, 60.0] * 4)[-7:].mean()
    assert found[:2] == pytest.approx([10 * since / 15, 20 * since / 15])
    assert found[14] == since
    assert found[15:].tolist() == history[15:].tolist()


def test_noise_of_a_few_days_is_no_new_level():
    history = np.array([0.0, 100.0] * 14 + [50.0, 60.0, 55.0, 70.0])
    assert on_new_level(history, 28) is history


@pytest.mark.parametrize(
    ("values", "begins"),
    [
        ([10] * 20, 0),
        ([10] * 20 + [50] * 10, 20),
        ([10] * 20 + [50] * 10 + [30] * 5, 30),
        ([10, 12] * 15, 0),
        ([5, 5], 0),
    ],
)
def test_the_last_shift_is_where_the_newest_level_begins(values, begins):
    assert last_shift(np.array(values, dtype=float)) == begins


# methods


@pytest.mark.parametrize("name", methods.SIMPLE)
def test_every_method_gives_a_value_for_each_day_ahead(name):
    calendar = calendar_from(date(2025, 1, 1), date(2026, 5, 10))
    history = np.full(calendar.position(date(2026, 5, 10)), 7.0)
    path = methods.SIMPLE[name][0](history, calendar)
    assert len(path) == len(calendar.months) - len(history)
    assert path == pytest.approx(np.full(len(path), 7.0))


def test_days_of_the_month_come_again():
    calendar = calendar_from(date(2026, 1, 1), date(2026, 3, 1))
    history = calendar.days_of_month[:59].astype(float)
    path = methods.same_day_last_month(history, calendar)
    # February has no 29th to 31st, so January's count
    assert path[:31].tolist() == list(range(1, 32))


def test_weekdays_come_again():
    calendar = calendar_from(date(2026, 1, 1), date(2026, 3, 1))
    history = calendar.weekdays[:59].astype(float)
    path = methods.weekdays(history, calendar)
    assert path.tolist() == calendar.weekdays[59:].tolist()


@pytest.mark.parametrize(
    ("values", "gone"),
    [
        ([0] * 10, True),
        ([1] * 10 + [0] * 6, False),
        ([1] * 10 + [0] * 7, True),
        ([1] * 10 + [0] * 10 + [1] + [0] * 14, False),
        ([1] * 10 + [0] * 10 + [1] + [0] * 15, True),
    ],
)
def test_gone_is_what_is_missing_for_longer_than_ever_before(values, gone):
    assert methods.is_gone(np.array(values, dtype=float)) is gone


def test_smoothing_learns_a_week_and_a_trend():
    as_of = date(2026, 6, 1)
    calendar = calendar_from(date(2026, 1, 1), as_of)
    today = calendar.position(as_of)
    days = np.arange(today, dtype=float)
    weekly = np.where(calendar.weekdays[:today] < 5, 100.0, 30.0)
    growing = 1000.0 + 5 * days
    states = smoothing.filtered(np.stack([weekly, growing]), [0, 0], [today])
    week = smoothing.path(states[today], 0, today, calendar)[:14]
    assert week == pytest.approx(
        np.where(calendar.weekdays[today : today + 14] < 5, 100.0, 30.0), abs=6
    )
    grown = smoothing.path(states[today], 1, today, calendar)
    assert grown[29] == pytest.approx(1000 + 5 * (today + 29), rel=0.01)


# what is charged for a month


def test_ways_of_a_fixed_charge():
    past = np.array([90.0, 110.0, 60.0])
    found = fixed.ways(past, np.array([900.0, 1100.0, 1200.0]), np.full(MONTHS, 1000.0))
    assert found["same as last month"][0] == 60
    assert found["mean of the last 12 months"][5] == pytest.approx(260 / 3)
    assert found["share of usage over 1 month"][0] == pytest.approx(50)
    assert found["share of usage over 3 months"][0] == pytest.approx(260 / 3200 * 1000)
    # usage and charge came to 990, 1210 and 1260
    assert found["what usage leaves of the monthly minimum"][0] == pytest.approx(210)


def test_nothing_charged_yet_is_nothing_ahead():
    found = fixed.ways(np.zeros(0), np.zeros(0), np.full(MONTHS, 1000.0))
    assert {float(months.sum()) for months in found.values()} == {0.0}


def test_a_run_early_in_a_month_comes_again_early_in_a_month():
    """From Wednesday, January 7, the first of 2026; in March that is the 4th."""
    calendar = calendar_from(date(2026, 1, 1), date(2026, 2, 20))
    history = np.zeros(51)
    history[6:9] = 10.0
    found = lumps.again(history, calendar, 2)
    assert found[:6].tolist() == [0, 30, 0, 30, 0, 30]


# backtest, bands, errors


def test_a_method_is_chosen_at_each_origin_by_the_origins_before_it_alone():
    """The second method is right from the start, which shows once a quarter of it is over."""
    origins = 8
    actuals = np.full((origins, MONTHS), 100.0)
    actuals[-1] = nan
    wrong, right = np.full_like(actuals, 150.0), np.full_like(actuals, 100.0)
    usable = np.arange(origins) < origins - 1
    assert winners(np.stack([wrong, right]), actuals, usable, 0) == [0, 0, 0, 0, 1, 1, 1, 1]


def test_a_method_that_is_hardly_better_gives_way_to_a_simpler_one():
    actuals = np.full((8, MONTHS), 100.0)
    simple, other = np.full_like(actuals, 110.0), np.full_like(actuals, 109.9)
    usable = np.full(8, fill_value=True)
    assert winners(np.stack([simple, other]), actuals, usable, 0)[-1] == 0
    assert winners(np.stack([other, simple]), actuals, usable, 1)[-1] == 1


def test_three_errors_make_no_band():
    errors = np.full((3, MONTHS), 0.1)
    assert spread_of(errors) is None


def test_a_band_is_as_wide_as_errors_were_and_grows_where_none_is_known():
    errors = np.full((10, MONTHS), nan)
    errors[:, 0] = [0.1, -0.1] * 5
    errors[:, 1] = [0.2, -0.2] * 5
    spread = spread_of(errors)
    assert band(1000.0, 0, spread, 0, 0.0) == (900, 1100)
    assert band(1000.0, 1, spread, 1, 0.0) == (800, 1200)
    # the square root of how much further away it is than the last known
    assert band(1000.0, 7, spread, 1, 0.0) == (600, 1400)
    # what is billed already will not become less
    assert band(1000.0, 0, spread, 0, 950.0) == (950, 1100)


def test_errors_are_shares_and_nothing_of_nothing_is_right():
    judged = Judged(
        forecasts=np.array([[90.0, 0.0], [110.0, 0.0], [100.0, 5.0]]),
        actuals=np.array([[100.0, 0.0], [100.0, nan], [100.0, 0.0]]),
    )
    assert judged.mape(0) == pytest.approx(0.2 / 3)
    assert judged.mape(1) == 0.0
    assert judged.origins == 3


def test_coverage_leaves_out_what_it_judges():
    """Nine errors of a tenth and one of half: nine of ten are held."""
    forecasts = np.full((10, MONTHS), 100.0)
    actuals = np.full((10, MONTHS), nan)
    actuals[:, 0] = [110.0] * 9 + [150.0]
    assert Judged(forecasts, actuals).coverage()[0] == pytest.approx(0.9)
