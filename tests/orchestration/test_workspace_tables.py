"""Every published table is cut to a workspace by a rule that somebody thought of."""

from orchestration.workspaces import tables
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
