"""`budgets`: what an operator planned, held against the marts and what is forecast."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import duckdb

from orchestration.insight.budgets.costs import Bucket, Expected, Leaf, Recent, Spent
from orchestration.insight.budgets.plan import ALWAYS, Plan, Plans, Step
from orchestration.insight.budgets.rows import budget_tables
from orchestration.insight.budgets.table import BUDGET_COSTS, BUDGET_DAYS, BUDGETS
from orchestration.insight.months import next_month
from orchestration.insight.reach import Reach
from orchestration.insight.tables import Row, Table
from orchestration.refreshing.budget_costs import budget_cost_rows
from orchestration.refreshing.budget_reports import report_of
from orchestration.refreshing.filtered_costs import same_subject
from orchestration.refreshing.looked_at import LEAF, Looked
from orchestration.rules.budgets import Budget
from orchestration.rules.costs import THE_TOTAL

Db = duckdb.DuckDBPyConnection
TABLES = (BUDGETS, BUDGET_DAYS, BUDGET_COSTS)
REACH = """
select
    greatest(min(costs.usage_date), min(costs.invoice_month)) as complete_from,
    reach.data_through
from marts.agg_costs_daily as costs
cross join marts.data_through as reach
group by reach.data_through
"""
# Of the filters that fit, those that are asked about.
ASKED = "list_filter(fitting.fits, lambda each: list_contains($asked, each))"
SPENT = f"""
select
    costs.usage_date,
    costs.pricing_currency,
    {ASKED} as fits,
    list_contains($total, costs.charge_type) as is_in_total,
    cast(sum(costs.cost_cents) as bigint)
from plan_costs as costs
inner join plan_fits as fitting on {{same_subject}}
group by all
order by all
"""  # noqa: S608  ours
RECENT = f"""
select
    {", ".join(f"costs.{each}" for each in LEAF)},
    {ASKED} as fits,
    list_contains($total, costs.charge_type) as is_in_total,
    {{kind}} as kind,
    {{month}},
    {{week}},
    {{lately}}
from plan_recent as costs
inner join plan_fits as fitting on {{same_subject}}
cross join marts.data_through as reach
group by all
order by all
"""  # noqa: S608  ours
SUM = "cast(coalesce(sum(costs.cost_cents) filter ({days}), 0) as bigint)"
RECENTLY = {
    "month": SUM.format(days="costs.usage_date >= date_trunc('month', reach.data_through)"),
    # the newest day's charges may still be arriving
    "week": SUM.format(
        days="costs.usage_date >= reach.data_through - 7 and costs.usage_date < reach.data_through"
    ),
    "lately": SUM.format(days="costs.usage_date > reach.data_through - 30"),
}


def rows_of(
    db: Db, looked: Looked, budgets: Sequence[Budget], expected: Expected, reach: Reach
) -> dict[Table, list[Row]]:
    """The rows of TABLES; none where no budget is written.

    Args:
        db: Where costs are told apart, the budgets being the first of all filters.
        looked: By what; budget_costs.ALSO is in it.
        budgets: As they are written.
        expected: What whole months of leaves are forecast to cost.
        reach: How far the data goes.
    """
    names = {number: each.name for number, each in enumerate(budgets)}
    same = same_subject(looked, "costs", "fitting")
    found = db.execute(SPENT.format(same_subject=same), _asked(names)).fetchall()
    spent = [
        Spent(day, _bucket(currency, fits, is_in_total, names), cents)
        for day, currency, fits, is_in_total, cents in found
    ]
    plans = Plans(plan_of(each, report_of(each, budgets)) for each in budgets)
    recent = read_recent(db, looked, names)
    buckets = {each.bucket for each in spent}
    costs = budget_cost_rows(db, same, plans=plans, names=names, buckets=buckets, reach=reach)
    return {**budget_tables(plans, spent, recent, expected, reach), BUDGET_COSTS: costs}


def read_recent(db: Db, looked: Looked, names: Mapping[int, str], kind: str = "''") -> list[Recent]:
    """What each leaf cost lately, in buckets of the filters that are asked about, by number.

    Args:
        db: Where costs are told apart.
        looked: By what.
        names: What filters are called.
        kind: SQL over plan_recent as costs, for what else buckets are told apart by.
    """
    same = same_subject(looked, "costs", "fitting")
    query = RECENT.format(same_subject=same, kind=kind, **RECENTLY)
    return [_recent(row, names) for row in db.execute(query, _asked(names)).fetchall()]


def _asked(names: Mapping[int, str]) -> dict[str, list[Any]]:
    return {"asked": list(names), "total": list(THE_TOTAL)}


def read_reach(db: Db) -> Reach | None:
    """How far the data goes; None without any."""
    row = db.execute(REACH).fetchone()
    return Reach(*row) if row else None


def plan_of(budget: Budget, report: str | None = None) -> Plan:
    """A budget as the rest of us sees it: ends are exclusive, every amount is a step."""
    return Plan(
        name=budget.name,
        pricing_currency=budget.pricing_currency,
        steps=_steps(budget),
        owner=budget.owner,
        parent=budget.parent,
        valid=(budget.first_day or ALWAYS[0], _day_after(budget.last_day)),
        covers_children_only=budget.covers is not None,
        report=report,
    )


def _steps(budget: Budget) -> tuple[Step, ...]:
    if budget.monthly is not None:
        return (Step(ALWAYS, budget.monthly),)
    if budget.months is not None:
        months = sorted(budget.months.items())
        return tuple(Step((month, next_month(month)), cents) for month, cents in months)
    changes = budget.changes or []
    ends = [*(each.first_day for each in changes), ALWAYS[1]][1:]
    return tuple(
        Step((each.first_day, end), each.monthly)
        for each, end in zip(changes, ends, strict=bool(changes))
    )


def _day_after(last_day: date | None) -> date:
    """The last day that can be written, as some write it, means without end."""
    return last_day + timedelta(days=1) if last_day and last_day < date.max else ALWAYS[1]


def _bucket(
    currency: str, fits: Sequence[int], is_in_total: bool, names: Mapping[int, str]
) -> Bucket:
    return Bucket(currency, tuple(sorted(names[each] for each in fits)), is_in_total)


def _recent(row: tuple[Any, ...], names: Mapping[int, str]) -> Recent:
    *leaf, fits, is_in_total, kind, month, week, lately = row
    found = Leaf(*leaf)
    bucket = _bucket(found.pricing_currency, fits, is_in_total, names)._replace(kind=kind)
    return Recent(found, bucket, month, week, lately)
