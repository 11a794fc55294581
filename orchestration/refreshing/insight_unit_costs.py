"""`unit_costs`: the costs in the marts, divided by what the operator's own files count."""

import logging
from collections.abc import Sequence
from pathlib import Path

import duckdb

from orchestration.insight.reach import Reach
from orchestration.insight.tables import Row
from orchestration.insight.unit_costs.rows import unit_cost_rows
from orchestration.insight.unit_costs.units import Cents, Divisor
from orchestration.refreshing.filtered_costs import same_subject
from orchestration.refreshing.looked_at import Looked, text_of
from orchestration.refreshing.metric_files import MetricFileError, read_counts
from orchestration.rules.metrics import Metric

Db = duckdb.DuckDBPyConnection
log = logging.getLogger("atlas_costs")
COSTS = """
select {label} as label, costs.usage_date, cast(sum(costs.cost_cents) as bigint)
from plan_costs as costs
inner join plan_fits as fitting on {same_subject}
where list_contains(fitting.fits, $filter)
group by all
"""


def rows_of(
    db: Db, looked: Looked, metrics: Sequence[tuple[int, Metric]], folder: Path, reach: Reach
) -> tuple[list[Row], list[str]]:
    """The rows of every metric whose file can be used, and a sentence about each of the others.

    Args:
        db: Where costs are told apart.
        looked: By what.
        metrics: As they are written, each with the number of its filter.
        folder: What their files are relative to.
        reach: How far the data goes.
    """
    rows: list[Row] = []
    problems: list[str] = []
    for number, metric in metrics:
        try:
            counted = read_counts(metric, folder)
        except MetricFileError as error:
            log.warning("unit costs of %s are left out: %s", metric.name, error)
            problems.append(f"{metric.name}: {error}")
            continue
        costs = _costs(db, looked, metric, number)
        rows += unit_cost_rows(divisor_of(metric), counted, costs, reach)
    return rows, problems


def divisor_of(metric: Metric) -> Divisor:
    """A metric as the rest of us sees it."""
    return Divisor(
        name=metric.name,
        unit=metric.unit,
        pricing_currency=metric.pricing_currency,
        per=metric.per,
        is_monthly=metric.every == "month",
        is_average=metric.over_a_month == "average",
    )


def _costs(db: Db, looked: Looked, metric: Metric, number: int) -> Cents:
    dimension = metric.label_dimension
    label = text_of(looked, dimension, "costs") if dimension else "null::varchar"
    query = COSTS.format(label=label, same_subject=same_subject(looked, "costs", "fitting"))
    found = db.execute(query, {"filter": number}).fetchall()
    return {(label, day): cents for label, day, cents in found}
