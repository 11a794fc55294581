"""A data folder whose warehouse was built and published as a refresh does it, of any size.

Its company has plans, so that no page is empty: budgets, an allocation key, a metric, a scenario
and a saved report.
"""

import shutil
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb

from benchmarks.measure import Failed
from benchmarks.world import PROJECTS, Size, write
from orchestration.refreshing import insights
from orchestration.refreshing.folder import DataFolder
from orchestration.settings import Settings
from orchestration.warehouse.publish import ConnectionStatus

COUNTED_DAYS = 400
ALLOCATION = """keys:
  - key: team
    rules:
      - value_from: tag:team
      - name: support
        when: {all: [{dimension: charge_type, is: [support, minimum_charge]}]}
        split: {by: cost, over: month}
"""
METRICS = """metrics:
  - {name: orders, unit: order, per: 1000, file: orders.csv}
"""
SCENARIOS = """scenarios:
  - name: growth
    changes:
      - name: storage grows
        from: 2026-06
        growth_percent: 5
        when: {all: [{dimension: service, is: Storage}]}
"""
REPORTS = """reports:
  - name: by-team
    title: By team
    address: /cost-report?range=last_3_months&bin=month&group=tag%3Ateam
"""


def settings_of(folder: Path) -> Settings:
    """Those of a data folder with its configuration in `config`."""
    return Settings(data_dir=folder, config_dir=folder / "config")


def published(folder: Path, size: Size, raw: Path | None = None) -> Settings:
    """Make one, or take the one that lies there already.

    Args:
        folder: The data folder.
        size: Of the world.
        raw: A world of that size that lies elsewhere and is no longer needed there.

    Raises:
        Failed: the models or their tests failed.
    """
    settings = settings_of(folder)
    if settings.published_warehouse.exists():
        return settings
    settings.build_dir.mkdir(parents=True, exist_ok=True)
    if raw and raw.exists():
        shutil.move(raw, settings.raw_file)
    if not settings.raw_file.exists():
        write(settings.raw_file, size)
    _configure(settings.config_dir)
    with DataFolder(settings).held("benchmark") as data:
        data.apply_rules()
        build = data.build(None)
        if not build.is_well:
            raise Failed(build.what_failed)
        began = time.process_time()
        insights.make_current(data)
        print(f"  insight: {time.process_time() - began:.1f} CPU s", flush=True)
        data.publish([status(through(settings.marts_file))], [])
    return settings


def status(last: date) -> ConnectionStatus:
    """The one connection, read just now."""
    return ConnectionStatus("default", datetime.now(UTC), last, "connected", [])


def through(marts: Path) -> date:
    """The last day with costs."""
    with duckdb.connect() as db:
        db.execute(f"attach '{marts}' as warehouse (read_only)")
        last: date
        [(last,)] = db.execute(
            "select max(usage_date) from warehouse.marts.agg_costs_daily"
        ).fetchall()
    return last


def _configure(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    budgets = ["budgets:", "  - {name: company, monthly: 1000000}"]
    for number in range(PROJECTS):
        project = f"project-{number:02x}"
        where = f"{{all: [{{dimension: project, is: {project}}}]}}"
        budgets.append(f"  - {{name: {project}, parent: company, monthly: 25000, when: {where}}}")
    days = [date(2026, 5, 31) - timedelta(back) for back in range(COUNTED_DAYS)]
    orders = ["date,amount", *(f"{day},{3000 + day.day}" for day in days)]
    for name, text in {
        "allocation.yaml": ALLOCATION,
        "budgets.yaml": "\n".join(budgets),
        "metrics.yaml": METRICS,
        "orders.csv": "\n".join(orders),
        "reports.yaml": REPORTS,
        "scenarios.yaml": SCENARIOS,
    }.items():
        (folder / name).write_text(f"{text}\n")
