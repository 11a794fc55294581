# ruff: noqa: S608  names in the SQL text are ours; values are bound
"""What the forecast page asks: a scope's months behind and ahead, its parts, how good it was.

A scope is what `marts.forecasts` tells apart; its key is kind and id, as an address has it.
"""

from dataclasses import dataclass
from datetime import date

from reporting.query import Query, with_values

KINDS = {
    "total": "Total", "organization": "Organization", "project": "Project", "service": "Service",
    "resource": "Resource",
}  # fmt: skip
NOT_ENOUGH = "not enough data"
TOTAL = "total"
TO_COME = ("days", "late", "support", "minimum_charge", "consulting")
HISTORY_MONTHS = 12
_UNIT = "coalesce(pricing_currency, 'unknown currency') as unit"
# costs of no project have no id of their own
_KEY = """case
        when scope_type = 'total' then 'total'
        else scope_type || ':' || coalesce(nullif(scope, ''), org_id)
    end"""
# The rows of a mart that are a scope's: columns are the same in every mart of costs.
_WITHIN = {
    "total": "true",
    "organization": "org_id = $id",
    "project": "(project_id = $id or project_id is null and org_id = $id)",
    "service": "service = $id",
    "resource": "coalesce(resource_id, org_id) = $id",
}
# A cluster that is deleted and made again under its old name goes on as one series.
_NAMESAKES = """coalesce(resource_id, org_id) in (
            select distinct coalesce(other.resource_id, other.org_id)
            from marts.agg_costs_monthly as one
            inner join marts.agg_costs_monthly as other
                on one.project_id is not distinct from other.project_id
                and one.resource_name is not distinct from other.resource_name
                and one.resource_type is not distinct from other.resource_type
            where coalesce(one.resource_id, one.org_id) = $id
        )"""
PARTS_BY = {
    "total": ("project", "service", "resource"),
    "organization": ("project", "service", "resource"),
    "project": ("resource", "service"),
    "service": ("project", "resource"),
    "resource": ("service",),
}
_PART = {
    "project": "coalesce(names.scope_name, parts.project_id, '(no project)')",
    "service": "parts.service",
    "resource": "parts.resource_name",
}


@dataclass(frozen=True)
class Scope:
    """What a forecast is of.

    Attributes:
        kind: One of KINDS.
        id: As in the mart; of costs without a project the organization's, of the total empty.
    """

    kind: str
    id: str = ""

    @classmethod
    def of(cls, key: str) -> "Scope":
        """From its key, such as `total` or `project:5f0c…`."""
        kind, _, identity = key.partition(":")
        return cls(kind, identity)

    def asks(self, sql: str, **values: object) -> Query:
        """A query with values; `$id` is the scope's."""
        return with_values(sql, values | ({"id": self.id} if self.id else {}))


def scopes() -> Query:
    """Everything that has a forecast, the dearest of its kind first."""
    return Query(f"""select
    {_KEY} as key, scope_type as kind, max(scope_name) as name
from marts.forecasts
group by key, kind
order by list_position(['total', 'organization', 'project', 'service', 'resource'], kind),
    sum(expected_cents) desc nulls last, name, key""")


def ahead(scope: Scope) -> Query:
    """The running month and the twelve after it: expected cents with bands, method and error."""
    return _of_scope(
        scope,
        f"""select
    month, {_UNIT}, as_of, expected_cents as expected, low_80_cents as low_80,
    high_80_cents as high_80, low_95_cents as low_95, high_95_cents as high_95, method,
    backtest_error
from marts.forecasts
where {_KEY} = $key
order by unit, month""",
    )


def quality(scope: Scope) -> Query:
    """What was tried on the same days of earlier months, and how far it was off; shares."""
    return _of_scope(
        scope,
        f"""select
    {_UNIT}, method, chosen, mape_month_end, mape_3_months, coverage_80, coverage_95, origins
from marts.forecast_quality
where scope_type != 'part' and {_KEY} = $key
order by unit, chosen desc, mape_month_end nulls last, method""",
    )


def _of_scope(scope: Scope, sql: str) -> Query:
    return with_values(sql, {"key": f"{scope.kind}:{scope.id}" if scope.id else scope.kind})


def history(scope: Scope, running: date) -> Query:
    """What the running month has cost so far and the twelve before it did, in the total; cents."""
    within = _NAMESAKES if scope.kind == "resource" else _WITHIN[scope.kind]
    return scope.asks(
        f"""select usage_month as month, {_UNIT}, sum(cost_cents)::bigint as amount
from marts.agg_costs_monthly
where is_in_total and usage_month <= $running
    and usage_month >= $running - to_months({HISTORY_MONTHS})
    and {within}
group by all
order by unit, month""",
        running=running,
    )


def to_come(scope: Scope, through: date) -> Query:
    """What the running month is still expected to cost, by kind; cents.

    Billed and to come add up to the forecast. `days` is usage of the days that are left, `late`
    usage of days up to `through` that is not billed yet; other kinds are charge types.
    Columns: unit, kind, amount, billed.
    """
    # no smaller table has resources by day
    source = "fct_line_item_days" if scope.kind == "resource" else "agg_costs_daily"
    within = _NAMESAKES if scope.kind == "resource" else _WITHIN[scope.kind]
    return scope.asks(
        f"""with expected as (
    select {_UNIT}, charge_type, sum(expected_cents) as expected, sum(late_cents) as late
    from marts.forecast_parts
    where month = date_trunc('month', $through) and {_WITHIN[scope.kind]}
    group by all
),
billed as (
    select {_UNIT}, charge_type, sum(cost_cents) as billed
    from marts.{source}
    where is_in_total and usage_date between date_trunc('month', $through) and $through
        and {within}
    group by all
),
kinds as (
    select
        unit, charge_type, coalesce(billed, 0) as billed,
        coalesce(expected, 0) - coalesce(billed, 0) as amount,
        if($through = last_day($through), amount, coalesce(late, 0)) as late
    from expected full join billed using (unit, charge_type)
)
select unit, 'days' as kind, (amount - late)::bigint as amount, billed::bigint as billed
from kinds where charge_type = 'usage'
union all
select unit, 'late', late::bigint, 0 from kinds where charge_type = 'usage'
union all
select unit, charge_type, amount::bigint, billed::bigint from kinds where charge_type != 'usage'
order by unit, list_position({list(TO_COME)}, kind), kind""",
        through=through,
    )


def parts(scope: Scope, by: str, running: date) -> Query:
    """What a scope's forecast is made of: this month, next month, twelve months after it; cents."""
    return scope.asks(
        f"""select
    {_PART[by]} as part, coalesce(parts.pricing_currency, 'unknown currency') as unit,
    coalesce(sum(expected_cents) filter (month = $running), 0)::bigint as this_month,
    coalesce(sum(expected_cents) filter (month = $running + interval 1 month), 0)::bigint
        as next_month,
    coalesce(sum(expected_cents) filter (month > $running), 0)::bigint as next_12_months
from marts.forecast_parts as parts
left join (
    select distinct scope, scope_name from marts.forecasts
    where scope_type = 'project' and scope != ''
) as names on parts.project_id = names.scope
where {_WITHIN[scope.kind]}
group by part, unit
having this_month != 0 or next_12_months != 0
order by unit, next_12_months desc, part""",
        running=running,
    )


def scenarios() -> Query:
    """Each scenario's months: what is expected with it and without; the total comes last."""
    return Query(f"""select
    scenario, month, scope, {_UNIT}, is_running, baseline_cents as baseline,
    expected_cents as expected, difference_cents as difference, price_basis
from marts.scenarios
order by unit, scenario, scope = '(total)', scope, month""")
