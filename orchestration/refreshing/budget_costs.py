"""`budget_costs`: which projects and services a budget's costs are of, added up where they lie."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import product

import duckdb

from orchestration.insight.budgets.costs import Bucket
from orchestration.insight.budgets.days import months_by_day
from orchestration.insight.budgets.measuring import covered_by, covered_by_none
from orchestration.insight.budgets.plan import Period, Plans, between, overlap
from orchestration.insight.budgets.table import UNBUDGETED
from orchestration.insight.months import next_month
from orchestration.insight.reach import Reach
from orchestration.insight.tables import Row
from orchestration.rules.costs import THE_TOTAL

Db = duckdb.DuckDBPyConnection
ALSO = ("project", "service")
# When costs that fit the same budgets count in one: one row for each, and for each period.
COVERED = """
create or replace temp table plan_covered (
    budget varchar, pricing_currency varchar, fits integer[], is_in_total boolean,
    first_day date, end_day date
)
"""
COSTS = """
select
    covered.budget,
    covered.pricing_currency,
    cast(date_trunc('month', costs.usage_date) as date) as usage_month,
    costs.project_id,
    max(costs.project_name),
    costs.service,
    cast(sum(costs.cost_cents) as bigint) as actual_cents
from plan_costs as costs
inner join plan_fits as fitting on {same_subject}
inner join plan_covered as covered
    on
        costs.pricing_currency = covered.pricing_currency
        and list_filter(fitting.fits, lambda each: list_contains($asked, each)) = covered.fits
        and list_contains($total, costs.charge_type) = covered.is_in_total
        and costs.usage_date >= covered.first_day
        and costs.usage_date < covered.end_day
group by all
having actual_cents != 0
order by all
"""


def budget_cost_rows(
    db: Db,
    same_subject: str,
    *,
    plans: Plans,
    names: Mapping[int, str],
    buckets: Iterable[Bucket],
    reach: Reach,
) -> list[Row]:
    """The rows of `budget_costs`.

    Args:
        db: Where costs are told apart.
        same_subject: The condition under which costs and what they fit are of the same subject.
        plans: All budgets.
        names: What the filters that are budgets are called.
        buckets: Every one that has had costs.
        reach: How far the data goes.
    """
    numbers = {name: number for number, name in names.items()}
    db.execute(COVERED)
    rows = [
        (name, each.pricing_currency, sorted(map(numbers.__getitem__, each.fits)),
         each.is_in_total, *days)
        for name, each, days in _covered(plans, set(buckets), reach)
    ]  # fmt: skip
    if rows:
        db.executemany("insert into plan_covered values (?, ?, ?, ?, ?, ?)", rows)
    query = COSTS.format(same_subject=same_subject)
    return db.execute(query, {"asked": list(names), "total": list(THE_TOTAL)}).fetchall()


def _covered(
    plans: Plans, buckets: set[Bucket], reach: Reach
) -> Iterator[tuple[str, Bucket, Period]]:
    """What counts costs of a bucket, and on which days: no day twice."""
    months = [(each, next_month(each)) for each in months_by_day(reach, date.min)]
    told = [month for month in months if any(plans.is_planned(each, month[0]) for each in plans)]
    currencies = {each.pricing_currency for each in buckets}
    everybody = [
        *((each.name, covered_by(plans, each), months) for each in plans),
        *((UNBUDGETED, covered_by_none(plans, each), told) for each in currencies),
    ]
    for name, covers, periods in everybody:
        for bucket in buckets:
            for days in _in_both(covers(bucket), periods):
                yield name, bucket, days


def _in_both(ones: Iterable[Period], others: Iterable[Period]) -> tuple[Period, ...]:
    """The days that are in one of each, as periods that do not overlap."""
    both = (overlap(*each) for each in product(ones, others))
    return between(between([each for each in both if each]))
