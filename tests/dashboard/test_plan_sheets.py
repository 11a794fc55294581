"""What the pages of plans save is what they show, to the cent."""

import csv
import io
from datetime import date

import pytest

from dashboard import downloads
from reporting import budgets, files, forecasts, plan_sheets, unit_costs
from reporting.forecasts import Scope
from tests.dashboard.alone import ask, ask_one

MAY = date(2026, 5, 1)
TOTAL = Scope("total")
QUERIES = {
    "Budgets": budgets.of_month(MAY),
    "Days": budgets.days("analytics", "USD", MAY),
    "Costs": budgets.costs("analytics", "USD", MAY),
    "Forecast": forecasts.ahead(TOTAL),
    "History": forecasts.history(TOTAL, MAY),
    "Parts": forecasts.parts(TOTAL, "service", MAY),
    "Quality": forecasts.quality(TOTAL),
    "Scenarios": forecasts.scenarios(),
    "By label": unit_costs.labels("tenants"),
    "By day": unit_costs.days("orders"),
}
# a column of each sheet → the same asked of the marts
SUMS = {
    ("Budgets", "actual_cents"): "sum(actual_cents) from marts.budgets where is_running",
    ("Costs", "amount_cents"): """sum(actual_cents) from marts.budgets
        where is_running and budget = 'analytics'""",
    ("Forecast", "expected_cents"): """sum(expected_cents) from marts.forecasts
        where scope_type = 'total'""",
    ("History", "amount_cents"): """sum(cost_cents) from marts.fct_costs_daily
        where is_in_total and usage_date >= '2025-05-01'""",
    ("Parts", "this_month_cents"): """sum(expected_cents) from marts.forecast_parts
        where month = '2026-05-01'""",
    ("Scenarios", "difference_cents"): "sum(difference_cents) from marts.scenarios",
    ("By label", "cost_cents"): """sum(cost_cents) from marts.unit_costs
        where metric = 'tenants'""",
    ("By day", "cost_cents"): """sum(cost_cents) from marts.unit_costs
        where metric = 'orders' and period = 'day'""",
}


@pytest.fixture
def planned(publish):
    publish(planned=True)


def saved(title):
    [sheet] = plan_sheets.sheets({title: QUERIES[title]})
    text = downloads.content([sheet], files.FORMATS["csv"]).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize(("title", "column"), SUMS)
def test_a_sheet_has_the_marts_amounts(planned, title, column):
    [expected] = ask_one(f"select {SUMS[title, column]}")
    assert sum(int(row[column]) for row in saved(title)) == expected
    assert expected


def test_every_sheet_is_tried():
    assert set(QUERIES) == set(plan_sheets.SHEETS)


def test_a_budgets_days_and_a_forecasts_errors_are_saved_as_they_are(planned):
    days = saved("Days")
    [budgeted] = ask_one("""select budget_cents from marts.budgets
        where is_running and budget = 'analytics'""")  # fmt: skip
    assert (len(days), int(days[-1]["plan_cents"])) == (31, budgeted)
    errors = ask("""select mape_month_end from marts.forecast_quality
        where scope_type = 'total' order by chosen desc, mape_month_end""")  # fmt: skip
    assert [float(row["mape_month_end"]) for row in saved("Quality")] == [
        each[0] for each in errors
    ]


def test_a_unit_cost_keeps_its_twelve_places(planned):
    [cost] = ask_one("""select unit_cost from marts.unit_costs where label = 'shop'
        and period_start = '2026-04-01'""")  # fmt: skip
    rows = [
        r for r in saved("By label") if (r["label"], r["period_start"][:7]) == ("shop", "2026-04")
    ]
    assert [row["unit_cost"].rstrip("0") for row in rows] == [f"{cost:f}".rstrip("0")]
