"""The address of a budget's cost report shows what the budget covers."""

from datetime import date
from urllib.parse import parse_qs

import pytest

from orchestration.insight.budgets.table import BUDGETS
from orchestration.refreshing.budget_reports import report_of
from orchestration.refreshing.insight_plans import build
from orchestration.rules.budgets import Budget
from orchestration.rules.plans import PlanFiles
from reporting.conditions import conditions
from reporting.dimensions import COST_DIMENSIONS, find
from reporting.query import Binder
from reporting.url_state import parse

from .small_marts import cost, marts_of

DAY, MAY = date(2026, 5, 1), date(2026, 5, 1)
COSTS = [
    cost(DAY, 1, tags={"team": ["web", "shop"]}),
    cost(DAY, 2, service="Backup"),
    cost(DAY, 4, project_name="labs", project_id="p2"),
    cost(DAY, 8, project_name="labs", project_id="p2", service="Backup", tags={"team": ["web"]}),
    cost(DAY, 16, charge_type="support", service="Support", project_name=None, project_id=None),
    cost(DAY, 32, charge_type="credit", service="Credits", project_name=None, project_id=None),
]


def budget(name="one", **said):
    return Budget.model_validate({"name": name, "monthly": "1", **said})


def when(**condition):
    return {"all": [condition]}


@pytest.mark.parametrize(
    "budgets",
    [
        [budget()],
        [budget(when=when(dimension="project", **{"is": ["labs", "shop"]}))],
        [budget(when=when(dimension="project", is_not=["labs"]))],
        [budget(when=when(dimension="tag:team", contains="WEB"))],
        [budget(when=when(dimension="tag:team", not_contains="web"))],
        [budget(include=["support"])],
        [budget(include=["support", "credit"])],
        [budget(when={
            "all": [{"dimension": "service", "starts": "back"}],
            "any": [{"dimension": "project", "is": "labs"}, {"dimension": "tag:team", "is": "x"}],
        })],
        [
            Budget.model_validate({"name": "all", "covers": "children"}),
            budget("web", parent="all", when=when(dimension="tag:team", ends="web")),
            budget("backup", parent="all", when=when(dimension="service", **{"is": "Backup"})),
        ],
    ],
)  # fmt: skip
def test_the_report_of_a_budget_shows_its_costs(budgets):
    address = report_of(budgets[0], budgets)
    assert address is not None
    state, problems = parse(parse_qs(address))
    assert problems == []
    bind = Binder()
    named = [(one, find(one.dimension, COST_DIMENSIONS, state.tags)) for one in state.filters]
    text = conditions(named, bind) or "true"
    counted = "true" if "credits" in state.show else "is_in_total"
    with marts_of(COSTS, DAY) as db:
        query = bind.query(f"""
            select sum(cost_cents) from marts.fct_line_item_days
            where ({text}) and {counted} and usage_date <= (select max(data_through)
                from marts.data_through)
        """)
        [shown] = db.execute(query.sql, query.bound()).fetchone()
        rows, _ = build(db, PlanFiles(budgets), None, {})
    names = [each.name for each in BUDGETS.columns]
    row = next(dict(zip(names, row, strict=True)) for row in rows[BUDGETS])
    assert (row["actual_cents"], row["report"]) == (shown, address)
    assert shown


@pytest.mark.parametrize(
    "budgets",
    [
        [budget(when=when(dimension="project", flexible="labs"))],
        [budget(when=when(dimension="project", regex="^l"))],
        [
            budget("old", tags="first_seen", when=when(dimension="tag:team", ends="web")),
            budget("new", parent="old", when=when(dimension="tag:team", ends="shop")),
        ],
    ],
)
def test_what_the_cost_report_cannot_ask_has_no_address(budgets):
    assert report_of(budgets[0], budgets) is None
