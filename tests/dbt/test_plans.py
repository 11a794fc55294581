"""Budgets of the hand-written world: the same conditions fit what the models allocate by them."""

from pathlib import Path

import duckdb
import pytest

from orchestration.insight.budgets.table import BUDGETS
from orchestration.refreshing.filtered_costs import same_subject, tell_apart
from orchestration.refreshing.insight_plans import build
from orchestration.rules.budgets import Budget
from orchestration.rules.costs import Costs
from orchestration.rules.plans import PlanFiles

Marts = duckdb.DuckDBPyConnection
EVERYTHING = ["usage", "support", "minimum_charge", "consulting", "credit"]
# What is asked for of the rules in ruled.py, the rows that they allocated, and in which currency;
# support that no value of its organization could bear went to the default.
SAME = [
    ("allocation_rule = 'labs'", {"dimension": "project", "flexible": "LABS"}, "credits"),
    (
        "charge_type = 'support' and allocation_method in ('split', 'default')",
        {"dimension": "charge_type", "is": "support"},
        "dollars",
    ),
    ("allocation_method = 'direct'", {"dimension": "tag:team", "is_not": "(untagged)"}, "dollars"),
]


@pytest.mark.parametrize(("allocated", "condition", "currency"), SAME)
def test_a_condition_fits_what_the_models_allocate_by_it(
    marts: Marts, allocated: str, condition: dict[str, str], currency: str
) -> None:
    said = {"when": {"all": [condition]}, "include": EVERYTHING, "currency": currency}
    costs = Costs.model_validate(said)
    looked = tell_apart(marts, [costs])
    fits = f"""
        select usage_date, sum(cost_cents)
        from plan_costs as costs
        inner join plan_fits as fitting on {same_subject(looked, "costs", "fitting")}
        where len(fits) > 0
        group by all order by all
    """
    allocation = f"""
        select usage_date, sum(cost_cents) from marts.allocated_costs_daily
        where allocation_key = 'team' and {allocated} and pricing_currency = $currency
            and usage_date <= (select data_through from marts.data_through)
        group by all order by all
    """
    found = marts.execute(fits).fetchall()
    assert found == marts.execute(allocation, {"currency": costs.pricing_currency}).fetchall()
    assert found


def test_a_budget_of_everything_and_the_rest_are_the_bill(marts: Marts) -> None:
    """By month and currency, to the cent: in dollars a budget, in credits nobody's."""
    plans = PlanFiles([Budget.model_validate({"name": "all", "monthly": "1"})], [])
    rows, problems = build(marts, plans, Path(), {})
    names = [each.name for each in BUDGETS.columns]
    records = [dict(zip(names, row, strict=True)) for row in rows[BUDGETS]]
    found = {
        (each["budget"], each["pricing_currency"], each["month"]): each["actual_cents"]
        for each in records
        if each["actual_cents"]
    }
    bill = """
        select if(pricing_currency = 'USD', 'all', '(unbudgeted)'), pricing_currency,
            date_trunc('month', usage_date)::date, sum(cost_cents)
        from marts.agg_costs_daily
        where is_in_total and usage_date <= (select data_through from marts.data_through)
        group by all having sum(cost_cents) != 0
    """
    assert found == {tuple(key): cents for *key, cents in marts.execute(bill).fetchall()}
    assert not problems
