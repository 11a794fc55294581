"""A scenario that stands in no file is told as one that does, of the same marts."""

from datetime import date, timedelta

import pytest

from orchestration.insight.budgets.costs import Leaf
from orchestration.insight.forecasting.tables import FORECAST_PARTS
from orchestration.insight.scenarios.table import SCENARIOS
from orchestration.refreshing.insight_plans import build
from orchestration.rules.plans import PlanFiles
from orchestration.rules.scenarios import read_scenarios
from orchestration.what_if import WhatIfError, what_if

from .small_marts import USUAL, cost, marts_of

BEGIN, THROUGH = date(2026, 5, 1), date(2026, 6, 10)
DAYS = [BEGIN + timedelta(each) for each in range((THROUGH - BEGIN).days + 1)]
JULY = date(2026, 7, 1)
LEAF = Leaf(
    *(USUAL[e] for e in ("connection", "org_id", "project_id", "resource_id", "service")),
    "usage",
    "USD",
)
FILE = """\
scenarios:
- name: next year
  changes:
  - name: to M50
    from: 2026-07
    instance_size: M50
    when: {all: [{dimension: sku, ends: m30}]}
  - name: weekends
    from: 2026-08
    pause: {weekends: true}
    when: {all: [{dimension: resource, is: orders}]}
  - name: growth
    from: 2026-07
    growth_percent: 2.5
    when: {any: [{dimension: "tag:tenant", is: [a, b]}]}
"""
ASKED = {
    "name": "next year",
    "changes": [
        {
            "name": "to M50",
            "from": "2026-07",
            "instance_size": "M50",
            "when": {"all": [{"dimension": "sku", "ends": "m30"}]},
        },
        {
            "name": "weekends",
            "from": "2026-08",
            "pause": {"weekends": True},
            "when": {"all": [{"dimension": "resource", "is": "orders"}]},
        },
        {
            "name": "growth",
            "from": "2026-07",
            "growth_percent": 2.5,
            "when": {"any": [{"dimension": "tag:tenant", "is": ["a", "b"]}]},
        },
    ],
}


@pytest.fixture
def marts():
    """$6 a day of an M30 and $4 of an M50; July is forecast to cost $400."""
    costs = [
        each
        for day in DAYS
        for each in (
            cost(day, 600, tags={"tenant": ["a"]}),
            cost(day, 400, sku="ATLAS_AWS_INSTANCE_M50", instance_size="M50"),
        )
    ]
    with marts_of(costs, THROUGH) as db:
        columns = ", ".join(f"{each.name} {each.type}" for each in FORECAST_PARTS.columns)
        db.execute(f"create table marts.forecast_parts ({columns})")
        db.execute(
            "insert into marts.forecast_parts by name select $month as month, 40000 as "
            "expected_cents, $connection as connection, $org_id as org_id, $project_id as "
            "project_id, $resource_id as resource_id, $service as service, $charge_type as "
            "charge_type, $pricing_currency as pricing_currency",
            {"month": JULY, **LEAF._asdict()},
        )
        yield db


def test_it_has_the_rows_that_the_file_would_have(marts, tmp_path) -> None:
    (tmp_path / "scenarios.yaml").write_text(FILE)
    plans = PlanFiles(scenarios=read_scenarios(tmp_path / "scenarios.yaml"))
    rows, problems = build(marts, plans, tmp_path, {(LEAF, JULY): 40_000})
    found = what_if(marts, ASKED)
    names = [each.name for each in SCENARIOS.columns]
    assert found.rows == [dict(zip(names, row, strict=True)) for row in rows[SCENARIOS]]
    assert not problems
    [july] = [each for each in found.rows if (each["month"], each["scope"]) == (JULY, "(total)")]
    assert july["baseline_cents"] == 40_000


def test_it_needs_no_name_and_tells_what_it_read(marts) -> None:
    growth = {"changes": [ASKED["changes"][2]]}
    found = what_if(marts, growth)
    assert {each["scenario"] for each in found.rows} == {"what if"}
    assert any("marts.forecast_parts" in each.sql for each in found.read)
    for each in what_if(marts, ASKED).read:
        assert "$" not in each.runnable()


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({}, "changes is missing."),
        ({"changes": [], "name": "x"}, "changes List should have at least 1 item"),
        ({"changes": [ASKED["changes"][2]] * 2}, "changes[1].name stands here twice."),
        ({"changes": [ASKED["changes"][2] | {"from": "July"}]}, "changes[0].from must be a month"),
        ({"changes": [ASKED["changes"][0] | {"instance_size": "M9"}]}, "to M50: nobody knows"),
        ({"changes": [ASKED["changes"][2]], "currency": "credits"}, "No costs are in credits."),
        ({"changes": [ASKED["changes"][2]], "tags": object()}, "is made of texts"),
    ],
)
def test_what_cannot_be_told_is_one_sentence(marts, asked, reason: str) -> None:
    with pytest.raises(WhatIfError) as raised:
        what_if(marts, asked)
    assert reason in str(raised.value)
    assert "\n" not in str(raised.value)


def test_without_a_bill_nothing_is_expected() -> None:
    with marts_of([], THROUGH) as db, pytest.raises(WhatIfError, match="no costs"):
        what_if(db, ASKED)
