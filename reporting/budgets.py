# ruff: noqa: S608  names in the SQL text are ours; values are bound
"""What the page of budgets asks: a month's budgets, one's days and years, what its costs are of."""

from datetime import date

from reporting.query import Query, with_values
from reporting.ranges import Window

UNBUDGETED = "(unbudgeted)"
EXCEEDED, AT_RISK, NOT_ENOUGH_DATA, ON_TRACK = (
    "exceeded", "at risk", "not enough data", "on track",
)  # fmt: skip
HISTORY_MONTHS = 12
_UNIT = "coalesce(pricing_currency, 'unknown currency') as unit"


def months() -> Query:
    """The months that budgets are told for, and which of them is running."""
    return Query("""select month, bool_or(is_running) as is_running
from marts.budgets group by month order by month desc""")


def of_month(month: date) -> Query:
    """Each budget in a month, and what none covers; cents."""
    return with_values(
        f"""select
    budget, owner, parent, {_UNIT}, is_running, budget_cents as budgeted, actual_cents as actual,
    forecast_cents as forecast, forecast_basis, exceeds_on,
    plan_to_date_cents as plan_to_date, plan_to_date_by_forecast_cents as plan_by_forecast,
    used_share, status, warning, report, children_cents as parts
from marts.budgets
where month = $month
order by unit, budget""",
        {"month": month},
    )


def history(budget: str, unit: str, month: date) -> Query:
    """A budget's month and the twelve before it: what was budgeted and what was spent; cents."""
    return with_values(
        f"""select
    month, is_running, budget_cents as budgeted, actual_cents as actual,
    forecast_cents as forecast, status
from marts.budgets
where budget = $budget and coalesce(pricing_currency, 'unknown currency') = $unit
    and month <= $month and month >= $month - to_months({HISTORY_MONTHS})
order by month""",
        {"budget": budget, "unit": unit, "month": month},
    )


def days(budget: str, unit: str, month: date) -> Query:
    """A budget's month by day, each with all days before it: plan, spent, and expected; cents."""
    return with_values(
        """select
    $unit as unit, usage_date as day, actual_cents is not null as is_known,
    sum(plan_cents) over (order by usage_date)::bigint as plan,
    sum(coalesce(actual_cents, expected_cents)) over (order by usage_date)::bigint as amount,
    sum(expected_cents) over (order by usage_date)::bigint as to_come
from marts.budget_days
where budget = $budget and coalesce(pricing_currency, 'unknown currency') = $unit
    and usage_date >= $month and usage_date < $month + interval 1 month
order by day""",
        {"budget": budget, "unit": unit, "month": month},
    )


def costs(budget: str, unit: str, month: date) -> Query:
    """The projects and services that a budget's costs of a month are of, dearest first; cents."""
    return with_values(
        """select
    $unit as unit, project_id, coalesce(project_name, '(no project)') as project, service,
    actual_cents as amount
from marts.budget_costs
where budget = $budget and coalesce(pricing_currency, 'unknown currency') = $unit
    and month = $month
order by amount desc, project, service""",
        {"budget": budget, "unit": unit, "month": month},
    )


def in_no_part(budget: str, unit: str, month: date) -> Query:
    """What a budget's costs of a month are of that none of its parts covers, by project; cents."""
    return with_values(
        """with parts as (
    select distinct budget from marts.budgets where parent = $budget and month = $month
)
select
    $unit as unit, coalesce(project_name, '(no project)') as project,
    sum(if(budget = $budget, actual_cents, -actual_cents))::bigint as amount
from marts.budget_costs
where month = $month and coalesce(pricing_currency, 'unknown currency') = $unit
    and (budget = $budget or budget in (select budget from parts))
    and exists (from parts)
group by project having amount > 0
order by amount desc, project""",
        {"budget": budget, "unit": unit, "month": month},
    )


def band(kind: str, name: str, unit: str, month: date, expected: int) -> Query:
    """The forecast's band of a scope, where it is of the very costs that are expected; cents.

    Args:
        kind: The scope's kind in `marts.forecasts`.
        name: Its name or id; of the total empty.
        unit: The pricing currency.
        month: The first day of the month.
        expected: What the budget expects of it: another sum is of other costs.
    """
    return with_values("""select
    low_80_cents as low_80, high_80_cents as high_80, low_95_cents as low_95,
    high_95_cents as high_95
from marts.forecasts
where scope_type = $kind
    and ($name in (scope_name, scope) or (scope_type = 'total' and $name = ''))
    and coalesce(pricing_currency, 'unknown currency') = $unit and month = $month
    and expected_cents = $expected and low_80_cents is not null""", {
        "kind": kind, "name": name, "unit": unit, "month": month, "expected": expected,
    })  # fmt: skip


def by_project(month: Window, most: int = 12) -> Query:
    """The dearest projects of a month, for a first file of budgets; cents, dollars only."""
    return with_values("""select project_name as project, sum(cost_cents)::bigint as amount
from marts.agg_costs_monthly
where is_in_total and usage_month >= $start and usage_month < $end
    and pricing_currency = 'USD' and project_name is not null
group by project having amount > 0 order by amount desc, project limit $most""", {
        "start": month.start, "end": month.end, "most": most,
    })  # fmt: skip
