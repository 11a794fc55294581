"""Forecasts and plans of the small warehouse, made by the code that makes those of a refresh."""

from pathlib import Path

import duckdb

from orchestration.insight.forecasting.tables import FORECAST_PARTS, FORECAST_QUALITY, FORECASTS
from orchestration.insight.tables import Row, Table
from orchestration.refreshing import insight_forecast, insight_plans
from orchestration.rules.plans import read_plans
from orchestration.settings import Settings
from orchestration.warehouse.insight_file import Outcome, write_insight

TABLES = (FORECASTS, FORECAST_PARTS, FORECAST_QUALITY, *insight_plans.TABLES)
BUDGETS_FILE = """\
budgets:
- {name: company, owner: finance@example.com, covers: children, monthly: 4400}
- name: shop
  parent: company
  monthly: 2400
  when: {all: [{dimension: project, is: shop}]}
- name: analytics
  parent: company
  owner: ana
  changes: [{from: 2025-04-01, monthly: 2000}, {from: 2026-05-06, monthly: 2600}]
  when: {all: [{dimension: tag:team, is: data}]}
- name: events
  parent: analytics
  monthly: 4000
  when: {all: [{dimension: resource, is: events}]}
- name: backups
  parent: shop
  monthly: 30
  when: {all: [{dimension: service, flexible: backup}]}
"""
METRICS_FILE = """\
metrics:
- name: orders
  unit: order
  per: 1000
  file: orders.csv
  when: {all: [{dimension: project, is: shop}]}
- name: tenants
  unit: tenant
  file: tenants.csv
  every: month
  labels: project
- name: lost
  unit: thing
  file: lost.csv
"""
SCENARIOS_FILE = """\
scenarios:
- name: growth
  changes:
  - name: shop grows
    from: 2026-06
    growth_percent: 10
    when: {all: [{dimension: project, is: shop}]}
  - name: everything grows
    from: 2026-07
    growth_percent: 1
    when: {any: [{dimension: service, is_not: none}]}
"""


def add(db: duckdb.DuckDBPyConnection, folder: Path, *, planned: bool) -> None:
    """Adds the tables to a small warehouse; without plans and forecasts they are empty."""
    rows: dict[Table, list[Row]] = {each: [] for each in TABLES}
    problems: list[str] = []
    if planned:
        db.execute("alter table marts.fct_invoices add column start_date date")
        db.execute("update marts.fct_invoices set start_date = invoice_month")
        rows |= insight_forecast.build(db)
        _write_config(folder)
        expected = insight_plans.expected_of(rows[FORECAST_PARTS])
        plans = read_plans(Settings(_env_file=None, config_dir=folder))
        found, problems = insight_plans.build(db, plans, folder, expected)
        rows |= found
    file = folder / "insight.duckdb"
    write_insight(file, rows, [Outcome("forecast", 0.1), Outcome("plans", 0.1, tuple(problems))])
    db.execute("attach $file as insight (read_only)", {"file": str(file)})
    for table in TABLES:
        how = "create or replace table" if planned else "create table if not exists"
        db.execute(f"{how} marts.{table.name} as from insight.marts.{table.name}")
    db.execute("create or replace table meta.insight as from insight.meta.insight")
    db.execute("detach insight")
    file.unlink()


def _write_config(folder: Path) -> None:
    (folder / "budgets.yaml").write_text(BUDGETS_FILE)
    (folder / "metrics.yaml").write_text(METRICS_FILE)
    (folder / "scenarios.yaml").write_text(SCENARIOS_FILE)
    days = [f"2026-{month:02d}-{day:02d}" for month in (3, 4) for day in range(1, 31)]
    days += [f"2026-05-{day:02d}" for day in range(1, 17) if day != 9]
    counts = "".join(f"{day},{400 + number}\n" for number, day in enumerate(days))
    (folder / "orders.csv").write_text(f"date,amount\n{counts}")
    months = [f"2026-{month:02d}" for month in (3, 4, 5)]
    tenants = "".join(f"{month},shop,20\n{month},analytics,35\n" for month in months)
    (folder / "tenants.csv").write_text(f"date,label,amount\n{tenants}")
