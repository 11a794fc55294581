"""Whole forecasts of tiny bills, held against what follows from them by hand."""

import random
from datetime import date, timedelta

import pytest

from orchestration.insight.forecasting.build import build
from orchestration.insight.forecasting.parts import Event
from orchestration.insight.forecasting.tables import FORECAST_PARTS, FORECAST_QUALITY, FORECASTS
from tests.insight.forecasting import daily, is_total, known, named, told

JUNE_10 = date(2026, 6, 10)


def expected(rows, as_of=JUNE_10, events=()):
    return {month: row["expected_cents"] for month, row in told(rows, as_of, events).items()}


def test_what_costs_the_same_every_day_goes_on_with_no_doubt():
    found = told(daily(100, JUNE_10), JUNE_10)
    assert [found[m]["expected_cents"] for m in ("2026-06", "2026-07", "2027-02")] == [
        3000,
        3100,
        2800,
    ]
    assert len(found) == 13
    june = found["2026-06"]
    assert june["method"] == "mean of the last 28 days"
    assert june["backtest_error"] == 0
    ends = "low_cents", "high_cents", "low_80_cents", "high_80_cents", "low_95_cents"
    assert {june[end] for end in ends} == {3000}


def test_a_tier_change_cuts_what_came_before_it():
    change = date(2026, 6, 2)
    rows = daily(lambda day: 100 if day < change else 250, JUNE_10)
    event = Event(("shop", "prod"), "tier changed", change)
    # June 1 at the old level; the day of the change itself is billed at both and is taken as it is
    assert expected(rows, events=[event])["2026-06"] == 100 + 29 * 250
    assert expected(rows, events=[event])["2026-07"] == 31 * 250
    # without an explanation nothing shows yet that it will last: 19 days of 100, 8 of 250
    assert expected(rows)["2026-07"] == round(31 * (20 * 100 + 8 * 250) / 28)


def test_events_that_come_again_and_again_are_no_steps():
    rows = daily(lambda day: 300 if 8 <= day.day < 15 else 100, JUNE_10)
    events = [
        Event(("shop", "prod"), "tier changed", date(year, month, day))
        for year, month in [*((2025, n) for n in range(7, 13)), *((2026, n) for n in range(1, 6))]
        for day in (8, 15)
    ]
    assert expected(rows, events=events)["2026-07"] == 24 * 100 + 7 * 300


def test_what_is_gone_costs_what_it_is_billed_already():
    rows = daily(100, date(2026, 6, 2)) + daily(7, JUNE_10, resource="other")
    found = expected(rows)
    assert found["2026-06"] == 200 + 30 * 7
    assert found["2026-07"] == 31 * 7


def test_what_atlas_says_is_deleted_is_gone_at_once():
    """June 9 was cut short, and nothing more is expected of it."""
    rows = daily(lambda day: 100 if day < date(2026, 6, 9) else 40, date(2026, 6, 9))
    rows += daily(7, JUNE_10, resource="other")
    event = Event(("shop", "prod"), "deleted", date(2026, 6, 9))
    assert expected(rows, events=[event])["2026-06"] == 8 * 100 + 40 + 30 * 7
    assert expected(rows, events=[event])["2026-07"] == 31 * 7
    assert expected(rows)["2026-07"] > 31 * 7 + 2000


def test_what_is_made_anew_each_month_is_not_gone_between_its_lives():
    rows = daily(lambda day: 50 * (4 <= day.day < 18), date(2026, 6, 28))
    assert expected(rows, date(2026, 6, 28))["2026-07"] == 14 * 50


def test_what_is_new_costs_what_its_whole_days_did():
    old = daily(10, JUNE_10)
    new = daily(lambda day: 30 if day == date(2026, 6, 6) else 90, JUNE_10, first=date(2026, 6, 6))
    new = [row._replace(key=row.key._replace(resource="new")) for row in new]
    found = expected(old + new)
    assert found["2026-06"] == 300 + 30 + 24 * 90
    assert found["2026-07"] == 310 + 31 * 90


def test_what_began_today_goes_on_like_today():
    rows = daily(10, JUNE_10) + daily(90, JUNE_10, first=JUNE_10, resource="new")
    assert expected(rows)["2026-07"] == 310 + 31 * 90


def test_a_cluster_made_again_under_its_name_is_one_series_by_its_newest_id():
    rows = daily(100, date(2026, 5, 7), resource_id="old")
    rows += daily(100, JUNE_10, first=date(2026, 5, 8), resource_id="new")
    found = build(rows, [], JUNE_10, JUNE_10 + timedelta(days=1))
    resources = [r for r in named(FORECASTS, found[FORECASTS]) if r["scope_type"] == "resource"]
    assert {row["scope"] for row in resources} == {"new"}
    assert resources[1]["expected_cents"] == 3100


def first_of_next(day):
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def test_support_is_its_share_of_usage():
    """A tenth of usage that grew: billed for a month on the first of the next."""
    grown = date(2026, 4, 1)
    usage = daily(lambda day: 1000 if day < grown else 2000, JUNE_10)
    support = daily(
        lambda day: 100 if day < grown else 200,
        date(2026, 6, 30),
        project="",
        resource="org",
        service="Support",
        charge_type="support",
        billed=first_of_next,
    )
    found = expected(usage + support)
    assert found["2026-06"] == 30 * 2200
    assert found["2026-07"] == 31 * 2200


def test_a_minimum_charge_is_what_usage_leaves_of_it():
    """5000 a month are due: 30 days of 150 leave 500, 31 leave 350, 28 leave 800."""
    charge = daily(
        lambda day: 5000 - 150 * day.day if day + timedelta(days=1) == first_of_next(day) else 0,
        date(2026, 5, 31),
        project="",
        resource="org",
        service="Credits",
        charge_type="minimum_charge",
    )
    found = expected(daily(150, JUNE_10) + charge)
    assert found["2026-06"] == found["2026-07"] == found["2027-02"] == 5000


def is_last_monday_week(day):
    monday = day - timedelta(days=day.weekday())
    is_last = (monday + timedelta(days=7)).month != monday.month
    return monday.month % 2 == 0 and is_last and day.weekday() < 5


def test_consulting_comes_again_in_the_same_week_also_across_the_end_of_a_month():
    """The last Mondays of even months: April 27, June 29 (three days of July), August 31."""
    first = date(2025, 1, 1)
    consulting = daily(
        lambda day: 150 * is_last_monday_week(day),
        JUNE_10,
        first=first,
        project="",
        resource="org",
        service="Flex Consulting",
        charge_type="consulting",
    )
    found = expected(daily(1, JUNE_10, first=first) + consulting)
    assert found["2026-06"] == 30 + 2 * 150
    assert found["2026-07"] == 31 + 3 * 150
    assert found["2026-08"] == 31 + 1 * 150
    assert found["2026-09"] == 30 + 4 * 150


def test_late_usage_is_added_to_the_days_it_is_missing_from():
    """Half of each day's backup is billed four days late: 100 a day, of which 50 are known."""
    on_time = daily(50, JUNE_10, service="Backup")
    late = daily(50, JUNE_10, service="Backup", billed=lambda day: day + timedelta(days=5))
    found = expected(on_time + late)
    assert found["2026-06"] == pytest.approx(3000, abs=15)
    assert found["2026-07"] == pytest.approx(3100, abs=15)


def test_days_ahead_that_are_billed_already_count():
    ahead = date(2026, 7, 20)
    rows = daily(100, JUNE_10) + daily(900, ahead, first=ahead, billed=lambda _: JUNE_10)
    assert expected(rows)["2026-07"] == 30 * 100 + 900


def odd_bill():
    """Parts in three projects and two currencies whose means are no whole cents."""
    dice = random.Random(5)
    rows = []
    for project in ("shop", "data", ""):
        for resource in ("a", "b"):
            for service in ("Clusters", "Backup", "Data Transfer"):
                rows += daily(
                    lambda _: dice.randint(0, 999),
                    JUNE_10,
                    project=project,
                    resource=resource,
                    service=service,
                    currency="Atlas Credits" if project == "data" else "USD",
                )
    return rows


def test_children_add_up_to_their_parents_to_the_cent():
    found = build(odd_bill(), [], JUNE_10, JUNE_10 + timedelta(days=1))
    forecasts = named(FORECASTS, found[FORECASTS])
    totals = {
        (row["month"], row["pricing_currency"]): row["expected_cents"]
        for row in forecasts
        if is_total(row)
    }
    assert len(totals) == 26
    children = [("scope_type", kind) for kind in ("organization", "service", "project", "resource")]
    for rows in [
        *([row for row in forecasts if row[name] == kind] for name, kind in children),
        named(FORECAST_PARTS, found[FORECAST_PARTS]),
    ]:
        sums = dict.fromkeys(totals, 0)
        for row in rows:
            sums[row["month"], row["pricing_currency"]] += row["expected_cents"]
        assert sums == totals


def test_what_is_used_already_and_billed_late_is_told_of_the_running_month_alone():
    """Half of each day's 100 cents is billed a day after the rest: the newest day lacks 50."""
    rows = [
        row._replace(cost_cents=50, billed_date=row.usage_date + timedelta(days=lag))
        for row in daily(100, JUNE_10)
        for lag in (1, 2)
        if row.usage_date + timedelta(days=lag) <= JUNE_10 + timedelta(days=1)
    ]
    found = named(
        FORECAST_PARTS, build(rows, [], JUNE_10, JUNE_10 + timedelta(days=1))[FORECAST_PARTS]
    )
    late = {row["month"]: row["late_cents"] for row in found if row["late_cents"]}
    assert late == {date(2026, 6, 1): 50}
    assert found[0]["expected_cents"] == 3000


def test_a_band_holds_its_forecast_and_the_wider_one_the_narrower():
    rows = named(FORECASTS, build(odd_bill(), [], JUNE_10, JUNE_10)[FORECASTS])
    for row in rows:
        ends = ("low_95_cents", "low_80_cents", "expected_cents", "high_80_cents", "high_95_cents")
        amounts = [row[end] for end in ends]
        if None in amounts:
            continue
        assert amounts == sorted(amounts)
        assert (row["low_cents"], row["high_cents"]) == (amounts[0], amounts[-1])


def test_two_currencies_are_two_totals():
    rows = daily(100, JUNE_10) + daily(40, JUNE_10, resource="b", currency="Atlas Credits")
    found = named(FORECASTS, build(rows, [], JUNE_10, JUNE_10)[FORECASTS])
    july = [row for row in found if is_total(row) and row["month"] == date(2026, 7, 1)]
    assert {row["pricing_currency"]: row["expected_cents"] for row in july} == {
        "USD": 3100,
        "Atlas Credits": 1240,
    }


def test_four_weeks_are_too_little_to_say_anything():
    as_of = date(2026, 1, 28)
    found = build(daily(100, as_of, first=date(2026, 1, 1)), [], as_of, as_of)
    assert {row["method"] for row in named(FORECASTS, found[FORECASTS])} == {"not enough data"}
    amounts = [
        row[name] for row in named(FORECASTS, found[FORECASTS]) for name in row if "cents" in name
    ]
    assert set(amounts) == {None}
    assert found[FORECAST_PARTS] == []


def test_no_month_is_told_that_lies_twice_as_far_ahead_as_costs_reach_back():
    """29 whole days: April 1 is 61 days away, March 1 is 30."""
    as_of = date(2026, 1, 30)
    found = expected(daily(100, as_of, first=date(2026, 1, 1)), as_of)
    assert found["2026-01"] == 3100
    assert found["2026-03"] == 3100
    assert found["2026-04"] is None


def test_no_costs_make_no_rows():
    assert build([], [], JUNE_10, JUNE_10) == {
        FORECASTS: [],
        FORECAST_PARTS: [],
        FORECAST_QUALITY: [],
    }


def test_the_order_of_rows_changes_nothing():
    rows = odd_bill()
    straight = build(rows, [], JUNE_10, JUNE_10)
    random.Random(1).shuffle(rows)
    assert build(rows, [], JUNE_10, JUNE_10) == straight


def test_quality_says_which_method_won_and_what_the_naive_ones_missed():
    as_of = date(2026, 9, 10)
    rows = daily(lambda day: 100 + 10 * (day.weekday() == 0) + day.day, as_of)
    found = named(FORECAST_QUALITY, build(known(rows, as_of), [], as_of, as_of)[FORECAST_QUALITY])
    part = [row for row in found if row["scope_type"] == "part"]
    assert sum(row["chosen"] for row in part) == 1
    best = next(row for row in part if row["chosen"])
    rivals = [row["mape_3_months"] for row in part if row["mape_3_months"] is not None]
    assert best["mape_3_months"] <= min(rivals) * 1.5
    total = {row["method"]: row for row in found if is_total(row)}
    assert {"same as last month", "same daily rate"} < set(total)
    # day 10 of a month whose days grow dearer: the rate so far is far too low
    assert total["same daily rate"]["mape_month_end"] > best["mape_month_end"]
    assert total["same daily rate"]["coverage_80"] is None
