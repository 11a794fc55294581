"""Plans held against the marts: `budgets` and `unit_costs`, of costs that are told apart once."""

from pathlib import Path

import duckdb

from orchestration.insight.budgets.costs import Expected
from orchestration.insight.budgets.table import BUDGETS
from orchestration.insight.tables import Row, Table
from orchestration.insight.unit_costs.table import UNIT_COSTS
from orchestration.refreshing import insight_budgets, insight_unit_costs
from orchestration.refreshing.filtered_costs import tell_apart
from orchestration.rules.plans import PlanFiles

TABLES = (BUDGETS, UNIT_COSTS)


def build(
    db: duckdb.DuckDBPyConnection, plans: PlanFiles, folder: Path, expected: Expected
) -> tuple[dict[Table, list[Row]], list[str]]:
    """The rows of both tables, and a sentence about each metric whose file cannot be used.

    Args:
        db: A connection to the marts that may be open read-only; it gets temporary tables.
        plans: As they are written.
        folder: What the files of metrics are relative to: config/.
        expected: What whole months of leaves are forecast to cost.
    """
    rows: dict[Table, list[Row]] = {each: [] for each in TABLES}
    reach = insight_budgets.read_reach(db)
    filters = [*plans.budgets, *plans.metrics]
    if not filters or reach is None:
        return rows, []
    labels = [each.label_dimension for each in plans.metrics if each.label_dimension]
    looked = tell_apart(db, filters, labels)
    rows[BUDGETS] = insight_budgets.rows_of(db, looked, plans.budgets, expected, reach)
    rows[UNIT_COSTS], problems = insight_unit_costs.rows_of(
        db, looked, list(enumerate(plans.metrics, start=len(plans.budgets))), folder, reach
    )
    return rows, problems
