"""`budgets`, `unit_costs` and `scenarios`: plans held against costs that are told apart once."""

from pathlib import Path

import duckdb

from orchestration.insight.budgets.costs import Expected
from orchestration.insight.budgets.table import BUDGETS
from orchestration.insight.reach import Reach
from orchestration.insight.scenarios.rows import scenario_rows
from orchestration.insight.scenarios.table import SCENARIOS
from orchestration.insight.tables import Row, Table
from orchestration.insight.unit_costs.table import UNIT_COSTS
from orchestration.refreshing import insight_budgets, insight_scenarios, insight_unit_costs
from orchestration.refreshing.filtered_costs import Looked, tell_apart
from orchestration.rules.plans import PlanFiles

Db = duckdb.DuckDBPyConnection
TABLES = (BUDGETS, UNIT_COSTS, SCENARIOS)


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
    reach = insight_budgets.read_reach(db)
    changes = [(each, change) for each in plans.scenarios for change in each.changes]
    of_changes = [each.costs(change) for each, change in changes]
    filters = [*plans.budgets, *plans.metrics, *of_changes]
    if not filters or reach is None:
        return {each: [] for each in TABLES}, []
    labels = [each.label_dimension for each in plans.metrics if each.label_dimension]
    looked = tell_apart(db, filters, [*labels, *(insight_scenarios.ALSO if changes else ())])
    budgets = insight_budgets.rows_of(db, looked, plans.budgets, expected, reach)
    metrics = list(enumerate(plans.metrics, start=len(plans.budgets)))
    unit_costs, problems = insight_unit_costs.rows_of(db, looked, metrics, folder, reach)
    first = len(plans.budgets) + len(plans.metrics)
    numbered = [(number, *each) for number, each in enumerate(changes, start=first)]
    scenarios, others = _scenarios(db, looked, numbered, expected, reach)
    rows = {BUDGETS: budgets, UNIT_COSTS: unit_costs, SCENARIOS: scenarios}
    return rows, [*problems, *others]


def _scenarios(
    db: Db,
    looked: Looked,
    numbered: list[insight_scenarios.Numbered],
    expected: Expected,
    reach: Reach,
) -> tuple[list[Row], list[str]]:
    if not numbered:
        return [], []
    found, problems = insight_scenarios.what_ifs(db, looked, numbered)
    names = {number: str(number) for number, *_ in numbered}
    recent = insight_budgets.read_recent(db, looked, names, insight_scenarios.KIND)
    return scenario_rows(found, recent, expected, reach), problems
