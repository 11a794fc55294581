"""What stands beside costs is what the tables of insight say of the same costs."""

from datetime import date

import pytest

from dashboard import data
from reporting import overlays
from reporting.query import Query
from reporting.state import Filter
from tests.dashboard.test_report_query import made

SHOP = (Filter("project", "is", ("shop",)),)


def expected(where: str, month: str) -> int:
    [row] = data.rows(Query(
        f"select sum(expected_cents)::bigint as cents from marts.forecast_parts "
        f"where {where} and month = '{month}'"
    ))  # fmt: skip
    return int(row["cents"])


def test_the_running_month_and_those_ahead_are_expected(publish):
    publish(sketched=True)
    query = overlays.forecast(made(start=date(2026, 3, 1), last=date(2026, 7, 31), bin="month"))
    found = {row["month"]: row for row in data.rows(query)}
    assert list(found) == [date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)]
    for month, row in found.items():
        assert row["expected"] == expected("true", f"{month}")
        assert row["low"] < row["expected"] < row["high"]
    [actual] = data.rows(Query(
        "select sum(cost_cents)::bigint as cents from marts.fct_line_items "
        "where charge_type <> 'credit' and usage_date >= '2026-05-01'"
    ))  # fmt: skip
    assert found[date(2026, 5, 1)]["actual"] == actual["cents"]
    assert found[date(2026, 6, 1)]["actual"] == 0


def test_what_a_filter_keeps_is_expected_without_a_band_that_nobody_measured(publish):
    publish(sketched=True)
    found = data.rows(overlays.forecast(made(filters=SHOP)))
    assert [row["expected"] for row in found] == [expected("project_id = 'p-shop'", "2026-05-01")]
    assert found[0]["low"] is None
    several = data.rows(overlays.forecast(made(filters=(Filter("project", "is_not", ("shop",)),))))
    others = "coalesce(project_id, '') <> 'p-shop'"
    assert [row["expected"] for row in several] == [expected(others, "2026-05-01")]


@pytest.mark.parametrize(
    "state",
    [
        {"range": "last_month"},
        {"filters": (Filter("region", "is", ("us-east-1",)),)},
        {"measure": "usage"},
        {"show": ("discounts",)},
    ],
)
def test_nothing_is_expected_of_what_was_not_forecast(publish, state):
    publish(sketched=True)
    assert overlays.forecast(made(**state)) is None


@pytest.mark.parametrize(
    ("name", "months"),
    [("next_month", 1), ("next_3_months", 3), ("next_6_months", 6), ("next_12_months", 12)],
)
def test_months_ahead_are_expected_by_group(publish, name, months):
    publish(sketched=True)
    report = made(range=name, group=("service",))
    found = data.rows(overlays.expected_groups(report))
    assert len({row["month"] for row in found}) == months
    assert sum(row["expected"] for row in found if row["month"] == date(2026, 6, 1)) == expected(
        "true", "2026-06-01"
    )
    assert overlays.expected_groups(made(range=name, group=("sku",))) is None


def test_plans_are_those_that_were_asked_for(publish):
    publish(sketched=True)
    report = made(range="last_3_months", overlay=("budget:platform", "scenario:smaller",
                                                  "unit_cost:orders"), bin="month")  # fmt: skip
    budget = data.rows(overlays.budgets(report))
    assert [(row["month"].month, row["amount"]) for row in budget] == [
        (2, 500000), (3, 500000), (4, 500000),
    ]  # fmt: skip
    # 2,000 dollars that have units, by 40,000 orders: 50 dollars a thousand
    assert {row["amount"] for row in data.rows(overlays.unit_costs(report))} == {50}
    assert data.rows(overlays.scenarios(report)) == []
    ahead = made(range="next_month", overlay=("scenario:smaller",))
    [row] = data.rows(overlays.scenarios(ahead))
    assert row["amount"] == row["baseline"] * 8 // 10
    assert [row["overlay"] for row in data.rows(overlays.choices())] == [
        "budget:platform", "scenario:smaller", "unit_cost:orders",
    ]  # fmt: skip
