# ruff: noqa: S608  what is put into SQL text comes from the dimension registry; values are bound
"""What stands on a report's chart beside its costs: what is expected, planned and counted.

An overlay is `forecast`, `events`, `budget:<name>`, `scenario:<name>` or `unit_cost:<metric>`.
"""

from reporting.dimensions import Bind
from reporting.query import Binder, Query, with_values
from reporting.ranges import Window
from reporting.report import Report
from reporting.state import Filter
from reporting.toggles import months

ALONE = ("forecast", "events")
NAMED = ("budget", "scenario", "unit_cost")
WANTED = f"one of {', '.join(ALONE)}, or {', '.join(f'{each}:<name>' for each in NAMED)}"
# The smallest part that is forecast has these dimensions; of others nothing is expected.
FORECAST_BY = frozenset({
    "service", "project", "resource", "organization", "charge_type", "connection",
})  # fmt: skip
_SCOPES = frozenset({"service", "project", "resource", "organization"})
_PARTS = """select parts.*, projects.project_name, organizations.org_name
    from marts.forecast_parts as parts
    left join (
        select project_id, any_value(project_name) as project_name from marts.dim_projects
        group by project_id
    ) as projects using (project_id)
    left join (
        select org_id, any_value(org_name) as org_name from marts.fct_invoices group by org_id
    ) as organizations using (org_id)"""


def is_one(name: str) -> bool:
    """Whether an overlay can be called that."""
    kind, _, what = name.partition(":")
    return name in ALONE or (kind in NAMED and bool(what))


def named(report: Report, kind: str) -> tuple[str, ...]:
    """The names of a kind of overlay that a report asks for."""
    found = (each.partition(":") for each in report.state.overlay)
    return tuple(name for head, _, name in found if head == kind and name)


def choices() -> Query:
    """Every overlay that the warehouse has something for. Columns: overlay."""
    return Query("""select distinct 'budget:' || budget as overlay from marts.budgets
union all select distinct 'scenario:' || scenario from marts.scenarios
union all select distinct 'unit_cost:' || metric from marts.unit_costs
order by overlay""")


def horizon(report: Report) -> Window | None:
    """The months of a report that are not over; None where it holds none or cannot say."""
    running = report.days.through.replace(day=1)
    touched = months(report.window)
    if report.state.measure != "cost" or report.is_billed or touched.end <= running:
        return None
    return Window(max(touched.start, running), touched.end)


def forecast(report: Report) -> Query | None:
    """What the months that are not over are expected to cost; None where nobody can say.

    Columns: unit, month, expected, low, high (cents; the band that holds 80 of 100, null where
    there is none), actual (what they cost so far).
    """
    ahead = horizon(report)
    names = {one.dimension for one in report.state.filters}
    if ahead is None or not report.is_booked or not names <= FORECAST_BY:
        return None
    bind = Binder()
    where = report.where(bind)
    return bind.query(f"""with expected as (
    select pricing_currency, month, sum(expected_cents) as expected
    from ({_PARTS})
    where month >= {bind(ahead.start)} and month < {bind(ahead.end)}{where}
    group by all
),
actual as (
    select pricing_currency, usage_month as month, sum(cost_cents) as actual
    from marts.agg_costs_monthly
    where usage_month >= {bind(ahead.start)} and usage_month < {bind(ahead.end)}
        and is_in_total{where}
    group by all
),
bands as ({_bands(report, bind)}
)
select coalesce(pricing_currency, 'unknown currency') as unit, month,
    expected::bigint as expected, low_80_cents as low, high_80_cents as high,
    coalesce(actual, 0)::bigint as actual
from expected
left join actual using (pricing_currency, month)
left join bands using (pricing_currency, month)
where expected is not null
order by unit, month""")


def _bands(report: Report, bind: Bind) -> str:
    """The band of the one scope that a report is about; of several there is none."""
    scope = _scope(report.state.filters, bind)
    return f"""
    select pricing_currency, month, any_value(low_80_cents) as low_80_cents,
        any_value(high_80_cents) as high_80_cents
    from marts.forecasts where {scope}
    group by pricing_currency, month having count(*) = 1"""


def _scope(filters: tuple[Filter, ...], bind: Bind) -> str:
    if not filters:
        return "scope_type = 'total'"
    one = filters[0]
    is_scope = one.operator == "is" and one.dimension in _SCOPES and len(one.values) == 1
    if len(filters) > 1 or not is_scope:
        return "false"
    return f"scope_type = {bind(one.dimension)} and {bind(one.values[0])} in (scope, scope_name)"


def expected_groups(report: Report) -> Query | None:
    """What each group is expected to cost in the months ahead; None where nobody can say.

    Columns: unit, month, label_1…, expected (cents).
    """
    ahead = horizon(report)
    if ahead is None or not set(report.names) <= FORECAST_BY:
        return None
    bind = Binder()
    groups = "".join(
        f"    {each.label_sql(bind)} as label_{n},\n" for n, each in enumerate(report.groups, 1)
    )
    return bind.query(f"""select coalesce(pricing_currency, 'unknown currency') as unit, month,
{groups}    sum(expected_cents)::bigint as expected
from ({_PARTS})
where month >= {bind(ahead.start)} and month < {bind(ahead.end)}{report.where(bind)}
group by all
having sum(expected_cents) is not null
order by unit, month, expected desc""")


def budgets(report: Report) -> Query:
    """Budgets by month. Columns: unit, name, month, amount, used (cents), exceeds_on, status."""
    return _by_month(
        report,
        "budget",
        """select pricing_currency as unit, budget as name, month,
    budget_cents::bigint as amount, actual_cents::bigint as used, exceeds_on, status
from marts.budgets where budget_cents is not null and budget in $names""",
    )


def scenarios(report: Report) -> Query:
    """Scenarios by month. Columns: unit, name, month, amount, baseline (cents)."""
    return _by_month(
        report,
        "scenario",
        """select pricing_currency as unit, scenario as name,
    month, expected_cents::bigint as amount, baseline_cents::bigint as baseline
from marts.scenarios
where scope = '(total)' and expected_cents is not null and scenario in $names""",
    )


def _by_month(report: Report, kind: str, sql: str) -> Query:
    touched = months(report.window)
    return with_values(f"{sql} and month >= $start and month < $end order by unit, name, month", {
        "names": named(report, kind), "start": touched.start, "end": touched.end,
    })  # fmt: skip


def unit_costs(report: Report) -> Query:
    """What a unit cost in the chart's periods, over all labels of a metric.

    By day where the report goes by days, else by month. Columns: unit, name, period, amount (a
    decimal in the currency), per, what (the unit), status.
    """
    window = report.window
    return with_values("""select pricing_currency as unit, metric as name, period_start as period,
    (sum(cost_cents - cost_without_units_cents) / sum(units) * any_value(per) / 100)
        ::decimal(18, 6) as amount,
    any_value(per) as per, any_value(unit) as what, max(status) as status
from marts.unit_costs
where metric in $names and period = $period and label <> '(no units)' and units > 0
    and period_start >= $start and period_start < $end
group by all order by 1, name, period""", {
        "names": named(report, "unit_cost"),
        "period": "day" if report.step == "day" else "month",
        "start": window.start if report.step == "day" else window.start.replace(day=1),
        "end": window.end,
    })  # fmt: skip
