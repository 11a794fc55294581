"""Insight as an assistant hears it: what the tables hold, chosen and ordered as it was asked."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.assistant.conftest import require_no_secret
from tests.assistant.talking import Assistant, environment_of, talking

ANOMALIES = """
insert into marts.anomalies by name
select
    'a' || number as anomaly_id, status, date '2026-05-10' as usage_date,
    date '2026-05-12' as last_day, false as is_ongoing, date '2026-05-11' as detected_on,
    'shop' as project_name, 'c' || number as resource_name, 'Clusters' as service,
    'USD' as pricing_currency, 1000 * number + 500 as actual_cents, 500 as expected_cents,
    1000 * number as over_cents, 900 * number as quantity_effect_cents,
    100 * number as price_effect_cents
from (values (1, 'open'), (2, 'open'), (3, 'explained'), (4, 'ignored')) as them (number, status)
"""
BUDGETS = """
insert into marts.budgets by name
select
    budget, month, 'USD' as pricing_currency, month = '2026-05-01' as is_running,
    100000 as budget_cents, actual_cents, 90000 as forecast_cents, 'forecast' as forecast_basis,
    'on track' as status, actual_cents / 100000 as used_share
from (values
    ('teams', date '2026-04-01', 70000), ('teams', date '2026-05-01', 40000),
    ('shop', date '2026-05-01', 30000)
) as them (budget, month, actual_cents)
"""
SAVINGS = """
delete from marts.savings;
insert into marts.savings by name
select
    'f' || number as finding_id, 'tier_down' as rule, 'servers' as part,
    'finding ' || number as summary, 'r' || number as resource_id, 'c' || number as resource_name,
    'default' as connection, cents as monthly_saving_cents, 'USD' as pricing_currency,
    number < 3 as is_in_total,
    '[{"what": "CPU", "figure": 9.5, "unit": "percent"}]' as evidence,
    if(cents is null, 'not enough data', 'high') as confidence, 'low' as effort, 'low' as risk,
    'your invoices' as basis, 'do ' || number as action, 'undo ' || number as undo, state,
    date '2026-05-19' as as_of
from (values
    (1, 500, 'open'), (2, 9000, 'planned'), (3, 7000, 'dismissed'), (4, null, 'open')
) as them (number, cents, state)
"""
# A scenario is about what costs something in two months.
EXPECTED = """
select sum(expected_cents) from marts.forecast_parts as parts
where month = '2026-06-01' and exists (
    select 1 from marts.fct_line_item_days as costs
    where costs.usage_date >= date '2026-05-19' - 61
        and costs.resource_id is not distinct from parts.resource_id
        and costs.service = parts.service and costs.charge_type = parts.charge_type
)
"""


@pytest.fixture(scope="module")
def told(refreshed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose published tables of insight hold rows that are known."""
    data = tmp_path_factory.mktemp("insight") / "data"
    shutil.copytree(refreshed, data, symlinks=True)
    with duckdb.connect(str((data / "atlas_costs.duckdb").resolve())) as db:
        for each in ("anomalies", "budgets"):
            db.execute(f"delete from marts.{each}")
        for sql in (ANOMALIES, BUDGETS, SAVINGS):
            db.execute(sql)
    return data


@pytest.fixture(scope="module")
def listener(
    billed: Any, told: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Assistant]:
    errors = tmp_path_factory.mktemp("errors") / "stderr"
    with talking(environment_of(billed, told), errors) as assistant:
        yield assistant
    require_no_secret(billed, assistant, errors)


def rows_of(folder: Path, sql: str) -> list[tuple]:
    with duckdb.connect(str((folder / "atlas_costs.duckdb").resolve()), read_only=True) as db:
        return db.execute(sql).fetchall()


def test_open_anomalies_come_dearest_first_and_others_are_asked_for(listener: Assistant) -> None:
    [second, first] = listener.call("list_anomalies")["anomalies"]
    assert (second["anomaly_id"], first["anomaly_id"]) == ("a2", "a1")
    assert second["over_cents"] == 2000
    assert second["quantity_effect_cents"] + second["price_effect_cents"] == second["over_cents"]
    assert second["actual_cents"] - second["expected_cents"] == second["over_cents"]
    assert (second["first_day"], second["last_day"]) == ("2026-05-10", "2026-05-12")
    assert (second["resource_name"], second["currency"]) == ("c2", "USD")
    said = listener.call("list_anomalies", statuses=["explained", "ignored"], limit=1)
    assert [each["anomaly_id"] for each in said["anomalies"]] == ["a4"]
    assert said["there_are_more"]


def test_budgets_are_those_of_the_running_month_or_of_the_one_asked_for(
    listener: Assistant, told: Path
) -> None:
    said = listener.call("list_budgets")
    assert [(each["budget"], each["actual_cents"]) for each in said["budgets"]] == [
        ("shop", 30_000),
        ("teams", 40_000),
    ]
    assert not said["there_are_more"]
    [budget] = listener.call("list_budgets", month="2026-04")["budgets"]
    assert (budget["month"], budget["actual_cents"], budget["used_share"]) == (
        "2026-04",
        70_000,
        0.7,
    )
    [behind] = said["sql"]
    assert [row[0] for row in rows_of(told, behind["runnable"])] == ["shop", "teams"]


def test_savings_are_those_that_can_be_had_with_their_evidence(listener: Assistant) -> None:
    [most, least] = listener.call("list_savings")["savings"]
    assert [(each["finding_id"], each["monthly_saving_cents"]) for each in (most, least)] == [
        ("f2", 9000),
        ("f1", 500),
    ]
    assert (most["state"], most["action"], most["undo"]) == ("planned", "do 2", "undo 2")
    [evidence] = json.loads(most["evidence"])
    assert evidence == {"what": "CPU", "figure": 9.5, "unit": "percent"}
    unknown = listener.call("list_savings", also_unknown=True)["savings"]
    assert [each["finding_id"] for each in unknown] == ["f2", "f1", "f4"]
    assert unknown[-1]["monthly_saving_cents"] is None
    [dismissed] = listener.call("list_savings", states=["dismissed"])["savings"]
    assert dismissed["finding_id"] == "f3"


def test_what_if_stands_beside_what_is_expected(listener: Assistant, told: Path) -> None:
    """Servers that cost twice as much from June on: what the parts of the forecast say, doubled."""
    servers = {"all": [{"dimension": "category", "is": "Dedicated instance"}]}
    growth = {"name": "growth", "from": "2026-06", "to": "2026-06", "when": servers}
    said = listener.call("what_if", changes=[growth | {"growth_percent": 100}])
    [total] = [
        each for each in said["months"] if (each["month"], each["scope"]) == ("2026-06", "(total)")
    ]
    [change] = [
        each for each in said["months"] if (each["month"], each["scope"]) == ("2026-06", "growth")
    ]
    [(expected,)] = rows_of(told, EXPECTED)
    assert total["baseline_cents"] == expected
    assert change["expected_cents"] == 2 * change["baseline_cents"] > 0
    assert total["difference_cents"] == change["difference_cents"] == change["baseline_cents"]
    assert {each["difference_cents"] for each in said["months"] if each["month"] != "2026-06"} == {
        0
    }
    assert len(said["months"]) == 2 * 13
    assert any("marts.forecast_parts" in each["statement"] for each in said["sql"])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"instance_size": "M40"}, "no server of the last 30 days fits its conditions."),
        ({}, "needs one of instance_size, region, pause, growth_percent."),
        ({"growth_percent": 1, "months": 3}, "months is not a key that is known here."),
        ({"growth_percent": 1, "from": "June"}, "from must be a month such as 2026-05."),
    ],
)
def test_what_cannot_be_told_is_said_in_a_sentence(
    listener: Assistant, change: dict[str, Any], reason: str
) -> None:
    nowhere = {"all": [{"dimension": "resource", "is": "nowhere"}]}
    said = listener.call(
        "what_if", changes=[{"name": "x", "from": "2026-06", "when": nowhere} | change]
    )
    assert said["outcome"] == "refused"
    assert reason in said["says"]
