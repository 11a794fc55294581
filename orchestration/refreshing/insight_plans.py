"""`budgets`, `unit_costs` and `scenarios`: plans held against costs told apart by their filters."""

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb

from orchestration.insight.budgets.costs import Expected, Leaf
from orchestration.insight.forecasting.tables import FORECAST_PARTS
from orchestration.insight.reach import Reach
from orchestration.insight.scenarios.rows import scenario_rows
from orchestration.insight.scenarios.table import SCENARIOS
from orchestration.insight.tables import Row, Table
from orchestration.insight.unit_costs.table import UNIT_COSTS
from orchestration.refreshing import (
    budget_costs,
    insight_budgets,
    insight_scenarios,
    insight_unit_costs,
)
from orchestration.refreshing.filtered_costs import tell_apart
from orchestration.rules.plans import PlanFiles
from orchestration.rules.scenarios import Scenario

Db = duckdb.DuckDBPyConnection
log = logging.getLogger("atlas_costs")
TABLES = (*insight_budgets.TABLES, UNIT_COSTS, SCENARIOS)


def build(
    db: Db, plans: PlanFiles, folder: Path, expected: Expected
) -> tuple[dict[Table, list[Row]], list[str]]:
    """The rows of each table, and a sentence about each metric or scenario that is left out.

    Args:
        db: A connection to the marts that may be open read-only; it gets temporary tables.
        plans: As they are written.
        folder: What the files of metrics are relative to: config/.
        expected: What whole months of leaves are forecast to cost.
    """
    rows: dict[Table, list[Row]] = {each: [] for each in TABLES}
    reach = insight_budgets.read_reach(db)
    if reach is None:
        return rows, []
    problems: list[str] = []
    if plans.budgets or plans.metrics:
        looked = tell_apart(db, [*plans.budgets, *plans.metrics], _also(plans))
        if plans.budgets:
            rows |= insight_budgets.rows_of(db, looked, plans.budgets, expected, reach)
        metrics = list(enumerate(plans.metrics, start=len(plans.budgets)))
        unit_costs = insight_unit_costs.rows_of(db, looked, metrics, folder, reach)
        rows[UNIT_COSTS], problems = unit_costs
    if plans.scenarios:
        rows[SCENARIOS], others = scenarios_of(db, plans.scenarios, expected, reach)
        for each in others:
            log.warning("scenario %s is left out", each)
        problems += others
    return rows, problems


def expected_of(parts: Iterable[Row]) -> Expected:
    """What the rows of FORECAST_PARTS expect of each leaf and month; none without an amount."""
    names = [each.name for each in FORECAST_PARTS.columns]
    place = {name: names.index(name) for name in (*Leaf._fields, "month", "expected_cents")}
    return {
        (Leaf(*(row[place[name]] for name in Leaf._fields)), row[place["month"]]): row[
            place["expected_cents"]
        ]
        for row in parts
        if row[place["expected_cents"]] is not None
    }


def _also(plans: PlanFiles) -> list[str]:
    """What no filter looks at and rows are told apart by."""
    labels = [each.label_dimension for each in plans.metrics if each.label_dimension]
    return [*labels, *(budget_costs.ALSO if plans.budgets else ())]


def scenarios_of(
    db: Db, scenarios: Sequence[Scenario], expected: Expected, reach: Reach
) -> tuple[list[Row], list[str]]:
    """The rows of `scenarios`, and a sentence about each that is left out.

    Args:
        db: A connection to the marts that may be open read-only; it gets temporary tables.
        scenarios: At least one.
        expected: What whole months of leaves are forecast to cost.
        reach: How far the data goes.
    """
    changes = [(each, change) for each in scenarios for change in each.changes]
    filters = [each.costs(change) for each, change in changes]
    looked = tell_apart(db, filters, insight_scenarios.ALSO, only_recent=True)
    numbered = [(number, *each) for number, each in enumerate(changes)]
    found, problems = insight_scenarios.what_ifs(db, looked, numbered)
    names = {number: str(number) for number, *_ in numbered}
    recent = insight_budgets.read_recent(db, looked, names, insight_scenarios.KIND)
    return scenario_rows(found, recent, expected, reach), problems
