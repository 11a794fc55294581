"""The marts that Python makes and dbt's of savings and changes, empty: as their contracts say."""

import duckdb
import yaml

from orchestration.insight.anomalies import ANOMALIES, ANOMALY_FEEDBACK
from orchestration.insight.budgets.table import BUDGETS
from orchestration.insight.change_alerts import COST_CHANGE_ALERTS
from orchestration.insight.forecasting.tables import FORECASTS
from tests.conftest import ROOT

_MADE = (ANOMALIES, ANOMALY_FEEDBACK, COST_CHANGE_ALERTS, FORECASTS, BUDGETS)
_MODELS = ("actions", "savings", "realised_savings", "fct_cost_changes")


def contracts() -> dict[str, dict[str, str]]:
    """Each table's columns with their types."""
    found = {each.name: {one.name: one.type for one in each.columns} for each in _MADE}
    for model in _MODELS:
        file = ROOT / f"dbt_project/models/marts/{model}.yml"
        [described] = yaml.safe_load(file.read_text())["models"]
        found[model] = {each["name"]: each["data_type"] for each in described["columns"]}
    return found


def complete(db: duckdb.DuckDBPyConnection) -> None:
    """Adds the tables and columns that a published file lacks."""
    db.execute("create table if not exists meta.insight (part varchar, seconds double, "
               "error varchar)")  # fmt: skip
    db.execute("create table if not exists meta.permissions (connection varchar, capability "
               "varchar, status varchar, detail varchar, lost varchar, role varchar)")  # fmt: skip
    for name, columns in contracts().items():
        text = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
        db.execute(f"create table if not exists marts.{name} ({text})")
        for column, kind in columns.items():
            db.execute(f'alter table marts.{name} add column if not exists "{column}" {kind}')
