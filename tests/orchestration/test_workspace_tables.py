"""Every published table is cut to a workspace by a rule that somebody thought of."""

from collections.abc import Iterable
from pathlib import Path

import duckdb
import pytest

from orchestration.workspaces import tables
from orchestration.workspaces.copying import copy_scope
from orchestration.workspaces.scope import Scope
from tests.conftest import ROOT

META = {"freshness", "insight", "permissions"}
MADE_BY_PYTHON = {
    "anomalies", "anomaly_feedback", "budget_costs", "budget_days", "budgets",
    "cost_change_alerts", "forecast_parts", "forecast_quality", "forecasts", "scenarios",
    "unit_costs",
}  # fmt: skip


def test_each_mart_has_a_rule_and_each_rule_a_mart():
    models = {each.stem for each in (ROOT / "dbt_project/models/marts").glob("*.sql")}
    assert models | META | MADE_BY_PYTHON == tables.KNOWN


def test_no_table_has_two_rules():
    rules = (tables.LINES, tables.ENTITIES, tables.LISTED, tables.FOLLOWING, tables.COMMON,
             tables.WITHHELD, tables.VIEWS)  # fmt: skip
    assert sum(map(len, rules)) == len(tables.KNOWN)


# the bill of docs/decisions.md, "What a workspace sees": project, resource, service, type, dollars
BILL = (
    ("shop", "store", "Clusters", "usage", 600),
    ("shop", "store", "Backup", "usage", 100),
    ("data", "lake", "Clusters", "usage", 200),
    (None, None, "Support", "support", 90),
)
# support is divided by own costs, 700 to 200
ALLOCATED = (
    ("shop", "store", "Clusters", "usage", "storefront", 600),
    ("shop", "store", "Backup", "usage", "storefront", 100),
    ("data", "lake", "Clusters", "usage", "platform", 200),
    (None, None, "Support", "support", "storefront", 70),
    (None, None, "Support", "support", "platform", 20),
)
COSTS = """select 'acme' as connection, 'org' as org_id, project as project_id,
    project as project_name, resource as resource_id, resource as resource_name,
    resource as cluster_name, service, service as category, charge_type, service as sku,
    '2026-05-01'::date as invoice_month, 'USD' as pricing_currency, {more} cents as cost_cents
from (values {rows}) as t(project, resource, service, charge_type, {names} cents)"""


def _published(file: Path) -> None:
    def values(found: Iterable[tuple[object, ...]]) -> str:
        return ", ".join(repr((*each[:-1], each[-1] * 100)).replace("None", "null")
                         for each in found)  # fmt: skip

    costs = COSTS.format(more="", names="", rows=values(BILL))
    shares = COSTS.format(
        more="'team' as allocation_key, value as allocation_value,", names="value,",
        rows=values(ALLOCATED),
    )  # fmt: skip
    with duckdb.connect(str(file)) as db:
        db.execute("create schema marts; create schema meta")
        db.execute("create table meta.freshness as select 'acme' as connection, "
                   "[]::varchar[] as missing_parts")  # fmt: skip
        for name in ("fct_line_items", "agg_costs_monthly"):
            db.execute(f"create table marts.{name} as {costs}")
        db.execute(f"create table marts.allocated_costs_daily as {shares}")
        db.execute("create table marts.fct_invoices as select 'acme' as connection, "
                   "'org' as org_id, 'i' as invoice_id, 99000 as cost_cents")  # fmt: skip
        db.execute("create table marts.forecasts as from (values ('total', null, 99000), "
                   "('project', 'shop', 70000), ('service', 'Clusters', 80000)) "
                   "as t(scope_type, scope, cost_cents)")  # fmt: skip


@pytest.mark.parametrize(
    ("sees", "lines", "borne", "invoices", "forecasts"),
    [
        ({"project": "shop"}, 700, 700, 0, ["shop"]),
        ({"allocation:team": "storefront"}, 700, 770, 0, ["shop"]),
        ({"service": "Clusters"}, 800, 800, 0, ["Clusters"]),
        ({"connection": "acme"}, 990, 990, 1, ["Clusters", "shop"]),
    ],
    ids=str,
)
def test_a_workspace_is_cut_as_the_decisions_say(tmp_path, sees, lines, borne, invoices, forecasts):
    _published(tmp_path / "whole.duckdb")
    scope = Scope("one", (tuple((name, (value,)) for name, value in sees.items()),))
    copy_scope(tmp_path / "whole.duckdb", tmp_path / "cut.duckdb", scope)
    with duckdb.connect(str(tmp_path / "cut.duckdb"), read_only=True) as db:

        def asked(sql: str) -> list[object]:
            return [value for (value,) in db.execute(sql).fetchall()]

        total = "select (sum(cost_cents) / 100)::int from marts.{}"
        assert asked(total.format("fct_line_items")) == [lines]
        assert asked(total.format("agg_costs_monthly")) == [lines]
        assert asked(total.format("allocated_costs_daily")) == [borne]
        assert asked("select count(*) from marts.fct_invoices") == [invoices]
        assert asked("select scope from marts.forecasts where scope is not null "
                     "order by all") == forecasts  # fmt: skip
        assert asked("select count(*) from marts.forecasts where scope is null") == [0]
