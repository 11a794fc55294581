"""Unit costs: costs and counts with gaps between them, each number worked out by hand."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from orchestration.insight.reach import Reach
from orchestration.insight.unit_costs.rows import unit_cost_rows
from orchestration.insight.unit_costs.table import UNIT_COSTS
from orchestration.insight.unit_costs.units import Divisor

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
REACH = Reach(date(2026, 1, 1), date(2026, 4, 3))
ORDERS = Divisor("orders", "order", "USD")


def march(day):
    return date(2026, 3, day)


def rows(counted, costs, divisor=ORDERS, reach=REACH):
    """Rows by label, period and its start; without labels by period and start."""
    names = [each.name for each in UNIT_COSTS.columns]
    found = {}
    for row in unit_cost_rows(divisor, labelled(counted), labelled(costs), reach):
        record = dict(zip(names, row, strict=True))
        key = record["period"], record["period_start"]
        key = key if record["label"] == "(all)" else (record["label"], *key)
        assert key not in found
        found[key] = record
    return found


def labelled(values):
    """Amounts as decimals and cents as they are, with the label that none has."""
    return {
        key if isinstance(key, tuple) else (None, key): Decimal(value)
        if isinstance(value, str)
        else value
        for key, value in values.items()
    }


def said(row, *names):
    return tuple(row[each] for each in names)


def test_cost_per_order():
    """$12.00 for 400 orders is three cents each; $9.99 for 27 is 37 cents."""
    found = rows({march(1): "400", march(2): "27"}, {march(1): 1200, march(2): 999})
    assert said(found["day", march(1)], "unit_cost", "status") == (Decimal("0.03"), "ok")
    assert found["day", march(2)]["unit_cost"] == Decimal("0.37")
    month = found["month", MARCH]
    assert said(month, "cost_cents", "units", "status") == (2199, Decimal(427), "ok")
    # 21.99 ÷ 427
    assert month["unit_cost"] == Decimal("0.051498829040")
    assert said(month, "units_through", "lag_days") == (march(2), 32)


def test_per_a_thousand_and_of_a_fraction():
    thousand = Divisor("orders", "order", "USD", per=1000)
    found = rows({march(1): "8000"}, {march(1): 1200}, thousand)
    assert found["day", march(1)]["unit_cost"] == Decimal("1.5")
    found = rows({march(1): "0.5"}, {march(1): 1200})
    assert found["day", march(1)]["unit_cost"] == Decimal(24)


def test_a_day_without_a_count_is_said_and_its_costs_divide_nothing():
    """Three days of $10 and 100 orders, one of $10 and nothing: the month is $30 ÷ 300."""
    days = [march(each) for each in (1, 2, 4)]
    found = rows(dict.fromkeys(days, "100"), dict.fromkeys([*days, march(3)], 1000))
    third = found["day", march(3)]
    assert said(third, "status", "units", "unit_cost") == ("units missing", None, None)
    assert said(third, "cost_cents", "cost_without_units_cents") == (0, 1000)
    month = found["month", MARCH]
    assert said(month, "status", "missing_days") == ("units not complete", 1)
    assert said(month, "cost_cents", "cost_without_units_cents") == (3000, 1000)
    assert month["unit_cost"] == Decimal("0.1")


def test_days_after_the_last_count_lag_behind():
    costs = {march(31): 1000, APRIL: 1000, date(2026, 4, 3): 500}
    found = rows({march(31): "10"}, costs)
    assert found["month", MARCH]["status"] == "ok"
    april = found["month", APRIL]
    assert said(april, "status", "missing_days", "is_running") == ("units missing", 2, True)
    assert said(april, "units_through", "lag_days") == (march(31), 3)
    assert found["day", date(2026, 4, 3)]["is_running"]
    assert ("day", date(2026, 4, 2)) not in found


def test_units_without_costs_and_a_count_of_zero():
    found = rows({march(1): "5", march(2): "0"}, {march(2): 700})
    assert said(found["day", march(1)], "status", "unit_cost") == ("costs missing", None)
    zero = found["day", march(2)]
    assert said(zero, "status", "units", "unit_cost") == ("units missing", Decimal(0), None)
    assert said(zero, "cost_cents", "missing_days") == (700, 0)


def test_counts_before_or_after_the_bill_are_no_rows():
    counted = {date(2020, 1, 1): "5", date(2026, 4, 3): "5", date(2026, 4, 9): "5"}
    found = rows(counted, {date(2026, 4, 3): 100})
    assert list(found) == [("day", date(2026, 4, 3)), ("month", APRIL)]
    assert found["month", APRIL]["units"] == 5
    assert found["month", APRIL]["lag_days"] == 0


def test_costs_before_the_first_count_are_no_rows():
    found = rows({march(2): "1"}, {march(1): 100, march(2): 200})
    assert found["month", MARCH]["cost_without_units_cents"] == 0
    assert ("day", march(1)) not in found


def test_what_is_there_has_the_average_of_its_days_for_a_month():
    """10, 20 and 30 GB on three of four days that cost $1 each: $4 for an average of 20 GB."""
    stored = Divisor("stored", "GB", "USD", is_average=True)
    counted = {march(1): "10", march(2): "20", march(4): "30"}
    found = rows(counted, {march(each): 100 for each in (1, 2, 3, 4)}, stored)
    month = found["month", MARCH]
    assert said(month, "units", "cost_cents") == (Decimal(20), 400)
    assert said(month, "unit_cost", "status") == (Decimal("0.2"), "units not complete")
    assert said(month, "missing_days", "cost_without_units_cents") == (1, 0)


def test_labels_have_costs_of_their_own():
    """The costs of tenants that nobody counts stand together."""
    counted = {("a", march(1)): "10", ("b", march(1)): "5"}
    costs = {("a", march(1)): 100, ("c", march(1)): 7, ("(untagged)", march(1)): 3}
    found = rows(counted, costs)
    assert found["a", "day", march(1)]["unit_cost"] == Decimal("0.1")
    assert found["b", "day", march(1)]["status"] == "costs missing"
    rest = found["(no units)", "day", march(1)]
    assert said(rest, "status", "cost_without_units_cents") == ("units missing", 10)
    assert {label for label, *_ in found} == {"a", "b", "(no units)"}
    for period in ("day", "month"):
        of_period = [row for key, row in found.items() if key[1] == period]
        assert sum(r["cost_cents"] + r["cost_without_units_cents"] for r in of_period) == 110


def test_what_is_counted_by_month_divides_months():
    """January is known from the 10th on and April runs: both counts stand against a part."""
    monthly = Divisor("tenants", "tenant", "USD", is_monthly=True)
    january, february = date(2026, 1, 1), date(2026, 2, 1)
    counted = {january: "4", february: "4", APRIL: "4"}
    days = [date(2026, 1, 10) + timedelta(each) for each in range(84)]
    reach = Reach(days[0], days[-1])
    found = rows(counted, dict.fromkeys(days, 100), monthly, reach)
    assert list(found) == [("month", each) for each in (january, february, MARCH, APRIL)]
    statuses = [row["status"] for row in found.values()]
    assert statuses == ["costs not complete", "ok", "units missing", "costs not complete"]
    assert found["month", february]["unit_cost"] == Decimal(7)
    assert found["month", MARCH]["cost_without_units_cents"] == 3100
    assert said(found["month", APRIL], "units_through", "lag_days") == (date(2026, 4, 30), 0)


def test_a_month_whose_last_day_is_the_newest_is_whole():
    monthly = Divisor("tenants", "tenant", "USD", is_monthly=True)
    reach = Reach(date(2026, 1, 1), march(31))
    found = rows({MARCH: "4"}, {march(1): 400}, monthly, reach)
    assert said(found["month", MARCH], "status", "is_running") == ("ok", True)


@pytest.mark.parametrize("units", ["0.000000001", "999999999999999999.999999999"])
def test_the_smallest_and_the_largest_count_keep_their_decimals(units):
    found = rows({march(1): units, march(2): units}, {march(1): 10**12, march(2): 10**12})
    for row in found.values():
        exact = Decimal(row["cost_cents"]) / 100 / row["units"]
        assert row["unit_cost"] == pytest.approx(exact, abs=Decimal("1e-12"))
        assert len(row["unit_cost"].as_tuple().digits) <= 38
    assert found["month", MARCH]["units"] == 2 * Decimal(units) or units.startswith("9")


def test_no_count_is_no_row():
    assert rows({}, {march(1): 5}) == {}
